//! From an empty chain to a job that is done, paid for and verified, by the documented commands.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use athanor::{At, Chain, chain::StoredReceipt};
use athanor_e2e::{
	Lab, Node, NodeOptions, Worker, WorkerOptions, binaries,
	command::{self, Cli, Finished},
	dev_account, ledger,
	model::{self, Answer},
	seconds, test,
};
use serde_json::Value;

const PROMPT: &str = "Once upon a time";

/// Most tokens of each job.
const TOKENS: u32 = 32;

/// The author's share: in percent, and in parts per million.
const ROYALTY: (&str, u32) = ("7", 70_000);

/// What Bob stakes, and what Eve delegates to him, in ATH.
const STAKE: &str = "200";

/// What operators' dashboards look for.
const METRICS: [&str; 9] = [
	"time_to_first_token_seconds",
	"inter_token_latency_seconds",
	"e2e_request_latency_seconds",
	"prompt_tokens_total",
	"generation_tokens_total",
	"jobs_total",
	"jobs_running",
	"receipts_submitted_total",
	"chain_best_block",
];

#[test]
fn the_documented_commands_lead_to_a_verified_job() {
	test("happy-path", async |lab| {
		let mut node = Node::start(&lab, NodeOptions::dev()).await?;
		let cli = Cli::new(&lab, &node)?;
		let dir = binaries::model()?;
		let worker = become_provider(&lab, &cli, &node, &dir).await?;
		let before = ledger::snapshot(&node).await?;
		let bob = dev_account("Bob")?.to_string();
		let delegate = ["provider", "delegate", &bob, STAKE];
		cli.run("Eve", &delegate).await?.ok()?;

		let greedy = model::generate(&lab, &dir, PROMPT, TOKENS, &["--greedy"]).await?;
		ensure!(
			!greedy.tokens.is_empty(),
			"the model has nothing to say to {PROMPT:?}"
		);
		let tokens = TOKENS.to_string();
		let job = [
			"job",
			"post",
			"--model",
			"0",
			"--prompt",
			PROMPT,
			"--max-tokens",
			&tokens,
		];
		let sampled = ["--provider", &bob, "--temperature", "0.8", "--top-k", "40"];
		let (greedy_args, sampled_args) = (
			[&job[..], &["--greedy", "--wait"]].concat(),
			[&job[..], &sampled, &["--wait"]].concat(),
		);
		let (first, second) = futures::try_join!(
			cli.run("Alice", &greedy_args),
			cli.run("Dave", &sampled_args)
		)?;
		let (first, second) = (paid(first)?, paid(second)?);

		let stored = receipt(node.chain(), first).await?;
		is(&stored, &greedy)?;
		let stored = receipt(node.chain(), second).await?;
		is(
			&stored,
			&sampled_here(&lab, node.chain(), &dir, second).await?,
		)?;
		for (requester, job) in [("Alice", first), ("Dave", second)] {
			is_paid_fairly(node.chain(), job, requester).await?;
			is_verified(&cli, &mut node, &dir, job).await?;
		}
		income_is_claimed(&cli, node.chain(), &[first, second]).await?;
		metrics_are_served(&worker, node.chain(), &[first, second]).await?;
		ledger::audit(&node, &before).await?;
		Ok(())
	});
}

