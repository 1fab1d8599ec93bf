//! What is stored and passed around.

use athanor_primitives::split::Payment;
use codec::{Decode, Encode, MaxEncodedLen};
use polkadot_sdk::{frame_support::traits::fungible, frame_system};
use scale_info::TypeInfo;

use crate::Config;

/// Money on its way: taken from a requester, not yet anybody's.
pub type CreditOf<T> =
	fungible::Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

/// What was paid since genesis, in units, and to whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Totals {
	/// By requesters; the sum of the parts below.
	pub paid: u128,
	/// To providers.
	pub provider: u128,
	/// To delegators.
	pub delegators: u128,
	/// To the authors of models.
	pub author: u128,
	/// To the treasury.
	pub treasury: u128,
	/// Destroyed.
	pub burned: u128,
	/// How many jobs were paid for.
	pub jobs: u64,
}

impl Totals {
	/// These totals after another payment; `None` if one of them overflows.
	pub fn with(&self, payment: &Payment) -> Option<Self> {
		Some(Self {
			paid: self.paid.checked_add(payment.total()?)?,
			provider: self.provider.checked_add(payment.provider)?,
			delegators: self.delegators.checked_add(payment.delegators)?,
			author: self.author.checked_add(payment.author)?,
			treasury: self.treasury.checked_add(payment.treasury)?,
			burned: self.burned.checked_add(payment.burned)?,
			jobs: self.jobs.checked_add(1)?,
		})
	}

	/// The parts as one payment.
	pub fn parts(&self) -> Payment {
		Payment {
			provider: self.provider,
			delegators: self.delegators,
			author: self.author,
			treasury: self.treasury,
			burned: self.burned,
		}
	}
}
