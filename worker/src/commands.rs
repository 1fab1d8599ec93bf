//! What each command does.

use std::{
	panic::{AssertUnwindSafe, catch_unwind},
	path::{Path, PathBuf},
	sync::Arc,
	time::{Duration, Instant},
};

use athanor::Amount;
use athanor_llm::{DeviceChoice, LoadOptions, device::Kind, template::ChatTemplate};
use athanor_primitives::{
	H256,
	job::{PromptFormat, Sampler},
	model::ModelHashes,
	price::Price,
};
use backon::{BackoffBuilder, ExponentialBuilder};
use serde::Serialize;
use tokio::{task::spawn_blocking, time};
use tracing::{info, warn};

use crate::{
	bench,
	chain::Remote,
	check::{self, Report, Subject},
	cli::{CheckArgs, Command, KeysCommand, OutputFormat, ProofArgs, RunArgs},
	config, describe,
	error::{self, Error},
	generate, inspect,
	journal::Journal,
	keys::WorkerKey,
	ledger::{AccountId, LedgerError},
	llm, metrics,
	registry::{self, Limits, ModelEntry, Registry, TooManySlots, ending, hex_of, too_many_slots},
	run::{DRAIN_LIMIT, Setup, Worker, engine, rules::Rules},
	runner::{Progress, Prompt, RunError},
	shutdown::Shutdown,
};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Does what a command asks for.
///
/// # Errors
/// Whatever keeps it from being done.
pub async fn dispatch(command: Command) -> Result<(), Error> {
	match command {
		Command::Run(args) => run(args).await,
		Command::Check(args) => check(args).await,
		Command::Describe(args) => print_json(&blocking(move || describe::describe(&args)).await?),
		Command::Generate(args) => {
			on_device(args.model.device, move || generate::generate(&args)).await
		}
		Command::Eval(args) => on_device(args.model.device, move || inspect::eval(&args)).await,
		Command::Template(args) => blocking(move || inspect::template(&args)).await,
		Command::Bench(args) => on_device(args.model.device, move || bench::bench(&args)).await,
		Command::Synth(args) => blocking(move || bench::synth(&args)).await,
		Command::Keys(KeysCommand::New { out, output }) => {
			show_key(&WorkerKey::create(&out)?, output)
		}
		Command::Keys(KeysCommand::Show { file, output }) => {
			show_key(&WorkerKey::read(&file)?, output)
		}
		Command::Keys(KeysCommand::Proof(args)) => proof(args).await,
	}
}

/// Runs work that takes long on a thread where it holds nobody up.
async fn blocking<T: Send + 'static>(
	work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
	spawn_blocking(work)
		.await
		.map_err(|error| Error::Internal(error.to_string()))?
}

/// The same for work on a device. A GPU whose memory is full makes its backend panic.
async fn on_device<T: Send + 'static>(
	device: DeviceChoice,
	work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
	if !may_be_gpu(device) {
		return blocking(work).await;
	}
	blocking(|| {
		catch_unwind(AssertUnwindSafe(work))
			.unwrap_or_else(|panic| Err(Error::Device(engine::message(panic.as_ref()))))
	})
	.await
}

fn may_be_gpu(device: DeviceChoice) -> bool {
	match device {
		DeviceChoice::Only(kind, _) => kind != Kind::Cpu,
		DeviceChoice::Auto => Kind::Cuda.compiled_in() || Kind::Vulkan.compiled_in(),
	}
}

fn print_json(value: &impl Serialize) -> Result<(), Error> {
	let json =
		serde_json::to_string_pretty(value).map_err(|error| Error::Internal(error.to_string()))?;
	println!("{json}");
	Ok(())
}

fn show_key(key: &WorkerKey, output: OutputFormat) -> Result<(), Error> {
	let public = hex_of(&key.public());
	match output {
		OutputFormat::Text => println!("{public}"),
		OutputFormat::Json => print_json(&serde_json::json!({ "key": public }))?,
	}
	Ok(())
}

async fn proof(args: ProofArgs) -> Result<(), Error> {
	let key = WorkerKey::read(&args.key)?;
	let genesis = match args.genesis {
		Some(genesis) => genesis,
		None => Remote::connect(&args.chain.url).await?.genesis().await?,
	};
	let public = hex_of(&key.public());
	let proof = hex_of(&key.proof(&genesis, &args.provider.0));
	match args.output {
		OutputFormat::Text => {
			println!("key:   {public}\nproof: {proof}\n");
			println!(
				"As {}, run:\nathanor provider keys add {public} {proof}",
				args.provider
			);
		}
		OutputFormat::Json => print_json(&serde_json::json!({
			"key": public,
			"proof": proof,
			"provider": args.provider.to_string(),
			"genesis": format!("{genesis:?}"),
		}))?,
	}
	Ok(())
}

