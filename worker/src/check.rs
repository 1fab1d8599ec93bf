//! `check`: is everything in place for `run`?

use std::{
	fs,
	path::Path,
	time::{SystemTime, UNIX_EPOCH},
};

use athanor::Amount;
use athanor_primitives::{H256, ModelId, model::ModelHashes, price::Price};
use serde::Serialize;

use crate::{
	error::Error,
	journal,
	keys::WorkerKey,
	ledger::{AccountId, LedgerError},
	registry::{
		Ending, KeyEntry, ModelEntry, OfferEntry, ProviderEntry, Registry, TooManySlots, about,
		attributes_text, ending, hex_of, identify, key_remedy, too_many_slots,
	},
};

/// Disk space below which a worker should not start, in bytes.
const MIN_DISK: u64 = 1 << 30;

/// By so many seconds the clock may differ from the newest block's time.
const MAX_SKEW: u64 = 30;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
	/// In order.
	Ok,
	/// In order for now; something has to be done about it, or waited for.
	Warn,
	/// Not in order; `run` would fail or get no jobs.
	Fail,
	/// Could not be looked at, because something before it failed.
	Skip,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
	/// What was looked at.
	pub name: &'static str,
	/// How it ended.
	pub status: Status,
	/// What was found.
	pub detail: String,
	/// What to do about it, if it is not in order.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub remedy: Option<String>,
}

/// All checks, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
	/// The checks.
	pub checks: Vec<Line>,
}

impl Report {
	fn ok(&mut self, name: &'static str, detail: impl Into<String>) {
		self.add(name, Status::Ok, detail.into(), None);
	}

	fn fail(&mut self, name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) {
		self.add(name, Status::Fail, detail.into(), Some(remedy.into()));
	}

	fn warn(&mut self, name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) {
		self.add(name, Status::Warn, detail.into(), Some(remedy.into()));
	}

	fn skip(&mut self, name: &'static str, because: &str) {
		self.add(
			name,
			Status::Skip,
			format!("not looked at: {because}"),
			None,
		);
	}

	fn add(&mut self, name: &'static str, status: Status, detail: String, remedy: Option<String>) {
		self.checks.push(Line {
			name,
			status,
			detail,
			remedy,
		});
	}

	/// Notes a result: what was found, or what is wrong and what to do about it.
	pub fn note<T, E: std::fmt::Display>(
		&mut self,
		name: &'static str,
		result: Result<T, E>,
		detail: impl FnOnce(&T) -> String,
		remedy: impl FnOnce(&E) -> String,
	) -> Option<T> {
		match result {
			Ok(value) => {
				self.ok(name, detail(&value));
				Some(value)
			}
			Err(error) => {
				self.fail(name, error.to_string(), remedy(&error));
				None
			}
		}
	}

	/// How many checks failed.
	pub fn failures(&self) -> usize {
		self.checks
			.iter()
			.filter(|line| line.status == Status::Fail)
			.count()
	}

	/// For people: one line for each check, and the remedy below those that are not in order.
	pub fn to_text(&self) -> String {
		let mut text = String::new();
		for Line {
			name,
			status,
			detail,
			remedy,
		} in &self.checks
		{
			let status = match status {
				Status::Ok => "ok",
				Status::Warn => "warn",
				Status::Fail => "fail",
				Status::Skip => "skip",
			};
			text += &format!("{status:<5} {name:<10} {detail}\n");
			if let Some(remedy) = remedy {
				text += &format!("{:16} -> {remedy}\n", "");
			}
		}
		text
	}

	/// For programs: `{"ok", "checks"}`.
	pub fn to_json(&self) -> serde_json::Value {
		serde_json::json!({ "ok": self.failures() == 0, "checks": self.checks })
	}
}

