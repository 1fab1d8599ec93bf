//! The laws: those of each pallet, and those that hold between them.

use std::collections::{BTreeMap, BTreeSet};

use athanor_jobs::{Agenda, AgendaCursor, JobState, Jobs, NextTurn, Outcomes, explain::MAX_HELD};
use athanor_pricing::{Draining, ModelVersion, Offers};
use athanor_primitives::{JobId, explain::HeldFor};
use athanor_runtime::{
	AccountId, Balance, Balances, Runtime, RuntimeHoldReason, System, configs::parameters,
};
use athanor_staking::{Pools, Providers};
use frame_support::traits::{Get, fungible::InspectHold};
use polkadot_sdk::*;
use sp_runtime::{FixedPointNumber, TryRuntimeError};

use crate::{
	Broken, demand,
	ledger::{Ledger, News},
	trap, wealth,
};

/// Checks everything. To be called on the state.
///
/// # Errors
/// The first law that does not hold.
pub fn check(ledger: &mut Ledger) -> Result<(), Broken> {
	let news = ledger.turn();
	nothing_impossible()?;
	of_each_pallet()?;
	jobs_are_those_of_the_events(ledger)?;
	escrows_are_on_hold(ledger)?;
	payments_are_counted(ledger)?;
	money_is_conserved(ledger)?;
	holds_are_explained()?;
	work_is_counted()?;
	deadlines_are_kept()?;
	turns_are_given()?;
	closed_jobs_are_on_record(&news)?;
	new_work_is_covered(&news)
}

/// No `defensive!` was reached.
///
/// # Errors
/// If one was.
pub fn nothing_impossible() -> Result<(), Broken> {
	let heard = trap::heard();
	demand(
		heard.is_empty(),
		"what cannot happen does not (`defensive!`)",
		|| heard.join("; "),
	)
}

fn of_each_pallet() -> Result<(), Broken> {
	let name = |pallet: &str, result: Result<(), TryRuntimeError>| {
		result.map_err(|error| {
			let law = match error {
				TryRuntimeError::Other(law) => law.into(),
				other => format!("{other:?}"),
			};
			Broken::new(format!("law of {pallet}: {law}"), "see `try_state.rs`")
		})
	};
	name("models", athanor_models::Pallet::<Runtime>::do_try_state())?;
	name(
		"staking",
		athanor_staking::Pallet::<Runtime>::do_try_state(),
	)?;
	name(
		"pricing",
		athanor_pricing::Pallet::<Runtime>::do_try_state(),
	)?;
	name("jobs", athanor_jobs::Pallet::<Runtime>::do_try_state())?;
	name(
		"rewards",
		athanor_rewards::Pallet::<Runtime>::do_try_state(),
	)
}

/// The live jobs are those that were posted and have not closed, and keep what their posts said. A seed
/// that was drawn stays.
fn jobs_are_those_of_the_events(ledger: &mut Ledger) -> Result<(), Broken> {
	let mut seen = 0;
	for (id, job) in Jobs::<Runtime>::iter() {
		seen += 1;
		let live = ledger.live.get_mut(&id);
		demand(
			live.as_ref()
				.is_some_and(|live| live.requester == job.requester && live.escrow == job.escrow),
			"every live job was posted and has not closed, by the events",
			|| format!("job {id}: {job:?}; events: {live:?}"),
		)?;
		let Some(live) = live else { continue };
		demand(
			live.seed.is_none() || live.seed == job.seed,
			"a seed is drawn once",
			|| format!("job {id}: {:?} after {:?}", job.seed, live.seed),
		)?;
		live.seed = job.seed;
		demand(
			job.seed.is_some() || matches!(job.state, JobState::Open { .. }),
			"nobody has a job without a seed",
			|| format!("job {id}: {job:?}"),
		)?;
	}
	demand(
		seen == ledger.live.len(),
		"every job that was posted and has not closed is live",
		|| format!("{seen} live, {} by the events", ledger.live.len()),
	)
}

