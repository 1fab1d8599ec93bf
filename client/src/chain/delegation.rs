//! Stake that others put behind a provider: what is stored of it, what that comes to, and the calls about it.

use std::collections::BTreeMap;

use athanor_primitives::{
	income::{Earned, Income},
	pool::{Pool, mul_div_up},
};
use serde::Serialize;
use subxt::Metadata;

use crate::{
	chain::{
		calls::encode,
		json::units,
		names::{Item, calls, storage},
		types::{AccountId, UnbondingChunk},
		view::View,
		wire::records,
	},
	error::Error,
};

records! {
	/// What is delegated to a provider, and on which terms.
	#[derive(Clone, Debug, Default, PartialEq, Eq)]
	pub struct DelegationPool {
		/// Everything that answers for the provider's faults.
		pub pool: Pool,
		/// Shares that were asked back. They earn and cover nothing.
		pub unbonding_shares: u128,
		/// Shares whose units are with another provider by now. They earn and cover nothing.
		pub phantom_shares: u128,
		/// What the shares that count have earned.
		pub income: Income,
		/// The provider's share of that, in parts per million.
		pub commission: u32,
		/// Block in which the provider last asked for more; 0 if it never did.
		pub commission_raised_at: u32,
	}

	/// Shares that were asked back.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub struct UnbondingShares {
		/// How many.
		pub shares: u128,
		/// Block from which they can be withdrawn.
		pub unlocks_at: u32,
	}

	/// Units that came from another provider, for whose faults they still answer.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub struct Moved {
		/// The provider.
		pub from: AccountId,
		/// The shares that they had there.
		pub shares: u128,
		/// Units that those were worth when last looked at.
		pub worth: u128,
		/// The shares that they became here. They lose what those there lose, in proportion.
		pub here: u128,
		/// First block in which they no longer answer for new faults.
		pub until: u32,
	}

	/// What an account has delegated to a provider.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub struct Delegation {
		/// Shares that earn and cover.
		pub shares: u128,
		/// Shares that were asked back.
		pub unbonding: Vec<UnbondingShares>,
		/// Units on hold for it.
		pub held: u128,
		/// What it has earned.
		pub earned: Earned,
		/// Parts of it that answer for other providers too.
		pub moved: Vec<Moved>,
		/// Whether anybody may add to it what it has earned.
		pub auto_compound: bool,
	}
}

/// What a delegation comes to now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StakeBehind {
	/// The provider.
	pub provider: AccountId,
	/// Units that count.
	#[serde(with = "units")]
	pub active: u128,
	/// Units that were asked back.
	pub unbonding: Vec<UnbondingChunk>,
	/// Units that slashes have taken, and that are on hold until somebody collects them.
	#[serde(with = "units")]
	pub lost: u128,
	/// Units of income that can be claimed.
	#[serde(with = "units")]
	pub claimable: u128,
	/// Whether anybody may add the income to it.
	pub auto_compound: bool,
	/// Providers for whose faults a part of it still answers, and until when for new ones.
	pub answers_for: Vec<(AccountId, u32)>,
}

impl DelegationPool {
	/// Shares that earn and cover.
	pub fn active_shares(&self) -> u128 {
		self.pool
			.shares
			.saturating_sub(self.unbonding_shares)
			.saturating_sub(self.phantom_shares)
	}

	/// What they are worth, in units.
	pub fn active_worth(&self) -> u128 {
		self.pool.worth(self.active_shares())
	}
}

impl Delegation {
	/// What it comes to, to a unit. `sources` are the pools of the providers that parts of it came from.
	pub fn behind(
		&self,
		provider: AccountId,
		pool: &DelegationPool,
		sources: &BTreeMap<AccountId, DelegationPool>,
	) -> StakeBehind {
		// What the providers lost from which it came is taken here, of what counts first.
		let mut forfeited = self.forfeited(sources);
		let mut left_of = |shares: u128| {
			let gone = forfeited.min(shares);
			forfeited = forfeited.saturating_sub(gone);
			shares.saturating_sub(gone)
		};
		let active = pool.pool.worth(left_of(self.shares));
		let unbonding: Vec<UnbondingChunk> = self
			.unbonding
			.iter()
			.map(|part| (left_of(part.shares), part.unlocks_at))
			.filter(|(shares, _)| *shares > 0)
			.map(|(shares, unlocks_at)| UnbondingChunk {
				amount: pool.pool.worth(shares),
				unlocks_at,
			})
			.collect();
		let worth = unbonding
			.iter()
			.fold(active, |sum, part| sum.saturating_add(part.amount));
		StakeBehind {
			provider,
			active,
			unbonding,
			lost: self.held.saturating_sub(worth),
			claimable: self.earned.claimable(&pool.income, self.shares),
			auto_compound: self.auto_compound,
			answers_for: self
				.moved
				.iter()
				.map(|part| (part.from, part.until))
				.collect(),
		}
	}

