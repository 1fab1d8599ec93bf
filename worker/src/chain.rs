//! [`Ledger`] and [`Registry`] over the client library.

mod open;

use std::{
	collections::VecDeque,
	future::Future,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};

use athanor::{
	At, BlockId, BlockStream, Chain, Claimed, Constants, Provider, Release, Submission, View,
	chain::{Job, JobState, ModelStatus},
};
use athanor_primitives::{
	H256, JobId, ModelId, WorkerKey,
	claim::SignedClaim,
	eligibility::Ineligible,
	model::{ModelHashes, PriceClass},
	price::PriceBounds,
	receipt::{Delivery, SignedReceipt},
};
use futures::{Stream, StreamExt, stream, stream::BoxStream};
use tokio::time::{sleep, timeout};

use crate::{
	account::AccountId,
	ledger::{
		Assigned, BlockRef, ClaimError, Closed, Head, Ledger, LedgerError, OpenJob, OwnOffer,
		Standing, SubmitError,
	},
	registry::{KeyEntry, Limits, ModelEntry, OfferEntry, ProviderEntry, Registry},
};
use open::OpenJobs;

/// A node that takes longer for an answer counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(15);

/// Handing over a receipt is several questions, one after the other.
const SEND_PATIENCE: Duration = Duration::from_secs(30);

/// After so long without a block the node is asked whether it is still there.
const PING_AFTER: Duration = Duration::from_secs(10);

/// Views that are kept: everything about one block is asked at one time, and the newest best and
/// finalised blocks take turns.
const VIEWS: usize = 4;

/// The chain behind a node.
pub struct Remote {
	url: String,
	genesis: H256,
	chain: Mutex<Chain>,
	views: Mutex<VecDeque<Arc<View>>>,
	open: tokio::sync::Mutex<OpenJobs>,
}

impl std::fmt::Debug for Remote {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Remote")
			.field("url", &self.url)
			.field("genesis", &self.genesis)
			.finish()
	}
}

impl From<BlockId> for BlockRef {
	fn from(block: BlockId) -> Self {
		Self {
			number: block.number,
			hash: block.hash,
		}
	}
}

impl From<athanor::Error> for LedgerError {
	fn from(error: athanor::Error) -> Self {
		match error {
			athanor::Error::Unreachable { .. }
			| athanor::Error::Node(_)
			| athanor::Error::TimedOut { .. } => Self::Unreachable(error.to_string()),
			error => Self::Unexpected(error.to_string()),
		}
	}
}

/// Asks, but not for ever.
async fn ask<T>(
	question: impl Future<Output = Result<T, athanor::Error>>,
) -> Result<T, LedgerError> {
	match timeout(PATIENCE, question).await {
		Ok(answer) => Ok(answer?),
		Err(_) => Err(silent(PATIENCE)),
	}
}

fn silent(after: Duration) -> LedgerError {
	LedgerError::Unreachable(format!(
		"the node has not answered for {} s",
		after.as_secs()
	))
}

/// What came of handing a receipt over. A node that has not answered may not even have it.
async fn handed_over(
	sending: impl Future<Output = Result<Submission, athanor::Error>> + Send,
	patience: Duration,
) -> Result<(), SubmitError> {
	match timeout(patience, sending).await {
		Ok(Ok(Submission::Refused(refusal))) => Err(SubmitError::Refused(refusal)),
		Ok(Ok(Submission::Accepted(_) | Submission::OnChain | Submission::Pending)) => Ok(()),
		Ok(Err(error @ (athanor::Error::Unreachable { .. } | athanor::Error::TimedOut { .. }))) => {
			Err(SubmitError::Ledger(error.into()))
		}
		Ok(Err(error)) => Err(SubmitError::Pool(error.to_string())),
		Err(_) => Err(SubmitError::Ledger(silent(patience))),
	}
}

