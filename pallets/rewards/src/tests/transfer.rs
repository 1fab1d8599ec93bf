//! Splitting a royalty, and giving shares of it away.

use athanor_primitives::testing;
use polkadot_sdk::{
	frame_support::{assert_noop, assert_ok},
	sp_runtime::TokenError,
};
use pretty_assertions::assert_eq;

use crate::{Deposits, Error, Event, Holders, Royalties, mock::*};

/// The deposit for a record of somebody's shares: 50, and one for each of its bytes and those of its own entry.
const RECORD: u128 = 50 + (8 + 4 + 48) + (1 + 4 + 8) + (16 + 16);
/// The deposit for a split royalty.
const ROYALTY: u128 = 50 + (8 + 4 + 4 + 4 + 32 + 16) + (1 + 4 + 8) + (16 + 16);

#[test]
fn the_first_transfer_splits_the_royalty() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 250_000));
		assert_eq!((shares(AUTHOR), shares(ALICE)), (750_000, 250_000));
		let royalty = Royalties::<Test>::get(MODEL).unwrap();
		assert_eq!((royalty.shares, royalty.holders), (1_000_000, 2));
		assert_eq!((royalty.split_at, royalty.unclaimed), (1, 0));
		assert_eq!(held(AUTHOR), ROYALTY + 2 * RECORD);
		assert_eq!(held(ALICE), 0);
		System::assert_has_event(
			Event::RoyaltySplit {
				model: MODEL,
				owner: AUTHOR,
			}
			.into(),
		);
		System::assert_has_event(
			Event::RoyaltyDepositTaken {
				who: AUTHOR,
				model: MODEL,
				amount: ROYALTY,
			}
			.into(),
		);
		assert_last(Event::RoyaltyTransferred {
			model: MODEL,
			from: AUTHOR,
			to: ALICE,
			shares: 250_000,
		});
	});
}

#[test]
fn all_shares_can_go_at_once() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1_000_000));
		assert_eq!(shares(ALICE), 1_000_000);
		assert!(!Holders::<Test>::contains_key(AUTHOR, MODEL));
		assert_eq!(Royalties::<Test>::get(MODEL).unwrap().holders, 1);
		assert_eq!(held(AUTHOR), ROYALTY + RECORD);
	});
}

#[test]
fn who_makes_a_record_pays_for_it_and_gets_the_deposit_back_with_its_end() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 300_000));
		assert_ok!(transfer(ALICE, BOB, 100_000));
		assert_eq!(held(ALICE), RECORD);
		// Bob has a record already.
		assert_ok!(transfer(AUTHOR, BOB, 1));
		assert_eq!((held(AUTHOR), held(BOB)), (ROYALTY + 2 * RECORD, 0));
		assert_eq!(shares(BOB), 100_001);

		// Alice's record, for which the author paid, ends; Carol's begins.
		assert_ok!(transfer(ALICE, CAROL, 200_000));
		assert_eq!(held(AUTHOR), ROYALTY + RECORD);
		assert_eq!(held(ALICE), 2 * RECORD);
		System::assert_has_event(
			Event::RoyaltyDepositReturned {
				who: AUTHOR,
				model: MODEL,
				amount: RECORD,
			}
			.into(),
		);
		assert_eq!(Deposits::<Test>::iter().count(), 4);
	});
}

#[test]
fn shares_can_go_to_who_has_no_account() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, PAUPER, 5));
		assert_eq!(shares(PAUPER), 5);
		assert!(!System::account_exists(&PAUPER));
	});
}

#[test]
fn a_number_of_shares_that_cannot_be_is_refused() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_noop!(transfer(AUTHOR, ALICE, 0), Error::<Test>::SharesZero);
		for shares in [1_000_001, u32::MAX] {
			assert_noop!(
				transfer(AUTHOR, ALICE, shares),
				Error::<Test>::MoreThanAllShares
			);
		}
		assert_ok!(transfer(AUTHOR, ALICE, 400_000));
		assert_noop!(transfer(AUTHOR, ALICE, 0), Error::<Test>::SharesZero);
		assert_noop!(
			transfer(AUTHOR, BOB, 600_001),
			Error::<Test>::NotEnoughShares
		);
		assert_noop!(
			transfer(ALICE, BOB, 400_001),
			Error::<Test>::NotEnoughShares
		);
		assert_noop!(transfer(BOB, ALICE, 1), Error::<Test>::NotEnoughShares);
		// 400,000 and 600,001 would be more than all.
		assert_noop!(
			transfer(AUTHOR, ALICE, 600_001),
			Error::<Test>::NotEnoughShares
		);
	});
}

#[test]
fn nobody_gives_shares_to_itself() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_noop!(transfer(AUTHOR, AUTHOR, 1), Error::<Test>::TransferToSelf);
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		assert_noop!(transfer(ALICE, ALICE, 1), Error::<Test>::TransferToSelf);
	});
}

#[test]
fn only_the_owner_splits() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_noop!(transfer(ALICE, BOB, 1), Error::<Test>::NotOwner);
	});
}

#[test]
fn a_model_that_is_not_there_has_no_shares() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		testing::remove_model(MODEL);
		assert_noop!(transfer(AUTHOR, ALICE, 1), Error::<Test>::UnknownModel);
	});
	ExtBuilder::default().rich().build_and_execute(|| {
		testing::remove_model(MODEL);
		assert_noop!(transfer(AUTHOR, ALICE, 1), Error::<Test>::UnknownModel);
	});
}

#[test]
fn who_cannot_pay_the_deposits_changes_nothing() {
	// Enough for the royalty and one record, beside the existential deposit.
	let builder = ExtBuilder::default().endow(AUTHOR, 100 + ROYALTY + RECORD);
	builder.build_and_execute(|| {
		assert_noop!(transfer(AUTHOR, ALICE, 1), TokenError::FundsUnavailable);
		assert_eq!(Deposits::<Test>::iter().count(), 0);
	});
}

#[test]
fn shares_that_are_not_split_go_with_the_model() {
	ExtBuilder::default().rich().build_and_execute(|| {
		set_owner(ALICE);
		assert_noop!(transfer(AUTHOR, BOB, 1), Error::<Test>::NotOwner);
		assert_ok!(transfer(ALICE, BOB, 1));
		assert_eq!((shares(ALICE), shares(BOB)), (999_999, 1));
	});
}

#[test]
fn split_shares_stay_with_their_holders() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		set_owner(BOB);
		assert_eq!((shares(AUTHOR), shares(ALICE)), (999_999, 1));
		assert_noop!(transfer(BOB, CAROL, 1), Error::<Test>::NotEnoughShares);
		assert_ok!(transfer(AUTHOR, CAROL, 999_999));
	});
}

#[test]
fn a_retired_model_has_shares() {
	ExtBuilder::default().rich().build_and_execute(|| {
		let retired = athanor_primitives::model::ModelInfo {
			author: AUTHOR,
			active: false,
			..testing::model()
		};
		testing::set_model(MODEL, retired);
		assert_ok!(transfer(AUTHOR, ALICE, 1));
	});
}
