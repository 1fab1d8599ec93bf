//! Claiming what shares have earned. The existential deposit is 100.

use athanor_primitives::testing;
use polkadot_sdk::frame_support::{assert_noop, assert_ok};
use pretty_assertions::assert_eq;

use crate::{Deposits, Error, Event, Holders, Royalties, mock::*};

fn claimed(who: AccountId, amount: u128) {
	assert_last(Event::RoyaltyClaimed {
		model: MODEL,
		who,
		amount,
	});
}

/// Splits the royalty in the first block: so many shares for somebody.
fn split(to: AccountId, shares: u32) {
	transfer(AUTHOR, to, shares).unwrap();
}

#[test]
fn a_claim_pays_what_was_earned_once() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(ALICE, 250_000);
		pay_royalty(1_000, 2);
		assert_ok!(claim(ALICE));
		claimed(ALICE, 250);
		assert_eq!(balance(ALICE), ENDOWMENT + 250);
		assert_noop!(claim(ALICE), Error::<Test>::NothingToClaim);
		assert_noop!(claim_for(ALICE), Error::<Test>::NothingToClaim);

		pay_royalty(400, 2);
		assert_ok!(claim(ALICE));
		claimed(ALICE, 100);
		assert_ok!(claim(AUTHOR));
		claimed(AUTHOR, 1_050);
		assert_eq!(balance(Rewards::pot()), 100);
	});
}

#[test]
fn anybody_can_claim_for_a_holder() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(ALICE, 250_000);
		pay_royalty(1_000, 2);
		assert_ok!(claim_for(ALICE));
		claimed(ALICE, 250);
		assert_eq!(balance(ALICE), ENDOWMENT + 250);
		assert_eq!(balance(PAUPER), 0);
	});
}

#[test]
fn who_has_no_shares_has_nothing_to_claim() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(ALICE, 1);
		assert_noop!(claim(ALICE), Error::<Test>::NothingToClaim);
		pay_royalty(1_000, 2);
		assert_noop!(claim(BOB), Error::<Test>::NothingToClaim);
		assert_noop!(claim_for(BOB), Error::<Test>::NothingToClaim);
		// Less than a unit.
		assert_noop!(claim(ALICE), Error::<Test>::NothingToClaim);
	});
}

#[test]
fn what_is_not_split_cannot_be_claimed() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_noop!(claim(AUTHOR), Error::<Test>::NotSplit);
		assert_noop!(claim_for(AUTHOR), Error::<Test>::NotSplit);
		testing::remove_model(MODEL);
		assert_noop!(claim(AUTHOR), Error::<Test>::UnknownModel);
		assert_noop!(claim_for(AUTHOR), Error::<Test>::UnknownModel);
	});
}

#[test]
fn too_little_for_an_account_that_does_not_exist_waits() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(PAUPER, 500_000);
		pay_royalty(199, 2);
		assert_noop!(claim_for(PAUPER), Error::<Test>::TooLittle);
		assert_noop!(claim(PAUPER), Error::<Test>::TooLittle);
		pay_royalty(1, 2);
		assert_ok!(claim_for(PAUPER));
		claimed(PAUPER, 100);
		assert_eq!(balance(PAUPER), 100);
		// Now there is an account, which takes a single unit.
		pay_royalty(2, 2);
		assert_ok!(claim_for(PAUPER));
		assert_eq!(balance(PAUPER), 101);
	});
}

#[test]
fn who_gave_its_shares_away_keeps_what_they_had_earned() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(ALICE, 500_000);
		pay_royalty(1_000, 2);
		let before = held(AUTHOR);
		assert_ok!(transfer(ALICE, BOB, 500_000));
		// The record is still there, and with it the author's deposit.
		assert_eq!((shares(ALICE), held(AUTHOR)), (0, before));
		assert_noop!(transfer(ALICE, BOB, 1), Error::<Test>::NotEnoughShares);

		pay_royalty(1_000, 2);
		assert_ok!(claim(ALICE));
		assert_eq!(balance(ALICE) + held(ALICE), ENDOWMENT + 500);
		assert!(!Holders::<Test>::contains_key(ALICE, MODEL));
		assert!(held(AUTHOR) < before);
		assert_noop!(claim(ALICE), Error::<Test>::NothingToClaim);
	});
}