/// Registers model and provider, and starts a worker.
async fn become_provider(lab: &Lab, cli: &Cli, node: &Node, dir: &Path) -> Result<Worker> {
	let program = binaries::worker()?;
	let key = lab.dir().join("bob.worker-key");
	let (key_arg, dir_arg) = (path(&key)?, path(dir)?);
	let model_json = lab.dir().join("model.json");
	let described = command::run(
		lab,
		&program,
		&["describe", dir_arg, "--royalty", ROYALTY.0],
	)
	.await?
	.ok()?;
	fs::write(&model_json, described.stdout)?;
	command::run(lab, &program, &["keys", "new", "--out", key_arg])
		.await?
		.ok()?;

	let url = node.url();
	let data = lab.folder("bob-check")?;
	let bob = dev_account("Bob")?.to_string();
	let mut check = vec![
		"check",
		"--url",
		&url,
		"--model-dir",
		dir_arg,
		"--key",
		key_arg,
	];
	check.extend(["--data-dir", path(&data)?, "--provider", &bob, "-o", "json"]);
	let unready = command::run(lab, &program, &check)
		.await?
		.fails(&[1], &[])?;
	remedies_exist(lab, cli, &unready.json()?).await?;

	let register = ["model", "register", "--from-json", path(&model_json)?];
	let (model, provider) = futures::try_join!(
		cli.run("Ferdie", &register),
		cli.run("Bob", &["provider", "register", "--stake", STAKE]),
	)?;
	ensure!(
		model.ok()?.json()?["model"] == 0,
		"the first model is number 0"
	);
	provider.ok()?;
	let proof = [
		"keys",
		"proof",
		"--key",
		key_arg,
		"--provider",
		&bob,
		"--url",
		&url,
		"-o",
		"json",
	];
	let proof = command::run(lab, &program, &proof).await?.ok()?.json()?;
	let text = |name: &str| {
		proof[name]
			.as_str()
			.with_context(|| format!("no {name} in {proof}"))
	};
	cli.run(
		"Bob",
		&["provider", "keys", "add", text("key")?, text("proof")?],
	)
	.await?
	.ok()?;
	let unready = command::run(lab, &program, &check)
		.await?
		.fails(&[1], &[])?;
	remedies_exist(lab, cli, &unready.json()?).await?;
	let offer = ["provider", "offer", "--model", "0", "--slots", "1"];
	let price = ["--price-in", "20000u", "--price-out", "50000u"];
	cli.run("Bob", &[&offer[..], &price].concat()).await?.ok()?;

	let ready = command::run(lab, &program, &check).await?.ok()?.json()?;
	ensure!(ready["ok"] == true, "{ready}");
	let options = WorkerOptions {
		name: "worker-Bob".into(),
		url,
		model: dir.to_owned(),
		key,
		throttle: None,
	};
	Worker::start(lab, options).await
}

/// What the worker tells its operator to run has to be there.
async fn remedies_exist(lab: &Lab, cli: &Cli, report: &Value) -> Result<()> {
	let checks = report["checks"]
		.as_array()
		.with_context(|| format!("no checks in {report}"))?;
	let text = |check: &Value| format!("{} {}", check["detail"], check["remedy"]);
	let texts: Vec<String> = checks
		.iter()
		.filter(|c| c["status"] == "fail")
		.map(text)
		.collect();
	ensure!(
		!texts.is_empty(),
		"nothing is registered yet, and nothing is missed: {report}"
	);
	let mut found = 0;
	for text in &texts {
		for program in ["athanor", "athanor-worker"] {
			for command in commands_in(text, program) {
				let line: Vec<&str> = command
					.iter()
					.map(String::as_str)
					.chain(["--help"])
					.collect();
				match program {
					"athanor" => cli.run("Bob", &line).await,
					_ => command::run(lab, &binaries::worker()?, &line).await,
				}?
				.ok()
				.with_context(|| format!("the worker recommends it: {text}"))?;
				found += 1;
			}
		}
	}
	ensure!(found > 0, "the remedies name no commands: {texts:?}");
	Ok(())
}

/// The subcommands that a text tells people to run: `athanor provider keys add 0x.. 0x..` is
/// `provider`, `keys`, `add`.
fn commands_in(text: &str, program: &str) -> Vec<Vec<String>> {
	let mut found = Vec::new();
	for (at, name) in text.match_indices(&format!("{program} ")) {
		let mut words = Vec::new();
		for word in text[at + name.len()..].split(' ') {
			let plain = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
			if plain.is_empty() || !plain.chars().all(|c| c.is_ascii_lowercase()) {
				break;
			}
			words.push(plain.to_owned());
			// A quotation mark or a full stop: the command ends here.
			if plain != word {
				break;
			}
		}
		if !words.is_empty() {
			found.push(words);
		}
	}
	found
}

