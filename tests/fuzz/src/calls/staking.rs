//! Calls of the staking pallet.

use athanor_primitives::{Signature, WorkerKey, worker_key::worker_key_payload};
use athanor_runtime::{AccountId, Balance, BlockNumber, Runtime, RuntimeCall, System};
use athanor_staking::{Call, Provider, Providers, WorkerRecord, Workers};
use codec::Encode;

use super::{Plan, genesis, one_that, owner};
use crate::{
	cast::{Actor, Worker},
	input::Pick,
	operation::{KeyFlaw, Operation, Share},
};

/// The neutral element of the curve: a key for which anybody can sign.
const WEAK_KEY: WorkerKey = {
	let mut key = [0; 32];
	key[0] = 1;
	key
};

/// The call that registers a provider.
pub fn register(stake: Balance) -> RuntimeCall {
	Call::<Runtime>::register { stake }.into()
}

/// The call that adds a worker's key to this provider.
pub fn add_key(worker: Worker, provider: &AccountId) -> RuntimeCall {
	Call::<Runtime>::add_worker_key {
		key: worker.key(),
		proof: proof(worker, provider),
	}
	.into()
}

fn proof(worker: Worker, provider: &AccountId) -> Signature {
	worker.sign(&worker_key_payload(&genesis(), &provider.encode()))
}

/// Whether the account is a provider.
pub fn is_provider(who: &AccountId) -> bool {
	Providers::<Runtime>::contains_key(who)
}

/// Workers whose keys are stored, with the providers that answer for them.
pub fn known_workers() -> impl Iterator<Item = (Worker, AccountId)> {
	records().map(|(worker, record)| (worker, record.provider))
}

/// Workers whose keys may sign, with their providers.
pub fn active_workers() -> impl Iterator<Item = (Worker, AccountId)> {
	records()
		.filter(|(_, record)| record.retired_at.is_none())
		.map(|(worker, record)| (worker, record.provider))
}

fn records() -> impl Iterator<Item = (Worker, WorkerRecord<AccountId, BlockNumber>)> {
	Worker::all().filter_map(|worker| Some((worker, Workers::<Runtime>::get(worker.key())?)))
}

/// A provider that needs this most, or else one that fits, or else any actor: without help, the providers would
/// be unable to work before long.
fn provider_in_need(
	pick: Pick,
	needs: impl Fn(&Provider<BlockNumber>) -> bool,
	fits: impl Fn(&Provider<BlockNumber>) -> bool,
) -> Actor {
	if Providers::<Runtime>::iter_values().any(|record| needs(&record)) {
		return provider_that(pick, needs);
	}
	provider_that(pick, fits)
}

fn least() -> Balance {
	<Runtime as athanor_staking::Config>::MinStake::get()
}

fn provider_that(pick: Pick, fits: impl Fn(&Provider<BlockNumber>) -> bool) -> Actor {
	one_that(pick, |who| {
		Providers::<Runtime>::get(who).is_some_and(|record| fits(&record))
	})
}

/// The call that an operation on stake comes to.
pub fn plan(operation: &Operation) -> Option<Plan> {
	let now = System::block_number();
	match operation {
		Operation::Register { who, stake } => {
			Plan::by(one_that(*who, |who| !is_provider(who)), register(*stake))
		}
		Operation::Bond { who, amount } => Plan::by(
			provider_in_need(*who, |record| record.bonded < least(), |_| true),
			Call::bond { amount: *amount },
		),
		Operation::Unbond { who, share } => {
			let who = provider_that(*who, |record| record.bonded > 0);
			Plan::by(
				who,
				Call::unbond {
					amount: part(who, *share),
				},
			)
		}
		Operation::Withdraw { who } => {
			let unlocked = |record: &Provider<BlockNumber>| {
				record.unbonding.iter().any(|chunk| chunk.unlocks_at <= now)
			};
			Plan::by(provider_that(*who, unlocked), Call::withdraw {})
		}
		Operation::AddKey { who, key, flaw } => {
			let who = provider_in_need(*who, |record| record.keys == 0, |record| record.keys < 3);
			new_key(who, *key, *flaw)
		}
		Operation::RemoveKey { key, who } => remove_key(*key, *who),
		Operation::Deregister { who } => Plan::by(
			provider_that(*who, |record| record.total() == 0),
			Call::deregister {},
		),
		Operation::Chill { who } => Plan::by(
			provider_that(*who, |record| !record.chilled),
			Call::chill {},
		),
		Operation::Unchill { who } => Plan::by(
			provider_that(*who, |record| record.chilled && record.bonded >= least()),
			Call::unchill {},
		),
		Operation::Exit { who } => Plan::by(
			provider_that(*who, |record| record.bonded > 0),
			Call::exit {},
		),
		Operation::ForgetKey { key, who } => Plan::by(
			*who,
			Call::forget_worker_key {
				key: forgettable(*key),
			},
		),
		_ => None,
	}
}

fn part(who: Actor, share: Share) -> Balance {
	let bonded = Providers::<Runtime>::get(who.account()).map_or(0, |record| record.bonded);
	match share {
		Share::All => bonded,
		Share::AllButLeast => bonded.saturating_sub(least()),
		Share::Eighths(eighths) => bonded / 8 * Balance::from(eighths),
		Share::Unit => 1,
		Share::TooMuch => bonded.saturating_add(1),
	}
}

fn new_key(who: Actor, key: Pick, flaw: KeyFlaw) -> Option<Plan> {
	let account = who.account();
	let fitting = Worker::all().filter(|worker| !Workers::<Runtime>::contains_key(worker.key()));
	let worker = key.fitting(fitting).unwrap_or(Worker::of(key.number()));
	let call = match flaw {
		KeyFlaw::None => add_key(worker, &account),
		KeyFlaw::OtherProvider => Call::add_worker_key {
			key: worker.key(),
			proof: proof(worker, &Actor::One.account()),
		}
		.into(),
		KeyFlaw::WeakKey => Call::add_worker_key {
			key: WEAK_KEY,
			proof: proof(worker, &account),
		}
		.into(),
	};
	Plan::by(who, call)
}

fn remove_key(key: Pick, who: Pick) -> Option<Plan> {
	let worker = key
		.fitting(active_workers().map(|(worker, _)| worker))
		.unwrap_or(Worker::of(key.number()))
		.key();
	let provider = Workers::<Runtime>::get(worker).map(|record| record.provider);
	let who = owner(who, provider.as_ref());
	Plan::by(who, Call::remove_worker_key { key: worker })
}

/// A key that no longer answers for anything, or else any.
fn forgettable(pick: Pick) -> WorkerKey {
	let now = System::block_number();
	let period = <Runtime as athanor_staking::Config>::UnbondingPeriod::get();
	let fitting = records()
		.filter(|(_, record)| !record.answers(now, period))
		.map(|(worker, _)| worker);
	pick.fitting(fitting)
		.unwrap_or(Worker::of(pick.number()))
		.key()
}
