//! A chain with a model, providers and workers.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use athanor::{
	AccountId, At, Call, Chain, Included, Key, ModelSpec, SubmitOptions,
	chain::{JobState, Outcome, StoredReceipt, VersionId, events::JobPosted},
};
use athanor_primitives::{
	JobId, ModelId,
	eligibility::{Attributes, Eligibility},
	job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
	price::Price,
};
use futures::future::{try_join, try_join_all};
use tokio::task::JoinHandle;

use crate::{
	binaries, dev, dev_account,
	lab::Lab,
	model,
	node::{Node, NodeOptions},
	receipts::Signer,
	wait::{seconds, until, within},
	worker::{self, Worker, WorkerOptions},
};

/// What providers stake: twice the least.
pub const STAKE: u128 = 200_000_000_000_000;

/// What providers ask for if the test does not care: enough for every share to be some units.
pub const PRICE: Price = Price {
	input: 20_000,
	output: 50_000,
};

/// What jobs pay at most if the test does not care.
pub const CEILING: Price = Price {
	input: 40_000,
	output: 100_000,
};

/// Version of a model that was registered and not changed since.
pub const VERSION: u32 = 1;

/// What a missed deadline costs at genesis: this share of the stake, in parts per million.
pub const TIMEOUT_SLASH: u32 = 10_000;

/// What two receipts for one job cost at genesis: this share of the stake, in parts per million.
pub const EQUIVOCATION_SLASH: u32 = 200_000;

/// What the requester gets of a slash at genesis: this share of the job's escrow, in parts per million.
pub const REQUESTER_PENALTY: u32 = 100_000;

/// What who has shown a fault gets at genesis of what the requester leaves of a slash, in parts per
/// million.
pub const REPORTER_SHARE: u32 = 100_000;

/// How many times faster than meant governance is where tests wait for the end of an appeal: three times as
/// fast as on a development chain.
pub const TEMPO: u32 = 8_640;

/// How long a slash can be cancelled there, in blocks: seven days at that tempo.
pub const APPEAL: u32 = 7 * 28_800 / TEMPO;

/// Who registers models.
pub const AUTHOR: &str = "Ferdie";

/// Its transactions go first in a block, so that the others can build on them.
const FIRST: u128 = 1_000_000_000;

/// A transaction that is not in a block after so long has failed.
const IN_BLOCK: Duration = seconds(30);

/// A provider to be.
#[derive(Clone, Debug)]
pub struct Plan {
	/// The account, such as `Bob`.
	pub name: &'static str,
	/// Which of the world's models, by position.
	pub model: usize,
	/// What it asks for.
	pub price: Price,
	/// How many jobs it takes at the same time.
	pub slots: u32,
	/// What it states about its machines.
	pub attributes: Attributes,
	/// Most tokens per second of its worker.
	pub throttle: Option<f64>,
	/// Whether its worker runs. If not, the harness can sign with its key.
	pub works: bool,
	/// The node that its worker asks, if it is not the world's.
	pub url: Option<String>,
}

impl Plan {
	/// A provider with a worker for the first model.
	pub fn new(name: &'static str) -> Self {
		Self {
			name,
			model: 0,
			price: PRICE,
			slots: 2,
			attributes: Attributes::default(),
			throttle: None,
			works: true,
			url: None,
		}
	}

	/// It asks for this price.
	pub fn price(self, price: Price) -> Self {
		Self { price, ..self }
	}

	/// It takes so many jobs at the same time.
	pub fn slots(self, slots: u32) -> Self {
		Self { slots, ..self }
	}

	/// It states this about its machines.
	pub fn attributes(self, attributes: Attributes) -> Self {
		Self { attributes, ..self }
	}

	/// Its worker asks this node.
	pub fn asks(self, node: &Node) -> Self {
		Self {
			url: Some(node.url()),
			..self
		}
	}

	/// Its worker makes at most so many tokens per second, so that there is a middle of a job.
	pub fn throttled(self, rate: f64) -> Self {
		Self {
			throttle: Some(rate),
			..self
		}
	}

	/// It serves another model.
	pub fn model(self, model: usize) -> Self {
		Self { model, ..self }
	}

