//! Receipts, good and bad, and proofs of equivocation.

use athanor_jobs::{Call, JobState, Jobs, Outcomes};
use athanor_primitives::{
	JobId,
	ports::ProviderRegistry,
	receipt::{
		Delivery, Finish, Receipt, Refusal, SignedReceipt, commitment, delivery_payload,
		max_text_len, output_hash,
	},
};
use athanor_runtime::{AccountId, Runtime, Staking, System};
use polkadot_sdk::sp_core::H256;

use super::{
	Forecast, Plan, genesis,
	jobs::{RuntimeJob, job_that, recent, refused},
	staking,
};
use crate::{
	cast::{Actor, Worker},
	chain::Fate,
	input::Pick,
	operation::{EquivocationFlaw, Operation, ReceiptFlaw},
};

/// The call that an operation with receipts comes to.
pub fn plan(operation: &Operation) -> Option<Plan> {
	match operation {
		Operation::Receipt {
			job,
			key,
			finish,
			tokens,
			flaw,
		} => {
			let id = job_that(*job, |job| matches!(job.state, JobState::Assigned { .. }));
			let worker = worker_of(id, *key);
			// A flaw in a rejection would be another flaw.
			let finish = match flaw {
				ReceiptFlaw::None => *finish,
				_ => Finish::Stop,
			};
			submit(id, worker, finish, *tokens, *flaw)
		}
		Operation::Equivocate {
			job,
			key,
			who,
			flaw,
		} => equivocate(*job, *key, *who, *flaw),
		_ => None,
	}
}

/// A key that may sign for the provider of a job, or else any.
fn worker_of(id: JobId, pick: Pick) -> Worker {
	let provider =
		Jobs::<Runtime>::get(id).and_then(|job| job.state.work().map(|work| work.provider.clone()));
	let fitting = staking::active_workers()
		.filter(|(_, who)| Some(who) == provider.as_ref())
		.map(|(worker, _)| worker);
	pick.fitting(fitting).unwrap_or(Worker::of(pick.number()))
}

/// A statement on a job, as if the model had made so many tokens. Of a job that there is not, or no longer
/// is, it is a guess.
fn statement(id: JobId, worker: Worker, finish: Finish, tokens: &[u32]) -> Receipt {
	let job = Jobs::<Runtime>::get(id);
	let of = |f: fn(&RuntimeJob) -> u32| job.as_ref().map_or(0, f);
	Receipt {
		job: id,
		model: of(|job| job.model),
		model_version: of(|job| job.model_version),
		input_hash: job.as_ref().map_or(H256::zero(), |job| job.input_hash),
		output_hash: output_hash(tokens),
		tokens_in: of(|job| job.max_input_tokens.min(6)),
		tokens_out: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
		finish: finish.code(),
		commitment: commitment(&[1; 32], &[2; 32], &worker.key(), id),
	}
}

fn sign(receipt: Receipt, worker: Worker) -> SignedReceipt {
	let genesis = genesis();
	SignedReceipt {
		signature: worker.sign(&receipt.payload(&genesis)),
		receipt,
		genesis,
		worker: worker.key(),
	}
}

/// The tokens of an answer to this job.
fn answer(id: JobId, finish: Finish, tokens: u8, flaw: ReceiptFlaw) -> Vec<u32> {
	let most = Jobs::<Runtime>::get(id).map_or(8, |job| job.max_output_tokens);
	let count = match (finish, flaw) {
		(Finish::Rejected, _) => 0,
		(_, ReceiptFlaw::TooManyTokensOut) => most.saturating_add(1),
		_ => u32::from(tokens) % most.saturating_add(1),
	};
	(0..count).collect()
}

/// Breaks the statement, before it is signed.
fn break_statement(receipt: &mut Receipt, flaw: ReceiptFlaw) {
	match flaw {
		ReceiptFlaw::OtherModel => receipt.model = receipt.model.wrapping_add(1),
		ReceiptFlaw::OtherVersion => receipt.model_version = receipt.model_version.wrapping_add(1),
		ReceiptFlaw::OtherInput => receipt.input_hash.0[0] ^= 1,
		ReceiptFlaw::TooManyTokensIn => receipt.tokens_in = u32::MAX,
		ReceiptFlaw::UnknownFinish => receipt.finish = 3,
		ReceiptFlaw::OtherTokens => receipt.output_hash.0[0] ^= 1,
		_ => {}
	}
}

