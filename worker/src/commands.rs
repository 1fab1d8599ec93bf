//! What each command does.

use std::{path::Path, sync::Arc, time::Duration};

use athanor::Amount;
use athanor_primitives::{H256, price::Price};
use backon::{BackoffBuilder, ExponentialBuilder};
use serde::Serialize;
use tokio::{task::spawn_blocking, time};
use tracing::{info, warn};

use crate::{
	chain::Remote,
	check::{self, Report, Subject},
	cli::{CheckArgs, Command, KeysCommand, OutputFormat, ProofArgs, RunArgs, WorkerArgs},
	config, describe,
	error::Error,
	generate,
	journal::Journal,
	keys::WorkerKey,
	ledger::{AccountId, LedgerError},
	llm, metrics,
	registry::{self, Limits, ModelEntry, Registry, hex_of},
	run::{Setup, Worker, engine, rules::Rules},
	runner::Prompt,
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
		Command::Generate(args) => blocking(move || generate::generate(&args)).await,
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
	let WorkerArgs {
		chain,
		model_dir,
		model,
		key: key_file,
		provider,
		data_dir,
		device,
	} = args.worker;
	let mut report = Report::default();
	let key = report.note("key-file", WorkerKey::read(&key_file), |key| {
		format!("{} holds {}", key_file.display(), hex_of(&key.public()))
	});
	match data_dir.map_or_else(config::data_root, Ok) {
		Ok(dir) => check::disk(&mut report, &dir),
		Err(error) => drop(report.note::<()>("data-dir", Err(error), |()| String::new())),
	}
	let dir = model_dir.clone();
	let hashes = blocking(move || llm::hashes(&dir)).await;
	let hashes = report.note("files", hashes, |_| {
		format!("{} is complete", model_dir.display())
	});
	let dir = model_dir.clone();
	let tried = blocking(move || try_engine(&dir, device)).await;
	report.note("engine", tried, |device| {
		format!("the model loads and runs on {device}")
	});
	let subject = Subject {
		url: &chain.url,
		key: key.as_ref(),
		key_file: &key_file.display().to_string(),
		dir: &model_dir.display().to_string(),
		hashes,
		model,
		provider,
	};
	match Remote::connect(&chain.url).await {
		Ok(remote) => check::chain(&mut report, &remote, &subject).await,
		Err(error) => check::unreachable(&mut report, &chain.url, &error),
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

/// Loads the model and generates one token.
fn try_engine(dir: &Path, device: athanor_llm::DeviceChoice) -> Result<String, Error> {
	let engine = llm::Engine::load(dir, device)?;
	let prompt = Prompt {
		input: b"a".to_vec(),
		format: athanor_primitives::job::PromptFormat::Completion,
		sampler: athanor_primitives::job::Sampler::Greedy,
		seed: [0; 32],
		max_input_tokens: u32::MAX,
		max_output_tokens: 1,
	};
	engine.generate(&prompt, &mut |_, _| true)?;
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
	// Loaded first: of a damaged or unsupported model, that says what is wrong. Its hashes would only
	// say that the registry does not know it.
	let (loaded, hashes) = blocking(move || {
		let loaded = llm::Engine::load(&dir, device)?;
		Ok((loaded, llm::hashes(&dir)?))
	})
	.await?;
	let remote = connect(&args.worker.chain.url).await?;
	let genesis = remote.genesis().await?;
	let shown_dir = args.worker.model_dir.display().to_string();
	let model = registry::identify(&remote, &shown_dir, &hashes, args.worker.model).await?;
	info!(
		"{shown_dir} is model {} ({}): all hashes agree",
		model.id, model.name
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
	let setup = setup(args, key, genesis, provider, &model, &limits);
	Worker::new(Arc::new(remote), journal, setup, engine)
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
		block_time: Duration::from_millis(limits.block_time),
		max_text: usize::try_from(limits.max_text).unwrap_or(usize::MAX),
		keep: DAY.saturating_mul(args.keep_days),
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
	if !model.active {
		warn!("model {} is retired: it gets no new jobs", model.id);
	}
	let min = remote.limits().await?.min_stake;
	let stake = remote.stake(provider).await?.unwrap_or_default();
	if stake < min {
		warn!(
			"the provider has {} bonded and gets no job below {}",
			Amount(stake),
			Amount(min)
		);
	}
	let keys = remote.worker_count(provider).await?;
	match remote.offer(model.id, provider).await? {
		None => warn!(
			"the provider has no offer for model {}: no job will come. Publish one: `athanor provider offer --help`",
			model.id
		),
		Some(offer) if offer.slots > keys => warn!(
			"the offer has {} slots, and the provider {keys} worker key(s): a worker runs one job at a time, so jobs may wait past their deadline. Offer fewer slots, or start more workers",
			offer.slots
		),
		Some(_) => {}
	}
	Ok(())
}
