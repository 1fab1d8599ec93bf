//! Which calls are let through. Root is not asked: what it calls comes to no filter.

use frame_support::traits::{Contains, InsideBoth};
use pallet_bounties::BountyStatus;
use polkadot_sdk::*;
use sp_runtime::traits::StaticLookup;

use crate::{AccountId, Runtime, RuntimeCall, SafeMode, TxPause};

type Lookup = <Runtime as frame_system::Config>::Lookup;

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
			RuntimeCall::ChildBounties(call) => is_of_one_curator(call),
			_ => true,
		}
	}
}

/// Whether the curator of a bounty's part, if this call is to make one, is the bounty's own.
///
/// Another one would leave a deposit. If the bounty's curator then awards the part, the SDK takes note of that one as
/// the part's, and neither gives the deposit back nor knows any more whose it is. The bounty's own leaves none.
fn is_of_one_curator(call: &pallet_child_bounties::Call<Runtime>) -> bool {
	use pallet_child_bounties::{Call, ChildBounties, ChildBountyStatus};
	match call {
		Call::propose_curator {
			parent_bounty_id,
			curator,
			..
		} => Lookup::lookup(curator.clone())
			.is_ok_and(|curator| curator_of(*parent_bounty_id).is_none_or(|own| own == curator)),
		Call::accept_curator {
			parent_bounty_id,
			child_bounty_id,
		} => match ChildBounties::<Runtime>::get(parent_bounty_id, child_bounty_id)
			.map(|part| part.status)
		{
			Some(ChildBountyStatus::CuratorProposed { curator }) => {
				curator_of(*parent_bounty_id).is_none_or(|own| own == curator)
			}
			_ => true,
		},
		_ => true,
	}
}

/// The curator of a bounty that has one; without, the SDK refuses whatever is done with its parts.
fn curator_of(bounty: pallet_bounties::BountyIndex) -> Option<AccountId> {
	match pallet_bounties::Bounties::<Runtime>::get(bounty)?.get_status() {
		BountyStatus::Active { curator, .. } => Some(curator),
		_ => None,
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
