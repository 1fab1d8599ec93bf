//! What the runtime may not configure, and what clients can read.

use codec::Decode;
use polkadot_sdk::{
	frame_support::{
		assert_ok,
		dispatch::GetDispatchInfo,
		traits::{GetStorageVersion, Hooks, StorageVersion},
	},
	sp_runtime::Permill,
};
use pretty_assertions::assert_eq;

use crate::{Call, WeightInfo, mock::*};

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
#[should_panic(expected = "RetirementNotice must not be 0")]
fn no_notice_is_refused() {
	ExtBuilder::default()
		.notice(0)
		.build_and_execute(<Models as Hooks<u32>>::integrity_test);
}

#[test]
#[should_panic(expected = "VersionGrace must not be 0")]
fn no_time_to_change_over_is_refused() {
	ExtBuilder::default()
		.version_grace(0)
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
		assert_eq!(value("MaxVersions"), 8);
		assert_eq!(value("RetirementNotice"), NOTICE);
		assert_eq!(value("RetirementGrace"), GRACE);
		assert_eq!(value("VersionGrace"), CHANGEOVER);
	});
}

#[test]
fn the_highest_royalty_is_that_of_now() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Models::max_royalty(), Permill::from_percent(20));
		MaxRoyalty::set(Permill::from_percent(3));
		assert_eq!(Models::max_royalty(), Permill::from_percent(3));
		let constants = Models::pallet_constants_metadata();
		let names: Vec<_> = constants.iter().map(|constant| constant.name).collect();
		assert!(!names.contains(&"MaxRoyalty"), "it is none: {names:?}");
	});
}

#[test]
fn fees_are_for_the_versions_that_there_are() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		let origin = RuntimeOrigin::signed(BOB);
		let call = Call::<Test>::accept_ownership { model };
		let most = <() as WeightInfo>::accept_ownership(8);
		assert_eq!(call.get_dispatch_info().call_weight, most);
		assert_ok!(Models::offer_ownership(
			RuntimeOrigin::signed(ALICE),
			model,
			BOB
		));
		let info = Models::accept_ownership(origin.clone(), model).unwrap();
		let due = <() as WeightInfo>::accept_ownership(2);
		assert_eq!(info.actual_weight, Some(due));

		let call = Call::<Test>::remove { model };
		let most = <() as WeightInfo>::remove(8);
		assert_eq!(call.get_dispatch_info().call_weight, most);
		retire(BOB, model);
		advance(NOTICE + GRACE);
		let info = Models::remove(origin, model).unwrap();
		assert_eq!(info.actual_weight, Some(<() as WeightInfo>::remove(2)));
	});
}
