//! Slashes that wait for an appeal: why, how much, and who would get it.

use std::collections::btree_map::{BTreeMap, Entry};

use athanor_primitives::split::{MILLION, share_of};
use serde::Serialize;

use crate::{
	chain::{
		events::Fault, gov::number, json::units, names::storage, types::AccountId, view::View,
		wire::records,
	},
	error::Error,
};

/// The governed share for whoever has shown a fault.
const REPORTER_SHARE: &str = "Market.ReporterShare";

/// The most that a requester gets of what a slash takes, in parts per million.
const MOST_FOR_REQUESTER: u32 = MILLION / 2;

records! {
	/// Why a slash is pending.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Slash {
		/// Whose stake.
		pub provider: AccountId,
		/// The job on which it failed.
		pub job: u64,
		/// What it did wrong.
		pub fault: Fault,
		/// Units of its own stake.
		#[serde(with = "units")]
		pub own: u128,
		/// Share of what is delegated to it, in parts per million.
		pub share: u32,
		/// Whose job it was: first in line.
		pub requester: AccountId,
		/// Units that are due to the requester, if the slash takes that much.
		#[serde(with = "units")]
		pub due: u128,
		/// Who has shown the fault, if somebody had to: second in line.
		pub reporter: Option<AccountId>,
		/// Block of the fault.
		pub raised_at: u32,
		/// Block in which it is carried out. Until then governance can cancel it.
		pub enacts_at: u32,
	}
}

/// A slash that waits for an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PendingSlash {
	/// Its number.
	pub id: u64,
	/// Why.
	#[serde(flatten)]
	pub slash: Slash,
	/// Units of the provider's own stake to the requester. With the following two, all that it takes of that.
	#[serde(with = "units")]
	pub to_requester: u128,
	/// To whoever has shown the fault.
	#[serde(with = "units")]
	pub to_reporter: u128,
	/// To the treasury.
	#[serde(with = "units")]
	pub to_treasury: u128,
	/// Units that those lose who delegated to the provider, as things stand. They go to the treasury.
	#[serde(with = "units")]
	pub pooled: u128,
}

impl PendingSlash {
	/// Who would get what of it. `rest` are the units delegated to the provider, after the slashes before this
	/// one; it becomes what this one leaves.
	fn of(id: u64, slash: Slash, rest: &mut u128, reporter_share: u32) -> Self {
		let pooled = share_of(*rest, slash.share);
		*rest = rest.saturating_sub(pooled);
		let to_requester = slash.due.min(share_of(slash.own, MOST_FOR_REQUESTER));
		let others = slash.own.saturating_sub(to_requester);
		let to_reporter = match slash.reporter {
			Some(_) => share_of(others, reporter_share),
			None => 0,
		};
		Self {
			id,
			to_requester,
			to_reporter,
			to_treasury: others.saturating_sub(to_reporter),
			pooled,
			slash,
		}
	}
}

impl View {
	/// Why a slash is pending, if it is.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn pending_slash(&self, id: u64) -> Result<Option<Slash>, Error> {
		self.get(storage::PENDING_SLASHES, (id,)).await
	}

	/// The slashes that are pending, the oldest first: all of them, or those of one provider.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn pending_slashes(
		&self,
		provider: Option<&AccountId>,
	) -> Result<Vec<PendingSlash>, Error> {
		let mut entries = self
			.entries::<(u64,), Slash, _>(storage::PENDING_SLASHES, ())
			.await?;
		entries.retain(|(_, slash)| provider.is_none_or(|provider| slash.provider == *provider));
		entries.sort_by_key(|((id,), _)| *id);
		if entries.is_empty() {
			return Ok(Vec::new());
		}
		let share = self.parameter(REPORTER_SHARE).await?.effective;
		let share = share.as_ref().and_then(number);
		let share = share.and_then(|parts| u32::try_from(parts).ok());
		let mut pending = Vec::new();
		let mut delegated = BTreeMap::new();
		for ((id,), slash) in entries {
			let rest = match delegated.entry(slash.provider) {
				Entry::Occupied(rest) => rest.into_mut(),
				Entry::Vacant(rest) => {
					rest.insert(self.delegation_pool(&slash.provider).await?.pool.total)
				}
			};
			pending.push(PendingSlash::of(id, slash, rest, share.unwrap_or(0)));
		}
		Ok(pending)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::{account, runtime_account, stored};
	use athanor_primitives::ports::{ProviderRegistry, Victim};
	use athanor_runtime::{
		Balances, Runtime, RuntimeEvent, RuntimeOrigin, Staking, System,
		configs::parameters::ReporterShare,
	};
	use polkadot_sdk::{
		frame_support::traits::{Get, fungible::Mutate},
		sp_io::TestExternalities,
		sp_runtime::Permill,
	};

	const ATH: u128 = 1_000_000_000_000;

	fn read(id: u64) -> PendingSlash {
		let slash = athanor_staking::PendingSlashes::<Runtime>::get(id).unwrap();
		let slash: Slash = stored(storage::PENDING_SLASHES, slash);
		let mut rest = athanor_staking::Pools::<Runtime>::get(runtime_account(7))
			.pool
			.total;
		let share: Permill = ReporterShare::get();
		PendingSlash::of(id, slash, &mut rest, share.deconstruct())
	}

	/// What the chain took, in the order of the fields.
	fn told() -> (u128, u128, u128, u128, u128) {
		let events = System::events().into_iter().rev();
		let mut slashed = events.filter_map(|record| match record.event {
			RuntimeEvent::Staking(athanor_staking::Event::ProviderSlashed {
				amount,
				to_requester,
				to_reporter,
				to_treasury,
				pooled,
				..
			}) => Some((amount, to_requester, to_reporter, to_treasury, pooled)),
			_ => None,
		});
		slashed.next().unwrap()
	}

	#[test]
	fn what_is_foretold_is_what_happens() {
		TestExternalities::default().execute_with(|| {
			System::set_block_number(1);
			let signed = |byte| RuntimeOrigin::signed(runtime_account(byte));
			for byte in [1, 3, 4, 7] {
				Balances::mint_into(&runtime_account(byte), 10_000 * ATH).unwrap();
			}
			Staking::register(signed(7), 200 * ATH).unwrap();
			Staking::delegate(signed(1), runtime_account(7), 77 * ATH + 7).unwrap();
			let victim = |escrow| Victim {
				requester: runtime_account(3),
				escrow,
				paid: 0,
			};
			// One that pays the requester all that is due, and one that cannot.
			let small = victim(ATH / 3);
			Staking::slash_for_timeout(&runtime_account(7), 4, &small);
			let large = victim(5_000 * ATH);
			let reporter = runtime_account(4);
			Staking::slash_for_equivocation(&runtime_account(7), 5, &large, &reporter);
			for id in [0, 1] {
				let slash = read(id);
				assert_eq!(slash.slash.provider, account(7));
				assert_eq!(slash.slash.job, 4 + id);
				assert_eq!(slash.slash.reporter, (id == 1).then(|| account(4)));
				assert!(slash.to_requester > 0 && slash.pooled > 0, "{slash:?}");
				assert_eq!(slash.to_reporter > 0, id == 1, "{slash:?}");
				System::set_block_number(slash.slash.enacts_at);
				Staking::enact_slash(signed(9), id).unwrap();
				let parts = (
					slash.slash.own,
					slash.to_requester,
					slash.to_reporter,
					slash.to_treasury,
					slash.pooled,
				);
				assert_eq!(parts, told());
			}
		});
	}
}
