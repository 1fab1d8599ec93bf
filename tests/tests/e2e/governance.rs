//! Holders of tokens decide, with the command line: from the proposal to what it changed, and what it did not.

use anyhow::{Context, Result, ensure};
use athanor_e2e::{Node, NodeOptions, command::Cli, dev_account, seconds, test, until};
use futures::future::try_join_all;
use serde_json::Value;

/// Those who vote, and how firmly. Together they have enough for every track from the first block on.
const VOTERS: [(&str, &str); 5] = [
	("Bob", "1x"),
	("Charlie", "2x"),
	("Dave", "1x"),
	("Eve", "none"),
	("Ferdie", "6x"),
];

/// What each of them votes with: nearly everything.
const AMOUNT: &str = "990000";

/// A week in blocks, the retention of a new chain.
const FIRST_RETENTION: u32 = 201_600;

#[test]
fn holders_change_a_parameter_and_what_is_out_of_bounds_or_not_allowed_changes_nothing() {
	test("governance", async |lab| {
		let node = Node::start(&lab, NodeOptions::dev()).await?;
		let cli = Cli::new(&lab, &node)?;
		tracks_are_those_of_a_development_chain(&cli).await?;
		what_is_shown_is_what_a_proposal_says(&cli).await?;
		what_makes_no_sense_is_refused(&cli).await?;

		let slash = a_parameter(&cli).await?;
		let retention = one_beyond_its_bounds(&cli).await?;
		let spending = one_that_its_track_may_not(&cli).await?;
		let long = one_with_a_preimage(&cli).await?;
		let decided = [slash, retention, spending];
		try_join_all(VOTERS.map(|voter| vote(&cli, voter, &decided))).await?;
		votes_are_shown(&cli, slash).await?;
		delegation_is_of_one_track(&cli).await?;

		let passed = enacted(&cli, slash).await?;
		ensure!(passed["succeeded"] == true, "{passed}");
		let failed = enacted(&cli, retention).await?;
		ensure!(failed["succeeded"] == false, "{failed}");
		let error = failed["error"].as_str().unwrap_or_default();
		ensure!(error.contains("Origins.OutOfBounds"), "{failed}");
		let failed = enacted(&cli, spending).await?;
		ensure!(failed["succeeded"] == false, "{failed}");
		let error = failed["error"].as_str().unwrap_or_default();
		ensure!(
			error.contains("Treasury.InsufficientPermission"),
			"{failed}"
		);

		ensure!(effective(&cli, "Market.TimeoutSlash").await? == 50_000);
		ensure!(effective(&cli, "Market.Retention").await? == FIRST_RETENTION);
		deposits_and_tokens_come_back(&cli, slash, long).await
	});
}

async fn json(cli: &Cli, who: &str, args: &[&str]) -> Result<Value> {
	cli.run(who, args).await?.ok()?.json()
}

/// The index of the referendum that a proposal has opened.
fn opened(value: &Value) -> Result<u32> {
	let index = value["referendum"].as_u64().context("no index")?;
	Ok(u32::try_from(index)?)
}

async fn tracks_are_those_of_a_development_chain(cli: &Cli) -> Result<()> {
	let tracks = json(cli, "Alice", &["gov", "tracks"]).await?;
	ensure!(tracks["tempo"] == 2_880, "{tracks}");
	let all = tracks["tracks"].as_array().context("no tracks")?;
	let market = all.iter().find(|track| track["name"] == "market_admin");
	let market = market.context("no track market_admin")?;
	ensure!(
		market["id"] == 11 && market["decision_period"] == 100,
		"{market}"
	);
	ensure!(market["needed"]["end"]["approval"] == 500_000, "{market}");
	Ok(())
}

/// On a development chain a period takes effect as a shorter one.
async fn what_is_shown_is_what_a_proposal_says(cli: &Cli) -> Result<()> {
	let all = json(cli, "Alice", &["gov", "parameters"]).await?;
	let all = all.as_array().context("no parameters")?;
	let appeal = all.iter().find(|one| one["name"] == "Market.AppealPeriod");
	let appeal = appeal.context("no appeal period")?;
	ensure!(appeal["unit"] == "blocks", "{appeal}");
	ensure!(
		appeal["value"] == 201_600 && appeal["effective"] == 70,
		"{appeal}"
	);
	ensure!(appeal["most"] == 806_400, "{appeal}");
	let policies = json(cli, "Alice", &["gov", "policy"]).await?;
	let small = &policies["classes"][0];
	ensure!(small["class"] == "small", "{policies}");
	ensure!(small["price"]["input"].is_string(), "{policies}");
	ensure!(
		policies["next"].as_u64() > policies["at"].as_u64(),
		"{policies}"
	);
	Ok(())
}