/// What came of handing a claim over.
async fn claim_handed_over(
	sending: impl Future<Output = Result<Claimed, athanor::Error>> + Send,
	patience: Duration,
) -> Result<(), ClaimError> {
	match timeout(patience, sending).await {
		Ok(Ok(Claimed::Pending)) => Ok(()),
		Ok(Ok(Claimed::Outrun)) => Err(ClaimError::Outrun),
		Ok(Ok(Claimed::Refused(refusal))) => Err(ClaimError::Refused(refusal)),
		Ok(Ok(Claimed::Ineligible(reason))) => Err(ClaimError::Ineligible(reason)),
		Ok(Err(error @ (athanor::Error::Unreachable { .. } | athanor::Error::TimedOut { .. }))) => {
			Err(ClaimError::Ledger(error.into()))
		}
		Ok(Err(error)) => Err(ClaimError::Pool(error.to_string())),
		Err(_) => Err(ClaimError::Ledger(silent(patience))),
	}
}

impl Remote {
	/// Connects to the node at `url`; once, without patience.
	///
	/// # Errors
	/// No node answers, or not one of this kind of chain.
	pub async fn connect(url: &str) -> Result<Self, athanor::Error> {
		let chain = Chain::connect(url).await?;
		for name in chain.missing_names().await? {
			tracing::warn!("the chain has no {name}: node and worker are of different releases");
		}
		Ok(Self {
			url: url.to_owned(),
			genesis: chain.genesis(),
			chain: Mutex::new(chain),
			views: Mutex::new(VecDeque::new()),
			open: tokio::sync::Mutex::default(),
		})
	}

	fn chain(&self) -> Chain {
		self.chain
			.lock()
			.unwrap_or_else(PoisonError::into_inner)
			.clone()
	}

	/// The state at a block.
	async fn view(&self, hash: H256) -> Result<Arc<View>, LedgerError> {
		let known = |views: &VecDeque<Arc<View>>| {
			views.iter().find(|view| view.block().hash == hash).cloned()
		};
		if let Some(view) = known(&self.views.lock().unwrap_or_else(PoisonError::into_inner)) {
			return Ok(view);
		}
		let view = Arc::new(ask(self.chain().at(At::Hash(hash))).await?);
		let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
		views.push_back(view.clone());
		while views.len() > VIEWS {
			views.pop_front();
		}
		Ok(view)
	}

	async fn best(&self) -> Result<View, LedgerError> {
		ask(self.chain().at(At::Best)).await
	}
}

/// Where blocks come from.
trait Blocks: Send + 'static {
	fn next(&mut self) -> impl Future<Output = BlockId> + Send;

	/// How often the connection was lost so far.
	fn losses(&self) -> u32;
}

impl Blocks for BlockStream {
	async fn next(&mut self) -> BlockId {
		Self::next(self).await
	}

	fn losses(&self) -> u32 {
		Self::losses(self)
	}
}

/// Best and finalised blocks as they come. Waiting for one kind goes on while blocks of the other
/// come: else an answer that takes longer than a block would never arrive. The first best block after a lost
/// connection has [`Head::Resumed`] before it.
fn merge(best: impl Blocks, finalised: impl Blocks) -> BoxStream<'static, Head> {
	fn each(blocks: impl Blocks) -> impl Stream<Item = (bool, BlockRef)> + Send {
		stream::unfold(blocks, |mut blocks| async {
			let losses = blocks.losses();
			let block = blocks.next().await;
			Some(((blocks.losses() != losses, block.into()), blocks))
		})
	}
	let best = each(best).flat_map(|(resumed, block)| {
		stream::iter(resumed.then_some(Head::Resumed)).chain(stream::iter([Head::Best(block)]))
	});
	let finalised = each(finalised).map(|(_, block)| Head::Finalised(block));
	stream::select(best, finalised).boxed()
}

/// Follows best and finalised blocks at once.
struct Heads {
	chain: Chain,
	genesis: H256,
	heads: BoxStream<'static, Head>,
	last: Option<u32>,
}

impl Heads {
	async fn next(&mut self) -> Result<Head, LedgerError> {
		loop {
			tokio::select! {
				Some(head) = self.heads.next() => {
					if self.jumps(head) {
						ping(&self.chain, self.genesis).await?;
					}
					return Ok(head);
				},
				() = sleep(PING_AFTER) => ping(&self.chain, self.genesis).await?,
			}
		}
	}
}

