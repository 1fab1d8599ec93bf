//! Each law on storage is checked by breaking it.

use athanor_primitives::split::Payment;
use polkadot_sdk::{frame_support::assert_ok, sp_runtime::TryRuntimeError};
use pretty_assertions::assert_eq;

use crate::{Deposits, Holders, Record, Royalties, Totals, mock::*, types};

/// Pays, breaks something and expects the law with this name to notice.
fn breaks(law: &'static str, change: impl FnOnce(&mut types::Totals)) {
	ExtBuilder::default().all_exist().build().execute_with(|| {
		pay(1, 1_000, &parties());
		assert_ok!(Rewards::do_try_state());
		Totals::<Test>::mutate(change);
		assert_eq!(Rewards::do_try_state(), Err(TryRuntimeError::Other(law)));
	});
}

#[test]
fn parts_add_up_to_what_was_paid() {
	const LAW: &str = "rewards: the parts in Totals add up to what was paid";
	breaks(LAW, |totals| totals.paid += 1);
	breaks(LAW, |totals| totals.provider -= 1);
	breaks(LAW, |totals| totals.delegators += 1);
	breaks(LAW, |totals| totals.author += 1);
	breaks(LAW, |totals| totals.treasury += 1);
	breaks(LAW, |totals| totals.burned += 1);
	breaks(LAW, |totals| {
		(totals.provider, totals.author) = (u128::MAX, u128::MAX)
	});
}

#[test]
fn nothing_is_paid_without_a_job() {
	breaks(
		"rewards: nothing was paid if no job was paid for",
		|totals| totals.jobs = 0,
	);
}

#[test]
fn totals_do_not_wrap() {
	let one = Payment {
		provider: 1,
		..Default::default()
	};
	let full = |f: fn(&mut types::Totals)| {
		let mut totals = types::Totals::default();
		f(&mut totals);
		totals.with(&one)
	};
	assert_eq!(full(|totals| totals.paid = u128::MAX), None);
	assert_eq!(full(|totals| totals.provider = u128::MAX), None);
	assert_eq!(full(|totals| totals.jobs = u64::MAX), None);
	let counted = full(|totals| totals.burned = u128::MAX).unwrap();
	assert_eq!((counted.paid, counted.provider, counted.jobs), (1, 1, 1));
	let impossible = Payment {
		provider: u128::MAX,
		author: 1,
		..Default::default()
	};
	assert_eq!(types::Totals::default().with(&impossible), None);
}

/// Splits a royalty, gives it income, breaks something and expects the law with this name to notice.
fn breaks_royalty(law: &'static str, change: impl FnOnce()) {
	ExtBuilder::default().rich().build().execute_with(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 400_000));
		pay_royalty(1_000, 2);
		assert_ok!(Rewards::do_try_state());
		change();
		assert_eq!(Rewards::do_try_state(), Err(TryRuntimeError::Other(law)));
	});
}

fn change_royalty(change: impl FnOnce(&mut crate::RoyaltyOf<Test>)) {
	Royalties::<Test>::mutate(MODEL, |royalty| change(royalty.as_mut().unwrap()));
}

fn change_alice(change: impl FnOnce(&mut crate::HolderOf<Test>)) {
	Holders::<Test>::mutate(ALICE, MODEL, |holder| change(holder.as_mut().unwrap()));
}

#[test]
fn holders_belong_to_a_split_royalty() {
	breaks_royalty("rewards: every holder belongs to a split royalty", || {
		Royalties::<Test>::remove(MODEL)
	});
}

#[test]
fn holders_have_something() {
	breaks_royalty(
		"rewards: a holder has shares, or something to claim",
		|| change_alice(|alice| alice.shares = 0),
	);
}

#[test]
fn holders_are_counted() {
	const LAW: &str = "rewards: a split royalty counts its holders, and has one at least";
	breaks_royalty(LAW, || change_royalty(|royalty| royalty.holders = 3));
	breaks_royalty(LAW, || Holders::<Test>::remove(ALICE, MODEL));
	breaks_royalty(LAW, || {
		let royalty = Royalties::<Test>::get(MODEL).unwrap();
		Royalties::<Test>::insert(
			8,
			types::Royalty {
				holders: 0,
				..royalty
			},
		);
	});
}

#[test]
fn shares_are_a_million() {
	breaks_royalty(
		"rewards: a split royalty has the shares of its holders",
		|| change_alice(|alice| alice.shares += 1),
	);
	breaks_royalty(
		"rewards: the shares of a model's royalty are 1,000,000",
		|| {
			change_alice(|alice| alice.shares -= 1);
			change_royalty(|royalty| royalty.shares -= 1);
		},
	);
}

#[test]
fn no_more_is_claimable_than_came_in() {
	const LAW: &str = "rewards: no more can be claimed of a royalty than has come in";
	breaks_royalty(LAW, || change_royalty(|royalty| royalty.unclaimed -= 1));
	breaks_royalty(LAW, || change_alice(|alice| alice.earned.before += 1));
}

#[test]
fn the_pot_has_what_is_unclaimed() {
	const LAW: &str = "rewards: the pot has what can be claimed, and the existential deposit";
	breaks_royalty(LAW, || drop(withdraw(Rewards::pot(), 1)));
	breaks_royalty(LAW, || change_royalty(|royalty| royalty.unclaimed += 1));
}

#[test]
fn records_have_deposits() {
	const LAW: &str = "rewards: every record has a deposit";
	breaks_royalty(LAW, || {
		let (model, who) = (MODEL, ALICE);
		Deposits::<Test>::remove(AUTHOR, Record::Holder { model, who });
	});
	breaks_royalty(LAW, || {
		Deposits::<Test>::remove(AUTHOR, Record::Royalty { model: MODEL });
	});
}

#[test]
fn deposits_have_records_and_are_on_hold() {
	breaks_royalty(
		"rewards: every deposit has a record that names who put it down",
		|| {
			let record = Record::Royalty { model: MODEL };
			let deposit = Deposits::<Test>::get(AUTHOR, record).unwrap();
			Deposits::<Test>::insert(BOB, Record::Royalty { model: 8 }, deposit);
		},
	);
	const LAW: &str = "rewards: what an account has on hold is the sum of its deposits";
	breaks_royalty(LAW, || {
		let record = Record::Royalty { model: MODEL };
		Deposits::<Test>::mutate(AUTHOR, record, |deposit| {
			deposit.as_mut().unwrap().amount += 1;
		});
	});
	breaks_royalty(LAW, || {
		use polkadot_sdk::frame_support::traits::fungible::MutateHold;
		assert_ok!(Balances::hold(&DepositReason::get(), &BOB, 1));
	});
}
