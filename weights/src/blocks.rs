//! Measures what a block takes before any transaction, and what a transaction takes before its call.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
	time::Instant,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use codec::{Decode, Encode};
use polkadot_sdk::*;

use athanor_runtime::{
	Hash, Nonce, RuntimeApi, RuntimeCall, Signature, TxExtension, UncheckedExtrinsic,
	constants::MILLISECS_PER_BLOCK, opaque::Block,
};
use sc_block_builder::{BlockBuilderBuilder, BuiltBlock};
use sc_client_api::execution_extensions::ExecutionExtensions;
use sc_client_db::{BlocksPruning, DatabaseSettings, DatabaseSource, PruningMode};
use sc_consensus::{
	BlockImport as _, BlockImportParams, ForkChoiceStrategy, StateAction, StorageChanges,
};
use sc_service::{ClientConfig, GenesisBlockBuilder, TFullClient};
use sp_api::{Core as _, ProvideRuntimeApi as _};
use sp_blockchain::{ApplyExtrinsicFailed, HeaderBackend as _};
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{
	BabeApi as _, Slot,
	digests::{CompatibleDigestItem as _, PreDigest, SecondaryVRFPreDigest},
	make_vrf_sign_data,
};
use sp_core::{Pair as _, crypto::VrfSecret as _};
use sp_inherents::InherentData;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	Digest, DigestItem, OpaqueExtrinsic,
	generic::{Era, SignedPayload},
	traits::Block as _,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
};
use sp_version::RuntimeVersion;

use crate::{
	calls::{self, Effort},
	chain::{self, Executor},
	source::{self, Constant, Target},
	stats::Stats,
};

type Client = TFullClient<Block, RuntimeApi, Executor>;

/// The slot of the first block. Any will do.
const FIRST_SLOT: u64 = 600_000_000;

/// The benchmarks of the extensions that a transaction of this chain has.
const EXTENSIONS: [(&str, &str); 9] = [
	("frame_system_extensions", "check_non_zero_sender"),
	("frame_system_extensions", "check_spec_version"),
	("frame_system_extensions", "check_tx_version"),
	("frame_system_extensions", "check_genesis"),
	(
		"frame_system_extensions",
		"check_mortality_immortal_transaction",
	),
	("frame_system_extensions", "check_nonce"),
	("frame_system_extensions", "check_weight"),
	("frame_system_extensions", "weight_reclaim"),
	("pallet_transaction_payment", "charge_transaction_payment"),
];

/// Less than the check of a signature takes on any machine, in nanoseconds.
const LEAST_BASE: u64 = 10_000;

/// How to measure blocks.
#[derive(clap::Args)]
pub struct Args {
	/// The runtime, as it is in production: built without benchmarks. The one that this program was
	/// built with, if not given.
	#[arg(long)]
	runtime: Option<PathBuf>,
	/// The same runtime, built with the feature `runtime-benchmarks`: it says what the transaction
	/// extensions take. The runtime charges that besides, so it is taken off a transaction.
	#[arg(long)]
	benchmarks: PathBuf,
	#[command(flatten)]
	effort: Effort,
	/// Blocks to execute before measuring.
	#[arg(long, default_value_t = 5)]
	warmups: u32,
	/// Empty blocks to measure. Of full ones a fifth.
	#[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(5..))]
	blocks: u32,
	/// Most transactions in a full block; as many as the runtime lets in if not given.
	#[arg(long)]
	transactions: Option<u32>,
}

