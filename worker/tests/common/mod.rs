//! A chain in memory and an engine on strings, to run the worker's state machine on.
//!
//! The chain checks receipts as the runtime does, signatures included, keeps the state of every
//! block, and can be reorganised, cut off, and made to refuse.

#![allow(dead_code)]

use std::{
	collections::{BTreeMap, HashMap},
	path::Path,
	sync::{
		Arc, Mutex, MutexGuard, OnceLock,
		atomic::{AtomicUsize, Ordering},
	},
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use athanor::chain::Rules as JobRules;
use athanor_primitives::{
	H256, JobId, ModelId, WorkerKey as PublicKey,
	claim::SignedClaim,
	eligibility::{Attributes, Ineligible},
	job::{CloseReason, PromptFormat, Sampler},
	price::Price,
	receipt::{
		Delivery, Finish, Refusal, SignedReceipt, delivery_payload, input_hash, max_text_len,
		output_hash,
	},
};
use athanor_worker::{
	error::Error,
	journal::{Journal, State as Record},
	keys::WorkerKey,
	ledger::{
		AccountId, Assigned, BlockRef, ClaimError, Closed, Head, Ledger, LedgerError, OpenJob,
		OwnOffer, Standing, SubmitError,
	},
	run::{Setup, Worker, engine::Engine, rules::Rules},
	runner::{Output, Progress, Prompt, RunError, Runner},
	shutdown::{Shutdown, Stage, Trigger},
};
use codec::Encode;
use ed25519_dalek::{Signature, VerifyingKey};
use futures::{StreamExt, stream::BoxStream};
use tokio::{sync::broadcast, task::JoinHandle};

pub const GENESIS: H256 = H256([9; 32]);
pub const PROVIDER: AccountId = AccountId { 0: [4; 32] };
/// Somebody else, who has no worker key here.
pub const RIVAL: AccountId = AccountId { 0: [5; 32] };
const SETTLE_PERIOD: u32 = 2;
/// Blocks that a worker has for a claimed job.
pub const WORK_PERIOD: u32 = 20;

pub fn key(n: u8) -> WorkerKey {
	WorkerKey::from_seed(&[n; 32])
}

#[derive(Clone)]
enum Job {
	Open(Box<OpenJob>, Vec<u8>),
	Assigned(Assigned, Vec<u8>),
	Submitted(SignedReceipt, u32),
	Paid(SignedReceipt),
	TimedOut,
}

/// The state after a block.
#[derive(Clone)]
struct Block {
	at: BlockRef,
	jobs: BTreeMap<JobId, Job>,
}

struct Inner {
	/// The best chain.
	chain: Vec<Block>,
	/// All blocks ever, by hash.
	all: HashMap<H256, Block>,
	keys: Vec<PublicKey>,
	pool: Vec<SignedReceipt>,
	/// Claims in the pool, one for each job.
	claims: BTreeMap<JobId, SignedClaim>,
	/// Claims that were handed in, in order, whether or not they were taken.
	claimed: Vec<SignedClaim>,
	/// What refuses claims, if anything does.
	ineligible: Option<Ineligible>,
	/// The provider's offer.
	offer: Option<OwnOffer>,
	/// What was submitted, as bytes, in order, whether or not it was taken.
	submissions: Vec<Vec<u8>>,
	offline: bool,
	pool_full: bool,
	/// How far the blocks' time lies behind, in seconds.
	age: u64,
	forks: u8,
}

/// The chain.
pub struct Chain {
	inner: Mutex<Inner>,
	heads: broadcast::Sender<Head>,
}

fn hash(number: u32, fork: u8) -> H256 {
	H256(athanor_primitives::blake2_256(&(number, fork).encode()))
}

/// The same as a job that whoever comes first can claim.
pub fn open_job(job: JobId, input: &str, claimable_until: u32) -> OpenJob {
	let task = task(job, input, 0, 0);
	OpenJob {
		job,
		model: task.model,
		model_version: task.model_version,
		input_hash: task.input_hash,
		format: task.format,
		sampler: task.sampler,
		seed: task.seed,
		max_input_tokens: task.max_input_tokens,
		max_output_tokens: task.max_output_tokens,
		ceiling: Price::flat(10),
		rules: JobRules::default(),
		failed: vec![],
		claimable_until,
		work_period: WORK_PERIOD,
	}
}

/// A job for the prompt `input`, assigned to [`PROVIDER`].
pub fn task(job: JobId, input: &str, assigned_at: u32, deadline: u32) -> Assigned {
	Assigned {
		job,
		provider: PROVIDER,
		model: 0,
		model_version: 1,
		input_hash: input_hash(input.as_bytes()),
		format: PromptFormat::Completion,
		sampler: Sampler::TopK {
			temperature_milli: 800,
			k: 40,
		},
		max_input_tokens: 100,
		max_output_tokens: 64,
		price: Price::flat(10),
		seed: [7; 32],
		assigned_at,
		deadline,
	}
}

impl Chain {
	pub fn new() -> Arc<Self> {
		// Before anything is logged: what was logged first while nobody listened stays unheard.
		log();
		let genesis = Block {
			at: BlockRef {
				number: 0,
				hash: hash(0, 0),
			},
			jobs: BTreeMap::new(),
		};
		let inner = Inner {
			chain: vec![genesis.clone()],
			all: HashMap::from([(genesis.at.hash, genesis)]),
			keys: vec![key(1).public()],
			pool: Vec::new(),
			claims: BTreeMap::new(),
			claimed: Vec::new(),
			ineligible: None,
			offer: Some(OwnOffer {
				price: Price::flat(10),
				attributes: Attributes::default(),
				free: 4,
				obstacle: None,
			}),
			submissions: Vec::new(),
			offline: false,
			pool_full: false,
			age: 0,
			forks: 0,
		};
		Arc::new(Self {
			inner: Mutex::new(inner),
			heads: broadcast::channel(256).0,
		})
	}

	fn lock(&self) -> MutexGuard<'_, Inner> {
		self.inner.lock().unwrap()
	}

	pub fn best(&self) -> u32 {
		self.lock().chain.last().unwrap().at.number
	}

	pub fn submissions(&self) -> Vec<Vec<u8>> {
		self.lock().submissions.clone()
	}

	/// Claims that were handed in, in order.
	pub fn claims(&self) -> Vec<SignedClaim> {
		self.lock().claimed.clone()
	}

	pub fn set_ineligible(&self, reason: Option<Ineligible>) {
		self.lock().ineligible = reason;
	}

	pub fn set_offer(&self, offer: Option<OwnOffer>) {
		self.lock().offer = offer;
	}

	pub fn offer(&self) -> OwnOffer {
		self.lock().offer.unwrap()
	}

	/// Somebody else's claim is in the pool first.
	pub fn rival_claim(&self, job: JobId) {
		let claim = SignedClaim {
			claim: athanor_primitives::claim::Claim {
				job,
				valid_until: u32::MAX,
			},
			genesis: GENESIS,
			worker: key(99).public(),
			signature: [0; 64],
		};
		self.lock().claims.insert(job, claim);
	}

	pub fn set_keys(&self, keys: &[u8]) {
		self.lock().keys = keys.iter().map(|n| key(*n).public()).collect();
	}

	pub fn set_offline(&self, offline: bool) {
		self.lock().offline = offline;
		if offline {
			// Anything wakes the streams, which then see that they are cut off.
			let _ = self.heads.send(Head::Best(BlockRef {
				number: 0,
				hash: H256::zero(),
			}));
		}
	}

	pub fn set_pool_full(&self, full: bool) {
		self.lock().pool_full = full;
	}

	pub fn set_age(&self, seconds: u64) {
		self.lock().age = seconds;
	}

	pub fn clear_pool(&self) {
		let mut inner = self.lock();
		inner.pool.clear();
		inner.claims.clear();
	}

	/// The node is started again: its pool is empty, its chain is what it was.
	pub fn restart_node(&self) {
		self.clear_pool();
		let best = self.lock().chain.last().unwrap().at;
		for head in [Head::Resumed, Head::Best(best)] {
			let _ = self.heads.send(head);
		}
	}

	/// A block on top of the best, after a change to the jobs.
	fn build(&self, change: impl FnOnce(&mut BTreeMap<JobId, Job>)) -> u32 {
		let best = {
			let mut inner = self.lock();
			let mut block = inner.chain.last().unwrap().clone();
			block.at.number += 1;
			block.at.hash = hash(block.at.number, inner.forks);
			let now = block.at.number;
			for job in block.jobs.values_mut() {
				*job = match job.clone() {
					Job::Open(open, _) if now >= open.claimable_until => Job::TimedOut,
					Job::Assigned(task, _) if now >= task.deadline => Job::TimedOut,
					Job::Submitted(signed, settles) if now >= settles => Job::Paid(signed),
					other => other,
				};
			}
			change(&mut block.jobs);
			let (keys, claims) = (inner.keys.clone(), std::mem::take(&mut inner.claims));
			for (id, signed) in claims {
				let Some(job @ Job::Open(..)) = block.jobs.get_mut(&id) else {
					continue;
				};
				if now > signed.claim.valid_until {
					continue;
				}
				if let Job::Open(open, input) = job.clone() {
					let provider = if keys.contains(&signed.worker) {
						PROVIDER
					} else {
						RIVAL
					};
					let task = open.task(provider, Price::flat(10), now, now + WORK_PERIOD);
					*job = Job::Assigned(task, input);
				}
			}
			for signed in std::mem::take(&mut inner.pool) {
				let job = block.jobs.get_mut(&signed.receipt.job);
				if let Some(job @ Job::Assigned(..)) = job {
					*job = Job::Submitted(signed, now + SETTLE_PERIOD);
				}
			}
			inner.all.insert(block.at.hash, block.clone());
			inner.chain.push(block.clone());
			block.at
		};
		let _ = self.heads.send(Head::Best(best));
		best.number
	}

	/// An ordinary block.
	pub fn block(&self) -> u32 {
		self.build(|_| {})
	}

	/// A block that assigns a job.
	pub fn assign(&self, task: &Assigned, input: &str) -> u32 {
		let (task, input) = (task.clone(), input.as_bytes().to_vec());
		self.build(|jobs| drop(jobs.insert(task.job, Job::Assigned(task, input))))
	}

	/// A block that opens a job for claims.
	pub fn open(&self, job: &OpenJob, input: &str) -> u32 {
		let (job, input) = (job.clone(), input.as_bytes().to_vec());
		self.build(|jobs| drop(jobs.insert(job.job, Job::Open(Box::new(job), input))))
	}

	/// Who has a job on the best chain.
	pub fn provider_of(&self, job: JobId) -> Option<AccountId> {
		match self.lock().chain.last().unwrap().jobs.get(&job) {
			Some(Job::Assigned(task, _)) => Some(task.provider),
			_ => None,
		}
	}

	/// A block that contains this receipt, whoever made it.
	pub fn include(&self, signed: SignedReceipt) -> u32 {
		self.build(|jobs| {
			let settles = u32::MAX;
			jobs.insert(signed.receipt.job, Job::Submitted(signed, settles));
		})
	}

	/// Throws away all blocks above `height` and builds one block of a fork. Their receipts do not
	/// come back to the pool.
	pub fn reorganise(&self, height: u32) -> u32 {
		{
			let mut inner = self.lock();
			inner.chain.truncate(height as usize + 1);
			inner.forks += 1;
		}
		self.block()
	}

	/// Makes the best block final.
	pub fn finalise(&self) {
		let at = self.lock().chain.last().unwrap().at;
		let _ = self.heads.send(Head::Finalised(at));
	}

	fn at<T>(&self, hash: H256, read: impl FnOnce(&Block) -> T) -> Result<T, LedgerError> {
		let inner = self.lock();
		if inner.offline {
			return Err(LedgerError::Unreachable("cut off".into()));
		}
		let block = inner.all.get(&hash);
		block
			.map(read)
			.ok_or_else(|| LedgerError::Unexpected("no such block".into()))
	}
}

