//! Many jobs that are due at the same time, and little weight to work them off.

use std::collections::BTreeSet;

use athanor_primitives::testing;
use frame_support::{assert_ok, traits::Hooks};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;

use super::*;
use crate::{
	Agenda, AgendaCursor, AgendaEnd, AgendaPages, Assigned, Cursor, Equivocations, Inputs, JobsOf,
	Queue, Receipts, WeightInfo,
	agenda::{PAGE_SIZE, Page},
	mock::*,
};

/// Costs of the mocked steps.
const BASE: u64 = 10;
const PAGE: u64 = 1;
const STALE: u64 = 1;
const DUE: u64 = 100;
const FORGET: u64 = 100;

/// The block in which a usual job of block 1 is refunded that nobody takes.
const REFUND: u64 = 26;

fn pages(agenda: Agenda, at: u64) -> Vec<usize> {
	(0..AgendaEnd::<Test>::get(agenda, at))
		.map(|page| AgendaPages::<Test>::get((agenda, at, page)).map_or(0, |entries| entries.len()))
		.collect()
}

fn posted(count: u64) -> Vec<JobId> {
	(0..count)
		.map(|n| post_as(if n % 2 == 0 { ALICE } else { BOB }, request()))
		.collect()
}

/// Jobs of which nothing is in the queue once they had their first turn.
fn posted_open(count: u64) -> Vec<JobId> {
	(0..count)
		.map(|n| post_as(if n % 2 == 0 { ALICE } else { BOB }, open_request()))
		.collect()
}

/// Nothing is left of any job: only counters and cursors.
fn assert_empty() {
	assert_eq!(JobStorage::<Test>::iter().count(), 0);
	assert_eq!(Outcomes::<Test>::iter().count(), 0);
	assert_eq!(Inputs::<Test>::iter().count(), 0);
	assert_eq!(Receipts::<Test>::iter().count(), 0);
	assert_eq!(Equivocations::<Test>::iter().count(), 0);
	assert_eq!(Assigned::<Test>::iter().count(), 0);
	assert_eq!(JobsOf::<Test>::iter().count(), 0);
	assert_eq!(Queue::<Test>::iter().count(), 0);
	assert_eq!(AgendaPages::<Test>::iter().count(), 0);
	assert_eq!(AgendaEnd::<Test>::iter().count(), 0);
	assert_eq!((on_hold(ALICE), on_hold(BOB)), (0, 0));
}

#[test]
fn the_costs_here_are_those_of_the_mock() {
	assert_eq!(<() as WeightInfo>::hook_base(), weight(BASE));
	assert_eq!(<() as WeightInfo>::agenda_page(), weight(PAGE));
	assert_eq!(<() as WeightInfo>::stale(), weight(STALE));
	assert_eq!(<() as WeightInfo>::settle(), weight(DUE));
	assert_eq!(<() as WeightInfo>::forget(0), weight(FORGET));
}

/// With it, the smallest share is enough for one match.
const LEAST: u64 = 996;

#[test]
fn the_least_weight_has_a_step_of_each_kind_in_its_share() {
	ExtBuilder::default().build_and_execute(|| {
		HookWeight::set(weight(LEAST));
		Jobs::integrity_test();
		HookWeight::set(weight(LEAST - 1));
		let refused = std::panic::catch_unwind(Jobs::integrity_test);
		assert!(refused.is_err());
	});
}

#[test]
fn what_does_not_fit_into_a_page_fills_another() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			let ids = posted(200);
			assert_eq!(pages(Agenda::Deadlines, REFUND), vec![64, 64, 64, 8]);
			check_laws();
			advance_to(REFUND - 1);
			assert_eq!(JobStorage::<Test>::iter().count(), 200);
			events();
			advance(1);
			assert_eq!(closed(&events()), ids);
			assert_eq!(pages(Agenda::Retention, REFUND + 50), vec![64, 64, 64, 8]);
			assert_eq!(
				AgendaCursor::<Test>::get(Agenda::Deadlines),
				Cursor {
					block: REFUND + 1,
					page: 0
				}
			);
			advance(51);
			assert_empty();
		});
}

