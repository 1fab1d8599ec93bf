//! What can end a command of the worker, and the exit code for it.

use std::io::ErrorKind;

use athanor_primitives::{H256, ModelId, model::ModelHashes};

use crate::{
	journal::JournalError, keys::KeyError, ledger::LedgerError, metrics::MetricsError,
	runner::RunError,
};

/// Exit code for failures that have no code of their own.
pub const OTHER: u8 = 1;
/// Exit code for wrong arguments and unusable files.
pub const USAGE: u8 = 2;
/// Exit code for something that is not on the chain.
pub const NOT_FOUND: u8 = 3;
/// Exit code for content that is not what it should be.
pub const VERIFICATION_FAILED: u8 = 6;

/// What ended a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// An argument cannot be used.
	#[error("{0}")]
	Usage(String),
	/// The key file.
	#[error(transparent)]
	Key(#[from] KeyError),
	/// The journal.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The chain.
	#[error(transparent)]
	Ledger(#[from] LedgerError),
	/// The connection to the chain.
	#[error(transparent)]
	Chain(#[from] athanor::Error),
	/// The metrics server.
	#[error(transparent)]
	Metrics(#[from] MetricsError),
	/// The model or the engine.
	#[error(transparent)]
	Engine(#[from] athanor_llm::Error),
	/// The prompt cannot be run.
	#[error(transparent)]
	Run(#[from] RunError),
	/// The device failed under the model.
	#[error(
		"the device failed: {0}. If its memory is full, stop what else uses it or serve a smaller model; or use --device cpu"
	)]
	Device(String),
	/// The engine fails on everything.
	#[error(
		"the engine failed {times} times in a row, at last with: {reason}. Stopped before more jobs are lost; finished work is in the journal. Start the worker again, best under a supervisor that does so by itself. If it fails again, look at the driver and the memory of the device, run `athanor-worker check`, or use --device cpu"
	)]
	EngineBroken {
		/// How many times.
		times: u32,
		/// What it said last.
		reason: String,
	},
	/// The model directory is not the registered model.
	#[error("{0}")]
	WrongModel(HashMismatch),
	/// No model of that number.
	#[error("there is no model {0} on this chain. `athanor model list` shows what there is")]
	UnknownModel(ModelId),
	/// No model with these hashes.
	#[error(
		"the model in {dir} is not registered on this chain (weights {:?}, tokenizer {:?}, template {:?}). Register it: `athanor-worker describe {dir} > model.json`, then `athanor model register --from-json model.json`; or give the right --model-dir",
		.hashes.weights, .hashes.tokenizer, .hashes.template
	)]
	UnregisteredModel {
		/// The model directory.
		dir: String,
		/// What is in it.
		hashes: ModelHashes,
	},
	/// The worker key belongs to no provider.
	#[error("the worker key {key} is registered for no provider. {remedy}")]
	UnregisteredKey {
		/// The public key.
		key: String,
		/// The commands to run.
		remedy: String,
	},
	/// The worker key was removed by its provider.
	#[error(
		"the worker key {key} was removed by the provider {provider}, and cannot sign any more. Make a new one with `athanor-worker keys new` and register it"
	)]
	RetiredKey {
		/// The public key.
		key: String,
		/// Whose it was.
		provider: String,
	},
	/// The worker key belongs to another provider.
	#[error(
		"the worker key {key} is registered for the provider {found}, not for {expected}. Give the right --provider or --key"
	)]
	OtherProvider {
		/// The public key.
		key: String,
		/// Its provider.
		found: String,
		/// The provider that was given.
		expected: String,
	},
	/// A file or stream.
	#[error("cannot {action}: {source}")]
	Io {
		/// What was tried.
		action: String,
		/// The system's answer.
		source: std::io::Error,
	},
	/// A check failed; what and why has been printed.
	#[error("{0} check(s) failed")]
	ChecksFailed(usize),
	/// A second signal came while a job was finishing.
	#[error("stopped by a second signal; the unfinished job is computed again at the next start")]
	Interrupted,
	/// A bug.
	#[error("internal error: {0}. Please report it")]
	Internal(String),
}

