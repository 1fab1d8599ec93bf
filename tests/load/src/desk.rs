//! The workers of all providers: they claim what is open and hand in receipts for what is assigned.

use std::{
	collections::HashMap,
	time::{Duration, Instant},
};

use athanor_primitives::{
	H256, JobId, ModelId,
	claim::{Claim, SignedClaim},
	receipt::{
		Delivery, Finish, Receipt, SignedReceipt, commitment, delivery_payload, input_hash,
		output_hash,
	},
};
use athanor_runtime::{AccountId, Runtime};
use ed25519_dalek::Signer as _;

use crate::{
	block::Fact,
	keys::Worker,
	tx::{Kind, Prepared, general},
};

/// Blocks for which a claim counts: enough for one that waits in a full pool.
const CLAIM_VALIDITY: u32 = 50;

/// The model that all jobs are for.
#[derive(Clone, Copy, Debug)]
pub struct Model {
	/// Its id.
	pub id: ModelId,
	/// Its version.
	pub version: u32,
}

/// What each job is answered with.
#[derive(Clone, Debug)]
pub struct Answer {
	tokens: Vec<u32>,
	text: Vec<u8>,
	hash: H256,
}

impl Answer {
	/// An answer of so many tokens, with four bytes of text for each.
	pub fn of(tokens: u32) -> Self {
		let tokens: Vec<u32> = (0..tokens).collect();
		Self {
			text: b"word".repeat(tokens.len()),
			hash: output_hash(&tokens),
			tokens,
		}
	}
}

/// The input of a post: so many bytes that end with the post's number.
pub fn input(number: u32, bytes: u32) -> Vec<u8> {
	let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
	let text = format!("{number:0bytes$}").into_bytes();
	text.get(text.len().saturating_sub(bytes)..)
		.unwrap_or_default()
		.to_vec()
}

/// The workers of all providers.
#[derive(Clone, Debug)]
pub struct Desk {
	genesis: H256,
	model: Model,
	answer: Answer,
	input_bytes: u32,
	workers: HashMap<AccountId, Worker>,
	/// Who claims, in turns.
	claimants: Vec<Worker>,
	turn: usize,
	/// Numbers of the posts, by their transactions.
	posts: HashMap<H256, u32>,
	/// Hashes of the inputs of live jobs.
	inputs: HashMap<JobId, H256>,
	/// Time spent on signing.
	pub busy: Duration,
	/// What has been signed.
	pub signed: u64,
}

impl Desk {
	/// The workers of these providers.
	pub fn new(
		genesis: H256,
		model: Model,
		answer: Answer,
		input_bytes: u32,
		workers: Vec<(AccountId, Worker)>,
	) -> Self {
		Self {
			genesis,
			model,
			answer,
			input_bytes,
			claimants: workers.iter().map(|(_, worker)| worker.clone()).collect(),
			workers: workers.into_iter().collect(),
			turn: 0,
			posts: HashMap::new(),
			inputs: HashMap::new(),
			busy: Duration::ZERO,
			signed: 0,
		}
	}

	/// Takes note of a post and its number, from which its input follows.
	pub fn expect(&mut self, post: H256, number: u32) {
		self.posts.insert(post, number);
	}

	/// What is to be sent because of something that happened in a block.
	pub fn react(&mut self, fact: &Fact, block: u32) -> Option<Prepared> {
		let since = Instant::now();
		let prepared = match fact {
			Fact::Posted { job, by } => {
				let number = self.posts.get(by)?;
				let hash = input_hash(&input(*number, self.input_bytes));
				self.inputs.insert(*job, hash);
				None
			}
			Fact::Opened { job } => self
				.inputs
				.contains_key(job)
				.then(|| self.claim(*job, block))
				.flatten(),
			Fact::Assigned { job, provider } => self.receipt(*job, provider),
			Fact::Accepted { .. } | Fact::TimedOut { .. } | Fact::Closed { .. } => None,
		}?;
		self.busy += since.elapsed();
		self.signed += 1;
		Some(prepared)
	}

	/// Whether a job is one of this load.
	pub fn knows(&self, job: JobId) -> bool {
		self.inputs.contains_key(&job)
	}

	/// Forgets a job that has ended for good.
	pub fn forget(&mut self, job: JobId) {
		self.inputs.remove(&job);
	}

	fn claim(&mut self, job: JobId, block: u32) -> Option<Prepared> {
		let worker = self
			.claimants
			.get(self.turn.checked_rem(self.claimants.len())?)?;
		self.turn = self.turn.wrapping_add(1);
		let claim = Claim {
			job,
			valid_until: block.saturating_add(CLAIM_VALIDITY),
		};
		let claim = SignedClaim {
			claim,
			genesis: self.genesis,
			worker: worker.public(),
			signature: worker.0.sign(&claim.payload(&self.genesis)).to_bytes(),
		};
		let call = athanor_jobs::Call::<Runtime>::claim_as_worker { claim };
		Some(general(Kind::Claim, call))
	}

	fn receipt(&self, job: JobId, provider: &AccountId) -> Option<Prepared> {
		let (signed, delivery) = self.work(job, provider)?;
		let call = athanor_jobs::Call::<Runtime>::submit_receipt {
			signed,
			delivery: Some(delivery),
		};
		Some(general(Kind::Receipt, call))
	}

