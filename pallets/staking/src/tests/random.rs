//! Random operations, with every law checked after each.

use athanor_primitives::ports::{ExplainHolds, ProviderRegistry};
use proptest::prelude::*;
use sp_runtime::{PerThing, Permill, traits::Dispatchable};

use super::*;
use crate::{Call, Fault, KeysOf, Providers, Workers};
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
	ForgetKey(AccountId, u8),
	Deregister(AccountId),
	Chill(AccountId),
	Unchill(AccountId),
	Exit(AccountId),
	Take(AccountId, u128),
	/// The job, of those in hand, that ends.
	Close(prop::sample::Index),
	Slash(AccountId, Fault, u32),
	Skip(u32),
}

/// Mostly Alice, so that much happens to one provider.
fn who() -> impl Strategy<Value = AccountId> {
	prop_oneof![4 => Just(ALICE), 2 => Just(BOB), 1 => CAROL..=POOR]
}

fn fault() -> impl Strategy<Value = Fault> {
	prop_oneof![Just(Fault::MissedDeadline), Just(Fault::Equivocation)]
}

/// A share of stake in parts per million. All of it is no rare case.
fn share() -> impl Strategy<Value = u32> {
	prop_oneof![3 => 0..200_000u32, 1 => 0..=1_000_000u32, 1 => Just(1_000_000u32)]
}

fn op() -> impl Strategy<Value = Op> {
	prop_oneof![
		3 => (who(), 900..20_000u128).prop_map(|(who, stake)| Op::Register(who, stake)),
		2 => (who(), 0..5_000u128).prop_map(|(who, amount)| Op::Bond(who, amount)),
		4 => (who(), 0..2_000u128).prop_map(|(who, amount)| Op::Unbond(who, amount)),
		2 => who().prop_map(Op::UnbondAll),
		3 => who().prop_map(Op::Withdraw),
		8 => (who(), 1..8u8).prop_map(|(who, seed)| Op::AddKey(who, seed)),
		4 => (who(), 1..8u8).prop_map(|(who, seed)| Op::RemoveKey(who, seed)),
		2 => (who(), 1..8u8).prop_map(|(who, seed)| Op::ForgetKey(who, seed)),
		2 => who().prop_map(Op::Deregister),
		1 => who().prop_map(Op::Chill),
		3 => who().prop_map(Op::Unchill),
		2 => who().prop_map(Op::Exit),
		8 => (who(), 0..2_000u128).prop_map(|(who, cover)| Op::Take(who, cover)),
		5 => any::<prop::sample::Index>().prop_map(Op::Close),
		3 => (who(), fault(), share()).prop_map(|(who, fault, share)| Op::Slash(who, fault, share)),
		4 => (1..15u32).prop_map(Op::Skip),
	]
}

/// Dispatches a call as a block does. Whether it succeeds is up to the pallet.
fn call(who: AccountId, call: Call<Test>) {
	let _ = RuntimeCall::Staking(call).dispatch(signed(who));
}

/// The covers of the jobs in hand, as the pallet that commits them knows them.
type Jobs = Vec<(AccountId, u128)>;

fn run(op: Op, jobs: &mut Jobs) {
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
			let proof = proof(seed, who);
			let key = key(seed);
			call(who, Call::add_worker_key { key, proof });
		}
		Op::RemoveKey(who, seed) => call(who, Call::remove_worker_key { key: key(seed) }),
		Op::ForgetKey(who, seed) => call(who, Call::forget_worker_key { key: key(seed) }),
		Op::Deregister(who) => call(who, Call::deregister {}),
		Op::Chill(who) => call(who, Call::chill {}),
		Op::Unchill(who) => call(who, Call::unchill {}),
		Op::Exit(who) => exit(who),
		Op::Take(who, cover) => take(who, cover, jobs),
		Op::Close(index) => {
			if !jobs.is_empty() {
				let (who, cover) = jobs.swap_remove(index.index(jobs.len()));
				Staking::release(&who, cover);
			}
		}
		Op::Slash(who, fault, share) => slash(who, fault, Permill::from_parts(share)),
		Op::Skip(blocks) => skip_blocks(blocks),
	}
}

