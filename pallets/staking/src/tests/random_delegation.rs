//! Random operations of those who delegate and those they delegate to, with slashes that wait and money that
//! comes in. Every law is checked after each, and in the end everybody leaves with what is theirs.

use athanor_primitives::ports::ExplainHolds;
use proptest::prelude::*;
use sp_runtime::{Permill, traits::Dispatchable};

use super::*;
use crate::{Call, Delegations, Liabilities, PendingSlashes, Pools, Providers};
use pretty_assertions::assert_eq;

#[derive(Clone, Debug)]
enum Op {
	Delegate(AccountId, AccountId, u128),
	Undelegate(AccountId, AccountId, u128),
	UndelegateAll(AccountId, AccountId),
	Withdraw(AccountId, AccountId),
	Redelegate(AccountId, AccountId, AccountId, u128),
	Claim(AccountId, AccountId),
	Collect(AccountId, AccountId),
	AutoCompound(AccountId, AccountId, bool),
	Compound(AccountId, AccountId),
	Commission(AccountId, u32),
	Earn(AccountId, u128),
	Slash(AccountId, bool, u32),
	/// More than have entries of their own.
	Slashes(AccountId, u64),
	Cancel(prop::sample::Index),
	Enact(prop::sample::Index),
	Bond(AccountId, u128),
	Unbond(AccountId, u128),
	Exit(AccountId),
	Return(AccountId),
	TakeOut(AccountId),
	Skip(u32),
}

const PROVIDERS: [AccountId; 3] = [ALICE, BOB, CAROL];
const DELEGATORS: [AccountId; 3] = [DAVE, EVE, CAROL];

fn provider() -> impl Strategy<Value = AccountId> {
	prop_oneof![4 => Just(ALICE), 2 => Just(BOB), 1 => Just(CAROL)]
}

fn delegator() -> impl Strategy<Value = AccountId> {
	prop_oneof![3 => Just(DAVE), 2 => Just(EVE), 1 => Just(CAROL)]
}

fn units() -> impl Strategy<Value = u128> {
	prop_oneof![1 => 0..LEAST, 6 => LEAST..3_000u128, 1 => Just(u128::MAX)]
}

fn op() -> impl Strategy<Value = Op> {
	let pair = || (delegator(), provider());
	prop_oneof![
		10 => (pair(), units()).prop_map(|((who, of), units)| Op::Delegate(who, of, units)),
		6 => (pair(), units()).prop_map(|((who, of), units)| Op::Undelegate(who, of, units)),
		3 => pair().prop_map(|(who, of)| Op::UndelegateAll(who, of)),
		5 => pair().prop_map(|(who, of)| Op::Withdraw(who, of)),
		6 => (pair(), provider(), units())
			.prop_map(|((who, from), to, units)| Op::Redelegate(who, from, to, units)),
		3 => pair().prop_map(|(who, of)| Op::Claim(who, of)),
		3 => pair().prop_map(|(who, of)| Op::Collect(who, of)),
		1 => (pair(), any::<bool>()).prop_map(|((who, of), on)| Op::AutoCompound(who, of, on)),
		2 => pair().prop_map(|(who, of)| Op::Compound(who, of)),
		2 => (provider(), 0..60u32).prop_map(|(who, percent)| Op::Commission(who, percent)),
		8 => (provider(), 0..5_000u128).prop_map(|(who, side)| Op::Earn(who, side)),
		5 => (provider(), any::<bool>(), share())
			.prop_map(|(who, late, share)| Op::Slash(who, late, share)),
		1 => (provider(), 10..24u64).prop_map(|(who, count)| Op::Slashes(who, count)),
		2 => any::<prop::sample::Index>().prop_map(Op::Cancel),
		2 => any::<prop::sample::Index>().prop_map(Op::Enact),
		3 => (provider(), 0..3_000u128).prop_map(|(who, units)| Op::Bond(who, units)),
		2 => (provider(), 0..3_000u128).prop_map(|(who, units)| Op::Unbond(who, units)),
		1 => provider().prop_map(Op::Exit),
		6 => provider().prop_map(Op::Return),
		2 => provider().prop_map(Op::TakeOut),
		6 => (1..15u32).prop_map(Op::Skip),
	]
}

/// In parts per million. Nearly everything is no rare case.
fn share() -> impl Strategy<Value = u32> {
	prop_oneof![5 => 0..300_000u32, 1 => 900_000..=1_000_000u32]
}