#[test]
fn a_part_of_a_page_is_worked_off_and_the_rest_next() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			let ids = posted_open(100);
			advance_to(REFUND - 1);
			HookWeight::set(weight(BASE + PAGE + 10 * DUE));
			events();
			advance(1);
			assert_eq!(closed(&events()), ids[..10]);
			assert_eq!(pages(Agenda::Deadlines, REFUND), vec![54, 36]);
			check_laws();
			let mut all = ids[..10].to_vec();
			for _ in 0..10 {
				advance(1);
				check_laws();
				let now = closed(&events());
				assert!(now.len() <= 10, "{now:?}");
				all.extend(now);
			}
			assert_eq!(all, ids);
			// The last page went, and so did its block.
			advance(1);
			assert_eq!(pages(Agenda::Deadlines, REFUND), Vec::<usize>::new());
		});
}

#[test]
fn whatever_the_weight_nothing_is_lost_or_done_twice() {
	// From the least that the configuration allows to all at once: every place where it can run out.
	let around_a_page = (5_412..5_422).chain(6_012..6_022);
	for more in (0..1_000).step_by(37).chain(around_a_page) {
		ExtBuilder::default()
			.without_offers()
			.build_and_execute(|| {
				let ids = posted(70);
				advance_to(REFUND - 1);
				HookWeight::set(weight(LEAST + more));
				events();
				let mut all = Vec::new();
				for _ in 0..80 {
					advance(1);
					Jobs::do_try_state().unwrap();
					all.extend(closed(&events()));
					if all.len() == ids.len() {
						break;
					}
				}
				assert_eq!(all, ids, "with {more} more");
				assert_eq!(free(ALICE), ENDOWMENT);
			});
	}
}

#[test]
fn thousands_are_worked_off_over_many_blocks_in_order() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			endow(ALICE, 3_000 * ESCROW);
			endow(BOB, 3_000 * ESCROW);
			let ids = posted_open(3_000);
			// Some more that are due in the block after.
			advance(1);
			let later = posted_open(500);
			advance_to(REFUND - 1);
			HookWeight::set(weight(BASE + 100 * DUE));
			events();
			let mut all = Vec::new();
			let mut blocks = 0;
			while all.len() < 3_500 {
				advance(1);
				let now = closed(&events());
				assert!((95..=100).contains(&now.len()) || all.len() + now.len() == 3_500);
				all.extend(now);
				blocks += 1;
				if blocks % 7 == 0 {
					check_laws();
				}
			}
			assert_eq!(all, [ids, later].concat());
			assert!(blocks < 40, "{blocks} blocks");
			// They are forgotten in little bites too, in order.
			IdleWeight::set(weight(BASE + 5 * PAGE + 50 * FORGET));
			let mut forgotten = Vec::new();
			for _ in 0..110 {
				advance(1);
				forgotten.extend(told(&events(), |event| match event {
					Event::OutputRemoved { job } => Some(*job),
					_ => None,
				}));
			}
			assert_eq!(forgotten, all);
			assert_empty();
		});
}

#[test]
fn what_has_moved_on_costs_little() {
	ExtBuilder::default().build_and_execute(|| {
		for who in [PROVIDER, OTHER_PROVIDER] {
			testing::set_offer(MODEL, who, price(), 400);
		}
		let ids = posted(500);
		advance(1);
		for id in &ids {
			complete(*id, &[1]);
		}
		advance(SETTLE_PERIOD);
		assert_eq!(paid().len(), 500);
		// Their deadlines as assigned and as open jobs are entries still.
		for at in [8, REFUND] {
			assert_eq!(pages(Agenda::Deadlines, at).iter().sum::<usize>(), 500);
			advance_to(at - 1);
			System::set_block_number(at);
			let used = Jobs::on_initialize(at);
			assert_eq!(used, weight(BASE + 9 * PAGE + 500 * STALE));
			assert_eq!(pages(Agenda::Deadlines, at), Vec::<usize>::new());
		}
		assert!(testing::slashes().is_empty());
		assert_eq!(paid().len(), 500);
		advance(50);
		assert_empty();
	});
}