impl Heads {
	/// Whether a best block does not follow the one before. The client takes up lost connections by
	/// itself, and what answers then may be another chain.
	fn jumps(&mut self, head: Head) -> bool {
		let Head::Best(block) = head else {
			return false;
		};
		let last = self.last.replace(block.number);
		last.is_some_and(|last| last.saturating_add(1) != block.number)
	}
}

/// Whether the node is there, and is on the chain that this worker works for.
async fn ping(chain: &Chain, expected: H256) -> Result<(), LedgerError> {
	match ask(chain.block(At::Number(0))).await?.hash {
		found if found == expected => Ok(()),
		found => Err(LedgerError::WrongChain { expected, found }),
	}
}

impl Ledger for Remote {
	async fn follow(&self) -> Result<BoxStream<'static, Result<Head, LedgerError>>, LedgerError> {
		let chain = ask(Chain::connect(&self.url)).await?;
		if chain.genesis() != self.genesis {
			let (expected, found) = (self.genesis, chain.genesis());
			return Err(LedgerError::WrongChain { expected, found });
		}
		*self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain.clone();
		self.views
			.lock()
			.unwrap_or_else(PoisonError::into_inner)
			.clear();
		self.open.lock().await.forget();
		let heads = Heads {
			heads: merge(chain.best_blocks(), chain.finalised_blocks()),
			genesis: self.genesis,
			chain,
			last: None,
		};
		// The stream ends with its first error.
		let heads = stream::unfold(Some(heads), |heads| async {
			let mut heads = heads?;
			let head = heads.next().await;
			let rest = head.is_ok().then_some(heads);
			Some((head, rest))
		});
		Ok(heads.boxed())
	}

	async fn assigned(&self, provider: &AccountId, at: H256) -> Result<Vec<Assigned>, LedgerError> {
		let view = self.view(at).await?;
		let mut tasks = Vec::new();
		for job in ask(view.assigned_to(provider)).await? {
			let found = ask(view.job(job)).await?;
			tasks.extend(found.and_then(|found| assigned(job, &found)));
		}
		Ok(tasks)
	}

	async fn claimable(
		&self,
		model: ModelId,
		version: u32,
		at: BlockRef,
	) -> Result<Vec<OpenJob>, LedgerError> {
		let (chain, view) = (self.chain(), self.view(at.hash).await?);
		let mut open = self.open.lock().await;
		ask(open.at(&chain, &view, (model, version))).await
	}

	async fn own_offer(
		&self,
		provider: &AccountId,
		model: ModelId,
		version: u32,
		at: BlockRef,
	) -> Result<Option<OwnOffer>, LedgerError> {
		let view = self.view(at.hash).await?;
		let Some(offer) = ask(view.offer(model, version, provider)).await? else {
			return Ok(None);
		};
		let price = match ask(view.model(model)).await? {
			Some(found) => {
				let bounds = ask(view.price_bounds(found.price_class)).await?;
				offer.price.at_least(&bounds.floor)
			}
			None => offer.price,
		};
		let entry = ask(view.provider(provider)).await?;
		let delegated = ask(view.delegation_pool(provider)).await?.active_worth();
		let min_stake = view.constants()?.min_stake;
		Ok(Some(OwnOffer {
			price,
			attributes: offer.attributes,
			free: offer.free(),
			obstacle: obstacle(entry.as_ref(), delegated, min_stake, at.number),
		}))
	}

	async fn input(&self, job: JobId, at: H256) -> Result<Option<Vec<u8>>, LedgerError> {
		ask(self.view(at).await?.input(job)).await
	}

	async fn standing(&self, job: JobId, at: H256) -> Result<Standing, LedgerError> {
		let view = self.view(at).await?;
		let live = ask(view.job(job)).await?;
		let settles_at = match &live {
			Some(Job {
				state: JobState::Submitted { deadline, .. },
				..
			}) => Some(*deadline),
			Some(found) => {
				return Ok(assigned(job, found).map_or(Standing::Open, Standing::Assigned));
			}
			None => None,
		};
		let receipt = ask(view.receipt(job)).await?;
		Ok(
			receipt.map_or(Standing::Absent, |receipt| Standing::Received {
				signed: Box::new(receipt.signed),
				settles_at,
			}),
		)
	}

	async fn closed(&self, job: JobId, at: H256) -> Result<Option<Closed>, LedgerError> {
		let outcome = ask(self.view(at).await?.outcome(job)).await?;
		Ok(outcome.map(|outcome| Closed {
			reason: outcome.reason,
			earned: outcome.payment.provider,
		}))
	}

	async fn worker_keys(
		&self,
		provider: &AccountId,
		at: H256,
	) -> Result<Vec<WorkerKey>, LedgerError> {
		ask(self.view(at).await?.worker_keys(provider)).await
	}

	async fn time(&self, at: H256) -> Result<u64, LedgerError> {
		ask(self.view(at).await?.timestamp()).await
	}

	async fn submit(&self, signed: &SignedReceipt, delivery: &Delivery) -> Result<(), SubmitError> {
		let chain = self.chain();
		// Whether it gets into a block is seen by looking at every block.
		handed_over(chain.send_receipt(signed, Some(delivery)), SEND_PATIENCE).await
	}

	async fn claim(&self, signed: &SignedClaim) -> Result<(), ClaimError> {
		let chain = self.chain();
		claim_handed_over(chain.send_claim(signed), SEND_PATIENCE).await
	}
}

