//! What the worker asks the chain before it starts: the model, its own key, its provider's standing.

use std::future::Future;

use athanor_primitives::{
	H256, ModelId, WorkerKey,
	eligibility::Attributes,
	model::{ModelHashes, PriceClass},
	price::{Price, PriceBounds},
};

use crate::{
	error::{Error, HashMismatch},
	keys::WorkerKey as Key,
	ledger::{AccountId, BlockRef, LedgerError},
};

/// A version of a registered model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelEntry {
	/// The model's number.
	pub id: ModelId,
	/// Its name.
	pub name: String,
	/// What the version consists of.
	pub hashes: ModelHashes,
	/// Number of the version.
	pub version: u32,
	/// Number of the newest version of the model.
	pub newest: u32,
	/// Decides the price bounds.
	pub price_class: PriceClass,
	/// Most tokens of prompt and output together.
	pub context_length: u32,
	/// Whether the model is retired, with all its versions.
	pub retired: bool,
	/// First block in which no new jobs and offers for the version are accepted; `None` while it has no
	/// end.
	pub posts_until: Option<u32>,
}

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderEntry {
	/// Units bonded that no pending slash may take.
	pub bonded: u128,
	/// Units that can cover jobs: those, and what is delegated to it.
	pub capacity: u128,
	/// Units that cover jobs in hand.
	pub committed: u128,
	/// How many worker keys may sign for it.
	pub keys: u32,
	/// Whether it takes no new work, because it said so or because a worker of it equivocated.
	pub chilled: bool,
	/// First block in which it is given work again after a missed deadline.
	pub paused_until: u32,
}

/// Whose a worker key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyEntry {
	/// The provider.
	pub provider: AccountId,
	/// Whether the provider has removed it.
	pub retired: bool,
}

/// A provider's offer for a version of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferEntry {
	/// Units per token.
	pub price: Price,
	/// Most jobs at a time.
	pub slots: u32,
	/// What the provider states about its machines.
	pub attributes: Attributes,
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
	/// How far ahead a claim may be valid, in blocks.
	pub max_claim_validity: u32,
}

/// The chain's state at its best block, as far as a worker has to know it.
pub trait Registry: Sync {
	/// Hash of block 0.
	fn genesis(&self) -> impl Future<Output = Result<H256, LedgerError>> + Send;

	/// The newest version of the model of that number.
	fn model(
		&self,
		id: ModelId,
	) -> impl Future<Output = Result<Option<ModelEntry>, LedgerError>> + Send;

	/// The version with these hashes, of whatever model.
	fn model_by_hashes(
		&self,
		hashes: &ModelHashes,
	) -> impl Future<Output = Result<Option<ModelEntry>, LedgerError>> + Send;

	/// Whose a worker key is, or was so short a time ago that its provider still answers for it.
	fn key(
		&self,
		key: &WorkerKey,
	) -> impl Future<Output = Result<Option<KeyEntry>, LedgerError>> + Send;

	/// A provider; `None` if the account is none.
	fn provider(
		&self,
		provider: &AccountId,
	) -> impl Future<Output = Result<Option<ProviderEntry>, LedgerError>> + Send;

	/// A provider's offer for a version of a model.
	fn offer(
		&self,
		model: ModelId,
		version: u32,
		provider: &AccountId,
	) -> impl Future<Output = Result<Option<OfferEntry>, LedgerError>> + Send;

	/// What a job of a class costs now: at least the price of the class, at most what governance allows.
	fn bounds(
		&self,
		class: PriceClass,
	) -> impl Future<Output = Result<PriceBounds, LedgerError>> + Send;

	/// Constants of the chain.
	fn limits(&self) -> impl Future<Output = Result<Limits, LedgerError>> + Send;

	/// The best block and its time in milliseconds since 1970.
	fn now(&self) -> impl Future<Output = Result<(BlockRef, u64), LedgerError>> + Send;
}

