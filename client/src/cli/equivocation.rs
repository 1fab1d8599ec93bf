//! `athanor job report-equivocation`.

use std::path::Path;

use athanor::{
	Amount, Call, Error,
	chain::events::{SlashRaised, WorkerEquivocated},
	primitives::{
		H256,
		receipt::{Receipt, SignedReceipt},
	},
	verify::is_signed,
};
use serde::Deserialize;
use serde_json::{Value, json};
use subxt::ext::codec::DecodeAll;

use super::{
	Context,
	output::{Done, hexadecimal, note, report},
	parse_hex,
};

/// Shown at the end of `--help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor --key any.key job report-equivocation first.json second.json
  athanor --key any.key job report-equivocation first.hex second.hex --estimate

A file holds a signed receipt: the SCALE bytes of SignedReceipt in hexadecimal, or JSON as
`athanor job get 12 -o json` writes it (the whole answer, or its `receipt` or `signed` part). The report
costs no fee if the proof is good. It can be made until the job's retention ends.";

/// Most bytes of a file that is read.
const MAX_FILE: u64 = 4 << 20;

/// Reports the receipts in two files.
pub async fn run(context: &Context, first: &Path, second: &Path) -> Result<(), Error> {
	let (first, second) = (read(first)?, read(second)?);
	let chain = context.chain().await?;
	check(&first, &second, &chain.genesis())?;
	let (job, worker) = (first.receipt.job, hexadecimal(first.worker));
	note(format_args!(
		"two receipts for job {job}, both signed by the worker key {worker}"
	));
	let call = Call::ReportEquivocation {
		first: Box::new(first),
		second: Box::new(second),
	};
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |included| {
		let event = included
			.events
			.first::<WorkerEquivocated>()?
			.ok_or_else(|| Error::Incompatible("the report leaves no event".to_owned()))?;
		let slash = included.events.first::<SlashRaised>()?;
		let then = slash.as_ref().map_or_else(String::new, |slash| {
			format!(
				"; slash {} takes it in block {} unless governance cancels that,",
				slash.slash, slash.enacts_at
			)
		});
		Ok(Done {
			text: format!(
				"{} behind {} frozen for two receipts for job {job}{then}",
				Amount(event.slashed),
				event.provider
			),
			json: json!({"job": job, "equivocation": event, "slash": slash}),
		})
	})
}

/// Whether these are a proof; said here, because a call that fails costs its fee.
fn check(first: &SignedReceipt, second: &SignedReceipt, genesis: &H256) -> Result<(), Error> {
	let wrong = |text: String| Err(Error::Input(text));
	if first.receipt.job != second.receipt.job {
		return wrong(format!(
			"the receipts are about different jobs, {} and {}; both have to be about one",
			first.receipt.job, second.receipt.job
		));
	}
	if first.worker != second.worker {
		return wrong(format!(
			"the receipts are of different worker keys, {} and {}; one key has to have signed both",
			hexadecimal(first.worker),
			hexadecimal(second.worker)
		));
	}
	if first.receipt == second.receipt {
		return wrong("the receipts say the same; that is no fault".to_owned());
	}
	for (place, signed) in [("first", first), ("second", second)] {
		if signed.genesis != *genesis {
			return wrong(format!(
				"the {place} receipt is for the chain with genesis hash {:?}, and this one's is \
				 {genesis:?}; is --url right?",
				signed.genesis
			));
		}
		let payload = signed.receipt.payload(genesis);
		if !is_signed(&signed.worker, &signed.signature, &payload) {
			return wrong(format!(
				"the signature of the {place} receipt does not fit its content and key; it proves nothing"
			));
		}
	}
	Ok(())
}

fn read(path: &Path) -> Result<SignedReceipt, Error> {
	let shown = path.display();
	let unreadable =
		|error: &dyn std::fmt::Display| Error::Input(format!("cannot read {shown}: {error}"));
	let size = std::fs::metadata(path)
		.map_err(|error| unreadable(&error))?
		.len();
	if size > MAX_FILE {
		return Err(unreadable(&"it is too large for a receipt"));
	}
	let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
	parse(text.trim()).map_err(|reason| {
		Error::Input(format!(
			"{shown} holds no signed receipt: {reason}; it needs the SCALE bytes in hexadecimal, or JSON \
			 as `athanor job get JOB -o json` writes it"
		))
	})
}

