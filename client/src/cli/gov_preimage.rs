//! `athanor gov note-preimage`.

use std::path::PathBuf;

use athanor::{
	Call, Error, View,
	chain::gov::{GovCall, Stored, decode_call},
	primitives::{H256, blake2_256},
};
use clap::Args;
use serde_json::json;

use super::{
	Context,
	gov::read_call,
	output::{Done, note, report},
};

/// Shown at the end of `gov note-preimage --help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov note-preimage --call-file upgrade.call --referendum 3
  athanor --key alice.key gov note-preimage 0x0000046869 --dry-run

To propose stores the proposal too: see `athanor gov propose --help`. This is for a referendum that says
that its preimage is missing: somebody has taken the bytes back, and the deposit for them. The deposit for
these is yours, and returns when you take them back. With --referendum, nothing is stored that is not its
proposal.";

/// What to store.
#[derive(Debug, Args)]
pub struct NoteArgs {
	/// The proposal, as 0x and hexadecimal digits.
	#[arg(required_unless_present = "call_file", value_name = "HEX")]
	call: Option<String>,
	/// File with the proposal: its bytes, or 0x and hexadecimal digits.
	#[arg(long, value_name = "FILE", conflicts_with = "call")]
	call_file: Option<PathBuf>,
	/// The referendum that lacks it.
	#[arg(long, value_name = "INDEX")]
	referendum: Option<u32>,
}

/// Stores it.
pub async fn run(context: &Context, arguments: NoteArgs) -> Result<(), Error> {
	let NoteArgs {
		call,
		call_file,
		referendum,
	} = arguments;
	let bytes = read_call(call.as_deref(), call_file.as_deref())?;
	let hash = H256(blake2_256(&bytes));
	let chain = context.chain().await?;
	let is_call = context
		.in_time("the proposal", async {
			let view = chain.at(context.at()).await?;
			if let Some(index) = referendum {
				fits(index, &view.ongoing(index).await?.proposal, &bytes)?;
			}
			is_missing(&view, &bytes).await?;
			Ok(decode_call(&bytes, view.metadata()).is_ok())
		})
		.await?;
	if !is_call {
		note("these bytes are no call of this chain: a referendum for them changes nothing");
	}
	let len = bytes.len();
	let call = Call::Governance(GovCall::NotePreimage(bytes));
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| {
		let next = referendum.map_or_else(String::new, |index| {
			format!(", and referendum {index} has its proposal again")
		});
		Ok(Done {
			json: json!({
				"hash": hash,
				"len": len,
				"is_call": is_call,
				"referendum": referendum,
			}),
			text: format!("{len} bytes with the hash {hash:?} are on the chain{next};"),
		})
	})
}

/// Whether these bytes are what a referendum lacks.
fn fits(index: u32, proposal: &Stored, bytes: &[u8]) -> Result<(), Error> {
	let (wanted, hash) = (proposal.hash(), H256(blake2_256(bytes)));
	if wanted != hash {
		return Err(Error::Input(format!(
			"these {} bytes have the hash {hash:?}, and the proposal of referendum {index} has the hash \
			 {wanted:?}; find the bytes that were proposed, or propose these with `athanor gov propose call \
			 HEX`",
			bytes.len()
		)));
	}
	match proposal {
		Stored::Inline(_) => Err(Error::Input(format!(
			"the proposal of referendum {index} is stored with it, and needs no preimage; see `athanor gov \
			 status {index}`"
		))),
		_ => Ok(()),
	}
}

/// Whether the chain does not have these bytes.
async fn is_missing(view: &View, bytes: &[u8]) -> Result<(), Error> {
	let stored = Stored::Lookup {
		hash: H256(blake2_256(bytes)),
		// There are no more than a preimage can have.
		len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
	};
	match view.proposal(&stored).await? {
		None => Ok(()),
		Some(_) => Err(Error::Input(format!(
			"the chain has these bytes already, with the hash {:?}; nothing is left to do: see `athanor gov \
			 status`",
			stored.hash()
		))),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn only_what_was_proposed_fits_a_referendum() {
		let large = vec![7; 200];
		let stored = Stored::of(&large);
		assert!(fits(3, &stored, &large).is_ok());
		let other = fits(3, &stored, &[7; 199]).unwrap_err();
		assert_eq!(other.exit_code(), 2);
		assert!(other.to_string().contains("these 199 bytes"), "{other}");
		assert!(other.to_string().contains("gov propose call"), "{other}");
		let small = fits(3, &Stored::of(&[1, 2]), &[1, 2]).unwrap_err();
		assert!(small.to_string().contains("needs no preimage"), "{small}");
	}
}
