//! The record of an offer.

use athanor_primitives::price::Price;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::Config;

/// [`Offer`] with the runtime's deposit ticket.
pub type OfferOf<T> = Offer<<T as Config>::Consideration>;

/// A provider's offer to run a model.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Offer<Ticket> {
	/// Units per token.
	pub price: Price,
	/// The most jobs at the same time. Never 0.
	pub slots: u32,
	/// Slots that running jobs occupy. May be above `slots` after the provider lowered them.
	pub busy: u32,
	/// Where the provider stands in `OfferIndex`.
	pub index: u32,
	/// What was taken for the storage of this offer.
	pub deposit: Ticket,
	/// What the deposit put on hold, in units.
	pub held: u128,
}
