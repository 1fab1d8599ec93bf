//! Running a test: alone, with a time limit, in a folder of its own, and with the logs at hand when
//! it fails.

use std::{
	env, fs,
	fs::File,
	panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
	path::{Path, PathBuf},
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use tokio::runtime;

use crate::wait::seconds;

/// A test that takes longer has failed, unless it is given more.
const LIMIT: Duration = seconds(300);

/// So much of a log is shown.
const TAIL_LINES: usize = 60;

/// The surroundings of one test. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lab {
	inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
	dir: PathBuf,
	logs: Mutex<Vec<PathBuf>>,
}

/// Runs a test and fails if it fails, with the end of each program's log.
///
/// # Panics
/// When the test fails.
pub fn test<F>(name: &str, body: F)
where
	F: AsyncFnOnce(Lab) -> Result<()>,
{
	test_within(name, LIMIT, body);
}

/// [`test`] with a time limit.
///
/// # Panics
/// As there.
pub fn test_within<F>(name: &str, limit: Duration, body: F)
where
	F: AsyncFnOnce(Lab) -> Result<()>,
{
	let _alone = alone().expect("tests can be kept from running at the same time");
	let started = Instant::now();
	let folder = tempfile::Builder::new()
		.prefix(&format!("athanor-{name}-"))
		.tempdir()
		.expect("a folder can be made");
	let lab = Lab {
		inner: Arc::new(Inner {
			dir: folder.path().to_owned(),
			logs: Mutex::new(Vec::new()),
		}),
	};
	let result = catch_unwind(AssertUnwindSafe(|| run(&lab, limit, body)));
	let took = started.elapsed().as_secs_f32();
	match result {
		Ok(Ok(())) => {
			eprintln!("{name}: {took:.1} s");
			if env::var_os("ATHANOR_E2E_KEEP").is_some() {
				keep(folder);
			}
		}
		Ok(Err(error)) => {
			lab.show_logs();
			keep(folder);
			panic!("{name} failed after {took:.1} s: {error:?}");
		}
		Err(panic) => {
			lab.show_logs();
			keep(folder);
			resume_unwind(panic);
		}
	}
}

fn run<F>(lab: &Lab, limit: Duration, body: F) -> Result<()>
where
	F: AsyncFnOnce(Lab) -> Result<()>,
{
	let runtime = runtime::Builder::new_multi_thread()
		.worker_threads(2)
		.enable_all()
		.build()?;
	runtime.block_on(async {
		tokio::time::timeout(limit, body(lab.clone()))
			.await
			.unwrap_or_else(|_| Err(anyhow!("it was not done within {} s", limit.as_secs())))
	})
}

/// Waits until no other test of this machine runs, and keeps others from running.
fn alone() -> Result<File> {
	let path = env::temp_dir().join("athanor-e2e.lock");
	let file = File::create(&path).with_context(|| format!("cannot open {}", path.display()))?;
	file.lock()?;
	Ok(file)
}

fn keep(folder: TempDir) {
	eprintln!("kept {}", folder.keep().display());
}

impl Lab {
	/// Surroundings that are no test's: in this folder, which is made if it is not there and stays.
	///
	/// # Errors
	/// When it cannot be made.
	pub fn in_folder(dir: &Path) -> Result<Self> {
		fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
		Ok(Self {
			inner: Arc::new(Inner {
				dir: dir.canonicalize()?,
				logs: Mutex::new(Vec::new()),
			}),
		})
	}

	/// The test's own folder.
	pub fn dir(&self) -> &Path {
		&self.inner.dir
	}

	/// A folder in it, made if it is not there.
	///
	/// # Errors
	/// When it cannot be made.
	pub fn folder(&self, name: &str) -> Result<PathBuf> {
		let path = self.dir().join(name);
		fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
		Ok(path)
	}

	/// The log of the program of this name; its end is shown when the test fails.
	pub fn log(&self, name: &str) -> PathBuf {
		let path = self.dir().join(format!("{name}.log"));
		let mut logs = self
			.inner
			.logs
			.lock()
			.unwrap_or_else(PoisonError::into_inner);
		if !logs.contains(&path) {
			logs.push(path.clone());
		}
		path
	}

	fn show_logs(&self) {
		let logs = self
			.inner
			.logs
			.lock()
			.unwrap_or_else(PoisonError::into_inner);
		for path in logs.iter() {
			let bytes = fs::read(path).unwrap_or_default();
			let text = String::from_utf8_lossy(&bytes);
			let lines: Vec<&str> = text.lines().collect();
			let from = lines.len().saturating_sub(TAIL_LINES);
			eprintln!(
				"--- {} (last {} of {} lines)",
				path.display(),
				lines.len() - from,
				lines.len()
			);
			for line in &lines[from..] {
				eprintln!("{line}");
			}
		}
		eprintln!("---");
	}
}
