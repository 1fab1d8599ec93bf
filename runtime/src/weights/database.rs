//! Weights of the database. Written by `scripts/bench-weights`: do not edit, measure again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * ParityDB, 1000000 accounts, no trie cache, pages cached by the system; 10000 writes in a
//!   block

use polkadot_sdk::frame_support::{
	parameter_types,
	weights::{RuntimeDbWeight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
	/// What reading and writing one item takes.
	pub const DatabaseWeight: RuntimeDbWeight = RuntimeDbWeight {
		// Reading an item at random, with the nodes of the trie on the way to it.
		//
		// Nanoseconds: the median of 200000 measured (min 2_284, average 6_574, median 6_439, p95
		// 7_852, p99 9_084, max 477_971).
		read: 6_439 * WEIGHT_REF_TIME_PER_NANOS,
		// Writing an item at random in a full block: state root, new nodes, journal, pruning.
		//
		// Nanoseconds: the average of 30 measured (min 24_322, average 40_190, median 30_143, p95
		// 96_370, p99 111_790, max 111_790).
		write: 40_190 * WEIGHT_REF_TIME_PER_NANOS,
	};
}
