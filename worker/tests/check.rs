//! `check` and what `run` looks at before its first job, on a registry in memory.

use std::{path::Path, process::Command};

use athanor_primitives::{
	H256, ModelId, WorkerKey as PublicKey,
	eligibility::Attributes,
	model::{ModelHashes, PriceClass},
	price::{Price, PriceBounds},
};
use athanor_worker::{
	check::{self, Report, Status, Subject},
	error::Error,
	keys::WorkerKey,
	ledger::{AccountId, BlockRef, LedgerError},
	registry::{self, KeyEntry, Limits, ModelEntry, OfferEntry, ProviderEntry, Registry, hex_of},
};

const GENESIS: H256 = H256([9; 32]);
const PROVIDER: AccountId = AccountId { 0: [4; 32] };

#[derive(Clone)]
struct Fake {
	/// The version whose content the directory has.
	model: Option<ModelEntry>,
	key: Option<KeyEntry>,
	provider: Option<ProviderEntry>,
	offer: Option<OfferEntry>,
	/// How far the chain's clock is off, in seconds.
	skew: i64,
}

fn hashes(template: u8) -> ModelHashes {
	ModelHashes {
		weights: H256([1; 32]),
		tokenizer: H256([2; 32]),
		template: H256([template; 32]),
	}
}

impl Fake {
	fn in_order() -> Self {
		let model = ModelEntry {
			id: 3,
			name: "demo".into(),
			hashes: hashes(3),
			version: 1,
			newest: 1,
			price_class: PriceClass::Small,
			context_length: 512,
			retired: false,
			posts_until: None,
		};
		Self {
			model: Some(model),
			key: Some(KeyEntry {
				provider: PROVIDER,
				retired: false,
			}),
			provider: Some(ProviderEntry {
				bonded: 100,
				capacity: 110,
				committed: 40,
				keys: 2,
				chilled: false,
				paused_until: 0,
			}),
			offer: Some(OfferEntry {
				price: Price::flat(50),
				slots: 2,
				attributes: Attributes::default(),
			}),
			skew: 0,
		}
	}

	/// The same with another provider.
	fn provider(change: impl FnOnce(&mut ProviderEntry)) -> Self {
		let mut fake = Self::in_order();
		change(fake.provider.as_mut().unwrap());
		fake
	}

	/// The same with another version.
	fn version(change: impl FnOnce(&mut ModelEntry)) -> Self {
		let mut fake = Self::in_order();
		change(fake.model.as_mut().unwrap());
		fake
	}
}

impl Registry for Fake {
	async fn genesis(&self) -> Result<H256, LedgerError> {
		Ok(GENESIS)
	}

	async fn model(&self, id: ModelId) -> Result<Option<ModelEntry>, LedgerError> {
		Ok(self.model.clone().filter(|model| model.id == id))
	}

	async fn model_by_hashes(
		&self,
		hashes: &ModelHashes,
	) -> Result<Option<ModelEntry>, LedgerError> {
		Ok(self.model.clone().filter(|model| model.hashes == *hashes))
	}

	async fn key(&self, _key: &PublicKey) -> Result<Option<KeyEntry>, LedgerError> {
		Ok(self.key)
	}

	async fn provider(&self, _provider: &AccountId) -> Result<Option<ProviderEntry>, LedgerError> {
		Ok(self.provider)
	}

	async fn offer(
		&self,
		_model: ModelId,
		version: u32,
		_provider: &AccountId,
	) -> Result<Option<OfferEntry>, LedgerError> {
		let served = self.model.as_ref().map(|model| model.version);
		Ok(self.offer.filter(|_| served == Some(version)))
	}

	async fn bounds(&self, _class: PriceClass) -> Result<PriceBounds, LedgerError> {
		Ok(PriceBounds {
			floor: Price::flat(10),
			ceiling: Price::flat(90),
		})
	}

	async fn limits(&self) -> Result<Limits, LedgerError> {
		Ok(Limits {
			min_stake: 100,
			block_time: 3_000,
			max_text: 65_536,
			max_claim_validity: 100,
		})
	}

	async fn now(&self) -> Result<(BlockRef, u64), LedgerError> {
		let now = std::time::SystemTime::now()
			.duration_since(std::time::UNIX_EPOCH)
			.unwrap();
		let millis = (now.as_secs() as i64 + self.skew) * 1_000;
		Ok((
			BlockRef {
				number: 5,
				hash: H256([5; 32]),
			},
			millis as u64,
		))
	}
}