/// What the runtime checks.
fn examine(
	block: &Block,
	keys: &[PublicKey],
	signed: &SignedReceipt,
	delivery: &Delivery,
) -> Result<(), Refusal> {
	let receipt = &signed.receipt;
	let ensure = |yes: bool, refusal: Refusal| yes.then_some(()).ok_or(refusal);
	ensure(signed.genesis == GENESIS, Refusal::WrongChain)?;
	let task = match block.jobs.get(&receipt.job) {
		Some(Job::Assigned(task, _)) => task,
		Some(Job::Open(..) | Job::TimedOut) => return Err(Refusal::NotAssigned),
		Some(Job::Submitted(..)) => return Err(Refusal::AlreadySubmitted),
		Some(Job::Paid(_)) | None => return Err(Refusal::UnknownJob),
	};
	ensure(block.at.number + 1 < task.deadline, Refusal::TooLate)?;
	ensure(keys.contains(&signed.worker), Refusal::WrongWorker)?;
	ensure(
		(receipt.model, receipt.model_version) == (task.model, task.model_version),
		Refusal::WrongModel,
	)?;
	ensure(receipt.input_hash == task.input_hash, Refusal::WrongInput)?;
	match Finish::from_code(receipt.finish).ok_or(Refusal::BadFinish)? {
		Finish::Rejected => ensure(receipt.tokens_out == 0, Refusal::BadFinish)?,
		_ => ensure(
			receipt.tokens_in <= task.max_input_tokens
				&& receipt.tokens_out <= task.max_output_tokens,
			Refusal::TooManyTokens,
		)?,
	}
	ensure(
		delivery.tokens.len() == receipt.tokens_out as usize
			&& output_hash(&delivery.tokens) == receipt.output_hash,
		Refusal::WrongOutput,
	)?;
	ensure(
		delivery.text.len() <= max_text_len(receipt.tokens_out),
		Refusal::OutputTooLong,
	)?;
	let worker = VerifyingKey::from_bytes(&signed.worker).map_err(|_| Refusal::BadSignature)?;
	let verify = |payload: [u8; 32], signature: &[u8; 64]| {
		worker
			.verify_strict(&payload, &Signature::from_bytes(signature))
			.map_err(|_| Refusal::BadSignature)
	};
	verify(receipt.payload(&GENESIS), &signed.signature)?;
	verify(
		delivery_payload(&GENESIS, receipt.job, &delivery.text),
		&delivery.signature,
	)
}

