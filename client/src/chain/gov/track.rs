//! The tracks of referenda, and how many have to agree on each.

use serde::Serialize;
use subxt::{Metadata, ext::scale_decode::DecodeAsType};

use crate::{
	chain::{
		constants::constant,
		json::billionths,
		names::constants as name,
		view::View,
		wire::{Wire, twin_variants},
	},
	error::Error,
};

/// Shares are counted in parts of so many.
pub const PARTS: u32 = 1_000_000_000;

/// A track of referenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
	/// Its number.
	pub id: u16,
	/// Its name.
	pub name: String,
	/// Referenda that are decided on at the same time.
	pub max_deciding: u32,
	/// Units that somebody deposits before one is decided on.
	pub decision_deposit: u128,
	/// Blocks from submission to the decision, at least.
	pub prepare_period: u32,
	/// Blocks for the decision.
	pub decision_period: u32,
	/// Blocks for which it has to be passing, in a row.
	pub confirm_period: u32,
	/// Blocks from then to the call, at least.
	pub min_enactment_period: u32,
	/// Share of ayes among the votes that it takes.
	pub min_approval: Curve,
	/// Share of ayes among all tokens that it takes.
	pub min_support: Curve,
}

/// A share that falls while a referendum is decided on. Shares are in [`PARTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
	/// In a straight line.
	LinearDecreasing {
		/// Part of the time after which it does not fall any more.
		length: u32,
		/// Where it ends.
		floor: u32,
		/// Where it begins.
		ceil: u32,
	},
	/// In steps.
	SteppedDecreasing {
		/// Where it begins.
		begin: u32,
		/// Where it ends.
		end: u32,
		/// How far it falls at a time.
		step: u32,
		/// Part of the time after which it falls.
		period: u32,
	},
	/// As `factor / (x + x_offset) + y_offset`.
	Reciprocal {
		/// As there.
		factor: i64,
		/// As there.
		x_offset: i64,
		/// As there.
		y_offset: i64,
	},
}

twin_variants! {
	Curve {
		LinearDecreasing { length: u32, floor: u32, ceil: u32 },
		SteppedDecreasing { begin: u32, end: u32, step: u32, period: u32 },
		Reciprocal { factor: i64, x_offset: i64, y_offset: i64 },
	}
}

/// What has to be reached, in [`PARTS`]; as JSON in parts per million, as all shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Needs {
	/// Share of ayes among the votes, weighted by conviction.
	#[serde(serialize_with = "billionths")]
	pub approval: u32,
	/// Share of ayes among all tokens, without conviction.
	#[serde(serialize_with = "billionths")]
	pub support: u32,
}

/// A track as the metadata has it.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct RawTrack {
	name: String,
	max_deciding: u32,
	decision_deposit: u128,
	prepare_period: u32,
	decision_period: u32,
	confirm_period: u32,
	min_enactment_period: u32,
	min_approval: <Curve as Wire>::Raw,
	min_support: <Curve as Wire>::Raw,
}

/// All of them, by number.
struct Tracks(Vec<Track>);

impl Wire for Tracks {
	type Raw = Vec<(u16, RawTrack)>;

	fn from_raw(raw: Self::Raw) -> Self {
		let track = |(id, raw): (u16, RawTrack)| Track {
			id,
			// It is filled up with zeros.
			name: raw.name.trim_end_matches('\0').to_owned(),
			max_deciding: raw.max_deciding,
			decision_deposit: raw.decision_deposit,
			prepare_period: raw.prepare_period,
			decision_period: raw.decision_period,
			confirm_period: raw.confirm_period,
			min_enactment_period: raw.min_enactment_period,
			min_approval: Curve::from_raw(raw.min_approval),
			min_support: Curve::from_raw(raw.min_support),
		};
		Self(raw.into_iter().map(track).collect())
	}
}

