//! Transactions, made with the runtime's own types.

use std::sync::Arc;

use athanor_primitives::{H256, blake2_256};
use athanor_runtime::{Nonce, Runtime, RuntimeCall, Signature, TxExtension, UncheckedExtrinsic};
use codec::Encode;
use polkadot_sdk::{
	frame_metadata_hash_extension::CheckMetadataHash,
	frame_system::{
		AuthorizeCall, CheckEra, CheckGenesis, CheckNonZeroSender, CheckNonce, CheckSpecVersion,
		CheckTxVersion, CheckWeight, WeightReclaim,
	},
	pallet_transaction_payment::ChargeTransactionPayment,
	sp_core::Pair,
	sp_runtime::generic::{Era, SignedPayload},
};

use crate::keys::Account;

/// Blocks in which a transaction may be included: as many as the chain remembers, so that everything can
/// be signed before the start.
const LIFETIME: u64 = 4_096;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
	/// Something that the load needs.
	SetUp,
	/// A job.
	Post,
	/// A claim on an open job.
	Claim,
	/// A receipt.
	Receipt,
	/// A transfer.
	Transfer,
}

impl Kind {
	/// What it is called in reports.
	pub fn name(self) -> &'static str {
		match self {
			Self::SetUp => "set-up",
			Self::Post => "post",
			Self::Claim => "claim",
			Self::Receipt => "receipt",
			Self::Transfer => "transfer",
		}
	}

	/// Whether it answers something that the chain did.
	pub fn is_answer(self) -> bool {
		matches!(self, Self::Claim | Self::Receipt)
	}
}

/// A transaction that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Prepared {
	/// What it is for.
	pub kind: Kind,
	/// Its hash.
	pub hash: H256,
	/// Its bytes in hexadecimal, as a node takes them.
	pub hex: Arc<str>,
}

impl Prepared {
	fn new(kind: Kind, transaction: &UncheckedExtrinsic) -> Self {
		let bytes = transaction.encode();
		Self {
			kind,
			hash: H256(blake2_256(&bytes)),
			hex: format!("0x{}", hex::encode(&bytes)).into(),
		}
	}
}

/// What a signature binds a transaction to.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
	/// The chain.
	pub genesis: H256,
	/// Version of the runtime.
	pub spec_version: u32,
	/// Version of its transactions.
	pub transaction_version: u32,
	/// A recent block: number and hash.
	pub birth: (u32, H256),
}

fn extension(era: Era, nonce: Nonce) -> TxExtension {
	(
		AuthorizeCall::<Runtime>::new(),
		CheckNonZeroSender::<Runtime>::new(),
		CheckSpecVersion::<Runtime>::new(),
		CheckTxVersion::<Runtime>::new(),
		CheckGenesis::<Runtime>::new(),
		CheckEra::<Runtime>::from(era),
		CheckNonce::<Runtime>::from(nonce),
		CheckWeight::<Runtime>::new(),
		ChargeTransactionPayment::<Runtime>::from(0),
		CheckMetadataHash::<Runtime>::new(false),
		WeightReclaim::<Runtime>::new(),
	)
}

impl Binding {
	/// A transaction signed by an account.
	pub fn sign(
		&self,
		kind: Kind,
		account: &Account,
		nonce: Nonce,
		call: impl Into<RuntimeCall>,
	) -> Prepared {
		let era = Era::mortal(LIFETIME, self.birth.0.into());
		let implicit = (
			(),
			(),
			self.spec_version,
			self.transaction_version,
			self.genesis,
			self.birth.1,
			(),
			(),
			(),
			None,
			(),
		);
		let payload = SignedPayload::from_raw(call.into(), extension(era, nonce), implicit);
		let signature = payload.using_encoded(|bytes| account.pair.sign(bytes));
		let (call, extension, _) = payload.deconstruct();
		Prepared::new(
			kind,
			&UncheckedExtrinsic::new_signed(
				call,
				account.id.clone().into(),
				Signature::Sr25519(signature),
				extension,
			),
		)
	}
}

/// A transaction whose call authorises itself: nobody signs it and nobody pays.
pub fn general(kind: Kind, call: impl Into<RuntimeCall>) -> Prepared {
	let extension = extension(Era::Immortal, 0);
	Prepared::new(
		kind,
		&UncheckedExtrinsic::new_transaction(call.into(), extension),
	)
}

