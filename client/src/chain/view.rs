//! The state of the chain at one block, typed.

use std::{collections::BTreeMap, fmt};

use athanor_primitives::{H256, JobId, ModelId, WorkerKey, blake2_256, model::ModelHashes};
use futures::{StreamExt, TryStreamExt, stream};
use subxt::{
	Metadata, OnlineClientAtBlock, dynamic,
	ext::{
		codec::Encode,
		frame_decode::storage::{IntoDecodableValues, IntoEncodableValues},
		scale_value::{self, scale::decode_as_type},
	},
	storage::{DynamicAddress, PrefixOf},
};

use crate::{
	chain::{
		connect::Config,
		constants::{Constants, constant},
		events::Events,
		models::{Model, Release, Version, VersionId},
		names::{Item, constants as name, storage},
		types::{
			AccountId, AccountInfo, Balance, BlockId, Job, Offer, Outcome, Provider, RawHold,
			StoredReceipt, Totals, WorkerRecord,
		},
		wire::Wire,
	},
	error::{Error, misfit, node},
};

/// What an offer is for: a model and its version.
type ModelVersion = (ModelId, u32);

/// Requests that are under way at the same time when one question takes many.
const PARALLEL: usize = 16;

/// The state of the chain at one block.
pub struct View {
	at: OnlineClientAtBlock<Config>,
	block: BlockId,
}

impl fmt::Debug for View {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("View")
			.field("block", &self.block)
			.finish_non_exhaustive()
	}
}

impl View {
	pub(crate) fn new(at: OnlineClientAtBlock<Config>, block: BlockId) -> Self {
		Self { at, block }
	}

	/// The block.
	pub fn block(&self) -> BlockId {
		self.block
	}

	/// Height of the block.
	pub fn number(&self) -> u32 {
		self.block.number
	}

