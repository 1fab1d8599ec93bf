//! Everything that crosses between client and chain, against the metadata and types of the runtime
//! itself; and samples for the tests of other modules.

use std::sync::LazyLock;

use athanor_jobs::types as jobs;
use athanor_primitives::{
	H256,
	job::{Assignment, CloseReason, JobInput, JobRequest, PromptFormat, Sampler},
	model::{ModelHashes, NumericClass, PriceClass},
	price::{Price, PriceBounds},
	receipt::{Delivery, Receipt, SignedReceipt, output_hash},
	split::Payment,
};
use athanor_runtime::{Runtime, RuntimeCall, RuntimeEvent, UncheckedExtrinsic};
use codec::{Compact, Decode, Encode};
use polkadot_sdk::{
	frame_system, pallet_balances,
	sp_core::crypto::AccountId32 as RuntimeAccount,
	sp_runtime::{DispatchError, ModuleError, Permill, TokenError, generic::Preamble},
};
use subxt::{
	ArcMetadata, Metadata, OfflineClient, SubstrateConfig, config::substrate::SpecVersionForRange,
	ext::scale_decode::DecodeAsType,
};

use super::{
	Call, Constants,
	dispatch::rejection_from_bytes,
	events::{Events, JobAssigned, JobClosed, JobPaid, JobPosted, WorkerKeyAdded},
	general::receipt_transaction,
	names::{self, Item, storage},
	types::{
		AccountId, AccountInfo, Hold, Job, JobState, Model, ModelSpec, ModelStatus, Offer, Outcome,
		Provider, RawHold, StoredReceipt, Totals, Work,
	},
	wire::Wire,
};
use crate::error::Error;

static METADATA: LazyLock<ArcMetadata> = LazyLock::new(|| {
	let bytes = Runtime::metadata_at_version(16).expect("the runtime has metadata of version 16");
	Metadata::decode_from(&bytes).expect("subxt reads it").arc()
});

// ---------------------------------------------------------------------------------------------
// Samples.

/// An account.
pub fn account(byte: u8) -> AccountId {
	AccountId::from([byte; 32])
}

fn runtime_account(byte: u8) -> RuntimeAccount {
	RuntimeAccount::new([byte; 32])
}

/// The terms of account 7.
pub fn work() -> Work {
	Work {
		provider: account(7),
		price: Price {
			input: 10,
			output: 20,
		},
		price_version: 3,
		seed: [5; 32],
		assigned_at: 11,
	}
}

/// A job of account 1.
pub fn job(state: JobState) -> Job {
	Job {
		requester: account(1),
		model: 2,
		model_version: 1,
		author: account(9),
		royalty: 100_000,
		input_hash: athanor_primitives::receipt::input_hash(b"hello"),
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
		assignment: Assignment::Direct(account(7)),
		posted_at: 10,
		expires_at: 60,
		failed: vec![],
		state,
	}
}

/// The receipt of job 4, without valid signatures.
pub fn receipt() -> StoredReceipt {
	let tokens = vec![3, 1, 4, 1, 5];
	StoredReceipt {
		signed: SignedReceipt {
			receipt: Receipt {
				job: 4,
				model: 2,
				model_version: 1,
				input_hash: athanor_primitives::receipt::input_hash(b"hello"),
				output_hash: output_hash(&tokens),
				tokens_in: 8,
				tokens_out: 5,
				finish: 0,
				commitment: H256([6; 32]),
			},
			genesis: H256([1; 32]),
			worker: [2; 32],
			signature: [3; 64],
		},
		tokens,
		text: "héllo".into(),
		text_signature: [4; 64],
	}
}

/// How job 4 ended.
pub fn outcome() -> Outcome {
	Outcome {
		requester: account(1),
		model: 2,
		model_version: 1,
		reason: CloseReason::Paid,
		provider: Some(account(7)),
		escrow: 1_788,
		spent: 180,
		refund: 1_608,
		payment: Payment {
			provider: 151,
			delegators: 0,
			author: 18,
			treasury: 10,
			burned: 1,
		},
		posted_at: 10,
		assigned_at: Some(11),
		submitted_at: Some(14),
		closed_at: 16,
	}
}

/// A model of 1,024 tokens of context and 16 of template.
pub fn model() -> Model {
	Model {
		owner: account(9),
		name: "stories".into(),
		hashes: hashes(),
		architecture: "llama".into(),
		parameters: 15_000_000,
		context_length: 1_024,
		template_overhead: 16,
		licence: "MIT".into(),
		source: String::new(),
		royalty: 100_000,
		numeric_class: NumericClass::Float,
		price_class: PriceClass::Small,
		version: 1,
		registered_at: 3,
		status: ModelStatus::Active,
	}
}

