//! The pallets that are measured, and what their benchmarks need of other pallets.

use alloc::{string::String, vec::Vec};

use athanor_models::{ModelSpec, VersionSpec};
use athanor_primitives::{
	ModelId, WorkerKey, eligibility::Attributes, model::PriceClass, price::Price, split::Payment,
};
use codec::Encode;
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{
	StorageInfo, StorageInfoTrait, WhitelistedStorageKeys, fungible::Balanced,
};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, Permill};

use crate::{
	AccountId, AllPalletsWithSystem, Balance, Balances, Bounties, ChildBounties, ConvictionVoting,
	Identity, Jobs, Models, Multisig, Origins, Parameters, Preimage, Pricing, Proxy, Referenda,
	Rewards, Runtime, RuntimeOrigin, SafeMode, Scheduler, Staking, Timestamp, TransactionPayment,
	Treasury, TxPause, Utility,
	configs::{economy::TreasuryAccount, market::MinStake},
	constants::ATH,
};

/// `frame_system` keeps its benchmarks in crates of their own.
pub type SystemBench = frame_system_benchmarking::Pallet<Runtime>;
/// Those of its transaction extensions.
pub type SystemExtensionsBench = frame_system_benchmarking::extensions::Pallet<Runtime>;

impl frame_system_benchmarking::Config for Runtime {}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench]
	[frame_system_extensions, SystemExtensionsBench]
	[pallet_timestamp, Timestamp]
	[pallet_balances, Balances]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_parameters, Parameters]
	[pallet_origins, Origins]
	[pallet_preimage, Preimage]
	[pallet_scheduler, Scheduler]
	[pallet_referenda, Referenda]
	[pallet_conviction_voting, ConvictionVoting]
	[pallet_treasury, Treasury]
	[pallet_bounties, Bounties]
	[pallet_child_bounties, ChildBounties]
	[pallet_utility, Utility]
	[pallet_multisig, Multisig]
	[pallet_proxy, Proxy]
	[pallet_identity, Identity]
	[pallet_tx_pause, TxPause]
	[pallet_safe_mode, SafeMode]
	[athanor_models, Models]
	[athanor_staking, Staking]
	[athanor_pricing, Pricing]
	[athanor_rewards, Rewards]
	[athanor_jobs, Jobs]
);

/// The benchmarks, and the storage that they may touch.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs one benchmark. Nothing is returned for one that is not known.
pub fn dispatch(config: &BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let mut whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	// Each block with payments writes it once.
	let treasury = frame_system::Account::<Runtime>::hashed_key_for(TreasuryAccount::get());
	whitelist.push(treasury.into());
	let mut batches = Vec::new();
	let parameters = (config, &whitelist);
	add_benchmarks!(parameters, batches);
	Ok(batches)
}

/// What the benchmarks of the treasury pay, and to whom.
pub struct TreasuryHelper;

impl pallet_treasury::ArgumentsFactory<(), AccountId> for TreasuryHelper {
	fn create_asset_kind(_: u32) {}

	/// The benchmarks pay less than the existential deposit, and mint as little for it: both accounts have to exist.
	fn create_beneficiary(seed: [u8; 32]) -> AccountId {
		endow(&TreasuryAccount::get());
		let beneficiary = seed.into();
		endow(&beneficiary);
		beneficiary
	}
}

/// Sets up for the benchmarks of one pallet what the others have.
pub struct Helper;

impl athanor_jobs::benchmarking::BenchmarkHelper<Runtime> for Helper {
	fn model(author: &AccountId) -> ModelId {
		endow(author);
		let id = athanor_models::NextModelId::<Runtime>::get();
		let largest = athanor_models::benchmarking::largest_model::<Runtime>;
		expect(Models::register(signed(author), largest(1)));
		let ModelSpec {
			hashes,
			context_length,
			template_overhead,
			source,
			..
		} = largest(2);
		let newer = VersionSpec {
			hashes,
			context_length,
			template_overhead,
			source,
		};
		expect(Models::publish_version(signed(author), id, newer));
		// A job takes longest to pay for if the royalty was split before it was posted.
		endow(&Rewards::pot());
		endow(&Staking::pot());
		let holder = frame_benchmarking::account("holder", 0, 0);
		expect(Rewards::transfer_royalty(signed(author), id, holder, 1));
		athanor_rewards::Royalties::<Runtime>::mutate(id, |royalty| {
			if let Some(royalty) = royalty {
				royalty.split_at = 0;
			}
		});
		id
	}

	fn price() -> Price {
		Price::flat(ATH / 1_000)
	}

