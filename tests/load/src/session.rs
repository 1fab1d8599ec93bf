//! A whole run: a node, what the load needs, the load, the report.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use athanor_runtime::{Runtime, VERSION, governance::pallet_origins::Tempo};
use polkadot_sdk::sp_io::TestExternalities;

use crate::{
	engine::{self, Chain},
	follow::follow,
	machine::Meter,
	metrics::Endpoint,
	node::{self, Node},
	options::Options,
	report::{Report, Versions},
	rpc::Rpc,
	setup::World,
	tx::Binding,
};

/// Runs the load that the options ask for and prints the report. Says whether everything that was sent
/// came to the end that it should.
///
/// # Errors
/// When the load cannot be sent, or the chain cannot be followed.
pub async fn run(options: &Options) -> Result<bool> {
	options.check()?;
	let mut node = match &options.url {
		Some(_) => None,
		None => {
			eprintln!("starting a development chain");
			Some(Node::start(options.pool_limit).await?)
		}
	};
	let result = load(options, node.as_ref()).await;
	if let Some(node) = &mut node
		&& (options.keep || result.is_err())
	{
		node.keep();
	}
	let report = result?;
	if options.json {
		println!("{}", serde_json::to_string_pretty(&report)?);
		eprintln!("{report}");
	} else {
		println!("{report}");
	}
	Ok(report.is_clean())
}

async fn load(options: &Options, node: Option<&Node>) -> Result<Report> {
	let url = options
		.url
		.as_deref()
		.or(node.map(|node| node.url.as_str()))
		.context("there is no node")?;
	let metrics_url = options
		.metrics_url
		.as_deref()
		.or(node.map(|node| node.metrics_url.as_str()));
	let metrics = metrics_url.map(Endpoint::parse).transpose()?;
	let meter = node.map_or_else(Meter::default, |_| Meter::with_child(node::NAME));
	let rpc = Arc::new(Rpc::connect(url).await?);
	let (binding, versions) = bind(&rpc).await?;
	let news = follow(rpc.clone(), metrics, meter).await?;
	let mut chain = Chain { rpc, news };
	let world = World::create(&mut chain, options, binding).await?;

	let mut report = Report::new(options, versions);
	if options.posts() > 0 {
		eprintln!("signing {} jobs", options.posts());
		let jobs = world.jobs(&chain).await?;
		report.jobs(&engine::run(&mut chain, jobs).await?);
	}
	if options.transfers > 0 {
		eprintln!("signing {} transfers", options.transfers);
		let transfers = world.transfers(&chain).await?;
		report.transfers(&engine::run(&mut chain, transfers).await?);
	}
	Ok(report)
}

/// The metadata of the runtime that this program was built with, on a chain whose governance has this tempo: the
/// periods among its constants depend on it.
fn metadata(tempo: Option<u32>) -> Vec<u8> {
	TestExternalities::default().execute_with(|| {
		if let Some(tempo) = tempo {
			Tempo::<Runtime>::put(tempo);
		}
		Runtime::metadata().into()
	})
}

/// What signatures are bound to, once it is certain that the node runs the runtime that this program was
/// built with.
async fn bind(rpc: &Rpc) -> Result<(Binding, Versions)> {
	let runtime = rpc.runtime_version().await?;
	let same = runtime.spec_name == VERSION.spec_name
		&& runtime.spec_version == VERSION.spec_version
		&& runtime.transaction_version == VERSION.transaction_version
		&& rpc.metadata().await?
			== metadata(rpc.value(&Tempo::<Runtime>::hashed_key(), None).await?);
	ensure!(
		same,
		"the node runs another runtime ({}/{}) than this program was built with ({}/{}); build both from \
		 the same source with scripts/build",
		runtime.spec_name,
		runtime.spec_version,
		VERSION.spec_name,
		VERSION.spec_version
	);
	let birth = rpc.finalised().await?;
	let (header, _) = rpc.block(birth).await?;
	let binding = Binding {
		genesis: rpc.block_hash(0).await?,
		spec_version: runtime.spec_version,
		transaction_version: runtime.transaction_version,
		birth: (header.number()?, birth),
	};
	let versions = Versions {
		tool: env!("CARGO_PKG_VERSION").to_owned(),
		node: rpc.node_version().await?,
		runtime: format!("{}/{}", runtime.spec_name, runtime.spec_version),
		transactions: runtime.transaction_version,
	};
	Ok((binding, versions))
}
