//! A running worker.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

use crate::{
	binaries,
	lab::Lab,
	ports::free_port,
	process::{self, Process},
	receipts::Signer,
	wait::{seconds, until},
};

/// A worker that takes longer to be ready has failed.
const START: Duration = seconds(60);

/// Says whether the worker follows the chain.
const CONNECTED: &str = "chain_connected";

/// How to start a worker.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
	/// Name of the process and its log.
	pub name: String,
	/// The node it asks.
	pub url: String,
	/// Folder of its model.
	pub model: PathBuf,
	/// File with its key.
	pub key: PathBuf,
	/// Most tokens per second.
	pub throttle: Option<f64>,
}

/// A running worker.
#[derive(Debug)]
pub struct Worker {
	lab: Lab,
	options: WorkerOptions,
	metrics: u16,
	process: Process,
}

/// What a worker's metrics say, by name; those with labels are added up.
pub type Metrics = BTreeMap<String, f64>;

impl Worker {
	/// Starts a worker and waits until it follows the chain.
	///
	/// # Errors
	/// When it does not.
	pub async fn start(lab: &Lab, options: WorkerOptions) -> Result<Self> {
		let metrics = free_port()?;
		let process = launch(lab, &options, metrics)?;
		let mut worker = Self {
			lab: lab.clone(),
			options,
			metrics,
			process,
		};
		worker.ready().await?;
		Ok(worker)
	}

	/// Starts it again after its end, with the same key and the same journal.
	///
	/// # Errors
	/// When it does not get ready.
	pub async fn restart(&mut self) -> Result<()> {
		self.relaunch()?;
		self.ready().await
	}

	/// Starts it again and does not wait until it is ready: see [`Self::ready`].
	///
	/// # Errors
	/// When it cannot be started.
	pub fn relaunch(&mut self) -> Result<()> {
		self.process = launch(&self.lab, &self.options, self.metrics)?;
		Ok(())
	}

	/// Everything that it has written, in all its lives.
	///
	/// # Errors
	/// When the log cannot be read.
	pub fn log(&self) -> Result<String> {
		let bytes = fs::read(self.lab.log(&self.options.name))?;
		Ok(String::from_utf8_lossy(&bytes).into_owned())
	}

	/// The program.
	pub fn process(&mut self) -> &mut Process {
		&mut self.process
	}

	/// Ends it at once, without a chance to tidy up.
	///
	/// # Errors
	/// When it has ended already.
	pub fn kill(&mut self) -> Result<()> {
		self.process.kill()
	}

	/// Waits until it is in the middle of a job: some tokens are there, and others are to come.
	///
	/// # Errors
	/// When that does not come in time, or the worker ends.
	pub async fn is_generating(&mut self, limit: Duration) -> Result<()> {
		let what = format!("{} generates", self.options.name);
		until(&what, limit, async || {
			self.process.expect_running()?;
			let metrics = self.metrics().await?;
			let is =
				|name: &str, least: f64| metrics.get(name).is_some_and(|value| *value >= least);
			Ok((is("generation_tokens_total", 2.0) && is("jobs_running", 1.0)).then_some(()))
		})
		.await
	}

	/// What its metrics say now.
	///
	/// # Errors
	/// When they are not served, or not in Prometheus' form.
	pub async fn metrics(&self) -> Result<Metrics> {
		let text = self.metrics_text().await?;
		let mut metrics = Metrics::new();
		for line in text
			.lines()
			.filter(|line| !line.starts_with('#') && !line.is_empty())
		{
			let (name, value) = line
				.rsplit_once(' ')
				.with_context(|| format!("no metric: {line}"))?;
			let name = name.split('{').next().unwrap_or_default().to_owned();
			*metrics.entry(name).or_default() += value.parse::<f64>()?;
		}
		Ok(metrics)
	}

	/// The value of a metric with this label, such as `result="won"`; 0 if there is none yet.
	///
	/// # Errors
	/// When they are not served, or not in Prometheus' form.
	pub async fn metric(&self, name: &str, label: &str) -> Result<f64> {
		let text = self.metrics_text().await?;
		let line = text.lines().find(|line| {
			let labels = line
				.strip_prefix(name)
				.and_then(|rest| rest.strip_prefix('{'));
			labels.is_some_and(|labels| labels.contains(label))
		});
		match line.and_then(|line| line.rsplit_once(' ')) {
			Some((_, value)) => Ok(value.parse()?),
			None => Ok(0.0),
		}
	}

	/// The same as it is served.
	///
	/// # Errors
	/// When it is not served.
	pub async fn metrics_text(&self) -> Result<String> {
		http_get(self.metrics, "/metrics").await
	}

	/// Waits until it follows the chain.
	///
	/// # Errors
	/// When it does not, or ends.
	pub async fn ready(&mut self) -> Result<()> {
		let what = format!("{} follows the chain", self.options.name);
		until(&what, START, async || {
			if let Some(status) = self.process.has_ended()? {
				bail!(
					"{} ended ({status}):\n{}",
					self.options.name,
					self.process.output()?
				);
			}
			// Not served yet while the model loads.
			let metrics = self.metrics().await.unwrap_or_default();
			Ok((metrics.get(CONNECTED) == Some(&1.0)).then_some(()))
		})
		.await
	}
}

fn launch(lab: &Lab, options: &WorkerOptions, metrics: u16) -> Result<Process> {
	let data = lab.folder(&format!("{}-data", options.name))?;
	let mut command = process::command(&binaries::worker()?);
	command.args(["run", "-v", "--device", "cpu", "--url", &options.url]);
	command
		.arg("--model-dir")
		.arg(&options.model)
		.arg("--key")
		.arg(&options.key);
	command.arg("--data-dir").arg(data);
	command.args(["--metrics", &format!("127.0.0.1:{metrics}")]);
	if let Some(rate) = options.throttle {
		command.args(["--throttle", &rate.to_string()]);
	}
	Process::start(lab, &options.name, &mut command)
}

/// Makes a worker key of the harness's own choice and its file, so that the harness can sign with it
/// too.
///
/// # Errors
/// When the file cannot be written.
pub fn new_key(lab: &Lab, name: &str, seed: u8) -> Result<(Signer, PathBuf)> {
	let path = lab.dir().join(format!("{name}.worker-key"));
	let seed = [seed; 32];
	crate::accounts::write_private(&path, &format!("0x{}\n", hex::encode(seed)))?;
	Ok((Signer::from_seed(&seed), path))
}

/// The body of an HTTP answer.
async fn http_get(port: u16, path: &str) -> Result<String> {
	let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
	let request =
		format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
	stream.write_all(request.as_bytes()).await?;
	let mut answer = Vec::new();
	tokio::time::timeout(seconds(10), stream.read_to_end(&mut answer)).await??;
	let answer = String::from_utf8(answer)?;
	let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
	ensure!(head.starts_with("HTTP/1.1 200"), "GET {path}: {head}");
	ensure!(
		!head
			.to_ascii_lowercase()
			.contains("transfer-encoding: chunked"),
		"GET {path} is chunked, which this harness does not read"
	);
	Ok(body.to_owned())
}