#[test]
fn shares_that_come_back_keep_what_was_earned_before() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(ALICE, 500_000);
		pay_royalty(1_000, 2);
		assert_ok!(transfer(ALICE, AUTHOR, 500_000));
		pay_royalty(1_000, 2);
		assert_ok!(transfer(AUTHOR, ALICE, 100_000));
		pay_royalty(1_000, 2);
		assert_ok!(claim(ALICE));
		claimed(ALICE, 500 + 100);
		assert_ok!(claim(AUTHOR));
		claimed(AUTHOR, 500 + 1_000 + 900);
	});
}

#[test]
fn what_can_never_be_paid_goes_to_the_treasury() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(PAUPER, 500_000);
		pay_royalty(198, 2);
		assert_noop!(claim_for(PAUPER), Error::<Test>::TooLittle);
		assert_ok!(transfer(PAUPER, AUTHOR, 500_000));
		let before = (held(AUTHOR), balance(TREASURY));
		assert_ok!(claim_for(PAUPER));
		System::assert_has_event(
			Event::RoyaltyForfeited {
				model: MODEL,
				who: PAUPER,
				to_treasury: 99,
				burned: 0,
			}
			.into(),
		);
		assert_eq!(balance(TREASURY), before.1 + 99);
		assert!(held(AUTHOR) < before.0);
		assert!(!System::account_exists(&PAUPER));
	});
}

#[test]
fn what_even_the_treasury_cannot_take_is_burned() {
	let builder = ExtBuilder::default().endow(AUTHOR, ENDOWMENT);
	builder.build_and_execute(|| {
		split(PAUPER, 500_000);
		pay_royalty(198, 2);
		assert_ok!(transfer(PAUPER, AUTHOR, 500_000));
		let issuance = Balances::total_issuance();
		assert_ok!(claim_for(PAUPER));
		System::assert_has_event(
			Event::RoyaltyForfeited {
				model: MODEL,
				who: PAUPER,
				to_treasury: 0,
				burned: 99,
			}
			.into(),
		);
		assert_eq!(Balances::total_issuance(), issuance - 99);
	});
}

#[test]
fn when_the_model_is_gone_everything_can_be_claimed_and_ends() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(ALICE, 333_333);
		assert_ok!(transfer(ALICE, BOB, 1));
		pay_royalty(1_000, 2);
		testing::remove_model(MODEL);

		assert_ok!(claim(ALICE));
		System::assert_has_event(
			Event::RoyaltyClaimed {
				model: MODEL,
				who: ALICE,
				amount: 333,
			}
			.into(),
		);
		assert_noop!(claim(ALICE), Error::<Test>::NothingToClaim);
		let left = Royalties::<Test>::get(MODEL).unwrap();
		assert_eq!((left.shares, left.holders), (666_668, 2));

		// There is nothing to pay to Bob, but his record ends.
		assert_ok!(claim_for(BOB));
		let treasury = balance(TREASURY);
		assert_ok!(claim_for(AUTHOR));
		assert_last(Event::RoyaltyEnded {
			model: MODEL,
			to_treasury: 1,
			burned: 0,
		});
		assert_eq!(balance(TREASURY), treasury + 1);
		assert_eq!(balance(Rewards::pot()), 100);
		assert_eq!(Royalties::<Test>::iter().count(), 0);
		assert_eq!(Deposits::<Test>::iter().count(), 0);
		let all = [AUTHOR, ALICE, BOB].map(held);
		assert_eq!(all, [0; 3]);
		assert_noop!(claim(ALICE), Error::<Test>::UnknownModel);
	});
}

#[test]
fn what_a_removed_model_owes_to_who_has_no_account_goes_to_the_treasury() {
	ExtBuilder::default().rich().build_and_execute(|| {
		split(PAUPER, 1_000_000);
		pay_royalty(99, 2);
		testing::remove_model(MODEL);
		let treasury = balance(TREASURY);
		assert_ok!(claim_for(PAUPER));
		assert_eq!(balance(TREASURY), treasury + 99);
		assert_last(Event::RoyaltyEnded {
			model: MODEL,
			to_treasury: 0,
			burned: 0,
		});
	});
}