async fn check(args: CheckArgs) -> Result<(), Error> {
	let worker = args.worker;
	let mut report = Report::default();
	let key = check_key(&mut report, &worker.key);
	check_data_dir(&mut report, worker.data_dir);
	let hashes = check_model(&mut report, &worker.model_dir, worker.device).await;
	let subject = Subject {
		url: &worker.chain.url,
		key: key.as_ref(),
		key_file: &worker.key.display().to_string(),
		dir: &worker.model_dir.display().to_string(),
		hashes,
		model: worker.model,
		provider: worker.provider,
	};
	match Remote::connect(subject.url).await {
		Ok(remote) => check::chain(&mut report, &remote, &subject).await,
		Err(error) => check::unreachable(&mut report, subject.url, &error),
	}
	match args.output {
		OutputFormat::Text => print!("{}", report.to_text()),
		OutputFormat::Json => print_json(&report.to_json())?,
	}
	match report.failures() {
		0 => Ok(()),
		failures => Err(Error::ChecksFailed(failures)),
	}
}

fn check_key(report: &mut Report, file: &Path) -> Option<WorkerKey> {
	report.note(
		"key-file",
		WorkerKey::read(file),
		|key| format!("{} holds {}", file.display(), hex_of(&key.public())),
		|_| {
			"Give the file of a worker key with --key; only its owner may be able to use it. `athanor-worker keys new --out FILE` makes one".into()
		},
	)
}

fn check_data_dir(report: &mut Report, given: Option<PathBuf>) {
	match given.map_or_else(config::data_root, Ok) {
		Ok(dir) => check::disk(report, &dir),
		Err(error) => {
			report.note::<(), _>(
				"data-dir",
				Err(error),
				|()| String::new(),
				|_| "Name a directory that this user can write to with --data-dir".into(),
			);
		}
	}
}

async fn check_model(report: &mut Report, dir: &Path, device: DeviceChoice) -> Option<ModelHashes> {
	let (shown, owned) = (dir.display(), dir.to_owned());
	let hashes = blocking(move || llm::hashes(&owned)).await;
	let hashes = report.note(
		"files",
		hashes,
		|_| format!("{shown} is complete"),
		|_| format!("Download the model into {shown} again, or give the right --model-dir"),
	);
	let owned = dir.to_owned();
	let tried = on_device(device, move || try_engine(&owned, device)).await;
	report.note(
		"engine",
		tried,
		|device| format!("the model loads and runs on {device}"),
		|error| engine_remedy(error, dir),
	);
	hashes
}

fn engine_remedy(error: &Error, dir: &Path) -> String {
	let shown = dir.display();
	match error {
		Error::Run(RunError::Rejected(_)) => format!(
			"Jobs of this kind would all be rejected: serve another model, or one whose chat template can be rendered instead of that in {shown}"
		),
		Error::Engine(athanor_llm::Error::DeviceUnavailable { .. }) => {
			"Name another --device; `cpu` always works".into()
		}
		error if error.exit_code() == error::USAGE => {
			format!("Download the model into {shown} again, or serve one that is supported")
		}
		_ => "Look at the driver of the device and at its memory, or use --device cpu".into(),
	}
}

/// Loads the model and generates a token for each form of prompt that it takes.
fn try_engine(dir: &Path, device: DeviceChoice) -> Result<String, Error> {
	let engine = llm::Engine::load_with(dir, device, LoadOptions::default())?;
	let mut formats = vec![PromptFormat::Completion];
	if ChatTemplate::from_dir(dir)?.is_some() {
		formats.push(PromptFormat::Chat);
	}
	for format in formats {
		let prompt = Prompt {
			input: b"a".to_vec(),
			format,
			sampler: Sampler::Greedy,
			seed: [0; 32],
			max_input_tokens: u32::MAX,
			max_output_tokens: 1,
		};
		engine.generate(&prompt, &mut |_| true)?;
	}
	Ok(engine.device().to_owned())
}

async fn run(args: RunArgs) -> Result<(), Error> {
	let mut shutdown = Shutdown::on_signals().map_err(|source| Error::Io {
		action: "catch signals".into(),
		source,
	})?;
	let ready = tokio::select! {
		ready = start(args) => ready?,
		_ = shutdown.changed() => {
			info!("stopped before the first job");
			return Ok(());
		},
	};
	ready.run(shutdown).await
}

