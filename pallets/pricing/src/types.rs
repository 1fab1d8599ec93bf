//! The record of an offer.

use athanor_primitives::{ModelId, eligibility::Attributes, price::Price};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::Config;

/// A version of a model: what an offer is for.
pub type ModelVersion = (ModelId, u32);

/// [`Offer`] with the runtime's deposit ticket.
pub type OfferOf<T> = Offer<<T as Config>::Consideration>;

/// A provider's offer to run a version of a model.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Offer<Ticket> {
	/// Units per token.
	pub price: Price,
	/// What the provider states about the machines.
	pub attributes: Attributes,
	/// The most jobs at the same time. Never 0.
	pub slots: u32,
	/// Slots that running jobs occupy. May be above `slots` after the provider lowered them.
	pub busy: u32,
	/// Where the provider stands in `OfferIndex`; `None` if no slot is free, so that it is not there.
	pub index: Option<u32>,
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
}
