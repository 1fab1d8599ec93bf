//! What can go wrong, in words that say what to do about it.

use std::{path::PathBuf, time::Duration};

use athanor_primitives::{eligibility::Ineligible, receipt::Refusal};

/// Everything that the library reports as failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The URL cannot be the address of a node.
	#[error("`{url}` is not the address of a node: {reason}; pass one like ws://127.0.0.1:9944")]
	BadUrl {
		/// What was given.
		url: String,
		/// What is wrong with it.
		reason: String,
	},
	/// Nobody answers.
	#[error(
		"no node answers at {url} ({reason}); start one with `athanor-node --dev` or pass --url"
	)]
	Unreachable {
		/// Where a node was expected.
		url: String,
		/// What the connection failed with.
		reason: String,
	},
	/// The chain lacks a pallet that makes it this chain.
	#[error("this is not an Athanor chain: pallet {0} is missing; is --url right?")]
	NotAthanor(&'static str),
	/// Runtime and client do not fit together.
	#[error(
		"the chain's runtime does not fit this client: {0}; use the client of the node's release"
	)]
	Incompatible(String),
	/// The node answered with an error.
	#[error("the node reports: {0}")]
	Node(String),
	/// The node no longer has the state that was asked for.
	#[error(
		"the node has discarded the state that is needed ({0}); ask an archive node, \
		 `athanor-node --state-pruning archive --blocks-pruning archive`"
	)]
	Pruned(String),
	/// What was asked for does not exist.
	#[error("{0}")]
	NotFound(String),
	/// What was asked for makes no sense; nothing was sent.
	#[error("{0}")]
	Input(String),
	/// The chain rejected a transaction.
	#[error("rejected on chain: {0}")]
	Rejected(#[from] Rejection),
	/// It took too long.
	#[error("timed out after {} s waiting for {what}", .after.as_secs())]
	TimedOut {
		/// What was waited for.
		what: String,
		/// For how long.
		after: Duration,
	},
	/// A key file cannot be used.
	#[error(transparent)]
	Key(#[from] KeyError),
}

impl Error {
	/// The exit code of a command that ends with this error: 2 usage, 3 not found, 4 rejected on
	/// chain, 5 timed out, 1 for anything else.
	pub fn exit_code(&self) -> u8 {
		match self {
			Self::BadUrl { .. } | Self::Input(_) | Self::Key(_) => 2,
			Self::NotFound(_) => 3,
			Self::Rejected(_) => 4,
			Self::TimedOut { .. } => 5,
			_ => 1,
		}
	}

	/// The chain's rejection, if it is one.
	pub fn rejection(&self) -> Option<&Rejection> {
		match self {
			Self::Rejected(rejection) => Some(rejection),
			_ => None,
		}
	}
}

/// Why the chain rejected a transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct Rejection {
	/// Name of the error: `Staking.StakeTooLow` for one of a pallet, `Token.FundsUnavailable` for
	/// one of the runtime, `Transaction.Payment` for one of the transaction pool.
	pub name: String,
	/// What it means and what to do about it: for a pallet's error, what the runtime's metadata
	/// says.
	pub reason: String,
	/// Whether the transaction is in a block all the same. Then its fee was paid.
	pub in_block: bool,
}

/// Why a transaction did not get past the transaction pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
	/// The runtime does not know the call, or not for this sender.
	Call,
	/// The account cannot pay the fee.
	Payment,
	/// The nonce is ahead of the account's.
	Future,
	/// The nonce has been used.
	Stale,
	/// The signature does not fit.
	BadProof,
	/// The transaction has expired.
	AncientBirthBlock,
	/// No room in a block.
	ExhaustsResources,
	/// The sender cannot send.
	BadSigner,
	/// A code that the runtime gives a meaning: [`Refusal::code`] for receipts and claims, and
	/// [`Ineligible::code`] for claims.
	Custom(u8),
	/// Anything else.
	Other,
}

impl Invalid {
	/// The refusal that the code stands for, if it is one of a receipt.
	pub fn refusal(self) -> Option<Refusal> {
		match self {
			Self::Custom(code) => Refusal::from_code(code),
			_ => None,
		}
	}

	fn name(self) -> String {
		match self {
			Self::Custom(code) => match (Refusal::from_code(code), Ineligible::from_code(code)) {
				(Some(refusal), _) => format!("Receipt.{refusal:?}"),
				(None, Some(reason)) => format!("Claim.{reason:?}"),
				(None, None) => format!("Transaction.Custom({code})"),
			},
			other => format!("Transaction.{other:?}"),
		}
	}

	fn reason(self) -> String {
		match self {
			Self::Call => "the runtime does not accept this call from this sender",
			Self::Payment => {
				"the account cannot pay the fee; look at `athanor wallet balance` and top it up"
			}
			Self::Future => {
				"an earlier transaction of this account is missing; send that one first"
			}
			Self::Stale => "another transaction of this account took its place; send it again",
			Self::BadProof => {
				"the signature does not fit; the runtime may have been upgraded meanwhile, send it \
				 again"
			}
			Self::AncientBirthBlock => "the transaction has expired; send it again",
			Self::ExhaustsResources => "there is no room in a block; send it again later",
			Self::BadSigner => "this account cannot send transactions",
			Self::Custom(code) => match (Refusal::from_code(code), Ineligible::from_code(code)) {
				(Some(refusal), _) => refusal.reason(),
				(None, Some(reason)) => reason.reason(),
				(None, None) => {
					"the runtime refuses the transaction with a code this client does not know"
				}
			},
			Self::Other => "the runtime refuses the transaction",
		}
		.to_owned()
	}
}

