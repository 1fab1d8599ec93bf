//! Royalties that were split: who holds how many shares, what they have earned, and the calls about them.

use athanor_primitives::{
	ModelId,
	income::{Earned, Income},
};
use serde::Serialize;
use subxt::Metadata;

use crate::{
	chain::{
		calls::encode,
		json::units,
		names::{Item, calls, storage},
		types::AccountId,
		view::View,
		wire::records,
	},
	error::Error,
};

/// The shares of a model's royalty.
pub const ROYALTY_SHARES: u32 = 1_000_000;

records! {
	/// A royalty that was split.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub struct Royalty {
		/// Whose deposit pays for its record.
		pub depositor: AccountId,
		/// The block in which it was split.
		pub split_at: u32,
		/// The shares of all holders.
		pub shares: u32,
		/// How many holders there are.
		pub holders: u32,
		/// What each share has earned.
		pub income: Income,
		/// Units that came in and were not claimed.
		pub unclaimed: u128,
	}

	/// Somebody's part of it.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub struct Holder {
		/// Its shares.
		pub shares: u32,
		/// What they have earned.
		pub earned: Earned,
	}
}

/// Who has shares of a royalty, or something left to claim of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holding {
	/// Who.
	pub who: AccountId,
	/// Shares, of [`ROYALTY_SHARES`].
	pub shares: u32,
	/// Units that can be claimed now.
	#[serde(with = "units")]
	pub claimable: u128,
}

impl Holder {
	fn holding(&self, who: AccountId, royalty: &Royalty) -> Holding {
		Holding {
			who,
			shares: self.shares,
			claimable: self.earned.claimable(&royalty.income, self.shares.into()),
		}
	}
}

/// A call about a split royalty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoyaltyCall {
	/// Gives shares to another account. The first time splits the royalty.
	Transfer {
		/// The model.
		model: ModelId,
		/// To whom.
		to: AccountId,
		/// How many, of [`ROYALTY_SHARES`].
		shares: u32,
	},
	/// Takes what the sender's shares have earned.
	Claim(ModelId),
	/// The same for another holder.
	ClaimFor {
		/// The model.
		model: ModelId,
		/// Who is paid.
		who: AccountId,
	},
	/// Ends the split; the sender owns the model and holds all shares.
	Merge(ModelId),
}

impl RoyaltyCall {
	pub(crate) fn item(&self) -> Item {
		match self {
			Self::Transfer { .. } => calls::TRANSFER_ROYALTY,
			Self::Claim(_) => calls::CLAIM_ROYALTY,
			Self::ClaimFor { .. } => calls::CLAIM_ROYALTY_FOR,
			Self::Merge(_) => calls::MERGE_ROYALTY,
		}
	}

	pub(crate) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		let item = self.item();
		match self {
			Self::Transfer { model, to, shares } => encode(metadata, item, &(*model, *to, *shares)),
			Self::ClaimFor { model, who } => encode(metadata, item, &(*model, *who)),
			Self::Claim(model) | Self::Merge(model) => encode(metadata, item, &(*model,)),
		}
	}
}

impl View {
	/// A royalty that was split. One that was not is `None`: all of it is the owner's.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn royalty(&self, model: ModelId) -> Result<Option<Royalty>, Error> {
		self.get(storage::ROYALTIES, (model,)).await
	}

	/// What an account has of a split royalty, if anything.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn royalty_holding(
		&self,
		model: ModelId,
		royalty: &Royalty,
		who: &AccountId,
	) -> Result<Option<Holding>, Error> {
		let holder: Option<Holder> = self.get(storage::ROYALTY_HOLDERS, (*who, model)).await?;
		Ok(holder.map(|holder| holder.holding(*who, royalty)))
	}

	/// Who holds a split royalty, the largest part first. The chain keeps them by account, so this reads the
	/// holders of all royalties.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn royalty_holders(
		&self,
		model: ModelId,
		royalty: &Royalty,
	) -> Result<Vec<Holding>, Error> {
		let entries = self
			.entries::<(AccountId, ModelId), Holder, _>(storage::ROYALTY_HOLDERS, ())
			.await?;
		let mut holders: Vec<Holding> = entries
			.into_iter()
			.filter(|((_, of), _)| *of == model)
			.map(|((who, _), holder)| holder.holding(who, royalty))
			.collect();
		holders.sort_by_key(|holding| (std::cmp::Reverse(holding.shares), holding.who));
		Ok(holders)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		Call,
		chain::tests::{account, metadata, runtime_account, stored},
	};
	use athanor_primitives::income;
	use athanor_runtime::RuntimeCall;
	use codec::Decode;

	#[test]
	fn calls_arrive() {
		use athanor_rewards::Call as Arrived;
		let (to, there) = (account(7), runtime_account(7));
		let cases = [
			(
				RoyaltyCall::Transfer {
					model: 3,
					to,
					shares: 250_000,
				},
				Arrived::transfer_royalty {
					model: 3,
					to: there.clone(),
					shares: 250_000,
				},
			),
			(RoyaltyCall::Claim(3), Arrived::claim_royalty { model: 3 }),
			(
				RoyaltyCall::ClaimFor { model: 3, who: to },
				Arrived::claim_royalty_for {
					model: 3,
					who: there,
				},
			),
			(RoyaltyCall::Merge(3), Arrived::merge_royalty { model: 3 }),
		];
		for (call, arrived) in cases {
			let bytes = Call::Royalty(call).encode(metadata()).unwrap();
			let mut input = &bytes[..];
			let decoded = RuntimeCall::decode(&mut input).unwrap();
			assert!(input.is_empty());
			assert_eq!(decoded, RuntimeCall::Rewards(arrived));
		}
	}

	#[test]
	fn records_are_read_and_counted_as_on_chain() {
		assert_eq!(ROYALTY_SHARES, athanor_rewards::ROYALTY_SHARES);
		let mut earned = income::Income::default();
		earned.earn(1_001, ROYALTY_SHARES.into()).unwrap();
		let royalty: Royalty = stored(
			storage::ROYALTIES,
			athanor_rewards::Royalty {
				depositor: runtime_account(9),
				split_at: 5_u32,
				shares: ROYALTY_SHARES,
				holders: 2,
				income: earned,
				unclaimed: 1_001,
			},
		);
		assert_eq!((royalty.split_at, royalty.holders), (5, 2));
		assert_eq!((royalty.depositor, royalty.unclaimed), (account(9), 1_001));
		let holder: Holder = stored(
			storage::ROYALTY_HOLDERS,
			athanor_rewards::Holder {
				depositor: runtime_account(9),
				shares: 250_000,
				earned: income::Earned::default(),
			},
		);
		let holding = holder.holding(account(7), &royalty);
		assert_eq!(holding.claimable, 250);
		let shown = serde_json::to_value(&holding).unwrap();
		assert_eq!(shown["claimable"], "250");
	}
}