/// Looks at the data directory and its disk.
pub fn disk(report: &mut Report, dir: &Path) {
	let shown = dir.display();
	if let Err(error) = journal::prepare(dir).and_then(|_| try_write(dir)) {
		let remedy = format!(
			"Make {shown} a directory that this user can write to, or name another one with --data-dir"
		);
		report.fail("data-dir", error.to_string(), remedy);
		report.skip("disk", "the data directory cannot be used");
		return;
	}
	report.ok("data-dir", format!("{shown} is writable"));
	match rustix::fs::statvfs(dir) {
		Ok(stat) => {
			let free = stat.f_bavail.saturating_mul(stat.f_frsize);
			let detail = format!("{:.1} GiB free", free as f64 / f64::from(1 << 30));
			if free < MIN_DISK {
				report.fail("disk", detail, format!("Free at least 1 GiB for {shown}"));
			} else {
				report.ok("disk", detail);
			}
		}
		Err(error) => {
			let remedy = format!(
				"See for yourself that there is 1 GiB for {shown}, or name a directory on another disk with --data-dir"
			);
			let detail = format!("cannot ask for free space: {error}");
			report.fail("disk", detail, remedy);
		}
	}
}

fn try_write(dir: &Path) -> Result<(), journal::JournalError> {
	let failed = |source| journal::JournalError::Directory {
		dir: dir.to_owned(),
		source,
	};
	let path = dir.join(format!(".check-{}", std::process::id()));
	fs::write(&path, b"athanor").map_err(failed)?;
	fs::remove_file(&path).map_err(failed)
}

/// What the checks on the chain start from.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
	/// The node's address.
	pub url: &'a str,
	/// The worker key, if it could be read.
	pub key: Option<&'a WorkerKey>,
	/// Its file.
	pub key_file: &'a str,
	/// The model directory.
	pub dir: &'a str,
	/// Its hashes, if they could be computed.
	pub hashes: Option<ModelHashes>,
	/// The model that was asked for.
	pub model: Option<ModelId>,
	/// The provider that was named.
	pub provider: Option<AccountId>,
}

/// Names of the checks on the chain.
const ON_CHAIN: [&str; 9] = [
	"clock",
	"model",
	"version",
	"key",
	"stake",
	"standing",
	"offer",
	"attributes",
	"price",
];

/// Those of them that take a provider and its offer.
const OF_OFFER: [&str; 3] = ["offer", "attributes", "price"];

/// Looks at everything that is on the chain.
pub async fn chain<R: Registry>(report: &mut Report, registry: &R, subject: &Subject<'_>) {
	let genesis = match registry.genesis().await {
		Ok(genesis) => genesis,
		Err(error) => return unreachable(report, subject.url, &error),
	};
	report.ok(
		"chain",
		format!("{} answers, genesis hash {genesis:?}", subject.url),
	);
	if let Err(error) = on_chain(report, registry, subject, &genesis).await {
		report.fail(
			"chain",
			error.to_string(),
			"Look at the node's log, and try again",
		);
	}
}

/// Notes that no node can be asked.
pub fn unreachable(report: &mut Report, url: &str, error: &dyn std::fmt::Display) {
	let remedy = format!("Start a node, or give the address of one with --url (now {url})");
	report.fail("chain", error.to_string(), remedy);
	for name in ON_CHAIN {
		report.skip(name, "no node answers");
	}
}

async fn on_chain<R: Registry>(
	report: &mut Report,
	registry: &R,
	subject: &Subject<'_>,
	genesis: &H256,
) -> Result<(), LedgerError> {
	clock(report, registry).await?;
	let model = model(report, registry, subject).await?;
	let provider = provider(report, registry, subject, genesis).await?;
	let Some(provider) = provider else {
		for name in ["stake", "standing"].into_iter().chain(OF_OFFER) {
			report.skip(name, "the provider is not known");
		}
		return Ok(());
	};
	let entry = stake(report, registry, &provider).await?;
	match &entry {
		Some(entry) => standing(report, registry, entry).await?,
		None => report.skip("standing", "there is no such provider"),
	}
	match model {
		Some(model) => offer(report, registry, &model, &provider, entry.as_ref()).await,
		None => {
			for name in OF_OFFER {
				report.skip(name, "the model is not known");
			}
			Ok(())
		}
	}
}

async fn clock<R: Registry>(report: &mut Report, registry: &R) -> Result<(), LedgerError> {
	let (block, time) = registry.now().await?;
	let here = SystemTime::now()
		.duration_since(UNIX_EPOCH)
		.map_or(0, |time| time.as_secs());
	let there = time / 1_000;
	let skew = here.abs_diff(there);
	let side = if here >= there { "behind" } else { "ahead of" };
	let detail = format!(
		"block {} is {skew} s {side} this machine's clock",
		block.number
	);
	if skew <= MAX_SKEW {
		report.ok("clock", detail);
	} else {
		report.fail(
			"clock",
			detail,
			"Set the clock (for example with NTP), or wait until the node has caught up with the chain",
		);
	}
	Ok(())
}