/// For each requester the escrows of the live jobs, by the events, are what it has on hold. So nothing is on
/// hold for a job that has closed.
fn escrows_are_on_hold(ledger: &Ledger) -> Result<(), Broken> {
	let mut escrows = BTreeMap::<&AccountId, Balance>::new();
	for live in ledger.live.values() {
		*escrows.entry(&live.requester).or_default() += live.escrow;
	}
	let reason = RuntimeHoldReason::Jobs(athanor_jobs::HoldReason::Escrow);
	for who in accounts() {
		let held = Balances::balance_on_hold(&reason, &who);
		let owed = escrows.remove(&who).unwrap_or(0);
		demand(
			held == owed,
			"a requester has on hold what its live jobs cost at most",
			|| format!("{who:?}: {held} on hold, {owed} by the events"),
		)?;
	}
	demand(
		escrows.is_empty(),
		"a requester of live jobs has an account",
		|| format!("{escrows:?}"),
	)
}

fn payments_are_counted(ledger: &Ledger) -> Result<(), Broken> {
	let totals = athanor_rewards::Totals::<Runtime>::get();
	demand(
		totals == ledger.totals,
		"the totals of rewards are the sum of its events",
		|| format!("{totals:?}, by the events {:?}", ledger.totals),
	)
}

/// There is as much money as before, less what payments destroyed, and all of it is in accounts.
fn money_is_conserved(ledger: &Ledger) -> Result<(), Broken> {
	let issuance = Balances::total_issuance();
	demand(
		issuance == ledger.issuance,
		"total issuance changes only by what payments burn",
		|| format!("{issuance}, by the events {}", ledger.issuance),
	)?;
	let sum: Balance = frame_system::Account::<Runtime>::iter_values()
		.map(|account| account.data.free + account.data.reserved)
		.sum();
	demand(sum == issuance, "all money is in accounts", || {
		format!("{sum} in accounts, {issuance} issued")
	})
}

/// What an account has on hold, or reserved, is what `explain_account` explains; what it has locked is what it explains
/// of votes; and what it can claim is what it explains of income.
fn holds_are_explained() -> Result<(), Broken> {
	for (who, account) in frame_system::Account::<Runtime>::iter() {
		let parts = athanor_jobs::Pallet::<Runtime>::explain_account(who.clone(), u32::MAX);
		let (mut explained, mut locked, mut income) = (0, 0, 0);
		for part in &parts {
			match part.reason {
				HeldFor::DelegationIncome { .. } | HeldFor::RoyaltyIncome { .. } => {
					income += part.amount;
				}
				reason if reason.is_lock() => locked += part.amount,
				reason if reason.is_on_hold() => explained += part.amount,
				_ => {}
			}
		}
		// Of each kind it lists so many at most.
		let is_cut = parts.len() >= MAX_HELD as usize;
		let reserved = account.data.reserved;
		demand(
			explained == reserved || (is_cut && explained < reserved),
			"everything on hold is explained, and nothing else",
			|| format!("{who:?}: {reserved} on hold, {explained} explained: {parts:?}"),
		)?;
		demand(
			locked == account.data.frozen,
			"everything that is locked is explained, and nothing else",
			|| format!("{who:?}: {account:?}, {locked} explained"),
		)?;
		let claimable = wealth::claimable(&who);
		demand(
			income == claimable,
			"everything that can be claimed is explained, and nothing else",
			|| format!("{who:?}: {claimable}, {income} explained: {parts:?}"),
		)?;
	}
	Ok(())
}

