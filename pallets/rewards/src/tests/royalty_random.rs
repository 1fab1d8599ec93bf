//! The laws of split royalties, over random transfers, payments, claims and changes of hands.

use std::collections::BTreeMap;

use athanor_primitives::testing;
use proptest::{collection::vec, prelude::*, sample::select};

use crate::{Deposits, Holders, Royalties, mock::*};

const HOLDERS: [AccountId; 4] = [AUTHOR, ALICE, BOB, CAROL];

#[derive(Clone, Debug)]
enum Step {
	Transfer(AccountId, AccountId, u32),
	Pay(u128),
	Claim(AccountId),
	SetOwner(AccountId),
	Merge(AccountId),
	Block,
}

impl Step {
	fn run(&self) {
		// What is refused changes nothing.
		let _ = match self {
			Self::Transfer(from, to, shares) => transfer(*from, *to, *shares),
			Self::Claim(who) => claim(*who),
			Self::Merge(who) => merge(*who),
			Self::Pay(units) => {
				let posted_at = System::block_number();
				pay_royalty(*units, posted_at);
				Ok(())
			}
			Self::SetOwner(who) => {
				set_owner(*who);
				Ok(())
			}
			Self::Block => {
				next_block();
				Ok(())
			}
		};
	}
}

fn who() -> impl Strategy<Value = AccountId> {
	select(&HOLDERS[..])
}

fn number() -> impl Strategy<Value = u32> {
	prop_oneof![
		0u32..4,
		Just(333_333),
		Just(999_999),
		Just(1_000_000),
		0u32..1_000_002
	]
}

fn units() -> impl Strategy<Value = u128> {
	prop_oneof![0u128..5, 0u128..10_000, 0u128..1 << 80]
}

/// Steps in which ownership does not matter: the royalty stays split.
fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		4 => (who(), who(), number()).prop_map(|(from, to, n)| Step::Transfer(from, to, n)),
		4 => units().prop_map(Step::Pay),
		4 => who().prop_map(Step::Claim),
	]
}

fn any_step() -> impl Strategy<Value = Step> {
	prop_oneof![
		8 => step(),
		1 => who().prop_map(Step::SetOwner),
		2 => who().prop_map(Step::Merge),
		1 => Just(Step::Block),
	]
}

/// What everybody has, deposits included.
fn worth() -> BTreeMap<AccountId, u128> {
	let all = HOLDERS.into_iter().chain([TREASURY, Rewards::pot()]);
	all.map(|who| (who, balance(who) + held(who))).collect()
}

fn claim_all() {
	for who in HOLDERS {
		let _ = claim(who);
	}
}

/// A chain on which the royalty is split, and what came in was posted after that.
fn split_chain(test: impl FnOnce()) {
	ExtBuilder::default().rich().build_and_execute(|| {
		transfer(AUTHOR, ALICE, 250_000).unwrap();
		next_block();
		test();
	});
}

/// What each has after these steps, and after everybody has claimed.
fn outcome(steps: &[Step], with_claims: bool) -> BTreeMap<AccountId, u128> {
	let mut result = BTreeMap::new();
	split_chain(|| {
		for step in steps {
			if with_claims || !matches!(step, Step::Claim(_)) {
				step.run();
			}
		}
		claim_all();
		result = worth();
	});
	result
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(300))]

	#[test]
	fn laws_hold_after_each_step_and_nothing_is_stranded(
		steps in vec(any_step(), 1..60), gone_at in 0usize..80,
	) {
		ExtBuilder::default().rich().build_and_execute(|| {
			let mut came_in = 0;
			let mut in_all: u128 = worth().values().sum();
			for (at, step) in steps.iter().enumerate() {
				if at == gone_at {
					testing::remove_model(MODEL);
				}
				// Ids are never given twice.
				if at < gone_at || !matches!(step, Step::SetOwner(_)) {
					step.run();
				}
				if let Step::Pay(units) = step {
					came_in += units;
					in_all += units;
				}
				Rewards::do_try_state().unwrap();
				assert_eq!(worth().values().sum::<u128>(), in_all);
			}
			assert_eq!(crate::Totals::<Test>::get().paid, came_in);

			// Then the model goes, and everything can be taken out.
			testing::remove_model(MODEL);
			claim_all();
			assert_eq!(Royalties::<Test>::iter().count(), 0);
			assert_eq!(Holders::<Test>::iter().count(), 0);
			assert_eq!(Deposits::<Test>::iter().count(), 0);
			assert_eq!(balance(Rewards::pot()), ExistentialDeposit::get());
			for who in HOLDERS {
				assert_eq!(held(who), 0);
			}
		});
	}

	#[test]
	fn results_do_not_depend_on_how_often_anyone_claims(steps in vec(step(), 1..60)) {
		assert_eq!(outcome(&steps, true), outcome(&steps, false));
	}

	#[test]
	fn nobody_gains_by_moving_shares_among_its_own_accounts(
		steps in vec((units(), any::<bool>(), number()), 1..40),
	) {
		let own = [ALICE, BOB];
		let run = |moves: bool| {
			let mut result = (0, 0);
			split_chain(|| {
				for (units, back, shares) in &steps {
					Step::Pay(*units).run();
					let [from, to] = if *back { [BOB, ALICE] } else { own };
					if moves {
						Step::Transfer(from, to, *shares).run();
					}
				}
				claim_all();
				let has = worth();
				result = (has[&ALICE] + has[&BOB], has[&AUTHOR]);
			});
			result
		};
		let (moved, others) = run(true);
		let (kept, others_then) = run(false);
		assert!(moved <= kept, "{moved} by moving, {kept} without");
		// Each move drops less than a unit at each of two accounts, and a claim at the end too.
		assert!(kept - moved <= 2 * steps.len() as u128 + 2);
		assert_eq!(others, others_then, "nobody else is touched");
	}

	#[test]
	fn an_owner_gains_nothing_by_splitting_and_merging(
		steps in vec((units(), 0u8..4), 1..40),
	) {
		let run = |splits: bool| {
			let mut result = 0;
			ExtBuilder::default().rich().build_and_execute(|| {
				for (units, how) in &steps {
					if splits {
						match how {
							0 => Step::Transfer(AUTHOR, ALICE, 333_333).run(),
							1 => Step::Transfer(ALICE, AUTHOR, 333_333).run(),
							2 => Step::Merge(AUTHOR).run(),
							_ => Step::Claim(ALICE).run(),
						}
					}
					next_block();
					Step::Pay(*units).run();
				}
				claim_all();
				let has = worth();
				result = has[&AUTHOR] + has[&ALICE];
			});
			result
		};
		let (split, never) = (run(true), run(false));
		assert!(split <= never, "{split} by splitting, {never} without");
	}
}
