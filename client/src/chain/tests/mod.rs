//! Everything that crosses between client and chain, against the metadata and types of the runtime
//! itself; and samples for the tests of other modules.

mod calls;
mod events;
mod names;
mod receipts;
mod storage;
mod views;

use std::sync::LazyLock;

use athanor_primitives::{
	H256,
	eligibility::{Attributes, Eligibility},
	job::{Assignment, CloseReason, JobInput, JobRequest, PromptFormat, Sampler},
	model::{ModelHashes, NumericClass, PriceClass},
	price::Price,
	receipt::{Receipt, SignedReceipt, output_hash},
	split::Payment,
};
use athanor_runtime::Runtime;
use codec::Encode;
use polkadot_sdk::{sp_core::crypto::AccountId32 as RuntimeAccount, sp_io::TestExternalities};
use subxt::{
	ArcMetadata, Metadata, OfflineClient, SubstrateConfig,
	client::OfflineClientAtBlock,
	config::substrate::SpecVersionForRange,
	ext::{
		scale_decode::DecodeAsType,
		scale_encode::EncodeAsType,
		scale_value::{Value, scale::decode_as_type as decode_value},
	},
};

use super::{
	Constants,
	gov::{Deposit, Ongoing, Origin, Stored, Tally},
	models::{Model, ModelSpec, ModelStatus, Release, Version, VersionSpec, VersionStatus},
	names::Item,
	types::{AccountId, Job, JobState, Outcome, Rules, StoredReceipt, Work},
	wire::Wire,
};

static METADATA: LazyLock<ArcMetadata> = LazyLock::new(|| {
	// The periods of governance among its constants are read from the state.
	let bytes = TestExternalities::default()
		.execute_with(|| Runtime::metadata_at_version(16))
		.expect("the runtime has metadata of version 16");
	Metadata::decode_from(&bytes).expect("subxt reads it").arc()
});

/// A block of the chain, without a node.
fn offline() -> OfflineClientAtBlock<SubstrateConfig> {
	let config = SubstrateConfig::builder()
		.set_metadata_for_spec_versions([(1, ArcMetadata::clone(&METADATA))])
		.set_spec_version_for_block_ranges([SpecVersionForRange {
			block_range: 0..u64::MAX,
			spec_version: 1,
			transaction_version: 1,
		}])
		.build();
	OfflineClient::new_with_config(config)
		.at_block(1u64)
		.unwrap()
}

/// The metadata of the runtime.
pub fn metadata() -> &'static Metadata {
	&METADATA
}

/// The type of this name, as the last part of its path.
fn type_named(name: &str) -> u32 {
	let mut fitting = METADATA.types().types.iter().filter(|found| {
		found
			.ty
			.path
			.segments
			.last()
			.is_some_and(|last| last == name)
	});
	fitting.next().expect("there is such a type").id
}

/// A value as the type of this name.
pub fn encoded_as(name: &str, value: &impl EncodeAsType) -> Vec<u8> {
	value
		.encode_as_type(type_named(name), METADATA.types())
		.unwrap()
}

/// Reads a value of the type of this name.
pub fn decoded_as<T: DecodeAsType>(name: &str, bytes: &[u8]) -> T {
	T::decode_as_type(&mut &*bytes, type_named(name), METADATA.types()).unwrap()
}

fn stored_type(item: Item) -> u32 {
	METADATA
		.pallet_by_name(item.pallet)
		.unwrap()
		.storage()
		.unwrap()
		.entry_by_name(item.name)
		.unwrap()
		.value_ty()
}

/// Reads what the runtime would have stored under `item`.
pub fn stored<T: Wire>(item: Item, value: impl Encode) -> T {
	let bytes = value.encode();
	let mut input = &bytes[..];
	let raw = T::Raw::decode_as_type(&mut input, stored_type(item), METADATA.types()).unwrap();
	assert!(input.is_empty());
	T::from_raw(raw)
}

/// The same, together with its types.
pub fn typed(item: Item, value: impl Encode) -> Value<u32> {
	let bytes = value.encode();
	decode_value(&mut &bytes[..], stored_type(item), METADATA.types()).unwrap()
}

/// A referendum of account 1 that nobody has done anything about.
pub fn ongoing() -> Ongoing {
	Ongoing {
		track: 11,
		origin: Origin::Named("MarketAdmin".into()),
		proposal: Stored::Inline(vec![0, 0, 0]),
		submitted: 3,
		submission_deposit: Deposit {
			who: account(1),
			amount: 10,
		},
		decision_deposit: None,
		deciding: None,
		tally: Tally::default(),
		in_queue: false,
	}
}

/// An account.
pub fn account(byte: u8) -> AccountId {
	AccountId::from([byte; 32])
}

/// The same, as the runtime has it.
pub fn runtime_account(byte: u8) -> RuntimeAccount {
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
		cover: 3_576,
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
		rules: Rules {
			allow: vec![account(7), account(8)],
			exclude: vec![account(6)],
			regions: vec![*b"DE"],
			max_retention_hours: Some(24),
			min_gpu_memory_gib: Some(80),
		},
		seed: Some([5; 32]),
		posted_at: 10,
		expires_at: 60,
		work_period: 12,
		settle_period: 2,
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
		failed: vec![account(3)],
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
		retained_until: 80,
	}
}

/// A model with one version.
pub fn model() -> Model {
	Model {
		owner: account(9),
		name: "stories".into(),
		architecture: "llama".into(),
		parameters: 15_000_000,
		licence: "MIT".into(),
		royalty: 100_000,
		numeric_class: NumericClass::Float,
		price_class: PriceClass::Small,
		version: 1,
		registered_at: 3,
		status: ModelStatus::Active,
	}
}

/// Its version, of 1,024 tokens of context and 16 of template.
pub fn version() -> Version {
	Version {
		hashes: hashes(),
		context_length: 1_024,
		template_overhead: 16,
		source: String::new(),
		published_at: 3,
		status: VersionStatus::Current,
	}
}

/// Both.
pub fn release() -> Release {
	Release {
		model: model(),
		number: 1,
		version: version(),
	}
}

/// What a provider states.
fn attributes() -> Attributes {
	Attributes {
		region: Some(*b"DE"),
		retention_hours: Some(0),
		gpu_memory_gib: 80,
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

fn version_spec() -> VersionSpec {
	VersionSpec {
		hashes: hashes(),
		context_length: 2_048,
		template_overhead: 17,
		source: "hf:a/b@d".into(),
	}
}

fn request<A: Clone>(
	assignment: Assignment<A>,
	sampler: Sampler,
	listed: &[A],
) -> JobRequest<A, u32> {
	JobRequest {
		model: 2,
		version: Some(3),
		input: JobInput::Inline(b"hello".to_vec()),
		format: PromptFormat::Messages,
		sampler,
		max_output_tokens: 64,
		ceiling: Price {
			input: 12,
			output: 24,
		},
		assignment,
		eligibility: Eligibility {
			allow: listed.to_vec(),
			exclude: listed.to_vec(),
			regions: vec![*b"DE", *b"FR"],
			max_retention_hours: Some(24),
			min_gpu_memory_gib: Some(80),
			numeric_class: Some(NumericClass::Exact),
		},
		time_limit: 50,
	}
}