/// The registered version that `hashes`, of the directory `dir`, stand for. With `wanted` it has to be
/// of that model.
///
/// # Errors
/// It is not registered, or the directory holds something else.
pub async fn identify<R: Registry>(
	registry: &R,
	dir: &str,
	hashes: &ModelHashes,
	wanted: Option<ModelId>,
) -> Result<ModelEntry, Error> {
	let found = registry.model_by_hashes(hashes).await?;
	match (found, wanted) {
		(Some(found), None) => Ok(found),
		(Some(found), Some(wanted)) if found.id == wanted => Ok(found),
		(None, None) => Err(Error::UnregisteredModel {
			dir: dir.to_owned(),
			hashes: *hashes,
		}),
		(found, Some(wanted)) => {
			let newest = registry
				.model(wanted)
				.await?
				.ok_or(Error::UnknownModel(wanted))?;
			match HashMismatch::between(wanted, hashes, &newest.hashes) {
				Some(mismatch) => Err(Error::WrongModel(mismatch)),
				// Registered between the two questions.
				None => Ok(found.unwrap_or(newest)),
			}
		}
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
	match (registry.key(&key.public()).await?, wanted) {
		(Some(found), _) if found.retired => Err(Error::RetiredKey {
			key: public,
			provider: found.provider.to_string(),
		}),
		(Some(found), Some(wanted)) if found.provider != *wanted => Err(Error::OtherProvider {
			key: public,
			found: found.provider.to_string(),
			expected: wanted.to_string(),
		}),
		(Some(found), _) => Ok(found.provider),
		(None, wanted) => Err(Error::UnregisteredKey {
			key: public,
			remedy: key_remedy(key, key_file, genesis, wanted),
		}),
	}
}

/// So many blocks as time, roughly.
pub fn about(blocks: u32, block_time: u64) -> String {
	let minutes = u64::from(blocks).saturating_mul(block_time) / 60_000;
	match minutes {
		0..120 => format!("{minutes} min"),
		120..2_880 => format!("{} h", minutes / 60),
		_ => format!("{} days", minutes / 1_440),
	}
}

/// What to do about a version of a model that is not the newest, or that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
	/// What is so.
	pub detail: String,
	/// What to do about it.
	pub remedy: String,
	/// Whether new jobs still come.
	pub open: bool,
}

/// Whether the version goes on; `None` if nothing is to be done about it.
pub fn ending(model: &ModelEntry, now: u32, block_time: u64) -> Option<Ending> {
	let until = model.posts_until?;
	let open = now < until;
	let (id, version, newest) = (model.id, model.version, model.newest);
	let when = if open {
		let left = about(until.saturating_sub(now), block_time);
		format!("new jobs for it come until block {until}, in about {left}")
	} else {
		format!("no new jobs for it have come since block {until}")
	};
	if model.retired {
		return Some(Ending {
			detail: format!("model {id} ({}) is retired; {when}", model.name),
			remedy: "Serve another model, and as the provider withdraw the offer: `athanor provider unoffer --help`".into(),
			open,
		});
	}
	Some(Ending {
		detail: format!(
			"version {version} of model {id} is superseded by version {newest}; {when}"
		),
		remedy: format!(
			"Download version {newest} (`athanor model show {id}` names its source) and start a worker for it with a key and a data directory of its own; as the provider, run `athanor provider offer --model {id} --model-version {newest}` with prices and slots, and, when this worker has nothing left to do, `athanor provider unoffer --model {id} --model-version {version}`"
		),
		open,
	})
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

/// What a provider states about its machines, in words.
pub fn attributes_text(attributes: &Attributes) -> String {
	let region = attributes.region.as_ref().map_or_else(
		|| "no region".into(),
		|region| format!("region {}", String::from_utf8_lossy(region)),
	);
	let retention = match attributes.retention_hours {
		None => "no retention".into(),
		Some(0) => "keeps no data".into(),
		Some(hours) => format!("keeps data {hours} h"),
	};
	let memory = match attributes.gpu_memory_gib {
		0 => "no GPU memory".into(),
		memory => format!("GPUs of {memory} GiB"),
	};
	format!("{region}, {retention}, {memory}")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn blocks_are_told_as_time() {
		for (blocks, text) in [
			(0, "0 min"),
			(105, "5 min"),
			(2_399, "119 min"),
			(2_400, "2 h"),
			(57_600, "2 days"),
			(201_600, "7 days"),
		] {
			assert_eq!(about(blocks, 3_000), text);
		}
	}
}