/// Measures, prints and writes.
pub fn run(args: &Args, target: &Target) -> Result<()> {
	let folder = tempfile::tempdir().context("no temporary folder can be made")?;
	let code = match &args.runtime {
		Some(path) => crate::read_runtime(path)?,
		None => athanor_runtime::WASM_BINARY
			.context(
				"this program was built without a runtime, because SKIP_WASM_BUILD was set: \
				 build it without, or name a runtime with --runtime",
			)?
			.to_vec(),
	};
	let chain = Chain::create(folder.path(), &code)?;
	let measured = chain.measure(args)?;
	println!("block, in ns: {}", measured.block);
	println!(
		"transaction, {} in a block, in ns: {}",
		measured.transactions, measured.transaction
	);
	let extensions = calls::time_of(&args.benchmarks, &EXTENSIONS, args.effort)?;
	println!("extensions of a transaction: {extensions} ns");
	let base = measured.transaction.median.saturating_sub(extensions);
	ensure!(
		base >= LEAST_BASE,
		"the extensions took nearly as long by themselves as a whole transaction in a block, so one of the \
		 two was disturbed: measure again, with nothing else running"
	);

	let how = format!("{} blocks executed", args.blocks);
	let constant = Constant {
		doc: "Executing a block that holds nothing but its time.",
		value: measured.block.median,
		how: "the median",
		stats: &measured.block,
	};
	let body = source::weight("BlockExecutionWeight", &constant);
	target.write("block", "Weight of an empty block", &how, &body)?;

	let how = format!(
		"{} blocks executed with {} signed `System::remark` each, less the time of an empty one",
		args.blocks / 5,
		measured.transactions
	);
	let constant = Constant {
		doc: "Executing a signed transaction whose call does nothing, without what its extensions take: \
		      they have weights of their own.",
		value: base,
		how: &format!(
			"less {} of extensions, the median",
			source::grouped(extensions.into())
		),
		stats: &measured.transaction,
	};
	let body = source::weight("ExtrinsicBaseWeight", &constant);
	target.write("extrinsic", "Weight of an empty transaction", &how, &body)
}

/// What was measured.
struct Measured {
	block: Stats,
	transaction: Stats,
	/// Transactions in a full block.
	transactions: u64,
}

/// A development chain, up to its first block.
struct Chain {
	client: Arc<Client>,
}

impl Chain {
	fn create(folder: &Path, code: &[u8]) -> Result<Self> {
		let executor = chain::executor();
		let backend = sc_service::new_db_backend::<Block>(DatabaseSettings {
			trie_cache_maximum_size: Some(64 * 1024 * 1024),
			state_pruning: Some(PruningMode::ArchiveAll),
			source: DatabaseSource::ParityDb {
				path: folder.into(),
			},
			blocks_pruning: BlocksPruning::KeepAll,
			pruning_filters: Vec::new(),
			metrics_registry: None,
		})?;
		let genesis = GenesisBlockBuilder::new_with_storage(
			chain::genesis(code)?,
			true,
			backend.clone(),
			executor.clone(),
		)?;
		let client = sc_service::new_client(
			backend,
			executor.clone(),
			genesis,
			Default::default(),
			Default::default(),
			ExecutionExtensions::new(None, Arc::new(executor)),
			Box::new(sp_core::testing::TaskExecutor::new()),
			None,
			None,
			ClientConfig::default(),
		)?;
		let chain = Self {
			client: Arc::new(client),
		};
		// The first block starts the first epoch, which no other does.
		let first = chain.build(&[])?;
		chain.import(first)?;
		Ok(chain)
	}

	fn measure(&self, args: &Args) -> Result<Measured> {
		let empty = self.build(&[])?.block;
		let block = Stats::of(self.execute(&empty, args.warmups, args.blocks)?)?;

		let transactions = self.fill(args.transactions.unwrap_or(u32::MAX))?;
		let count = u64::try_from(transactions.len())?;
		let full = self.build(&transactions)?.block;
		let times = self.execute(&full, args.warmups, args.blocks / 5)?;
		let each = times
			.into_iter()
			.map(|time| time.saturating_sub(block.average).div_ceil(count));
		Ok(Measured {
			block,
			transaction: Stats::of(each.collect())?,
			transactions: count,
		})
	}

	/// Times of executing the block on its parent, in nanoseconds.
	fn execute(&self, block: &Block, warmups: u32, times: u32) -> Result<Vec<u64>> {
		let mut measured = Vec::new();
		for nth in 0..warmups + times {
			let parent = block.header().parent_hash;
			let (api, block) = (self.client.runtime_api(), block.clone());
			let started = Instant::now();
			api.execute_block(parent, block.into())?;
			if nth >= warmups {
				measured.push(u64::try_from(started.elapsed().as_nanos())?);
			}
		}
		Ok(measured)
	}

