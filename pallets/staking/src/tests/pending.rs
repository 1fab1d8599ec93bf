//! Slashes that wait: what they freeze, who gets what, and how they end.

use athanor_primitives::eligibility::Ineligible;
use sp_runtime::{DispatchError, Permill, traits::BadOrigin};

use super::*;
use crate::{Fault, MAX_PENDING, PendingSlashes, Queue};
use pretty_assertions::assert_eq;

const APPEAL: u32 = 8;

/// Alice with a stake of 2,000. Slashes wait, and give the requester 30 % of its escrow of 1,000 and the
/// reporter a tenth of the rest.
fn with_appeal(test: impl FnOnce()) {
	ExtBuilder::default()
		.provider(ALICE, 2_000)
		.appeal(APPEAL)
		.build_and_execute(|| {
			RequesterPenalty::set(Permill::from_percent(30));
			ReporterShare::set(Permill::from_percent(10));
			test();
		});
}

fn enact(slash: u64) -> frame_support::dispatch::DispatchResultWithPostInfo {
	tx(|| Staking::enact_slash(signed(DAVE), slash))
}

fn cancel(slash: u64) {
	assert_ok!(Staking::cancel_slash(RuntimeOrigin::root(), slash));
}

#[test]
fn the_requester_comes_first_then_the_reporter_then_the_treasury() {
	with_appeal(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
		System::reset_events();
		assert_eq!(equivocate(ALICE, JOB), 1_000 + 250);
		let raised = Event::SlashRaised {
			slash: 0,
			provider: ALICE,
			job: JOB,
			fault: Fault::Equivocation,
			own: 1_000,
			pooled: 250,
			enacts_at: 1 + APPEAL,
		};
		let chilled = Event::ProviderChilled { provider: ALICE };
		assert_eq!(events(), vec![raised, chilled]);
		assert_eq!(held(ALICE), 2_000);
		System::reset_events();

		advance(APPEAL - 1);
		assert_eq!((held(ALICE), events()), (2_000, vec![]));
		advance(1);
		let taken = Event::ProviderSlashed {
			slash: 0,
			provider: ALICE,
			job: JOB,
			fault: Fault::Equivocation,
			amount: 1_000,
			requester: CAROL,
			to_requester: 300,
			reporter: Some(BOB),
			to_reporter: 70,
			to_treasury: 630,
			pooled: 250,
		};
		assert_eq!(events(), vec![taken]);
		assert_eq!(held(ALICE), 1_000);
		assert_eq!(
			(free(CAROL), free(BOB), free(TREASURY)),
			(ENDOWMENT + 300, ENDOWMENT + 70, ED + 630)
		);
		assert_eq!(pool(ALICE).active_worth(), 250);
		assert_eq!(PendingSlashes::<Test>::iter().count(), 0);
		assert_eq!(Queue::<Test>::get().first, 1);
	});
}

#[test]
fn a_missed_deadline_needs_no_reporter() {
	with_appeal(|| {
		assert_eq!(time_out(ALICE, JOB), 200);
		advance(APPEAL);
		// No more than half is for the requester, or to fail one's own jobs would cost nothing.
		assert_eq!(free(CAROL), ENDOWMENT + 100);
		assert_eq!(free(TREASURY), ED + 100);
	});
}

#[test]
fn what_was_paid_comes_back_with_the_penalty() {
	with_appeal(|| {
		use athanor_primitives::ports::ProviderRegistry;
		let victim = athanor_primitives::ports::Victim {
			paid: 150,
			..victim()
		};
		Staking::slash_for_equivocation(&ALICE, JOB, &victim, &BOB);
		advance(APPEAL);
		assert_eq!(free(CAROL), ENDOWMENT + 300 + 150);
	});
}

#[test]
fn what_an_account_cannot_take_goes_on() {
	with_appeal(|| {
		let nobody = athanor_primitives::ports::Victim {
			requester: 77,
			escrow: 10,
			paid: 0,
		};
		use athanor_primitives::ports::ProviderRegistry;
		Staking::slash_for_equivocation(&ALICE, JOB, &nobody, &BOB);
		advance(APPEAL);
		assert_eq!(free(77), 0);
		assert_eq!((free(BOB), free(TREASURY)), (ENDOWMENT + 100, ED + 900));
	});
}

