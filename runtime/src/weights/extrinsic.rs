//! Weight of an empty transaction. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 40 blocks executed with 2143 signed `System::remark` each, less the time of an empty one

use polkadot_sdk::frame_support::{
	parameter_types,
	weights::{Weight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
	/// Executing a signed transaction whose call does nothing, without what its extensions
	/// take: they have weights of their own.
	///
	/// Nanoseconds: less 107_199 of extensions, the median of 40 measured (min 128_606, average
	/// 152_176, median 144_525, p95 194_996, p99 199_436, max 199_436).
	pub const ExtrinsicBaseWeight: Weight =
		Weight::from_parts(37_326 * WEIGHT_REF_TIME_PER_NANOS, 0);
}
