//! Payments that everybody can take.

use athanor_primitives::{
	ports::{Parties, Payout},
	split::Payment,
};
use polkadot_sdk::sp_runtime::Permill;
use pretty_assertions::assert_eq;

use crate::{Totals, mock::*, types};

#[test]
fn everybody_gets_a_part() {
	ExtBuilder::default().all_exist().build_and_execute(|| {
		let payment = pay(7, 1_000, &parties());
		let expected = Payment {
			provider: 840,
			delegators: 0,
			author: 100,
			treasury: 50,
			burned: 10,
		};
		assert_eq!(payment, expected);
		assert_eq!(balance(PROVIDER), 1_840);
		assert_eq!(balance(AUTHOR), 1_100);
		assert_eq!(balance(TREASURY), 1_050);
		System::assert_last_event(
			crate::Event::JobPaid {
				job: 7,
				requester: REQUESTER,
				provider: PROVIDER,
				author: AUTHOR,
				spent: 1_000,
				to_provider: 840,
				to_delegators: 0,
				to_author: 100,
				to_treasury: 50,
				burned: 10,
			}
			.into(),
		);
	});
}

#[test]
fn issuance_falls_by_what_is_burned() {
	ExtBuilder::default()
		.all_exist()
		.endow(REQUESTER, 10_000)
		.build_and_execute(|| {
			let before = Balances::total_issuance();
			let credit = withdraw(REQUESTER, 9_000);
			assert_eq!(Balances::total_issuance(), before, "taken is not destroyed");
			let payment = Rewards::pay(1, credit, &parties());
			assert_eq!(payment.burned, 90);
			assert_eq!(Balances::total_issuance(), before - 90);
			assert_eq!(balance(REQUESTER), 1_000);
		});
}

#[test]
fn rounding_favours_the_treasury() {
	ExtBuilder::default().all_exist().build_and_execute(|| {
		let payment = pay(1, 1, &parties());
		assert_eq!(
			payment,
			Payment {
				treasury: 1,
				..Default::default()
			}
		);

		// 1.9 to the author, 0.19 destroyed and 15.96 to the provider, rounded down.
		let payment = pay(2, 19, &parties());
		let expected = Payment {
			provider: 15,
			author: 1,
			treasury: 3,
			..Default::default()
		};
		assert_eq!(payment, expected);
	});
}

#[test]
fn a_job_that_cost_nothing_pays_nothing_but_is_counted() {
	ExtBuilder::default().build_and_execute(|| {
		let payment = pay(1, 0, &parties());
		assert_eq!(payment, Payment::default());
		System::assert_last_event(paid_event(1, &parties(), &payment));
		assert_eq!(
			Totals::<Test>::get(),
			types::Totals {
				jobs: 1,
				..Default::default()
			}
		);
		for who in [PROVIDER, AUTHOR, TREASURY] {
			assert!(!System::account_exists(&who));
		}
	});
}

#[test]
fn without_royalty_the_author_gets_nothing() {
	ExtBuilder::default().all_exist().build_and_execute(|| {
		let payment = pay(
			1,
			1_000,
			&Parties {
				royalty: 0,
				..parties()
			},
		);
		assert_eq!((payment.author, payment.provider), (0, 940));
		assert_eq!(balance(AUTHOR), 1_000);
	});
}

#[test]
fn a_royalty_beyond_all_bounds_cannot_exceed_what_was_spent() {
	ExtBuilder::default().all_exist().build_and_execute(|| {
		let payment = pay(
			1,
			1_000,
			&Parties {
				royalty: u32::MAX,
				..parties()
			},
		);
		assert_eq!(
			payment,
			Payment {
				author: 1_000,
				..Default::default()
			}
		);
	});
}

#[test]
fn without_shares_treasury_and_burn_get_nothing() {
	let builder = ExtBuilder::default().shares(Permill::zero(), Permill::zero());
	builder.all_exist().build_and_execute(|| {
		let payment = pay(1, 1_000, &parties());
		assert_eq!(
			payment,
			Payment {
				provider: 900,
				author: 100,
				..Default::default()
			}
		);
	});
}

#[test]
fn one_account_can_have_all_roles() {
	ExtBuilder::default()
		.endow(TREASURY, 1_000)
		.build_and_execute(|| {
			let everyone = Parties {
				requester: TREASURY,
				provider: TREASURY,
				author: TREASURY,
				..parties()
			};
			let payment = pay(1, 1_000, &everyone);
			assert_eq!(
				(payment.provider, payment.author, payment.treasury),
				(840, 100, 50)
			);
			assert_eq!(balance(TREASURY), 1_990);
			System::assert_last_event(paid_event(1, &everyone, &payment));
		});
}

#[test]
fn an_author_who_also_provides_gets_both_parts() {
	ExtBuilder::default()
		.endow(TREASURY, 1_000)
		.build_and_execute(|| {
			let parties = Parties {
				author: PROVIDER,
				..parties()
			};
			// The provider's part opens the account, so the author's can be anything.
			let payment = pay(1, 200, &parties);
			assert_eq!((payment.provider, payment.author), (168, 20));
			assert_eq!(balance(PROVIDER), 188);
		});
}

#[test]
fn totals_are_the_sum_of_the_payments() {
	ExtBuilder::default().all_exist().build_and_execute(|| {
		let first = pay(1, 1_000, &parties());
		let second = pay(
			2,
			777,
			&Parties {
				royalty: 0,
				..parties()
			},
		);
		assert_eq!(
			Totals::<Test>::get(),
			types::Totals {
				paid: 1_777,
				provider: first.provider + second.provider,
				delegators: 0,
				author: first.author,
				treasury: first.treasury + second.treasury,
				burned: first.burned + second.burned,
				jobs: 2,
			}
		);
	});
}