#[test]
fn a_cancelled_slash_takes_nothing() {
	with_appeal(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
		equivocate(ALICE, JOB);
		assert_noop!(tx(|| Staking::cancel_slash(signed(ALICE), 0)), BadOrigin);
		assert_noop!(
			tx(|| Staking::cancel_slash(RuntimeOrigin::root(), 1)),
			Error::<Test>::UnknownSlash
		);
		System::reset_events();
		cancel(0);
		let cancelled = Event::SlashCancelled {
			slash: 0,
			provider: ALICE,
			job: JOB,
			fault: Fault::Equivocation,
		};
		assert_eq!(events(), vec![cancelled]);
		advance(APPEAL);
		assert_eq!((held(ALICE), record(ALICE).frozen()), (2_000, 0));
		assert_eq!(pool(ALICE).active_worth(), 500);
		assert_noop!(enact(0), Error::<Test>::UnknownSlash);
		assert_noop!(
			tx(|| Staking::cancel_slash(RuntimeOrigin::root(), 0)),
			Error::<Test>::UnknownSlash
		);
	});
}

#[test]
fn anybody_carries_out_what_is_due() {
	with_appeal(|| {
		time_out(ALICE, JOB);
		skip_blocks(APPEAL - 1);
		assert_noop!(enact(0), Error::<Test>::AppealRuns);
		skip_blocks(1);
		let done = enact(0).unwrap();
		assert_eq!(done.pays_fee, frame_support::dispatch::Pays::No);
		assert_eq!(held(ALICE), 1_800);
		assert_noop!(enact(0), Error::<Test>::UnknownSlash);
		// The hook passes over it.
		advance(1);
		assert_eq!((held(ALICE), Queue::<Test>::get().first), (1_800, 1));
	});
}

#[test]
fn a_hook_does_as_much_as_fits_and_goes_on() {
	with_appeal(|| {
		assert_ok!(Staking::register(signed(BOB), 2_000));
		EquivocationSlash::set(Permill::from_percent(20));
		for job in 0..3 {
			equivocate(BOB, job);
		}
		// Room for the base and one slash.
		HookWeight::set(frame_support::weights::Weight::from_parts(100_000_000, 0));
		advance(APPEAL);
		assert_eq!((held(BOB), Queue::<Test>::get().first), (1_600, 1));
		advance(1);
		assert_eq!((held(BOB), Queue::<Test>::get().first), (1_280, 2));
		advance(1);
		assert_eq!((held(BOB), Queue::<Test>::get().first), (1_024, 3));
	});
}

#[test]
fn a_shorter_appeal_overtakes_nobody() {
	with_appeal(|| {
		time_out(ALICE, JOB);
		AppealPeriod::set(1);
		equivocate(ALICE, JOB);
		assert_eq!(
			PendingSlashes::<Test>::get(1).unwrap().enacts_at,
			1 + APPEAL
		);
	});
}

#[test]
fn what_is_frozen_covers_nothing_and_cannot_be_taken_out() {
	with_appeal(|| {
		assert_ok!(add_key(ALICE, 1));
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		assert_ok!(Staking::unbond(signed(ALICE), 500));
		time_out(ALICE, JOB);
		assert_eq!(record(ALICE).frozen(), 200);
		assert_noop!(
			tx(|| Staking::unbond(signed(ALICE), 1_301)),
			Error::<Test>::StakeFrozen
		);
		skip_blocks(PAUSE);
		// 1,500 bonded, 1,000 delegated; 200 and 100 of it are frozen.
		assert_eq!(refusal(ALICE, 2_201), Some(Ineligible::NotEnoughCover));
		assert_eq!(refusal(ALICE, 2_200), None);
		cancel(0);
		assert_eq!(refusal(ALICE, 2_500), None);
	});
}

