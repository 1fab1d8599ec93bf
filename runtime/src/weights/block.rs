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
	/// Nanoseconds: the median of 200 measured (min 326_254, average 391_842, median 376_790,
	/// p95 501_585, p99 608_925, max 690_906).
	pub const BlockExecutionWeight: Weight =
		Weight::from_parts(376_790 * WEIGHT_REF_TIME_PER_NANOS, 0);
}
