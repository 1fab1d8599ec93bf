//! Calls of the jobs pallet.

use athanor_jobs::{Call, Candidate, Error, Job, JobState, Jobs, NextJobId, Outcomes, Pallet};
use athanor_models::Versions;
use athanor_primitives::{
	JobId, ModelId,
	claim::{Claim, SignedClaim},
	eligibility::{Eligibility, Ineligible, MAX_LISTED, MAX_REGIONS},
	job::{Assignment, JobInput, JobRequest, PromptFormat},
	model::NumericClass,
	ports::ModelRegistry,
	price::max_input_tokens,
	receipt::Refusal,
};
use athanor_runtime::{AccountId, BlockNumber, Models, Runtime, System};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, transaction_validity::InvalidTransaction};

use super::{Forecast, Plan, genesis, one_that, owner, receipts, staking};
use crate::{
	cast::{Actor, Worker},
	chain::Fate,
	input::Pick,
	operation::{ClaimFlaw, Input, Mode, Needs, Operation, Post, Time},
};

/// A job of this runtime.
pub type RuntimeJob = Job<AccountId, BlockNumber>;

type Request = JobRequest<AccountId, BlockNumber>;

/// The call that an operation on jobs comes to.
pub fn plan(operation: &Operation) -> Option<Plan> {
	match operation {
		Operation::Post(wish) => post(wish),
		Operation::Cancel { job, who } => {
			let id = job_that(*job, |job| matches!(job.state, JobState::Open { .. }));
			let requester = Jobs::<Runtime>::get(id).map(|job| job.requester);
			Plan::by(owner(*who, requester.as_ref()), Call::cancel { job: id })
		}
		Operation::Claim { job, who } => claim(*job, *who),
		Operation::ClaimAsWorker { job, key, flaw } => claim_as_worker(*job, *key, *flaw),
		Operation::Poke { job, who } => Plan::by(*who, Call::poke { job: due(*job) }),
		other => receipts::plan(other),
	}
}

/// A live job that fits, or else any of the last ones, live or not, or the next, which there is not.
pub fn job_that(pick: Pick, fits: impl Fn(&RuntimeJob) -> bool) -> JobId {
	let fitting = Jobs::<Runtime>::iter()
		.filter(|(_, job)| fits(job))
		.map(|(id, _)| id);
	pick.fitting(fitting).unwrap_or_else(|| recent(pick))
}

/// Any of the last jobs, or the next.
pub fn recent(pick: Pick) -> JobId {
	NextJobId::<Runtime>::get().saturating_sub(u64::from(pick.number() % 24))
}

/// A job that the hooks should have done something with, or else any.
fn due(pick: Pick) -> JobId {
	let now = System::block_number();
	let live = Jobs::<Runtime>::iter()
		.filter(|(_, job)| job.state.deadline() <= now)
		.map(|(id, _)| id);
	let closed = Outcomes::<Runtime>::iter()
		.filter(|(_, outcome)| outcome.retained_until <= now)
		.map(|(id, _)| id);
	pick.fitting(live.chain(closed))
		.unwrap_or_else(|| recent(pick))
}

fn post(wish: &Post) -> Option<Plan> {
	let request = request(wish);
	let who = wish.who.account();
	let quote = Pallet::<Runtime>::quote(who, request.clone());
	let poor = Fate::Failed(Error::<Runtime>::InsufficientBalance.into());
	let fates = match quote {
		Ok(quote) if quote.affordable => vec![Fate::Done, poor],
		Ok(_) => vec![poor],
		Err(error) => vec![Fate::Failed(error)],
	};
	Plan::by(wish.who, Call::post { request })?.expecting(Some(Forecast {
		source: "a post does what `quote` says",
		fates,
	}))
}

/// A version of a model that takes jobs and offers, or else any that is stored, or one that there may not be.
pub fn version_that_is_new(pick: Pick) -> (ModelId, u32) {
	let stored = || Versions::<Runtime>::iter_keys();
	let current = stored().filter(|(model, version)| {
		Models::model(*model, Some(*version)).is_some_and(|info| info.active)
	});
	match pick.fitting(current) {
		Some(current) => current,
		None if pick.number().is_multiple_of(4) => {
			(u32::from(pick.number()) / 8, u32::from(pick.number()) % 4)
		}
		None => pick.any(stored()).unwrap_or((0, 1)),
	}
}