fn call(who: AccountId, call: Call<Test>) {
	let _ = RuntimeCall::Staking(call).dispatch(signed(who));
}

fn pending(index: prop::sample::Index) -> Option<u64> {
	let all: Vec<u64> = PendingSlashes::<Test>::iter_keys().collect();
	(!all.is_empty()).then(|| *index.get(&all))
}

fn run(op: Op) {
	match op {
		Op::Delegate(who, provider, amount) => call(who, Call::delegate { provider, amount }),
		Op::Undelegate(who, provider, amount) => call(who, Call::undelegate { provider, amount }),
		Op::UndelegateAll(who, provider) => undelegate_all(who, provider),
		Op::Withdraw(who, provider) => call(who, Call::withdraw_delegation { provider }),
		Op::Redelegate(who, from, to, amount) => call(who, Call::redelegate { from, to, amount }),
		Op::Claim(who, provider) => call(who, Call::claim { provider }),
		Op::Collect(delegator, provider) => call(
			POOR,
			Call::collect {
				provider,
				delegator,
			},
		),
		Op::AutoCompound(who, provider, on) => call(who, Call::set_auto_compound { provider, on }),
		Op::Compound(delegator, provider) => call(
			POOR,
			Call::compound {
				provider,
				delegator,
			},
		),
		Op::Commission(who, percent) => call(
			who,
			Call::set_commission {
				commission: Permill::from_percent(percent),
			},
		),
		Op::Earn(who, side) => {
			let before = free(Staking::pot());
			let earned = earn(who, side);
			assert!(earned <= side);
			assert_eq!(free(Staking::pot()), before + earned);
		}
		Op::Slash(who, late, share) => slash(who, late, Permill::from_parts(share)),
		Op::Slashes(who, count) => slashes(who, count),
		Op::Cancel(index) => {
			if let Some(slash) = pending(index) {
				Staking::cancel_slash(RuntimeOrigin::root(), slash).unwrap();
			}
		}
		Op::Enact(index) => {
			if let Some(slash) = pending(index) {
				call(POOR, Call::enact_slash { slash });
			}
		}
		Op::Bond(who, amount) => call(who, Call::bond { amount }),
		Op::Unbond(who, amount) => call(who, Call::unbond { amount }),
		Op::Exit(who) => call(who, Call::exit {}),
		Op::Return(who) => {
			call(who, Call::register { stake: 3 * MINIMUM });
			call(
				who,
				Call::bond {
					amount: 3 * MINIMUM,
				},
			);
			call(who, Call::unchill {});
		}
		Op::TakeOut(who) => {
			call(who, Call::withdraw {});
			call(who, Call::deregister {});
		}
		Op::Skip(blocks) => advance(blocks),
	}
}

fn undelegate_all(delegator: AccountId, provider: AccountId) {
	let collect = Call::collect {
		provider,
		delegator,
	};
	call(POOR, collect);
	let amount = Delegations::<Test>::get(delegator, provider)
		.map_or(0, |record| pool(provider).pool.worth(record.shares));
	call(delegator, Call::undelegate { provider, amount });
}

/// A slash that is raised changes no hold.
fn slash(who: AccountId, late: bool, share: Permill) {
	let before = (held(who), free(TREASURY));
	if late {
		TimeoutSlash::set(share);
		time_out(who, JOB);
	} else {
		EquivocationSlash::set(share);
		equivocate(who, JOB);
	}
	assert_eq!((held(who), free(TREASURY)), before);
}

/// How many slashes are pending, and the most that share an entry.
fn counted(who: AccountId) -> (u32, u32) {
	let pending = Providers::<Test>::get(who).map(|record| record.pending);
	let counts = pending.iter().flatten().map(|entry| entry.count);
	(counts.clone().sum(), counts.max().unwrap_or(0))
}

/// Each is one of its own, however many there are.
fn slashes(who: AccountId, count: u64) {
	EquivocationSlash::set(Permill::from_parts(5_000));
	let (before, _) = counted(who);
	let raised = (0..count).filter(|job| equivocate(who, *job) > 0).count() as u32;
	let (after, most) = counted(who);
	assert_eq!(after, before + raised);
	assert!(after <= crate::MAX_PENDING || most > 1);
}

