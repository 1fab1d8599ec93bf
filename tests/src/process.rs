//! Programs that run while a test looks at them.

use std::{
	env,
	fs::{self, File},
	os::unix::process::CommandExt,
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
	time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use nix::{
	sys::signal::{Signal, killpg},
	unistd::Pid,
};

use crate::{lab::Lab, wait::until};

/// Ends the process group `$1` when its standard input ends: when the test is gone, however it went.
const GUARD: &str = r#"read -r _; kill -s KILL -- "-$1" 2>/dev/null"#;

/// A running program with its children. It is killed when this is dropped, and when the test's own
/// process ends in any way.
#[derive(Debug)]
pub struct Process {
	name: String,
	child: Child,
	guard: Child,
	log: PathBuf,
	/// Where in the log this run begins.
	offset: usize,
	exit: Option<ExitStatus>,
}

/// A command without what this process's environment could tell it.
pub fn command(program: &Path) -> Command {
	let mut command = Command::new(program);
	for (name, _) in env::vars_os() {
		let name = name.to_string_lossy().into_owned();
		if name.starts_with("ATHANOR_") || name == "RUST_LOG" {
			command.env_remove(name);
		}
	}
	command
		.env("NO_COLOR", "1")
		.env("RUST_BACKTRACE", "1")
		.stdin(Stdio::null());
	command
}

impl Process {
	/// Starts a program. What it writes goes to the log of that name, after what is there.
	///
	/// # Errors
	/// When it cannot be started.
	pub fn start(lab: &Lab, name: &str, command: &mut Command) -> Result<Self> {
		let log = lab.log(name);
		let out = File::options().create(true).append(true).open(&log)?;
		let offset = usize::try_from(out.metadata()?.len())?;
		let mut child = command
			.stdout(out.try_clone()?)
			.stderr(out)
			.process_group(0)
			.spawn()
			.with_context(|| format!("cannot start {name}: {command:?}"))?;
		match guard(child.id()) {
			Ok(guard) => Ok(Self {
				name: name.to_owned(),
				child,
				guard,
				log,
				offset,
				exit: None,
			}),
			Err(error) => {
				child.kill()?;
				child.wait()?;
				Err(error)
			}
		}
	}

	/// Its name.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// What it has written since it was started.
	///
	/// # Errors
	/// When the log cannot be read.
	pub fn output(&self) -> Result<String> {
		let bytes = fs::read(&self.log)?;
		Ok(String::from_utf8_lossy(bytes.get(self.offset..).unwrap_or_default()).into_owned())
	}

	/// Waits for a line that contains `text`, and returns it.
	///
	/// # Errors
	/// When it does not come in time, or the program ends.
	pub async fn line(&mut self, text: &str, limit: Duration) -> Result<String> {
		let what = format!("{} writes `{text}`", self.name);
		until(&what, limit, async || {
			// Asked first: what a program writes last is there when it has ended.
			let ended = self.has_ended()?;
			let output = self.output()?;
			let found = output
				.lines()
				.find(|line| line.contains(text))
				.map(str::to_owned);
			match (found, ended) {
				(None, Some(status)) => bail!("{} ended ({status}) before: {what}", self.name),
				(found, _) => Ok(found),
			}
		})
		.await
	}

	/// How it has ended, if it has.
	///
	/// # Errors
	/// When the system does not say.
	pub fn has_ended(&mut self) -> Result<Option<ExitStatus>> {
		if self.exit.is_none() {
			self.exit = self.child.try_wait()?;
		}
		Ok(self.exit)
	}

	/// Fails if the program is not running any more.
	///
	/// # Errors
	/// When it is not.
	pub fn expect_running(&mut self) -> Result<()> {
		match self.has_ended()? {
			None => Ok(()),
			Some(status) => bail!("{} has ended ({status})", self.name),
		}
	}

	/// Waits until it ends.
	///
	/// # Errors
	/// When it does not end in time.
	pub async fn ended(&mut self, limit: Duration) -> Result<ExitStatus> {
		let what = format!("{} ends", self.name);
		until(&what, limit, async || self.has_ended()).await
	}

	/// Asks it to end, as an operator or a service manager does.
	///
	/// # Errors
	/// When it has ended already.
	pub fn terminate(&mut self) -> Result<()> {
		self.signal(Signal::SIGTERM)
	}

	/// Ends it at once, without a chance to tidy up.
	///
	/// # Errors
	/// When it has ended already.
	pub fn kill(&mut self) -> Result<()> {
		self.signal(Signal::SIGKILL)?;
		self.exit = Some(self.child.wait()?);
		Ok(())
	}

	fn signal(&mut self, signal: Signal) -> Result<()> {
		// Not reaped yet, so the id is still this process's.
		self.expect_running()?;
		killpg(self.group()?, signal)
			.map_err(|error| anyhow!("cannot send {signal} to {}: {error}", self.name))
	}

	fn group(&self) -> Result<Pid> {
		Ok(Pid::from_raw(i32::try_from(self.child.id())?))
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		// First the guard, so that it never sees the id after it has been given to another.
		let _ = self.guard.kill();
		let _ = self.guard.wait();
		if matches!(self.has_ended(), Ok(None)) {
			let _ = self.kill();
		}
	}
}

fn guard(group: u32) -> Result<Child> {
	Command::new("sh")
		.args(["-c", GUARD, "guard", &group.to_string()])
		.stdin(Stdio::piped())
		.stdout(Stdio::null())
		.stderr(Stdio::null())
		.process_group(0)
		.spawn()
		.context("cannot start sh")
}