/// A version of a model that somebody offers, or else one that takes offers, or any.
fn version_on_offer(pick: Pick) -> (ModelId, u32) {
	let offered = athanor_pricing::OffersByProvider::<Runtime>::iter_keys().map(|(_, key)| key);
	let active = offered.filter(|(model, version)| {
		Models::model(*model, Some(*version)).is_some_and(|info| info.active)
	});
	pick.fitting(active)
		.unwrap_or_else(|| version_that_is_new(pick))
}

/// The request that a post makes of the state.
pub fn request(wish: &Post) -> Request {
	let (model, version) = version_on_offer(wish.version);
	let input = match wish.input {
		Input::Text(length) => vec![b'a'; length],
		Input::NotUtf8 => vec![0xff; 3],
	};
	let shortest = shortest(model, version, input.len(), wish.output);
	Request {
		model,
		version: wish.names_version.then_some(version),
		input: JobInput::Inline(input),
		format: PromptFormat::Completion,
		sampler: wish.sampler,
		max_output_tokens: wish.output,
		ceiling: wish.ceiling,
		assignment: match wish.mode {
			Mode::Auto => Assignment::Auto,
			Mode::Open => Assignment::Open,
			Mode::Direct(who) => Assignment::Direct(one_that(who, staking::is_provider).account()),
		},
		eligibility: eligibility(wish.needs),
		time_limit: match wish.time {
			Time::Shortest(more) => shortest.saturating_add(more),
			Time::Blocks(blocks) => blocks,
		},
	}
}

fn shortest(model: ModelId, version: u32, bytes: usize, output: u32) -> BlockNumber {
	let info = Models::model(model, Some(version));
	let (overhead, context) = info.map_or((0, u32::MAX), |info| {
		(info.template_overhead, info.context_length)
	});
	let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
	let input = max_input_tokens(bytes, overhead, context);
	Pallet::<Runtime>::shortest_time_limit(input, output)
}

fn eligibility(needs: Needs) -> Eligibility<AccountId> {
	let two = |pick: Pick| {
		let first = pick.any(Actor::PROVIDERS).unwrap_or(Actor::Eve);
		vec![first.account(), Actor::Charlie.account()]
	};
	// `Default` would need accounts to have one.
	let none = Eligibility {
		allow: Vec::new(),
		exclude: Vec::new(),
		regions: Vec::new(),
		max_retention_hours: None,
		min_gpu_memory_gib: None,
		numeric_class: None,
	};
	match needs {
		Needs::Nothing => none,
		Needs::Region => Eligibility {
			regions: vec![*b"DE", *b"FR"],
			..none
		},
		Needs::Retention => Eligibility {
			max_retention_hours: Some(24),
			..none
		},
		Needs::Memory => Eligibility {
			min_gpu_memory_gib: Some(40),
			..none
		},
		Needs::Exact => Eligibility {
			numeric_class: Some(NumericClass::Exact),
			..none
		},
		Needs::Float => Eligibility {
			numeric_class: Some(NumericClass::Float),
			..none
		},
		Needs::Allow(pick) => Eligibility {
			allow: two(pick),
			..none
		},
		Needs::Exclude(pick) => Eligibility {
			exclude: two(pick),
			..none
		},
		Needs::Conflict(pick) => Eligibility {
			allow: two(pick),
			exclude: two(pick),
			..none
		},
		Needs::TooManyListed => Eligibility {
			allow: vec![Actor::Eve.account(); MAX_LISTED as usize + 1],
			..none
		},
		Needs::TooManyRegions => Eligibility {
			regions: vec![*b"DE"; MAX_REGIONS as usize + 1],
			..none
		},
		Needs::BadRegion => Eligibility {
			regions: vec![*b"de"],
			..none
		},
	}
}

/// What stands between a job and any claim, by its record alone.
fn claimable(id: JobId) -> Result<(), Refusal> {
	let job = Jobs::<Runtime>::get(id).ok_or(Refusal::UnknownJob)?;
	let JobState::Open { deadline } = job.state else {
		return Err(Refusal::NotClaimable);
	};
	if !matches!(job.assignment, Assignment::Open) || job.seed.is_none() {
		return Err(Refusal::NotClaimable);
	}
	if deadline <= System::block_number() {
		return Err(Refusal::TooLate);
	}
	Ok(())
}

