//! Who gets what of a payment, on the real runtime: at every setting that governance can choose.

use crate::chain::development;
use athanor_models::{ModelSpec, types::MAX_CONTEXT_LENGTH};
use athanor_primitives::{
	H256,
	explain::HeldFor,
	model::{ModelHashes, NumericClass},
	ports::{Parties, Payout, ProviderRegistry, Victim},
	split::{Payment, share_of},
};
use athanor_runtime::{
	AccountId, Balance, Balances, Jobs, Models, Rewards, Runtime, RuntimeHoldReason, RuntimeOrigin,
	Staking, System,
	configs::parameters::{self, RuntimeParameters, values::market},
	constants::{ATH, EXISTENTIAL_DEPOSIT},
};
use frame_support::{
	assert_noop, assert_ok, hypothetically,
	traits::{
		Get,
		dynamic_params::AggregatedKeyValue,
		fungible::{Balanced, Inspect, InspectHold},
	},
};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::Permill;

/// Values that a vote can choose, the absurd ones among them.
fn votes() -> Vec<Permill> {
	let parts = [
		0, 1, 9_999, 10_000, 50_000, 100_001, 300_001, 999_999, 1_000_000,
	];
	parts.into_iter().map(Permill::from_parts).collect()
}

/// Stores a value that may be beyond its bounds, as a runtime with other bounds may have left it.
fn set(value: market::Parameters) {
	let (key, value) = RuntimeParameters::Market(value).into_parts();
	pallet_parameters::Parameters::<Runtime>::set(key, value);
}

fn set_shares(treasury: Permill, burn: Permill) {
	set(market::Parameters::TreasuryShare(
		market::TreasuryShare,
		Some(treasury),
	));
	set(market::Parameters::BurnShare(market::BurnShare, Some(burn)));
}

fn set_max_royalty(royalty: Permill) {
	set(market::Parameters::MaxRoyalty(
		market::MaxRoyalty,
		Some(royalty),
	));
}

/// Pays for a job of Alice that Bob did, on a model of Charlie's.
fn pay(units: Balance, royalty: Permill) -> Payment {
	let parties = Parties {
		requester: Alice.to_account_id(),
		provider: Bob.to_account_id(),
		author: Charlie.to_account_id(),
		model: 0,
		royalty: royalty.deconstruct(),
		posted_at: System::block_number(),
	};
	Rewards::pay(1, Balances::issue(units), &parties)
}