/// Each kind of nonsense has its own answer, and costs nothing.
async fn what_makes_no_sense_is_refused(cli: &Cli) -> Result<()> {
	let cases: [(&[&str], i32, &str); 8] = [
		(
			&["vote", "0", "aye", "--amount", "1"],
			3,
			"there is no referendum 0",
		),
		(&["place-deposit", "0"], 3, "there is no referendum 0"),
		(
			&["propose", "parameter", "nonsense", "1"],
			3,
			"Market.Retention",
		),
		(
			&["propose", "parameter", "retention", "soon"],
			2,
			"it is no number",
		),
		(
			&["propose", "--track", "root", "call", "0xffff"],
			2,
			"no pallet has the index 255",
		),
		(
			&[
				"propose",
				"--track",
				"pricing_admin",
				"parameter",
				"retention",
				"5",
			],
			2,
			"it can be done on root, market_admin",
		),
		(&["propose", "pause", "Jobs.nonsense"], 3, "it has post"),
		(
			&["undelegate", "--track", "root"],
			3,
			"has delegated no votes",
		),
	];
	for (args, code, text) in cases {
		let args = [&["gov"], args].concat();
		cli.run("Alice", &args).await?.fails(&[code], &[text])?;
	}
	let list = json(cli, "Alice", &["gov", "status", "--all"]).await?;
	ensure!(
		list["referenda"].as_array().is_some_and(Vec::is_empty),
		"{list}"
	);
	Ok(())
}

async fn a_parameter(cli: &Cli) -> Result<u32> {
	let args = [
		"gov",
		"propose",
		"parameter",
		"timeout-slash",
		"5%",
		"--deposit",
	];
	let estimate = json(cli, "Alice", &[&args[..], &["--dry-run"]].concat()).await?;
	ensure!(estimate["dry_run"] == true, "{estimate}");
	let proposed = json(cli, "Alice", &args).await?;
	for value in [&estimate, &proposed] {
		let change = &value["changes"][0];
		ensure!(change["what"] == "Market.TimeoutSlash", "{value}");
		ensure!(
			change["now"] == "1 %" && change["proposed"] == "5 %",
			"{value}"
		);
		ensure!(change["effective"].is_null(), "{value}");
		ensure!(value["would_succeed"] == true, "{value}");
	}
	ensure!(proposed["deposit_placed"] == true, "{proposed}");
	let index = opened(&proposed)?;
	let text = index.to_string();
	let trial = json(cli, "Alice", &["gov", "enact-dry-run", &text]).await?;
	let status = json(cli, "Alice", &["gov", "status", &text]).await?;
	for value in [&trial, &status["enactment"]] {
		ensure!(value["changes"] == proposed["changes"], "{value}");
	}
	cli.run("Bob", &["gov", "place-deposit", &text])
		.await?
		.fails(&[2], &["is placed already"])?;
	cli.run("Bob", &["gov", "refund", &text])
		.await?
		.fails(&[2], &["is not over"])?;
	cli.run("Bob", &["gov", "vote", &text, "aye", "--amount", "2000000"])
		.await?
		.fails(&[2], &["in all", "cannot vote with 2000000 ATH"])?;
	Ok(index)
}

async fn one_beyond_its_bounds(cli: &Cli) -> Result<u32> {
	let args = [
		"gov",
		"propose",
		"parameter",
		"Market.Retention",
		"0",
		"--deposit",
	];
	let proposed = json(cli, "Alice", &args).await?;
	let change = &proposed["changes"][0];
	ensure!(change["proposed"] == "0", "{proposed}");
	ensure!(change["now"] == "201600", "{proposed}");
	ensure!(proposed["would_succeed"] == false, "{proposed}");
	opened(&proposed)
}

/// The deposit comes by itself, from somebody else.
async fn one_that_its_track_may_not(cli: &Cli) -> Result<u32> {
	let to = dev_account("Bob")?.to_string();
	let track = "small_treasurer";
	let args = [
		"gov", "propose", "--track", track, "spend", "2000", "--to", &to,
	];
	let proposed = json(cli, "Alice", &args).await?;
	ensure!(proposed["would_succeed"] == false, "{proposed}");
	let index = opened(&proposed)?;
	let text = index.to_string();
	let status = json(cli, "Alice", &["gov", "status", &text]).await?;
	ensure!(status["phase"] == "needs deposit", "{status}");
	let trial = cli.run("Alice", &["gov", "enact-dry-run", &text]).await?;
	let trial = trial.fails(&[4], &[])?.json()?;
	ensure!(trial["would_succeed"] == false, "{trial}");
	json(cli, "Bob", &["gov", "place-deposit", &text]).await?;
	Ok(index)
}

