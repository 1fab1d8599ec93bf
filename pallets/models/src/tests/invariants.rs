//! Each law is checked by breaking it.

use athanor_primitives::model::PriceClass;
use polkadot_sdk::{
	frame_support::{
		assert_ok,
		traits::{fungible::MutateHold, tokens::Precision::Exact},
	},
	sp_runtime::TryRuntimeError,
};
use pretty_assertions::assert_eq;

use crate::{
	ByHashes, Deposits, ModelOf, ModelStatus, Models as Stored, ModelsOf, NextModelId,
	OwnershipOffers, VersionDeposits, VersionId, VersionOf, VersionStatus, Versions,
	mock::*,
	types::{Deposit, content_key},
};

/// Registers a model with two versions, breaks something and expects the law with this name to
/// notice.
fn breaks(law: &'static str, change: impl FnOnce()) {
	ExtBuilder::default().build().execute_with(|| {
		register(ALICE, 1);
		publish(ALICE, 0, 2);
		assert_ok!(Models::do_try_state());
		change();
		assert_eq!(Models::do_try_state(), Err(TryRuntimeError::Other(law)));
	});
}

/// Breaks the record of the model.
fn breaks_record(law: &'static str, change: impl FnOnce(&mut ModelOf<Test>)) {
	breaks(law, || {
		Stored::<Test>::mutate(0, |model| change(model.as_mut().unwrap()))
	});
}

/// Breaks the record of a version.
fn breaks_version(law: &'static str, number: u32, change: impl FnOnce(&mut VersionOf<Test>)) {
	breaks(law, || {
		Versions::<Test>::mutate(0, number, |version| change(version.as_mut().unwrap()))
	});
}

/// A deposit record of another one's ticket.
fn copied_deposit() -> Deposit<<Test as crate::Config>::Consideration> {
	Deposits::<Test>::get(0).unwrap()
}

#[test]
fn ids_are_below_the_next() {
	breaks("models: every id is below NextModelId", || {
		NextModelId::<Test>::put(0)
	});
}

#[test]
fn models_have_deposits() {
	breaks("models: every model has a deposit record", || {
		Deposits::<Test>::remove(0)
	});
}

#[test]
fn versions_have_models() {
	breaks("models: every version has a model", || {
		Stored::<Test>::remove(0);
	});
}

#[test]
fn versions_have_deposits() {
	breaks("models: every version has a deposit record", || {
		VersionDeposits::<Test>::remove(0, 1);
	});
}

#[test]
fn deposits_have_what_they_are_for() {
	breaks("models: every deposit record has a model", || {
		Deposits::<Test>::insert(1, copied_deposit());
	});
	breaks(
		"models: every version's deposit record has a version",
		|| {
			VersionDeposits::<Test>::insert(0, 3, copied_deposit());
		},
	);
}

#[test]
fn holds_are_the_sum_of_deposits() {
	const LAW: &str = "models: what an owner has on hold is the sum of its deposits";
	breaks(LAW, || {
		assert_ok!(Balances::release(&DepositReason::get(), &ALICE, 1, Exact));
	});
	breaks(LAW, || {
		assert_ok!(Balances::hold(&DepositReason::get(), &ALICE, 1));
	});
	breaks(LAW, || {
		Deposits::<Test>::mutate(0, |deposit| deposit.as_mut().unwrap().amount += 1);
	});
	breaks(LAW, || {
		VersionDeposits::<Test>::mutate(0, 1, |deposit| deposit.as_mut().unwrap().amount += 1);
	});
}

#[test]
fn only_owners_have_deposits() {
	breaks(
		"models: only owners of models have a deposit on hold",
		|| {
			assert_ok!(Balances::hold(&DepositReason::get(), &BOB, 1));
		},
	);
}

#[test]
fn deposits_cannot_overflow() {
	const LAW: &str = "models: the sum of an owner's deposits is a balance";
	breaks(LAW, || {
		register(ALICE, 3);
		Deposits::<Test>::mutate(1, |deposit| deposit.as_mut().unwrap().amount = u128::MAX);
	});
	breaks(LAW, || {
		VersionDeposits::<Test>::mutate(0, 1, |deposit| {
			deposit.as_mut().unwrap().amount = u128::MAX
		});
	});
}

#[test]
fn contents_lead_to_versions() {
	const LAW: &str = "models: ByHashes leads from a version's content to that version";
	for content in [1, 2] {
		breaks(LAW, || {
			ByHashes::<Test>::remove(content_key(&hashes(content)))
		});
	}
	for (model, version) in [(7, 1), (0, 2)] {
		breaks(LAW, || {
			let wrong = VersionId { model, version };
			ByHashes::<Test>::insert(content_key(&hashes(1)), wrong)
		});
	}
}

