//! Referenda, as the chain stores them.

use std::collections::BTreeMap;

use athanor_primitives::{H256, blake2_256};
use serde::Serialize;
use subxt::{
	dynamic::Value,
	ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType},
};

use crate::{
	chain::{
		gov::{
			origin::Origin,
			track::{Needs, share},
		},
		json::{hexadecimal, units},
		names::storage,
		types::AccountId,
		view::View,
		wire::{ToWire, Wire, records},
	},
	error::Error,
};

/// Most bytes of a proposal that are stored with the referendum.
pub(crate) const MAX_INLINE: usize = 128;

/// Most bytes of a proposal that can be stored. The chain stores 4 MiB, and a transaction can have three quarters of a
/// block of 5 MiB: less 1 KiB for what else is in the one that proposes.
pub const MAX_PREIMAGE: usize = 3_839 * 1024;

records! {
	/// What somebody deposited.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Deposit {
		/// Who.
		pub who: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
	}

	/// How far the decision is.
	#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
	pub struct Deciding {
		/// Block in which it began.
		pub since: u32,
		/// Block in which it passes, if it is passing until then.
		pub confirming: Option<u32>,
	}

	/// The votes.
	#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
	pub struct Tally {
		/// For it, times conviction.
		#[serde(with = "units")]
		pub ayes: u128,
		/// Against it, times conviction.
		#[serde(with = "units")]
		pub nays: u128,
		/// For it, as they are.
		#[serde(with = "units")]
		pub support: u128,
	}

	/// A referendum that is not over.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub struct Ongoing {
		/// Its track.
		pub track: u16,
		/// What it speaks as if it passes.
		pub origin: Origin,
		/// What is proposed.
		pub proposal: Stored,
		/// Block in which it was submitted.
		pub submitted: u32,
		/// Deposited for that.
		pub submission_deposit: Deposit,
		/// Deposited for the decision.
		pub decision_deposit: Option<Deposit>,
		/// How far the decision is, if it has begun.
		pub deciding: Option<Deciding>,
		/// The votes.
		pub tally: Tally,
		/// Whether it waits for others of its track.
		pub in_queue: bool,
	}
}

impl Wire for Origin {
	type Raw = Value;

	fn from_raw(raw: Value) -> Self {
		Self::read(&raw)
	}
}

impl Tally {
	/// What it reaches, of so many tokens.
	pub fn reached(&self, tokens: u128) -> Needs {
		Needs {
			approval: share(self.ayes, self.ayes.saturating_add(self.nays)),
			support: share(self.support, tokens),
		}
	}
}

/// Where a proposal is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stored {
	/// With the referendum.
	Inline(#[serde(with = "hexadecimal")] Vec<u8>),
	/// Among the preimages.
	Lookup {
		/// Its blake2-256 hash.
		hash: H256,
		/// Its length.
		len: u32,
	},
	/// Among the preimages, in the way of older chains.
	Legacy {
		/// Its hash.
		hash: H256,
	},
}

impl Stored {
	/// Where a proposal of these bytes goes.
	pub fn of(bytes: &[u8]) -> Self {
		if bytes.len() <= MAX_INLINE {
			return Self::Inline(bytes.to_vec());
		}
		Self::Lookup {
			hash: H256(blake2_256(bytes)),
			// It has no more than `MAX_PREIMAGE` bytes, or is refused.
			len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
		}
	}

	/// The hash of the proposal.
	pub fn hash(&self) -> H256 {
		match self {
			Self::Inline(bytes) => H256(blake2_256(bytes)),
			Self::Lookup { hash, .. } | Self::Legacy { hash } => *hash,
		}
	}
}

/// Twin of [`Stored`].
#[derive(DecodeAsType, EncodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub enum RawStored {
	/// As there.
	Inline(Vec<u8>),
	/// As there.
	Lookup {
		/// As there.
		hash: H256,
		/// As there.
		len: u32,
	},
	/// As there.
	Legacy {
		/// As there.
		hash: H256,
	},
}

impl Wire for Stored {
	type Raw = RawStored;

	fn from_raw(raw: RawStored) -> Self {
		match raw {
			RawStored::Inline(bytes) => Self::Inline(bytes),
			RawStored::Lookup { hash, len } => Self::Lookup { hash, len },
			RawStored::Legacy { hash } => Self::Legacy { hash },
		}
	}
}

impl ToWire for Stored {
	type Raw = RawStored;

	fn to_raw(&self) -> RawStored {
		match self {
			Self::Inline(bytes) => RawStored::Inline(bytes.clone()),
			Self::Lookup { hash, len } => RawStored::Lookup {
				hash: *hash,
				len: *len,
			},
			Self::Legacy { hash } => RawStored::Legacy { hash: *hash },
		}
	}
}

/// A referendum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referendum {
	/// Not over.
	Ongoing(Box<Ongoing>),
	/// Over.
	Ended(Ended),
}

