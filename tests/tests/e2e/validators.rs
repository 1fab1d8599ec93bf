//! Four validators.

use anyhow::{Context, Result, ensure};
use athanor::At;
use athanor_e2e::{Node, NodeOptions, dev_account, seconds, test, until};
use athanor_primitives::explain::{FreedBy, HeldFor};
use futures::future::try_join_all;

/// Blocks that have to be final before one validator is killed.
const FINAL: u32 = 3;

/// Blocks by which finality has to go on afterwards.
const MORE: u32 = 4;

/// What each validator has bonded from the start: 10,000 ATH, in units.
const BOND: u128 = 10_000_000_000_000_000;

#[test]
fn four_validators_finalise_and_three_of_them_do_too() {
	test("validators", async |lab| {
		let mut nodes: Vec<Node> = Vec::new();
		let mut bootnodes = Vec::new();
		for name in ["alice", "bob", "charlie", "dave"] {
			let node = Node::start(&lab, NodeOptions::validator("local", name, &bootnodes)).await?;
			bootnodes.push(node.bootnode().await?);
			nodes.push(node);
		}
		for node in &nodes {
			until(
				"every validator is connected to every other",
				seconds(60),
				async || Ok((node.peers().await? == 3).then_some(())),
			)
			.await?;
		}
		all_reach(&mut nodes, FINAL).await?;
		agree(&nodes, FINAL).await?;
		are_bonded(&nodes[0]).await?;

		// The first one, which all others were told of.
		nodes.remove(0).kill()?;
		let best = nodes[0].chain().block(At::Best).await?.number;
		all_reach(&mut nodes, best + MORE).await?;
		agree(&nodes, best + MORE).await?;
		Ok(())
	});
}

/// Each has its bond on hold in its own account, and the chain explains that, and nothing else.
async fn are_bonded(node: &Node) -> Result<()> {
	let view = node.chain().at(At::Finalised).await?;
	for name in ["Alice", "Bob", "Charlie", "Dave"] {
		let account = dev_account(name)?;
		let held = view.explain_account(&account).await?;
		let bond = held
			.first()
			.with_context(|| format!("{name} has no bond"))?;
		let on_hold = view.balance(&account).await?.held;
		ensure!(
			held.len() == 1
				&& bond.reason == HeldFor::ValidatorBond
				&& bond.freed_by == FreedBy::ValidatorUnbond
				&& bond.amount == BOND
				&& on_hold == BOND,
			"{name} has {on_hold} units on hold: {held:?}"
		);
	}
	Ok(())
}

/// All validators have finalised the block of this height.
async fn all_reach(nodes: &mut [Node], number: u32) -> Result<()> {
	let reach = nodes
		.iter_mut()
		.map(|node| node.reaches(At::Finalised, number, seconds(90)));
	try_join_all(reach).await?;
	Ok(())
}

/// It is the same block everywhere.
async fn agree(nodes: &[Node], number: u32) -> Result<()> {
	let mut blocks = Vec::new();
	for node in nodes {
		blocks.push(node.chain().block(At::Number(number)).await?);
	}
	ensure!(
		blocks.iter().all(|block| *block == blocks[0]),
		"the validators disagree: {blocks:?}"
	);
	Ok(())
}