#[test]
fn commands_are_found_in_texts() {
	let text = "Run `athanor model list`, or athanor provider keys add 0x01; athanor-worker run.";
	let athanor = [vec!["model", "list"], vec!["provider", "keys", "add"]];
	assert_eq!(commands_in(text, "athanor"), athanor);
	assert_eq!(commands_in(text, "athanor-worker"), [vec!["run"]]);
}

/// The number of a job that the client has followed until it was paid.
fn paid(finished: Finished) -> Result<u64> {
	let json = finished.ok()?.json()?;
	ensure!(json["outcome"]["reason"] == "paid", "{json}");
	ensure!(
		json["output"].as_str().is_some_and(|text| !text.is_empty()),
		"no output: {json}"
	);
	json["job"]
		.as_u64()
		.with_context(|| format!("no job in {json}"))
}

async fn receipt(chain: &Chain, job: u64) -> Result<StoredReceipt> {
	let view = chain.at(At::Best).await?;
	view.receipt(job)
		.await?
		.with_context(|| format!("job {job} has no receipt"))
}

/// What was delivered is what the same model answers here.
fn is(stored: &StoredReceipt, answer: &Answer) -> Result<()> {
	let receipt = &stored.signed.receipt;
	ensure!(
		stored.tokens == answer.tokens,
		"{stored:?} is not {answer:?}"
	);
	ensure!(
		stored.output() == answer.text,
		"{stored:?} is not {answer:?}"
	);
	ensure!(
		receipt.tokens_in == answer.tokens_in,
		"{stored:?} is not {answer:?}"
	);
	let finish = if receipt.finish == 0 {
		"stop"
	} else {
		"length"
	};
	ensure!(finish == answer.finish, "{stored:?} is not {answer:?}");
	Ok(())
}

/// Generates here with the seed that the chain fixed for the job.
async fn sampled_here(lab: &Lab, chain: &Chain, dir: &Path, job: u64) -> Result<Answer> {
	let outcome = chain
		.at(At::Best)
		.await?
		.outcome(job)
		.await?
		.context("no outcome")?;
	let submitted_at = outcome.submitted_at.context("no receipt")?;
	let then = chain
		.at(At::Number(submitted_at))
		.await?
		.job(job)
		.await?
		.context("no job")?;
	let seed = then.seed.context("the chain gave no seed")?;
	let seed = format!("0x{}", hex::encode(seed));
	let sampling = ["--temperature", "0.8", "--top-k", "40", "--seed", &seed];
	model::generate(lab, dir, PROMPT, TOKENS, &sampling).await
}

/// Escrow, price, shares and events agree.
async fn is_paid_fairly(chain: &Chain, job: u64, requester: &str) -> Result<()> {
	let view = chain.at(At::Best).await?;
	let outcome = view.outcome(job).await?.context("no outcome")?;
	let receipt = receipt(chain, job).await?.signed.receipt;
	let events = ledger::job_events(chain, job, outcome.posted_at).await?;
	let ([paid], [closed]) = (&events.paid[..], &events.closed[..]) else {
		anyhow::bail!("one payment and one end were expected: {events:?}");
	};
	ensure!(
		events.receipts.len() == 1 && events.raised.is_empty(),
		"{events:?}"
	);
	ensure!(
		outcome.escrow == outcome.spent + outcome.refund,
		"{outcome:?}"
	);
	ensure!(
		outcome.refund > 0,
		"the ceiling was above the price, so something returns: {outcome:?}"
	);
	let cost = athanor_e2e::world::PRICE.cost(receipt.tokens_in, receipt.tokens_out);
	ensure!(
		cost == Some(outcome.spent),
		"{cost:?} was expected: {outcome:?}"
	);
	ensure!(
		(closed.escrow, closed.spent, closed.refund)
			== (outcome.escrow, outcome.spent, outcome.refund),
		"{closed:?} is not {outcome:?}"
	);
	ensure!(
		paid.payment() == outcome.payment && paid.spent == outcome.spent,
		"{paid:?}"
	);
	ensure!(paid.requester == dev_account(requester)?, "{paid:?}");
	ensure!(paid.provider == dev_account("Bob")?, "{paid:?}");
	ensure!(paid.author == dev_account("Ferdie")?, "{paid:?}");
	ledger::check_split(chain, paid, ROYALTY.1).await?;
	// Eve has as much at stake as Bob, who takes no commission.
	ensure!(
		paid.to_delegators > 0 && paid.to_delegators == (paid.to_provider + paid.to_delegators) / 2,
		"{paid:?}"
	);
	ledger::has_no_escrow(chain, &paid.requester).await
}