/// How a referendum ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
	/// How.
	pub how: End,
	/// In which block.
	pub at: u32,
	/// Deposited for the submission, and not returned.
	pub submission_deposit: Option<Deposit>,
	/// Deposited for the decision, and not returned.
	pub decision_deposit: Option<Deposit>,
}

/// How a referendum ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
	/// It passed.
	Approved,
	/// It did not pass in time.
	Rejected,
	/// Another referendum stopped it.
	Cancelled,
	/// Nobody placed the decision deposit in time.
	TimedOut,
	/// Another referendum stopped it, and took the deposits.
	Killed,
}

type RawDeposit = Option<<Deposit as Wire>::Raw>;

/// Twin of [`Referendum`].
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum RawReferendum {
	/// As there.
	Ongoing(<Ongoing as Wire>::Raw),
	/// As there.
	Approved(u32, RawDeposit, RawDeposit),
	/// As there.
	Rejected(u32, RawDeposit, RawDeposit),
	/// As there.
	Cancelled(u32, RawDeposit, RawDeposit),
	/// As there.
	TimedOut(u32, RawDeposit, RawDeposit),
	/// As there.
	Killed(u32),
}

impl Wire for Referendum {
	type Raw = RawReferendum;

	fn from_raw(raw: RawReferendum) -> Self {
		let (how, at, submission, decision) = match raw {
			RawReferendum::Ongoing(ongoing) => {
				return Self::Ongoing(Box::new(Ongoing::from_raw(ongoing)));
			}
			RawReferendum::Approved(at, submission, decision) => {
				(End::Approved, at, submission, decision)
			}
			RawReferendum::Rejected(at, submission, decision) => {
				(End::Rejected, at, submission, decision)
			}
			RawReferendum::Cancelled(at, submission, decision) => {
				(End::Cancelled, at, submission, decision)
			}
			RawReferendum::TimedOut(at, submission, decision) => {
				(End::TimedOut, at, submission, decision)
			}
			RawReferendum::Killed(at) => (End::Killed, at, None, None),
		};
		Self::Ended(Ended {
			how,
			at,
			submission_deposit: Wire::from_raw(submission),
			decision_deposit: Wire::from_raw(decision),
		})
	}
}

impl View {
	/// A referendum.
	///
	/// # Errors
	/// [`Error::NotFound`] when there is none of this index, and when the state cannot be read.
	pub async fn referendum(&self, index: u32) -> Result<Referendum, Error> {
		self.get(storage::REFERENDA, (index,))
			.await?
			.ok_or_else(|| {
				Error::NotFound(format!(
					"there is no referendum {index}; see `athanor gov status`"
				))
			})
	}

	/// A referendum that is not over.
	///
	/// # Errors
	/// [`Error::Input`] when it is over, and as [`Self::referendum`].
	pub async fn ongoing(&self, index: u32) -> Result<Ongoing, Error> {
		match self.referendum(index).await? {
			Referendum::Ongoing(ongoing) => Ok(*ongoing),
			Referendum::Ended(ended) => Err(Error::Input(format!(
				"referendum {index} is over since block {}; see `athanor gov status {index}`",
				ended.at
			))),
		}
	}

