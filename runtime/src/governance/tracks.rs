//! The tracks of referenda: what is decided on each, how long that takes, what it costs to ask, and how many
//! have to agree.
//!
//! The curves begin with nearly everybody and fall while a referendum is decided on, so that what everybody
//! wants passes early, and what nobody objects to passes in the end. The more harm an origin can do, the
//! longer is its track and the more support does it take. See pallet-referenda for the terms.

use alloc::borrow::Cow;

use frame_support::traits::OriginTrait;
use pallet_referenda::{Curve, Track, TrackInfo};
use polkadot_sdk::*;
use sp_runtime::{FixedI64, Perbill};

use super::{origins::Origin, tempo::paced};
use crate::{
	Balance, BlockNumber, RuntimeOrigin,
	constants::{ATH, DAYS, HOURS, MINUTES},
};

/// Number of a track.
pub type TrackId = u16;

type Info = TrackInfo<Balance, BlockNumber>;

/// The tracks of this chain.
pub struct Tracks;

/// Percents as curves take them.
const fn percent(parts: i128) -> FixedI64 {
	FixedI64::from_rational(parts as u128, 100)
}

/// From all to `floor` percent in a straight line, over the whole time.
const fn falling_to(floor: u32) -> Curve {
	Curve::LinearDecreasing {
		length: Perbill::one(),
		floor: Perbill::from_percent(floor),
		ceil: Perbill::one(),
	}
}

/// Support that falls from `ceil` percent to `floor` percent, and is at `level` percent after half of the
/// time.
const fn support(ceil: i128, level: i128, floor: i128) -> Curve {
	Curve::make_reciprocal(1, 2, percent(level), percent(floor), percent(ceil))
}

/// A name of 25 bytes, filled up with zeros.
const fn name(text: &str) -> [u8; 25] {
	let mut name = [0; 25];
	let bytes = text.as_bytes();
	let mut at = 0;
	while at < bytes.len() {
		name[at] = bytes[at];
		at += 1;
	}
	name
}

/// All tracks, by number, with the periods of a chain on which people live. As many are decided on at a time as it takes
/// to make it dear to fill a track with proposals that go nowhere: a slash is not cancelled by a vote that comes too
/// late.
pub static TRACKS: [(TrackId, Info); 6] = [
	(
		0,
		Info {
			name: name("root"),
			max_deciding: 10,
			decision_deposit: 10_000 * ATH,
			prepare_period: 2 * HOURS,
			decision_period: 14 * DAYS,
			confirm_period: DAYS,
			min_enactment_period: DAYS,
			min_approval: falling_to(50),
			min_support: support(50, 10, 1),
		},
	),
	(
		10,
		Info {
			name: name("pricing_admin"),
			max_deciding: 20,
			decision_deposit: 500 * ATH,
			prepare_period: HOURS,
			decision_period: 7 * DAYS,
			confirm_period: 12 * HOURS,
			min_enactment_period: 6 * HOURS,
			min_approval: falling_to(50),
			min_support: support(25, 5, 1),
		},
	),
	(
		11,
		Info {
			name: name("market_admin"),
			max_deciding: 50,
			decision_deposit: 1_000 * ATH,
			prepare_period: HOURS,
			decision_period: 10 * DAYS,
			confirm_period: 12 * HOURS,
			min_enactment_period: 12 * HOURS,
			min_approval: falling_to(50),
			min_support: support(35, 8, 1),
		},
	),
	(
		20,
		Info {
			name: name("small_treasurer"),
			max_deciding: 50,
			decision_deposit: 50 * ATH,
			prepare_period: HOURS,
			decision_period: 5 * DAYS,
			confirm_period: 6 * HOURS,
			min_enactment_period: 3 * HOURS,
			min_approval: falling_to(50),
			min_support: support(15, 3, 1),
		},
	),
	(
		21,
		Info {
			name: name("big_treasurer"),
			max_deciding: 20,
			decision_deposit: 1_000 * ATH,
			prepare_period: 2 * HOURS,
			decision_period: 14 * DAYS,
			confirm_period: DAYS,
			min_enactment_period: 12 * HOURS,
			min_approval: falling_to(50),
			min_support: support(40, 10, 1),
		},
	),
	(
		30,
		Info {
			name: name("emergency_pause"),
			max_deciding: 10,
			decision_deposit: 5_000 * ATH,
			prepare_period: 2,
			decision_period: 2 * HOURS,
			confirm_period: 10 * MINUTES,
			min_enactment_period: 1,
			min_approval: falling_to(90),
			min_support: support(40, 25, 20),
		},
	),
];

/// With the periods of this chain.
fn at_tempo(info: &Info) -> Info {
	Info {
		prepare_period: paced(info.prepare_period),
		decision_period: paced(info.decision_period),
		confirm_period: paced(info.confirm_period),
		min_enactment_period: paced(info.min_enactment_period),
		..info.clone()
	}
}

impl pallet_referenda::TracksInfo<Balance, BlockNumber> for Tracks {
	type Id = TrackId;
	type RuntimeOrigin = <RuntimeOrigin as OriginTrait>::PalletsOrigin;

	fn tracks() -> impl Iterator<Item = Cow<'static, Track<Self::Id, Balance, BlockNumber>>> {
		TRACKS.iter().map(|(id, info)| {
			Cow::Owned(Track {
				id: *id,
				info: at_tempo(info),
			})
		})
	}

	fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
		if let Ok(frame_system::RawOrigin::Root) =
			frame_system::RawOrigin::<crate::AccountId>::try_from(origin.clone())
		{
			return Ok(0);
		}
		let origin = Origin::try_from(origin.clone()).map_err(drop)?;
		Ok(match origin {
			Origin::PricingAdmin => 10,
			Origin::MarketAdmin => 11,
			Origin::SmallTreasurer => 20,
			Origin::BigTreasurer => 21,
			Origin::EmergencyPause => 30,
			// Not for referenda.
			Origin::CheckedParameter(_) => return Err(()),
		})
	}
}
