//! Which calls are let through. Root is not asked: what it calls comes to no filter.

use frame_support::traits::{Contains, InsideBoth};
use polkadot_sdk::*;

use crate::{RuntimeCall, SafeMode, TxPause};

/// The calls that are let through: those that are not paused, unless this chain does without them.
pub type CallFilter = InsideBoth<InsideBoth<SafeMode, TxPause>, Supported>;

/// Leaves out calls of the SDK's pallets with which this chain could not keep its word.
pub struct Supported;

impl Contains<RuntimeCall> for Supported {
	fn contains(call: &RuntimeCall) -> bool {
		match call {
			// pallet-staking asks for the same origin here as to cancel a slash, which is all that the market's
			// admin may do.
			RuntimeCall::ValidatorStaking(
				pallet_staking::Call::manual_slash { .. }
				| pallet_staking::Call::restore_ledger { .. }
				| pallet_staking::Call::set_min_commission { .. }
				| pallet_staking::Call::deprecate_controller_batch { .. },
			) => false,
			// Its deposit is its maker's, but there is no record of whose: it could not be explained. A multisig
			// is an account without a key too.
			RuntimeCall::Proxy(pallet_proxy::Call::create_pure { .. }) => false,
			RuntimeCall::Utility(_) => Spending::of(call).is_bounded(),
			_ => true,
		}
	}
}

/// What a call and those that it carries would spend of the treasury.
///
/// `treasury.spend` adds up what one referendum spends, and refuses what is too much for its track.
/// `bounties.approve_bounty` looks at its own bounty only, so one referendum approves one.
#[derive(Default)]
struct Spending {
	/// Bounties that are approved.
	bounties: u32,
	/// Payments.
	payments: u32,
}

impl Spending {
	fn of(call: &RuntimeCall) -> Self {
		let mut spending = Self::default();
		spending.add(call);
		spending
	}

	fn add(&mut self, call: &RuntimeCall) {
		use pallet_utility::Call;
		match call {
			RuntimeCall::Bounties(
				pallet_bounties::Call::approve_bounty { .. }
				| pallet_bounties::Call::approve_bounty_with_curator { .. },
			) => self.bounties = self.bounties.saturating_add(1),
			RuntimeCall::Treasury(
				pallet_treasury::Call::spend { .. } | pallet_treasury::Call::spend_local { .. },
			) => self.payments = self.payments.saturating_add(1),
			RuntimeCall::Utility(
				Call::batch { calls } | Call::batch_all { calls } | Call::force_batch { calls },
			) => calls.iter().for_each(|call| self.add(call)),
			RuntimeCall::Utility(Call::if_else { main, fallback }) => {
				self.add(main);
				self.add(fallback);
			}
			_ => {}
		}
	}

	fn is_bounded(&self) -> bool {
		self.bounties == 0 || self.bounties.saturating_add(self.payments) == 1
	}
}
