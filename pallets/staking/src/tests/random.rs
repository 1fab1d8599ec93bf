//! Random operations, with every law checked after each.

use athanor_primitives::ports::ProviderRegistry;
use proptest::prelude::*;
use sp_runtime::{Permill, traits::Dispatchable};

use super::*;
use crate::{Call, Providers};
use pretty_assertions::assert_eq;

#[derive(Clone, Debug)]
enum Op {
	Register(AccountId, u128),
	Bond(AccountId, u128),
	Unbond(AccountId, u128),
	UnbondAll(AccountId),
	Withdraw(AccountId),
	AddKey(AccountId, u8),
	RemoveKey(AccountId, u8),
	Deregister(AccountId),
	Slash(AccountId, u32),
	Skip(u32),
}

fn who() -> impl Strategy<Value = AccountId> {
	ALICE..=POOR
}

fn op() -> impl Strategy<Value = Op> {
	prop_oneof![
		3 => (who(), 900..20_000u128).prop_map(|(who, stake)| Op::Register(who, stake)),
		2 => (who(), 0..5_000u128).prop_map(|(who, amount)| Op::Bond(who, amount)),
		4 => (who(), 0..2_000u128).prop_map(|(who, amount)| Op::Unbond(who, amount)),
		2 => who().prop_map(Op::UnbondAll),
		3 => who().prop_map(Op::Withdraw),
		2 => (who(), 1..8u8).prop_map(|(who, seed)| Op::AddKey(who, seed)),
		2 => (who(), 1..8u8).prop_map(|(who, seed)| Op::RemoveKey(who, seed)),
		2 => who().prop_map(Op::Deregister),
		3 => (who(), 0..=1_000_000u32).prop_map(|(who, share)| Op::Slash(who, share)),
		3 => (1..15u32).prop_map(Op::Skip),
	]
}

/// Dispatches a call as a block does. Whether it succeeds is up to the pallet.
fn call(who: AccountId, call: Call<Test>) {
	let _ = RuntimeCall::Staking(call).dispatch(signed(who));
}

fn run(op: Op) {
	match op {
		Op::Register(who, stake) => call(who, Call::register { stake }),
		Op::Bond(who, amount) => call(who, Call::bond { amount }),
		Op::Unbond(who, amount) => call(who, Call::unbond { amount }),
		Op::UnbondAll(who) => {
			let amount = Providers::<Test>::get(who).map_or(0, |record| record.bonded);
			call(who, Call::unbond { amount });
		}
		Op::Withdraw(who) => call(who, Call::withdraw {}),
		Op::AddKey(who, seed) => {
			call(
				who,
				Call::add_worker_key {
					key: key(seed),
					proof: proof(seed, who),
				},
			);
		}
		Op::RemoveKey(who, seed) => call(who, Call::remove_worker_key { key: key(seed) }),
		Op::Deregister(who) => call(who, Call::deregister {}),
		Op::Slash(who, share) => slash(who, Permill::from_parts(share)),
		Op::Skip(blocks) => skip_blocks(blocks),
	}
}

/// A slash takes exactly its share of what is held, in a pause nothing; the treasury gets it.
fn slash(who: AccountId, share: Permill) {
	TimeoutSlash::set(share);
	let (before, treasury) = (held(who), free(TREASURY));
	let now = System::block_number();
	let paused = Providers::<Test>::get(who).is_some_and(|record| record.is_paused(now));
	let taken = Staking::slash_for_timeout(&who, 0);
	let due = if paused { 0 } else { share.mul_floor(before) };
	assert_eq!(taken, due);
	assert_eq!(held(who), before - taken);
	assert_eq!(free(TREASURY), treasury + taken);
	assert!(!Staking::is_active(&who));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn laws_hold_after_every_operation(ops in prop::collection::vec(op(), 1..120)) {
		ExtBuilder::default().build().execute_with(|| {
			let issued = Balances::total_issuance();
			for op in ops {
				let shown = format!("{op:?}");
				run(op);
				assert_eq!(Staking::do_try_state(), Ok(()), "{shown}");
				assert_eq!(Balances::total_issuance(), issued, "{shown}");
				for who in [ALICE, BOB, CAROL] {
					assert!(free(who) >= ED, "{shown}");
					let active = Staking::is_active(&who);
					assert!(!active || held(who) >= MINIMUM, "{shown}");
				}
			}
		});
	}
}
