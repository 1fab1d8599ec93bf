//! Random operations, with every law checked after each.

use athanor_primitives::{job::Assignment, testing};
use polkadot_sdk::*;
use proptest::prelude::*;

use crate::{JobState, Jobs as JobStorage, mock::*};

#[derive(Clone, Debug)]
enum Op {
	Post {
		who: u64,
		direct: bool,
		tokens: u32,
		time_limit: u64,
	},
	Cancel {
		who: u64,
		job: u64,
	},
	Deliver {
		job: u64,
		tokens: u32,
	},
	Poke {
		job: u64,
	},
	Advance {
		blocks: u64,
	},
	Offer {
		provider: u64,
		slots: u32,
	},
	Withdraw {
		provider: u64,
	},
}

fn op() -> impl Strategy<Value = Op> {
	let job = 0u64..20;
	let provider = prop_oneof![Just(PROVIDER), Just(OTHER_PROVIDER)];
	prop_oneof![
		4 => (1u64..3, any::<bool>(), 0u32..60, 5u64..40).prop_map(|(who, direct, tokens, time_limit)| {
			Op::Post { who, direct, tokens, time_limit }
		}),
		1 => (1u64..3, job.clone()).prop_map(|(who, job)| Op::Cancel { who, job }),
		3 => (job.clone(), 0u32..60).prop_map(|(job, tokens)| Op::Deliver { job, tokens }),
		1 => job.prop_map(|job| Op::Poke { job }),
		4 => (1u64..5).prop_map(|blocks| Op::Advance { blocks }),
		1 => (provider.clone(), 1u32..4).prop_map(|(provider, slots)| Op::Offer { provider, slots }),
		1 => provider.prop_map(|provider| Op::Withdraw { provider }),
	]
}

fn apply(op: Op) {
	match op {
		Op::Post {
			who,
			direct,
			tokens,
			time_limit,
		} => {
			let mut request = request();
			request.max_output_tokens = tokens;
			request.time_limit = time_limit;
			if direct {
				request.assignment = Assignment::Direct(PROVIDER);
			}
			let _ = Jobs::post(RuntimeOrigin::signed(who), request);
		}
		Op::Cancel { who, job } => {
			let _ = Jobs::cancel(RuntimeOrigin::signed(who), job);
		}
		Op::Deliver { job: id, tokens } => {
			let Some(job) = JobStorage::<Test>::get(id) else {
				return;
			};
			let JobState::Assigned { work, .. } = &job.state else {
				return;
			};
			let pair = worker(work.provider);
			let tokens: Vec<u32> = (0..tokens).collect();
			let _ = submit(
				sign(receipt(id, &tokens), &pair),
				Some(deliver(id, &tokens, &pair)),
			);
		}
		Op::Poke { job } => {
			let _ = Jobs::poke(RuntimeOrigin::signed(BOB), job);
		}
		Op::Advance { blocks } => advance(blocks),
		Op::Offer { provider, slots } => testing::set_offer(MODEL, provider, price(), slots),
		Op::Withdraw { provider } => testing::remove_offer(MODEL, provider),
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	#[test]
	fn laws_hold_after_every_operation(ops in prop::collection::vec(op(), 1..80)) {
		ExtBuilder::default().build().execute_with(|| {
			let issuance = pallet_balances::TotalIssuance::<Test>::get();
			for op in ops {
				apply(op.clone());
				Jobs::do_try_state().unwrap_or_else(|law| panic!("{law:?} after {op:?}"));
			}
			// Everything ends: no job outlives its time, and every unit is accounted for.
			advance(60);
			assert_eq!(JobStorage::<Test>::iter().count(), 0);
			Jobs::do_try_state().unwrap();
			let burned: u128 = paid().iter().map(|(_, _, payment)| payment.burned).sum();
			assert_eq!(pallet_balances::TotalIssuance::<Test>::get() + burned, issuance);
			let accounts = [ALICE, BOB, PROVIDER, OTHER_PROVIDER, AUTHOR, TREASURY];
			assert_eq!(accounts.into_iter().map(free).sum::<u128>() + burned, issuance);
		});
	}
}