/// Why a provider is given no work whatever the job, in the next block.
fn obstacle(
	provider: Option<&Provider>,
	delegated: u128,
	min_stake: u128,
	best: u32,
) -> Option<Ineligible> {
	let Some(provider) = provider else {
		return Some(Ineligible::NotProvider);
	};
	let conditions = [
		(provider.chilled, Ineligible::Chilled),
		(
			best.saturating_add(1) < provider.paused_until,
			Ineligible::Paused,
		),
		(provider.keys == 0, Ineligible::NoWorkerKey),
		(provider.free_bonded() < min_stake, Ineligible::StakeTooLow),
		(
			provider.committed >= provider.capacity(delegated),
			Ineligible::NotEnoughCover,
		),
	];
	let failed = conditions.into_iter().find(|(fails, _)| *fails);
	failed.map(|(_, reason)| reason)
}

/// The task in a live job, if it is assigned.
fn assigned(job: JobId, found: &Job) -> Option<Assigned> {
	let JobState::Assigned { work, deadline } = &found.state else {
		return None;
	};
	Some(Assigned {
		job,
		provider: work.provider,
		model: found.model,
		model_version: found.model_version,
		input_hash: found.input_hash,
		format: found.format,
		sampler: found.sampler,
		max_input_tokens: found.max_input_tokens,
		max_output_tokens: found.max_output_tokens,
		price: work.price,
		seed: found.seed?,
		assigned_at: work.assigned_at,
		deadline: *deadline,
	})
}

fn entry(id: ModelId, release: Release) -> ModelEntry {
	ModelEntry {
		id,
		posts_until: release.posts_until(),
		retired: release.model.status != ModelStatus::Active,
		name: release.model.name,
		hashes: release.version.hashes,
		version: release.number,
		newest: release.model.version,
		price_class: release.model.price_class,
		context_length: release.version.context_length,
	}
}

fn limits(constants: &Constants) -> Limits {
	Limits {
		min_stake: constants.min_stake,
		block_time: constants.block_time,
		max_text: constants.max_text,
		max_claim_validity: constants.max_claim_validity,
	}
}

impl Registry for Remote {
	async fn genesis(&self) -> Result<H256, LedgerError> {
		Ok(self.genesis)
	}

	async fn model(&self, id: ModelId) -> Result<Option<ModelEntry>, LedgerError> {
		let release = ask(self.best().await?.release(id, None)).await?;
		Ok(release.map(|release| entry(id, release)))
	}

	async fn model_by_hashes(
		&self,
		hashes: &ModelHashes,
	) -> Result<Option<ModelEntry>, LedgerError> {
		let view = self.best().await?;
		let Some(found) = ask(view.version_by_hashes(hashes)).await? else {
			return Ok(None);
		};
		let release = ask(view.release(found.model, Some(found.version))).await?;
		Ok(release.map(|release| entry(found.model, release)))
	}