	/// The index that the next referendum will have.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn referendum_count(&self) -> Result<u32, Error> {
		Ok(self
			.get(storage::REFERENDUM_COUNT, ())
			.await?
			.unwrap_or_default())
	}

	/// The last referenda before this index, at most so many, the newest first.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn last_referenda(
		&self,
		before: u32,
		most: u32,
	) -> Result<Vec<(u32, Referendum)>, Error> {
		let mut found = Vec::new();
		for index in (before.saturating_sub(most)..before).rev() {
			let referendum = self.get(storage::REFERENDA, (index,)).await?;
			found.extend(referendum.map(|referendum| (index, referendum)));
		}
		Ok(found)
	}

	/// All referenda, by index.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn referenda(&self) -> Result<BTreeMap<u32, Referendum>, Error> {
		let entries = self
			.entries::<(u32,), Referendum, _>(storage::REFERENDA, ())
			.await?;
		Ok(entries
			.into_iter()
			.map(|((index,), referendum)| (index, referendum))
			.collect())
	}

	/// How many referenda of a track are decided on now.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn deciding(&self, track: u16) -> Result<u32, Error> {
		Ok(self
			.get(storage::DECIDING, (track,))
			.await?
			.unwrap_or_default())
	}

	/// Units that can support a referendum: all but those that are out of circulation, such as the
	/// treasury's.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn electorate(&self) -> Result<u128, Error> {
		let total: Option<u128> = self.get(storage::TOTAL_ISSUANCE, ()).await?;
		let inactive: Option<u128> = self.get(storage::INACTIVE_ISSUANCE, ()).await?;
		Ok(total
			.unwrap_or_default()
			.saturating_sub(inactive.unwrap_or_default()))
	}

	/// How many times faster than usual the periods of governance run.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn tempo(&self) -> Result<u32, Error> {
		let tempo: Option<u32> = self.get(storage::TEMPO, ()).await?;
		Ok(tempo.unwrap_or_default().max(1))
	}

	/// The bytes of a proposal; nothing if its preimage is not on the chain.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn proposal(&self, stored: &Stored) -> Result<Option<Vec<u8>>, Error> {
		match stored {
			Stored::Inline(bytes) => Ok(Some(bytes.clone())),
			Stored::Lookup { hash, len } => self.get(storage::PREIMAGES, ((*hash, *len),)).await,
			Stored::Legacy { .. } => Ok(None),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::stored;
	use athanor_runtime::{AccountId as RuntimeAccount, OriginCaller, Runtime, RuntimeCall};
	use codec::Encode;
	use polkadot_sdk::{
		frame_support::traits::{Bounded, schedule::DispatchTime},
		frame_system,
		pallet_conviction_voting::TallyOf,
		pallet_referenda as referenda,
		sp_runtime::traits::BlakeTwo256,
	};

	type RuntimeReferendum = referenda::ReferendumInfoOf<Runtime, ()>;

	fn deposit(byte: u8, amount: u128) -> referenda::Deposit<RuntimeAccount, u128> {
		referenda::Deposit {
			who: RuntimeAccount::new([byte; 32]),
			amount,
		}
	}

	fn ongoing(proposal: Bounded<RuntimeCall, BlakeTwo256>) -> RuntimeReferendum {
		RuntimeReferendum::Ongoing(referenda::ReferendumStatus {
			track: 11,
			origin: OriginCaller::from(athanor_runtime::governance::origins::Origin::MarketAdmin),
			proposal,
			enactment: DispatchTime::After(7),
			submitted: 3,
			submission_deposit: deposit(1, 10),
			decision_deposit: Some(deposit(2, 20)),
			deciding: Some(referenda::DecidingStatus {
				since: 5,
				confirming: Some(9),
			}),
			tally: TallyOf::<Runtime>::from_parts(30, 10, 20),
			in_queue: false,
			alarm: Some((4, (4, 0))),
		})
	}

	#[test]
	fn ongoing_referenda_are_read() {
		let call = RuntimeCall::from(frame_system::Call::remark { remark: vec![1] });
		let bytes = call.encode();
		let inline = Bounded::Inline(bytes.clone().try_into().unwrap());
		let hash = H256([7; 32]);
		let lookup = Bounded::Lookup {
			hash: [7; 32].into(),
			len: 200,
		};
		for (sent, arrived) in [
			(inline, Stored::Inline(bytes)),
			(lookup, Stored::Lookup { hash, len: 200 }),
		] {
			let Referendum::Ongoing(read) = stored(storage::REFERENDA, ongoing(sent)) else {
				panic!("it is over")
			};
			assert_eq!(read.proposal, arrived);
			assert_eq!(read.track, 11);
			assert_eq!(read.origin, Origin::Named("MarketAdmin".into()));
			assert_eq!((read.submitted, read.in_queue), (3, false));
			assert_eq!(read.submission_deposit.amount, 10);
			assert_eq!(read.decision_deposit.unwrap().who, AccountId::from([2; 32]));
			let deciding = read.deciding.unwrap();
			assert_eq!((deciding.since, deciding.confirming), (5, Some(9)));
			let reached = read.tally.reached(200);
			assert_eq!(
				(reached.approval, reached.support),
				(750_000_000, 100_000_000)
			);
		}
	}

	#[test]
	fn ended_referenda_are_read() {
		let both = || (Some(deposit(1, 10)), Some(deposit(2, 20)));
		let (submission, decision) = both();
		let cases: [(RuntimeReferendum, End); 5] = [
			(
				RuntimeReferendum::Approved(8, submission, decision),
				End::Approved,
			),
			(
				RuntimeReferendum::Rejected(8, both().0, both().1),
				End::Rejected,
			),
			(
				RuntimeReferendum::Cancelled(8, both().0, both().1),
				End::Cancelled,
			),
			(
				RuntimeReferendum::TimedOut(8, both().0, None),
				End::TimedOut,
			),
			(RuntimeReferendum::Killed(8), End::Killed),
		];
		for (sent, how) in cases {
			let Referendum::Ended(ended) = stored(storage::REFERENDA, sent) else {
				panic!("it is not over")
			};
			assert_eq!((ended.how, ended.at), (how, 8));
			assert_eq!(ended.submission_deposit.is_some(), how != End::Killed);
			let placed = !matches!(how, End::TimedOut | End::Killed);
			assert_eq!(ended.decision_deposit.is_some(), placed);
		}
	}

	#[test]
	fn what_is_small_is_stored_with_the_referendum() {
		assert_eq!(Stored::of(&[1; 128]), Stored::Inline(vec![1; 128]));
		let large = Stored::of(&[1; 129]);
		assert_eq!(
			large,
			Stored::Lookup {
				hash: H256(blake2_256(&[1; 129])),
				len: 129
			}
		);
		assert_eq!(large.hash(), H256(blake2_256(&[1; 129])));
	}

	#[test]
	fn nobody_is_no_share() {
		let reached = Tally::default().reached(0);
		assert_eq!((reached.approval, reached.support), (0, 0));
	}
}
