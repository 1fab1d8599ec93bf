//! Who takes part: a few accounts and a few worker keys.

use std::sync::OnceLock;

use athanor_primitives::{Signature, WorkerKey};
use athanor_runtime::AccountId;
use polkadot_sdk::*;
use sp_core::{Pair, ed25519, sr25519};
use sp_keyring::Sr25519Keyring;

/// An account that acts. All of them may be requester, provider and author at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
	/// Requester at the start, and the validator.
	Alice,
	/// Requester at the start.
	Bob,
	/// Provider at the start.
	Charlie,
	/// Provider at the start.
	Dave,
	/// Provider at the start.
	Eve,
	/// Author of the models at the start.
	Ferdie,
	/// Has nothing at the start.
	One,
}

impl Actor {
	/// All of them.
	pub const ALL: [Self; 7] = [
		Self::Alice,
		Self::Bob,
		Self::Charlie,
		Self::Dave,
		Self::Eve,
		Self::Ferdie,
		Self::One,
	];

	/// Those that are providers at the start.
	pub const PROVIDERS: [Self; 3] = [Self::Charlie, Self::Dave, Self::Eve];

	/// The actor that a byte stands for.
	pub fn of(byte: u8) -> Self {
		Self::ALL[usize::from(byte) % Self::ALL.len()]
	}

	/// The actor with this account.
	pub fn with(account: &AccountId) -> Option<Self> {
		Self::ALL
			.into_iter()
			.find(|actor| actor.account() == *account)
	}

	fn keyring(self) -> Sr25519Keyring {
		match self {
			Self::Alice => Sr25519Keyring::Alice,
			Self::Bob => Sr25519Keyring::Bob,
			Self::Charlie => Sr25519Keyring::Charlie,
			Self::Dave => Sr25519Keyring::Dave,
			Self::Eve => Sr25519Keyring::Eve,
			Self::Ferdie => Sr25519Keyring::Ferdie,
			Self::One => Sr25519Keyring::One,
		}
	}

	/// Its account.
	pub fn account(self) -> AccountId {
		self.keyring().to_account_id()
	}

	/// Its key pair. Made once: deriving one takes longer than all else that an operation does.
	pub fn pair(self) -> &'static sr25519::Pair {
		static PAIRS: OnceLock<[sr25519::Pair; 7]> = OnceLock::new();
		&PAIRS.get_or_init(|| Actor::ALL.map(|actor| actor.keyring().pair()))[self as usize]
	}
}

/// A worker's key. Any provider can register any of them, because the proofs can be made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worker(u8);

impl Worker {
	/// How many there are.
	pub const COUNT: u8 = 14;

	/// The worker that a byte stands for.
	pub fn of(byte: u8) -> Self {
		Self(byte % Self::COUNT)
	}

	/// All of them.
	pub fn all() -> impl Iterator<Item = Self> {
		(0..Self::COUNT).map(Self)
	}

	/// The worker with this key.
	pub fn with(key: &WorkerKey) -> Option<Self> {
		Self::all().find(|worker| worker.key() == *key)
	}

	fn pair(self) -> &'static ed25519::Pair {
		static PAIRS: OnceLock<Vec<ed25519::Pair>> = OnceLock::new();
		let make = || {
			Worker::all()
				.map(|worker| ed25519::Pair::from_seed(&[worker.0 + 1; 32]))
				.collect()
		};
		&PAIRS.get_or_init(make)[usize::from(self.0)]
	}

	/// Its public key.
	pub fn key(self) -> WorkerKey {
		self.pair().public().0
	}

	/// Its signature.
	pub fn sign(self, payload: &[u8; 32]) -> Signature {
		self.pair().sign(payload).0
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn accounts_and_keys_lead_back_to_their_owners() {
		for actor in Actor::ALL {
			assert_eq!(Actor::with(&actor.account()), Some(actor));
			assert_eq!(
				actor.pair().public().0,
				*AsRef::<[u8; 32]>::as_ref(&actor.account())
			);
		}
		for worker in Worker::all() {
			assert_eq!(Worker::with(&worker.key()), Some(worker));
		}
		assert_eq!(Worker::with(&[0; 32]), None);
	}
}
