//! Calls, as the runtime decodes them.

use athanor_primitives::{
	eligibility::Attributes,
	job::{Assignment, Sampler},
	model::{NumericClass, PriceClass},
	policy::Policy,
	price::{Price, PriceBounds},
};
use athanor_runtime::RuntimeCall;
use codec::Decode;
use polkadot_sdk::{pallet_balances, sp_runtime::Permill};

use super::{METADATA, account, hashes, receipt, request, runtime_account, spec, version_spec};
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
fn version_and_ownership_calls_arrive() {
	use athanor_models::Call as Models;
	let arrived = athanor_models::types::VersionSpec {
		hashes: hashes(),
		context_length: 2_048,
		template_overhead: 17,
		source: b"hf:a/b@d".to_vec(),
	};
	let cases = [
		(
			Call::PublishVersion {
				model: 7,
				spec: version_spec(),
			},
			Models::publish_version {
				model: 7,
				spec: arrived,
			},
		),
		(
			Call::RemoveVersion {
				model: 7,
				version: 2,
			},
			Models::remove_version {
				model: 7,
				version: 2,
			},
		),
		(
			Call::OfferOwnership {
				model: 7,
				to: account(3),
			},
			Models::offer_ownership {
				model: 7,
				to: runtime_account(3),
			},
		),
		(
			Call::WithdrawOwnershipOffer(7),
			Models::withdraw_ownership_offer { model: 7 },
		),
		(
			Call::AcceptOwnership(7),
			Models::accept_ownership { model: 7 },
		),
	];
	for (call, arrived) in cases {
		assert_eq!(sent(call), RuntimeCall::Models(arrived));
	}
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
		(
			Call::ForgetWorkerKey { key: [1; 32] },
			Staking::forget_worker_key { key: [1; 32] },
		),
		(Call::DeregisterProvider, Staking::deregister {}),
		(Call::Chill, Staking::chill {}),
		(Call::Unchill, Staking::unchill {}),
		(Call::Exit, Staking::exit {}),
		(
			Call::EnactSlash { slash: 4 },
			Staking::enact_slash { slash: 4 },
		),
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
	let attributes = Attributes {
		region: Some(*b"DE"),
		retention_hours: None,
		gpu_memory_gib: 80,
	};
	let policy = Policy {
		bounds: PriceBounds {
			floor: Price::flat(1),
			ceiling: Price::flat(9),
		},
		low: 2,
		high: 3,
		step: 4,
	};
	let cases = [
		(
			Call::SetOffer {
				model: 3,
				version: 2,
				price,
				slots: 4,
				attributes,
			},
			Pricing::set_offer {
				model: 3,
				version: 2,
				price,
				slots: 4,
				attributes,
			},
		),
		(
			Call::RemoveOffer {
				model: 3,
				version: 2,
			},
			Pricing::remove_offer {
				model: 3,
				version: 2,
			},
		),
		(
			Call::PruneOffer {
				model: 3,
				version: 2,
				provider: account(8),
			},
			Pricing::prune_offer {
				model: 3,
				version: 2,
				provider: runtime_account(8),
			},
		),
		(
			Call::SetPolicy {
				class: PriceClass::Medium,
				policy,
			},
			Pricing::set_policy {
				class: PriceClass::Medium,
				policy,
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
	let modes = [
		(
			Assignment::Direct(account(7)),
			Assignment::Direct(runtime_account(7)),
		),
		(Assignment::Auto, Assignment::Auto),
		(Assignment::Open, Assignment::Open),
	];
	for (mode, arrived) in modes {
		for (listed, listed_there) in [
			(vec![], vec![]),
			(
				vec![account(4), account(5)],
				vec![runtime_account(4), runtime_account(5)],
			),
		] {
			assert_eq!(
				sent(Call::PostJob(request(mode.clone(), sampler, &listed))),
				RuntimeCall::Jobs(athanor_jobs::Call::post {
					request: request(arrived.clone(), sampler, &listed_there)
				})
			);
		}
	}
	assert_eq!(
		sent(Call::ClaimJob(9)),
		RuntimeCall::Jobs(athanor_jobs::Call::claim { job: 9 })
	);
	let (first, mut second) = (receipt().signed, receipt().signed);
	second.receipt.tokens_out = 6;
	assert_eq!(
		sent(Call::ReportEquivocation {
			first: Box::new(first.clone()),
			second: Box::new(second.clone()),
		}),
		RuntimeCall::Jobs(athanor_jobs::Call::report_equivocation { first, second })
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
