//! Weight of an empty transaction. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 40 blocks executed with 2586 signed `System::remark` each, less the time of an empty one

use polkadot_sdk::frame_support::{
	parameter_types,
	weights::{Weight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
	/// Executing a signed transaction whose call does nothing, without what its extensions
	/// take: they have weights of their own.
	///
	/// Nanoseconds: less 93_889 of extensions, the median of 40 measured (min 127_069, average
	/// 132_223, median 130_640, p95 145_197, p99 150_820, max 150_820).
	pub const ExtrinsicBaseWeight: Weight =
		Weight::from_parts(36_751 * WEIGHT_REF_TIME_PER_NANOS, 0);
}