/// Everything that comes before the first job.
async fn start(args: RunArgs) -> Result<Worker<Remote>, Error> {
	let key = WorkerKey::read(&args.worker.key)?;
	if let Some(address) = args.metrics {
		metrics::serve(address)?;
		info!("metrics on http://{address}/metrics");
	}
	let (dir, device) = (args.worker.model_dir.clone(), args.worker.device);
	info!("loading and verifying {}", dir.display());
	let measured = !args.no_claim;
	// Loaded first: of a damaged or unsupported model, that says what is wrong. Its hashes would only
	// say that the registry does not know it.
	let (loaded, hashes, probe) = on_device(device, move || {
		let loaded = llm::Engine::load_with(&dir, device, LoadOptions::default())?;
		let probe = if measured { probe(&loaded)? } else { None };
		Ok((loaded, llm::hashes(&dir)?, probe))
	})
	.await?;
	let remote = connect(&args.worker.chain.url).await?;
	let genesis = remote.genesis().await?;
	let shown_dir = args.worker.model_dir.display().to_string();
	let model = registry::identify(&remote, &shown_dir, &hashes, args.worker.model).await?;
	info!(
		"{shown_dir} is version {} of model {} ({}): all hashes agree",
		model.version, model.id, model.name
	);
	let key_file = args.worker.key.display().to_string();
	let wanted = args.worker.provider.as_ref();
	let provider = registry::provider_of(&remote, &key, &key_file, &genesis, wanted).await?;
	warn_early(&remote, &model, &provider).await?;
	let limits = remote.limits().await?;

	let journal = open_journal(&args, &genesis, &key)?;
	info!(
		"model {} ({}) runs on {}",
		model.id,
		model.name,
		loaded.device()
	);
	let public = hex_of(&key.public());
	metrics::up(model.id, &provider.to_string(), &public, loaded.device());
	info!("worker {public} of provider {provider}");
	let engine = engine::Engine::start(loaded, args.throttle).map_err(|source| Error::Io {
		action: "start the inference thread".into(),
		source,
	})?;
	if let Some(probe) = probe {
		probe.teach(&engine, args.throttle);
	}
	let setup = setup(args, key, genesis, provider, &model, &limits);
	Worker::new(Arc::new(remote), journal, setup, engine)
}

/// Tokens of the prompt with which the engine's speed is measured, at least.
const PROBE_PROMPT: usize = 64;

/// Tokens that are generated for that.
const PROBE_OUTPUT: u32 = 16;

/// What a first run says about the engine's speed.
struct Probe {
	prompt: u32,
	first: Duration,
	others: u32,
	rest: Duration,
}

/// Runs the engine once, so that what it claims first is done in time as well. `None` if the model has no
/// room for such a prompt.
fn probe(engine: &llm::Engine) -> Result<Option<Probe>, Error> {
	let prompt = Prompt {
		input: b"a b c d ".repeat(PROBE_PROMPT / 4),
		format: PromptFormat::Completion,
		sampler: Sampler::Greedy,
		seed: [0; 32],
		max_input_tokens: u32::MAX,
		max_output_tokens: PROBE_OUTPUT,
	};
	let (started, mut first, mut tokens) = (Instant::now(), None, 0_u32);
	let result = engine.generate(&prompt, &mut |progress| {
		if let Progress::Token(_) = progress {
			first.get_or_insert_with(|| started.elapsed());
			tokens = tokens.saturating_add(1);
		}
		true
	});
	let output = match result {
		Err(RunError::Rejected(_)) => return Ok(None),
		result => result?,
	};
	let first = first.unwrap_or_else(|| started.elapsed());
	Ok(Some(Probe {
		prompt: output.tokens_in,
		first,
		others: tokens.saturating_sub(1),
		rest: started.elapsed().saturating_sub(first),
	}))
}

impl Probe {
	/// Tells the engine. A throttle holds back what the device could do.
	fn teach(&self, engine: &engine::Engine, throttle: Option<f64>) {
		let held_back = throttle
			.and_then(|rate| Duration::try_from_secs_f64(f64::from(self.others) / rate).ok())
			.unwrap_or_default();
		let rest = self.rest.max(held_back);
		engine
			.speed()
			.observe(self.prompt, self.first, self.others, rest);
	}
}

fn setup(
	args: RunArgs,
	key: WorkerKey,
	genesis: H256,
	provider: AccountId,
	model: &ModelEntry,
	limits: &Limits,
) -> Setup {
	let worker = key.public();
	let mut peers = args.peers;
	peers.push(worker);
	let rules = Rules {
		model: model.id,
		model_version: model.version,
		min_price: Price {
			input: args.min_price_in.0,
			output: args.min_price_out.0,
		},
		max_input_tokens: args.max_input_tokens.unwrap_or(u32::MAX),
		max_tokens: args.max_tokens.unwrap_or(u32::MAX),
		worker,
		peers: (peers.len() > 1).then_some(peers),
	};
	Setup {
		key,
		genesis,
		provider,
		model_name: model.name.clone(),
		rules,
		claims: !args.no_claim,
		max_claim_validity: limits.max_claim_validity,
		block_time: Duration::from_millis(limits.block_time),
		max_text: usize::try_from(limits.max_text).unwrap_or(usize::MAX),
		keep: DAY.saturating_mul(args.keep_days),
		drain_limit: DRAIN_LIMIT,
	}
}