/// What a provider's stake is committed to, and which slots of its offers are busy, is what it has in hand.
fn work_is_counted() -> Result<(), Broken> {
	let mut covers = BTreeMap::<AccountId, Balance>::new();
	let mut slots = BTreeMap::<(ModelVersion, AccountId), u32>::new();
	for job in Jobs::<Runtime>::iter_values() {
		if let JobState::Assigned { work, .. } = job.state {
			*covers.entry(work.provider.clone()).or_default() += work.cover;
			let key = ((job.model, job.model_version), work.provider);
			*slots.entry(key).or_default() += 1;
		}
	}
	for (who, record) in Providers::<Runtime>::iter() {
		let cover = covers.remove(&who).unwrap_or(0);
		demand(
			record.committed == cover,
			"the stake committed is the sum of the covers of the jobs in hand",
			|| format!("{who:?}: {} committed, {cover} in hand", record.committed),
		)?;
	}
	demand(
		covers.is_empty(),
		"who has a job in hand is a provider",
		|| format!("{covers:?}"),
	)?;
	let offered = Offers::<Runtime>::iter().map(|(key, who, offer)| (key, who, offer.busy));
	let drained = Draining::<Runtime>::iter().map(|(key, who, left)| (key, who, left.slots));
	for (key, who, busy) in offered.chain(drained) {
		let in_hand = slots.remove(&(key, who.clone())).unwrap_or(0);
		demand(
			busy == in_hand,
			"the busy slots of an offer are the jobs in hand",
			|| format!("{who:?} for {key:?}: {busy} busy, {in_hand} in hand"),
		)?;
	}
	demand(
		slots.is_empty(),
		"every job in hand is counted at its offer, or at what is left of it",
		|| format!("{slots:?}"),
	)
}

/// Unless the hook lags, no live job is past the end of its state.
fn deadlines_are_kept() -> Result<(), Broken> {
	let now = System::block_number();
	if AgendaCursor::<Runtime>::get(Agenda::Deadlines).block <= now {
		return Ok(());
	}
	for (id, job) in Jobs::<Runtime>::iter() {
		demand(
			job.state.deadline() > now,
			"every state of a job ends by its deadline",
			|| format!("job {id} in block {now}: {:?}", job.state),
		)?;
	}
	Ok(())
}

/// So many first turns fit into a block, whatever else is due.
const TURNS: usize = 100;

/// Unless the hook lags, or there are more than fit into a block, no job waits for its first turn longer than
/// it must.
fn turns_are_given() -> Result<(), Broken> {
	let now = System::block_number();
	if AgendaCursor::<Runtime>::get(Agenda::Deadlines).block <= now {
		return Ok(());
	}
	let delay = <Runtime as athanor_jobs::Config>::MatchDelay::get();
	let next = NextTurn::<Runtime>::get();
	let late: Vec<JobId> = Jobs::<Runtime>::iter()
		.filter(|(id, job)| *id >= next && job.posted_at + delay <= now)
		.map(|(id, _)| id)
		.collect();
	demand(
		late.is_empty() || late.len() > TURNS,
		"every job has its first turn when its time has come",
		|| format!("{late:?} in block {now}"),
	)
}

/// A job that has closed has an outcome that says what the events said, unless it has been forgotten.
fn closed_jobs_are_on_record(news: &News) -> Result<(), Broken> {
	let forgotten: BTreeSet<&JobId> = news.forgotten.iter().collect();
	for closed in &news.closed {
		let outcome = Outcomes::<Runtime>::get(closed.job);
		let agrees = outcome.as_ref().is_some_and(|outcome| {
			outcome.reason == closed.reason
				&& outcome.spent == closed.spent
				&& outcome.refund == closed.refund
				&& outcome.payment == closed.payment
		});
		demand(
			agrees || (outcome.is_none() && forgotten.contains(&closed.job)),
			"an outcome says what the events said",
			|| format!("{closed:?}; on record: {outcome:?}"),
		)?;
	}
	Ok(())
}