	/// Shares that it has lost with the providers that parts of it came from, and that are not collected yet.
	fn forfeited(&self, sources: &BTreeMap<AccountId, DelegationPool>) -> u128 {
		self.moved.iter().fold(0, |sum: u128, part| {
			let source = sources.get(&part.from);
			let worth = source.map_or(0, |source| source.pool.worth(part.shares));
			sum.saturating_add(part.lost(worth))
		})
	}
}

impl Moved {
	/// How many of the shares here are lost if those there are worth so much now.
	fn lost(&self, worth: u128) -> u128 {
		match self.worth.saturating_sub(worth) {
			0 => 0,
			loss => mul_div_up(self.here, loss, self.worth).unwrap_or(self.here),
		}
	}
}

impl StakeBehind {
	/// Units that can be withdrawn in this block, if no slash is pending.
	pub fn unlocked(&self, now: u32) -> u128 {
		self.unbonding
			.iter()
			.filter(|part| part.unlocks_at <= now)
			.fold(0, |sum, part| sum.saturating_add(part.amount))
	}
}

/// A call about delegated stake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DelegationCall {
	/// Puts stake behind a provider.
	Delegate {
		/// The provider.
		provider: AccountId,
		/// Units.
		amount: u128,
	},
	/// Asks it back.
	Undelegate {
		/// The provider.
		provider: AccountId,
		/// Units.
		amount: u128,
	},
	/// Moves it to another provider.
	Redelegate {
		/// The provider that it leaves.
		from: AccountId,
		/// The provider that it goes to.
		to: AccountId,
		/// Units.
		amount: u128,
	},
	/// Takes back what has unlocked, from this provider.
	Withdraw(AccountId),
	/// Takes what stake behind this provider has earned.
	Claim(AccountId),
	/// Adds to a delegation what it has earned.
	Compound {
		/// The provider.
		provider: AccountId,
		/// Whose stake.
		delegator: AccountId,
	},
	/// Takes what slashes have taken of a delegation.
	Collect {
		/// The provider.
		provider: AccountId,
		/// Whose stake.
		delegator: AccountId,
	},
	/// Sets what the sender takes of its delegators' income, in parts per million.
	SetCommission(u32),
	/// Says whether anybody may add to a delegation what it has earned.
	SetAutoCompound {
		/// The provider.
		provider: AccountId,
		/// Whether.
		on: bool,
	},
}

impl DelegationCall {
	pub(crate) fn item(&self) -> Item {
		match self {
			Self::Delegate { .. } => calls::DELEGATE_STAKE,
			Self::Undelegate { .. } => calls::UNDELEGATE_STAKE,
			Self::Redelegate { .. } => calls::REDELEGATE_STAKE,
			Self::Withdraw(_) => calls::WITHDRAW_DELEGATION,
			Self::Claim(_) => calls::CLAIM_INCOME,
			Self::Compound { .. } => calls::COMPOUND_INCOME,
			Self::Collect { .. } => calls::COLLECT_DELEGATION,
			Self::SetCommission(_) => calls::SET_COMMISSION,
			Self::SetAutoCompound { .. } => calls::SET_AUTO_COMPOUND,
		}
	}

	pub(crate) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		let item = self.item();
		match self {
			Self::Delegate { provider, amount } | Self::Undelegate { provider, amount } => {
				encode(metadata, item, &(*provider, *amount))
			}
			Self::Redelegate { from, to, amount } => encode(metadata, item, &(*from, *to, *amount)),
			Self::Withdraw(provider) | Self::Claim(provider) => {
				encode(metadata, item, &(*provider,))
			}
			Self::Compound {
				provider,
				delegator,
			}
			| Self::Collect {
				provider,
				delegator,
			} => encode(metadata, item, &(*provider, *delegator)),
			Self::SetCommission(share) => encode(metadata, item, &(*share,)),
			Self::SetAutoCompound { provider, on } => encode(metadata, item, &(*provider, *on)),
		}
	}
}

