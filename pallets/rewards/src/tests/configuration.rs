//! What the runtime may not configure.

use polkadot_sdk::{
	frame_support::traits::{GetStorageVersion, Hooks, StorageVersion},
	sp_runtime::Permill,
};
use pretty_assertions::assert_eq;

use crate::mock::*;

fn check(treasury: u32, burn: u32) {
	ExtBuilder::default()
		.shares(Permill::from_parts(treasury), Permill::from_parts(burn))
		.build_and_execute(<Rewards as Hooks<u32>>::integrity_test);
}

#[test]
fn shares_that_leave_something_pass() {
	check(50_000, 10_000);
	check(0, 0);
	check(499_999, 500_000);
}

#[test]
#[should_panic(expected = "must leave something for who does the work")]
fn shares_that_leave_nothing_are_refused() {
	check(500_000, 500_000);
}

#[test]
#[should_panic(expected = "must leave something for who does the work")]
fn shares_of_more_than_a_whole_are_refused() {
	check(1_000_000, 1_000_000);
}

#[test]
fn storage_has_a_version() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Rewards::in_code_storage_version(), StorageVersion::new(1));
		assert_eq!(Rewards::on_chain_storage_version(), StorageVersion::new(1));
	});
}