fn key() -> WorkerKey {
	WorkerKey::from_seed(&[1; 32])
}

/// The checks that did not end `ok`, with their remedies.
async fn complaints(fake: &Fake, change: impl FnOnce(&mut Subject<'_>)) -> Vec<(String, String)> {
	let key = key();
	let mut subject = Subject {
		url: "ws://here",
		key: Some(&key),
		key_file: "worker.key",
		dir: "models/demo",
		hashes: Some(hashes(3)),
		model: None,
		provider: None,
	};
	change(&mut subject);
	let mut report = Report::default();
	check::chain(&mut report, fake, &subject).await;
	let failed = report
		.checks
		.iter()
		.filter(|line| line.status == Status::Fail)
		.count();
	assert_eq!(failed, report.failures());
	every_failure_has_a_remedy(&report.to_json(), &report.to_text());
	report
		.checks
		.into_iter()
		.filter(|line| line.status != Status::Ok)
		.map(|line| {
			(
				line.name.to_owned(),
				line.detail + &line.remedy.unwrap_or_default(),
			)
		})
		.collect()
}

/// One check: how it ended, and what it says.
async fn line(fake: &Fake, name: &str) -> (Status, String) {
	let key = key();
	let subject = Subject {
		url: "ws://here",
		key: Some(&key),
		key_file: "worker.key",
		dir: "models/demo",
		hashes: Some(hashes(3)),
		model: None,
		provider: None,
	};
	let mut report = Report::default();
	check::chain(&mut report, fake, &subject).await;
	let mut lines = report.checks.into_iter();
	let found = lines.find(|line| line.name == name).unwrap();
	let remedy = found.remedy.unwrap_or_default();
	(found.status, found.detail + &remedy)
}

fn every_failure_has_a_remedy(json: &serde_json::Value, text: &str) {
	let lines = json["checks"].as_array().unwrap();
	let failed: Vec<_> = lines
		.iter()
		.filter(|line| line["status"] == "fail")
		.collect();
	for line in &failed {
		let remedy = line["remedy"].as_str().unwrap_or_default();
		assert!(!remedy.is_empty(), "{line}");
		assert!(text.contains(&format!("-> {remedy}\n")), "{text}");
	}
	let shown = text.lines().filter(|line| line.starts_with("fail "));
	assert_eq!(shown.count(), failed.len(), "{text}");
}

async fn only_complaint(fake: &Fake) -> (String, String) {
	let mut all = complaints(fake, |_| {}).await;
	assert_eq!(all.len(), 1, "{all:?}");
	all.remove(0)
}

#[tokio::test]
async fn nothing_is_wrong() {
	assert_eq!(complaints(&Fake::in_order(), |_| {}).await, []);
	assert_eq!(
		complaints(&Fake::in_order(), |subject| subject.model = Some(3)).await,
		[]
	);
	let named = |subject: &mut Subject<'_>| subject.provider = Some(PROVIDER);
	assert_eq!(complaints(&Fake::in_order(), named).await, []);
}

#[tokio::test]
async fn each_fault_is_found_and_has_a_remedy() {
	let good = Fake::in_order();

	for skew in [-60, 60] {
		let (name, text) = only_complaint(&Fake {
			skew,
			..good.clone()
		})
		.await;
		assert_eq!(name, "clock");
		assert!(text.contains("NTP"), "{text}");
	}

	let (name, text) = only_complaint(&Fake::provider(|provider| {
		provider.bonded = 99;
	}))
	.await;
	assert_eq!(name, "stake");
	assert!(text.contains("provider stake '1u'"), "{text}");

	let offer = Some(OfferEntry {
		price: Price {
			input: 50,
			output: 91,
		},
		slots: 2,
		attributes: Attributes::default(),
	});
	let (name, text) = only_complaint(&Fake {
		offer,
		..good.clone()
	})
	.await;
	assert_eq!(name, "price");
	assert!(text.contains("within the bounds"), "{text}");

	let all = complaints(
		&Fake {
			offer: None,
			..good.clone()
		},
		|_| {},
	)
	.await;
	let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
	assert_eq!(names, ["offer", "attributes", "price"]);
	assert!(all[0].1.contains("--model-version 1"), "{all:?}");

	let (name, text) = only_complaint(&Fake::provider(|provider| provider.keys = 1)).await;
	assert_eq!(name, "offer");
	assert!(
		text.contains("1 worker key") && text.contains("--slots 1"),
		"{text}"
	);

	let retired = Fake::version(|model| {
		model.retired = true;
		model.posts_until = Some(5);
	});
	let (name, text) = only_complaint(&retired).await;
	assert_eq!(name, "version");
	assert!(
		text.contains("retired") && text.contains("unoffer"),
		"{text}"
	);

	let (name, text) = only_complaint(&Fake::provider(|provider| provider.chilled = true)).await;
	assert_eq!(name, "standing");
	assert!(text.contains("athanor provider unchill"), "{text}");

	let removed = Fake {
		key: good.key.map(|key| KeyEntry {
			retired: true,
			..key
		}),
		..good.clone()
	};
	let (name, text) = only_complaint(&removed).await;
	assert_eq!(name, "key");
	assert!(
		text.contains("removed") && text.contains("keys new"),
		"{text}"
	);
}

#[tokio::test]
async fn a_version_that_is_not_the_newest_says_what_to_do_until_when() {
	let superseded = |until| {
		Fake::version(|model| {
			model.newest = 2;
			model.posts_until = Some(until);
		})
	};
	// The best block is 5, and a block takes 3 s.
	let (status, text) = line(&superseded(405), "version").await;
	assert_eq!(status, Status::Warn);
	for part in [
		"version 1 of model 3 is superseded by version 2",
		"until block 405, in about 20 min",
		"provider offer --model 3 --model-version 2",
		"provider unoffer --model 3 --model-version 1",
	] {
		assert!(text.contains(part), "{part}: {text}");
	}
	let (status, text) = line(&superseded(5), "version").await;
	assert_eq!(status, Status::Fail);
	assert!(
		text.contains("no new jobs for it have come since block 5"),
		"{text}"
	);
	let (status, text) = line(&Fake::in_order(), "version").await;
	assert_eq!(status, Status::Ok);
	assert!(text.contains("version 1, the newest"), "{text}");
}

#[tokio::test]
async fn a_provider_is_shown_with_its_cover_and_its_pause() {
	let (status, text) = line(&Fake::in_order(), "stake").await;
	assert_eq!(status, Status::Ok);
	for part in ["100u bonded", "40u of 110u cover jobs in hand"] {
		assert!(text.contains(part), "{part}: {text}");
	}
	let covered = Fake::provider(|provider| provider.committed = 109);
	assert_eq!(line(&covered, "stake").await.0, Status::Ok);
	let busy = Fake::provider(|provider| provider.committed = 110);
	let (status, text) = line(&busy, "stake").await;
	assert_eq!(status, Status::Warn);
	assert!(text.contains("provider stake"), "{text}");

	let paused = Fake::provider(|provider| provider.paused_until = 105);
	let (status, text) = line(&paused, "standing").await;
	assert_eq!(status, Status::Warn);
	assert!(
		text.contains("block 105") && text.contains("about 5 min"),
		"{text}"
	);
	let over = Fake::provider(|provider| provider.paused_until = 5);
	assert_eq!(line(&over, "standing").await.0, Status::Ok);
}

#[tokio::test]
async fn what_the_offer_states_is_shown() {
	let (status, text) = line(&Fake::in_order(), "attributes").await;
	assert_eq!(status, Status::Ok);
	assert!(
		text.contains("no region, no retention, no GPU memory"),
		"{text}"
	);
	let mut fake = Fake::in_order();
	fake.offer.as_mut().unwrap().attributes = Attributes {
		region: Some(*b"DE"),
		retention_hours: Some(24),
		gpu_memory_gib: 80,
	};
	let (_, text) = line(&fake, "attributes").await;
	assert!(
		text.contains("region DE, keeps data 24 h, GPUs of 80 GiB"),
		"{text}"
	);
}

#[tokio::test]
async fn an_unregistered_key_gets_the_command_to_register_it() {
	let fake = Fake {
		key: None,
		..Fake::in_order()
	};
	let all = complaints(&fake, |subject| subject.provider = Some(PROVIDER)).await;
	let expected = format!(
		"athanor provider keys add {} {}",
		hex_of(&key().public()),
		hex_of(&key().proof(&GENESIS, &PROVIDER.0))
	);
	assert_eq!(all.len(), 1, "{all:?}");
	assert!(all[0].1.contains(&expected), "{all:?}");

	let error = registry::provider_of(&fake, &key(), "worker.key", &GENESIS, Some(&PROVIDER))
		.await
		.unwrap_err();
	assert_eq!(error.exit_code(), 3);
	assert!(error.to_string().contains(&expected), "{error}");

	// Without the account there is nothing to prove: the way there is shown instead.
	let error = registry::provider_of(&fake, &key(), "worker.key", &GENESIS, None)
		.await
		.unwrap_err();
	assert!(
		error.to_string().contains("keys proof --key worker.key"),
		"{error}"
	);
}

#[tokio::test]
async fn a_key_of_another_provider_is_not_taken() {
	let other = AccountId { 0: [5; 32] };
	let error = registry::provider_of(&Fake::in_order(), &key(), "k", &GENESIS, Some(&other)).await;
	assert!(matches!(error, Err(Error::OtherProvider { .. })));
	let mut removed = Fake::in_order();
	removed.key.as_mut().unwrap().retired = true;
	let error = registry::provider_of(&removed, &key(), "k", &GENESIS, None).await;
	let error = error.unwrap_err();
	assert!(matches!(error, Error::RetiredKey { .. }), "{error}");
	assert_eq!(error.exit_code(), 3);
}

/// What a newer version has taken the place of is still the model that it was.
#[tokio::test]
async fn an_older_version_is_found_by_its_content() {
	let older = Fake::version(|model| {
		model.newest = 2;
		model.posts_until = Some(9);
	});
	for wanted in [None, Some(3)] {
		let found = registry::identify(&older, "dir", &hashes(3), wanted).await;
		let found = found.unwrap();
		assert_eq!((found.id, found.version, found.newest), (3, 1, 2));
	}
}

#[tokio::test]
async fn the_model_is_what_its_hashes_say() {
	let fake = Fake::in_order();
	let found = |hashes, wanted| {
		let fake = &fake;
		async move { registry::identify(fake, "dir", &hashes, wanted).await }
	};
	assert_eq!(found(hashes(3), None).await.unwrap().id, 3);
	assert_eq!(found(hashes(3), Some(3)).await.unwrap().id, 3);

	let error = found(hashes(4), Some(3)).await.unwrap_err();
	assert_eq!(error.exit_code(), 6);
	let text = error.to_string();
	assert!(text.contains("template hash is 0x0404") && text.contains("registered is 0x0303"));
	assert!(
		!text.contains("weights") && !text.contains("tokenizer"),
		"{text}"
	);

	assert_eq!(found(hashes(3), Some(8)).await.unwrap_err().exit_code(), 3);
	let error = found(hashes(4), None).await.unwrap_err();
	assert_eq!(error.exit_code(), 3);
	assert!(
		error.to_string().contains("athanor-worker describe dir"),
		"{error}"
	);
}

#[test]
fn the_report_says_ok_or_fail_for_people_and_programs() {
	let mut report = Report::default();
	let result: [Result<(), Error>; 2] = [Ok(()), Err(Error::Usage("bad".into()))];
	for (name, result) in ["files", "key"].into_iter().zip(result) {
		report.note(
			name,
			result,
			|()| "complete".into(),
			|_| "make it good".into(),
		);
	}
	assert_eq!(report.failures(), 1);
	let text = report.to_text();
	assert!(
		text.contains("ok    files") && text.contains("fail  key"),
		"{text}"
	);
	let json = report.to_json();
	assert_eq!(json["ok"], false);
	assert_eq!(json["checks"][1]["status"], "fail");
	every_failure_has_a_remedy(&json, &text);
}

#[tokio::test]
async fn every_way_to_miss_the_model_has_its_remedy() {
	let fake = Fake::in_order();
	let other = |subject: &mut Subject<'_>| subject.hashes = Some(hashes(4));
	let (name, text) = complaints(&fake, other).await.remove(0);
	assert_eq!(name, "model");
	assert!(text.contains("athanor-worker describe"), "{text}");
	let unknown = |subject: &mut Subject<'_>| subject.model = Some(8);
	let (_, text) = complaints(&fake, unknown).await.remove(0);
	assert!(text.contains("Give the right --model"), "{text}");
	let wrong = |subject: &mut Subject<'_>| {
		subject.hashes = Some(hashes(4));
		subject.model = Some(3);
	};
	let (_, text) = complaints(&fake, wrong).await.remove(0);
	assert!(text.contains("athanor model show 3"), "{text}");
}

