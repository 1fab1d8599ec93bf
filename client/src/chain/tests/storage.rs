//! Storage, as the runtime encodes it.

use athanor_jobs::types as jobs;
use athanor_primitives::{
	job::{Assignment, CloseReason, PromptFormat, Sampler},
	model::{NumericClass, PriceClass},
	price::{Price, PriceBounds},
};
use athanor_runtime::Runtime;
use codec::Encode;
use polkadot_sdk::{frame_system, pallet_balances, sp_runtime::Permill};
use subxt::ext::scale_decode::DecodeAsType;

use super::{METADATA, account, hashes, job, model, outcome, receipt, runtime_account, work};
use crate::chain::{
	names::{Item, storage},
	types::{
		AccountInfo, Hold, Job, JobState, Model, ModelStatus, Offer, Outcome, Provider, RawHold,
		StoredReceipt, Totals,
	},
	wire::Wire,
};

/// Reads what the runtime would have stored under `item`.
fn stored<T: Wire>(item: Item, value: impl Encode) -> T {
	let id = METADATA
		.pallet_by_name(item.pallet)
		.unwrap()
		.storage()
		.unwrap()
		.entry_by_name(item.name)
		.unwrap()
		.value_ty();
	let bytes = value.encode();
	let mut input = &bytes[..];
	let raw = T::Raw::decode_as_type(&mut input, id, METADATA.types()).unwrap();
	assert!(input.is_empty());
	T::from_raw(raw)
}

#[test]
fn jobs_are_read_in_every_state() {
	let runtime_work = jobs::Work {
		provider: runtime_account(7),
		price: Price {
			input: 10,
			output: 20,
		},
		price_version: 3,
		seed: [5; 32],
		assigned_at: 11u32,
	};
	let cases = [
		(
			jobs::JobState::Open { deadline: 50 },
			JobState::Open { deadline: 50 },
		),
		(
			jobs::JobState::Assigned {
				work: runtime_work.clone(),
				deadline: 20,
			},
			JobState::Assigned {
				work: work(),
				deadline: 20,
			},
		),
		(
			jobs::JobState::Submitted {
				work: runtime_work,
				worker: [2; 32],
				tokens_in: 8,
				tokens_out: 5,
				finish: 1,
				submitted_at: 14,
				deadline: 16,
			},
			JobState::Submitted {
				work: work(),
				worker: [2; 32],
				tokens_in: 8,
				tokens_out: 5,
				finish: 1,
				submitted_at: 14,
				deadline: 16,
			},
		),
	];
	for (state, read) in cases {
		let expected = Job {
			failed: vec![account(3)],
			..job(read)
		};
		let runtime_job = jobs::Job {
			requester: runtime_account(1),
			model: 2,
			model_version: 1,
			author: runtime_account(9),
			royalty: 100_000,
			input_hash: expected.input_hash,
			input_len: 5,
			format: PromptFormat::Chat,
			sampler: Sampler::TopK {
				temperature_milli: 800,
				k: 40,
			},
			max_input_tokens: 21,
			max_output_tokens: 64,
			ceiling: Price {
				input: 12,
				output: 24,
			},
			escrow: 1_788,
			assignment: Assignment::Direct(runtime_account(7)),
			posted_at: 10,
			expires_at: 60,
			failed: vec![runtime_account(3)].try_into().unwrap(),
			state,
		};
		assert_eq!(stored::<Job>(storage::JOBS, runtime_job), expected);
	}
}

#[test]
fn receipts_and_outcomes_are_read() {
	let sample = receipt();
	let runtime_receipt = jobs::StoredReceiptOf::<Runtime> {
		signed: sample.signed.clone(),
		tokens: sample.tokens.clone().try_into().unwrap(),
		text: sample.text.clone().try_into().unwrap(),
		text_signature: sample.text_signature,
	};
	assert_eq!(
		stored::<StoredReceipt>(storage::RECEIPTS, runtime_receipt),
		sample
	);
	for reason in [
		CloseReason::Paid,
		CloseReason::Rejected,
		CloseReason::Cancelled,
		CloseReason::ExpiredUnassigned,
		CloseReason::WorkerTimedOut,
	] {
		let expected = Outcome {
			reason,
			..outcome()
		};
		let runtime_outcome = jobs::Outcome {
			requester: runtime_account(1),
			model: 2,
			model_version: 1,
			reason,
			provider: Some(runtime_account(7)),
			escrow: expected.escrow,
			spent: expected.spent,
			refund: expected.refund,
			payment: expected.payment,
			posted_at: 10u32,
			assigned_at: Some(11),
			submitted_at: Some(14),
			closed_at: 16,
		};
		assert_eq!(
			stored::<Outcome>(storage::OUTCOMES, runtime_outcome),
			expected
		);
	}
	assert_eq!(
		stored::<Vec<u8>>(storage::INPUTS, b"hello".to_vec()),
		b"hello"
	);
}