#[test]
fn frozen_stake_stays_until_the_end_of_the_appeal() {
	with_appeal(|| {
		AppealPeriod::set(3 * PERIOD);
		equivocate(ALICE, JOB);
		assert_ok!(Staking::exit(signed(ALICE)));
		skip_blocks(PERIOD);
		assert_ok!(Staking::withdraw(signed(ALICE)));
		assert_eq!((held(ALICE), unbonding(ALICE)), (1_000, vec![(1_000, 21)]));
		assert_noop!(
			tx(|| Staking::withdraw(signed(ALICE))),
			Error::<Test>::StakeFrozen
		);
		assert_noop!(
			tx(|| Staking::deregister(signed(ALICE))),
			Error::<Test>::StakeRemains
		);
		advance(2 * PERIOD);
		assert_eq!(held(ALICE), 0);
		assert_ok!(Staking::deregister(signed(ALICE)));
	});
}

#[test]
fn a_record_stays_while_a_slash_is_pending() {
	with_appeal(|| {
		EquivocationSlash::set(Permill::one());
		equivocate(ALICE, 1);
		advance(APPEAL);
		assert_eq!(record(ALICE).total(), 0);
		// As one that found only delegated stake.
		Queue::<Test>::mutate(|queue| queue.next = 2);
		let slash = crate::Slash {
			provider: ALICE,
			job: JOB,
			fault: Fault::Equivocation,
			own: 0,
			share: Permill::one(),
			requester: CAROL,
			due: 0,
			reporter: None,
			raised_at: 9,
			enacts_at: 50,
		};
		crate::Providers::<Test>::mutate(ALICE, |record| {
			record.as_mut().unwrap().note(1, &slash);
		});
		PendingSlashes::<Test>::insert(1, slash);
		assert_noop!(
			tx(|| Staking::deregister(signed(ALICE))),
			Error::<Test>::SlashPending
		);
		cancel(1);
		assert_ok!(Staking::deregister(signed(ALICE)));
	});
}

#[test]
fn delegators_wait_for_slashes_of_their_time_and_no_others() {
	with_appeal(|| {
		AppealPeriod::set(3 * PERIOD);
		for who in [DAVE, EVE] {
			assert_ok!(Staking::delegate(signed(who), ALICE, 500));
		}
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 500));
		skip_blocks(1);
		assert_ok!(Staking::undelegate(signed(EVE), ALICE, 500));
		skip_blocks(PERIOD - 1);
		// Dave's part has unlocked, Eve's has not.
		equivocate(ALICE, JOB);
		skip_blocks(1);
		assert_ok!(Staking::withdraw_delegation(signed(DAVE), ALICE));
		assert_eq!(free(DAVE), ENDOWMENT);
		assert_noop!(
			tx(|| Staking::withdraw_delegation(signed(EVE), ALICE)),
			Error::<Test>::SlashPending
		);
		advance(3 * PERIOD);
		// Eve lost her own half, and not Dave's.
		assert_ok!(Staking::withdraw_delegation(signed(EVE), ALICE));
		assert_eq!(free(EVE), ENDOWMENT - 250);
	});
}

#[test]
fn one_fault_costs_no_more_than_the_cap() {
	with_appeal(|| {
		MaxEraSlash::set(Permill::from_percent(60));
		EquivocationSlash::set(Permill::one());
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		assert_eq!(equivocate(ALICE, 1), 1_200 + 600);
		assert_eq!(equivocate(ALICE, 2), 0);
	});
}

#[test]
fn an_era_costs_no_more_than_its_cap() {
	with_appeal(|| {
		MaxEraSlash::set(Permill::from_percent(60));
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		assert_eq!(equivocate(ALICE, 1), 1_000 + 500);
		// A tenth of what is left.
		assert_eq!(equivocate(ALICE, 2), 100 + 50);
		assert_eq!(equivocate(ALICE, 3), 0);
		assert_eq!(record(ALICE).pending.len(), 2);
		skip_blocks(ERA_LENGTH);
		assert_eq!(equivocate(ALICE, 4), 450 + 225);
		advance(APPEAL);
		assert_eq!(held(ALICE), 450);
		assert_eq!(pool(ALICE).active_worth(), 225);
	});
}

