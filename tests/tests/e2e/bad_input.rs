//! Bad input: each kind has its own error, and nothing else changes.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use athanor::{At, Call, Error, Submission, SubmitOptions, chain};
use athanor_e2e::{
	Job, Lab, World, binaries,
	command::{self, Cli, Finished},
	dev, dev_account, ledger, model,
	receipts::Signer,
	seconds, test,
	world::Plan,
};
use athanor_primitives::{
	H256,
	job::CloseReason,
	receipt::{Delivery, Refusal, SignedReceipt},
};
use codec::{Decode, Encode};
use serde_json::json;

/// One byte more than a job takes.
const TOO_LONG: usize = 8 * 1024 + 1;

#[test]
fn prompts_that_are_too_long_and_false_receipts_change_nothing() {
	test("bad-requests", async |lab| {
		// Bob has no worker: the harness signs with its key.
		let mut world = World::start(&lab, &[Plan::new("Bob").idle()]).await?;
		let before = ledger::snapshot(&world.node).await?;
		too_long_for_the_client(&lab, &world).await?;
		too_long_for_the_chain(&world).await?;
		let view = world.chain().at(At::Best).await?;
		ensure!(view.next_job_id().await? == 0, "a job was posted");
		let after = ledger::audit(&world.node, &before).await?;
		ensure!(after.issuance == before.issuance, "money has vanished");

		let job = Job::new("Alice", "Once upon a time", 8).direct(dev_account("Bob")?);
		let posted = world.post(&job).await?;
		world.assigned(posted.id, At::Best, seconds(30)).await?;
		false_receipts(&world, posted.id).await?;
		world.node.makes_blocks(1).await?;
		let job = world
			.chain()
			.at(At::Best)
			.await?
			.job(posted.id)
			.await?
			.context("no job")?;
		ensure!(
			matches!(job.state, chain::JobState::Assigned { .. }),
			"{job:?}"
		);
		ledger::audit(&world.node, &before).await?;

		one_receipt_is_accepted(&world, posted.id, &job).await?;
		let outcome = world.outcome(posted.id, seconds(40)).await?;
		ensure!(outcome.reason == CloseReason::Paid, "{outcome:?}");
		let events =
			ledger::job_events(world.chain(), posted.id, posted.included.block.number).await?;
		ensure!(
			events.receipts.len() == 1 && events.paid.len() == 1,
			"{events:?}"
		);
		ledger::audit(&world.node, &before).await?;
		world.node.makes_blocks(1).await
	});
}

/// The client says so before anything is sent: with the figures, and without a fee.
async fn too_long_for_the_client(lab: &Lab, world: &World) -> Result<()> {
	let account = dev_account("Alice")?;
	let before = world.chain().at(At::Best).await?.balance(&account).await?;
	let file = lab.dir().join("long.txt");
	fs::write(&file, "a".repeat(TOO_LONG))?;
	let file = file.to_str().context("a path that is not UTF-8")?;
	let args = [
		"job",
		"post",
		"--model",
		"0",
		"--max-tokens",
		"8",
		"--prompt-file",
		file,
	];
	let cli = Cli::new(lab, &world.node)?;
	cli.run("Alice", &args)
		.await?
		.fails(&[2, 4], &["8193", "8192"])?;
	let after = world.chain().at(At::Best).await?.balance(&account).await?;
	ensure!(after == before, "{after:?} was {before:?}");
	Ok(())
}

/// The chain says so to whoever sends it all the same.
async fn too_long_for_the_chain(world: &World) -> Result<()> {
	let job = Job::new("Alice", &"a".repeat(TOO_LONG), 8);
	let call = Call::PostJob(job.request);
	let sent = world
		.chain()
		.submit(&call, &dev("Alice")?, &SubmitOptions::default())
		.await;
	let error = match sent {
		Err(Error::Rejected(rejection)) => rejection,
		other => bail!("the chain should have rejected it: {other:?}"),
	};
	ensure!(
		error.name == "Jobs.InputTooLong",
		"another error: {error:?}"
	);
	ensure!(
		error.reason.contains("Shorten"),
		"the error names no remedy: {error:?}"
	);
	ledger::has_no_escrow(world.chain(), &dev_account("Alice")?).await
}

