//! Storage, as the runtime encodes it.

use athanor_jobs::types as jobs;
use athanor_primitives::{
	H256,
	eligibility::Attributes,
	job::{Assignment, CloseReason, PromptFormat, Sampler},
	model::{NumericClass, PriceClass},
	price::Price,
};
use athanor_runtime::Runtime;
use codec::Encode;
use polkadot_sdk::{frame_system, pallet_balances, sp_runtime::Permill};
use subxt::{
	dynamic::{self, Value},
	ext::frame_decode::storage::{IntoDecodableValues, IntoEncodableValues},
	storage::DynamicAddress,
};

use super::{
	account, hashes, job, model, offline, outcome, receipt, runtime_account, stored, version, work,
};
use crate::chain::{
	models::{Model, ModelStatus, Version, VersionId, VersionStatus},
	names::{Item, storage},
	types::{
		AccountId, AccountInfo, Frozen, Hold, Job, JobState, Offer, Outcome, Provider, RawHold,
		StoredReceipt, Totals, WorkerRecord,
	},
};

#[test]
fn jobs_are_read_in_every_state() {
	let runtime_work = jobs::Work {
		provider: runtime_account(7),
		price: Price {
			input: 10,
			output: 20,
		},
		price_version: 3,
		cover: 3_576,
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
			rules: jobs::Rules {
				allow: vec![runtime_account(7), runtime_account(8)]
					.try_into()
					.unwrap(),
				exclude: vec![runtime_account(6)].try_into().unwrap(),
				regions: vec![*b"DE"].try_into().unwrap(),
				max_retention_hours: Some(24),
				min_gpu_memory_gib: Some(80),
			},
			seed: Some([5; 32]),
			posted_at: 10,
			expires_at: 60,
			work_period: 12,
			settle_period: 2,
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
		CloseReason::WorkerEquivocated,
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
			failed: vec![runtime_account(3)].try_into().unwrap(),
			escrow: expected.escrow,
			spent: expected.spent,
			refund: expected.refund,
			payment: expected.payment,
			posted_at: 10u32,
			assigned_at: Some(11),
			submitted_at: Some(14),
			closed_at: 16,
			retained_until: 80,
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
			models::ModelStatus::Retiring {
				posts_until: 77u32,
				removable_at: 99,
			},
			ModelStatus::Retiring {
				posts_until: 77,
				removable_at: 99,
			},
		),
	] {
		let runtime_model = models::Model {
			owner: runtime_account(9),
			name: b"stories".to_vec().try_into().unwrap(),
			architecture: b"llama".to_vec().try_into().unwrap(),
			parameters: 15_000_000,
			licence: b"MIT".to_vec().try_into().unwrap(),
			royalty: Permill::from_parts(100_000),
			numeric_class: NumericClass::Float,
			price_class: PriceClass::Small,
			version: 1,
			stored_versions: 1,
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
fn versions_are_read() {
	use athanor_models::types as models;
	for (status, read) in [
		(models::VersionStatus::Current, VersionStatus::Current),
		(
			models::VersionStatus::Superseded {
				posts_until: 77u32,
				removable_at: 99,
			},
			VersionStatus::Superseded {
				posts_until: 77,
				removable_at: 99,
			},
		),
	] {
		let runtime_version = models::Version {
			hashes: hashes(),
			context_length: 1_024,
			template_overhead: 16,
			source: Default::default(),
			published_at: 3u32,
			status,
		};
		let expected = Version {
			status: read,
			..version()
		};
		assert_eq!(
			stored::<Version>(storage::VERSIONS, runtime_version),
			expected
		);
	}
	let id = models::VersionId {
		model: 4,
		version: 5,
	};
	let read = stored::<VersionId>(storage::VERSION_BY_HASHES, id);
	assert_eq!((read.model, read.version), (4, 5));
}

#[test]
fn providers_offers_and_totals_are_read() {
	use athanor_staking as staking;
	let mut runtime_provider = staking::Provider::new(500, 8u32);
	runtime_provider.keys = 2;
	runtime_provider.slashed = 7;
	runtime_provider.paused_until = 90;
	runtime_provider.committed = 60;
	runtime_provider.retired_keys = 3;
	runtime_provider.chilled = true;
	runtime_provider
		.unbonding
		.try_push(staking::UnbondingChunk {
			amount: 30,
			unlocks_at: 70,
		})
		.unwrap();
	for (id, own) in [(3, 20), (5, 4)] {
		let pending = staking::PendingSlash {
			id,
			last: id,
			count: 1,
			raised_at: 60u32,
			own,
			share: 10_000,
		};
		runtime_provider.pending.try_push(pending).unwrap();
	}
	let provider = stored::<Provider>(storage::PROVIDERS, runtime_provider);
	assert_eq!(
		(provider.bonded, provider.keys, provider.slashed),
		(500, 2, 7)
	);
	assert_eq!((provider.registered_at, provider.at_stake()), (8, 530));
	assert_eq!(provider.paused_until, 90);
	assert_eq!((provider.committed, provider.retired_keys), (60, 3));
	assert!(provider.chilled);
	let newest = Frozen {
		id: 5,
		last: 5,
		count: 1,
		raised_at: 60,
		own: 4,
		share: 10_000,
	};
	assert_eq!(provider.pending.last(), Some(&newest));
	assert_eq!((provider.frozen(), provider.free_bonded()), (24, 476));
	// Less 1 % of 1,000, and 1 % of what that leaves, rounded up.
	assert_eq!(provider.capacity(1_000), 476 + 980);
	let record = staking::WorkerRecord {
		provider: runtime_account(7),
		retired_at: Some(12u32),
	};
	assert_eq!(
		stored::<WorkerRecord>(storage::WORKERS, record),
		WorkerRecord {
			provider: account(7),
			retired_at: Some(12)
		}
	);
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
	let attributes = Attributes {
		region: Some(*b"DE"),
		retention_hours: Some(24),
		gpu_memory_gib: 80,
	};
	// price, attributes, slots, busy, index, class, deposit ticket, units held
	let offer = stored::<Offer>(
		storage::OFFERS,
		(
			price,
			attributes,
			3u32,
			1u32,
			Some(6u32),
			PriceClass::Small,
			1_000u128,
			1_000u128,
		),
	);
	assert_eq!(
		offer,
		Offer {
			price,
			attributes,
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

/// The key under which this client looks for something.
fn key<K>(item: Item, parts: K) -> Vec<u8>
where
	K: IntoEncodableValues + IntoDecodableValues,
{
	let address: DynamicAddress<K, Value> = dynamic::storage(item.pallet, item.name);
	let at = offline();
	let entry = at.storage().entry(address).unwrap();
	entry.fetch_key(parts).unwrap()
}

#[test]
fn keys_are_those_of_the_runtime() {
	use athanor_pricing as pricing;
	let (who, there) = (account(7), runtime_account(7));
	assert_eq!(
		key(storage::OFFERS, ((3u32, 2u32), who)),
		pricing::Offers::<Runtime>::hashed_key_for((3, 2), there.clone())
	);
	assert_eq!(
		key(storage::OFFERS_BY_PROVIDER, (who, (3u32, 2u32))),
		pricing::OffersByProvider::<Runtime>::hashed_key_for(there.clone(), (3, 2))
	);
	assert_eq!(
		key(storage::VERSIONS, (3u32, 2u32)),
		athanor_models::Versions::<Runtime>::hashed_key_for(3, 2)
	);
	assert_eq!(
		key(storage::WORKERS, ([8u8; 32],)),
		athanor_staking::Workers::<Runtime>::hashed_key_for([8; 32])
	);
	assert_eq!(
		key(storage::JOBS_OF, (who, 4u64)),
		athanor_jobs::JobsOf::<Runtime>::hashed_key_for(there, 4)
	);
	let content = H256(athanor_primitives::blake2_256(&hashes().encode()));
	assert_eq!(
		key(storage::VERSION_BY_HASHES, (content,)),
		athanor_models::ByHashes::<Runtime>::hashed_key_for(athanor_models::types::content_key(
			&hashes()
		))
	);

	// All offers for a version of a model.
	let address: DynamicAddress<((u32, u32), AccountId), Value> =
		dynamic::storage(storage::OFFERS.pallet, storage::OFFERS.name);
	let at = offline();
	let prefix = at.storage().entry(address).unwrap();
	let prefix = prefix.iter_key(((3u32, 2u32),)).unwrap();
	let whole = key(storage::OFFERS, ((3u32, 2u32), who));
	assert!(whole.starts_with(&prefix) && prefix.len() > 32);
}