/// Who was just given a job has the stake and the slot for it beside all that it has in hand, and wants work.
fn new_work_is_covered(news: &News) -> Result<(), Broken> {
	let reduced: BTreeSet<&AccountId> = news.reduced.iter().collect();
	for (id, who) in &news.assigned {
		// It may have failed or delivered meanwhile, in the blocks of one operation.
		let job = Jobs::<Runtime>::get(id);
		let Some(job) = job.filter(|job| !reduced.contains(who) && job.involves(who)) else {
			continue;
		};
		let JobState::Assigned { work, .. } = &job.state else {
			continue;
		};
		let record = Providers::<Runtime>::get(who);
		let least = <Runtime as athanor_staking::Config>::MinStake::get();
		demand(
			record.as_ref().is_some_and(|record| {
				let delegated = record.unfrozen(Pools::<Runtime>::get(who).active_worth());
				record.covers(0, delegated) && record.free_bonded() >= least && !record.chilled
			}),
			"nobody is given a job without the stake for it, or against its will",
			|| format!("job {id}, {who:?}: {record:?}"),
		)?;
		let multiple = parameters::StakeMultiple::get();
		// A referendum may have changed it in a later block of the operation.
		demand(
			news.governed || work.cover == multiple.saturating_mul_int(job.escrow),
			"the governed multiple of a job's escrow answers for it",
			|| format!("job {id}, escrow {}, {multiple:?}: {work:?}", job.escrow),
		)?;
		let offer = Offers::<Runtime>::get((job.model, job.model_version), who);
		demand(
			offer
				.as_ref()
				.is_some_and(|offer| offer.busy <= offer.slots),
			"nobody is given more jobs than its offer has slots",
			|| format!("job {id}, {who:?}: {offer:?}"),
		)?;
	}
	Ok(())
}