/// Receipts that are not what was signed, or not for this chain, or not by the provider.
async fn false_receipts(world: &World, id: u64) -> Result<()> {
	let genesis = world.chain().genesis();
	let job = world
		.chain()
		.at(At::Best)
		.await?
		.job(id)
		.await?
		.context("no job")?;
	let signer = &world.provider("Bob")?.signer;
	let make = |signer: &Signer, genesis| signer.receipt(genesis, id, &job, &[5, 6, 7], "a text");
	let (good, delivery) = make(signer, genesis);

	let mut flips: Vec<(SignedReceipt, Delivery)> = Vec::new();
	for bit in [0, 100, 255] {
		let mut signed = good.clone();
		signed.receipt.commitment.0[bit / 8] ^= 1 << (bit % 8);
		flips.push((signed, delivery.clone()));
	}
	for bit in [0, 300, 511] {
		let mut signed = good.clone();
		signed.signature[bit / 8] ^= 1 << (bit % 8);
		flips.push((signed, delivery.clone()));
		let mut text = delivery.clone();
		text.signature[bit / 8] ^= 1 << (bit % 8);
		flips.push((good.clone(), text));
	}
	let mut exchanged = delivery.clone();
	exchanged.text[0] ^= 1;
	flips.push((good.clone(), exchanged));
	for (signed, delivery) in &flips {
		is_refused(world, signed, delivery, Refusal::BadSignature).await?;
	}

	let (foreign, foreign_delivery) = make(signer, H256([7; 32]));
	is_refused(world, &foreign, &foreign_delivery, Refusal::WrongChain).await?;
	let passed_off = SignedReceipt { genesis, ..foreign };
	is_refused(world, &passed_off, &foreign_delivery, Refusal::BadSignature).await?;
	let (stranger, stranger_delivery) = make(&Signer::from_seed(&[200; 32]), genesis);
	is_refused(world, &stranger, &stranger_delivery, Refusal::WrongWorker).await?;
	let mut other_output = delivery.clone();
	other_output.tokens[0] ^= 1;
	is_refused(world, &good, &other_output, Refusal::WrongOutput).await?;
	cut_receipts(world, &good, &delivery).await
}

/// A good receipt whose bytes end too early is no transaction, whether the length that it states is that of the
/// whole or of what is left. The node says so, keeps nothing of it, and goes on.
async fn cut_receipts(world: &World, good: &SignedReceipt, delivery: &Delivery) -> Result<()> {
	let view = world.chain().at(At::Best).await?;
	let bytes = chain::receipt_transaction(view.metadata(), good, Some(delivery))?;
	let whole: Vec<u8> = Decode::decode(&mut &bytes[..])?;
	for cut in [0, 1, 10, bytes.len() / 2, bytes.len() - 1] {
		is_no_transaction(world, &bytes[..cut], "Could not decode").await?;
	}
	for cut in [0, 1, 10, whole.len() / 2, whole.len() - 1] {
		is_no_transaction(world, &whole[..cut].encode(), "Verification Error").await?;
	}
	let pending = world.node.pending().await?;
	ensure!(pending == 0, "{pending} transactions wait");
	Ok(())
}

async fn is_no_transaction(world: &World, bytes: &[u8], because: &str) -> Result<()> {
	let Err(refusal) = world.node.submit_bytes(bytes).await? else {
		bail!("the node took {} bytes of a receipt", bytes.len());
	};
	ensure!(refusal.message.contains(because), "{refusal:?}");
	Ok(())
}

async fn is_refused(
	world: &World,
	signed: &SignedReceipt,
	delivery: &Delivery,
	refusal: Refusal,
) -> Result<()> {
	let answer = world.chain().submit_receipt(signed, Some(delivery)).await?;
	ensure!(
		answer == Submission::Refused(refusal),
		"{refusal:?} was expected: {answer:?}"
	);
	Ok(())
}

