//! Accounts and worker keys, all made from one seed.

use athanor_primitives::{WorkerKey, hash::blake2_256_of};
use athanor_runtime::AccountId;
use ed25519_dalek::SigningKey;
use polkadot_sdk::{
	sp_core::{Pair, sr25519},
	sp_runtime::traits::IdentifyAccount,
};

/// Domain of the secrets.
const DOMAIN: &[u8] = b"athanor/load/v1";

/// An account that can sign.
#[derive(Clone)]
pub struct Account {
	/// Its secret.
	pub pair: sr25519::Pair,
	/// Its name on the chain.
	pub id: AccountId,
}

impl Account {
	/// The account of a key pair.
	pub fn new(pair: sr25519::Pair) -> Self {
		let id = polkadot_sdk::sp_runtime::MultiSigner::from(pair.public()).into_account();
		Self { pair, id }
	}
}

/// What makes keys from a seed.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
	seed: u64,
}

impl Keys {
	/// The keys of a seed.
	pub fn new(seed: u64) -> Self {
		Self { seed }
	}

	fn secret(self, role: &str, index: u32) -> [u8; 32] {
		blake2_256_of(&[
			DOMAIN,
			role.as_bytes(),
			&self.seed.to_le_bytes(),
			&index.to_le_bytes(),
		])
	}

	fn account(self, role: &str, index: u32) -> Account {
		Account::new(sr25519::Pair::from_seed(&self.secret(role, index)))
	}

	/// Who registers the model.
	pub fn author(self) -> Account {
		self.account("author", 0)
	}

	/// A provider.
	pub fn provider(self, index: u32) -> Account {
		self.account("provider", index)
	}

	/// Who posts jobs and sends transfers.
	pub fn requester(self, index: u32) -> Account {
		self.account("requester", index)
	}

	/// A provider's worker.
	pub fn worker(self, index: u32) -> Worker {
		Worker(SigningKey::from_bytes(&self.secret("worker", index)))
	}

	/// A hash that stands for some content.
	pub fn content(self, name: &str) -> [u8; 32] {
		self.secret(name, 0)
	}
}

/// A worker key.
#[derive(Clone, Debug)]
pub struct Worker(pub SigningKey);

impl Worker {
	/// The public key.
	pub fn public(&self) -> WorkerKey {
		self.0.verifying_key().to_bytes()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn keys_follow_from_the_seed() {
		let keys = Keys::new(7);
		assert_eq!(keys.requester(3).id, Keys::new(7).requester(3).id);
		assert_eq!(keys.worker(3).public(), Keys::new(7).worker(3).public());
	}

	#[test]
	fn seed_role_and_index_tell_keys_apart() {
		let keys = Keys::new(7);
		let ids = [
			keys.requester(0).id,
			keys.requester(1).id,
			keys.provider(0).id,
			keys.author().id,
			Keys::new(8).requester(0).id,
		];
		for (at, id) in ids.iter().enumerate() {
			assert!(!ids[at + 1..].contains(id));
		}
		assert_ne!(keys.worker(0).public(), keys.worker(1).public());
	}
}