/// The chain as one worker's node shows it.
#[derive(Clone)]
pub struct Node(pub Arc<Chain>);

impl Ledger for Node {
	async fn follow(&self) -> Result<BoxStream<'static, Result<Head, LedgerError>>, LedgerError> {
		let cut_off = || LedgerError::Unreachable("cut off".into());
		let (first, heads) = {
			let inner = self.0.lock();
			if inner.offline {
				return Err(cut_off());
			}
			(inner.chain.last().unwrap().at, self.0.heads.subscribe())
		};
		let chain = self.0.clone();
		let later = futures::stream::unfold(heads, move |mut heads| {
			let chain = chain.clone();
			async move {
				let head = heads.recv().await.ok()?;
				(!chain.lock().offline).then_some((Ok(head), heads))
			}
		});
		Ok(futures::stream::iter([Ok(Head::Best(first))])
			.chain(later)
			.boxed())
	}

	async fn assigned(&self, provider: &AccountId, at: H256) -> Result<Vec<Assigned>, LedgerError> {
		self.0.at(at, |block| {
			let tasks = block.jobs.values().filter_map(|job| match job {
				Job::Assigned(task, _) if task.provider == *provider => Some(task.clone()),
				_ => None,
			});
			tasks.collect()
		})
	}

	async fn claimable(
		&self,
		model: ModelId,
		version: u32,
		at: BlockRef,
	) -> Result<Vec<OpenJob>, LedgerError> {
		self.0.at(at.hash, |block| {
			let jobs = block.jobs.values().filter_map(|job| match job {
				Job::Open(open, _) if (open.model, open.model_version) == (model, version) => {
					Some(open.as_ref().clone())
				}
				_ => None,
			});
			jobs.collect()
		})
	}

	async fn own_offer(
		&self,
		_provider: &AccountId,
		_model: ModelId,
		_version: u32,
		at: BlockRef,
	) -> Result<Option<OwnOffer>, LedgerError> {
		self.0.at(at.hash, |_| ())?;
		Ok(self.0.lock().offer)
	}

	async fn input(&self, job: JobId, at: H256) -> Result<Option<Vec<u8>>, LedgerError> {
		self.0.at(at, |block| match block.jobs.get(&job) {
			Some(Job::Assigned(_, input)) => Some(input.clone()),
			_ => None,
		})
	}

	async fn standing(&self, job: JobId, at: H256) -> Result<Standing, LedgerError> {
		self.0.at(at, |block| match block.jobs.get(&job).cloned() {
			None | Some(Job::TimedOut) => Standing::Absent,
			Some(Job::Open(..)) => Standing::Open,
			Some(Job::Assigned(task, _)) => Standing::Assigned(task),
			Some(Job::Submitted(signed, settles)) => Standing::Received {
				signed: Box::new(signed),
				settles_at: Some(settles),
			},
			Some(Job::Paid(signed)) => Standing::Received {
				signed: Box::new(signed),
				settles_at: None,
			},
		})
	}

	async fn closed(&self, job: JobId, at: H256) -> Result<Option<Closed>, LedgerError> {
		self.0.at(at, |block| match block.jobs.get(&job) {
			Some(Job::Paid(_)) => Some(Closed {
				reason: CloseReason::Paid,
				earned: 1,
			}),
			Some(Job::TimedOut) => Some(Closed {
				reason: CloseReason::WorkerTimedOut,
				earned: 0,
			}),
			_ => None,
		})
	}

	async fn worker_keys(
		&self,
		_provider: &AccountId,
		at: H256,
	) -> Result<Vec<PublicKey>, LedgerError> {
		self.0.at(at, |_| ())?;
		Ok(self.0.lock().keys.clone())
	}

	async fn time(&self, at: H256) -> Result<u64, LedgerError> {
		self.0.at(at, |_| ())?;
		let now = SystemTime::now()
			.duration_since(UNIX_EPOCH)
			.unwrap()
			.as_secs();
		Ok((now - self.0.lock().age) * 1_000)
	}

	async fn submit(&self, signed: &SignedReceipt, delivery: &Delivery) -> Result<(), SubmitError> {
		let mut inner = self.0.lock();
		if inner.offline {
			return Err(LedgerError::Unreachable("cut off".into()).into());
		}
		inner.submissions.push((signed, delivery).encode());
		if inner.pool_full {
			return Err(SubmitError::Pool("the pool is full".into()));
		}
		examine(inner.chain.last().unwrap(), &inner.keys, signed, delivery)
			.map_err(SubmitError::Refused)?;
		if !inner.pool.contains(signed) {
			inner.pool.push(signed.clone());
		}
		Ok(())
	}

	async fn claim(&self, signed: &SignedClaim) -> Result<(), ClaimError> {
		let mut inner = self.0.lock();
		if inner.offline {
			return Err(LedgerError::Unreachable("cut off".into()).into());
		}
		inner.claimed.push(signed.clone());
		let best = inner.chain.last().unwrap();
		if !matches!(best.jobs.get(&signed.claim.job), Some(Job::Open(..))) {
			return Err(ClaimError::Refused(Refusal::NotClaimable));
		}
		let now = best.at.number + 1;
		if signed.claim.valid_until < now || signed.claim.valid_until > now + 100 {
			return Err(ClaimError::Refused(Refusal::ClaimExpired));
		}
		let worker = VerifyingKey::from_bytes(&signed.worker).unwrap();
		let payload = signed.claim.payload(&GENESIS);
		if worker
			.verify_strict(&payload, &Signature::from_bytes(&signed.signature))
			.is_err()
		{
			return Err(ClaimError::Refused(Refusal::BadSignature));
		}
		if let Some(reason) = inner.ineligible {
			return Err(ClaimError::Ineligible(reason));
		}
		if inner.claims.contains_key(&signed.claim.job) {
			return Err(ClaimError::Outrun);
		}
		inner.claims.insert(signed.claim.job, signed.clone());
		Ok(())
	}
}

