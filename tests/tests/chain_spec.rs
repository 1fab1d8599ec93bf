//! Chain specifications: what operators and stock tools start a network from.

use std::fs;

use anyhow::{Context, Result, ensure};
use athanor_e2e::{Lab, Node, NodeOptions, binaries, command, test};
use serde_json::Value;

/// Storage key of the runtime: `:code`.
const CODE: &str = "0x3a636f6465";

#[test]
fn every_preset_can_be_exported_and_a_chain_started_from_it() {
	test("chain-spec", async |lab| {
		for (chain, preset) in [("dev", "development"), ("local", "local_testnet")] {
			plain_specification(&lab, chain, preset).await?;
			raw_specification(&lab, chain).await?;
		}
		let refused = command::run(
			&lab,
			&binaries::node()?,
			&["export-chain-spec", "--chain", "no-such-chain"],
		)
		.await?;
		ensure!(
			!refused.status.success(),
			"there is no such chain: {refused}"
		);
		ensure!(
			refused.stderr.contains("no-such-chain"),
			"the message names no chain: {refused}"
		);
		raw_starts_the_same_chain(&lab).await
	});
}

/// Both commands write the same specification, and tools find in it what they look for.
async fn plain_specification(lab: &Lab, chain: &str, preset: &str) -> Result<()> {
	let exported = export(lab, chain, &[]).await?;
	let built = build(lab, chain, &[]).await?;
	for spec in [&exported, &built] {
		ensure!(
			spec["id"] == format!("athanor_{chain}"),
			"another id: {}",
			spec["id"]
		);
		ensure!(
			spec["name"].as_str().is_some_and(|name| !name.is_empty()),
			"no name"
		);
		ensure!(
			spec["properties"]["tokenSymbol"] == "ATH",
			"{}",
			spec["properties"]
		);
		ensure!(
			spec["properties"]["tokenDecimals"] == 12,
			"{}",
			spec["properties"]
		);
		ensure!(
			spec["properties"]["ss58Format"] == 42,
			"{}",
			spec["properties"]
		);
		ensure!(
			spec["bootNodes"].as_array().is_some_and(Vec::is_empty),
			"{}",
			spec["bootNodes"]
		);
		let genesis = &spec["genesis"]["runtimeGenesis"];
		let code = genesis["code"].as_str().context("no runtime")?;
		ensure!(code.len() > 100_000, "a runtime of {} digits", code.len());
		let patch = &genesis["patch"];
		ensure!(
			patch["session"]["keys"]
				.as_array()
				.is_some_and(|keys| { keys.len() == if preset == "development" { 1 } else { 4 } }),
			"another number of validators: {}",
			patch["session"]
		);
	}
	ensure!(
		exported == built,
		"{chain}: build-spec and export-chain-spec differ"
	);
	Ok(())
}

/// The same as storage, which needs no runtime to be read.
async fn raw_specification(lab: &Lab, chain: &str) -> Result<()> {
	let exported = export(lab, chain, &["--raw"]).await?;
	let built = build(lab, chain, &["--raw"]).await?;
	let top = |spec: &Value| spec["genesis"]["raw"]["top"].clone();
	ensure!(
		top(&exported)[CODE].is_string(),
		"{chain}: the raw specification has no runtime"
	);
	ensure!(
		top(&exported) == top(&built),
		"{chain}: the raw specifications differ"
	);
	Ok(())
}

async fn export(lab: &Lab, chain: &str, more: &[&str]) -> Result<Value> {
	let file = lab.dir().join(format!("{chain}{}.json", more.concat()));
	let path = file.to_str().context("a path that is not UTF-8")?;
	let mut args = vec!["export-chain-spec", "--chain", chain, "--output", path];
	args.extend(more);
	command::run(lab, &binaries::node()?, &args).await?.ok()?;
	Ok(serde_json::from_slice(&fs::read(file)?)?)
}

async fn build(lab: &Lab, chain: &str, more: &[&str]) -> Result<Value> {
	let mut args = vec!["build-spec", "--chain", chain, "--disable-default-bootnode"];
	args.extend(more);
	command::run(lab, &binaries::node()?, &args)
		.await?
		.ok()?
		.json()
}

/// A node that is given nothing but the raw file is on the same chain as one with `--dev`.
async fn raw_starts_the_same_chain(lab: &Lab) -> Result<()> {
	let file = lab.dir().join("dev--raw.json");
	let path = file.to_str().context("a path that is not UTF-8")?;
	let mut options = NodeOptions::validator(path, "alice", &[]);
	options.args.push("--force-authoring".into());
	let mut from_file = Node::start(lab, options).await?;
	let built_in = Node::start(lab, NodeOptions::dev()).await?;
	ensure!(
		from_file.chain().genesis() == built_in.chain().genesis(),
		"the chain from {path} is another one"
	);
	from_file.makes_blocks(2).await
}