impl Error {
	/// The exit code of a command that ends with this.
	pub fn exit_code(&self) -> u8 {
		match self {
			Self::Key(KeyError::Randomness(_)) => OTHER,
			Self::Usage(_) | Self::Key(_) | Self::Run(RunError::Rejected(_)) => USAGE,
			Self::Journal(error) => of_journal(error),
			Self::Engine(error) => of_engine(error),
			Self::Io { source, .. } if names_no_file(source.kind()) => USAGE,
			Self::UnknownModel(_)
			| Self::UnregisteredModel { .. }
			| Self::UnregisteredKey { .. }
			| Self::RetiredKey { .. }
			| Self::OtherProvider { .. } => NOT_FOUND,
			Self::Chain(error) => error.exit_code(),
			Self::WrongModel(_) | Self::Ledger(LedgerError::WrongChain { .. }) => {
				VERIFICATION_FAILED
			}
			Self::Ledger(_)
			| Self::Metrics(_)
			| Self::Run(_)
			| Self::Device(_)
			| Self::EngineBroken { .. }
			| Self::Io { .. }
			| Self::ChecksFailed(_)
			| Self::Interrupted
			| Self::Internal(_) => OTHER,
		}
	}
}

/// The data directory is an argument; what is wrong inside it is not.
fn of_journal(error: &JournalError) -> u8 {
	match error {
		JournalError::InUse { .. }
		| JournalError::Foreign { .. }
		| JournalError::Directory { .. } => USAGE,
		JournalError::Corrupt { .. }
		| JournalError::AlreadySigned { .. }
		| JournalError::Database(_) => OTHER,
	}
}

/// All but a few are about the model's files, the prompt, or the device that was asked for.
fn of_engine(error: &athanor_llm::Error) -> u8 {
	use athanor_llm::Error;
	match error {
		Error::Device { .. } | Error::NonFiniteLogits { .. } | Error::EmptyLogits => OTHER,
		_ => USAGE,
	}
}

/// Whether there is no file of the given name that can be opened. Streams and threads do not fail
/// in this way.
fn names_no_file(kind: ErrorKind) -> bool {
	matches!(
		kind,
		ErrorKind::NotFound
			| ErrorKind::PermissionDenied
			| ErrorKind::IsADirectory
			| ErrorKind::NotADirectory
			| ErrorKind::InvalidFilename
	)
}

/// Which parts of a model directory differ from what is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashMismatch {
	/// The model.
	pub model: ModelId,
	/// The part, its hash in the directory, its hash in the registry.
	pub parts: Vec<(&'static str, H256, H256)>,
}

impl HashMismatch {
	/// Compares; `None` if all is the same.
	pub fn between(model: ModelId, here: &ModelHashes, registered: &ModelHashes) -> Option<Self> {
		let parts: Vec<_> = [
			("weights", here.weights, registered.weights),
			("tokenizer", here.tokenizer, registered.tokenizer),
			("template", here.template, registered.template),
		]
		.into_iter()
		.filter(|(_, here, registered)| here != registered)
		.collect();
		(!parts.is_empty()).then_some(Self { model, parts })
	}
}

