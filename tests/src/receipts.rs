//! Receipts that the harness signs, to see what the chain makes of them.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use athanor::{AccountId, chain::Job};
use athanor_primitives::{
	H256, JobId, Signature, WorkerKey,
	receipt::{
		Delivery, Finish, Receipt, SignedReceipt, commitment, delivery_payload, output_hash,
	},
	worker_key::worker_key_payload,
};
use ed25519_dalek::{Signer as _, SigningKey};

/// A worker key whose seed the harness knows.
#[derive(Clone, Debug)]
pub struct Signer(SigningKey);

impl Signer {
	/// The key of a seed.
	pub fn from_seed(seed: &[u8; 32]) -> Self {
		Self(SigningKey::from_bytes(seed))
	}

	/// The key in a worker's key file.
	///
	/// # Errors
	/// When the file cannot be read, or holds no key.
	pub fn from_file(path: &Path) -> Result<Self> {
		let text = fs::read_to_string(path)?;
		let mut seed = [0; 32];
		hex::decode_to_slice(text.trim().trim_start_matches("0x"), &mut seed)
			.with_context(|| format!("{} holds no key", path.display()))?;
		Ok(Self::from_seed(&seed))
	}

	/// The public key.
	pub fn public(&self) -> WorkerKey {
		self.0.verifying_key().to_bytes()
	}

	/// The proof with which `provider` registers it.
	pub fn proof(&self, genesis: &H256, provider: &AccountId) -> Signature {
		self.0
			.sign(&worker_key_payload(genesis, &provider.0))
			.to_bytes()
	}

	/// A receipt that `job` would be done with, for the chain with this genesis hash.
	pub fn receipt(
		&self,
		genesis: H256,
		id: JobId,
		job: &Job,
		tokens: &[u32],
		text: &str,
	) -> (SignedReceipt, Delivery) {
		let worker = self.public();
		let receipt = Receipt {
			job: id,
			model: job.model,
			model_version: job.model_version,
			input_hash: job.input_hash,
			output_hash: output_hash(tokens),
			tokens_in: job.max_input_tokens.min(3),
			tokens_out: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
			finish: Finish::Stop.code(),
			commitment: commitment(&[1; 32], &[2; 32], &worker, id),
		};
		let delivery = Delivery {
			tokens: tokens.to_vec(),
			text: text.as_bytes().to_vec(),
			signature: self
				.0
				.sign(&delivery_payload(&genesis, id, text.as_bytes()))
				.to_bytes(),
		};
		let signature = self.0.sign(&receipt.payload(&genesis)).to_bytes();
		(
			SignedReceipt {
				receipt,
				genesis,
				worker,
				signature,
			},
			delivery,
		)
	}
}
