//! Nobody gets more work than the stake covers.

use athanor_primitives::{price::Price, testing};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_runtime::FixedU128;

use super::*;
use crate::{Error, mock::*};

/// Cover of the usual job, with the usual multiple of 2.
const COVER: u128 = 2 * ESCROW;

fn cover(id: JobId) -> u128 {
	job(id).state.work().unwrap().cover
}

#[test]
fn a_draw_passes_over_who_has_not_enough_stake() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_bonded(PROVIDER, 3 * COVER - 1);
		testing::set_bonded(OTHER_PROVIDER, COVER);
		let ids: Vec<_> = (0..4).map(|_| post()).collect();
		advance(1);
		let holders: Vec<_> = ids[..3].iter().map(|id| holder(*id)).collect();
		assert_eq!(holders, vec![PROVIDER, PROVIDER, OTHER_PROVIDER]);
		assert!(is_open(ids[3]));
		assert_eq!(testing::committed(PROVIDER), 2 * COVER);
		assert_eq!(testing::committed(OTHER_PROVIDER), COVER);
		// There were slots enough.
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(2));

		// What a receipt frees covers the next.
		complete(ids[0], &[1]);
		assert_eq!(testing::committed(PROVIDER), COVER);
		advance(1);
		assert_eq!(holder(ids[3]), PROVIDER);
	});
}

#[test]
fn a_direct_job_waits_until_its_provider_can_cover_it() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_bonded(PROVIDER, COVER);
		let first = post_as(ALICE, direct_request(PROVIDER));
		let second = post_as(BOB, direct_request(PROVIDER));
		advance(3);
		assert_eq!(holder(first), PROVIDER);
		assert!(is_open(second));
		complete(first, &[1]);
		advance(1);
		assert_eq!(holder(second), PROVIDER);
	});
}

#[test]
fn a_claim_needs_stake_that_covers_it() {
	ExtBuilder::default().build_and_execute(|| {
		let (first, second) = (post_as(ALICE, open_request()), claimable());
		testing::set_bonded(PROVIDER, COVER - 1);
		assert_noop!(claim(PROVIDER, first), Error::<Test>::NotEnoughCover);
		testing::set_bonded(PROVIDER, 2 * COVER - 1);
		assert_ok!(claim(PROVIDER, first));
		assert_noop!(claim(PROVIDER, second), Error::<Test>::NotEnoughCover);
		testing::set_bonded(PROVIDER, 2 * COVER);
		assert_ok!(submit_claim(claim_of(PROVIDER, second)).unwrap());
		assert_eq!(testing::committed(PROVIDER), 2 * COVER);
	});
}

#[test]
fn stake_is_free_again_when_a_job_has_left_the_provider() {
	ExtBuilder::default().build_and_execute(|| {
		// By a receipt, by a missed deadline, by a proof of two receipts.
		let ids: Vec<_> = (0..3)
			.map(|_| post_as(ALICE, direct_request(PROVIDER)))
			.collect();
		advance(1);
		assert_eq!(testing::committed(PROVIDER), 3 * COVER);
		complete(ids[0], &[1]);
		assert_eq!(testing::committed(PROVIDER), 2 * COVER);
		assert_ok!(report(two_receipts(PROVIDER, ids[1])));
		assert_eq!(testing::committed(PROVIDER), COVER);
		// The payment releases nothing more.
		advance(SETTLE_PERIOD);
		assert_eq!(testing::committed(PROVIDER), COVER);
		advance_to(8);
		assert_eq!(reason(ids[2]), CloseReason::WorkerTimedOut);
		assert_eq!(testing::committed(PROVIDER), 0);
	});
}

#[test]
fn what_was_committed_is_released_whatever_governance_does_meanwhile() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_bonded(PROVIDER, 10 * ESCROW);
		let first = post_as(ALICE, direct_request(PROVIDER));
		advance(1);
		StakeMultiple::set(FixedU128::from_u32(5));
		let second = post_as(ALICE, direct_request(PROVIDER));
		let third = post_as(ALICE, direct_request(PROVIDER));
		advance(1);
		// The first keeps its cover, the third finds less than the new one left.
		assert_eq!((cover(first), cover(second)), (2 * ESCROW, 5 * ESCROW));
		assert!(is_open(third));
		assert_eq!(testing::committed(PROVIDER), 7 * ESCROW);
		StakeMultiple::set(FixedU128::from_u32(0));
		advance(1);
		assert_eq!(cover(third), 0);
		complete(first, &[1]);
		assert_eq!(testing::committed(PROVIDER), 5 * ESCROW);
		StakeMultiple::set(FixedU128::from_u32(7));
		complete(third, &[1]);
		assert_eq!(testing::committed(PROVIDER), 5 * ESCROW);
		advance_to(9);
		assert_eq!(reason(second), CloseReason::WorkerTimedOut);
		assert_eq!(testing::committed(PROVIDER), 0);
	});
}

#[test]
fn a_job_offered_again_needs_the_cover_of_that_time() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_bonded(OTHER_PROVIDER, 3 * ESCROW - 1);
		let id = post();
		advance(1);
		assert_eq!(cover(id), COVER);
		StakeMultiple::set(FixedU128::from_u32(3));
		advance_to(9);
		assert!(is_open(id));
		testing::set_bonded(OTHER_PROVIDER, 3 * ESCROW);
		advance(1);
		assert_eq!((holder(id), cover(id)), (OTHER_PROVIDER, 3 * ESCROW));
	});
}

#[test]
fn a_multiple_may_be_a_fraction() {
	ExtBuilder::default().build_and_execute(|| {
		StakeMultiple::set(FixedU128::from_rational(3, 8));
		let id = post();
		advance(1);
		// 70.5, rounded down.
		assert_eq!((ESCROW * 3, cover(id)), (564, 70));
	});
}

#[test]
fn a_cover_that_overflows_is_more_than_anybody_has() {
	ExtBuilder::default().build_and_execute(|| {
		StakeMultiple::set(FixedU128::from_inner(u128::MAX));
		for who in [PROVIDER, OTHER_PROVIDER] {
			testing::set_bonded(who, u128::MAX - 1);
		}
		endow(ALICE, u128::MAX / 2);
		let mut dear = open_request();
		dear.ceiling = Price::flat(u128::MAX / 1_000);
		let open = post_as(ALICE, dear.clone());
		dear.assignment = request().assignment;
		let auto = post_as(ALICE, dear);
		advance(1);
		assert!(is_open(auto));
		assert_noop!(claim(PROVIDER, open), Error::<Test>::NotEnoughCover);
		// A small job next to it is not concerned.
		StakeMultiple::set(FixedU128::from_u32(2));
		let small = post();
		advance(1);
		assert_eq!(cover(small), COVER);
	});
}