fn hashes() -> ModelHashes {
	ModelHashes {
		weights: H256([1; 32]),
		tokenizer: H256([2; 32]),
		template: H256([3; 32]),
	}
}

/// The constants of the runtime.
pub fn constants() -> Constants {
	Constants::read(&METADATA).unwrap()
}

fn spec() -> ModelSpec {
	ModelSpec {
		name: "stories".into(),
		hashes: hashes(),
		architecture: "llama".into(),
		parameters: 15_000_000,
		context_length: 1_024,
		template_overhead: 16,
		licence: "MIT".into(),
		source: "hf:a/b@c".into(),
		royalty: 25_000,
		numeric_class: NumericClass::Exact,
	}
}

fn request<A>(assignment: Assignment<A>, sampler: Sampler) -> JobRequest<A, u32> {
	JobRequest {
		model: 2,
		input: JobInput::Inline(b"hello".to_vec()),
		format: PromptFormat::Messages,
		sampler,
		max_output_tokens: 64,
		ceiling: Price {
			input: 12,
			output: 24,
		},
		assignment,
		time_limit: 50,
	}
}

// ---------------------------------------------------------------------------------------------
// Names and constants.

#[test]
fn the_runtime_has_everything_that_is_known_by_name() {
	assert_eq!(names::missing(&METADATA), Vec::<String>::new());
	assert_eq!(names::missing_pallet(&METADATA), None);
}

#[test]
fn what_a_runtime_lacks_is_named() {
	let other = synthetic(&["CheckNonce"]);
	assert_eq!(names::missing_pallet(&other), Some("Models"));
	let missing = names::missing(&other);
	assert!(
		missing.contains(&"storage Jobs.Outcomes".to_owned()),
		"{missing:?}"
	);
	assert!(missing.contains(&"call Staking.bond".to_owned()));
	assert!(missing.contains(&"constant Jobs.MaxText".to_owned()));
	assert!(missing.contains(&"event Rewards.JobPaid".to_owned()));
}

#[test]
fn constants_are_the_runtimes() {
	let constants = constants();
	assert_eq!(constants.existential_deposit, 1_000_000_000);
	assert_eq!(constants.block_time, 3_000);
	assert_eq!(constants.max_royalty, 200_000);
	assert_eq!(constants.max_inline_input, 8_192);
	assert_eq!(constants.max_output_tokens, 4_096);
	assert_eq!(constants.tokens_per_block, 60);
	assert_eq!(constants.treasury_share, 50_000);
	assert_eq!(constants.hard_bounds.floor, Price::flat(1));
	assert_eq!(constants.work_period(1), 11);
	assert_eq!(constants.work_period(61), 12);
	let treasury: RuntimeAccount = <Runtime as athanor_rewards::Config>::TreasuryAccount::get();
	assert_eq!(constants.treasury.0, <[u8; 32]>::from(treasury));
}

// ---------------------------------------------------------------------------------------------
// Calls.

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

// ---------------------------------------------------------------------------------------------
// Receipts: transactions without a signer.

fn delivery() -> Delivery {
	Delivery {
		tokens: vec![3, 1, 4, 1, 5],
		text: "héllo".into(),
		signature: [4; 64],
	}
}

#[test]
fn a_receipt_is_the_documented_general_transaction() {
	let signed = receipt().signed;
	for delivery in [Some(delivery()), None] {
		let mut body = vec![
			0x45, // general, version 5
			0,    // extension version
			0,    // CheckMortality: immortal
			0,    // CheckNonce: compact 0
			0,    // ChargeTransactionPayment: compact 0
			0,    // CheckMetadataHash: disabled
			23, 2, // Jobs.submit_receipt
		];
		body.extend(signed.encode());
		body.extend(delivery.encode());
		let mut expected = Compact(u32::try_from(body.len()).unwrap()).encode();
		expected.extend(body);
		let made = receipt_transaction(&METADATA, &signed, delivery.as_ref()).unwrap();
		assert_eq!(hex::encode(&made), hex::encode(&expected));
	}
}

#[test]
fn the_runtime_reads_a_receipt_as_general() {
	let signed = receipt().signed;
	let bytes = receipt_transaction(&METADATA, &signed, Some(&delivery())).unwrap();
	let transaction = UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap();
	assert!(matches!(transaction.preamble, Preamble::General(..)));
	assert_eq!(
		transaction.function,
		RuntimeCall::Jobs(athanor_jobs::Call::submit_receipt {
			signed,
			delivery: Some(delivery())
		})
	);
	assert_eq!(transaction.encode(), bytes);
}