/// The first receipt is accepted; the same again changes nothing, and another one is refused.
async fn one_receipt_is_accepted(world: &World, id: u64, job: &chain::Job) -> Result<()> {
	let genesis = world.chain().genesis();
	let signer = &world.provider("Bob")?.signer;
	let (signed, delivery) = signer.receipt(genesis, id, job, &[5, 6, 7], "a text");
	let answer = world
		.chain()
		.submit_receipt(&signed, Some(&delivery))
		.await?;
	ensure!(matches!(answer, Submission::Accepted(_)), "{answer:?}");
	let answer = world
		.chain()
		.submit_receipt(&signed, Some(&delivery))
		.await?;
	ensure!(
		answer == Submission::OnChain,
		"the same receipt again: {answer:?}"
	);
	let (second, second_delivery) = signer.receipt(genesis, id, job, &[5, 6, 8], "another text");
	is_refused(world, &second, &second_delivery, Refusal::AlreadySubmitted).await?;
	let stored = world.receipt(id).await?;
	ensure!(
		stored.signed == signed && stored.tokens == delivery.tokens,
		"{stored:?}"
	);
	Ok(())
}

#[test]
fn damaged_and_unknown_models_are_named() {
	test("bad-models", async |lab| {
		let mut world = World::start(&lab, &[Plan::new("Bob").idle()]).await?;
		let before = ledger::snapshot(&world.node).await?;
		let whole = binaries::model()?;

		let short = model::copy(&lab, &whole, "cut-short")?;
		model::cut_short(&short.join("model.safetensors"))?;
		every_command_names(&lab, &world, &short, &["model.safetensors"]).await?;

		let unknown = model::copy(&lab, &whole, "unknown")?;
		let config = unknown.join("config.json");
		model::set_field(&config, "architectures", json!(["MambaForCausalLM"]))?;
		model::set_field(&config, "model_type", json!("mamba"))?;
		every_command_names(
			&lab,
			&world,
			&unknown,
			&["MambaForCausalLM", "LlamaForCausalLM"],
		)
		.await?;

		world.node.makes_blocks(1).await?;
		ledger::audit(&world.node, &before).await?;
		Ok(())
	});
}

/// `generate`, `check` and `run` fail, and each says what is wrong with the model.
async fn every_command_names(
	lab: &Lab,
	world: &World,
	dir: &std::path::Path,
	texts: &[&str],
) -> Result<()> {
	let dir = dir.to_str().context("a path that is not UTF-8")?;
	let key = world
		.provider("Bob")?
		.key_file
		.to_str()
		.context("a path that is not UTF-8")?;
	let data = lab.folder("bad-model-data")?;
	let data = data.to_str().context("a path that is not UTF-8")?;
	let url = world.node.url();
	let worker = |args: Vec<&str>| {
		let args: Vec<String> = args.into_iter().map(str::to_owned).collect();
		async move { command::run(lab, &binaries::worker()?, &args).await }
	};

	let generate = ["generate", "--model-dir", dir, "--prompt", "a", "--greedy"];
	is_named("generate", worker(generate.to_vec()).await?, texts)?;
	let place = [
		"--url",
		&url,
		"--model-dir",
		dir,
		"--key",
		key,
		"--data-dir",
		data,
	];
	is_named(
		"check",
		worker([&["check"], &place[..]].concat()).await?,
		texts,
	)?;
	is_named("run", worker([&["run"], &place[..]].concat()).await?, texts)
}

fn is_named(command: &str, finished: Finished, texts: &[&str]) -> Result<()> {
	ensure!(
		!finished.status.success(),
		"{command} accepts it: {finished}"
	);
	for text in texts {
		// `check` writes its findings to standard output.
		let said = finished.stderr.contains(text) || finished.stdout.contains(text);
		ensure!(said, "{command} does not name {text}: {finished}");
	}
	Ok(())
}