	/// As many transactions as fit into the next block, but not more than so many.
	fn fill(&self, most: u32) -> Result<Vec<OpaqueExtrinsic>> {
		let mut transactions = Vec::new();
		let genesis = self.client.info().genesis_hash;
		let version = self.client.runtime_api().version(genesis)?;
		let mut builder = self.builder()?;
		while transactions.len() < most as usize {
			let nonce = u32::try_from(transactions.len())?;
			let transaction = remark(nonce, genesis, &version)?;
			match builder.push(transaction.clone()) {
				Ok(()) => transactions.push(transaction),
				Err(error) if is_full(&error) => break,
				Err(error) => bail!("the runtime refuses a remark: {error}"),
			}
		}
		ensure!(!transactions.is_empty(), "no transaction fits into a block");
		Ok(transactions)
	}

	fn build(&self, transactions: &[OpaqueExtrinsic]) -> Result<BuiltBlock<Block>> {
		let mut builder = self.builder()?;
		for transaction in transactions {
			builder.push(transaction.clone())?;
		}
		Ok(builder.build()?)
	}

	/// The next block, with its slot and its time.
	fn builder(&self) -> Result<sc_block_builder::BlockBuilder<'_, Block, Client>> {
		let parent = self.client.info();
		let slot = FIRST_SLOT + u64::from(parent.best_number);
		let mut builder = BlockBuilderBuilder::new(&*self.client)
			.on_parent_block(parent.best_hash)
			.with_parent_block_number(parent.best_number)
			.with_inherent_digests(Digest {
				logs: vec![self.claim(parent.best_hash, slot.into())?],
			})
			.build()?;
		let mut data = InherentData::new();
		let now = sp_timestamp::InherentType::new(slot * MILLISECS_PER_BLOCK);
		data.put_data(sp_timestamp::INHERENT_IDENTIFIER, &now)
			.map_err(|error| anyhow!("{error}"))?;
		for inherent in builder.create_inherents(data)? {
			builder.push(inherent)?;
		}
		Ok(builder)
	}

	/// The validator's claim to a slot, with a signature as the chain's randomness needs it.
	fn claim(&self, parent: Hash, slot: Slot) -> Result<DigestItem> {
		let epoch = self.client.runtime_api().current_epoch(parent)?;
		let data = make_vrf_sign_data(&epoch.randomness, slot, epoch.epoch_index);
		let vrf_signature = Sr25519Keyring::Alice.pair().vrf_sign(&data);
		let claim = SecondaryVRFPreDigest {
			authority_index: 0,
			slot,
			vrf_signature,
		};
		Ok(DigestItem::babe_pre_digest(PreDigest::SecondaryVRF(claim)))
	}

	fn import(&self, built: BuiltBlock<Block>) -> Result<()> {
		let (header, body) = built.block.deconstruct();
		let mut block = BlockImportParams::new(BlockOrigin::Own, header);
		block.body = Some(body);
		block.finalized = true;
		block.fork_choice = Some(ForkChoiceStrategy::LongestChain);
		block.state_action =
			StateAction::ApplyChanges(StorageChanges::Changes(built.storage_changes));
		futures::executor::block_on((*self.client).import_block(block))?;
		Ok(())
	}
}

fn is_full(error: &sp_blockchain::Error) -> bool {
	use sp_blockchain::Error;
	let invalid = match error {
		Error::ApplyExtrinsicFailed(ApplyExtrinsicFailed::Validity(error)) => error,
		_ => return false,
	};
	*invalid == TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)
}

/// A transaction of Alice that does nothing.
fn remark(nonce: Nonce, genesis: Hash, version: &RuntimeVersion) -> Result<OpaqueExtrinsic> {
	let call = RuntimeCall::System(frame_system::Call::remark { remark: Vec::new() });
	let extension: TxExtension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	);
	let (spec, version) = (version.spec_version, version.transaction_version);
	let implicit = (
		(),
		(),
		spec,
		version,
		genesis,
		genesis,
		(),
		(),
		(),
		None,
		(),
	);
	let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
	let alice = Sr25519Keyring::Alice;
	let signature = payload.using_encoded(|payload| alice.pair().sign(payload));
	let transaction = UncheckedExtrinsic::new_signed(
		call,
		alice.to_account_id().into(),
		Signature::Sr25519(signature),
		extension,
	);
	OpaqueExtrinsic::decode(&mut &transaction.encode()[..]).context("a transaction lost its length")
}
