//! Each law on storage is checked by breaking it.

use athanor_primitives::split::Payment;
use polkadot_sdk::{frame_support::assert_ok, sp_runtime::TryRuntimeError};
use pretty_assertions::assert_eq;

use crate::{Totals, mock::*, types};

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
