use sp_runtime::BuildStorage;

use super::*;
use crate::Provider;
use pretty_assertions::assert_eq;

#[test]
fn genesis_providers_are_registered_without_keys() {
	ExtBuilder::default()
		.genesis_provider(ALICE, 2_000)
		.build_and_execute(|| {
			assert_eq!(record(ALICE), Provider::new(2_000, 0));
			assert_eq!(held(ALICE), 2_000);
			assert!(!is_active(ALICE));
			assert_ok!(add_key(ALICE, 1));
			assert!(is_active(ALICE));
		});
}

#[test]
#[should_panic(expected = "genesis provider 4 with stake 1000")]
fn genesis_with_an_uncovered_stake_is_refused() {
	ExtBuilder::default()
		.genesis_provider(POOR, MINIMUM)
		.build();
}

#[test]
#[should_panic(expected = "StakeTooLow")]
fn genesis_with_a_low_stake_is_refused() {
	ExtBuilder::default()
		.genesis_provider(ALICE, MINIMUM - 1)
		.build();
}

#[test]
fn the_default_genesis_is_empty() {
	let config = RuntimeGenesisConfig::default();
	assert!(config.staking.providers.is_empty());
	assert!(config.build_storage().is_ok());
}

#[test]
fn a_sound_configuration_passes() {
	ExtBuilder::default().build_and_execute(Staking::check_config);
}

#[test]
#[should_panic(expected = "MinStake must be more than 0")]
fn a_minimum_of_zero_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		MinStake::set(0);
		Staking::check_config();
	});
}

#[test]
#[should_panic(expected = "UnbondingPeriod must be more than 0")]
fn a_period_of_zero_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		UnbondingPeriod::set(0);
		Staking::check_config();
	});
}

#[test]
#[should_panic(expected = "TimeoutPause must be more than 0")]
fn a_pause_of_zero_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		TimeoutPause::set(0);
		Staking::check_config();
	});
}

#[test]
#[should_panic(expected = "MaxWorkerKeys must be more than 0")]
fn a_bound_of_no_keys_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		MaxWorkerKeys::set(0);
		Staking::check_config();
	});
}

#[test]
#[should_panic(expected = "Era must be more than 0")]
fn an_era_of_nothing_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		Era::set(0);
		Staking::check_config();
	});
}

#[test]
#[should_panic(expected = "MinDelegation must be at least the existential deposit")]
fn delegations_of_dust_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		MinDelegation::set(ED - 1);
		Staking::check_config();
	});
}

#[test]
#[should_panic(expected = "HookWeight must be enough for one slash")]
fn a_hook_without_weight_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		HookWeight::set(frame_support::weights::Weight::from_parts(60_000_000, 0));
		Staking::check_config();
	});
}

#[test]
fn the_pot_has_the_existential_deposit_from_genesis_on() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(free(Staking::pot()), ED);
	});
}