/// Whoever has something bonded can leave, in every state.
fn exit(who: AccountId) {
	let before = Providers::<Test>::get(who);
	let result = Staking::exit(signed(who));
	let expected = match before {
		None => Err(Error::<Test>::NotProvider.into()),
		Some(record) if record.bonded == 0 && record.chilled => {
			Err(Error::<Test>::AlreadyExited.into())
		}
		Some(_) => Ok(()),
	};
	assert_eq!(result, expected);
	if result.is_ok() {
		assert_eq!(record(who).bonded, 0);
		assert!(!is_active(who));
	}
}

/// Work goes to those who can have it; then their stake covers all that they have.
fn take(who: AccountId, cover: u128, jobs: &mut Jobs) {
	if refusal(who, cover).is_none() {
		Staking::commit(&who, cover);
		jobs.push((who, cover));
		let record = record(who);
		assert!(record.bonded >= record.committed.max(MINIMUM) && record.keys > 0);
	}
}

/// A slash takes exactly its share of what is held, in a pause nothing if it is for a deadline; the
/// treasury gets it.
fn slash(who: AccountId, fault: Fault, share: Permill) {
	let (before, treasury) = (held(who), free(TREASURY));
	let now = System::block_number();
	let paused = Providers::<Test>::get(who).is_some_and(|record| record.is_paused(now));
	let spared = paused && fault == Fault::MissedDeadline;
	let spent = Providers::<Test>::get(who)
		.filter(|record| record.era == now / ERA_LENGTH)
		.map_or(Permill::zero(), |record| record.era_share);
	let share = share.min(spent.left_from_one());
	let taken = match fault {
		Fault::MissedDeadline => {
			TimeoutSlash::set(share);
			time_out(who, 0)
		}
		Fault::Equivocation => {
			EquivocationSlash::set(share);
			equivocate(who, 0)
		}
	};
	let due = if spared { 0 } else { share.mul_floor(before) };
	assert_eq!(taken, due);
	assert_eq!(held(who), before - taken);
	assert_eq!(free(TREASURY), treasury + taken);
	assert!(!is_active(who));
}

/// What this pallet's laws cannot say, because they do not know the jobs, accounts and ports.
fn check_ports(jobs: &Jobs) {
	for who in ALICE..=POOR {
		assert!(free(who) >= ED);
		assert!(!is_active(who) || held(who) >= MINIMUM);
		let explained = Staking::explain(&who, u32::MAX);
		let sum: u128 = explained.iter().map(|part| part.amount).sum();
		assert_eq!(sum, held(who));
		// Nobody leaves with work in hand, and every unit of cover is accounted for.
		let covers = jobs.iter().filter(|(provider, _)| *provider == who);
		let committed: u128 = covers.map(|(_, cover)| cover).sum();
		let recorded = Providers::<Test>::get(who).map_or(0, |record| record.committed);
		assert_eq!(recorded, committed);
	}
	for seed in 1..8 {
		let owner = Staking::answers_for(&key(seed));
		for who in ALICE..=POOR {
			assert!(!Staking::is_worker(&who, &key(seed)) || owner == Some(who));
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn laws_hold_after_every_operation(ops in prop::collection::vec(op(), 1..160)) {
		ExtBuilder::default().build().execute_with(|| {
			let issued = Balances::total_issuance();
			let mut jobs = Jobs::new();
			for op in ops {
				let shown = format!("{op:?}");
				run(op, &mut jobs);
				assert_eq!(Staking::do_try_state(), Ok(()), "{shown}");
				assert_eq!(Balances::total_issuance(), issued, "{shown}");
				check_ports(&jobs);
			}
			// When all jobs are over, everybody can leave, and nothing stays behind.
			for (who, cover) in jobs {
				Staking::release(&who, cover);
			}
			for who in ALICE..=POOR {
				exit(who);
			}
			skip_blocks(PERIOD);
			for who in ALICE..=POOR {
				call(who, Call::withdraw {});
				call(who, Call::deregister {});
				assert_eq!(held(who), 0);
			}
			assert_eq!(Providers::<Test>::iter_keys().count(), 0);
			assert_eq!(Workers::<Test>::iter_keys().count(), 0);
			assert_eq!(KeysOf::<Test>::iter_keys().count(), 0);
			assert_eq!(Staking::do_try_state(), Ok(()));
		});
	}
}
