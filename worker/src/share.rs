//! How several workers of one provider share its jobs without talking to each other.
//!
//! Rendezvous hashing: for every job, each key gets a score, and the worker with the highest score
//! does the job. When a key joins or leaves, only its own share of the jobs moves. If the preferred
//! worker has not delivered when half of the time has gone, the second takes over, and with a
//! quarter left the others.

use athanor_primitives::{JobId, WorkerKey, hash::blake2_256_of};
use codec::Encode;

/// Domain of the score.
const DOMAIN: &[u8] = b"athanor/share/v1";

/// What a worker key is worth for a job, compared with others.
pub fn score(key: &WorkerKey, job: JobId) -> [u8; 32] {
	blake2_256_of(&[DOMAIN, key, &job.encode()])
}

/// How many of `peers` come before `me` for this job; 0 if the job is mine to begin with.
pub fn rank(me: &WorkerKey, peers: &[WorkerKey], job: JobId) -> usize {
	let mine = score(me, job);
	peers
		.iter()
		.filter(|peer| *peer != me && score(peer, job) > mine)
		.count()
}

/// The first block in which a worker of this rank may start.
pub fn starts_at(rank: usize, assigned_at: u32, deadline: u32) -> u32 {
	let total = deadline.saturating_sub(assigned_at);
	let left = match rank {
		0 => return assigned_at,
		1 => total / 2,
		_ => total / 4,
	};
	deadline.saturating_sub(left)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn keys(count: u8) -> Vec<WorkerKey> {
		(0..count).map(|n| [n; 32]).collect()
	}

	#[test]
	fn every_job_has_each_rank_once() {
		let keys = keys(5);
		for job in 0..200 {
			let mut ranks: Vec<usize> = keys.iter().map(|key| rank(key, &keys, job)).collect();
			ranks.sort_unstable();
			assert_eq!(ranks, [0, 1, 2, 3, 4]);
		}
	}

	#[test]
	fn shares_are_about_equal() {
		let keys = keys(4);
		for key in &keys {
			let mine = (0..4_000).filter(|job| rank(key, &keys, *job) == 0).count();
			assert!((850..1_150).contains(&mine), "{mine}");
		}
	}

	#[test]
	fn a_leaving_worker_moves_only_its_own_jobs() {
		let all = keys(5);
		let fewer = &all[..4];
		for job in 0..500 {
			let before = all
				.iter()
				.position(|key| rank(key, &all, job) == 0)
				.unwrap();
			let after = fewer
				.iter()
				.position(|key| rank(key, fewer, job) == 0)
				.unwrap();
			assert!(before == 4 || before == after);
		}
	}

	#[test]
	fn alone_everything_is_mine() {
		assert_eq!(rank(&[7; 32], &[[7; 32]], 3), 0);
		assert_eq!(rank(&[7; 32], &[], 3), 0);
	}

	#[test]
	fn the_second_starts_after_half_of_the_time() {
		assert_eq!(starts_at(0, 100, 120), 100);
		assert_eq!(starts_at(1, 100, 120), 110);
		assert_eq!(starts_at(2, 100, 120), 115);
		assert_eq!(starts_at(9, 100, 120), 115);
		assert_eq!(starts_at(1, 100, 90), 90);
	}
}