	async fn key(&self, key: &WorkerKey) -> Result<Option<KeyEntry>, LedgerError> {
		let record = ask(self.best().await?.worker(key)).await?;
		Ok(record.map(|record| KeyEntry {
			provider: record.provider,
			retired: record.retired_at.is_some(),
		}))
	}

	async fn provider(&self, provider: &AccountId) -> Result<Option<ProviderEntry>, LedgerError> {
		let view = self.best().await?;
		let found = ask(view.provider(provider)).await?;
		let delegated = ask(view.delegation_pool(provider)).await?.active_worth();
		Ok(found.map(|provider| ProviderEntry {
			bonded: provider.free_bonded(),
			capacity: provider.capacity(delegated),
			committed: provider.committed,
			keys: provider.keys,
			chilled: provider.chilled,
			paused_until: provider.paused_until,
		}))
	}

	async fn offer(
		&self,
		model: ModelId,
		version: u32,
		provider: &AccountId,
	) -> Result<Option<OfferEntry>, LedgerError> {
		let offer = ask(self.best().await?.offer(model, version, provider)).await?;
		Ok(offer.map(|offer| OfferEntry {
			price: offer.price,
			slots: offer.slots,
			attributes: offer.attributes,
		}))
	}

	async fn bounds(&self, class: PriceClass) -> Result<PriceBounds, LedgerError> {
		ask(self.best().await?.price_bounds(class)).await
	}

	async fn limits(&self) -> Result<Limits, LedgerError> {
		Ok(limits(&self.best().await?.constants()?))
	}

