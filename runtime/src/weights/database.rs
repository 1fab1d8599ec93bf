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
		// Nanoseconds: the median of 200000 measured (min 2_324, average 6_873, median 6_550, p95
		// 9_013, p99 11_197, max 517_529).
		read: 6_550 * WEIGHT_REF_TIME_PER_NANOS,
		// Writing an item at random in a full block: state root, new nodes, journal, pruning.
		//
		// Nanoseconds: the average of 30 measured (min 25_680, average 41_684, median 31_613, p95
		// 91_781, p99 101_448, max 101_448).
		write: 41_684 * WEIGHT_REF_TIME_PER_NANOS,
	};
}