/// Copies the bundled model, with other text in place of its chat template; without one for `None`.
fn demo(dir: &Path, template: Option<&str>) {
	let from = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/models/demo"));
	for file in ["config.json", "tokenizer.json", "model.safetensors"] {
		std::fs::copy(from.join(file), dir.join(file)).unwrap();
	}
	if let Some(text) = template {
		std::fs::write(dir.join("chat_template.jinja"), text).unwrap();
	}
}

/// What `check` says where there is no node: the exit code, and the printed report.
fn run_check(model: &Path, key: &Path, data: &Path, form: &str) -> (Option<i32>, String) {
	let output = Command::new(env!("CARGO_BIN_EXE_athanor-worker"))
		.args(["check", "--url", "ws://127.0.0.1:1", "--device", "cpu"])
		.args(["--model-dir".as_ref(), model.as_os_str()])
		.args(["--key".as_ref(), key.as_os_str()])
		.args(["--data-dir".as_ref(), data.as_os_str()])
		.args(["-o", form])
		.output()
		.unwrap();
	let text = String::from_utf8(output.stdout).unwrap();
	(output.status.code(), text)
}

fn status_of(json: &serde_json::Value, name: &str) -> (String, String) {
	let lines = json["checks"].as_array().unwrap();
	let line = lines.iter().find(|line| line["name"] == name).unwrap();
	let text = |field: &str| line[field].as_str().unwrap().to_owned();
	(text("status"), text("detail"))
}

