//! Ending that a royalty is split.

use athanor_primitives::testing;
use polkadot_sdk::frame_support::{assert_noop, assert_ok};
use pretty_assertions::assert_eq;

use crate::{Deposits, Error, Event, Holders, Royalties, mock::*};

#[test]
fn an_owner_with_all_shares_merges_them() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1_000_000));
		pay_royalty(1_000, 2);
		assert_ok!(claim(ALICE));
		assert_ok!(transfer(ALICE, AUTHOR, 1_000_000));
		pay_royalty(500, 2);
		let author = balance(AUTHOR) + held(AUTHOR);

		assert_ok!(merge(AUTHOR));
		System::assert_has_event(
			Event::RoyaltyClaimed {
				model: MODEL,
				who: AUTHOR,
				amount: 500,
			}
			.into(),
		);
		assert_last(Event::RoyaltyEnded {
			model: MODEL,
			to_treasury: 0,
			burned: 0,
		});
		assert_eq!(balance(AUTHOR), author + 500);
		assert_eq!((held(AUTHOR), held(ALICE)), (0, 0));
		assert_eq!(balance(Rewards::pot()), 100);
		assert_eq!(Royalties::<Test>::iter().count(), 0);
		assert_eq!(Holders::<Test>::iter().count(), 0);
		assert_eq!(Deposits::<Test>::iter().count(), 0);
		// It can be split again.
		assert_ok!(transfer(AUTHOR, BOB, 1));
	});
}

#[test]
fn what_rounding_left_goes_to_the_treasury() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 333_333));
		pay_royalty(1_000, 2);
		assert_ok!(transfer(ALICE, AUTHOR, 333_333));
		assert_ok!(claim(ALICE));
		let treasury = balance(TREASURY);
		assert_ok!(merge(AUTHOR));
		assert_last(Event::RoyaltyEnded {
			model: MODEL,
			to_treasury: 1,
			burned: 0,
		});
		assert_eq!(balance(TREASURY), treasury + 1);
	});
}

#[test]
fn only_the_owner_of_all_shares_merges() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_noop!(merge(AUTHOR), Error::<Test>::NotSplit);
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		assert_noop!(merge(AUTHOR), Error::<Test>::NotAllShares);
		assert_noop!(merge(BOB), Error::<Test>::NotOwner);
		// All shares, but not the model.
		assert_ok!(transfer(AUTHOR, ALICE, 999_999));
		assert_noop!(merge(ALICE), Error::<Test>::NotOwner);
		assert_noop!(merge(AUTHOR), Error::<Test>::NotAllShares);
		set_owner(ALICE);
		assert_ok!(merge(ALICE));
	});
}

#[test]
fn others_are_paid_first() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 500_000));
		pay_royalty(10, 2);
		assert_ok!(transfer(ALICE, AUTHOR, 500_000));
		assert_noop!(merge(AUTHOR), Error::<Test>::HoldersRemain);
		assert_ok!(claim_for(ALICE));
		assert_ok!(merge(AUTHOR));
	});
}

#[test]
fn a_model_that_is_gone_is_not_merged() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		testing::remove_model(MODEL);
		assert_noop!(merge(AUTHOR), Error::<Test>::UnknownModel);
	});
	ExtBuilder::default().rich().build_and_execute(|| {
		testing::remove_model(MODEL);
		assert_noop!(merge(AUTHOR), Error::<Test>::UnknownModel);
	});
}

#[test]
fn too_little_for_an_owner_without_account_is_not_lost() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, PAUPER, 1_000_000));
		pay_royalty(99, 2);
		set_owner(PAUPER);
		assert_noop!(merge(PAUPER), Error::<Test>::TooLittle);
		pay_royalty(1, 2);
		assert_ok!(merge(PAUPER));
		assert_eq!(balance(PAUPER), 100);
	});
}