	/// It has no worker.
	pub fn idle(self) -> Self {
		Self {
			works: false,
			..self
		}
	}
}

/// A provider.
#[derive(Debug)]
pub struct Provider {
	/// Its account.
	pub account: AccountId,
	/// Its worker key.
	pub signer: Signer,
	/// The file of that key.
	pub key_file: PathBuf,
	/// How its worker is started.
	options: WorkerOptions,
	/// Its worker, if it has one.
	pub worker: Option<Worker>,
}

/// A registered model.
#[derive(Clone, Debug)]
pub struct Registered {
	/// Its number.
	pub id: ModelId,
	/// Its folder.
	pub dir: PathBuf,
	/// What it was registered with.
	pub spec: ModelSpec,
}

/// A chain with models, providers and workers.
#[derive(Debug)]
pub struct World {
	/// The test's surroundings.
	pub lab: Lab,
	/// The node.
	pub node: Node,
	/// The models, in the order of their numbers.
	pub models: Vec<Registered>,
	/// The providers, by name.
	pub providers: BTreeMap<&'static str, Provider>,
}

/// A job to be.
#[derive(Clone, Debug)]
pub struct Job {
	/// Who posts it, such as `Alice`.
	pub requester: &'static str,
	/// The request.
	pub request: JobRequest<AccountId, u32>,
}

impl Job {
	/// A greedy completion on the first model, for anybody to do.
	pub fn new(requester: &'static str, prompt: &str, max_output_tokens: u32) -> Self {
		let request = JobRequest {
			model: 0,
			version: None,
			input: JobInput::Inline(prompt.as_bytes().to_vec()),
			format: PromptFormat::Completion,
			sampler: Sampler::Greedy,
			max_output_tokens,
			ceiling: CEILING,
			assignment: Assignment::Auto,
			eligibility: Eligibility::default(),
			time_limit: 100,
		};
		Self { requester, request }
	}

	/// On another model.
	pub fn model(mut self, model: ModelId) -> Self {
		self.request.model = model;
		self
	}

	/// For one provider.
	pub fn direct(mut self, provider: AccountId) -> Self {
		self.request.assignment = Assignment::Direct(provider);
		self
	}

	/// For the first provider that claims it.
	pub fn open(mut self) -> Self {
		self.request.assignment = Assignment::Open;
		self
	}

	/// For these providers and no others.
	pub fn allow(mut self, providers: &[AccountId]) -> Self {
		self.request.eligibility.allow = providers.to_vec();
		self
	}

	/// With another sampler.
	pub fn sampler(mut self, sampler: Sampler) -> Self {
		self.request.sampler = sampler;
		self
	}

	/// To be done within so many blocks.
	pub fn time_limit(mut self, blocks: u32) -> Self {
		self.request.time_limit = blocks;
		self
	}
}

/// A posted job.
#[derive(Debug)]
pub struct Posted {
	/// Its number.
	pub id: JobId,
	/// The post.
	pub included: Included,
}

impl World {
	/// A chain with the model of the repository and these providers.
	///
	/// # Errors
	/// When something cannot be started or registered.
	pub async fn start(lab: &Lab, plans: &[Plan]) -> Result<Self> {
		Self::with_models(lab, vec![binaries::model()?], plans).await
	}

	/// A chain with these models and providers.
	///
	/// # Errors
	/// When something cannot be started or registered.
	pub async fn with_models(lab: &Lab, dirs: Vec<PathBuf>, plans: &[Plan]) -> Result<Self> {
		Self::with_node(lab, NodeOptions::dev(), dirs, plans).await
	}

	/// A chain with these models and providers, on which a slash can be cancelled for [`APPEAL`] blocks
	/// only.
	///
	/// # Errors
	/// When something cannot be started or registered.
	pub async fn with_short_appeals(lab: &Lab, dirs: Vec<PathBuf>, plans: &[Plan]) -> Result<Self> {
		let options = NodeOptions::with_tempo(lab, TEMPO).await?;
		Self::with_node(lab, options, dirs, plans).await
	}

