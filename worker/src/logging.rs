//! Logs, on standard error.

use tracing_subscriber::{EnvFilter, fmt};

use crate::cli::{LogArgs, LogFormat};

/// Starts logging. A second call changes nothing.
pub fn start(args: &LogArgs) {
	let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| {
		EnvFilter::new(match args.verbose {
			0 => "warn,athanor_worker=info,athanor_llm=info",
			1 => "info,athanor_worker=debug,athanor_llm=debug",
			_ => "debug",
		})
	});
	let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
	// An error means that logging has been started before.
	let _ = match args.log_format {
		LogFormat::Text => builder.with_target(false).try_init(),
		LogFormat::Json => builder.json().try_init(),
	};
}