fn spec(royalty: Permill) -> ModelSpec {
	ModelSpec {
		name: b"model".to_vec(),
		hashes: ModelHashes {
			weights: H256::repeat_byte(1),
			tokenizer: H256::repeat_byte(2),
			template: H256::repeat_byte(3),
		},
		architecture: b"llama".to_vec(),
		parameters: 1,
		context_length: MAX_CONTEXT_LENGTH,
		template_overhead: 1,
		licence: Vec::new(),
		source: Vec::new(),
		royalty,
		numeric_class: NumericClass::Exact,
	}
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

#[test]
fn whatever_is_voted_the_providers_side_gets_its_part_and_the_treasury_something() {
	development().execute_with(|| {
		for treasury in votes() {
			for burn in votes() {
				set_shares(treasury, burn);
				for royalty in votes() {
					set_max_royalty(royalty);
					let royalty = parameters::MaxRoyalty::get();
					let paid = pay(1_000_000, royalty);
					let least = parameters::LEAST_PROVIDER_SIDE * 1_000_000u128;
					assert!(paid.provider >= least, "{paid:?}");
					assert!((10_000..=200_003).contains(&paid.treasury), "{paid:?}");
					assert!(paid.burned <= 100_000 && paid.author <= 300_000, "{paid:?}");
				}
			}
		}
	});
}

#[test]
fn who_pays_itself_loses_at_every_setting() {
	let units = [
		1,
		2,
		3,
		99,
		100,
		12_345,
		1_000_003,
		ATH,
		999_999_999 * ATH + 7,
	];
	development().execute_with(|| {
		for treasury in votes() {
			for burn in votes() {
				set_shares(treasury, burn);
				let lost = parameters::TreasuryShare::get() + parameters::BurnShare::get();
				for royalty in [0, 1, 200_000, 300_000].map(Permill::from_parts) {
					for units in units {
						let paid = pay(units, royalty);
						let back = paid.provider + paid.delegators + paid.author;
						let least = share_of(units, lost.deconstruct()).max(1);
						assert!(back + least <= units, "{units} spent: {paid:?}");
					}
				}
			}
		}
	});
}

/// What requester, provider, author and delegator have, who are one and the same.
fn coalition() -> Balance {
	[Alice, Bob, Charlie, Dave]
		.map(|who| Balances::total_balance(&who.to_account_id()))
		.into_iter()
		.sum()
}

/// Bob is a provider with this commission. Dave stands behind him, who is Bob too, and Eve, who is not.
fn open_market(commission: Permill) {
	System::set_block_number(1);
	assert_ok!(Staking::register(signed(Bob), 300 * ATH));
	let most = market::Parameters::MaxCommission(market::MaxCommission, Some(Permill::one()));
	set(most);
	assert_ok!(Staking::set_commission(signed(Bob), commission));
	for who in [Dave, Eve] {
		assert_ok!(Staking::delegate(
			signed(who),
			Bob.to_account_id(),
			123 * ATH + 7
		));
	}
}

#[test]
fn who_pays_itself_loses_also_with_its_own_stake_behind_itself() {
	for commission in [0, 333_333, 1_000_000].map(Permill::from_parts) {
		development().execute_with(|| {
			open_market(commission);
			let (before, mut most) = (coalition(), 1);
			for treasury in votes() {
				for burn in votes() {
					set_shares(treasury, burn);
					let lost = parameters::TreasuryShare::get() + parameters::BurnShare::get();
					for royalty in [0, 300_000].map(Permill::from_parts) {
						for units in [1, 2, 99, 12_345, 1_000_003, ATH, 999_999 * ATH + 7] {
							pay(units, royalty);
							// Of a unit that was shared out, fractions are left for the next time.
							let _ = Staking::claim(signed(Dave), Bob.to_account_id());
							most += units - share_of(units, lost.deconstruct()).max(1);
							let got = coalition() - before;
							assert!(got <= most, "{units}: {got}, not {most}");
						}
					}
				}
			}
		});
	}
}

/// Bob's stake.
fn stake() -> Balance {
	let reason = RuntimeHoldReason::Staking(athanor_staking::HoldReason::Stake);
	Balances::balance_on_hold(&reason, &Bob.to_account_id())
}

/// Bob signs two receipts for Alice's job, which Charlie shows, and all of them are one and the same.
fn slash_oneself(paid: Balance) {
	let (provider, reporter) = (Bob.to_account_id(), Charlie.to_account_id());
	let victim = Victim {
		requester: Alice.to_account_id(),
		escrow: 10_000 * ATH,
		paid,
	};
	let (before, bonded) = (coalition(), stake());
	let amount = Staking::slash_for_equivocation(&provider, 1, &victim, &reporter);
	assert!(amount > 0);
	System::set_block_number(1 + parameters::AppealPeriod::get());
	assert_ok!(Staking::enact_slash(signed(Charlie), 0));
	for who in [Dave, Eve] {
		let collected = Staking::collect(signed(Charlie), provider.clone(), who.to_account_id());
		assert!(collected.is_ok(), "{collected:?}");
	}
	let own = bonded - stake();
	let lost = before - coalition();
	assert!(own > 0 && 4 * lost >= own, "{own} slashed, {lost} lost");
}

#[test]
fn who_slashes_itself_loses_at_every_setting() {
	development().execute_with(|| {
		open_market(Permill::zero());
		for penalty in votes() {
			for reporter in votes() {
				for share in votes() {
					set(market::Parameters::RequesterPenalty(
						market::RequesterPenalty,
						Some(penalty),
					));
					set(market::Parameters::ReporterShare(
						market::ReporterShare,
						Some(reporter),
					));
					set(market::Parameters::EquivocationSlash(
						market::EquivocationSlash,
						Some(share),
					));
					set(market::Parameters::MaxEraSlash(
						market::MaxEraSlash,
						Some(share),
					));
					for paid in [0, 1, ATH, 9_000 * ATH] {
						hypothetically!(slash_oneself(paid));
					}
				}
			}
		}
	});
}

#[test]
fn a_royalty_is_registered_within_what_governance_allows() {
	development().execute_with(|| {
		let refused = athanor_models::Error::<Runtime>::RoyaltyTooHigh;
		assert_noop!(
			Models::register(signed(Charlie), spec(Permill::from_percent(21))),
			refused
		);
		// A vote for everything allows no more than 30 %.
		set_max_royalty(Permill::one());
		let refused = athanor_models::Error::<Runtime>::RoyaltyTooHigh;
		assert_noop!(
			Models::register(signed(Charlie), spec(Permill::from_percent(31))),
			refused
		);
		assert_ok!(Models::register(
			signed(Charlie),
			spec(Permill::from_percent(30))
		));
		// What is registered stays, whatever is voted later.
		set_max_royalty(Permill::zero());
		let royalty = athanor_models::Models::<Runtime>::get(0).unwrap().royalty;
		assert_eq!(royalty, Permill::from_percent(30));
	});
}

fn held(who: &AccountId) -> Balance {
	let reason = RuntimeHoldReason::Rewards(athanor_rewards::HoldReason::RoyaltyDeposit);
	Balances::balance_on_hold(&reason, who)
}

fn explained(who: &AccountId) -> Balance {
	Jobs::explain_account(who.clone(), u32::MAX)
		.into_iter()
		.filter(|held| matches!(held.reason, HeldFor::RoyaltyDeposit { model: 0 }))
		.map(|held| held.amount)
		.sum()
}

#[test]
fn a_royalty_is_split_earned_claimed_and_ends_with_its_model() {
	development().execute_with(|| {
		let [owner, holder] = [Charlie, Dave].map(|who| who.to_account_id());
		assert_eq!(Balances::balance(&Rewards::pot()), EXISTENTIAL_DEPOSIT);
		System::set_block_number(1);
		let royalty = Permill::from_percent(20);
		assert_ok!(Models::register(signed(Charlie), spec(royalty)));
		let shares = 250_000;
		assert_ok!(Rewards::transfer_royalty(
			signed(Charlie),
			0,
			holder.clone(),
			shares
		));
		assert!(held(&owner) > 0 && held(&holder) == 0);
		assert_eq!(explained(&owner), held(&owner));

		System::set_block_number(2);
		let before = Balances::balance(&holder);
		assert_eq!(pay(100 * ATH, royalty).author, 20 * ATH);
		assert_ok!(Rewards::claim_royalty(signed(Dave), 0));
		assert_eq!(Balances::balance(&holder), before + 5 * ATH);
		Rewards::do_try_state().unwrap();

		assert_ok!(Models::retire(signed(Charlie), 0));
		System::set_block_number(1_000_000);
		assert_ok!(Models::remove(signed(Alice), 0));
		assert_eq!(explained(&owner), held(&owner));
		for who in [&owner, &holder] {
			assert_ok!(Rewards::claim_royalty_for(signed(Alice), 0, who.clone()));
		}
		assert_eq!((held(&owner), explained(&owner)), (0, 0));
		assert_eq!(Balances::balance(&Rewards::pot()), EXISTENTIAL_DEPOSIT);
		Rewards::do_try_state().unwrap();
	});
}