fn open_journal(args: &RunArgs, genesis: &H256, key: &WorkerKey) -> Result<Journal, Error> {
	let worker = key.public();
	let dir = match &args.worker.data_dir {
		Some(dir) => dir.clone(),
		None => config::data_dir(&config::data_root()?, genesis, &worker),
	};
	Ok(Journal::open(&dir, genesis, &worker)?)
}

/// Connects, however long it takes. What waiting cannot mend ends it.
async fn connect(url: &str) -> Result<Remote, Error> {
	let mut delays = ExponentialBuilder::default()
		.with_min_delay(Duration::from_millis(500))
		.with_max_delay(Duration::from_secs(30))
		.with_jitter()
		.without_max_times()
		.build();
	loop {
		let error = match Remote::connect(url).await {
			Ok(remote) => return Ok(remote),
			Err(
				error @ (athanor::Error::Unreachable { .. }
				| athanor::Error::Node(_)
				| athanor::Error::TimedOut { .. }),
			) => error,
			Err(error) => return Err(error.into()),
		};
		let delay = delays.next().unwrap_or(DAY);
		warn!("{error}. Trying again in {:.1} s", delay.as_secs_f32());
		time::sleep(delay).await;
	}
}

/// Says what will keep jobs away, or make the provider lose some.
async fn warn_early(
	remote: &Remote,
	model: &ModelEntry,
	provider: &AccountId,
) -> Result<(), LedgerError> {
	let (limits, (block, _)) = (remote.limits().await?, remote.now().await?);
	if let Some(ending) = ending(model, block.number, limits.block_time) {
		warn!("{}. {}", ending.detail, ending.remedy);
	}
	let found = remote.provider(provider).await?;
	let bonded = found.map_or(0, |found| found.bonded);
	if bonded < limits.min_stake {
		warn!(
			"the provider has {} bonded and gets no job below {}",
			Amount(bonded),
			Amount(limits.min_stake)
		);
	}
	if found.is_some_and(|found| found.chilled) {
		warn!(
			"the provider is chilled: no job will come. As the provider, run: athanor provider unchill"
		);
	}
	let Some(offer) = remote.offer(model.id, model.version, provider).await? else {
		warn!(
			"the provider has no offer for version {} of model {}: no job will come. Publish one: `athanor provider offer --help`",
			model.version, model.id
		);
		return Ok(());
	};
	let keys = found.map_or(0, |found| found.keys);
	if let Some(TooManySlots { detail, remedy }) = too_many_slots(offer.slots, keys) {
		warn!("{detail}. {remedy}");
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn a_gpu_that_gives_up_is_no_bug_and_has_a_remedy() {
		let gpu = DeviceChoice::Only(Kind::Cuda, 0);
		let error = on_device::<()>(gpu, || panic!("out of memory")).await;
		let error = error.unwrap_err();
		let text = error.to_string();
		assert!(matches!(error, Error::Device(_)), "{text}");
		assert!(
			text.contains("out of memory") && text.contains("--device cpu"),
			"{text}"
		);

		let cpu = DeviceChoice::Only(Kind::Cpu, 0);
		let error = on_device::<()>(cpu, || panic!("index out of bounds")).await;
		assert!(matches!(error, Err(Error::Internal(_))));
		assert_eq!(on_device(gpu, || Ok(7)).await.unwrap(), 7);
	}

	#[test]
	fn the_remedy_fits_what_is_wrong_with_the_engine() {
		let remedy = |error: Error| engine_remedy(&error, Path::new("models/demo"));
		let failed = remedy(RunError::Failed("it panicked".into()).into());
		assert!(failed.contains("--device cpu"), "{failed}");
		let rejected = remedy(RunError::Rejected("no system role".into()).into());
		assert!(rejected.contains("template"), "{rejected}");
		let device = athanor_llm::Error::DeviceUnavailable {
			device: "cuda:7".into(),
			reason: "the machine has 1".into(),
		};
		let device = remedy(device.into());
		assert!(device.contains("--device"), "{device}");
		let missing = athanor_llm::Error::NoWeights { dir: "d".into() };
		let missing = remedy(missing.into());
		assert!(missing.contains("Download"), "{missing}");
	}
}