impl Curve {
	/// The share that is needed when this part of the time is over. As the chain computes it, to the unit.
	pub fn threshold(&self, passed: u32) -> u32 {
		let one = u64::from(PARTS);
		let x = u64::from(passed.min(PARTS));
		match *self {
			Self::LinearDecreasing {
				length,
				floor,
				ceil,
			} => {
				let length = u64::from(length);
				let fallen = x
					.min(length)
					.saturating_mul(one)
					.checked_div(length)
					.unwrap_or(one)
					.min(one);
				let depth = u64::from(ceil.saturating_sub(floor));
				clamped(u64::from(ceil).saturating_sub(fallen.saturating_mul(depth) / one))
			}
			Self::SteppedDecreasing {
				begin,
				end,
				step,
				period,
			} => {
				let steps = x.checked_div(u64::from(period)).unwrap_or(0);
				let fallen = u64::from(step).saturating_mul(steps).min(begin.into());
				clamped(u64::from(begin).saturating_sub(fallen).max(end.into()))
			}
			Self::Reciprocal {
				factor,
				x_offset,
				y_offset,
			} => {
				let divisor = i128::from(x).saturating_add(x_offset.into());
				let scaled = i128::from(factor).saturating_mul(one.into());
				match scaled.checked_div_euclid(divisor) {
					Some(share) if divisor > 0 => {
						let share = share.saturating_add(y_offset.into());
						clamped(u64::try_from(share.max(0)).unwrap_or(u64::MAX))
					}
					_ => PARTS,
				}
			}
		}
	}
}

fn clamped(share: u64) -> u32 {
	u32::try_from(share).unwrap_or(PARTS).min(PARTS)
}

impl Track {
	/// The part of the decision period that is over after so many blocks of it.
	fn passed(&self, blocks: u32) -> u32 {
		share(
			blocks.min(self.decision_period).into(),
			self.decision_period.into(),
		)
	}

	/// What is needed so many blocks after the decision has begun.
	pub fn needs(&self, blocks: u32) -> Needs {
		let passed = self.passed(blocks);
		Needs {
			approval: self.min_approval.threshold(passed),
			support: self.min_support.threshold(passed),
		}
	}

	/// Whether that is reached so many blocks after the decision has begun.
	pub fn is_passing(&self, reached: Needs, blocks: u32) -> bool {
		let needs = self.needs(blocks);
		reached.approval >= needs.approval && reached.support >= needs.support
	}

	/// Blocks from the beginning of the decision after which this is enough, if it ever is. The curves fall
	/// only.
	pub fn passes_after(&self, reached: Needs) -> Option<u32> {
		if !self.is_passing(reached, self.decision_period) {
			return None;
		}
		let (mut low, mut high) = (0, self.decision_period);
		while low < high {
			let middle = low.saturating_add(high.saturating_sub(low) / 2);
			if self.is_passing(reached, middle) {
				high = middle;
			} else {
				low = middle.saturating_add(1);
			}
		}
		Some(high)
	}

	/// What is decided there, in words. Of a track that this client does not know it says so.
	pub fn decides(&self) -> &'static str {
		match self.name.as_str() {
			"root" => "everything, also an upgrade of the runtime",
			"pricing_admin" => "prices of the classes of models",
			"market_admin" => "deadlines, slash shares, how payments are split",
			"small_treasurer" => "spend up to 1,000 ATH at a time",
			"big_treasurer" => "spend up to 100,000 ATH at a time, end a bounty",
			"emergency_pause" => "pause and unpause named calls, start and end the safe mode",
			_ => "unknown to this client; see the documents of the chain",
		}
	}
}

/// A part of a whole in [`PARTS`], rounded down; nothing of nothing is nothing.
pub(crate) fn share(part: u128, whole: u128) -> u32 {
	// As much as fits: issuance times a billion does, and what does not loses digits that do not show.
	let (mut part, mut whole) = (part.min(whole), whole);
	while part > u128::MAX / u128::from(PARTS) {
		part >>= 1;
		whole >>= 1;
	}
	part.saturating_mul(PARTS.into())
		.checked_div(whole)
		.and_then(|share| u32::try_from(share).ok())
		.map_or(0, |share| share.min(PARTS))
}