impl std::fmt::Display for HashMismatch {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(
			f,
			"the model directory does not hold model {}: ",
			self.model
		)?;
		for (at, (part, here, registered)) in self.parts.iter().enumerate() {
			let comma = if at == 0 { "" } else { ", " };
			write!(
				f,
				"{comma}the {part} hash is {here:?}, registered is {registered:?}"
			)?;
		}
		f.write_str(
			". Download the registered version (`athanor model show` names its source), or give the right --model",
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::path::PathBuf;

	fn hashes(weights: u8, template: u8) -> ModelHashes {
		ModelHashes {
			weights: H256([weights; 32]),
			tokenizer: H256([5; 32]),
			template: H256([template; 32]),
		}
	}

	fn journal(error: JournalError) -> Error {
		Error::Journal(error)
	}

	fn io(kind: ErrorKind) -> Error {
		Error::Io {
			action: "read talk.json".into(),
			source: kind.into(),
		}
	}

	#[test]
	fn wrong_arguments_and_unusable_files_are_usage() {
		let (dir, path) = (PathBuf::from("/d"), PathBuf::from("/d/config.json"));
		let engine: [athanor_llm::Error; 5] = [
			athanor_llm::Error::NoWeights { dir: dir.clone() },
			athanor_llm::Error::Io {
				path: path.clone(),
				source: ErrorKind::NotFound.into(),
			},
			athanor_llm::Error::CorruptWeights {
				path: path.clone(),
				reason: "short".into(),
			},
			athanor_llm::Error::UnsupportedArchitecture {
				found: "Mamba".into(),
			},
			athanor_llm::Error::DeviceUnavailable {
				device: "cuda:7".into(),
				reason: "no such device".into(),
			},
		];
		let mut errors: Vec<Error> = engine.into_iter().map(Error::Engine).collect();
		errors.extend([
			Error::Usage("no".into()),
			Error::Key(KeyError::Missing { path }),
			Error::Run(RunError::Rejected("empty".into())),
			journal(JournalError::InUse { dir: dir.clone() }),
			journal(JournalError::Foreign {
				dir: dir.clone(),
				what: "the worker key",
				found: "0x1".into(),
				expected: "0x2".into(),
			}),
			journal(JournalError::Directory {
				dir,
				source: ErrorKind::PermissionDenied.into(),
			}),
			io(ErrorKind::NotFound),
			io(ErrorKind::PermissionDenied),
			io(ErrorKind::IsADirectory),
		]);
		for error in errors {
			assert_eq!(error.exit_code(), USAGE, "{error:?}");
		}
	}

	#[test]
	fn failures_of_the_machine_are_not_usage() {
		let device = athanor_llm::Error::Device {
			action: "reading the model's scores",
			reason: "lost".into(),
		};
		let scores = athanor_llm::Error::NonFiniteLogits {
			token: 1,
			position: 2,
		};
		for error in [
			Error::Engine(device),
			Error::Engine(scores),
			Error::Run(RunError::Failed("lost".into())),
			Error::Device("out of memory".into()),
			Error::EngineBroken {
				times: 5,
				reason: "lost".into(),
			},
			Error::Key(KeyError::Randomness("none".into())),
			journal(JournalError::Corrupt {
				job: 1,
				reason: "cut short".into(),
			}),
			Error::Ledger(LedgerError::Unreachable("gone".into())),
			io(ErrorKind::BrokenPipe),
			io(ErrorKind::StorageFull),
			journal(JournalError::AlreadySigned { job: 1 }),
			Error::ChecksFailed(1),
			Error::Interrupted,
			Error::Internal("bug".into()),
		] {
			assert_eq!(error.exit_code(), OTHER, "{error:?}");
		}
	}

	#[test]
	fn what_is_not_on_the_chain_and_what_is_not_the_same_have_codes() {
		assert_eq!(Error::UnknownModel(3).exit_code(), NOT_FOUND);
		let genesis = H256::zero();
		let other = LedgerError::WrongChain {
			expected: genesis,
			found: genesis,
		};
		assert_eq!(Error::Ledger(other).exit_code(), VERIFICATION_FAILED);
		let rejection = athanor::Error::NotFound(String::new());
		assert_eq!(Error::Chain(rejection).exit_code(), NOT_FOUND);
	}

	#[test]
	fn a_broken_engine_has_a_remedy() {
		let text = Error::EngineBroken {
			times: 5,
			reason: "lost".into(),
		}
		.to_string();
		assert!(text.contains("5 times") && text.contains("lost"), "{text}");
		assert!(text.contains("--device cpu"), "{text}");
	}

	#[test]
	fn a_mismatch_names_the_part_and_both_hashes() {
		assert_eq!(HashMismatch::between(0, &hashes(1, 1), &hashes(1, 1)), None);
		let text = HashMismatch::between(3, &hashes(1, 1), &hashes(1, 2))
			.unwrap()
			.to_string();
		assert!(
			text.contains("model 3") && text.contains("template"),
			"{text}"
		);
		assert!(
			!text.contains("weights") && !text.contains("tokenizer"),
			"{text}"
		);
		assert!(
			text.contains(&"01".repeat(32)) && text.contains(&"02".repeat(32)),
			"{text}"
		);
	}
}
