//! A chain with a model, providers and workers.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use athanor::{
	AccountId, At, Call, Chain, Included, Key, ModelSpec, SubmitOptions,
	chain::{JobState, Outcome, StoredReceipt, events::JobPosted},
};
use athanor_primitives::{
	JobId, ModelId,
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
	/// Most tokens per second of its worker.
	pub throttle: Option<f64>,
	/// Whether its worker runs. If not, the harness can sign with its key.
	pub works: bool,
}

impl Plan {
	/// A provider with a worker for the first model.
	pub fn new(name: &'static str) -> Self {
		Self {
			name,
			model: 0,
			price: PRICE,
			throttle: None,
			works: true,
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
			input: JobInput::Inline(prompt.as_bytes().to_vec()),
			format: PromptFormat::Completion,
			sampler: Sampler::Greedy,
			max_output_tokens,
			ceiling: CEILING,
			assignment: Assignment::Auto,
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
		let specs = try_join_all(dirs.iter().map(|dir| model::describe(lab, dir)));
		let (node, specs) = try_join(Node::start(lab, NodeOptions::dev()), specs).await?;
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
		world.start_workers(plans).await?;
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
		let genesis = self.chain().genesis();
		let calls = self
			.models
			.iter()
			.map(|model| Call::RegisterModel(model.spec.clone()));
		let mut running = vec![self.send(AUTHOR, calls.collect(), FIRST).await?];
		for (seed, plan) in (1..).zip(plans) {
			let account = dev_account(plan.name)?;
			let (signer, key_file) = worker::new_key(&self.lab, plan.name, seed)?;
			let model = self.models.get(plan.model).context("no such model")?.id;
			let proof = signer.proof(&genesis, &account);
			let calls = vec![
				Call::RegisterProvider { stake: STAKE },
				Call::AddWorkerKey {
					key: signer.public(),
					proof,
				},
				Call::SetOffer {
					model,
					price: plan.price,
					slots: 2,
				},
			];
			running.push(self.send(plan.name, calls, 0).await?);
			let provider = Provider {
				account,
				signer,
				key_file,
				worker: None,
			};
			self.providers.insert(plan.name, provider);
		}
		for sent in running.into_iter().flatten() {
			sent.await??;
		}
		let view = self.chain().at(At::Best).await?;
		for model in &self.models {
			let id = view.model_by_hashes(&model.spec.hashes).await?;
			ensure!(
				id == Some(model.id),
				"{} is model {id:?}",
				model.dir.display()
			);
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

	async fn start_workers(&mut self, plans: &[Plan]) -> Result<()> {
		let mut starting = Vec::new();
		for plan in plans.iter().filter(|plan| plan.works) {
			let provider = self.provider(plan.name)?;
			let options = WorkerOptions {
				name: format!("worker-{}", plan.name),
				url: self.node.url(),
				model: self
					.models
					.get(plan.model)
					.context("no such model")?
					.dir
					.clone(),
				key: provider.key_file.clone(),
				throttle: plan.throttle,
			};
			let lab = self.lab.clone();
			let start = async move { anyhow::Ok((plan.name, Worker::start(&lab, options).await?)) };
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
