//! Chain specifications: what operators and stock tools start a network from.

use std::fs;

use anyhow::{Context, Result, ensure};
use athanor::At;
use athanor_e2e::{
	Lab, Node, NodeOptions, accounts::FUNDED, binaries, command, dev_account, ledger, test,
};
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
		let validators = patch["validatorStaking"]["stakers"].as_array();
		ensure!(
			validators.is_some_and(|bonded| {
				bonded.len() == if preset == "development" { 1 } else { 4 }
			}),
			"another number of bonds: {}",
			patch["validatorStaking"]
		);
		ensure!(
			patch["pricing"]["policies"]
				.as_array()
				.is_some_and(|policies| policies.len() == 3),
			"another number of price classes: {}",
			patch["pricing"]
		);
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
	from_file.makes_blocks(2).await?;
	pots_begin_with_the_least(&from_file).await
}

/// So that they take the smallest amount; and there is nothing but what accounts have.
async fn pots_begin_with_the_least(node: &Node) -> Result<()> {
	let view = node.chain().at(At::Number(1)).await?;
	let least = view.constants()?.existential_deposit;
	let pots = ledger::pots();
	let treasury = ledger::treasury(node.chain()).await?;
	let begun = ledger::snapshot_at(node, 1).await?;
	for account in [pots.income, pots.royalties, treasury] {
		let found = begun.balances.get(&account);
		ensure!(found == Some(&least), "{account} has {found:?}");
	}
	let mut sum: u128 = begun.balances.values().sum();
	for name in FUNDED {
		let stash = dev_account(&format!("{name}//stash"))?;
		sum += view.balance(&stash).await?.total;
	}
	ensure!(
		sum == begun.issuance,
		"accounts have {sum} units of {}",
		begun.issuance
	);
	Ok(())
}