/// Metadata with a call like the runtime's and the transaction extensions of these names. One named
/// `Empty…` has no size, one named `Optional…` is an `Option`, any other is a byte.
fn synthetic(extensions: &'static [&'static str]) -> Metadata {
	use scale_info::{TypeInfo, meta_type};
	use subxt::ext::frame_metadata::v16;

	#[allow(dead_code, non_camel_case_types)]
	#[derive(TypeInfo)]
	enum Calls {
		#[codec(index = 2)]
		submit_receipt {
			signed: SignedReceipt,
			delivery: Option<Delivery>,
		},
	}

	let jobs = v16::PalletMetadata {
		name: "Jobs",
		storage: None,
		calls: Some(v16::PalletCallMetadata {
			ty: meta_type::<Calls>(),
			deprecation_info: v16::EnumDeprecationInfo::nothing_deprecated(),
		}),
		event: None,
		constants: vec![],
		error: None,
		associated_types: vec![],
		view_functions: vec![],
		index: 23,
		docs: vec![],
		deprecation_info: v16::ItemDeprecationInfo::NotDeprecated,
	};
	let size = |name: &str| match name {
		name if name.starts_with("Empty") => meta_type::<()>(),
		name if name.starts_with("Optional") => meta_type::<Option<u32>>(),
		_ => meta_type::<u8>(),
	};
	let known: Vec<_> = extensions
		.iter()
		.map(|name| v16::TransactionExtensionMetadata {
			identifier: *name,
			ty: size(name),
			implicit: meta_type::<u32>(),
		})
		.collect();
	let order = (0..u32::try_from(known.len()).unwrap())
		.map(Compact)
		.collect();
	v16::RuntimeMetadataV16::new(
		vec![jobs],
		v16::ExtrinsicMetadata {
			versions: vec![4, 5],
			address_ty: meta_type::<u8>(),
			call_ty: meta_type::<Calls>(),
			signature_ty: meta_type::<u8>(),
			transaction_extensions_by_version: [(0u8, order)].into_iter().collect(),
			transaction_extensions: known,
		},
		vec![],
		v16::OuterEnums {
			call_enum_ty: meta_type::<Calls>(),
			event_enum_ty: meta_type::<()>(),
			error_enum_ty: meta_type::<()>(),
		},
		v16::CustomMetadata {
			map: Default::default(),
		},
	)
	.try_into()
	.unwrap()
}

#[test]
fn extensions_follow_the_order_of_the_metadata() {
	let metadata = synthetic(&[
		"EmptyA",
		"CheckMetadataHash",
		"OptionalB",
		"CheckNonce",
		"EmptyC",
	]);
	let signed = receipt().signed;
	let made = receipt_transaction(&metadata, &signed, None).unwrap();
	let mut body = vec![0x45, 0, 0, 0, 0, 23, 2];
	body.extend(signed.encode());
	body.push(0);
	assert_eq!(made, body.encode());
}

#[test]
fn an_unknown_extension_is_named() {
	let metadata = synthetic(&["CheckNonce", "CheckTheWeather"]);
	let error = receipt_transaction(&metadata, &receipt().signed, None).unwrap_err();
	assert!(matches!(error, Error::Incompatible(_)));
	assert!(error.to_string().contains("CheckTheWeather"), "{error}");
}

// ---------------------------------------------------------------------------------------------
// Storage.

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
	// price, slots, busy, index, deposit ticket
	let offer = stored::<Offer>(storage::OFFERS, (price, 3u32, 1u32, 6u32, 1_000u128));
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

// ---------------------------------------------------------------------------------------------
// Events and errors.

fn block_events(events: Vec<(u32, RuntimeEvent)>) -> Events {
	let records: Vec<frame_system::EventRecord<RuntimeEvent, H256>> = events
		.into_iter()
		.map(|(index, event)| frame_system::EventRecord {
			phase: frame_system::Phase::ApplyExtrinsic(index),
			event,
			topics: vec![],
		})
		.collect();
	let config = SubstrateConfig::builder()
		.set_metadata_for_spec_versions([(1, ArcMetadata::clone(&METADATA))])
		.set_spec_version_for_block_ranges([SpecVersionForRange {
			block_range: 0..u64::MAX,
			spec_version: 1,
			transaction_version: 1,
		}])
		.build();
	let at = OfflineClient::new_with_config(config)
		.at_block(1u64)
		.unwrap();
	Events::of_block(at.events().from_bytes(records.encode()))
}