#[test]
fn models_are_read() {
	use athanor_models::types as models;
	for (status, read) in [
		(models::ModelStatus::Active, ModelStatus::Active),
		(
			models::ModelStatus::Retired {
				removable_at: 99u32,
			},
			ModelStatus::Retired { removable_at: 99 },
		),
	] {
		let runtime_model = models::Model {
			owner: runtime_account(9),
			name: b"stories".to_vec().try_into().unwrap(),
			hashes: hashes(),
			architecture: b"llama".to_vec().try_into().unwrap(),
			parameters: 15_000_000,
			context_length: 1_024,
			template_overhead: 16,
			licence: b"MIT".to_vec().try_into().unwrap(),
			source: Default::default(),
			royalty: Permill::from_parts(100_000),
			numeric_class: NumericClass::Float,
			price_class: PriceClass::Small,
			version: 1,
			registered_at: 3,
			status,
		};
		let expected = Model {
			status: read,
			..model()
		};
		assert_eq!(stored::<Model>(storage::MODELS, runtime_model), expected);
	}
}

#[test]
fn providers_offers_and_totals_are_read() {
	use athanor_staking as staking;
	let mut runtime_provider = staking::Provider::new(500, 8u32);
	runtime_provider.keys = 2;
	runtime_provider.slashed = 7;
	runtime_provider.paused_until = 90;
	runtime_provider
		.unbonding
		.try_push(staking::UnbondingChunk {
			amount: 30,
			unlocks_at: 70,
		})
		.unwrap();
	let provider = stored::<Provider>(storage::PROVIDERS, runtime_provider);
	assert_eq!(
		(provider.bonded, provider.keys, provider.slashed),
		(500, 2, 7)
	);
	assert_eq!((provider.registered_at, provider.at_stake()), (8, 530));
	assert_eq!(provider.paused_until, 90);
	assert_eq!(
		(
			provider.unbonding[0].amount,
			provider.unbonding[0].unlocks_at
		),
		(30, 70)
	);

	let price = Price {
		input: 4,
		output: 5,
	};
	// price, slots, busy, index, deposit ticket, units held
	let offer = stored::<Offer>(
		storage::OFFERS,
		(price, 3u32, 1u32, 6u32, 1_000u128, 1_000u128),
	);
	assert_eq!(
		offer,
		Offer {
			price,
			slots: 3,
			busy: 1
		}
	);
	assert_eq!(offer.free(), 2);
	assert_eq!(Offer { busy: 5, ..offer }.free(), 0);

	let totals = athanor_rewards::types::Totals {
		paid: 10,
		provider: 6,
		delegators: 1,
		author: 1,
		treasury: 1,
		burned: 1,
		jobs: 3,
	};
	let read = stored::<Totals>(storage::TOTALS, totals);
	assert_eq!((read.paid, read.provider, read.jobs), (10, 6, 3));

	let bounds = PriceBounds {
		floor: Price::flat(1),
		ceiling: Price::flat(9),
	};
	assert_eq!(stored::<PriceBounds>(storage::BOUNDS, bounds), bounds);
}

#[test]
fn balances_and_holds_are_read() {
	let info = frame_system::AccountInfo::<u32, pallet_balances::AccountData<u128>> {
		nonce: 5,
		data: pallet_balances::AccountData {
			free: 100,
			reserved: 40,
			..Default::default()
		},
		..Default::default()
	};
	let read = stored::<AccountInfo>(storage::ACCOUNT, info);
	assert_eq!(
		(read.nonce, read.data.free, read.data.reserved),
		(5, 100, 40)
	);

	use athanor_runtime::RuntimeHoldReason as Reason;
	let holds = vec![
		(Reason::Jobs(athanor_jobs::HoldReason::Escrow), 10u128),
		(Reason::Staking(athanor_staking::HoldReason::Stake), 30),
	];
	let read: Vec<Hold> = stored::<Vec<RawHold>>(storage::HOLDS, holds)
		.into_iter()
		.map(Hold::from)
		.collect();
	assert_eq!(
		read,
		[
			Hold {
				reason: "Jobs.Escrow".into(),
				amount: 10
			},
			Hold {
				reason: "Staking.Stake".into(),
				amount: 30
			},
		]
	);
}
