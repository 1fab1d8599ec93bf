//! What each call and each step of the hooks costs at most.

use alloc::{vec, vec::Vec};

use athanor_primitives::{
	JobId, ModelId, WorkerKey,
	claim::{Claim, SignedClaim},
	eligibility::{Eligibility, MAX_LISTED, MAX_REGIONS, Region},
	job::{Assignment, CloseReason, JobInput, JobRequest, PromptFormat, Sampler},
	ports::OfferBook,
	price::Price,
	receipt::{
		Delivery, Finish, Receipt, SignedReceipt, delivery_payload, max_text_len, output_hash,
	},
	split::Payment,
};
use frame_support::{
	traits::{Get, fungible::Balanced},
	weights::WeightMeter,
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use polkadot_sdk::{frame_benchmarking::v2::*, *};
use sp_core::{H256, crypto::KeyTypeId, ed25519};
use sp_runtime::{
	SaturatedConversion,
	traits::{One, Saturating, Zero},
	transaction_validity::TransactionSource,
};

use crate::{
	Agenda, AgendaCursor, AgendaEnd, AgendaPages, Assigned, Call, Config, Cursor, Equivocations,
	Event, Inputs, JobState, Jobs, NextJobId, NextTurn, Outcomes, Pallet, Receipts,
	agenda::PAGE_SIZE,
	equivocation::MAX_INVOLVED,
	post::RequestOf,
	queue::Row,
	types::{Failed, JobOf, Listed, MAX_ATTEMPTS},
};

/// What the benchmarks need of other pallets.
pub trait BenchmarkHelper<T: Config> {
	/// A model of this author, open for jobs that ask for `MaxOutputTokens`, with a version 2 if the
	/// registry can have one: jobs name version 1.
	fn model(author: &T::AccountId) -> ModelId;

	/// The price of all offers here, and the ceiling of all jobs.
	fn price() -> Price;

	/// Registers a provider with this worker key, with stake for any job, and with an offer of so many
	/// slots in [`REGION`] for version 1 of the model. Others have delegated to it, without whose stake it
	/// could not cover the job, and its record is as large as can be.
	fn provider(model: ModelId, who: &T::AccountId, key: WorkerKey, slots: u32);

	/// As many more of such providers, one offer each.
	fn crowd(model: ModelId, count: u32, slots: u32);

	/// Pauses a provider, so that the next deadline that it misses costs no slash of its own, but lets one more
	/// requester share in one.
	fn pause(who: &T::AccountId);

	/// How many slashes of this provider have been noted.
	fn slashes(who: &T::AccountId) -> usize;

	/// Checks that a payment went to everybody who can be paid.
	fn check_payment(payment: &Payment);

	/// Makes `Config::Randomness` have some.
	fn randomness();
}

/// Enough for any escrow.
const FUNDS: u128 = u128::MAX >> 24;

/// The region of all offers here.
pub const REGION: Region = *b"DE";

/// Under what the keystore has the keys.
const KEYS: KeyTypeId = KeyTypeId(*b"bnch");

/// A model, and a provider that it can be run by.
struct Market<T: Config> {
	model: ModelId,
	provider: T::AccountId,
	worker: ed25519::Public,
}

impl<T: Config> Market<T> {
	/// The provider's offer has one slot, the dearest: with it, the offer leaves the index.
	fn new() -> Self {
		Self::with_slots(1)
	}

	fn with_slots(slots: u32) -> Self {
		frame_system::Pallet::<T>::set_block_number(One::one());
		T::BenchmarkHelper::randomness();
		let model = T::BenchmarkHelper::model(&account("author", 0, 0));
		let provider = account("provider", 0, 0);
		let worker = sp_io::crypto::ed25519_generate(KEYS, None);
		T::BenchmarkHelper::provider(model, &provider, worker.0, slots);
		Self {
			model,
			provider,
			worker,
		}
	}

	/// The dearest request: long lists, all of which have to be looked through.
	fn request(&self, assignment: Assignment<T::AccountId>, input: u32) -> RequestOf<T> {
		let listed = |name, count| (0..count).map(|n| account(name, n, 0)).collect::<Vec<_>>();
		let mut allow = Vec::new();
		if !matches!(assignment, Assignment::Auto) {
			allow = listed("allowed", MAX_LISTED - 1);
			allow.push(self.provider.clone());
		}
		JobRequest {
			model: self.model,
			version: Some(1),
			input: JobInput::Inline(vec![b'a'; input as usize]),
			format: PromptFormat::Completion,
			sampler: Sampler::Greedy,
			max_output_tokens: T::MaxOutputTokens::get(),
			ceiling: T::BenchmarkHelper::price(),
			assignment,
			eligibility: Eligibility {
				allow,
				exclude: listed("excluded", MAX_LISTED),
				regions: vec![REGION; MAX_REGIONS as usize],
				..Eligibility::default()
			},
			time_limit: T::MaxTimeLimit::get(),
		}
	}

	/// Posts a job of a requester with funds.
	fn post(&self, assignment: Assignment<T::AccountId>) -> Result<JobId, BenchmarkError> {
		let id = NextJobId::<T>::get();
		let request = self.request(assignment, T::MaxInlineInput::get());
		Pallet::<T>::do_post(requester::<T>(), request)?;
		// Whose account does not exist: opening one takes longer than paying into it.
		change::<T>(id, |job| job.author = account("heir", 0, 0))?;
		Ok(id)
	}

	/// A job that waits for claims.
	fn claimable(&self) -> Result<JobId, BenchmarkError> {
		let id = self.post(Assignment::Open)?;
		turn::<T>(id)?;
		assert!(live::<T>(id)?.seed.is_some());
		Ok(id)
	}

	/// A job in the provider's hands, the last that may try it.
	fn assigned(&self) -> Result<JobId, BenchmarkError> {
		let id = self.post(Assignment::Direct(self.provider.clone()))?;
		turn::<T>(id)?;
		assert!(Assigned::<T>::contains_key(&self.provider, id));
		change::<T>(id, |job| job.failed = failures::<T>(MAX_ATTEMPTS - 1))?;
		Ok(id)
	}

	/// A job that waits for its payment.
	fn submitted(&self) -> Result<JobId, BenchmarkError> {
		let id = self.assigned()?;
		let (signed, delivery) = self.receipt(id, MAX_DELIVERY)?;
		Pallet::<T>::do_submit(signed, Some(delivery))?;
		Ok(id)
	}

	/// A receipt with an output of so many bytes: a token for each twenty.
	fn receipt(&self, id: JobId, bytes: u32) -> Result<(SignedReceipt, Delivery), BenchmarkError> {
		let job = live::<T>(id)?;
		let tokens_out = (bytes / 20).clamp(1, T::MaxOutputTokens::get());
		let longest = max_text_len(tokens_out).min(T::MaxText::get() as usize);
		let text = vec![b'a'; (bytes.saturating_sub(4 * tokens_out) as usize).min(longest)];
		let tokens: Vec<u32> = (0..tokens_out).collect();
		let receipt = Receipt {
			job: id,
			model: job.model,
			model_version: job.model_version,
			input_hash: job.input_hash,
			output_hash: output_hash(&tokens),
			tokens_in: job.max_input_tokens,
			tokens_out,
			finish: Finish::Length.code(),
			commitment: H256::repeat_byte(7),
		};
		let payload = delivery_payload(&Pallet::<T>::genesis_hash(), id, &text);
		let delivery = Delivery {
			tokens,
			text,
			signature: self.sign(&payload)?,
		};
		Ok((self.signed(receipt)?, delivery))
	}

	fn signed(&self, receipt: Receipt) -> Result<SignedReceipt, BenchmarkError> {
		let genesis = Pallet::<T>::genesis_hash();
		Ok(SignedReceipt {
			signature: self.sign(&receipt.payload(&genesis))?,
			receipt,
			genesis,
			worker: self.worker.0,
		})
	}

	fn claim(&self, job: JobId) -> Result<SignedClaim, BenchmarkError> {
		let genesis = Pallet::<T>::genesis_hash();
		let claim = Claim {
			job,
			valid_until: next_block::<T>().saturated_into(),
		};
		Ok(SignedClaim {
			claim,
			genesis,
			worker: self.worker.0,
			signature: self.sign(&claim.payload(&genesis))?,
		})
	}

	fn sign(&self, payload: &[u8; 32]) -> Result<[u8; 64], BenchmarkError> {
		let signature = sp_io::crypto::ed25519_sign(KEYS, &self.worker, payload);
		Ok(signature.ok_or("the keystore lacks the key")?.0)
	}
}

/// Bytes of the longest output: its tokens, and its text.
const MAX_DELIVERY: u32 = 4 * 4_096 + 64 * 1_024;

fn requester<T: Config>() -> T::AccountId {
	let who = account("requester", 0, 0);
	let _ = T::Currency::resolve(&who, T::Currency::issue(FUNDS));
	who
}

fn failures<T: Config>(count: u32) -> Failed<T::AccountId> {
	Failed::truncate_from((0..count).map(|n| account("failed", n, 0)).collect())
}

fn live<T: Config>(id: JobId) -> Result<JobOf<T>, BenchmarkError> {
	Ok(Jobs::<T>::get(id).ok_or("the job is not live")?)
}

fn change<T: Config>(id: JobId, to: impl FnOnce(&mut JobOf<T>)) -> Result<(), BenchmarkError> {
	let mut job = live::<T>(id)?;
	to(&mut job);
	Jobs::<T>::insert(id, job);
	Ok(())
}

/// Goes on to the first turn of the newest job, and gives it this turn.
fn turn<T: Config>(id: JobId) -> Result<(), BenchmarkError> {
	let job = live::<T>(id)?;
	let now = Pallet::<T>::first_turn(&job);
	frame_system::Pallet::<T>::set_block_number(now);
	NextTurn::<T>::put(id + 1);
	Pallet::<T>::match_job(id, job, now)?;
	Ok(())
}

/// Goes on to the block in which the job's state ends.
fn to_its_end<T: Config>(id: JobId) -> Result<BlockNumberFor<T>, BenchmarkError> {
	let end = live::<T>(id)?.state.deadline();
	frame_system::Pallet::<T>::set_block_number(end);
	let retained_until = end.saturating_add(T::Retention::get().max(One::one()));
	fill_a_page::<T>(Agenda::Retention, retained_until, PAGE_SIZE - 1);
	shared_page::<T>(Agenda::Retention, retained_until);
	Ok(end)
}

fn outcome_of<T: Config>(id: JobId) -> Option<CloseReason> {
	assert!(!Jobs::<T>::contains_key(id));
	Outcomes::<T>::get(id).map(|outcome| outcome.reason)
}

/// That the job was paid for, and everybody got something.
fn check_paid<T: Config>(id: JobId) -> Result<(), BenchmarkError> {
	assert_eq!(outcome_of::<T>(id), Some(CloseReason::Paid));
	let outcome = Outcomes::<T>::get(id).ok_or("no outcome")?;
	T::BenchmarkHelper::check_payment(&outcome.payment);
	Ok(())
}

fn now<T: Config>() -> BlockNumberFor<T> {
	frame_system::Pallet::<T>::block_number()
}

fn next_block<T: Config>() -> BlockNumberFor<T> {
	now::<T>().saturating_add(One::one())
}

/// Goes on to the block of a job's first turn, and returns it.
fn first_turn<T: Config>(id: JobId) -> Result<BlockNumberFor<T>, BenchmarkError> {
	let job = live::<T>(id)?;
	let first = Pallet::<T>::first_turn(&job);
	frame_system::Pallet::<T>::set_block_number(first);
	fill_a_page::<T>(
		Agenda::Deadlines,
		first.saturating_add(job.work_period),
		PAGE_SIZE - 1,
	);
	NextTurn::<T>::put(id);
	Ok(first)
}

/// Enters so many other jobs for a block.
fn fill_a_page<T: Config>(agenda: Agenda, at: BlockNumberFor<T>, entries: u32) {
	for id in 0..u64::from(entries) {
		Pallet::<T>::enter(agenda, at, id);
	}
	assert_eq!(AgendaEnd::<T>::get(agenda, at), 1);
}

/// Leaves the account of somebody who pays a fee out of the weight: the fee's weight has it.
fn pays_a_fee<T: Config>(who: &T::AccountId) {
	let key = frame_system::Account::<T>::hashed_key_for(who);
	benchmarking::add_to_whitelist(key.into());
}

/// Leaves the last page of a block out of the weight: all jobs that get this far in one block share it, and
/// who works it off pays for it.
fn shared_page<T: Config>(agenda: Agenda, at: BlockNumberFor<T>) {
	let page = AgendaPages::<T>::hashed_key_for((agenda, at, 0));
	let end = AgendaEnd::<T>::hashed_key_for(agenda, at);
	for key in [page, end] {
		benchmarking::add_to_whitelist(key.into());
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// To one provider, whose offer is looked at too.
	#[benchmark]
	fn post(b: Linear<1, 8_192>) -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		let assignment = Assignment::Direct(market.provider.clone());
		let bytes = b.min(T::MaxInlineInput::get());
		let request = market.request(assignment, bytes);
		let id = NextJobId::<T>::get();
		let requester = requester::<T>();
		pays_a_fee::<T>(&requester);

		#[extrinsic_call]
		_(RawOrigin::Signed(requester), request);

		assert!(matches!(live::<T>(id)?.state, JobState::Open { .. }));
		Ok(())
	}

	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let id = Market::<T>::new().claimable()?;
		let requester = requester::<T>();
		pays_a_fee::<T>(&requester);

		#[extrinsic_call]
		_(RawOrigin::Signed(requester), id);

		assert_eq!(outcome_of::<T>(id), Some(CloseReason::Cancelled));
		Ok(())
	}

	/// If the slot was the offer's last, the offer comes back into the index.
	#[benchmark]
	fn submit_receipt(b: Linear<0, 81_920>, f: Linear<0, 1>) -> Result<(), BenchmarkError> {
		let market = Market::<T>::with_slots(2 - f);
		let id = market.assigned()?;
		let (signed, delivery) = market.receipt(id, b)?;
		let deadline = now::<T>().saturating_add(T::SettlePeriod::get());
		fill_a_page::<T>(Agenda::Deadlines, deadline, PAGE_SIZE - 1);
		shared_page::<T>(Agenda::Deadlines, deadline);

		#[extrinsic_call]
		_(RawOrigin::Authorized, signed, Some(delivery));

		assert!(matches!(live::<T>(id)?.state, JobState::Submitted { .. }));
		Ok(())
	}

	#[benchmark]
	fn authorize_receipt(b: Linear<0, 81_920>) -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		let id = market.assigned()?;
		let (signed, delivery) = market.receipt(id, b)?;
		let delivery = Some(delivery);

		let valid;
		#[block]
		{
			valid = Pallet::<T>::authorize_receipt(TransactionSource::External, &signed, &delivery);
		}

		assert!(valid.is_ok());
		Ok(())
	}

	#[benchmark]
	fn poke() -> Result<(), BenchmarkError> {
		let id = Market::<T>::new().submitted()?;
		to_its_end::<T>(id)?;
		let anyone: T::AccountId = account("anyone", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(anyone), id);

		check_paid::<T>(id)
	}

	/// The offer's last slot: the offer leaves the index, and another takes its place there.
	#[benchmark]
	fn claim() -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		T::BenchmarkHelper::crowd(market.model, 1, 1);
		let id = market.claimable()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(market.provider.clone()), id);

		assert!(Assigned::<T>::contains_key(market.provider, id));
		Ok(())
	}

	#[benchmark]
	fn claim_as_worker() -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		T::BenchmarkHelper::crowd(market.model, 1, 1);
		let id = market.claimable()?;
		let signed = market.claim(id)?;

		#[extrinsic_call]
		_(RawOrigin::Authorized, signed);

		assert!(Assigned::<T>::contains_key(market.provider, id));
		Ok(())
	}

	#[benchmark]
	fn authorize_claim() -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		let signed = market.claim(market.claimable()?)?;

		let valid;
		#[block]
		{
			valid = Pallet::<T>::authorize_claim(TransactionSource::External, &signed);
		}

		assert!(valid.is_ok());
		Ok(())
	}

	/// The provider has the job, and nobody else may try it any more.
	#[benchmark]
	fn report_equivocation() -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		let id = market.assigned()?;
		let (first, _) = market.receipt(id, 0)?;
		let mut other = first.receipt.clone();
		other.commitment = H256::repeat_byte(8);
		let second = market.signed(other)?;
		let before = T::BenchmarkHelper::slashes(&market.provider);

		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), first, second);

		assert_eq!(outcome_of::<T>(id), Some(CloseReason::WorkerEquivocated));
		assert_eq!(T::BenchmarkHelper::slashes(&market.provider), before + 1);
		Ok(())
	}

	/// A block in which nothing is due, and the first job in the queue is too young.
	#[benchmark]
	fn hook_base() -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		let young = market.post(Assignment::Auto)?;
		let (now, block) = (now::<T>(), next_block::<T>());
		AgendaCursor::<T>::insert(Agenda::Deadlines, Cursor { block, page: 0 });

		#[block]
		{
			Pallet::<T>::work_off(now);
		}

		assert!(live::<T>(young)?.seed.is_none());
		Ok(())
	}

	/// A full page of which the first entry is worked off.
	#[benchmark]
	fn agenda_page() {
		let now = next_block::<T>();
		fill_a_page::<T>(Agenda::Deadlines, now, PAGE_SIZE);
		frame_system::Pallet::<T>::set_block_number(now);
		AgendaCursor::<T>::insert(
			Agenda::Deadlines,
			Cursor {
				block: now,
				page: 0,
			},
		);
		let mut meter = WeightMeter::new();
		let mut left = 1;

		#[block]
		{
			Pallet::<T>::work_off_agenda(Agenda::Deadlines, now, &mut meter, |_, _, _| {
				left -= 1;
				left >= 0
			});
		}

		let rest = AgendaPages::<T>::get((Agenda::Deadlines, now, 0));
		assert_eq!(rest.map(|page| page.len()), Some(PAGE_SIZE as usize - 1));
	}

	/// Of a job that lives, in another state.
	#[benchmark]
	fn stale() -> Result<(), BenchmarkError> {
		let id = Market::<T>::new().assigned()?;

		let due;
		#[block]
		{
			due = Jobs::<T>::get(id).filter(|job| job.state.deadline() == Zero::zero());
		}

		assert!(due.is_none());
		Ok(())
	}

	#[benchmark]
	fn settle() -> Result<(), BenchmarkError> {
		let id = Market::<T>::new().submitted()?;
		let now = to_its_end::<T>(id)?;

		#[block]
		{
			Pallet::<T>::work_off_deadline(id, live::<T>(id)?, now);
		}

		check_paid::<T>(id)
	}

	/// The last that may try it, so that the job ends. If the provider is paused, there is no new slash, but
	/// the one that paused it is divided.
	#[benchmark]
	fn time_out(p: Linear<0, 1>) -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		let id = market.assigned()?;
		let now = to_its_end::<T>(id)?;
		if p > 0 {
			T::BenchmarkHelper::pause(&market.provider);
		}
		let before = T::BenchmarkHelper::slashes(&market.provider);

		#[block]
		{
			Pallet::<T>::work_off_deadline(id, live::<T>(id)?, now);
		}

		assert_eq!(outcome_of::<T>(id), Some(CloseReason::WorkerTimedOut));
		assert_eq!(T::BenchmarkHelper::slashes(&market.provider), before + 1);
		Ok(())
	}

	/// After somebody had failed it.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let id = Market::<T>::new().claimable()?;
		change::<T>(id, |job| job.failed = failures::<T>(1))?;
		let now = to_its_end::<T>(id)?;

		#[block]
		{
			Pallet::<T>::work_off_deadline(id, live::<T>(id)?, now);
		}

		assert_eq!(outcome_of::<T>(id), Some(CloseReason::WorkerTimedOut));
		Ok(())
	}

	/// A job that is past its deadline.
	#[benchmark]
	fn skip() -> Result<(), BenchmarkError> {
		let id = Market::<T>::new().post(Assignment::Auto)?;
		let now = live::<T>(id)?.state.deadline();
		NextTurn::<T>::put(id);

		#[block]
		{
			Pallet::<T>::work_off_row(Row::New, id + 1, now, &mut WeightMeter::new());
		}

		assert_eq!(NextTurn::<T>::get(), id + 1);
		Ok(())
	}

	/// All offers that the draw looks at qualify, and they are not all there are. If the drawn one had
	/// one slot, another offer takes its place in the index.
	#[benchmark]
	fn match_one(c: Linear<1, 8>, l: Linear<0, 1>) -> Result<(), BenchmarkError> {
		let market = Market::<T>::with_slots(2 - l);
		let id = market.post(Assignment::Auto)?;
		if c == 8 {
			T::BenchmarkHelper::crowd(market.model, 64, 2 - l);
		} else {
			// The draw looks at 8, or at those that the job names.
			let named: Vec<_> = (0..c).map(|n| account("named", n, 0)).collect();
			for who in &named {
				T::BenchmarkHelper::provider(market.model, who, [1; 32], 2 - l);
			}
			change::<T>(id, |job| job.rules.allow = Listed::truncate_from(named))?;
			T::BenchmarkHelper::crowd(market.model, 1, 2 - l);
		}
		let now = first_turn::<T>(id)?;

		#[block]
		{
			Pallet::<T>::work_off_row(Row::New, id + 1, now, &mut WeightMeter::new());
		}

		assert!(matches!(live::<T>(id)?.state, JobState::Assigned { .. }));
		Ok(())
	}

	/// The match of one job among so many offers: a draw costs the same among all of them.
	#[benchmark(extra)]
	fn match_among(n: Linear<16, 10_000>) -> Result<(), BenchmarkError> {
		let market = Market::<T>::new();
		T::BenchmarkHelper::crowd(market.model, n, 1);
		let id = market.post(Assignment::Auto)?;
		assert!(T::Offers::draw_size(&live::<T>(id)?.demand(0)) >= 8);
		let now = first_turn::<T>(id)?;

		#[block]
		{
			Pallet::<T>::work_off_row(Row::New, id + 1, now, &mut WeightMeter::new());
		}

		assert!(matches!(live::<T>(id)?.state, JobState::Assigned { .. }));
		Ok(())
	}

	/// A job with the longest input and output.
	#[benchmark]
	fn forget(e: Linear<0, { MAX_INVOLVED }>) -> Result<(), BenchmarkError> {
		let id = Market::<T>::new().submitted()?;
		to_its_end::<T>(id)?;
		Pallet::<T>::do_poke(id)?;
		for n in 0..e {
			Equivocations::<T>::insert(id, account::<T::AccountId>("failed", n, 0), ());
		}
		let at = Outcomes::<T>::get(id).ok_or("no outcome")?.retained_until;
		assert!(Receipts::<T>::contains_key(id) && Inputs::<T>::contains_key(id));

		#[block]
		{
			let over = Outcomes::<T>::get(id).is_some_and(|outcome| outcome.retained_until == at);
			assert!(over);
			let _ = Pallet::<T>::forget(id);
		}

		frame_system::Pallet::<T>::assert_last_event(
			<T as frame_system::Config>::RuntimeEvent::from(Event::<T>::OutputRemoved { job: id }),
		);
		assert!(!Receipts::<T>::contains_key(id));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build_with_keystore(),
		crate::mock::Test
	);
}
