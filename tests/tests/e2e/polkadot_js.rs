//! The chain as stock `@polkadot/api` sees it: `tests/polkadot-js` on a chain with a worker.

use std::{path::Path, time::Duration};

use athanor_e2e::{World, binaries, command, ledger, process, seconds, test_within, world::Plan};

/// The suite takes most of it: a referendum has to pass, be enacted, and set a price.
const LIMIT: Duration = seconds(400);

#[test]
fn stock_polkadot_js_posts_reads_and_verifies() {
	test_within("polkadot-js", LIMIT, async |lab| {
		let suite = binaries::polkadot_js()?;
		let world = World::start(&lab, &[Plan::new("Bob")]).await?;
		let before = ledger::snapshot(&world.node).await?;
		let mut npm = process::command(Path::new("npm"));
		npm.args(["test", "--silent"])
			.current_dir(suite)
			.env("ATHANOR_WS", world.node.url());
		let finished = command::run_command(&lab, npm, seconds(300)).await?.ok()?;
		eprintln!("{}", finished.stdout);
		ledger::audit(&world.node, &before).await?;
		Ok(())
	});
}