	async fn with_node(
		lab: &Lab,
		options: NodeOptions,
		dirs: Vec<PathBuf>,
		plans: &[Plan],
	) -> Result<Self> {
		let specs = try_join_all(dirs.iter().map(|dir| model::describe(lab, dir)));
		let (node, specs) = try_join(Node::start(lab, options), specs).await?;
		Self::build(lab, node, dirs, specs, plans).await
	}

	/// The model of the repository and these providers on the chain of this node.
	///
	/// # Errors
	/// When something cannot be started or registered.
	pub async fn on(lab: &Lab, node: Node, plans: &[Plan]) -> Result<Self> {
		let dir = binaries::model()?;
		let spec = model::describe(lab, &dir).await?;
		Self::build(lab, node, vec![dir], vec![spec], plans).await
	}

	async fn build(
		lab: &Lab,
		node: Node,
		dirs: Vec<PathBuf>,
		specs: Vec<ModelSpec>,
		plans: &[Plan],
	) -> Result<Self> {
		let models: Vec<Registered> = (0..)
			.zip(dirs.into_iter().zip(specs))
			.map(|(id, (dir, spec))| Registered { id, dir, spec })
			.collect();
		let mut world = Self {
			lab: lab.clone(),
			node,
			models,
			providers: BTreeMap::new(),
		};
		world.register(plans).await?;
		let working = plans.iter().filter(|plan| plan.works);
		let names: Vec<&'static str> = working.map(|plan| plan.name).collect();
		world.employ(&names).await?;
		Ok(world)
	}

	/// A client.
	pub fn chain(&self) -> &Chain {
		self.node.chain()
	}

	/// A provider.
	///
	/// # Errors
	/// When the world has none of this name.
	pub fn provider(&self, name: &str) -> Result<&Provider> {
		self.providers
			.get(name)
			.with_context(|| format!("{name} is no provider here"))
	}

	/// A provider's worker.
	///
	/// # Errors
	/// When there is none.
	pub fn worker(&mut self, name: &str) -> Result<&mut Worker> {
		self.providers
			.get_mut(name)
			.and_then(|provider| provider.worker.as_mut())
			.with_context(|| format!("{name} has no worker here"))
	}

	/// Registers models and providers, in as few blocks as can be.
	async fn register(&mut self, plans: &[Plan]) -> Result<()> {
		let calls = self
			.models
			.iter()
			.map(|model| Call::RegisterModel(model.spec.clone()));
		let mut running = vec![self.send(AUTHOR, calls.collect(), FIRST).await?];
		for (seed, plan) in (1..).zip(plans) {
			let provider = self.provider_to_be(plan, seed)?;
			let calls = self.calls(plan, &provider)?;
			running.push(self.send(plan.name, calls, 0).await?);
			self.providers.insert(plan.name, provider);
		}
		for sent in running.into_iter().flatten() {
			sent.await??;
		}
		// With several validators, a block that is best now may not be a moment later.
		for model in &self.models {
			let what = format!("{} is model {}", model.dir.display(), model.id);
			let expected = VersionId {
				model: model.id,
				version: VERSION,
			};
			until(&what, IN_BLOCK, async || {
				let view = self.chain().at(At::Best).await?;
				let found = view.version_by_hashes(&model.spec.hashes).await?;
				ensure!(
					found.is_none_or(|found| found == expected),
					"{} is {found:?}",
					model.dir.display()
				);
				Ok(found.map(|_| ()))
			})
			.await?;
		}
		Ok(())
	}

	/// Hands calls of one account to the node, one behind the other, without waiting for blocks.
	async fn send(
		&self,
		name: &str,
		calls: Vec<Call>,
		tip: u128,
	) -> Result<Vec<JoinHandle<Result<Included, athanor::Error>>>> {
		let key = dev(name)?;
		let mut running = Vec::new();
		for call in calls {
			let before = self.node.next_nonce(&key.account()).await?;
			let what = format!("{} of {name} is on its way", call.name());
			let sent = tokio::spawn(submit(self.chain().clone(), call, key.clone(), tip));
			until(&what, IN_BLOCK, async || {
				let taken = self.node.next_nonce(&key.account()).await? > before;
				// One that has failed is reported by whoever waits for it.
				Ok((taken || sent.is_finished()).then_some(()))
			})
			.await?;
			running.push(sent);
		}
		Ok(running)
	}