fn parse(text: &str) -> Result<SignedReceipt, String> {
	if text.starts_with('{') {
		let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
		return from_json(value);
	}
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let bytes = hex::decode(digits).map_err(|error| format!("not hexadecimal: {error}"))?;
	SignedReceipt::decode_all(&mut &*bytes).map_err(|error| error.to_string())
}

/// A signed receipt as this program writes it.
#[derive(Deserialize)]
struct Signed {
	receipt: Receipt,
	genesis: H256,
	worker: String,
	signature: String,
}

/// Reads a receipt, or an answer that has one inside.
fn from_json(mut value: Value) -> Result<SignedReceipt, String> {
	// A job has a stored receipt, and that has the signed one; a signed receipt has a `receipt` too.
	if value.get("worker").is_none()
		&& let Some(stored) = value.get_mut("receipt").map(Value::take)
	{
		value = stored;
	}
	if let Some(signed) = value.get_mut("signed").map(Value::take) {
		value = signed;
	}
	let signed: Signed = serde_json::from_value(value).map_err(|error| error.to_string())?;
	Ok(SignedReceipt {
		receipt: signed.receipt,
		genesis: signed.genesis,
		worker: parse_hex(&signed.worker).map_err(|error| format!("worker: {error}"))?,
		signature: parse_hex(&signed.signature).map_err(|error| format!("signature: {error}"))?,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::chain::StoredReceipt;
	use ed25519_dalek::{Signer, SigningKey};
	use subxt::ext::codec::Encode;

	const GENESIS: H256 = H256([9; 32]);

	fn signed(job: u64, tokens_out: u32, key: u8) -> SignedReceipt {
		let receipt = Receipt {
			job,
			model: 1,
			model_version: 1,
			input_hash: H256([1; 32]),
			output_hash: H256([2; 32]),
			tokens_in: 3,
			tokens_out,
			finish: 0,
			commitment: H256([4; 32]),
		};
		let key = SigningKey::from_bytes(&[key; 32]);
		SignedReceipt {
			signature: key.sign(&receipt.payload(&GENESIS)).to_bytes(),
			worker: key.verifying_key().to_bytes(),
			receipt,
			genesis: GENESIS,
		}
	}

	#[test]
	fn receipts_are_read_in_every_form() {
		let expected = signed(7, 2, 1);
		let digits = hex::encode(expected.encode());
		assert_eq!(parse(&digits).as_ref(), Ok(&expected));
		assert_eq!(parse(&format!("0x{digits}")).as_ref(), Ok(&expected));

		let stored = StoredReceipt {
			signed: expected.clone(),
			tokens: vec![1, 2],
			text: b"hi".to_vec(),
			text_signature: [5; 64],
		};
		let stored = serde_json::to_value(stored).unwrap();
		let inner = stored["signed"].clone();
		let whole = json!({"id": 7, "outcome": null, "receipt": stored.clone()});
		for value in [inner, stored, whole] {
			assert_eq!(parse(&value.to_string()).as_ref(), Ok(&expected), "{value}");
		}
	}

	#[test]
	fn what_is_no_receipt_is_told() {
		let digits = hex::encode(signed(7, 2, 1).encode());
		for text in [
			"",
			"zz",
			"0x00",
			&format!("{digits}00"),
			"{}",
			r#"{"receipt": 5}"#,
			r#"{"worker": "0x00"}"#,
		] {
			assert!(parse(text).is_err(), "{text}");
		}
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("receipt");
		std::fs::write(&path, "{}").unwrap();
		let error = read(&path).unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("athanor job get"), "{error}");
		assert!(read(&dir.path().join("none")).is_err());
	}

	#[test]
	fn only_a_proof_is_sent() {
		let refused = |first: &SignedReceipt, second: &SignedReceipt| {
			let error = check(first, second, &GENESIS).unwrap_err();
			assert_eq!(error.exit_code(), 2);
			error.to_string()
		};
		let one = signed(7, 2, 1);
		assert!(check(&one, &signed(7, 3, 1), &GENESIS).is_ok());
		assert!(refused(&one, &one).contains("say the same"));
		assert!(refused(&one, &signed(8, 3, 1)).contains("different jobs"));
		assert!(refused(&one, &signed(7, 3, 2)).contains("different worker keys"));
		let mut forged = signed(7, 3, 1);
		forged.signature[0] ^= 1;
		assert!(refused(&one, &forged).contains("second receipt does not fit"));
		let mut elsewhere = signed(7, 3, 1);
		elsewhere.genesis = H256([1; 32]);
		assert!(refused(&one, &elsewhere).contains("genesis"));
	}
}