async fn model<R: Registry>(
	report: &mut Report,
	registry: &R,
	subject: &Subject<'_>,
) -> Result<Option<ModelEntry>, LedgerError> {
	let Some(hashes) = &subject.hashes else {
		for name in ["model", "version"] {
			report.skip(name, "the model directory cannot be read");
		}
		return Ok(None);
	};
	let entry = match identify(registry, subject.dir, hashes, subject.model).await {
		Ok(entry) => entry,
		Err(Error::Ledger(error)) => return Err(error),
		Err(error) => {
			report.fail(
				"model",
				error.to_string(),
				model_remedy(&error, subject.dir),
			);
			report.skip("version", "the model is not known");
			return Ok(None);
		}
	};
	let detail = format!(
		"{} is model {} ({}), all hashes agree",
		subject.dir, entry.id, entry.name
	);
	report.ok("model", detail);
	version(report, registry, &entry).await?;
	Ok(Some(entry))
}

async fn version<R: Registry>(
	report: &mut Report,
	registry: &R,
	model: &ModelEntry,
) -> Result<(), LedgerError> {
	let (block, _) = registry.now().await?;
	let block_time = registry.limits().await?.block_time;
	match ending(model, block.number, block_time) {
		None => report.ok(
			"version",
			format!(
				"version {}, the newest of model {}",
				model.version, model.id
			),
		),
		Some(Ending {
			detail,
			remedy,
			open: true,
		}) => report.warn("version", detail, remedy),
		Some(Ending { detail, remedy, .. }) => report.fail("version", detail, remedy),
	}
	Ok(())
}

fn model_remedy(error: &Error, dir: &str) -> String {
	match error {
		Error::UnknownModel(_) => {
			"Give the right --model; without it the model is found by its hashes".into()
		}
		Error::WrongModel(mismatch) => format!(
			"Download the version that `athanor model show {}` names into {dir}, or give the right --model",
			mismatch.model
		),
		_ => format!(
			"Give the --model-dir of a registered model; or register this one: `athanor-worker describe {dir} > model.json`, then, as its author, `athanor model register --from-json model.json`"
		),
	}
}

async fn provider<R: Registry>(
	report: &mut Report,
	registry: &R,
	subject: &Subject<'_>,
	genesis: &H256,
) -> Result<Option<AccountId>, LedgerError> {
	let Some(key) = subject.key else {
		report.skip("key", "the key file cannot be read");
		return Ok(subject.provider);
	};
	let public = hex_of(&key.public());
	let found = registry.key(&key.public()).await?;
	if let Some(KeyEntry {
		provider,
		retired: true,
	}) = found
	{
		let detail = format!("{public} was removed by {provider}, and cannot sign any more");
		let remedy = "Make a new key with `athanor-worker keys new`, and register it as the provider: `athanor-worker keys proof --help`";
		report.fail("key", detail, remedy);
		return Ok(Some(provider));
	}
	match found.map(|found| found.provider) {
		Some(found) if subject.provider.is_none_or(|wanted| wanted == found) => {
			report.ok("key", format!("{public} is a worker of {found}"));
			Ok(Some(found))
		}
		Some(found) => {
			let detail = format!("{public} is a worker of {found}");
			report.fail("key", detail, "Give the right --provider or --key");
			Ok(Some(found))
		}
		None => {
			let remedy = key_remedy(key, subject.key_file, genesis, subject.provider.as_ref());
			report.fail(
				"key",
				format!("{public} is registered for no provider"),
				remedy,
			);
			Ok(subject.provider)
		}
	}
}