fn accounts() -> impl Iterator<Item = AccountId> {
	frame_system::Account::<Runtime>::iter_keys()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		calls,
		cast::Actor,
		chain::Sender,
		input::Pick,
		operation::{Input, Mode, Needs, Post, Time},
		world::World,
	};
	use athanor_pricing::{Drained, Meters};
	use athanor_primitives::{job::Sampler, model::PriceClass, price::Price};
	use athanor_runtime::constants::MILLI;
	use frame_support::{defensive, traits::fungible::Mutate};

	/// A market in which one job is assigned and one waits.
	fn busy_market() -> World {
		let mut world = World::new();
		let post = Post {
			who: Actor::Alice,
			version: Pick(0),
			names_version: false,
			mode: Mode::Auto,
			input: Input::Text(5),
			output: 4,
			sampler: Sampler::Greedy,
			ceiling: Price::flat(MILLI),
			time: Time::Shortest(50),
			needs: Needs::Nothing,
		};
		for mode in [Mode::Auto, Mode::Open] {
			let request = world.inside(|| {
				calls::jobs::request(&Post {
					mode,
					..post.clone()
				})
			});
			let call = athanor_jobs::Call::<Runtime>::post { request }.into();
			world.send(Sender::Signed(Actor::Alice), &call).unwrap();
		}
		world.blocks(3, true).unwrap();
		world.check().unwrap();
		let assigned = world.inside(|| athanor_jobs::Assigned::<Runtime>::iter().count());
		assert_eq!(assigned, 1);
		world
	}

	fn provider_at_work() -> AccountId {
		let (provider, ..) = athanor_jobs::Assigned::<Runtime>::iter_keys()
			.next()
			.map(|key| (key.0,))
			.unwrap();
		provider
	}

	#[test]
	fn each_law_sees_what_breaks_it() {
		let cases: [(fn(), &str); 13] = [
			(
				|| {
					defensive!("oh");
				},
				"what cannot happen does not",
			),
			(
				|| {
					Providers::<Runtime>::mutate(provider_at_work(), |record| {
						record.as_mut().unwrap().committed += 1;
					});
				},
				"the stake committed is the sum of the covers",
			),
			(
				|| {
					let drained = Drained {
						slots: 1,
						class: PriceClass::Small,
					};
					Draining::<Runtime>::insert((5, 5), provider_at_work(), drained);
				},
				"the busy slots of an offer are the jobs in hand",
			),
			(
				|| {
					let all: Vec<_> = Offers::<Runtime>::iter().collect();
					for (key, who, mut offer) in all {
						offer.busy = 0;
						Offers::<Runtime>::insert(key, who, offer);
					}
					for class in PriceClass::ALL {
						Meters::<Runtime>::mutate(class, |usage| usage.meter.busy = 0);
					}
				},
				"the busy slots of an offer are the jobs in hand",
			),
			(
				|| {
					Jobs::<Runtime>::mutate(0, |job| job.as_mut().unwrap().seed = Some([0; 32]));
				},
				"a seed is drawn once",
			),
			(
				|| {
					Balances::mint_into(&Actor::Bob.account(), 7).unwrap();
				},
				"total issuance changes only by what payments burn",
			),
			(
				|| {
					let who = Actor::Bob.account();
					frame_system::Account::<Runtime>::mutate(who, |account| account.data.free -= 1);
				},
				"all money is in accounts",
			),
			(
				|| {
					let who = Actor::Bob.account();
					frame_system::Account::<Runtime>::mutate(who, |account| {
						account.data.free -= 1;
						account.data.reserved += 1;
					});
				},
				"everything on hold is explained",
			),
			(
				|| {
					let who = Actor::Bob.account();
					frame_system::Account::<Runtime>::mutate(who, |account| {
						account.data.frozen += 1;
					});
				},
				"everything that is locked is explained",
			),
			(
				|| {
					// Of somebody of whom no pallet knows anything.
					let stranger = || AccountId::new([9; 32]);
					let who = Actor::Bob.account();
					frame_system::Account::<Runtime>::mutate(who, |account| {
						account.data.free -= MILLI;
					});
					frame_system::Account::<Runtime>::mutate(stranger(), |account| {
						account.providers = 1;
						account.data.reserved = MILLI;
					});
				},
				"everything on hold is explained",
			),
			(
				|| {
					let who = AccountId::new([9; 32]);
					frame_system::Account::<Runtime>::mutate(who, |account| {
						account.providers = 1;
						account.data.frozen = 1;
					});
				},
				"everything that is locked is explained",
			),
			(
				|| athanor_rewards::Totals::<Runtime>::mutate(|totals| totals.jobs += 1),
				"the totals of rewards are the sum of its events",
			),
			(
				|| {
					let key = athanor_jobs::JobsOf::<Runtime>::iter_keys().next().unwrap();
					athanor_jobs::JobsOf::<Runtime>::remove(key.0, key.1);
				},
				"law of jobs",
			),
		];
		for (tamper, law) in cases {
			let mut world = busy_market();
			world.inside(tamper);
			let found = world.check().expect_err(law).law;
			assert!(found.starts_with(law), "{found}, not {law}");
		}
	}

	#[test]
	fn a_first_turn_that_does_not_come_is_seen() {
		busy_market().inside(|| {
			turns_are_given().unwrap();
			NextTurn::<Runtime>::put(0);
			turns_are_given().unwrap_err();
		});
	}

	#[test]
	fn a_job_past_its_deadline_is_seen_unless_the_hook_lags() {
		busy_market().inside(|| {
			System::set_block_number(System::block_number() + 1_000);
			deadlines_are_kept().unwrap();
			let block = System::block_number() + 1;
			let done = athanor_jobs::Cursor { block, page: 0 };
			AgendaCursor::<Runtime>::insert(Agenda::Deadlines, done);
			deadlines_are_kept().unwrap_err();
		});
	}

	#[test]
	fn work_beyond_stake_or_slots_is_seen() {
		type Case = (fn(&AccountId), &'static str);
		let cases: [Case; 3] = [
			(
				|who| {
					Providers::<Runtime>::mutate(who, |record| {
						record.as_mut().unwrap().chilled = true;
					});
				},
				"nobody is given a job without the stake for it",
			),
			(
				|_| {
					Jobs::<Runtime>::mutate(0, |job| job.as_mut().unwrap().escrow += 1);
				},
				"the governed multiple of a job's escrow answers for it",
			),
			(
				|who| {
					let job = Jobs::<Runtime>::get(0).unwrap();
					Offers::<Runtime>::mutate((job.model, job.model_version), who, |offer| {
						offer.as_mut().unwrap().busy = 3;
					});
				},
				"nobody is given more jobs than its offer has slots",
			),
		];
		for (tamper, law) in cases {
			let mut world = busy_market();
			let found = world.inside(|| {
				let who = provider_at_work();
				let mut news = News::default();
				news.assigned.push((0, who.clone()));
				new_work_is_covered(&news).unwrap();
				tamper(&who);
				new_work_is_covered(&news).unwrap_err().law
			});
			assert!(found.starts_with(law), "{found}, not {law}");
		}
	}
}