/// What the engine does with a prompt: `fail`, `panic`, `reject`, `slow` and `prefill` (give tokens,
/// or read the prompt, until cancelled), anything else is answered with as many tokens as it has
/// bytes; `stubborn` without asking at the end whether it was cancelled.
#[derive(Clone, Default)]
pub struct Script {
	/// How many runs began.
	pub runs: Arc<AtomicUsize>,
	/// While held, no run ends.
	pub gate: Arc<tokio::sync::Mutex<()>>,
	/// Token of the answers: a second engine must not give the same.
	pub token: u32,
}

impl Script {
	pub fn runs(&self) -> usize {
		self.runs.load(Ordering::SeqCst)
	}
}

impl Runner for Script {
	fn run(
		&mut self,
		prompt: &Prompt,
		observe: &mut dyn FnMut(Progress<'_>) -> bool,
	) -> Result<Output, RunError> {
		self.runs.fetch_add(1, Ordering::SeqCst);
		let text = String::from_utf8(prompt.input.clone()).unwrap();
		match text.as_str() {
			"fail" => return Err(RunError::Failed("as told".into())),
			"panic" => panic!("as told"),
			"reject" => return Err(RunError::Rejected("as told".into())),
			"slow" | "prefill" => {
				let progress = match text.as_str() {
					"slow" => Progress::Token(""),
					_ => Progress::Prefill,
				};
				while observe(progress) {
					std::thread::sleep(Duration::from_millis(5));
				}
				return Err(RunError::Cancelled);
			}
			_ => {}
		}
		let mut tokens = Vec::new();
		for _ in text.bytes() {
			tokens.push(self.token);
			if !observe(Progress::Token("")) {
				return Err(RunError::Cancelled);
			}
		}
		drop(self.gate.blocking_lock());
		if text != "stubborn" && !observe(Progress::Token("")) {
			return Err(RunError::Cancelled);
		}
		let leaves = tokens.iter().map(|token| [*token as u8; 32]).collect();
		Ok(Output {
			tokens_in: 3,
			tokens,
			text,
			finish: Finish::Stop,
			leaves,
		})
	}
}

/// A worker at work.
pub struct Process {
	trigger: Trigger,
	task: JoinHandle<Result<(), Error>>,
}

/// The setup of worker key `n`.
pub fn setup(n: u8) -> Setup {
	Setup {
		key: key(n),
		genesis: GENESIS,
		provider: PROVIDER,
		model_name: "demo".into(),
		rules: Rules {
			model: 0,
			model_version: 1,
			min_price: Price::default(),
			max_input_tokens: u32::MAX,
			max_tokens: u32::MAX,
			worker: key(n).public(),
			peers: None,
		},
		claims: true,
		max_claim_validity: 100,
		block_time: Duration::from_secs(3),
		max_text: 65_536,
		keep: Duration::from_secs(3_600),
		drain_limit: Duration::from_secs(30),
	}
}

impl Process {
	pub fn start(chain: &Arc<Chain>, dir: &Path, script: &Script) -> Self {
		Self::start_with(chain, dir, script, setup(1))
	}