/// The next nonce of each account of a load.
#[derive(Clone, Debug, Default)]
pub struct Nonces(Vec<Nonce>);

impl Nonces {
	/// Nonces that go on from what the accounts have.
	pub fn from(next: Vec<Nonce>) -> Self {
		Self(next)
	}

	/// Takes the next nonce of the account of this index. `None` if there is no such account, or none
	/// left.
	pub fn take(&mut self, account: usize) -> Option<Nonce> {
		let next = self.0.get_mut(account)?;
		let taken = *next;
		*next = taken.checked_add(1)?;
		Some(taken)
	}

	/// How many accounts there are.
	pub fn accounts(&self) -> usize {
		self.0.len()
	}

	/// The account whose turn it is in the round of all, and its next nonce. The turns of one account
	/// are as far apart as can be, so that its transactions do not wait for each other.
	pub fn take_turn(&mut self, turn: usize) -> Option<(usize, Nonce)> {
		let account = turn.checked_rem(self.accounts())?;
		Some((account, self.take(account)?))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::keys::Keys;
	use codec::Decode;
	use polkadot_sdk::{
		frame_system,
		sp_runtime::{generic::Preamble, traits::Verify},
	};

	const BINDING: Binding = Binding {
		genesis: H256([1; 32]),
		spec_version: 2,
		transaction_version: 3,
		birth: (5_000, H256([4; 32])),
	};

	fn remark() -> frame_system::Call<Runtime> {
		frame_system::Call::remark {
			remark: vec![7; 300],
		}
	}

	fn decoded(prepared: &Prepared) -> UncheckedExtrinsic {
		let bytes = hex::decode(prepared.hex.trim_start_matches("0x")).unwrap();
		assert_eq!(prepared.hash.0, blake2_256(&bytes));
		UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap()
	}

	#[test]
	fn a_signed_transaction_is_bound_to_chain_and_block() {
		let account = Keys::new(1).requester(0);
		let prepared = BINDING.sign(Kind::Transfer, &account, 9, remark());
		let transaction = decoded(&prepared);
		let Preamble::Signed(_, signature, extension) = transaction.preamble else {
			panic!("not signed");
		};
		assert_eq!(extension.6, CheckNonce::from(9));
		let verifies = |binding: Binding| {
			let implicit = (
				(),
				(),
				binding.spec_version,
				binding.transaction_version,
				binding.genesis,
				binding.birth.1,
				(),
				(),
				(),
				None,
				(),
			);
			SignedPayload::from_raw(transaction.function.clone(), extension.clone(), implicit)
				.using_encoded(|bytes| signature.verify(bytes, &account.id))
		};
		assert!(verifies(BINDING));
		assert!(!verifies(Binding {
			genesis: H256([2; 32]),
			..BINDING
		}));
		assert!(!verifies(Binding {
			birth: (5_000, H256([5; 32])),
			..BINDING
		}));
	}

	#[test]
	fn a_general_transaction_has_no_signer() {
		let prepared = general(Kind::Receipt, remark());
		assert!(matches!(decoded(&prepared).preamble, Preamble::General(..)));
		assert_eq!(hex::decode(&prepared.hex[6..8]).unwrap(), [0x45]);
	}

	#[test]
	fn nonces_count_up_for_each_account_alone() {
		let mut nonces = Nonces::from(vec![0, 7]);
		assert_eq!(nonces.take(1), Some(7));
		assert_eq!(nonces.take(1), Some(8));
		assert_eq!(nonces.take(0), Some(0));
		assert_eq!(nonces.take(2), None);
	}

	#[test]
	fn turns_go_round() {
		let mut nonces = Nonces::from(vec![3, 5]);
		let turns: Vec<_> = (0..4).filter_map(|turn| nonces.take_turn(turn)).collect();
		assert_eq!(turns, [(0, 3), (1, 5), (0, 4), (1, 6)]);
		assert_eq!(Nonces::default().take_turn(0), None);
		assert_eq!(Nonces::from(vec![Nonce::MAX]).take_turn(0), None);
	}
}
