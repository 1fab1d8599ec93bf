//! A node's Prometheus metrics, as far as they say what limits it.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	time::timeout,
};

/// A node that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Counts what ended blocks, by reason (`sc-proposer-metrics`).
const END_REASON: &str = "substrate_proposer_end_proposal_reason";
/// Time to build a block, from the first inherent to the state root.
const PROPOSAL: &str = "substrate_proposer_block_proposal_time";
/// Time for the pool to take a block into account.
const MAINTAIN: &str = "substrate_sub_txpool_maintain_duration_seconds";
/// Transactions that the pool found invalid.
const INVALID: &str = "substrate_sub_txpool_removed_invalid_txs_total";

/// Where a node serves its metrics.
#[derive(Clone, Debug)]
pub struct Endpoint {
	host: String,
	path: String,
}

impl Endpoint {
	/// Reads `http://host:port/path`.
	///
	/// # Errors
	/// When it is not of that form.
	pub fn parse(url: &str) -> Result<Self> {
		let Some(rest) = url.strip_prefix("http://") else {
			bail!("the metrics' address {url} is not of the form http://127.0.0.1:9615/metrics");
		};
		let (host, path) = rest.split_once('/').unwrap_or((rest, "metrics"));
		ensure!(
			host.contains(':'),
			"the metrics' address {url} has no port; give http://127.0.0.1:9615/metrics"
		);
		Ok(Self {
			host: host.to_owned(),
			path: format!("/{path}"),
		})
	}

	/// Reads the metrics.
	///
	/// # Errors
	/// When there are none.
	pub async fn scrape(&self) -> Result<Scrape> {
		let text = timeout(PATIENCE, self.get())
			.await
			.unwrap_or_else(|_| bail!("no answer"))
			.with_context(|| format!("no metrics at http://{}{}", self.host, self.path))?;
		Ok(Scrape::of(&text))
	}

	/// Without keep-alive and chunks, so that what comes until the end is the answer.
	async fn get(&self) -> Result<String> {
		let mut stream = TcpStream::connect(&self.host).await?;
		let request = format!("GET {} HTTP/1.0\r\nHost: {}\r\n\r\n", self.path, self.host);
		stream.write_all(request.as_bytes()).await?;
		let mut answer = String::new();
		stream.read_to_string(&mut answer).await?;
		let (head, body) = answer
			.split_once("\r\n\r\n")
			.context("the answer is not HTTP")?;
		let status = head.lines().next().unwrap_or_default();
		ensure!(status.contains(" 200"), "the node answers {status}");
		Ok(body.to_owned())
	}
}

/// A sum of times, and how many there were.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Times {
	/// Seconds.
	pub sum: f64,
	/// How many.
	pub count: f64,
}

impl Times {
	/// The mean of what came after `before`, in milliseconds.
	pub fn mean_since(&self, before: &Self) -> Option<f64> {
		let count = self.count - before.count;
		(count > 0.0).then(|| crate::stats::round((self.sum - before.sum) / count * 1_000.0))
	}
}

/// The metrics at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scrape {
	/// Blocks by what ended them.
	pub ends: BTreeMap<String, f64>,
	/// Time to build blocks.
	pub proposal: Times,
	/// Time for the pool to follow blocks.
	pub maintain: Times,
	/// Transactions that the pool threw away as invalid.
	pub invalid: f64,
}

impl Scrape {
	/// Reads Prometheus's text format.
	pub fn of(text: &str) -> Self {
		let mut scrape = Self::default();
		for line in text.lines().filter(|line| !line.starts_with('#')) {
			let Some((name, value)) = line.rsplit_once(' ') else {
				continue;
			};
			let Ok(value) = value.parse::<f64>() else {
				continue;
			};
			let (name, labels) = name.split_once('{').unwrap_or((name, ""));
			match name.strip_suffix("_sum") {
				Some(PROPOSAL) => scrape.proposal.sum += value,
				Some(MAINTAIN) => scrape.maintain.sum += value,
				_ => {}
			}
			match name.strip_suffix("_count") {
				Some(PROPOSAL) => scrape.proposal.count += value,
				Some(MAINTAIN) => scrape.maintain.count += value,
				_ => {}
			}
			if name == INVALID {
				scrape.invalid += value;
			}
			if name == END_REASON
				&& let Some(reason) = label(labels, "reason")
			{
				*scrape.ends.entry(reason.to_owned()).or_default() += value;
			}
		}
		scrape
	}
}

fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
	labels
		.trim_end_matches('}')
		.split(',')
		.find_map(|label| label.split_once('=').filter(|(key, _)| *key == name))
		.map(|(_, value)| value.trim_matches('"'))
}