impl From<Invalid> for Rejection {
	fn from(invalid: Invalid) -> Self {
		Self {
			name: invalid.name(),
			reason: invalid.reason(),
			in_block: false,
		}
	}
}

/// Why a key file cannot be used. Never shows what is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
	/// No key was named.
	#[error(
		"this command signs a transaction and needs a key: pass --key FILE or set \
		 ATHANOR_KEY_FILE; make one with `athanor wallet new --out FILE`"
	)]
	Missing,
	/// The file cannot be read.
	#[error(
		"cannot read the key file {}: {reason}; make one with `athanor wallet new --out {}`",
		.path.display(), .path.display()
	)]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// What the system said.
		reason: String,
	},
	/// Others than the owner may read the file.
	#[error(
		"others can read the key file {} (mode {mode:04o}); run `chmod 600 {}`",
		.path.display(), .path.display()
	)]
	Exposed {
		/// The file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// The content is not a secret.
	#[error(
		"{} does not hold a key: {reason}; it needs one line with a secret phrase, optionally with \
		 a derivation like `//hot`, or a seed of 0x and 64 hexadecimal digits",
		.path.display()
	)]
	Malformed {
		/// The file.
		path: PathBuf,
		/// What is wrong, without the content.
		reason: String,
	},
	/// The file is there already.
	#[error("{} exists and is not overwritten; name another file", .path.display())]
	Exists {
		/// The file.
		path: PathBuf,
	},
	/// The file cannot be written.
	#[error("cannot write the key file {}: {reason}", .path.display())]
	Unwritable {
		/// The file.
		path: PathBuf,
		/// What the system said.
		reason: String,
	},
	/// Not a phrase length that exists.
	#[error("a secret phrase has 12 or 24 words, not {0}")]
	WordCount(usize),
}

/// Turns an error of the client library underneath into ours.
pub(crate) fn node(error: impl Into<subxt::Error>) -> Error {
	let text = error.into().to_string();
	if text.contains("State already discarded") || text.contains("UnknownBlock") {
		return Error::Pruned(text);
	}
	Error::Node(text)
}

/// Turns an error of the RPC layer into ours.
pub(crate) fn rpc(error: subxt::rpcs::Error) -> Error {
	node(subxt::Error::from(error))
}

/// What the client cannot make sense of in the chain's metadata or state.
pub(crate) fn misfit(error: impl std::fmt::Display) -> Error {
	Error::Incompatible(error.to_string())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn exit_codes_are_the_documented_ones() {
		let rejection = Rejection::from(Invalid::Payment);
		assert_eq!(Error::Input(String::new()).exit_code(), 2);
		assert_eq!(Error::Key(KeyError::Missing).exit_code(), 2);
		assert_eq!(Error::NotFound(String::new()).exit_code(), 3);
		assert_eq!(Error::Rejected(rejection).exit_code(), 4);
		let late = Error::TimedOut {
			what: String::new(),
			after: Duration::from_secs(1),
		};
		assert_eq!(late.exit_code(), 5);
		assert_eq!(Error::Node(String::new()).exit_code(), 1);
	}

	#[test]
	fn custom_codes_are_those_of_receipts_and_claims() {
		for refusal in Refusal::ALL {
			let invalid = Invalid::Custom(refusal.code());
			assert_eq!(invalid.refusal(), Some(refusal));
			let rejection = Rejection::from(invalid);
			assert_eq!(rejection.name, format!("Receipt.{refusal:?}"));
			assert_eq!(rejection.reason, refusal.reason());
		}
		for reason in Ineligible::ALL {
			let rejection = Rejection::from(Invalid::Custom(reason.code()));
			assert_eq!(rejection.name, format!("Claim.{reason:?}"));
			assert_eq!(rejection.reason, reason.reason());
		}
		assert_eq!(Invalid::Custom(200).refusal(), None);
		assert_eq!(
			Rejection::from(Invalid::Custom(200)).name,
			"Transaction.Custom(200)"
		);
		assert_eq!(Invalid::Stale.refusal(), None);
	}

	#[test]
	fn errors_name_the_remedy() {
		let error = Error::Unreachable {
			url: "ws://x".into(),
			reason: "refused".into(),
		};
		assert!(error.to_string().contains("athanor-node --dev"));
		assert!(error.to_string().contains("--url"));
		let exposed = KeyError::Exposed {
			path: "/k".into(),
			mode: 0o644,
		};
		assert_eq!(
			exposed.to_string(),
			"others can read the key file /k (mode 0644); run `chmod 600 /k`"
		);
		assert_eq!(
			Error::NotAthanor("Jobs").to_string(),
			"this is not an Athanor chain: pallet Jobs is missing; is --url right?"
		);
	}

	#[test]
	fn discarded_state_is_told_apart() {
		let error = subxt::Error::other_str("Client error: UnknownBlock: State already discarded");
		assert!(matches!(node(error), Error::Pruned(_)));
		assert!(matches!(
			node(subxt::Error::other_str("busy")),
			Error::Node(_)
		));
	}
}