	/// The block before.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn parent(&self) -> Result<Option<BlockId>, Error> {
		let Some(number) = self.number().checked_sub(1) else {
			return Ok(None);
		};
		let hash = self.get(storage::PARENT_HASH, ()).await?;
		Ok(hash.map(|hash| BlockId { number, hash }))
	}

	/// Time of the block, in milliseconds since 1970.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn timestamp(&self) -> Result<u64, Error> {
		Ok(self
			.get::<_, u64>(storage::NOW, ())
			.await?
			.unwrap_or_default())
	}

	/// A model.
	///
	/// # Errors
	/// When the state cannot be read; a model that does not exist is `None`.
	pub async fn model(&self, model: ModelId) -> Result<Option<Model>, Error> {
		self.get(storage::MODELS, (model,)).await
	}

	/// All models, by id.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn models(&self) -> Result<BTreeMap<ModelId, Model>, Error> {
		let entries = self
			.entries::<(ModelId,), Model, _>(storage::MODELS, ())
			.await?;
		Ok(entries
			.into_iter()
			.map(|((id,), model)| (id, model))
			.collect())
	}

	/// The stored versions of a model, by number.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn versions(&self, model: ModelId) -> Result<BTreeMap<u32, Version>, Error> {
		let entries = self
			.entries::<(ModelId, u32), Version, _>(storage::VERSIONS, (model,))
			.await?;
		Ok(entries
			.into_iter()
			.map(|((_, number), version)| (number, version))
			.collect())
	}

	/// A version of a model, the newest if none is named, and the model.
	///
	/// # Errors
	/// When the state cannot be read; what does not exist is `None`.
	pub async fn release(
		&self,
		model: ModelId,
		version: Option<u32>,
	) -> Result<Option<Release>, Error> {
		let Some(found) = self.model(model).await? else {
			return Ok(None);
		};
		let number = version.unwrap_or(found.version);
		let version: Option<Version> = self.get(storage::VERSIONS, (model, number)).await?;
		Ok(version.map(|version| Release {
			model: found,
			number,
			version,
		}))
	}

	/// Where this content is registered.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn version_by_hashes(
		&self,
		hashes: &ModelHashes,
	) -> Result<Option<VersionId>, Error> {
		let content = H256(blake2_256(&hashes.encode()));
		self.get(storage::VERSION_BY_HASHES, (content,)).await
	}

	/// To whom a model is offered by its owner.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn ownership_offer(&self, model: ModelId) -> Result<Option<AccountId>, Error> {
		self.get(storage::OWNERSHIP_OFFERS, (model,)).await
	}

	/// The id that the next model will get.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn next_model_id(&self) -> Result<ModelId, Error> {
		Ok(self
			.get(storage::NEXT_MODEL_ID, ())
			.await?
			.unwrap_or_default())
	}

	/// A provider.
	///
	/// # Errors
	/// When the state cannot be read; an account that is none is `None`.
	pub async fn provider(&self, account: &AccountId) -> Result<Option<Provider>, Error> {
		self.get(storage::PROVIDERS, (*account,)).await
	}

	/// All providers.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn providers(&self) -> Result<BTreeMap<AccountId, Provider>, Error> {
		let entries = self
			.entries::<(AccountId,), Provider, _>(storage::PROVIDERS, ())
			.await?;
		Ok(entries
			.into_iter()
			.map(|((who,), provider)| (who, provider))
			.collect())
	}

	/// Whether the chain gives a provider work: enough stake, a worker key, not chilled, and no pause
	/// after a missed deadline. Whether its stake covers a certain job is not asked.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn is_active(&self, account: &AccountId) -> Result<bool, Error> {
		let min_stake: u128 = constant(self.metadata(), name::MIN_STAKE)?;
		let provider = self.provider(account).await?;
		Ok(provider.is_some_and(|provider| {
			provider.free_bonded() >= min_stake
				&& provider.keys > 0
				&& !provider.chilled
				&& provider.paused_until <= self.number()
		}))
	}

	/// The provider for which a worker key may sign.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn provider_of(&self, worker: &WorkerKey) -> Result<Option<AccountId>, Error> {
		let record = self.worker(worker).await?;
		Ok(record
			.filter(|record| record.retired_at.is_none())
			.map(|record| record.provider))
	}

	/// Whose a worker key is, or was so short a time ago that its provider still answers for it.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn worker(&self, key: &WorkerKey) -> Result<Option<WorkerRecord>, Error> {
		self.get(storage::WORKERS, (*key,)).await
	}

	/// The worker keys that may sign for a provider.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn worker_keys(&self, provider: &AccountId) -> Result<Vec<WorkerKey>, Error> {
		let records = self.worker_records(provider).await?;
		Ok(records
			.into_iter()
			.filter(|(_, record)| record.retired_at.is_none())
			.map(|(key, _)| key)
			.collect())
	}

	/// The worker keys of a provider, those that were removed and still count among them.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn worker_records(
		&self,
		provider: &AccountId,
	) -> Result<Vec<(WorkerKey, WorkerRecord)>, Error> {
		let keys = self
			.keys::<(AccountId, WorkerKey), _>(storage::KEYS_OF, (*provider,))
			.await?;
		stream::iter(keys)
			.map(|(_, key)| async move { Ok((key, self.worker(&key).await?)) })
			.buffered(PARALLEL)
			.try_filter_map(|(key, record)| async move { Ok(record.map(|record| (key, record))) })
			.try_collect()
			.await
	}

	/// All offers for a version of a model.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn offers(
		&self,
		model: ModelId,
		version: u32,
	) -> Result<BTreeMap<AccountId, Offer>, Error> {
		let entries = self
			.entries::<(ModelVersion, AccountId), Offer, _>(storage::OFFERS, ((model, version),))
			.await?;
		Ok(entries
			.into_iter()
			.map(|((_, who), offer)| (who, offer))
			.collect())
	}

	/// A provider's offer for a version of a model.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn offer(
		&self,
		model: ModelId,
		version: u32,
		provider: &AccountId,
	) -> Result<Option<Offer>, Error> {
		self.get(storage::OFFERS, ((model, version), *provider))
			.await
	}

	/// All offers of a provider, by model and version.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn offers_of(
		&self,
		provider: &AccountId,
	) -> Result<BTreeMap<(ModelId, u32), Offer>, Error> {
		let keys = self
			.keys::<(AccountId, ModelVersion), _>(storage::OFFERS_BY_PROVIDER, (*provider,))
			.await?;
		stream::iter(keys)
			.map(|(_, key)| async move { Ok((key, self.offer(key.0, key.1, provider).await?)) })
			.buffered(PARALLEL)
			.try_filter_map(|(key, offer)| async move { Ok(offer.map(|offer| (key, offer))) })
			.try_collect()
			.await
	}

	/// Version of the governed prices.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn price_version(&self) -> Result<u32, Error> {
		Ok(self
			.get(storage::PRICE_VERSION, ())
			.await?
			.unwrap_or_default())
	}

	/// The block in which the running period of prices began.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn price_period_start(&self) -> Result<u32, Error> {
		Ok(self
			.get(storage::PRICE_PERIOD_START, ())
			.await?
			.unwrap_or_default())
	}

	/// A job that has not closed.
	///
	/// # Errors
	/// When the state cannot be read; a job that has closed or never was is `None`.
	pub async fn job(&self, job: JobId) -> Result<Option<Job>, Error> {
		self.get(storage::JOBS, (job,)).await
	}

	/// All jobs that have not closed.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn jobs(&self) -> Result<BTreeMap<JobId, Job>, Error> {
		let entries = self.entries::<(JobId,), Job, _>(storage::JOBS, ()).await?;
		Ok(entries.into_iter().map(|((id,), job)| (id, job)).collect())
	}

	/// The jobs that an account posted and that have not closed, in order.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn jobs_of(&self, requester: &AccountId) -> Result<Vec<JobId>, Error> {
		let keys = self
			.keys::<(AccountId, JobId), _>(storage::JOBS_OF, (*requester,))
			.await?;
		let mut jobs: Vec<JobId> = keys.into_iter().map(|(_, job)| job).collect();
		jobs.sort_unstable();
		Ok(jobs)
	}

	/// The jobs that a provider has and has not delivered, in order.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn assigned_to(&self, provider: &AccountId) -> Result<Vec<JobId>, Error> {
		let keys = self
			.keys::<(AccountId, JobId), _>(storage::ASSIGNED, (*provider,))
			.await?;
		let mut jobs: Vec<JobId> = keys.into_iter().map(|(_, job)| job).collect();
		jobs.sort_unstable();
		Ok(jobs)
	}

	/// The id that the next job will get.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn next_job_id(&self) -> Result<JobId, Error> {
		Ok(self
			.get(storage::NEXT_JOB_ID, ())
			.await?
			.unwrap_or_default())
	}

	/// The input of a job, until its retention ends.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn input(&self, job: JobId) -> Result<Option<Vec<u8>>, Error> {
		self.get(storage::INPUTS, (job,)).await
	}

	/// The receipt and output of a job, until its retention ends.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn receipt(&self, job: JobId) -> Result<Option<StoredReceipt>, Error> {
		self.get(storage::RECEIPTS, (job,)).await
	}

	/// How a job ended, until its retention ends.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn outcome(&self, job: JobId) -> Result<Option<Outcome>, Error> {
		self.get(storage::OUTCOMES, (job,)).await
	}

	/// How all jobs ended whose retention has not.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn outcomes(&self) -> Result<BTreeMap<JobId, Outcome>, Error> {
		let entries = self
			.entries::<(JobId,), Outcome, _>(storage::OUTCOMES, ())
			.await?;
		Ok(entries
			.into_iter()
			.map(|((id,), outcome)| (id, outcome))
			.collect())
	}

	/// Everything that jobs have ever paid.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn totals(&self) -> Result<Totals, Error> {
		Ok(self.get(storage::TOTALS, ()).await?.unwrap_or_default())
	}

	/// What an account has. One that does not exist has nothing.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn balance(&self, account: &AccountId) -> Result<Balance, Error> {
		let Some(info) = self
			.get::<_, AccountInfo>(storage::ACCOUNT, (*account,))
			.await?
		else {
			return Ok(Balance::default());
		};
		let holds = self
			.get::<_, Vec<RawHold>>(storage::HOLDS, (*account,))
			.await?;
		let total = info
			.data
			.free
			.checked_add(info.data.reserved)
			.ok_or_else(|| misfit("a balance does not fit 128 bits"))?;
		Ok(Balance {
			free: info.data.free,
			held: info.data.reserved,
			total,
			holds: holds
				.unwrap_or_default()
				.into_iter()
				.map(Into::into)
				.collect(),
			nonce: info.nonce,
		})
	}

	/// The limits and periods of the runtime.
	///
	/// # Errors
	/// When the runtime lacks one that this client knows.
	pub fn constants(&self) -> Result<Constants, Error> {
		Constants::read(self.metadata())
	}

	/// The events of the block.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn events(&self) -> Result<Events, Error> {
		self.at
			.events()
			.fetch()
			.await
			.map(Events::of_block)
			.map_err(node)
	}

	/// The metadata of this block's runtime, for [`crate::chain::receipt_transaction`] and its like.
	pub fn metadata(&self) -> &Metadata {
		self.at.metadata_ref()
	}

	pub(crate) fn client(&self) -> &OnlineClientAtBlock<Config> {
		&self.at
	}

	pub(crate) async fn get<K, T>(&self, item: Item, key: K) -> Result<Option<T>, Error>
	where
		K: IntoEncodableValues + IntoDecodableValues,
		T: Wire,
	{
		let address: DynamicAddress<K, T::Raw> = dynamic::storage(item.pallet, item.name);
		match self
			.at
			.storage()
			.try_fetch(address, key)
			.await
			.map_err(node)?
		{
			Some(value) => value.decode().map(T::from_raw).map(Some).map_err(misfit),
			None => Ok(None),
		}
	}

	/// A value together with its types.
	pub(crate) async fn get_typed<K>(
		&self,
		item: Item,
		key: K,
	) -> Result<Option<scale_value::Value<u32>>, Error>
	where
		K: IntoEncodableValues + IntoDecodableValues,
	{
		let address: DynamicAddress<K, dynamic::Value> = dynamic::storage(item.pallet, item.name);
		let stored = self.at.storage().try_fetch(address, key).await;
		let Some(stored) = stored.map_err(node)? else {
			return Ok(None);
		};
		decode_as_type(
			&mut stored.bytes(),
			stored.type_id(),
			self.metadata().types(),
		)
		.map(Some)
		.map_err(misfit)
	}

	/// Keys and values of a map, or of the part of it under `prefix`.
	pub(crate) async fn entries<K, T, P>(&self, item: Item, prefix: P) -> Result<Vec<(K, T)>, Error>
	where
		K: IntoEncodableValues + IntoDecodableValues,
		T: Wire,
		P: PrefixOf<K>,
	{
		let address: DynamicAddress<K, T::Raw> = dynamic::storage(item.pallet, item.name);
		let mut found = self
			.at
			.storage()
			.iter(address, prefix)
			.await
			.map_err(node)?;
		let mut entries = Vec::new();
		while let Some(entry) = found.next().await {
			let entry = entry.map_err(node)?;
			let key = entry.key().and_then(|key| key.decode()).map_err(misfit)?;
			let value = entry.value().decode().map_err(misfit)?;
			entries.push((key, T::from_raw(value)));
		}
		Ok(entries)
	}

	/// Keys of a set: a map whose values say nothing.
	async fn keys<K, P>(&self, item: Item, prefix: P) -> Result<Vec<K>, Error>
	where
		K: IntoEncodableValues + IntoDecodableValues,
		P: PrefixOf<K>,
	{
		let address: DynamicAddress<K, ()> = dynamic::storage(item.pallet, item.name);
		let mut found = self
			.at
			.storage()
			.iter(address, prefix)
			.await
			.map_err(node)?;
		let mut keys = Vec::new();
		while let Some(entry) = found.next().await {
			let entry = entry.map_err(node)?;
			keys.push(entry.key().and_then(|key| key.decode()).map_err(misfit)?);
		}
		Ok(keys)
	}
}
