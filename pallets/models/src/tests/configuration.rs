//! What the runtime may not configure, and what clients can read.

use codec::Decode;
use polkadot_sdk::{
	frame_support::traits::{GetStorageVersion, Hooks, StorageVersion},
	sp_runtime::Permill,
};
use pretty_assertions::assert_eq;

use crate::{WeightInfo, mock::*, weights::SubstrateWeight};

#[test]
fn a_sound_configuration_passes() {
	ExtBuilder::default().build_and_execute(|| {
		<Models as Hooks<u32>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "MaxRoyalty must be below one whole")]
fn a_royalty_of_everything_is_refused() {
	ExtBuilder::default()
		.max_royalty(Permill::one())
		.build_and_execute(<Models as Hooks<u32>>::integrity_test);
}

#[test]
#[should_panic(expected = "RetirementGrace must not be 0")]
fn no_grace_is_refused() {
	ExtBuilder::default()
		.grace(0)
		.build_and_execute(<Models as Hooks<u32>>::integrity_test);
}

#[test]
fn storage_has_a_version() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Models::in_code_storage_version(), StorageVersion::new(1));
		assert_eq!(Models::on_chain_storage_version(), StorageVersion::new(1));
	});
}

#[test]
fn bounds_are_constants_that_clients_can_read() {
	ExtBuilder::default().build_and_execute(|| {
		let constants = Models::pallet_constants_metadata();
		let value = |name: &str| {
			let constant = constants
				.iter()
				.find(|constant| constant.name == name)
				.unwrap();
			assert!(!constant.docs.is_empty(), "{name} is documented");
			u32::decode(&mut &constant.value[..]).unwrap()
		};
		assert_eq!(value("MaxNameLength"), 64);
		assert_eq!(value("MaxTextLength"), 256);
		assert_eq!(value("MaxContextLength"), 1_048_576);
		assert_eq!(value("RetirementGrace"), 10);
		assert_eq!(value("MaxRoyalty"), 200_000);
	});
}

#[test]
fn weights_count_the_storage_that_is_touched() {
	type Estimate = SubstrateWeight<Test>;
	for weight in [<() as WeightInfo>::register(), <() as WeightInfo>::remove()] {
		assert!(weight.all_gt(<() as WeightInfo>::retire()));
	}
	// The mock's database costs nothing, so what is left is the computation.
	assert!(Estimate::register().ref_time() < <() as WeightInfo>::register().ref_time());
}