/// Nobody votes for it; its call is too long to be stored with the referendum.
async fn one_with_a_preimage(cli: &Cli) -> Result<u32> {
	// System.remark with 200 bytes.
	let call = format!("0x00002103{}", "ab".repeat(200));
	let args = ["gov", "propose", "--track", "root", "call", &call];
	let index = opened(&json(cli, "Alice", &args).await?)?;
	let status = json(cli, "Alice", &["gov", "status", &index.to_string()]).await?;
	let shown = status["enactment"]["call"]["System.remark"]["remark"].as_str();
	ensure!(shown.is_some_and(|remark| remark.len() == 402), "{status}");
	Ok(index)
}

async fn vote(cli: &Cli, (who, conviction): (&str, &str), referenda: &[u32]) -> Result<()> {
	for index in referenda {
		let index = index.to_string();
		let mut args = vec!["gov", "vote", &index, "aye", "--amount", AMOUNT];
		args.extend(["--conviction", conviction]);
		json(cli, who, &args).await?;
	}
	Ok(())
}

async fn votes_are_shown(cli: &Cli, index: u32) -> Result<()> {
	let index = index.to_string();
	let status = json(cli, "Bob", &["gov", "status", &index]).await?;
	let vote = &status["own"]["vote"]["standard"];
	ensure!(
		vote["aye"] == true && vote["conviction"] == "locked1x",
		"{status}"
	);
	ensure!(status["own"]["locked"] == "990000000000000000", "{status}");
	Ok(())
}

async fn delegation_is_of_one_track(cli: &Cli) -> Result<()> {
	let to = dev_account("Bob")?.to_string();
	cli.run(
		"Bob",
		&["gov", "delegate", &to, "--track", "root", "--amount", "5"],
	)
	.await?
	.fails(&[2], &["your own account"])?;
	let args = ["gov", "delegate", &to, "--track", "root", "--amount", "5"];
	json(cli, "Ferdie", &args).await?;
	cli.run("Ferdie", &args)
		.await?
		.fails(&[2], &["athanor gov undelegate --track root"])?;
	json(cli, "Ferdie", &["gov", "undelegate", "--track", "all"]).await?;
	Ok(())
}

/// What became of the call of a referendum, once it was made.
async fn enacted(cli: &Cli, index: u32) -> Result<Value> {
	let text = index.to_string();
	until("the call is made", seconds(150), async || {
		let status = json(cli, "Alice", &["gov", "status", &text]).await?;
		let made = &status["enacted"]["made"];
		ensure!(
			!["rejected", "timed out", "killed", "cancelled"]
				.contains(&status["phase"].as_str().unwrap_or_default()),
			"{status}"
		);
		Ok(made.is_object().then(|| made.clone()))
	})
	.await
}

/// What a parameter is, as it takes effect.
async fn effective(cli: &Cli, name: &str) -> Result<Value> {
	let all = json(cli, "Alice", &["gov", "parameters"]).await?;
	let all = all.as_array().context("no parameters")?;
	let found = all.iter().find(|parameter| parameter["name"] == name);
	Ok(found.context("no such parameter")?["effective"].clone())
}

async fn deposits_and_tokens_come_back(cli: &Cli, index: u32, ongoing: u32) -> Result<()> {
	let text = index.to_string();
	let refund = json(cli, "Bob", &["gov", "refund", &text]).await?;
	ensure!(
		refund["decision"]["amount"] == "1000000000000000",
		"{refund}"
	);
	ensure!(
		refund["submission"]["amount"] == "10000000000000",
		"{refund}"
	);
	cli.run("Bob", &["gov", "refund", &text])
		.await?
		.fails(&[2], &["returned already"])?;
	cli.run("Bob", &["gov", "enact-dry-run", &text])
		.await?
		.fails(&[2], &["is over since block"])?;
	// Without conviction nothing is locked after the end.
	let unlocked = json(cli, "Eve", &["gov", "unlock"]).await?;
	ensure!(unlocked["locked"] == "0", "{unlocked}");
	let locked = json(cli, "Ferdie", &["gov", "unlock"]).await?;
	ensure!(locked["locked"] == "990000000000000000", "{locked}");
	let list = json(cli, "Alice", &["gov", "status"]).await?;
	let indices: Vec<_> = list["referenda"]
		.as_array()
		.context("no list")?
		.iter()
		.map(|referendum| referendum["referendum"].clone())
		.collect();
	ensure!(indices == [ongoing], "{list}");
	Ok(())
}