#[test]
fn a_chat_template_that_fails_is_found() {
	let dir = tempfile::tempdir().unwrap();
	let (model, data) = (dir.path().join("model"), dir.path().join("data"));
	std::fs::create_dir(&model).unwrap();
	// It parses, and fails when it is rendered.
	demo(&model, Some("{{ raise_exception('say it with flowers') }}"));
	let key = dir.path().join("key");
	let (code, json) = run_check(&model, &key, &data, "json");
	assert_eq!(code, Some(1));
	let json: serde_json::Value = serde_json::from_str(&json).unwrap();
	let (status, detail) = status_of(&json, "engine");
	assert_eq!(status, "fail", "{detail}");
	assert!(detail.contains("say it with flowers"), "{detail}");

	// No key, no model, no data directory, no node: each with its remedy, in both forms.
	std::fs::write(&key, "").unwrap();
	std::fs::remove_file(model.join("tokenizer.json")).unwrap();
	let (_, json) = run_check(&model, &key, &key, "json");
	let json: serde_json::Value = serde_json::from_str(&json).unwrap();
	let (_, text) = run_check(&model, &key, &key, "text");
	for name in ["key-file", "data-dir", "files", "engine", "chain"] {
		assert_eq!(status_of(&json, name).0, "fail", "{name}: {json}");
	}
	every_failure_has_a_remedy(&json, &text);
}