#[test]
fn two_entries_of_a_job_for_one_block_count_once() {
	ExtBuilder::default().build_and_execute(|| {
		// Refunded as an open job in block 8, due as an assigned one in block 8.
		let mut short = request();
		short.time_limit = 12;
		let id = post_as(ALICE, short);
		assert_eq!(job(id).state.deadline(), 8);
		advance(1);
		assert_eq!(job(id).state.deadline(), 8);
		assert_eq!(pages(Agenda::Deadlines, 8), vec![2]);
		advance_to(8);
		assert_eq!(timeouts(), vec![(PROVIDER, id)]);
		assert_eq!(closed(&events()), vec![id]);
	});
}

#[test]
fn a_hook_that_is_behind_catches_up() {
	ExtBuilder::default().build_and_execute(|| {
		Retention::set(500);
		testing::set_offer(MODEL, PROVIDER, price(), 100);
		let ids = posted(100);
		advance(1);
		for id in &ids[..50] {
			complete(*id, &[1]);
		}
		// Nothing runs for a while, and somebody pokes some of them.
		System::set_block_number(20);
		for id in [ids[0], ids[60]] {
			assert_ok!(Jobs::poke(RuntimeOrigin::signed(BOB), id));
		}
		check_laws();
		HookWeight::set(weight(BASE + 8 * DUE));
		for _ in 0..60 {
			advance(1);
			check_laws();
		}
		let reasons: BTreeSet<_> = ids.iter().map(|id| format!("{:?}", reason(*id))).collect();
		assert_eq!(paid().len(), 50);
		assert_eq!(reasons.len(), 2, "{reasons:?}");
		// One slash for each that missed its deadline: nobody had time for a second one.
		let slashed: BTreeSet<_> = timeouts().into_iter().collect();
		assert_eq!(slashed.len(), timeouts().len());
		assert_eq!(
			slashed.iter().map(|(_, id)| *id).collect::<BTreeSet<_>>(),
			ids[50..].iter().copied().collect()
		);
	});
}

#[test]
fn idle_time_too_short_for_a_step_does_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let ids = posted(3);
		for id in &ids {
			let who = job(*id).requester;
			assert_ok!(Jobs::cancel(RuntimeOrigin::signed(who), *id));
		}
		let left = || Outcomes::<Test>::iter().count();
		// Due in the idle time of block 51.
		System::set_block_number(51);
		for (idle, used) in [(0, 0), (BASE - 1, 0), (BASE, BASE)] {
			assert_eq!(Jobs::on_idle(51, weight(idle)), weight(used));
			assert_eq!(left(), 3);
		}
		// The blocks before, the page, and not quite enough for a job.
		let passed = BASE + 52 * PAGE;
		assert_eq!(
			Jobs::on_idle(51, weight(passed + FORGET - 1)),
			weight(passed)
		);
		assert_eq!(left(), 3);
		check_laws();
		// Then one, which stays forgotten, and the others.
		let used = Jobs::on_idle(51, weight(BASE + PAGE + FORGET));
		assert_eq!((used, left()), (weight(BASE + PAGE + FORGET), 2));
		check_laws();
		let used = Jobs::on_idle(51, weight(u64::MAX));
		assert_eq!(used, weight(BASE + 2 * PAGE + 2 * FORGET));
		assert_eq!(left(), 0);
	});
}

#[test]
fn an_outcome_that_was_poked_away_costs_little() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(ALICE), id));
		advance_to(50);
		Jobs::on_idle(50, weight(u64::MAX));
		System::set_block_number(51);
		assert_ok!(Jobs::poke(RuntimeOrigin::signed(BOB), id));
		events();
		let used = Jobs::on_idle(51, weight(u64::MAX));
		assert_eq!(used, weight(BASE + 2 * PAGE + STALE));
		assert_eq!(events(), vec![]);
	});
}

#[test]
fn a_full_page_keeps_its_size() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			posted(u64::from(PAGE_SIZE));
			assert_eq!(pages(Agenda::Deadlines, REFUND), vec![64]);
			posted(1);
			assert_eq!(pages(Agenda::Deadlines, REFUND), vec![64, 1]);
			assert!(AgendaPages::<Test>::iter_values().all(|page: Page| !page.is_empty()));
		});
}