fn submit(
	id: JobId,
	worker: Worker,
	finish: Finish,
	tokens: u8,
	flaw: ReceiptFlaw,
) -> Option<Plan> {
	let tokens = answer(id, finish, tokens, flaw);
	let mut receipt = statement(id, worker, finish, &tokens);
	break_statement(&mut receipt, flaw);
	let text = match flaw {
		ReceiptFlaw::TextTooLong => vec![b'a'; max_text_len(receipt.tokens_out) + 1],
		ReceiptFlaw::TextNotUtf8 => vec![0xff],
		_ => b"and they all lived happily".to_vec(),
	};
	let mut signed = sign(receipt, worker);
	let mut delivery = Delivery {
		signature: worker.sign(&delivery_payload(&signed.genesis, id, &text)),
		tokens,
		text,
	};
	match flaw {
		ReceiptFlaw::OtherChain => signed.genesis.0[0] ^= 1,
		ReceiptFlaw::BadSignature => signed.signature[0] ^= 1,
		ReceiptFlaw::BadTextSignature => delivery.signature[0] ^= 1,
		_ => {}
	}
	let forecast = Forecast {
		source: "a good receipt is accepted, and each flaw of a bad one has its own refusal",
		fates: vec![fate(id, worker, flaw)],
	};
	let delivery = (flaw != ReceiptFlaw::NoDelivery).then_some(delivery);
	Plan::by_nobody(Call::submit_receipt { signed, delivery })?.expecting(Some(forecast))
}

/// What stands between a job and any receipt of this worker.
fn receivable(id: JobId, worker: Worker) -> Result<(), Refusal> {
	let job = Jobs::<Runtime>::get(id).ok_or(Refusal::UnknownJob)?;
	match &job.state {
		JobState::Open { .. } => Err(Refusal::NotAssigned),
		JobState::Submitted { .. } => Err(Refusal::AlreadySubmitted),
		JobState::Assigned { deadline, .. } if *deadline <= System::block_number() => {
			Err(Refusal::TooLate)
		}
		JobState::Assigned { work, .. } if !Staking::is_worker(&work.provider, &worker.key()) => {
			Err(Refusal::WrongWorker)
		}
		JobState::Assigned { .. } => Ok(()),
	}
}

fn fate(id: JobId, worker: Worker, flaw: ReceiptFlaw) -> Fate {
	let result = match flaw {
		ReceiptFlaw::OtherChain => Err(Refusal::WrongChain),
		_ => receivable(id, worker),
	};
	let refusal = match (result, flaw) {
		(Err(refusal), _) => refusal,
		(Ok(()), ReceiptFlaw::None) => return Fate::Done,
		(Ok(()), ReceiptFlaw::OtherChain) => Refusal::WrongChain,
		(Ok(()), ReceiptFlaw::OtherModel | ReceiptFlaw::OtherVersion) => Refusal::WrongModel,
		(Ok(()), ReceiptFlaw::OtherInput) => Refusal::WrongInput,
		(Ok(()), ReceiptFlaw::TooManyTokensIn | ReceiptFlaw::TooManyTokensOut) => {
			Refusal::TooManyTokens
		}
		(Ok(()), ReceiptFlaw::UnknownFinish) => Refusal::BadFinish,
		(Ok(()), ReceiptFlaw::NoDelivery) => Refusal::MissingOutput,
		(Ok(()), ReceiptFlaw::OtherTokens) => Refusal::WrongOutput,
		(Ok(()), ReceiptFlaw::TextTooLong) => Refusal::OutputTooLong,
		(Ok(()), ReceiptFlaw::TextNotUtf8) => Refusal::OutputNotUtf8,
		(Ok(()), ReceiptFlaw::BadSignature | ReceiptFlaw::BadTextSignature) => {
			Refusal::BadSignature
		}
	};
	refused(refusal.code())
}

/// A job with a provider, live or closed, and that provider; or else any job.
fn job_with_provider(pick: Pick) -> (JobId, Option<AccountId>) {
	let live = || {
		Jobs::<Runtime>::iter().filter_map(|(id, job)| {
			let work = job.state.work().map(|work| work.provider.clone());
			let provider = work.or_else(|| job.failed.last().cloned());
			provider.map(|provider| (id, Some(provider)))
		})
	};
	let closed = || {
		Outcomes::<Runtime>::iter()
			.filter_map(|(id, outcome)| outcome.provider.map(|provider| (id, Some(provider))))
	};
	// There are more closed ones.
	let found = match pick.number() % 2 {
		0 => pick.fitting(live()),
		_ => pick.fitting(closed()),
	};
	found.unwrap_or_else(|| (recent(pick), None))
}

fn equivocate(job: Pick, key: Pick, who: Actor, flaw: EquivocationFlaw) -> Option<Plan> {
	let (id, provider) = job_with_provider(job);
	let fitting = staking::known_workers()
		.filter(|(_, owner)| Some(owner) == provider.as_ref())
		.map(|(worker, _)| worker);
	let worker = key.fitting(fitting).unwrap_or(Worker::of(key.number()));
	let statement = statement(id, worker, Finish::Stop, &[1]);
	let first = sign(statement.clone(), worker);
	let mut other = statement;
	if flaw != EquivocationFlaw::SameReceipt {
		other.commitment.0[0] ^= 1;
	}
	if flaw == EquivocationFlaw::OtherJob {
		other.job = other.job.wrapping_add(1);
	}
	let mut second = match flaw {
		EquivocationFlaw::OtherKey => sign(other, Worker::of(key.number().wrapping_add(1))),
		_ => sign(other, worker),
	};
	match flaw {
		EquivocationFlaw::OtherChain => second.genesis.0[0] ^= 1,
		EquivocationFlaw::BadSignature => second.signature[0] ^= 1,
		_ => {}
	}
	Plan::by(who, Call::report_equivocation { first, second })
}