/// The delegator takes what its stake has earned with these jobs, once.
async fn income_is_claimed(cli: &Cli, chain: &Chain, jobs: &[u64]) -> Result<()> {
	let mut earned = 0;
	for job in jobs {
		let outcome = chain.at(At::Best).await?.outcome(*job).await?;
		earned += outcome.context("no outcome")?.payment.delegators;
	}
	let claimed = cli.run("Eve", &["provider", "claim"]).await?.ok()?.json()?;
	let amount: u128 = claimed["amount"]
		.as_str()
		.with_context(|| format!("no amount: {claimed}"))?
		.parse()?;
	// A unit may be left of what cannot be shared out.
	ensure!(
		amount <= earned && amount + 1 >= earned,
		"{earned} units were earned: {claimed}"
	);
	cli.run("Eve", &["provider", "claim"])
		.await?
		.fails(&[2], &["nothing has been earned"])?;
	Ok(())
}

/// The client's own verification finds everything in order, and leaves nothing out.
async fn is_verified(cli: &Cli, node: &mut Node, dir: &Path, job: u64) -> Result<()> {
	let outcome = node
		.chain()
		.at(At::Best)
		.await?
		.outcome(job)
		.await?
		.context("no outcome")?;
	node.reaches(At::Finalised, outcome.closed_at, seconds(60))
		.await?;
	let id = job.to_string();
	let args = [
		"job",
		"verify",
		&id,
		"--model-dir",
		path(dir)?,
		"--prompt",
		PROMPT,
	];
	let verified = cli.run("Alice", &args).await?.ok()?.json()?;
	ensure!(verified["passed"] == true, "{verified}");
	ensure!(verified["complete"] == true, "{verified}");
	let checks = verified["checks"].as_array().context("no checks")?;
	ensure!(
		checks.len() >= 15,
		"only {} checks: {verified}",
		checks.len()
	);
	ensure!(
		checks.iter().all(|check| check["status"] == "ok"),
		"{verified}"
	);

	// It can also fail: the job was done for another prompt.
	let args = ["job", "verify", &id, "--prompt", "Something else"];
	let failed = cli.run("Alice", &args).await?.fails(&[6], &[])?.json()?;
	ensure!(failed["passed"] == false, "{failed}");
	Ok(())
}

async fn metrics_are_served(worker: &Worker, chain: &Chain, jobs: &[u64]) -> Result<()> {
	let text = worker.metrics_text().await?;
	for name in METRICS {
		ensure!(
			text.contains(&format!("# TYPE {name} ")),
			"no type of {name}:\n{text}"
		);
		ensure!(
			text.contains(&format!("# HELP {name} ")),
			"no help on {name}:\n{text}"
		);
	}
	let (mut tokens_in, mut tokens_out) = (0.0, 0.0);
	for job in jobs {
		let receipt = receipt(chain, *job).await?.signed.receipt;
		tokens_in += f64::from(receipt.tokens_in);
		tokens_out += f64::from(receipt.tokens_out);
	}
	let metrics = worker.metrics().await?;
	let is = |name: &str, value: f64| {
		ensure!(
			metrics.get(name) == Some(&value),
			"{name} is not {value}: {metrics:?}"
		);
		Ok(())
	};
	is("prompt_tokens_total", tokens_in)?;
	is("generation_tokens_total", tokens_out)?;
	is("receipts_submitted_total", 2.0)?;
	is("jobs_running", 0.0)?;
	is("time_to_first_token_seconds_count", 2.0)?;
	is("e2e_request_latency_seconds_count", 2.0)
}

fn path(path: &Path) -> Result<&str> {
	path.to_str()
		.with_context(|| format!("{} is not UTF-8", path.display()))
}
