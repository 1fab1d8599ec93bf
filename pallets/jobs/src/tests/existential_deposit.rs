//! Posting at the edge of what an account has.

use athanor_primitives::{price::Price, testing};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::Mutate,
		tokens::{Fortitude, Precision, Preservation},
	},
};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;

use super::*;
use crate::{Error, mock::*};

const CAROL: AccountId = 3;

fn post_of_carol() -> sp_runtime::DispatchResult {
	Jobs::post(RuntimeOrigin::signed(CAROL), request())
}

#[test]
fn the_existential_deposit_stays_free() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(post_of_carol(), Error::<Test>::InsufficientBalance);
		endow(CAROL, ED);
		assert_noop!(post_of_carol(), Error::<Test>::InsufficientBalance);
		endow(CAROL, ESCROW - 1);
		assert_noop!(post_of_carol(), Error::<Test>::InsufficientBalance);
		endow(CAROL, 1);
		assert_ok!(post_of_carol());
		assert_eq!((free(CAROL), on_hold(CAROL)), (ED, ESCROW));
		// What is on hold does not count for the next.
		endow(CAROL, ESCROW - 1);
		assert_noop!(post_of_carol(), Error::<Test>::InsufficientBalance);
		endow(CAROL, 1);
		assert_ok!(post_of_carol());
		assert_eq!((free(CAROL), on_hold(CAROL)), (ED, 2 * ESCROW));
	});
}

#[test]
fn a_requester_cannot_vanish_while_its_job_lives() {
	ExtBuilder::default().build_and_execute(|| {
		endow(CAROL, ESCROW + ED);
		assert_ok!(post_of_carol());
		let all = RuntimeCall::Balances(pallet_balances::Call::transfer_all {
			dest: BOB,
			keep_alive: false,
		});
		use sp_runtime::traits::Dispatchable;
		assert_ok!(all.clone().dispatch(RuntimeOrigin::signed(CAROL)));
		assert_eq!((free(CAROL), on_hold(CAROL)), (ED, ESCROW));
		check_laws();
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(CAROL), 0));
		assert_eq!(free(CAROL), ED + ESCROW);
		assert_ok!(all.dispatch(RuntimeOrigin::signed(CAROL)));
		assert!(!System::account_exists(&CAROL));
		// Nor does what is left of the job need it.
		advance(55);
	});
}

#[test]
fn a_job_that_costs_all_its_escrow_leaves_the_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		endow(CAROL, ESCROW + ED);
		let mut dearest = request();
		testing::set_offer(MODEL, PROVIDER, dearest.ceiling, 1);
		dearest.max_output_tokens = 10;
		let id = post_as(CAROL, dearest);
		advance(1);
		let pair = worker(PROVIDER);
		let mut full = receipt(id, &[1; 10]);
		full.tokens_in = 32;
		assert_ok!(submit(sign(full, &pair), Some(deliver(id, &[1; 10], &pair))).unwrap());
		advance(SETTLE_PERIOD);
		assert_eq!((outcome(id).spent, outcome(id).refund), (ESCROW, 0));
		assert_eq!((free(CAROL), on_hold(CAROL)), (ED, 0));
	});
}

#[test]
fn a_job_for_nothing_needs_no_balance_and_owes_none() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_offer(MODEL, PROVIDER, Price::flat(0), 4);
		let mut free_job = request();
		free_job.ceiling = Price::flat(0);
		endow(CAROL, ED);
		let ids = [(); 3].map(|_| post_as(CAROL, free_job.clone()));
		assert_eq!(on_hold(CAROL), 0);
		// Nothing is on hold, so its owner may leave.
		assert_ok!(<Balances as Mutate<_>>::burn_from(
			&CAROL,
			ED,
			Preservation::Expendable,
			Precision::Exact,
			Fortitude::Polite,
		));
		assert!(!System::account_exists(&CAROL));
		check_laws();
		advance(1);
		complete(ids[0], &[1]);
		complete(ids[1], &[1]);
		advance(SETTLE_PERIOD);
		assert_eq!(reason(ids[0]), CloseReason::Paid);
		assert_eq!((outcome(ids[0]).spent, outcome(ids[0]).refund), (0, 0));
		advance_to(40);
		assert_eq!(reason(ids[2]), CloseReason::WorkerTimedOut);
		assert_eq!(free(CAROL), 0);
	});
}
