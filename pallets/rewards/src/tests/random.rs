//! The laws of payments, over random amounts, royalties, shares, accounts and existential deposits.

use std::collections::BTreeMap;

use athanor_primitives::{
	ports::{Parties, Payout},
	split::{MILLION, Payment, Shares, split},
};
use polkadot_sdk::sp_runtime::Permill;
use proptest::{collection::vec, prelude::*};

use crate::{Totals, mock::*};

const EVERYONE: [AccountId; 5] = [REQUESTER, PROVIDER, AUTHOR, TREASURY, 5];

#[derive(Clone, Debug)]
struct Case {
	existential_deposit: u128,
	treasury: u32,
	burn: u32,
	/// Above the existential deposit; `None` if there is no account.
	balances: [Option<u128>; 5],
	jobs: Vec<(u128, Parties<AccountId>)>,
}

/// Amounts around the existential deposit and amounts beyond all proportion.
fn amount() -> impl Strategy<Value = u128> {
	prop_oneof![
		3 => 0u128..3_000,
		2 => 0u128..10_000_000_000,
		1 => 0u128..1 << 120,
	]
}

fn parties() -> impl Strategy<Value = Parties<AccountId>> {
	let who = || prop::sample::select(&EVERYONE[..]);
	let royalty = prop_oneof![4 => 0..=200_000u32, 1 => any::<u32>()];
	(who(), who(), who(), royalty).prop_map(|(requester, provider, author, royalty)| Parties {
		requester,
		provider,
		author,
		royalty,
		..crate::mock::parties()
	})
}

fn case() -> impl Strategy<Value = Case> {
	(
		1u128..2_000,
		0u32..MILLION,
		0u32..MILLION,
		prop::array::uniform5(prop::option::of(0u128..10_000)),
		vec((amount(), parties()), 1..8),
	)
		.prop_map(
			|(existential_deposit, treasury, burn, balances, jobs)| Case {
				existential_deposit,
				treasury,
				burn: burn % (MILLION - treasury),
				balances,
				jobs,
			},
		)
}

impl Case {
	fn builder(&self) -> ExtBuilder {
		let builder = ExtBuilder::default()
			.existential_deposit(self.existential_deposit)
			.shares(
				Permill::from_parts(self.treasury),
				Permill::from_parts(self.burn),
			);
		let balances = EVERYONE.into_iter().zip(self.balances);
		balances.fold(builder, |builder, (who, above)| {
			builder.endow(
				who,
				above.map_or(0, |above| self.existential_deposit + above),
			)
		})
	}

	fn shares(&self, royalty: u32) -> Shares {
		Shares {
			royalty,
			treasury: self.treasury,
			burn: self.burn,
			delegators: 0,
		}
	}
}

fn ledger() -> BTreeMap<AccountId, u128> {
	EVERYONE
		.into_iter()
		.map(|who| (who, balance(who)))
		.collect()
}

/// Puts `amount` into a ledger of the test's own, if it can be; says how much that was.
fn put(ledger: &mut BTreeMap<AccountId, u128>, who: AccountId, amount: u128) -> u128 {
	let held = ledger.entry(who).or_default();
	let fits = amount > 0 && *held + amount >= ExistentialDeposit::get();
	let put = if fits { amount } else { 0 };
	*held += put;
	put
}

/// What the payment should be and leave behind.
fn expected(
	before: BTreeMap<AccountId, u128>,
	due: &Payment,
	parties: &Parties<AccountId>,
) -> (Payment, BTreeMap<AccountId, u128>) {
	let mut after = before;
	let spent = due.total().unwrap();
	let provider = put(&mut after, parties.provider, due.provider);
	let author = put(&mut after, parties.author, due.author);
	let rest = spent - due.burned - provider - author;
	let treasury = put(&mut after, TREASURY, rest);
	let burned = spent - provider - author - treasury;
	(
		Payment {
			provider,
			delegators: 0,
			author,
			treasury,
			burned,
		},
		after,
	)
}

fn check(case: &Case) {
	let (mut paid, mut burned) = (0, 0);
	for (job, (amount, parties)) in (0..).zip(&case.jobs) {
		let due = split(*amount, &case.shares(parties.royalty));
		let (payment, after) = expected(ledger(), &due, parties);
		let issuance = Balances::total_issuance();

		assert_eq!(pay(job, *amount, parties), payment);
		assert_eq!(payment.total(), Some(*amount), "parts add up");
		assert_eq!(ledger(), after, "accounts grow by what the event says");
		assert_eq!(
			Balances::total_issuance(),
			issuance + amount - payment.burned
		);
		System::assert_last_event(paid_event(job, parties, &payment));
		paid += amount;
		burned += payment.burned;
		let totals = Totals::<Test>::get();
		assert_eq!(
			(totals.paid, totals.burned, totals.jobs),
			(paid, burned, job + 1)
		);
		Rewards::do_try_state().unwrap();
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(500))]

	#[test]
	fn payments_keep_the_laws(case in case()) {
		case.builder().build_and_execute(|| check(&case));
	}

	#[test]
	fn what_a_requester_pays_is_what_others_get_and_what_is_burned(
		amount in amount(), royalty in 0..=200_000u32,
	) {
		ExtBuilder::default().endow(REQUESTER, amount + 100).build_and_execute(|| {
			let issuance = Balances::total_issuance();
			let parties = Parties { royalty, ..crate::mock::parties() };
			let payment = Rewards::pay(1, withdraw(REQUESTER, amount), &parties);
			assert_eq!(balance(REQUESTER), 100);
			assert_eq!(balance(PROVIDER), payment.provider);
			assert_eq!(balance(AUTHOR), payment.author);
			assert_eq!(balance(TREASURY), payment.treasury);
			assert_eq!(Balances::total_issuance(), issuance - payment.burned);
		});
	}
}