	fn provider(model: ModelId, who: &AccountId, key: WorkerKey, slots: u32) {
		endow(who);
		let parts = athanor_staking::MAX_UNBONDING;
		expect(athanor_staking::benchmarking::provider::<Runtime>(
			who, parts, 0,
		));
		let retired_at = None;
		let provider = who.clone();
		athanor_staking::Workers::<Runtime>::insert(
			key,
			athanor_staking::WorkerRecord {
				provider,
				retired_at,
			},
		);
		athanor_staking::KeysOf::<Runtime>::insert(who, key, ());
		// The job has to be covered by what is delegated, so that the pool is looked at.
		let delegator = frame_benchmarking::account("delegator", 0, 1);
		expect(athanor_staking::benchmarking::put_behind::<Runtime>(
			&delegator,
			who,
			MinStake::get(),
		));
		athanor_staking::Providers::<Runtime>::mutate(who, |record| {
			if let Some(record) = record {
				record.keys = 1;
				record.committed = record.bonded;
			}
		});
		accuse(who);
		let price = <Self as athanor_jobs::benchmarking::BenchmarkHelper<Runtime>>::price();
		expect(Pricing::set_offer(
			signed(who),
			model,
			1,
			price,
			slots,
			Attributes {
				region: Some(athanor_jobs::benchmarking::REGION),
				..Attributes::default()
			},
		));
	}

	fn crowd(model: ModelId, count: u32, slots: u32) {
		for n in 0..count {
			let who = frame_benchmarking::account("crowd", n, 0);
			<Self as athanor_jobs::benchmarking::BenchmarkHelper<Runtime>>::provider(
				model,
				&who,
				sp_io::hashing::blake2_256(&n.encode()),
				slots,
			);
		}
	}

	fn pause(who: &AccountId) {
		expect(athanor_staking::benchmarking::pause::<Runtime>(who));
	}

	fn slashes(who: &AccountId) -> usize {
		let all = athanor_staking::PendingSlashes::<Runtime>::iter_values();
		all.filter(|slash| slash.provider == *who).count()
	}

	fn check_payment(payment: &Payment) {
		assert!(payment.provider > 0 && payment.delegators > 0 && payment.author > 0);
		assert!(payment.treasury > 0);
	}

	fn randomness() {
		pallet_babe::AuthorVrfRandomness::<Runtime>::put(Some([7; 32]));
	}
}

impl athanor_pricing::benchmarking::BenchmarkHelper<Runtime> for Helper {
	fn model() -> (athanor_pricing::ModelVersion, PriceClass) {
		let author = frame_benchmarking::account("author", 0, 0);
		endow(&author);
		let id = athanor_models::NextModelId::<Runtime>::get();
		let spec = athanor_models::benchmarking::largest_model::<Runtime>(1);
		let class = PriceClass::of(spec.parameters);
		expect(Models::register(signed(&author), spec));
		((id, 1), class)
	}

	fn provider(who: &AccountId) {
		endow(who);
		let parts = athanor_staking::MAX_UNBONDING;
		expect(athanor_staking::benchmarking::provider::<Runtime>(
			who, parts, 1,
		));
		accuse(who);
	}

	fn disqualify(who: &AccountId) {
		let keys: Vec<_> = athanor_staking::KeysOf::<Runtime>::iter_key_prefix(who).collect();
		for key in keys {
			expect(Staking::remove_worker_key(signed(who), key));
		}
	}

	fn admin() -> RuntimeOrigin {
		RuntimeOrigin::root()
	}
}

impl athanor_rewards::benchmarking::BenchmarkHelper<Runtime> for Helper {
	fn model(owner: &AccountId) -> ModelId {
		endow(owner);
		let id = athanor_models::NextModelId::<Runtime>::get();
		let largest = athanor_models::benchmarking::largest_model::<Runtime>(1);
		expect(Models::register(signed(owner), largest));
		id
	}

	fn remove(model: ModelId) {
		athanor_models::Models::<Runtime>::remove(model);
	}
}

/// Enough for any stake and deposit.
const FUNDS: Balance = Balance::MAX >> 24;

fn endow(who: &AccountId) {
	let credit = <Balances as Balanced<AccountId>>::issue(FUNDS);
	let _ = Balances::resolve(who, credit);
}

/// Lets as many slashes be pending as have entries in the provider's record. They take nothing of its own stake.
fn accuse(who: &AccountId) {
	let (most, share) = (athanor_staking::MAX_PENDING, Permill::from_parts(1));
	expect(athanor_staking::benchmarking::accuse::<Runtime>(
		who, most, 0, share,
	));
}

fn signed(who: &AccountId) -> RuntimeOrigin {
	frame_system::RawOrigin::Signed(who.clone()).into()
}

/// A set-up that fails ends the benchmark.
fn expect<T: core::fmt::Debug>(result: Result<T, DispatchError>) {
	assert!(result.is_ok(), "{result:?}");
}