/// As many faults of Alice as have entries of their own, and some more, on jobs from 0 on. Returns what each
/// takes of her own stake.
fn many(more: u64) -> Vec<u128> {
	EquivocationSlash::set(Permill::from_percent(1));
	let slashes = 0..u64::from(MAX_PENDING) + more;
	for job in slashes.clone() {
		assert!(equivocate(ALICE, job) > 0);
	}
	slashes
		.map(|id| PendingSlashes::<Test>::get(id).unwrap().own)
		.collect()
}

#[test]
fn too_many_slashes_share_an_entry() {
	with_appeal(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		let own = many(3);
		let pending = record(ALICE).pending;
		assert_eq!(pending.len(), MAX_PENDING as usize);
		let last = pending.last().unwrap();
		assert_eq!((last.id, last.last, last.count), (15, 18, 4));
		assert_eq!((last.own, last.share), (own[15..].iter().sum(), 40_000));
		assert_eq!(record(ALICE).frozen(), own.iter().sum());
		assert_ok!(Staking::do_try_state());
		// There is room for entries again, and the one that is shared stays as it is.
		skip_blocks(APPEAL);
		assert_ok!(enact(0));
		assert!(equivocate(ALICE, 77) > 0);
		let newest = record(ALICE).pending.last().unwrap().clone();
		assert_eq!((newest.id, newest.last, newest.count), (19, 19, 1));
		advance(2 * APPEAL);
		assert_eq!(
			(record(ALICE).pending.len(), record(ALICE).frozen()),
			(0, 0)
		);
		assert_eq!(PendingSlashes::<Test>::iter().count(), 0);
		// Twenty times a hundredth, each of what the others leave.
		assert!(pool(ALICE).active_worth().abs_diff(818) <= 20);
		assert!(held(ALICE).abs_diff(1_636) <= 20);
	});
}

#[test]
fn the_seventeenth_victim_is_paid_too() {
	with_appeal(|| {
		use athanor_primitives::ports::ProviderRegistry;
		let first = many(0);
		skip_blocks(3);
		let victim = athanor_primitives::ports::Victim {
			requester: EVE,
			..victim()
		};
		System::reset_events();
		let own = Staking::slash_for_equivocation(&ALICE, 99, &victim, &DAVE);
		let raised = Event::SlashRaised {
			slash: 16,
			provider: ALICE,
			job: 99,
			fault: Fault::Equivocation,
			own,
			pooled: 0,
			enacts_at: 4 + APPEAL,
		};
		assert_eq!(events(), vec![raised]);
		advance(APPEAL - 3);
		// Those before it are over, and it still has its time.
		assert_eq!(held(ALICE), 2_000 - first.iter().sum::<u128>());
		assert_eq!(record(ALICE).frozen(), own);
		assert_noop!(enact(16), Error::<Test>::AppealRuns);
		advance(3);
		assert_eq!(record(ALICE).pending.len(), 0);
		assert_eq!(held(ALICE), 2_000 - first.iter().sum::<u128>() - own);
		assert!(own > 1);
		assert_eq!(free(EVE), ENDOWMENT + own / 2);
	});
}

#[test]
fn one_of_those_that_share_an_entry_is_cancelled() {
	for cancelled in [15, 16, 17] {
		with_appeal(|| {
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
			let own = many(2);
			let frozen = record(ALICE).frozen();
			cancel(cancelled);
			let taken = own[cancelled as usize];
			assert_eq!(record(ALICE).frozen(), frozen - taken);
			assert_eq!(record(ALICE).pending.last().unwrap().share, 20_000);
			assert_ok!(Staking::do_try_state());
			advance(APPEAL);
			assert_eq!(held(ALICE), 2_000 - (frozen - taken));
			assert_eq!(record(ALICE).pending.len(), 0);
			assert_noop!(enact(cancelled), Error::<Test>::UnknownSlash);
		});
	}
}