async fn stake<R: Registry>(
	report: &mut Report,
	registry: &R,
	provider: &AccountId,
) -> Result<Option<ProviderEntry>, LedgerError> {
	let min = registry.limits().await?.min_stake;
	let found = registry.provider(provider).await?;
	let Some(entry) = &found else {
		let remedy = format!(
			"As {provider}, run: athanor provider register --stake '{}'",
			Amount(min)
		);
		report.fail("stake", format!("{provider} is no provider"), remedy);
		return Ok(None);
	};
	let detail = format!(
		"{} bonded, {} needed; {} of {} cover jobs in hand",
		Amount(entry.bonded),
		Amount(min),
		Amount(entry.committed),
		Amount(entry.capacity)
	);
	if entry.bonded < min {
		let missing = Amount(min.saturating_sub(entry.bonded));
		let remedy = format!("As the provider, run: athanor provider stake '{missing}'");
		report.fail("stake", detail, remedy);
	} else if entry.committed >= entry.capacity {
		report.warn(
			"stake",
			format!("{detail}: nothing is left to cover another job"),
			"New jobs come when some are done; or as the provider, run: athanor provider stake AMOUNT",
		);
	} else {
		report.ok("stake", detail);
	}
	Ok(found)
}

/// Whether anything but stake keeps work away.
async fn standing<R: Registry>(
	report: &mut Report,
	registry: &R,
	entry: &ProviderEntry,
) -> Result<(), LedgerError> {
	let (block, _) = registry.now().await?;
	if entry.chilled {
		report.fail(
			"standing",
			"the provider is chilled: it gets no new jobs",
			"As the provider, run: athanor provider unchill",
		);
		return Ok(());
	}
	let left = entry.paused_until.saturating_sub(block.number);
	if left == 0 {
		report.ok("standing", "the provider is neither chilled nor paused");
		return Ok(());
	}
	let block_time = registry.limits().await?.block_time;
	let time = about(left, block_time);
	report.warn(
		"standing",
		format!(
			"the provider is paused until block {} after a missed deadline, for about {time}",
			entry.paused_until
		),
		"Jobs come again by themselves then. See in the worker's log why the deadline was missed; offer fewer slots if there are more than workers",
	);
	Ok(())
}

async fn offer<R: Registry>(
	report: &mut Report,
	registry: &R,
	model: &ModelEntry,
	provider: &AccountId,
	entry: Option<&ProviderEntry>,
) -> Result<(), LedgerError> {
	let (id, version) = (model.id, model.version);
	let Some(offer) = registry.offer(id, version, provider).await? else {
		let remedy = format!(
			"Without it no job comes. As the provider, run: athanor provider offer --model {id} --model-version {version} --price-in PRICE --price-out PRICE --slots 1"
		);
		report.fail(
			"offer",
			format!("there is no offer for version {version} of model {id}"),
			remedy,
		);
		for name in ["attributes", "price"] {
			report.skip(name, "there is no offer");
		}
		return Ok(());
	};
	// A provider without any key is told so by the check of the key.
	let keys = entry.map_or(1, |entry| entry.keys.max(1));
	let found = format!(
		"{} slot(s) for version {version} of model {id}",
		offer.slots
	);
	match too_many_slots(offer.slots, keys) {
		None => report.ok("offer", found),
		Some(TooManySlots { detail, remedy }) => {
			report.fail("offer", format!("{found}: {detail}"), remedy);
		}
	}
	report.ok(
		"attributes",
		format!(
			"the offer states {}; jobs that ask for more pass by, and `athanor provider offer --help` says how to state it",
			attributes_text(&offer.attributes)
		),
	);
	price(report, registry, model, &offer).await
}

async fn price<R: Registry>(
	report: &mut Report,
	registry: &R,
	model: &ModelEntry,
	offer: &OfferEntry,
) -> Result<(), LedgerError> {
	let bounds = registry.bounds(model.price_class).await?;
	let show = |price: &Price| format!("{} / {}", Amount(price.input), Amount(price.output));
	let detail = format!(
		"{} per token in / out; bounds now {} to {}",
		show(&offer.price),
		show(&bounds.floor),
		show(&bounds.ceiling)
	);
	// While the price of the class is higher, the offer works for that.
	if offer.price.within(&bounds.ceiling) {
		report.ok("price", detail);
	} else {
		report.fail(
			"price",
			detail,
			format!(
				"The offer gets no job. As the provider, run: athanor provider offer --model {} --model-version {} --slots {} with --price-in and --price-out within the bounds",
				model.id, model.version, offer.slots
			),
		);
	}
	Ok(())
}
