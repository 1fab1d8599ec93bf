//! Names and constants.

use athanor_primitives::price::Price;
use athanor_runtime::Runtime;
use polkadot_sdk::sp_core::crypto::AccountId32 as RuntimeAccount;

use super::{METADATA, constants, receipts::synthetic};
use crate::chain::names;

#[test]
fn the_runtime_has_everything_that_is_known_by_name() {
	assert_eq!(names::missing(&METADATA), Vec::<String>::new());
	assert_eq!(names::missing_pallet(&METADATA), None);
}

#[test]
fn what_a_runtime_lacks_is_named() {
	let other = synthetic(&["CheckNonce"]);
	assert_eq!(names::missing_pallet(&other), Some("Models"));
	let missing = names::missing(&other);
	assert!(
		missing.contains(&"storage Jobs.Outcomes".to_owned()),
		"{missing:?}"
	);
	assert!(missing.contains(&"call Staking.bond".to_owned()));
	assert!(missing.contains(&"constant Jobs.MaxText".to_owned()));
	assert!(missing.contains(&"event Rewards.JobPaid".to_owned()));
	assert!(missing.contains(&"view function Jobs.explain_account".to_owned()));
	assert!(missing.contains(&"runtime API GovernanceApi.try_call".to_owned()));
}

#[test]
fn constants_are_the_runtimes() {
	let constants = constants();
	assert_eq!(constants.existential_deposit, 1_000_000_000);
	assert_eq!(constants.block_time, 3_000);
	assert_eq!(constants.max_versions, 8);
	assert_eq!(constants.max_claim_validity, 100);
	assert!(constants.retirement_notice > 0 && constants.version_grace > 0);
	assert_eq!(constants.max_inline_input, 8_192);
	assert_eq!(constants.max_output_tokens, 4_096);
	assert_eq!(constants.tokens_per_block, 60);
	assert_eq!(constants.price_limits.bounds.floor, Price::flat(1));
	assert_eq!(constants.price_limits.step, 100_000);
	assert_eq!(constants.work_period(10, 1, 1), 11);
	assert_eq!(constants.work_period(10, 599, 61), 12);
	assert_eq!(constants.work_period(11, 1_200, 61), 15);
	let treasury: RuntimeAccount = <Runtime as athanor_rewards::Config>::TreasuryAccount::get();
	assert_eq!(constants.treasury.0, <[u8; 32]>::from(treasury));
}