#[test]
fn contents_lead_to_nothing_else() {
	breaks("models: ByHashes has one entry for each version", || {
		let content = VersionId {
			model: 0,
			version: 1,
		};
		ByHashes::<Test>::insert(content_key(&hashes(3)), content);
	});
}

#[test]
fn owners_lead_to_models() {
	breaks("models: ModelsOf leads from an owner to its models", || {
		ModelsOf::<Test>::remove(ALICE, 0);
	});
	breaks("models: ModelsOf has one entry for each model", || {
		ModelsOf::<Test>::insert(BOB, 0, ());
	});
}

#[test]
fn offers_are_of_active_models_to_others() {
	const ACTIVE: &str = "models: only active models are on offer";
	breaks(ACTIVE, || OwnershipOffers::<Test>::insert(1, BOB));
	breaks(ACTIVE, || {
		retire(ALICE, 0);
		OwnershipOffers::<Test>::insert(0, BOB);
	});
	breaks("models: no model is offered to its own owner", || {
		OwnershipOffers::<Test>::insert(0, ALICE);
	});
}

#[test]
fn the_newest_version_is_stored() {
	const LAW: &str = "models: the newest version of every model is stored";
	breaks(LAW, || Versions::<Test>::remove(0, 2));
	breaks_record(LAW, |model| model.version = 3);
}

#[test]
fn versions_are_counted() {
	const LAW: &str = "models: every model counts its stored versions";
	breaks_record(LAW, |model| model.stored_versions = 1);
	breaks(LAW, || Versions::<Test>::remove(0, 1));
}

#[test]
fn versions_are_bounded() {
	breaks(
		"models: at most MaxVersions versions of a model are stored",
		|| {
			let version = Versions::<Test>::get(0, 1).unwrap();
			for number in 3..=9 {
				Versions::<Test>::insert(0, number, version.clone());
			}
			Stored::<Test>::mutate(0, |model| model.as_mut().unwrap().stored_versions = 9);
		},
	);
}

#[test]
fn versions_are_numbered_up_to_the_newest() {
	const LAW: &str = "models: versions are counted up from 1 to the newest";
	for number in [0, 3] {
		breaks(LAW, || {
			let version = Versions::<Test>::take(0, 1).unwrap();
			Versions::<Test>::insert(0, number, version);
		});
	}
}

#[test]
fn only_the_newest_version_is_current() {
	const LAW: &str = "models: the newest version is current, every other is superseded";
	let superseded = VersionStatus::Superseded {
		posts_until: 5,
		removable_at: 15,
	};
	breaks_version(LAW, 1, |version| version.status = VersionStatus::Current);
	breaks_version(LAW, 2, |version| version.status = superseded);
}

#[test]
fn nothing_is_removed_while_jobs_are_posted() {
	const LAW: &str = "models: nothing can be removed while new jobs are accepted";
	breaks_version(LAW, 1, |version| {
		version.status = VersionStatus::Superseded {
			posts_until: 16,
			removable_at: 15,
		}
	});
	breaks_record(LAW, |model| {
		model.status = ModelStatus::Retiring {
			posts_until: 16,
			removable_at: 15,
		}
	});
}

#[test]
fn records_are_what_could_have_been_registered() {
	const NAMES: &str = "models: names and architectures are printable and not empty";
	breaks_record(NAMES, |model| model.name = Default::default());
	breaks_record(NAMES, |model| {
		model.architecture = vec![0xff].try_into().unwrap()
	});
	const TEXTS: &str = "models: licences and sources are printable";
	breaks_record(TEXTS, |model| {
		model.licence = vec![0xff].try_into().unwrap()
	});
	breaks_version(TEXTS, 1, |version| {
		version.source = vec![b'\n'].try_into().unwrap()
	});
	const LENGTHS: &str = "models: the template overhead is at most 1,024 and below the context length, which is at most 2^20";
	breaks_version(LENGTHS, 2, |version| {
		version.template_overhead = version.context_length
	});
	breaks_version(LENGTHS, 2, |version| {
		(version.template_overhead, version.context_length) = (1_025, 4_096)
	});
	breaks_version(LENGTHS, 1, |version| version.context_length = (1 << 20) + 1);
	const CLASS: &str = "models: the price class is that of the number of parameters";
	breaks_record(CLASS, |model| model.price_class = PriceClass::Large);
	breaks_record(CLASS, |model| model.parameters = 0);
}