#[test]
fn a_model_with_a_sound_chat_template_or_none_passes() {
	let sound = "{% for message in messages %}{{ message.content }}{% endfor %}";
	for template in [Some(sound), None] {
		let dir = tempfile::tempdir().unwrap();
		demo(dir.path(), template);
		let (key, data) = (dir.path().join("key"), dir.path().join("data"));
		let (_, json) = run_check(dir.path(), &key, &data, "json");
		let json: serde_json::Value = serde_json::from_str(&json).unwrap();
		let (status, detail) = status_of(&json, "engine");
		assert_eq!(status, "ok", "{detail}");
	}
}

#[test]
fn the_data_directory_is_tried() {
	let dir = tempfile::tempdir().unwrap();
	let mut report = Report::default();
	check::disk(&mut report, &dir.path().join("new"));
	let names: Vec<&str> = report.checks.iter().map(|line| line.name).collect();
	assert_eq!(names, ["data-dir", "disk"]);
	assert_eq!(report.checks[0].status, Status::Ok);
	assert!(
		dir.path().join("new").read_dir().unwrap().next().is_none(),
		"nothing is left behind"
	);

	let file = dir.path().join("file");
	std::fs::write(&file, b"").unwrap();
	let mut report = Report::default();
	check::disk(&mut report, &file);
	assert_eq!(report.checks[0].status, Status::Fail);
}