	pub fn start_with(chain: &Arc<Chain>, dir: &Path, script: &Script, setup: Setup) -> Self {
		let engine = Engine::start(script.clone(), None).unwrap();
		Self::start_engine(chain, dir, engine, setup)
	}

	pub fn start_engine(chain: &Arc<Chain>, dir: &Path, engine: Engine, setup: Setup) -> Self {
		let journal = Journal::open(dir, &GENESIS, &setup.key.public()).unwrap();
		let worker = Worker::new(Arc::new(Node(chain.clone())), journal, setup, engine).unwrap();
		let (trigger, shutdown) = Shutdown::manual();
		Self {
			trigger,
			task: tokio::spawn(worker.run(shutdown)),
		}
	}

	/// Ends it as `kill -9` would: nothing more runs, nothing is tidied up.
	pub async fn kill(self) {
		self.task.abort();
		assert!(self.task.await.unwrap_err().is_cancelled());
	}

	pub fn drain(&self) {
		self.trigger.set(Stage::Draining);
	}

	pub fn stop_now(&self) {
		self.trigger.set(Stage::Stopping);
	}

	pub async fn ended(self) -> Result<(), Error> {
		tokio::time::timeout(Duration::from_secs(40), self.task)
			.await
			.unwrap()
			.unwrap()
	}