	async fn now(&self) -> Result<(BlockRef, u64), LedgerError> {
		let view = self.best().await?;
		Ok((view.block().into(), ask(view.timestamp()).await?))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::chain::Frozen;
	use athanor_primitives::receipt::Refusal;
	use std::future::{pending, ready};

	const NOW: Duration = Duration::ZERO;

	async fn handed(
		after: Duration,
		answer: Result<Submission, athanor::Error>,
	) -> Result<(), SubmitError> {
		let sending = async move {
			sleep(after).await;
			answer
		};
		handed_over(sending, SEND_PATIENCE).await
	}

	/// Gives a block after each pause, and starts from the beginning when it is not waited for.
	struct Every(Duration);

	impl Blocks for Every {
		async fn next(&mut self) -> BlockId {
			sleep(self.0).await;
			BlockId {
				number: 1,
				hash: H256::zero(),
			}
		}

		fn losses(&self) -> u32 {
			0
		}
	}

	/// Is lost before every second block.
	struct Shaky(u32);

	impl Blocks for Shaky {
		async fn next(&mut self) -> BlockId {
			self.0 += 1;
			BlockId {
				number: self.0,
				hash: H256::zero(),
			}
		}

		fn losses(&self) -> u32 {
			self.0 / 2
		}
	}

	#[tokio::test]
	async fn a_lost_connection_is_told_before_the_block_that_ends_it() {
		let heads = merge(Shaky(0), Every(Duration::MAX));
		let told = heads.take(6).map(|head| match head {
			Head::Resumed => None,
			Head::Best(block) | Head::Finalised(block) => Some(block.number),
		});
		let told = told.collect::<Vec<_>>();
		assert_eq!(
			timeout(SEND_PATIENCE, told).await.unwrap(),
			[Some(1), None, Some(2), Some(3), None, Some(4)]
		);
	}

	#[tokio::test]
	async fn finalised_blocks_arrive_though_best_ones_are_faster() {
		let (fast, slow) = (Duration::from_millis(2), Duration::from_millis(30));
		let heads = merge(Every(fast), Every(slow));
		let finalised = heads.filter(|head| ready(matches!(head, Head::Finalised(_))));
		let two = finalised.take(2).collect::<Vec<_>>();
		assert_eq!(timeout(SEND_PATIENCE, two).await.unwrap().len(), 2);
	}

	#[tokio::test]
	async fn a_slow_nodes_answer_is_waited_for() {
		let slow = Duration::from_millis(800);
		let (taken, refused) = tokio::join!(
			handed(slow, Ok(Submission::Pending)),
			handed(slow, Ok(Submission::Refused(Refusal::TooLate)))
		);
		assert_eq!(taken, Ok(()));
		assert_eq!(refused, Err(SubmitError::Refused(Refusal::TooLate)));
	}

	#[tokio::test]
	async fn a_node_that_does_not_answer_has_not_taken_the_receipt() {
		let result = handed_over(pending(), Duration::from_millis(20)).await;
		assert!(matches!(
			result,
			Err(SubmitError::Ledger(LedgerError::Unreachable(_)))
		));
	}

	#[tokio::test]
	async fn every_answer_about_a_receipt_has_its_meaning() {
		let block = BlockId {
			number: 1,
			hash: H256::zero(),
		};
		for taken in [
			Submission::Accepted(block),
			Submission::OnChain,
			Submission::Pending,
		] {
			assert_eq!(handed(NOW, Ok(taken)).await, Ok(()));
		}
		let unreachable = athanor::Error::Unreachable {
			url: "ws://x".into(),
			reason: "refused".into(),
		};
		let result = handed_over(ready(Err(unreachable)), SEND_PATIENCE).await;
		assert!(matches!(result, Err(SubmitError::Ledger(_))), "{result:?}");
		let result = handed(NOW, Err(athanor::Error::Node("full".into()))).await;
		assert!(matches!(result, Err(SubmitError::Pool(_))), "{result:?}");
	}

	#[tokio::test]
	async fn every_answer_about_a_claim_has_its_meaning() {
		let handed = |answer| claim_handed_over(ready(answer), SEND_PATIENCE);
		assert_eq!(handed(Ok(Claimed::Pending)).await, Ok(()));
		assert_eq!(handed(Ok(Claimed::Outrun)).await, Err(ClaimError::Outrun));
		let refused = handed(Ok(Claimed::Refused(Refusal::NotClaimable))).await;
		assert_eq!(refused, Err(ClaimError::Refused(Refusal::NotClaimable)));
		let poor = handed(Ok(Claimed::Ineligible(Ineligible::NotEnoughCover))).await;
		assert_eq!(
			poor,
			Err(ClaimError::Ineligible(Ineligible::NotEnoughCover))
		);
		let full = handed(Err(athanor::Error::Node("full".into()))).await;
		assert!(matches!(full, Err(ClaimError::Pool(_))), "{full:?}");
		let silent = claim_handed_over(pending(), Duration::from_millis(20)).await;
		assert!(matches!(silent, Err(ClaimError::Ledger(_))), "{silent:?}");
	}

	#[test]
	fn what_keeps_all_work_away_is_found() {
		let good = Provider {
			bonded: 100,
			committed: 40,
			unbonding: vec![],
			keys: 1,
			retired_keys: 0,
			registered_at: 1,
			slashed: 0,
			paused_until: 50,
			chilled: false,
			pending: vec![],
		};
		let found = |change: &dyn Fn(&mut Provider), best| {
			let mut provider = good.clone();
			change(&mut provider);
			obstacle(Some(&provider), 10, 100, best)
		};
		assert_eq!(
			found(&|_| {}, 49),
			None,
			"the pause is over in the next block"
		);
		assert_eq!(found(&|_| {}, 48), Some(Ineligible::Paused));
		let chilled = found(&|provider| provider.chilled = true, 48);
		assert_eq!(chilled, Some(Ineligible::Chilled));
		let poor = found(&|provider| provider.bonded = 99, 49);
		assert_eq!(poor, Some(Ineligible::StakeTooLow));
		let slash = Frozen {
			id: 1,
			last: 1,
			count: 1,
			raised_at: 2,
			own: 1,
			share: 10_000,
		};
		let frozen = found(&|provider| provider.pending = vec![slash.clone()], 49);
		assert_eq!(frozen, Some(Ineligible::StakeTooLow));
		let keyless = found(&|provider| provider.keys = 0, 49);
		assert_eq!(keyless, Some(Ineligible::NoWorkerKey));
		let covered = found(&|provider| provider.committed = 109, 49);
		assert_eq!(covered, None, "by what is delegated");
		let busy = found(&|provider| provider.committed = 110, 49);
		assert_eq!(busy, Some(Ineligible::NotEnoughCover));
		assert_eq!(obstacle(None, 10, 100, 49), Some(Ineligible::NotProvider));
	}
}