/// The tracks that this metadata has.
pub(crate) fn read(metadata: &Metadata) -> Result<Vec<Track>, Error> {
	constant::<Tracks>(metadata, name::TRACKS).map(|tracks| tracks.0)
}

impl View {
	/// The tracks of referenda, by number. Their periods are those of this chain.
	///
	/// # Errors
	/// When the runtime does not fit this client.
	pub fn tracks(&self) -> Result<Vec<Track>, Error> {
		read(self.metadata())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::metadata;
	use athanor_runtime::governance::tracks::TRACKS;
	use polkadot_sdk::sp_runtime::Perbill;
	use proptest::prelude::*;

	fn tracks() -> Vec<Track> {
		read(metadata()).unwrap()
	}

	#[test]
	fn tracks_are_those_of_the_runtime() {
		let tracks = tracks();
		assert_eq!(tracks.len(), TRACKS.len());
		for (track, (id, info)) in tracks.iter().zip(&TRACKS) {
			assert_eq!(track.id, *id);
			assert_eq!(track.name.as_bytes(), info.name.trim_ascii_end_zeros());
			assert_eq!(track.decision_deposit, info.decision_deposit);
			assert_eq!(track.decision_period, info.decision_period);
			assert!(!track.decides().contains("unknown"), "{}", track.name);
		}
	}

	trait TrimZeros {
		fn trim_ascii_end_zeros(&self) -> &[u8];
	}

	impl TrimZeros for [u8] {
		fn trim_ascii_end_zeros(&self) -> &[u8] {
			let end = self.iter().position(|byte| *byte == 0);
			&self[..end.unwrap_or(self.len())]
		}
	}

	proptest! {
		#[test]
		fn thresholds_are_those_of_the_runtime(passed in 0..=PARTS) {
			for (track, (_, info)) in tracks().iter().zip(&TRACKS) {
				let x = Perbill::from_parts(passed);
				prop_assert_eq!(
					track.min_approval.threshold(passed),
					info.min_approval.threshold(x).deconstruct()
				);
				prop_assert_eq!(
					track.min_support.threshold(passed),
					info.min_support.threshold(x).deconstruct()
				);
			}
		}

		#[test]
		fn shares_are_those_of_the_runtime(part: u64, more: u64) {
			let (part, whole) = (u128::from(part), u128::from(part) + u128::from(more) + 1);
			prop_assert_eq!(
				share(part, whole),
				Perbill::from_rational(part, whole).deconstruct()
			);
		}

		#[test]
		fn it_passes_from_the_first_block_on_at_which_it_would(
			approval in 0..=PARTS,
			support in 0..=PARTS,
		) {
			let reached = Needs { approval, support };
			for track in tracks() {
				match track.passes_after(reached) {
					None => prop_assert!(!track.is_passing(reached, track.decision_period)),
					Some(0) => prop_assert!(track.is_passing(reached, 0)),
					Some(blocks) => {
						prop_assert!(track.is_passing(reached, blocks));
						prop_assert!(!track.is_passing(reached, blocks - 1));
					}
				}
			}
		}
	}

	#[test]
	fn every_kind_of_curve_falls_to_its_end() {
		let stepped = Curve::SteppedDecreasing {
			begin: 800_000_000,
			end: 300_000_000,
			step: 100_000_000,
			period: 150_000_000,
		};
		assert_eq!(stepped.threshold(0), 800_000_000);
		assert_eq!(stepped.threshold(149_999_999), 800_000_000);
		assert_eq!(stepped.threshold(150_000_000), 700_000_000);
		assert_eq!(stepped.threshold(PARTS), 300_000_000);
		// No division by nothing.
		let flat = Curve::LinearDecreasing {
			length: 0,
			floor: 1,
			ceil: 5,
		};
		assert_eq!(flat.threshold(0), 1);
		let steep = Curve::Reciprocal {
			factor: 1,
			x_offset: 0,
			y_offset: 0,
		};
		assert_eq!(steep.threshold(0), PARTS);
		assert_eq!(share(0, 0), 0);
		assert_eq!(share(u128::MAX, u128::MAX), PARTS);
	}
}
