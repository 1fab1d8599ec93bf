//! What the worker asks the chain before it starts: the model, its own key, its provider's standing.

use std::future::Future;

use athanor_primitives::{
	H256, ModelId, WorkerKey,
	model::{ModelHashes, PriceClass},
	price::{Price, PriceBounds},
};

use crate::{
	error::{Error, HashMismatch},
	keys::WorkerKey as Key,
	ledger::{AccountId, BlockRef, LedgerError},
};

/// A registered model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelEntry {
	/// Its number.
	pub id: ModelId,
	/// Its name.
	pub name: String,
	/// What it consists of.
	pub hashes: ModelHashes,
	/// Version of the entry.
	pub version: u32,
	/// Decides the price bounds.
	pub price_class: PriceClass,
	/// Most tokens of prompt and output together.
	pub context_length: u32,
	/// Whether it still gets jobs.
	pub active: bool,
}

/// A provider's offer for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferEntry {
	/// Units per token.
	pub price: Price,
	/// Most jobs at a time.
	pub slots: u32,
}

/// Constants of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// Least stake of an active provider, in units.
	pub min_stake: u128,
	/// Time between two blocks, in milliseconds.
	pub block_time: u64,
	/// Longest delivered text, in bytes.
	pub max_text: u32,
}

/// The chain's state at its best block, as far as a worker has to know it.
pub trait Registry: Sync {
	/// Hash of block 0.
	fn genesis(&self) -> impl Future<Output = Result<H256, LedgerError>> + Send;

	/// The model of that number.
	fn model(
		&self,
		id: ModelId,
	) -> impl Future<Output = Result<Option<ModelEntry>, LedgerError>> + Send;

	/// The model with these hashes.
	fn model_by_hashes(
		&self,
		hashes: &ModelHashes,
	) -> impl Future<Output = Result<Option<ModelEntry>, LedgerError>> + Send;

	/// The provider of a worker key.
	fn provider_of(
		&self,
		key: &WorkerKey,
	) -> impl Future<Output = Result<Option<AccountId>, LedgerError>> + Send;

	/// What a provider has bonded, in units; `None` if it is none.
	fn stake(
		&self,
		provider: &AccountId,
	) -> impl Future<Output = Result<Option<u128>, LedgerError>> + Send;

	/// How many worker keys a provider has.
	fn worker_count(
		&self,
		provider: &AccountId,
	) -> impl Future<Output = Result<u32, LedgerError>> + Send;

	/// A provider's offer.
	fn offer(
		&self,
		model: ModelId,
		provider: &AccountId,
	) -> impl Future<Output = Result<Option<OfferEntry>, LedgerError>> + Send;

	/// The price bounds of a class that hold now.
	fn bounds(
		&self,
		class: PriceClass,
	) -> impl Future<Output = Result<PriceBounds, LedgerError>> + Send;

	/// Constants of the chain.
	fn limits(&self) -> impl Future<Output = Result<Limits, LedgerError>> + Send;

	/// The best block and its time in milliseconds since 1970.
	fn now(&self) -> impl Future<Output = Result<(BlockRef, u64), LedgerError>> + Send;
}

/// The registered model that `hashes`, of the directory `dir`, stand for. With `wanted` it has to
/// be that one.
///
/// # Errors
/// It is not registered, or the directory holds something else.
pub async fn identify<R: Registry>(
	registry: &R,
	dir: &str,
	hashes: &ModelHashes,
	wanted: Option<ModelId>,
) -> Result<ModelEntry, Error> {
	let Some(id) = wanted else {
		return registry
			.model_by_hashes(hashes)
			.await?
			.ok_or_else(|| Error::UnregisteredModel {
				dir: dir.to_owned(),
				hashes: *hashes,
			});
	};
	let entry = registry.model(id).await?.ok_or(Error::UnknownModel(id))?;
	match HashMismatch::between(id, hashes, &entry.hashes) {
		None => Ok(entry),
		Some(mismatch) => Err(Error::WrongModel(mismatch)),
	}
}

/// The provider for which `key` is registered. With `wanted` it has to be that one.
///
/// # Errors
/// The key is not registered, or for another provider.
pub async fn provider_of<R: Registry>(
	registry: &R,
	key: &Key,
	key_file: &str,
	genesis: &H256,
	wanted: Option<&AccountId>,
) -> Result<AccountId, Error> {
	let public = hex_of(&key.public());
	match (registry.provider_of(&key.public()).await?, wanted) {
		(Some(found), None) => Ok(found),
		(Some(found), Some(wanted)) if found == *wanted => Ok(found),
		(Some(found), Some(wanted)) => Err(Error::OtherProvider {
			key: public,
			found: found.to_string(),
			expected: wanted.to_string(),
		}),
		(None, wanted) => Err(Error::UnregisteredKey {
			key: public,
			remedy: key_remedy(key, key_file, genesis, wanted),
		}),
	}
}

/// How to register a key: the command itself if the provider is known, since the proof is for it.
pub fn key_remedy(
	key: &Key,
	key_file: &str,
	genesis: &H256,
	provider: Option<&AccountId>,
) -> String {
	match provider {
		Some(provider) => format!(
			"As the provider, run: athanor provider keys add {} {}",
			hex_of(&key.public()),
			hex_of(&key.proof(genesis, &provider.0))
		),
		None => format!(
			"Run `athanor-worker keys proof --key {key_file} --provider YOUR_PROVIDER_ACCOUNT --genesis {genesis:?}` and, as the provider, the command that it prints; or give --provider here to see that command"
		),
	}
}

/// What is wrong with the slots of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooManySlots {
	/// What is wrong.
	pub detail: String,
	/// What to do about it.
	pub remedy: String,
}

/// Compares an offer's slots with the worker keys of its provider; `None` if there are enough.
pub fn too_many_slots(slots: u32, keys: u32) -> Option<TooManySlots> {
	(slots > keys).then(|| TooManySlots {
		detail: format!(
			"the offer takes {slots} jobs at a time, and the provider has {keys} worker key(s): a worker runs one job at a time, so jobs may wait past their deadline"
		),
		remedy: format!(
			"Start more workers, each with its own key; or as the provider, offer again with --slots {keys}: `athanor provider offer --help`"
		),
	})
}

/// Bytes as hex digits with `0x`.
pub fn hex_of(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}