	/// The receipt for a job and what is delivered with it. `None` if job or provider are another's.
	fn work(&self, job: JobId, provider: &AccountId) -> Option<(SignedReceipt, Delivery)> {
		let input_hash = *self.inputs.get(&job)?;
		let Worker(key) = self.workers.get(provider)?;
		let worker = key.verifying_key().to_bytes();
		let Answer { tokens, text, hash } = &self.answer;
		let receipt = Receipt {
			job,
			model: self.model.id,
			model_version: self.model.version,
			input_hash,
			output_hash: *hash,
			tokens_in: self.input_bytes,
			tokens_out: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
			finish: Finish::Stop.code(),
			commitment: commitment(&[1; 32], &[2; 32], &worker, job),
		};
		let delivery = Delivery {
			tokens: tokens.clone(),
			text: text.clone(),
			signature: key
				.sign(&delivery_payload(&self.genesis, job, text))
				.to_bytes(),
		};
		let signature = key.sign(&receipt.payload(&self.genesis)).to_bytes();
		let signed = SignedReceipt {
			receipt,
			genesis: self.genesis,
			worker,
			signature,
		};
		Some((signed, delivery))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::keys::Keys;
	use athanor_primitives::job::CloseReason;
	use ed25519_dalek::{Signature, VerifyingKey};

	const GENESIS: H256 = H256([9; 32]);
	const POST: H256 = H256([5; 32]);

	fn desk() -> (Desk, Vec<AccountId>) {
		let keys = Keys::new(1);
		let workers: Vec<_> = (0..2)
			.map(|index| (keys.provider(index).id, keys.worker(index)))
			.collect();
		let providers = workers.iter().map(|(id, _)| id.clone()).collect();
		let model = Model { id: 3, version: 1 };
		let mut desk = Desk::new(GENESIS, model, Answer::of(2), 4, workers);
		desk.expect(POST, 17);
		(desk, providers)
	}

	fn posted(desk: &mut Desk) {
		assert!(desk.react(&Fact::Posted { job: 7, by: POST }, 1).is_none());
	}

	#[test]
	fn inputs_have_their_length_and_their_number() {
		assert_eq!(input(17, 4), b"0017");
		assert_eq!(input(17, 1), b"7");
		assert_eq!(input(123_456, 3), b"456");
		assert_eq!(input(1, 9_000).len(), 9_000);
	}

	#[test]
	fn an_assigned_job_is_answered_by_its_providers_worker() {
		let (mut desk, providers) = desk();
		posted(&mut desk);
		let (signed, delivery) = desk.work(7, &providers[1]).unwrap();
		assert_eq!(signed.worker, Keys::new(1).worker(1).public());
		assert_eq!(signed.receipt.input_hash, input_hash(b"0017"));
		assert_eq!(signed.receipt.output_hash, output_hash(&delivery.tokens));
		assert_eq!((delivery.tokens.len(), delivery.text.len()), (2, 8));
		let key = VerifyingKey::from_bytes(&signed.worker).unwrap();
		let verify = |payload: [u8; 32], signature: &[u8; 64]| {
			key.verify_strict(&payload, &Signature::from_bytes(signature))
				.unwrap();
		};
		verify(signed.receipt.payload(&GENESIS), &signed.signature);
		let text = delivery_payload(&GENESIS, 7, &delivery.text);
		verify(text, &delivery.signature);

		let fact = Fact::Assigned {
			job: 7,
			provider: providers[1].clone(),
		};
		let prepared = desk.react(&fact, 2).unwrap();
		assert_eq!(prepared.kind, Kind::Receipt);
		assert_eq!(desk.signed, 1);
	}

	#[test]
	fn open_jobs_are_claimed_in_turns() {
		let (mut desk, _) = desk();
		posted(&mut desk);
		let opened = Fact::Opened { job: 7 };
		let claims: Vec<_> = (0..3)
			.filter_map(|_| desk.react(&opened, 2))
			.map(|claim| (claim.kind, claim.hash))
			.collect();
		assert_eq!(claims.len(), 3);
		assert_eq!(claims[0], claims[2]);
		assert_ne!(claims[0], claims[1]);
		assert_eq!(claims[0].0, Kind::Claim);
	}

	#[test]
	fn jobs_of_others_are_left_alone() {
		let (mut desk, providers) = desk();
		let assigned = Fact::Assigned {
			job: 7,
			provider: providers[0].clone(),
		};
		assert!(desk.react(&assigned, 2).is_none());
		assert!(desk.react(&Fact::Opened { job: 7 }, 2).is_none());
		let other = Fact::Posted {
			job: 7,
			by: H256([6; 32]),
		};
		assert!(desk.react(&other, 2).is_none());
		assert!(!desk.knows(7));
		posted(&mut desk);
		assert!(desk.knows(7));
		let closed = Fact::Closed {
			job: 7,
			reason: CloseReason::Paid,
		};
		assert!(desk.react(&closed, 2).is_none());
		desk.forget(7);
		assert!(!desk.knows(7));
	}
}
