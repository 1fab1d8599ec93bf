//! Who gets the royalty of a job. The existential deposit is 100.

use athanor_primitives::{ports::Parties, split::Payment};
use polkadot_sdk::{
	frame_support::{
		assert_ok,
		traits::{
			fungible::Balanced,
			tokens::{Fortitude, Precision, Preservation},
		},
	},
	frame_system,
};
use pretty_assertions::assert_eq;

use crate::{Event, Royalties, mock::*};

/// What can be claimed.
fn claimable(who: AccountId) -> u128 {
	let held = Rewards::royalties_of(who, 9);
	held.first().map_or(0, |holding| holding.claimable)
}

fn pot() -> u128 {
	balance(Rewards::pot())
}

#[test]
fn the_pot_begins_with_the_existential_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(pot(), 100);
		assert_eq!(Balances::total_issuance(), 100);
	});
}

#[test]
fn holders_share_what_comes_in() {
	ExtBuilder::default()
		.rich()
		.endow(PROVIDER, 1_000)
		.build_and_execute(|| {
			assert_ok!(transfer(AUTHOR, ALICE, 250_000));
			next_block();
			let author = balance(AUTHOR);
			let parties = Parties {
				posted_at: 2,
				..parties()
			};
			let payment = pay(3, 1_000, &parties);
			// As if it had not been split.
			let expected = Payment {
				provider: 840,
				delegators: 0,
				author: 100,
				treasury: 50,
				burned: 10,
			};
			assert_eq!(payment, expected);
			System::assert_last_event(paid_event(3, &parties, &payment));
			assert_eq!(balance(AUTHOR), author);
			assert_eq!((claimable(AUTHOR), claimable(ALICE)), (75, 25));
			assert_eq!(pot(), 200);
			assert_eq!(Royalties::<Test>::get(MODEL).unwrap().unclaimed, 100);
		});
}

#[test]
fn little_income_is_not_lost() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 333_333));
		for _ in 0..10 {
			assert_eq!(pay_royalty(1, 2).author, 1);
		}
		// 6.66667 and 3.33333.
		assert_eq!((claimable(AUTHOR), claimable(ALICE)), (6, 3));
		assert_eq!(pot(), 110);
	});
}

#[test]
fn shares_count_when_the_job_is_paid_for() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 500_000));
		pay_royalty(1_000, 2);
		assert_ok!(transfer(ALICE, BOB, 500_000));
		pay_royalty(200, 2);
		assert_eq!(
			(claimable(AUTHOR), claimable(ALICE), claimable(BOB)),
			(600, 500, 100)
		);
	});
}

#[test]
fn a_job_posted_before_the_split_pays_the_owner_of_then() {
	ExtBuilder::default().rich().build_and_execute(|| {
		System::set_block_number(5);
		assert_ok!(transfer(AUTHOR, ALICE, 1_000_000));
		let before = balance(AUTHOR);
		// Posted in the same block, and earlier.
		for posted_at in [5, 4] {
			assert_eq!(pay_royalty(100, posted_at).author, 100);
		}
		assert_eq!((balance(AUTHOR), claimable(ALICE)), (before + 200, 0));
		pay_royalty(100, 6);
		assert_eq!((balance(AUTHOR), claimable(ALICE)), (before + 200, 100));
	});
}

#[test]
fn a_job_on_its_way_when_the_model_changes_hands_pays_who_owned_it_when_it_was_posted() {
	ExtBuilder::default().rich().build_and_execute(|| {
		let on_its_way = Parties {
			posted_at: 3,
			..parties()
		};
		System::set_block_number(4);
		set_owner(ALICE);
		let before = (balance(AUTHOR), balance(ALICE));
		assert_eq!(pay(1, 1_000, &on_its_way).author, 100);
		assert_eq!(
			(balance(AUTHOR), balance(ALICE)),
			(before.0 + 100, before.1)
		);

		// The new owner cannot get it by a split either.
		assert_ok!(transfer(ALICE, BOB, 999_999));
		assert_eq!(pay(2, 1_000, &on_its_way).author, 100);
		assert_eq!(balance(AUTHOR), before.0 + 200);
		assert_eq!((claimable(ALICE), claimable(BOB)), (0, 0));
	});
}

#[test]
fn a_split_royalty_is_the_holders_whoever_owns_the_model() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 400_000));
		set_owner(BOB);
		let before = balance(BOB);
		let parties = Parties {
			author: BOB,
			posted_at: 2,
			..parties()
		};
		assert_eq!(pay(1, 1_000, &parties).author, 100);
		assert_eq!((claimable(AUTHOR), claimable(ALICE)), (60, 40));
		assert_eq!(balance(BOB), before);
	});
}

#[test]
fn a_merged_royalty_is_the_owners() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		assert_ok!(transfer(ALICE, AUTHOR, 1));
		assert_ok!(merge(AUTHOR));
		let before = balance(AUTHOR);
		assert_eq!(pay_royalty(500, 9).author, 500);
		assert_eq!((balance(AUTHOR), pot()), (before + 500, 100));
	});
}

#[test]
fn what_cannot_be_shared_out_goes_to_the_treasury() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		let before = balance(TREASURY);
		// A share would have earned more than 128 bits hold, counted in parts of a unit.
		let much = 1 << 110;
		let payment = pay_royalty(much, 2);
		assert_eq!((payment.author, payment.treasury), (0, much));
		assert_eq!(balance(TREASURY), before + much);
		assert_eq!((pot(), claimable(AUTHOR)), (100, 0));
	});
}

#[test]
fn without_a_pot_little_goes_to_the_treasury() {
	ExtBuilder::default().rich().build().execute_with(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		let (precision, force) = (Precision::Exact, Fortitude::Polite);
		let all = Balances::withdraw(
			&Rewards::pot(),
			100,
			precision,
			Preservation::Expendable,
			force,
		);
		drop(all.unwrap());
		let payment = pay_royalty(99, 2);
		assert_eq!((payment.author, payment.treasury), (0, 99));
		assert_eq!(Royalties::<Test>::get(MODEL).unwrap().unclaimed, 0);
	});
}

#[test]
fn a_model_without_royalty_brings_its_holders_nothing() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		let parties = Parties {
			royalty: 0,
			posted_at: 2,
			..parties()
		};
		assert_eq!(pay(1, 1_000, &parties).author, 0);
		assert_eq!(pot(), 100);
	});
}

#[test]
fn a_payment_says_it_all_in_one_event() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1));
		System::reset_events();
		let payment = pay_royalty(1_000, 2);
		assert_eq!(payment.author, 1_000);
		let ours: Vec<_> = System::events()
			.into_iter()
			.filter(|record| matches!(record.event, RuntimeEvent::Rewards(_)))
			.collect();
		assert!(matches!(
			ours[..],
			[frame_system::EventRecord {
				event: RuntimeEvent::Rewards(Event::JobPaid {
					to_author: 1_000,
					..
				}),
				..
			}]
		));
	});
}
