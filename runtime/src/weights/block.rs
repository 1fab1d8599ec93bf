//! Weight of an empty block. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 200 blocks executed

use polkadot_sdk::frame_support::{
	parameter_types,
	weights::{Weight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
	/// Executing a block that holds nothing but its time.
	///
	/// Nanoseconds: the median of 200 measured (min 326_776, average 399_615, median 381_788,
	/// p95 544_008, p99 594_113, max 640_031).
	pub const BlockExecutionWeight: Weight =
		Weight::from_parts(381_788 * WEIGHT_REF_TIME_PER_NANOS, 0);
}
