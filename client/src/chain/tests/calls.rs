//! Calls, as the runtime decodes them.

use athanor_primitives::{
	job::{Assignment, Sampler},
	model::{NumericClass, PriceClass},
	price::{Price, PriceBounds},
};
use athanor_runtime::RuntimeCall;
use codec::Decode;
use polkadot_sdk::{pallet_balances, sp_runtime::Permill};

use super::{METADATA, account, hashes, request, runtime_account, spec};
use crate::chain::Call;

fn sent(call: Call) -> RuntimeCall {
	let bytes = call.encode(&METADATA).unwrap();
	let mut input = &bytes[..];
	let decoded = RuntimeCall::decode(&mut input).unwrap();
	assert!(input.is_empty(), "{} has bytes left over", call.name());
	decoded
}

#[test]
fn model_calls_arrive() {
	let arrived = athanor_models::types::ModelSpec {
		name: b"stories".to_vec(),
		hashes: hashes(),
		architecture: b"llama".to_vec(),
		parameters: 15_000_000,
		context_length: 1_024,
		template_overhead: 16,
		licence: b"MIT".to_vec(),
		source: b"hf:a/b@c".to_vec(),
		royalty: Permill::from_parts(25_000),
		numeric_class: NumericClass::Exact,
	};
	assert_eq!(
		sent(Call::RegisterModel(spec())),
		RuntimeCall::Models(athanor_models::Call::register { spec: arrived })
	);
	assert_eq!(
		sent(Call::RetireModel(7)),
		RuntimeCall::Models(athanor_models::Call::retire { model: 7 })
	);
	assert_eq!(
		sent(Call::RemoveModel(7)),
		RuntimeCall::Models(athanor_models::Call::remove { model: 7 })
	);
}

#[test]
fn staking_calls_arrive() {
	use athanor_staking::Call as Staking;
	let cases = [
		(
			Call::RegisterProvider { stake: u128::MAX },
			Staking::register { stake: u128::MAX },
		),
		(Call::Bond { amount: 5 }, Staking::bond { amount: 5 }),
		(Call::Unbond { amount: 6 }, Staking::unbond { amount: 6 }),
		(Call::Withdraw, Staking::withdraw {}),
		(
			Call::AddWorkerKey {
				key: [1; 32],
				proof: [2; 64],
			},
			Staking::add_worker_key {
				key: [1; 32],
				proof: [2; 64],
			},
		),
		(
			Call::RemoveWorkerKey { key: [1; 32] },
			Staking::remove_worker_key { key: [1; 32] },
		),
		(Call::DeregisterProvider, Staking::deregister {}),
	];
	for (call, arrived) in cases {
		assert_eq!(sent(call), RuntimeCall::Staking(arrived));
	}
}

#[test]
fn pricing_calls_arrive() {
	use athanor_pricing::Call as Pricing;
	let price = Price {
		input: 1,
		output: 2,
	};
	let bounds = PriceBounds {
		floor: Price::flat(1),
		ceiling: Price::flat(9),
	};
	let cases = [
		(
			Call::SetOffer {
				model: 3,
				price,
				slots: 4,
			},
			Pricing::set_offer {
				model: 3,
				price,
				slots: 4,
			},
		),
		(
			Call::RemoveOffer { model: 3 },
			Pricing::remove_offer { model: 3 },
		),
		(
			Call::PruneOffer {
				model: 3,
				provider: account(8),
			},
			Pricing::prune_offer {
				model: 3,
				provider: runtime_account(8),
			},
		),
		(
			Call::SetBounds {
				class: PriceClass::Medium,
				bounds,
			},
			Pricing::set_bounds {
				class: PriceClass::Medium,
				bounds,
			},
		),
	];
	for (call, arrived) in cases {
		assert_eq!(sent(call), RuntimeCall::Pricing(arrived));
	}
}

#[test]
fn job_calls_and_transfers_arrive() {
	let sampler = Sampler::TopK {
		temperature_milli: 700,
		k: 50,
	};
	assert_eq!(
		sent(Call::PostJob(request(
			Assignment::Direct(account(7)),
			sampler
		))),
		RuntimeCall::Jobs(athanor_jobs::Call::post {
			request: request(Assignment::Direct(runtime_account(7)), sampler)
		})
	);
	assert_eq!(
		sent(Call::PostJob(request(Assignment::Auto, Sampler::Greedy))),
		RuntimeCall::Jobs(athanor_jobs::Call::post {
			request: request(Assignment::Auto, Sampler::Greedy)
		})
	);
	assert_eq!(
		sent(Call::CancelJob(u64::MAX)),
		RuntimeCall::Jobs(athanor_jobs::Call::cancel { job: u64::MAX })
	);
	assert_eq!(
		sent(Call::PokeJob(1)),
		RuntimeCall::Jobs(athanor_jobs::Call::poke { job: 1 })
	);
	assert_eq!(
		sent(Call::Transfer {
			to: account(5),
			amount: 77
		}),
		RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
			dest: runtime_account(5).into(),
			value: 77
		})
	);
}