/// How many blocks each limit ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Limits {
	/// No further transaction fitted into the block's weight.
	pub weight: u64,
	/// No further transaction fitted into the block's length.
	pub length: u64,
	/// The author's time was over.
	pub deadline: u64,
	/// The pool had nothing more that could be included.
	pub pool_empty: u64,
	/// Anything else.
	pub other: u64,
}

impl Limits {
	/// What ended a single block. `None` if that is not certain.
	pub fn name(&self) -> Option<&'static str> {
		let mut named = [
			("weight", self.weight),
			("length", self.length),
			("deadline", self.deadline),
			("pool_empty", self.pool_empty),
			("other", self.other),
		]
		.into_iter()
		.filter(|(_, count)| *count > 0);
		named
			.next()
			.filter(|_| named.next().is_none())
			.map(|(name, _)| name)
	}

	/// What ended the blocks between two moments.
	pub fn between(before: &Scrape, after: &Scrape) -> Self {
		let mut limits = Self::default();
		for (reason, count) in &after.ends {
			let new = count - before.ends.get(reason).copied().unwrap_or_default();
			let slot = match reason.as_str() {
				"hit_block_weight_limit" => &mut limits.weight,
				"hit_block_size_limit" => &mut limits.length,
				"hit_deadline" => &mut limits.deadline,
				"no_more_transactions" => &mut limits.pool_empty,
				_ => &mut limits.other,
			};
			// A count of blocks.
			#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
			let new = new.max(0.0) as u64;
			*slot += new;
		}
		limits
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::net::TcpListener;

	const TEXT: &str = "\
# HELP substrate_proposer_end_proposal_reason The reason why the block proposing was ended.
# TYPE substrate_proposer_end_proposal_reason counter
substrate_proposer_end_proposal_reason{reason=\"hit_block_weight_limit\",chain=\"athanor_dev\"} 7
substrate_proposer_end_proposal_reason{chain=\"athanor_dev\",reason=\"no_more_transactions\"} 3
substrate_proposer_block_proposal_time_bucket{chain=\"athanor_dev\",le=\"0.005\"} 1
substrate_proposer_block_proposal_time_sum{chain=\"athanor_dev\"} 2.5
substrate_proposer_block_proposal_time_count{chain=\"athanor_dev\"} 10
substrate_sub_txpool_maintain_duration_seconds_sum 0.5
substrate_sub_txpool_maintain_duration_seconds_count 5
substrate_sub_txpool_removed_invalid_txs_total{chain=\"athanor_dev\"} 2
";

	#[test]
	fn what_ended_blocks_is_counted_between_two_moments() {
		let after = Scrape::of(TEXT);
		assert_eq!(after.invalid, 2.0);
		let limits = Limits::between(&Scrape::default(), &after);
		let expected = Limits {
			weight: 7,
			pool_empty: 3,
			..Limits::default()
		};
		assert_eq!(limits, expected);
		assert_eq!(Limits::between(&after, &after), Limits::default());
		assert_eq!(limits.name(), None, "two reasons");
		assert_eq!(Limits::default().name(), None);
		let one = Limits {
			length: 1,
			..Limits::default()
		};
		assert_eq!(one.name(), Some("length"));
	}

	#[test]
	fn times_have_a_mean() {
		let scrape = Scrape::of(TEXT);
		assert_eq!(scrape.proposal.mean_since(&Times::default()), Some(250.0));
		assert_eq!(scrape.maintain.mean_since(&Times::default()), Some(100.0));
		assert_eq!(scrape.proposal.mean_since(&scrape.proposal), None);
	}

	#[test]
	fn addresses_are_checked() {
		let endpoint = Endpoint::parse("http://127.0.0.1:9615/metrics").unwrap();
		assert_eq!(
			(endpoint.host.as_str(), endpoint.path.as_str()),
			("127.0.0.1:9615", "/metrics")
		);
		assert_eq!(
			Endpoint::parse("http://localhost:1").unwrap().path,
			"/metrics"
		);
		assert!(Endpoint::parse("127.0.0.1:9615").is_err());
		assert!(Endpoint::parse("http://localhost/metrics").is_err());
	}

	#[tokio::test]
	async fn metrics_are_fetched_over_http() {
		let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}/metrics", server.local_addr().unwrap());
		let served = tokio::spawn(async move {
			for status in ["200 OK", "404 Not Found"] {
				let (mut stream, _) = server.accept().await.unwrap();
				let mut request = [0; 512];
				assert!(stream.read(&mut request).await.unwrap() > 0);
				let answer = format!("HTTP/1.0 {status}\r\n\r\n{TEXT}");
				stream.write_all(answer.as_bytes()).await.unwrap();
			}
		});
		let endpoint = Endpoint::parse(&url).unwrap();
		assert_eq!(endpoint.scrape().await.unwrap(), Scrape::of(TEXT));
		let error = format!("{:#}", endpoint.scrape().await.unwrap_err());
		assert!(error.contains("404"), "{error}");
		served.await.unwrap();
	}
}