#[test]
fn no_more_is_frozen_than_a_pool_has() {
	with_appeal(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		EquivocationSlash::set(Permill::from_percent(1));
		for job in 0..15 {
			equivocate(ALICE, job);
		}
		// Together a hundred and fifty hundredths, in an entry.
		EquivocationSlash::set(Permill::from_percent(50));
		for job in 15..18 {
			MaxEraSlash::set(Permill::one());
			crate::Providers::<Test>::mutate(ALICE, |record| {
				record.as_mut().unwrap().era_share = Permill::zero();
			});
			assert!(equivocate(ALICE, job) > 0);
		}
		let last = record(ALICE).pending.last().unwrap().clone();
		assert_eq!((last.count, last.share), (3, 1_500_000));
		assert_eq!(record(ALICE).unfrozen(1_000), 0);
		assert!(record(ALICE).frozen() <= held(ALICE));
		// To the unit what the two that are left freeze.
		cancel(16);
		assert_eq!(record(ALICE).pending.last().unwrap().share, 1_000_000);
		advance(APPEAL);
		assert!(pool(ALICE).active_worth().abs_diff(215) <= 20);
	});
}

#[test]
fn victims_of_one_outage_share_its_slash() {
	with_appeal(|| {
		use athanor_primitives::ports::ProviderRegistry;
		let miss = |requester, escrow, job| {
			let victim = athanor_primitives::ports::Victim {
				requester,
				escrow,
				paid: 0,
			};
			Staking::slash_for_timeout(&ALICE, job, &victim)
		};
		// 30, 60 and 30 are due of 200, of which no more than half is for requesters.
		assert_eq!(miss(CAROL, 100, 1), 200);
		skip_blocks(1);
		System::reset_events();
		assert_eq!(miss(EVE, 200, 2), 0);
		assert_eq!(miss(DAVE, 100, 3), 0);
		assert_eq!(miss(BOB, 100, 4), 0);
		let divided = |slash, job, own| Event::SlashDivided {
			slash,
			of: 0,
			provider: ALICE,
			job,
			own,
			enacts_at: 2 + APPEAL,
		};
		assert_eq!(events(), vec![divided(1, 2, 120), divided(2, 3, 20)]);
		assert_eq!(record(ALICE).frozen(), 200);
		assert_ok!(Staking::do_try_state());
		advance(APPEAL);
		assert_eq!((held(ALICE), record(ALICE).slashed), (1_800, 200));
		let got = [CAROL, EVE, DAVE, BOB].map(|who| free(who) - ENDOWMENT);
		assert_eq!(got, [30, 60, 10, 0]);
		assert_eq!(free(TREASURY), ED + 100);
	});
}

#[test]
fn a_part_of_a_slash_is_cancelled_alone() {
	with_appeal(|| {
		use athanor_primitives::ports::ProviderRegistry;
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
		let small = athanor_primitives::ports::Victim {
			escrow: 100,
			..victim()
		};
		Staking::slash_for_timeout(&ALICE, 1, &small);
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 500));
		Staking::slash_for_timeout(&ALICE, 2, &small);
		assert_eq!(record(ALICE).frozen(), 200);
		cancel(0);
		assert_eq!(record(ALICE).frozen(), 60);
		// What is left takes nothing of what is delegated, so that nobody waits for it.
		assert!(!record(ALICE).holds_back(1 + PERIOD));
		cancel(1);
		assert_eq!(record(ALICE).frozen(), 0);
		// There is nothing to share in any more.
		Staking::slash_for_timeout(&ALICE, 3, &small);
		assert_eq!(record(ALICE).pending.len(), 0);
	});
}

#[test]
fn new_stake_does_not_answer_for_old_faults() {
	with_appeal(|| {
		equivocate(ALICE, JOB);
		assert_ok!(Staking::bond(signed(ALICE), 3_000));
		assert_eq!(record(ALICE).frozen(), 1_000);
		advance(APPEAL);
		assert_eq!(held(ALICE), 4_000);
	});
}

#[test]
fn nobody_but_governance_cancels() {
	with_appeal(|| {
		time_out(ALICE, JOB);
		for who in [ALICE, BOB, CAROL] {
			assert_noop!(
				tx(|| Staking::cancel_slash(signed(who), 0)),
				DispatchError::BadOrigin
			);
		}
	});
}