impl View {
	/// What is delegated to a provider. Nothing, if nobody ever did.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn delegation_pool(&self, provider: &AccountId) -> Result<DelegationPool, Error> {
		let pool = self.get(storage::POOLS, (*provider,)).await?;
		Ok(pool.unwrap_or_default())
	}

	/// What is delegated to each provider.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn delegation_pools(&self) -> Result<BTreeMap<AccountId, DelegationPool>, Error> {
		let entries = self
			.entries::<(AccountId,), DelegationPool, _>(storage::POOLS, ())
			.await?;
		Ok(entries
			.into_iter()
			.map(|((who,), pool)| (who, pool))
			.collect())
	}

	/// What an account has behind a provider, if anything.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn stake_behind(
		&self,
		who: &AccountId,
		provider: &AccountId,
	) -> Result<Option<StakeBehind>, Error> {
		let record: Option<Delegation> = self.get(storage::DELEGATIONS, (*who, *provider)).await?;
		match record {
			Some(record) => self.come_to(*provider, &record).await.map(Some),
			None => Ok(None),
		}
	}

	/// What an account has behind providers.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn stakes_behind(&self, who: &AccountId) -> Result<Vec<StakeBehind>, Error> {
		let records = self
			.entries::<(AccountId, AccountId), Delegation, _>(storage::DELEGATIONS, (*who,))
			.await?;
		let mut all = Vec::new();
		for ((_, provider), record) in records {
			all.push(self.come_to(provider, &record).await?);
		}
		all.sort_by_key(|stake| stake.provider);
		Ok(all)
	}

	async fn come_to(
		&self,
		provider: AccountId,
		record: &Delegation,
	) -> Result<StakeBehind, Error> {
		let mut sources = BTreeMap::new();
		for part in &record.moved {
			sources.insert(part.from, self.delegation_pool(&part.from).await?);
		}
		let pool = self.delegation_pool(&provider).await?;
		Ok(record.behind(provider, &pool, &sources))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		Call,
		chain::tests::{account, metadata, runtime_account, stored},
	};
	use athanor_runtime::{Balances, Runtime, RuntimeCall, RuntimeOrigin, Staking, System};
	use codec::Decode;
	use polkadot_sdk::{
		frame_support::traits::fungible::Mutate, sp_io::TestExternalities, sp_runtime::Permill,
	};

	const ATH: u128 = 1_000_000_000_000;

	#[test]
	fn calls_arrive() {
		use athanor_staking::Call as Arrived;
		let (provider, there) = (account(7), runtime_account(7));
		let (delegator, their) = (account(8), runtime_account(8));
		let amount = u128::MAX;
		let cases = [
			(
				DelegationCall::Delegate { provider, amount },
				Arrived::delegate {
					provider: there.clone(),
					amount,
				},
			),
			(
				DelegationCall::Undelegate { provider, amount },
				Arrived::undelegate {
					provider: there.clone(),
					amount,
				},
			),
			(
				DelegationCall::Redelegate {
					from: provider,
					to: delegator,
					amount,
				},
				Arrived::redelegate {
					from: there.clone(),
					to: their.clone(),
					amount,
				},
			),
			(
				DelegationCall::Withdraw(provider),
				Arrived::withdraw_delegation {
					provider: there.clone(),
				},
			),
			(
				DelegationCall::Claim(provider),
				Arrived::claim {
					provider: there.clone(),
				},
			),
			(
				DelegationCall::Compound {
					provider,
					delegator,
				},
				Arrived::compound {
					provider: there.clone(),
					delegator: their.clone(),
				},
			),
			(
				DelegationCall::Collect {
					provider,
					delegator,
				},
				Arrived::collect {
					provider: there.clone(),
					delegator: their,
				},
			),
			(
				DelegationCall::SetCommission(25_000),
				Arrived::set_commission {
					commission: Permill::from_parts(25_000),
				},
			),
			(
				DelegationCall::SetAutoCompound { provider, on: true },
				Arrived::set_auto_compound {
					provider: there,
					on: true,
				},
			),
		];
		for (call, arrived) in cases {
			let bytes = Call::Delegation(call).encode(metadata()).unwrap();
			let mut input = &bytes[..];
			let decoded = RuntimeCall::decode(&mut input).unwrap();
			assert!(input.is_empty());
			assert_eq!(decoded, RuntimeCall::Staking(arrived));
		}
	}

	fn signed(byte: u8) -> RuntimeOrigin {
		RuntimeOrigin::signed(runtime_account(byte))
	}

	fn pool(byte: u8) -> DelegationPool {
		stored(
			storage::POOLS,
			athanor_staking::Pools::<Runtime>::get(runtime_account(byte)),
		)
	}

	/// What account 1 has behind a provider.
	fn behind(byte: u8) -> StakeBehind {
		let record =
			athanor_staking::Delegations::<Runtime>::get(runtime_account(1), runtime_account(byte))
				.unwrap();
		let here: Delegation = stored(storage::DELEGATIONS, record.clone());
		let sources = [(account(7), pool(7)), (account(8), pool(8))];
		let stake = here.behind(account(byte), &pool(byte), &sources.into());
		// As the chain counts it.
		let after = Staking::after_others(record);
		let worth = |shares| pool(byte).pool.worth(shares);
		assert_eq!(stake.active, worth(after.shares));
		let unbonding = after.unbonding.iter().map(|part| worth(part.shares));
		let told = stake.unbonding.iter().map(|part| part.amount);
		assert_eq!(told.collect::<Vec<_>>(), unbonding.collect::<Vec<_>>());
		stake
	}

	/// A slash of everything in the pool but so much.
	fn slash_to(byte: u8, total: u128) {
		athanor_staking::Pools::<Runtime>::mutate(runtime_account(byte), |pool| {
			pool.pool.total = total;
		});
	}

	/// Account 1 has 100 ATH behind 7; 7 and 8 are providers.
	fn chain() -> TestExternalities {
		let mut externalities = TestExternalities::default();
		externalities.execute_with(|| {
			System::set_block_number(1);
			for byte in [1, 2, 7, 8] {
				Balances::mint_into(&runtime_account(byte), 10_000 * ATH).unwrap();
			}
			for byte in [7, 8] {
				Staking::register(signed(byte), 200 * ATH).unwrap();
			}
			Staking::delegate(signed(1), runtime_account(7), 100 * ATH).unwrap();
		});
		externalities
	}

	#[test]
	fn what_is_delegated_comes_to_what_the_chain_counts() {
		chain().execute_with(|| {
			Staking::undelegate(signed(1), runtime_account(7), 40 * ATH).unwrap();
			let stake = behind(7);
			assert_eq!((stake.active, stake.lost), (60 * ATH, 0));
			assert_eq!(stake.unbonding[0].amount, 40 * ATH);
			let unlocks_at = stake.unbonding[0].unlocks_at;
			assert_eq!(stake.unlocked(unlocks_at - 1), 0);
			assert_eq!(stake.unlocked(unlocks_at), 40 * ATH);
			assert_eq!(pool(7).active_worth(), 60 * ATH);
			slash_to(7, 50 * ATH);
			let stake = behind(7);
			assert_eq!((stake.active, stake.lost), (30 * ATH, 50 * ATH));
			assert_eq!(stake.unbonding[0].amount, 20 * ATH);
		});
	}

	#[test]
	fn what_came_from_elsewhere_loses_with_where_it_came_from() {
		chain().execute_with(|| {
			let (from, to) = (runtime_account(7), runtime_account(8));
			Staking::redelegate(signed(1), from, to.clone(), 100 * ATH).unwrap();
			let stake = behind(8);
			assert_eq!((stake.active, stake.lost), (100 * ATH, 0));
			assert_eq!(stake.answers_for[0].0, account(7));
			slash_to(7, 90 * ATH);
			let stake = behind(8);
			assert_eq!((stake.active, stake.lost), (90 * ATH, 10 * ATH));
			// As the chain has it when it is collected.
			Staking::collect(signed(9), to, runtime_account(1)).unwrap();
			assert_eq!(behind(8).active, stake.active);
			assert_eq!(behind(8).lost, 0);
		});
	}

	#[test]
	fn what_is_lost_elsewhere_is_a_part_of_the_shares_whatever_they_are_worth() {
		chain().execute_with(|| {
			let (from, to) = (runtime_account(7), runtime_account(8));
			Staking::delegate(signed(2), to.clone(), 100 * ATH).unwrap();
			slash_to(8, 50 * ATH);
			// 100 ATH become 200 ATH of shares, of which one is worth half.
			Staking::redelegate(signed(1), from, to.clone(), 100 * ATH).unwrap();
			Staking::undelegate(signed(1), to.clone(), 95 * ATH).unwrap();
			let stake = behind(8);
			assert_eq!((stake.active, stake.lost), (5 * ATH, 0));
			slash_to(7, 90 * ATH);
			// A tenth: all that counts, and 5 ATH of what unbonds.
			let stake = behind(8);
			assert_eq!((stake.active, stake.lost), (0, 10 * ATH));
			assert_eq!(stake.unbonding[0].amount, 90 * ATH);
			// That the shares lose elsewhere too does not make them more.
			slash_to(8, 75 * ATH);
			let stake = behind(8);
			assert_eq!((stake.active, stake.lost), (0, 55 * ATH));
			assert_eq!(stake.unbonding[0].amount, 45 * ATH);
			Staking::collect(signed(9), to, runtime_account(1)).unwrap();
			let stake = behind(8);
			assert_eq!((stake.unbonding[0].amount, stake.lost), (45 * ATH, 0));
		});
	}

	#[test]
	fn income_is_what_can_be_claimed() {
		chain().execute_with(|| {
			athanor_staking::Pools::<Runtime>::mutate(runtime_account(7), |pool| {
				let shares = pool.active_shares();
				pool.income.earn(12_345, shares).unwrap();
			});
			assert_eq!(behind(7).claimable, 12_345);
		});
	}
}
