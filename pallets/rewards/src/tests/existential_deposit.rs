//! Parts that are too small to open an account. The existential deposit is 100.

use athanor_primitives::{ports::Parties, split::Payment};
use pretty_assertions::assert_eq;

use crate::mock::*;

/// Pays and checks that event and ledger say the same.
fn paid(amount: u128) -> Payment {
	let before = Balances::total_issuance();
	let payment = pay(1, amount, &parties());
	assert_eq!(payment.total(), Some(amount));
	assert_eq!(Balances::total_issuance(), before + amount - payment.burned);
	System::assert_last_event(paid_event(1, &parties(), &payment));
	payment
}

#[test]
fn the_royalty_of_an_author_without_account_goes_to_the_treasury() {
	let builder = ExtBuilder::default()
		.endow(PROVIDER, 100)
		.endow(TREASURY, 100);
	builder.build_and_execute(|| {
		let payment = paid(999);
		// 99 to the author would not open the account.
		assert_eq!(
			(payment.author, payment.provider, payment.burned),
			(0, 839, 9)
		);
		assert_eq!(payment.treasury, 999 - 839 - 9);
		assert!(!System::account_exists(&AUTHOR));
		assert_eq!(balance(TREASURY), 100 + payment.treasury);
	});
}

#[test]
fn a_royalty_of_the_existential_deposit_opens_the_account() {
	let builder = ExtBuilder::default()
		.endow(PROVIDER, 100)
		.endow(TREASURY, 100);
	builder.build_and_execute(|| {
		assert_eq!(paid(1_000).author, 100);
		assert_eq!(balance(AUTHOR), 100);
	});
}

#[test]
fn an_account_takes_the_smallest_part() {
	let builder = ExtBuilder::default()
		.endow(AUTHOR, 100)
		.endow(TREASURY, 100);
	builder.build_and_execute(|| {
		assert_eq!(paid(10).author, 1);
		assert_eq!(balance(AUTHOR), 101);
	});
}

#[test]
fn a_provider_without_account_is_paid_from_the_existential_deposit_on() {
	let builder = ExtBuilder::default()
		.endow(AUTHOR, 100)
		.endow(TREASURY, 100);
	builder.build_and_execute(|| {
		// 84 % of 119 is 99.
		let payment = paid(119);
		assert_eq!(
			(payment.provider, payment.author, payment.burned),
			(0, 11, 1)
		);
		assert_eq!(payment.treasury, 107);
		assert!(!System::account_exists(&PROVIDER));

		assert_eq!(paid(120).provider, 100);
		assert_eq!(balance(PROVIDER), 100);
	});
}

#[test]
fn what_a_treasury_without_account_cannot_take_is_burned() {
	let builder = ExtBuilder::default()
		.endow(PROVIDER, 100)
		.endow(AUTHOR, 100);
	builder.build_and_execute(|| {
		// 5 % of 1,960 are 98, and rounding leaves one more.
		let payment = paid(1_960);
		assert_eq!((payment.treasury, payment.burned), (0, 99 + 19));
		assert_eq!(payment.total(), Some(1_960));
		assert!(!System::account_exists(&TREASURY));

		// 100 opens the account.
		assert_eq!(paid(1_980).treasury, 100);
		assert_eq!(balance(TREASURY), 100);
	});
}

#[test]
fn what_others_cannot_take_can_open_the_treasury() {
	ExtBuilder::default()
		.endow(PROVIDER, 100)
		.build_and_execute(|| {
			// 99 of the author, and 52 of the treasury's own.
			let payment = paid(999);
			assert_eq!((payment.author, payment.treasury), (0, 151));
			assert_eq!(balance(TREASURY), 151);
		});
}

#[test]
fn what_nobody_can_take_is_burned() {
	ExtBuilder::default().build_and_execute(|| {
		let before = Balances::total_issuance();
		let payment = paid(99);
		assert_eq!(
			payment,
			Payment {
				burned: 99,
				..Default::default()
			}
		);
		assert_eq!(Balances::total_issuance(), before);
		for who in [PROVIDER, AUTHOR, TREASURY] {
			assert!(!System::account_exists(&who));
		}
	});
}

#[test]
fn a_treasury_that_also_provides_keeps_what_it_can() {
	ExtBuilder::default().build_and_execute(|| {
		// Its part as the provider, 85, is too small; with the rest it is enough.
		let parties = Parties {
			provider: TREASURY,
			..parties()
		};
		let payment = pay(1, 102, &parties);
		assert_eq!(
			payment,
			Payment {
				treasury: 101,
				burned: 1,
				..Default::default()
			}
		);
		assert_eq!(balance(TREASURY), 101);
	});
}

#[test]
fn money_on_hold_does_not_keep_a_part_away() {
	use polkadot_sdk::frame_support::traits::ReservableCurrency;
	let builder = ExtBuilder::default()
		.endow(PROVIDER, 1_000)
		.endow(TREASURY, 100);
	builder.build_and_execute(|| {
		Balances::reserve(&PROVIDER, 900).unwrap();
		assert_eq!(paid(10).provider, 8);
		assert_eq!(balance(PROVIDER), 108);
	});
}
