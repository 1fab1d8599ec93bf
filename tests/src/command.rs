//! Programs that do one thing and end.

use std::{
	ffi::OsStr,
	fs::File,
	io::Write,
	path::{Path, PathBuf},
	process::{ExitStatus, Stdio},
	time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{
	accounts, binaries,
	lab::Lab,
	node::Node,
	process::{self, Process},
	wait::seconds,
};

/// A command that takes longer has failed, unless it is given more.
const LIMIT: Duration = seconds(60);

/// The command line client, for one node.
#[derive(Clone, Debug)]
pub struct Cli {
	lab: Lab,
	program: PathBuf,
	url: String,
}

impl Cli {
	/// The command line client for this node, also after the node was restarted.
	///
	/// # Errors
	/// When it has not been built.
	pub fn new(lab: &Lab, node: &Node) -> Result<Self> {
		Ok(Self {
			lab: lab.clone(),
			program: binaries::cli()?,
			url: node.url(),
		})
	}

	/// Runs a command with the key of a development account, such as `Alice`, and JSON as output.
	///
	/// # Errors
	/// As [`run`].
	pub async fn run(&self, who: &str, args: &[&str]) -> Result<Finished> {
		run_command(&self.lab, self.command(who, args)?, seconds(120)).await
	}

	/// Starts such a command and does not wait for its end. What it writes goes to the log `name`.
	///
	/// # Errors
	/// When it cannot be started.
	pub fn start(&self, name: &str, who: &str, args: &[&str]) -> Result<Process> {
		Process::start(&self.lab, name, &mut self.command(who, args)?)
	}

	fn command(&self, who: &str, args: &[&str]) -> Result<std::process::Command> {
		let mut command = process::command(&self.program);
		command
			.arg("--key")
			.arg(accounts::key_file(&self.lab, who)?);
		command.args(["--url", &self.url, "-o", "json"]).args(args);
		Ok(command)
	}
}

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
	shown: String,
	/// How it ended.
	pub status: ExitStatus,
	/// What it wrote to standard output.
	pub stdout: String,
	/// What it wrote to standard error.
	pub stderr: String,
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started, does not end in time, or panics. That it reports a failure is no error
/// here: look at [`Finished::status`].
pub async fn run<A: AsRef<OsStr>>(lab: &Lab, program: &Path, args: &[A]) -> Result<Finished> {
	let mut command = process::command(program);
	command.args(args);
	run_command(lab, command, LIMIT).await
}

/// [`run`] for a command that was prepared, with a time limit.
///
/// # Errors
/// As there.
pub async fn run_command(
	lab: &Lab,
	command: std::process::Command,
	limit: Duration,
) -> Result<Finished> {
	let shown = shown(&command);
	let mut command = tokio::process::Command::from(command);
	command
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.kill_on_drop(true);
	let output = match tokio::time::timeout(limit, command.output()).await {
		Ok(output) => output.with_context(|| format!("cannot start {shown}"))?,
		Err(_) => bail!("not done within {} s: {shown}", limit.as_secs()),
	};
	let finished = Finished {
		shown,
		status: output.status,
		stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
		stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
	};
	let mut log = File::options()
		.create(true)
		.append(true)
		.open(lab.log("commands"))?;
	writeln!(log, "{finished}")?;
	ensure!(
		!finished.stderr.contains("panicked at"),
		"a command panicked: {finished}"
	);
	Ok(finished)
}

impl Finished {
	/// Fails unless the command has succeeded.
	///
	/// # Errors
	/// When it has not.
	pub fn ok(self) -> Result<Self> {
		ensure!(self.status.success(), "a command failed: {self}");
		Ok(self)
	}

	/// Fails unless the command has ended with one of these exit codes, and its message contains
	/// all of these texts.
	///
	/// # Errors
	/// When that is not so.
	pub fn fails(self, codes: &[i32], texts: &[&str]) -> Result<Self> {
		let code = self.status.code();
		ensure!(
			code.is_some_and(|code| codes.contains(&code)),
			"exit code {codes:?} was expected: {self}"
		);
		for text in texts {
			ensure!(
				self.stderr.contains(text),
				"the message lacks `{text}`: {self}"
			);
		}
		Ok(self)
	}

	/// What it wrote to standard output, as JSON: one object, the last line if there are several.
	///
	/// # Errors
	/// When it is none.
	pub fn json(&self) -> Result<Value> {
		let text = self.stdout.trim();
		serde_json::from_str(text)
			.or_else(|_| serde_json::from_str(text.lines().next_back().unwrap_or_default()))
			.with_context(|| format!("no JSON on standard output: {self}"))
	}
}

impl std::fmt::Display for Finished {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		writeln!(f, "$ {}", self.shown)?;
		writeln!(f, "{}\n{}", self.stdout.trim_end(), self.stderr.trim_end())?;
		write!(f, "{}", self.status)
	}
}

/// The command line, without the long texts that tests put into it.
fn shown(command: &std::process::Command) -> String {
	let mut line = command.get_program().to_string_lossy().into_owned();
	for arg in command.get_args() {
		let arg: String = arg.to_string_lossy().chars().take(200).collect();
		line += &format!(" {arg:?}");
	}
	line
}