#[test]
fn events_are_found_by_type_and_transaction() {
	let paid = athanor_rewards::Event::<Runtime>::JobPaid {
		job: 4,
		requester: runtime_account(1),
		provider: runtime_account(7),
		author: runtime_account(9),
		spent: 180,
		to_provider: 151,
		to_delegators: 0,
		to_author: 18,
		to_treasury: 10,
		burned: 1,
	};
	let closed = athanor_jobs::Event::<Runtime>::JobClosed {
		job: 4,
		requester: runtime_account(1),
		reason: CloseReason::Paid,
		provider: Some(runtime_account(7)),
		escrow: 1_788,
		spent: 180,
		refund: 1_608,
	};
	let posted = |job| {
		RuntimeEvent::Jobs(athanor_jobs::Event::<Runtime>::JobPosted {
			job,
			requester: runtime_account(1),
			model: 2,
			escrow: 55,
			expires_at: 66,
		})
	};
	let assigned = athanor_jobs::Event::<Runtime>::JobAssigned {
		job: 4,
		provider: runtime_account(7),
		price: Price {
			input: 10,
			output: 20,
		},
		price_version: 3,
		deadline: 22,
	};
	let added = athanor_staking::Event::<Runtime>::WorkerKeyAdded {
		provider: runtime_account(7),
		key: [8; 32],
	};
	let all = || {
		vec![
			(0, RuntimeEvent::Rewards(paid.clone())),
			(0, RuntimeEvent::Jobs(closed.clone())),
			(1, posted(4)),
			(2, posted(5)),
			(2, RuntimeEvent::Jobs(assigned.clone())),
			(2, RuntimeEvent::Staking(added.clone())),
		]
	};
	let events = block_events(all());
	assert_eq!(events.find::<JobPosted>().unwrap().len(), 2);
	let found = events.first::<JobPaid>().unwrap().unwrap();
	assert_eq!(
		(found.job, found.spent, found.payment()),
		(4, 180, outcome().payment)
	);
	let found = events.first::<JobClosed>().unwrap().unwrap();
	assert_eq!((found.provider, found.refund), (Some(account(7)), 1_608));
	let found = events.first::<JobAssigned>().unwrap().unwrap();
	assert_eq!(
		(found.price, found.deadline),
		(
			Price {
				input: 10,
				output: 20
			},
			22
		)
	);
	assert_eq!(
		events.first::<WorkerKeyAdded>().unwrap().unwrap().key,
		[8; 32]
	);
	assert_eq!(events.names().unwrap()[0], "Rewards.JobPaid");
	assert!(events.failure(&METADATA).unwrap().is_none());

	let second = block_events(all()).of_transaction(2);
	assert_eq!(second.find::<JobPosted>().unwrap()[0].job, 5);
	assert!(second.first::<JobPaid>().unwrap().is_none());
}

fn failed(error: DispatchError) -> RuntimeEvent {
	RuntimeEvent::System(frame_system::Event::<Runtime>::ExtrinsicFailed {
		dispatch_error: error,
		dispatch_info: Default::default(),
	})
}

#[test]
fn errors_of_pallets_come_with_their_documentation() {
	let error: DispatchError = athanor_jobs::Error::<Runtime>::NotRequester.into();
	let events = block_events(vec![(3, failed(error))]).of_transaction(3);
	let rejection = events.failure(&METADATA).unwrap().unwrap();
	assert_eq!(rejection.name, "Jobs.NotRequester");
	assert!(
		rejection
			.reason
			.contains("Only its requester can cancel it"),
		"{rejection}"
	);
	assert!(rejection.in_block);
	assert_eq!(
		rejection_from_bytes(&error.encode(), &METADATA).unwrap(),
		rejection
	);
	let other = block_events(vec![(3, failed(error))]).of_transaction(4);
	assert!(other.failure(&METADATA).unwrap().is_none());
}

#[test]
fn errors_of_the_runtime_say_what_to_do() {
	let rejection =
		|error: DispatchError| rejection_from_bytes(&error.encode(), &METADATA).unwrap();
	let poor = rejection(DispatchError::Token(TokenError::FundsUnavailable));
	assert_eq!(poor.name, "Token.FundsUnavailable");
	assert!(poor.reason.contains("athanor wallet balance"));
	assert_eq!(rejection(DispatchError::BadOrigin).name, "BadOrigin");
	assert_eq!(rejection(DispatchError::Unavailable).name, "Unavailable");
	let strange = ModuleError {
		index: 23,
		error: [250, 0, 0, 0],
		message: None,
	};
	assert_eq!(rejection(DispatchError::Module(strange)).name, "Unknown");
}