	/// The key and the worker of a provider, not registered yet.
	fn provider_to_be(&self, plan: &Plan, seed: u8) -> Result<Provider> {
		let (signer, key_file) = worker::new_key(&self.lab, plan.name, seed)?;
		let model = self.models.get(plan.model).context("no such model")?;
		let options = WorkerOptions {
			name: format!("worker-{}", plan.name),
			url: plan.url.clone().unwrap_or_else(|| self.node.url()),
			model: model.dir.clone(),
			key: key_file.clone(),
			throttle: plan.throttle,
		};
		Ok(Provider {
			account: dev_account(plan.name)?,
			signer,
			key_file,
			options,
			worker: None,
		})
	}

	/// What makes an account this provider.
	fn calls(&self, plan: &Plan, provider: &Provider) -> Result<Vec<Call>> {
		let (genesis, signer) = (self.chain().genesis(), &provider.signer);
		Ok(vec![
			Call::RegisterProvider { stake: STAKE },
			Call::AddWorkerKey {
				key: signer.public(),
				proof: signer.proof(&genesis, &provider.account),
			},
			Call::SetOffer {
				model: self.models.get(plan.model).context("no such model")?.id,
				version: VERSION,
				price: plan.price,
				slots: plan.slots,
				attributes: plan.attributes,
			},
		])
	}

	/// Starts the workers of these providers, all at once.
	///
	/// # Errors
	/// When one does not get ready.
	pub async fn employ(&mut self, names: &[&'static str]) -> Result<()> {
		let mut starting = Vec::new();
		for name in names {
			let options = self.provider(name)?.options.clone();
			let lab = self.lab.clone();
			let start = async move { anyhow::Ok((*name, Worker::start(&lab, options).await?)) };
			starting.push(start);
		}
		let started: Vec<(&'static str, Worker)> = try_join_all(starting).await?;
		for (name, worker) in started {
			self.providers
				.get_mut(name)
				.context("no such provider")?
				.worker = Some(worker);
		}
		Ok(())
	}

	/// Posts a job and waits until it is in a block.
	///
	/// # Errors
	/// When the chain rejects it.
	pub async fn post(&self, job: &Job) -> Result<Posted> {
		let call = Call::PostJob(job.request.clone());
		let included = submit(self.chain().clone(), call, dev(job.requester)?, 0).await?;
		let posted = included
			.events
			.first::<JobPosted>()?
			.context("the post has no event")?;
		Ok(Posted {
			id: posted.job,
			included,
		})
	}

	/// Waits until a provider has a job, and says who and when.
	///
	/// # Errors
	/// When it takes too long, or the job ends.
	pub async fn assigned(&self, job: JobId, at: At, limit: Duration) -> Result<(AccountId, u32)> {
		until(
			&format!("job {job} is assigned ({at:?})"),
			limit,
			async || {
				let view = self.chain().at(at).await?;
				if let Some(outcome) = view.outcome(job).await? {
					bail!("job {job} has ended already: {outcome:?}");
				}
				Ok(match view.job(job).await?.map(|job| job.state) {
					Some(JobState::Assigned { work, .. }) => {
						Some((work.provider, work.assigned_at))
					}
					_ => None,
				})
			},
		)
		.await
	}

	/// Waits until a job has ended.
	///
	/// # Errors
	/// When it takes too long.
	pub async fn outcome(&self, job: JobId, limit: Duration) -> Result<Outcome> {
		let what = format!("job {job} ends");
		within(&what, limit, self.chain().wait_for_outcome(job, false)).await
	}

	/// A job's receipt, with the output.
	///
	/// # Errors
	/// When it has none.
	pub async fn receipt(&self, job: JobId) -> Result<StoredReceipt> {
		let view = self.chain().at(At::Best).await?;
		view.receipt(job)
			.await?
			.with_context(|| format!("job {job} has no receipt"))
	}
}

/// Sends a call and waits until it is in a block.
async fn submit(chain: Chain, call: Call, key: Key, tip: u128) -> Result<Included, athanor::Error> {
	let options = SubmitOptions {
		tip,
		timeout: IN_BLOCK,
		..SubmitOptions::default()
	};
	chain.submit(&call, &key, &options).await
}