fn check() {
	Staking::do_try_state().unwrap();
	for who in ALICE..=EVE {
		assert!(free(who) >= ED);
		let explained = Staking::explain(&who, u32::MAX);
		let on_hold = explained.iter().filter(|part| part.reason.is_on_hold());
		let sum: u128 = on_hold.map(|part| part.amount).sum();
		assert_eq!(sum, held(who) + delegated(who), "{explained:?}");
	}
}

/// Everybody leaves, and nothing stays behind.
fn all_leave() {
	for who in PROVIDERS {
		call(who, Call::exit {});
	}
	// Several times: there may be as many parts already as can be, slashes that are pending, and shares that
	// are worth a unit only when others have left.
	for _ in 0..4 {
		for who in DELEGATORS {
			for provider in PROVIDERS {
				call(who, Call::withdraw_delegation { provider });
				undelegate_all(who, provider);
			}
		}
		advance(PERIOD + 8);
	}
	for who in DELEGATORS {
		assert_eq!(delegated(who), 0);
	}
	for who in PROVIDERS {
		call(who, Call::withdraw {});
		call(who, Call::deregister {});
		assert_eq!(held(who), 0);
	}
	assert_eq!(Delegations::<Test>::iter_keys().count(), 0);
	assert_eq!(Pools::<Test>::iter_keys().count(), 0);
	assert_eq!(Providers::<Test>::iter_keys().count(), 0);
	assert_eq!(PendingSlashes::<Test>::iter_keys().count(), 0);
	assert_eq!(Liabilities::<Test>::iter_keys().count(), 0);
	// No dust either.
	assert_eq!(free(Staking::pot()), ED);
	check();
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn laws_hold_after_every_operation(ops in prop::collection::vec(op(), 1..120)) {
		let builder = ExtBuilder::default()
			.provider(ALICE, 5_000)
			.provider(BOB, 5_000)
			.appeal(7);
		builder.build().execute_with(|| {
			RequesterPenalty::set(Permill::from_percent(30));
			ReporterShare::set(Permill::from_percent(10));
			MaxEraSlash::set(Permill::from_percent(95));
			let issued = Balances::total_issuance();
			for op in ops {
				let shown = format!("{op:?}");
				run(op);
				check();
				assert_eq!(Balances::total_issuance(), issued, "{shown}");
			}
			all_leave();
			assert_eq!(Balances::total_issuance(), issued);
		});
	}

	/// Who puts in and takes out, in any order and with any others there, has no more than before.
	#[test]
	fn going_round_in_circles_gains_nothing(
		others in 50..7_000u128,
		slashed in 0..400_000u32,
		amounts in prop::collection::vec(LEAST..400u128, 1..12),
	) {
		ExtBuilder::default().provider(ALICE, 5_000).build().execute_with(|| {
			Staking::delegate(signed(EVE), ALICE, others).unwrap();
			TimeoutSlash::set(Permill::from_parts(slashed));
			time_out(ALICE, JOB);
			skip_blocks(PAUSE);
			for amount in &amounts {
				call(DAVE, Call::delegate { provider: ALICE, amount: *amount });
			}
			for amount in &amounts {
				call(DAVE, Call::undelegate { provider: ALICE, amount: *amount });
				skip_blocks(1);
			}
			undelegate_all(DAVE, ALICE);
			skip_blocks(PERIOD);
			call(DAVE, Call::withdraw_delegation { provider: ALICE });
			assert_eq!(delegated(DAVE), 0);
			assert!(free(DAVE) <= ENDOWMENT);
			// Rounding costs a unit or two for each step.
			assert!(free(DAVE) + 4 * amounts.len() as u128 + 4 >= ENDOWMENT);
			Staking::do_try_state().unwrap();
		});
	}

	/// What is paid does not depend on how often anybody claims.
	#[test]
	fn claims_make_no_difference(
		incomes in prop::collection::vec((1..10_000u128, any::<bool>()), 1..30),
		mine in LEAST..4_000u128,
		theirs in LEAST..4_000u128,
	) {
		let paid = |claims: bool| {
			ExtBuilder::default().provider(ALICE, 5_000).build().execute_with(|| {
				Staking::delegate(signed(DAVE), ALICE, mine).unwrap();
				Staking::delegate(signed(EVE), ALICE, theirs).unwrap();
				for (side, now) in &incomes {
					earn(ALICE, *side);
					if claims && *now {
						call(DAVE, Call::claim { provider: ALICE });
					}
				}
				call(DAVE, Call::claim { provider: ALICE });
				free(DAVE)
			})
		};
		assert_eq!(paid(true), paid(false));
	}
}
