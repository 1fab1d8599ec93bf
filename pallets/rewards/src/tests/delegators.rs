//! The part of the provider's side that goes to who delegated to it.

use athanor_primitives::split::Payment;
use polkadot_sdk::sp_runtime::Permill;
use pretty_assertions::assert_eq;

use crate::{Totals, mock::*};

#[test]
fn delegators_get_their_part_of_the_providers_side() {
	let builder = ExtBuilder::default().all_exist().endow(DELEGATORS, 100);
	builder.build_and_execute(|| {
		DelegatorShare::set(Permill::from_percent(25));
		let payment = pay(1, 1_000, &parties());
		let expected = Payment {
			provider: 630,
			delegators: 210,
			author: 100,
			treasury: 50,
			burned: 10,
		};
		assert_eq!(payment, expected);
		assert_eq!(balance(PROVIDER), 1_630);
		assert_eq!(balance(DELEGATORS), 310);
		System::assert_last_event(paid_event(1, &parties(), &payment));
		assert_eq!(Totals::<Test>::get().delegators, 210);
	});
}

#[test]
fn what_delegators_cannot_take_is_the_providers() {
	ExtBuilder::default().all_exist().build_and_execute(|| {
		DelegatorShare::set(Permill::from_percent(10));
		// 84 would not open their account.
		let payment = pay(1, 1_000, &parties());
		assert_eq!((payment.provider, payment.delegators), (840, 0));
	});
}

#[test]
fn delegators_can_get_the_whole_side() {
	let builder = ExtBuilder::default().all_exist().endow(DELEGATORS, 100);
	builder.build_and_execute(|| {
		DelegatorShare::set(Permill::one());
		let payment = pay(1, 1_000, &parties());
		assert_eq!((payment.provider, payment.delegators), (0, 840));
		assert_eq!(payment.total(), Some(1_000));
	});
}

#[test]
fn what_the_provider_cannot_take_goes_to_the_treasury_and_not_to_delegators() {
	let builder = ExtBuilder::default()
		.endow(DELEGATORS, 100)
		.endow(AUTHOR, 100)
		.endow(TREASURY, 100);
	builder.build_and_execute(|| {
		DelegatorShare::set(Permill::from_percent(90));
		// 84 would not open the provider's account.
		let payment = pay(1, 1_000, &parties());
		let expected = Payment {
			provider: 0,
			delegators: 756,
			author: 100,
			treasury: 134,
			burned: 10,
		};
		assert_eq!(payment, expected);
	});
}

#[test]
fn nobody_is_asked_about_nothing() {
	let builder = ExtBuilder::default().all_exist().endow(DELEGATORS, 100);
	builder.build_and_execute(|| {
		DelegatorShare::set(Permill::one());
		assert_eq!(pay(1, 0, &parties()), Payment::default());
		assert_eq!(balance(DELEGATORS), 100);
	});
}