/// What `simulate_match` says of a provider; `None` if it does not list it.
fn verdict(id: JobId, who: &AccountId) -> Option<Result<(), Ineligible>> {
	candidates(id)
		.into_iter()
		.find(|candidate| candidate.provider == *who)
		.map(|candidate| candidate.verdict.map(drop))
}

fn candidates(id: JobId) -> Vec<Candidate<AccountId>> {
	Pallet::<Runtime>::simulate_match(id, 0, u32::MAX)
		.map_or_else(Vec::new, |found| found.candidates)
}

fn is_eligible(id: JobId, who: &AccountId) -> bool {
	verdict(id, who) == Some(Ok(()))
}

const CLAIM_SOURCE: &str = "a claim does what `simulate_match` says";

fn claim(job: Pick, who: Pick) -> Option<Plan> {
	let id = claimable_job(job);
	let who = one_that(who, |who| is_eligible(id, who));
	let fate = match (claimable(id), verdict(id, &who.account())) {
		(Err(refusal), _) => Some(Err(DispatchError::from(Error::<Runtime>::from(refusal)))),
		(Ok(()), Some(verdict)) => {
			Some(verdict.map_err(|reason| Error::<Runtime>::from(reason).into()))
		}
		(Ok(()), None) => None,
	};
	let forecast = fate.map(|fate| Forecast {
		source: CLAIM_SOURCE,
		fates: vec![fate.map_or_else(Fate::Failed, |()| Fate::Done)],
	});
	Plan::by(who, Call::claim { job: id })?.expecting(forecast)
}

fn claimable_job(pick: Pick) -> JobId {
	let fitting = Jobs::<Runtime>::iter_keys().filter(|id| claimable(*id).is_ok());
	pick.fitting(fitting).unwrap_or_else(|| recent(pick))
}

/// The refusal of a transaction with this code.
pub fn refused(code: u8) -> Fate {
	Fate::Refused(InvalidTransaction::Custom(code).into())
}

fn claim_as_worker(job: Pick, key: Pick, flaw: ClaimFlaw) -> Option<Plan> {
	let id = claimable_job(job);
	let eligible = staking::active_workers().filter(|(_, who)| is_eligible(id, who));
	let worker = key
		.fitting(eligible.map(|(worker, _)| worker))
		.unwrap_or(Worker::of(key.number()));
	let now = System::block_number();
	let claim = Claim {
		job: id,
		valid_until: match flaw {
			ClaimFlaw::Expired => now.saturating_sub(1),
			ClaimFlaw::TooFarAhead => now.saturating_add(101),
			_ => now.saturating_add(u32::from(key.number())),
		},
	};
	let mut genesis = genesis();
	let mut signature = worker.sign(&claim.payload(&genesis));
	match flaw {
		ClaimFlaw::OtherChain => genesis.0[0] ^= 1,
		ClaimFlaw::BadSignature => signature[0] ^= 1,
		_ => {}
	}
	let claim = SignedClaim {
		claim,
		genesis,
		worker: worker.key(),
		signature,
	};
	let forecast = fate_of_claim(id, worker, flaw).map(|fate| Forecast {
		source: CLAIM_SOURCE,
		fates: vec![fate],
	});
	Plan::by_nobody(Call::claim_as_worker { claim })?.expecting(forecast)
}

/// What becomes of a worker's claim, in the order in which the pool asks.
fn fate_of_claim(id: JobId, worker: Worker, flaw: ClaimFlaw) -> Option<Fate> {
	let refusal = match flaw {
		ClaimFlaw::OtherChain => Err(Refusal::WrongChain),
		ClaimFlaw::Expired | ClaimFlaw::TooFarAhead => Err(Refusal::ClaimExpired),
		ClaimFlaw::None | ClaimFlaw::BadSignature => claimable(id),
	};
	if let Err(refusal) = refusal {
		return Some(refused(refusal.code()));
	}
	let Some((_, who)) = staking::active_workers().find(|(active, _)| *active == worker) else {
		return Some(refused(Refusal::WrongWorker.code()));
	};
	Some(match verdict(id, &who)? {
		Err(reason) => refused(reason.code()),
		Ok(()) if flaw == ClaimFlaw::BadSignature => refused(Refusal::BadSignature.code()),
		Ok(()) => Fate::Done,
	})
}