	pub fn is_running(&self) -> bool {
		!self.task.is_finished()
	}
}

/// What was logged, by all tests of this program.
static LOG: OnceLock<Log> = OnceLock::new();

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
	fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
		self.0.lock().unwrap().extend(bytes);
		Ok(bytes.len())
	}

	fn flush(&mut self) -> std::io::Result<()> {
		Ok(())
	}
}

fn log() -> &'static Log {
	LOG.get_or_init(|| {
		let log = Log::default();
		let writer = log.clone();
		tracing_subscriber::fmt()
			.with_ansi(false)
			.with_writer(move || writer.clone())
			.init();
		log
	})
}

/// How many lines of the log have this in them. Look for a job that no other test has.
pub fn logged(what: &str) -> usize {
	let text = String::from_utf8(log().0.lock().unwrap().clone()).unwrap();
	text.lines().filter(|line| line.contains(what)).count()
}

/// What the journal of a stopped worker says about a job.
pub fn journalled(dir: &Path, job: JobId) -> Option<Record> {
	let journal = Journal::open(dir, &GENESIS, &key(1).public()).unwrap();
	journal.get(job).unwrap().map(|(_, state)| state)
}

/// Waits until something is so.
pub async fn until(what: &str, mut so: impl FnMut() -> bool) {
	let start = Instant::now();
	while !so() {
		assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
		tokio::time::sleep(Duration::from_millis(5)).await;
	}
}

/// Builds blocks until something is so, however slow this machine is.
pub async fn blocks_until(chain: &Chain, what: &str, mut so: impl FnMut() -> bool) {
	let start = Instant::now();
	while !so() {
		assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
		blocks(chain, 1).await;
	}
}

/// Time for a worker to do what it should not do.
pub async fn while_nothing_happens() {
	tokio::time::sleep(Duration::from_millis(150)).await;
}

/// Builds blocks, slowly enough for the worker to see each.
pub async fn blocks(chain: &Chain, count: u32) {
	for _ in 0..count {
		chain.block();
		tokio::time::sleep(Duration::from_millis(40)).await;
	}
}
