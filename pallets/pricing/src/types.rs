//! The record of an offer, what is counted of a class, and what a simulation says.

use alloc::vec::Vec;

use athanor_primitives::{
	ModelId,
	eligibility::Attributes,
	model::PriceClass,
	policy::{Meter, Period, Policy, Replayed},
	ports::Used,
	price::Price,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

use crate::Config;

/// The most periods of a class that are kept.
pub const MAX_HISTORY: u32 = 64;

/// The last periods of a class, the oldest first.
pub type Periods = BoundedVec<Period, ConstU32<MAX_HISTORY>>;

/// A version of a model: what an offer is for.
pub type ModelVersion = (ModelId, u32);

/// [`Offer`] with the runtime's deposit ticket.
pub type OfferOf<T> = Offer<<T as Config>::Consideration>;

/// A provider's offer to run a version of a model.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Offer<Ticket> {
	/// Units per token: the least for which the provider works. While the price of the class is higher,
	/// it works for that.
	pub price: Price,
	/// What the provider states about the machines.
	pub attributes: Attributes,
	/// The most jobs at the same time. Never 0.
	pub slots: u32,
	/// Slots that running jobs occupy. May be above `slots` after the provider lowered them.
	pub busy: u32,
	/// Where the provider stands in `OfferIndex`; `None` if no slot is free, so that it is not there.
	pub index: Option<u32>,
	/// The class of the model, in whose meter the slots count.
	pub class: PriceClass,
	/// What was taken for the storage of this offer.
	pub deposit: Ticket,
	/// What the deposit put on hold, in units.
	pub held: u128,
}

impl<Ticket> Offer<Ticket> {
	/// Whether one more job can be taken.
	pub fn has_free_slot(&self) -> bool {
		self.busy < self.slots
	}

	/// What it counts for in the meter of its class. Jobs beyond its slots, which there are after its
	/// provider lowered them, use nothing that others could.
	pub fn counted(&self) -> Counted {
		Counted {
			slots: self.slots,
			busy: self.busy.min(self.slots),
		}
	}
}

/// Slots that an offer has in the meter of its class; none without an offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
	/// All of them.
	pub slots: u32,
	/// The busy ones.
	pub busy: u32,
}

/// Slots that running jobs occupy on an offer that was withdrawn.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Drained {
	/// How many. Never 0.
	pub slots: u32,
	/// The class of the model, for which the tokens count.
	pub class: PriceClass,
}

/// What the offers of a class have done in the period that runs.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Usage {
	/// Their slots.
	pub meter: Meter,
	/// Prompt tokens of the receipts in it.
	pub tokens_in: u128,
	/// Generated tokens of them.
	pub tokens_out: u128,
}

impl Usage {
	/// Counts the tokens of a receipt.
	pub(crate) fn serve(&mut self, used: &Used) {
		self.tokens_in = self.tokens_in.saturating_add(used.tokens_in.into());
		self.tokens_out = self.tokens_out.saturating_add(used.tokens_out.into());
	}

	/// Ends the period in block `now`, in which this price held, and begins at 0.
	pub(crate) fn close(&mut self, now: u32, price: Price) -> Period {
		let (busy_blocks, slot_blocks) = self.meter.close(now);
		Period {
			ended_at: now,
			price,
			busy_blocks,
			slot_blocks,
			tokens_in: core::mem::take(&mut self.tokens_in),
			tokens_out: core::mem::take(&mut self.tokens_out),
		}
	}
}

/// What the last periods would have been under another policy.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Simulation {
	/// The policy, forced into the limits. If it is another than was asked for, `set_policy` refuses that one.
	pub policy: Policy,
	/// The periods that are kept, the oldest first.
	pub periods: Vec<Replayed>,
	/// The price that would hold now, had the policy held since the first of them.
	pub next: Price,
	/// The least that the tokens of all periods cost: at the prices that held, in units.
	pub revenue: u128,
	/// The same at the prices that would have held, if the demand had been the same.
	pub revenue_would_be: u128,
}
