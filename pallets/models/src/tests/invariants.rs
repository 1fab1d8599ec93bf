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
	ByHashes, Deposits, ModelOf, Models as Stored, NextModelId, mock::*, types::content_key,
};

/// Registers a model, breaks something and expects the law with this name to notice.
fn breaks(law: &'static str, change: impl FnOnce()) {
	ExtBuilder::default().build().execute_with(|| {
		register(ALICE, 1);
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
fn deposits_have_models() {
	breaks("models: every deposit record has a model", || {
		Stored::<Test>::remove(0);
		ByHashes::<Test>::remove(content_key(&hashes(1)));
	});
}

#[test]
fn holds_are_the_sum_of_deposits() {
	const LAW: &str = "models: what an owner has on hold is the sum of its models' deposits";
	breaks(LAW, || {
		assert_ok!(Balances::release(&DepositReason::get(), &ALICE, 1, Exact));
	});
	breaks(LAW, || {
		assert_ok!(Balances::hold(&DepositReason::get(), &ALICE, 1));
	});
	breaks(LAW, || {
		Deposits::<Test>::mutate(0, |deposit| deposit.as_mut().unwrap().amount += 1);
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
	breaks(
		"models: the sum of an owner's deposits is a balance",
		|| {
			register(ALICE, 2);
			Deposits::<Test>::mutate(1, |deposit| deposit.as_mut().unwrap().amount = u128::MAX);
		},
	);
}

#[test]
fn the_index_leads_to_the_model() {
	const LAW: &str = "models: ByHashes leads from a model's content to that model";
	breaks(LAW, || ByHashes::<Test>::remove(content_key(&hashes(1))));
	breaks(LAW, || ByHashes::<Test>::insert(content_key(&hashes(1)), 7));
}

#[test]
fn the_index_has_nothing_else() {
	breaks("models: ByHashes has one entry for each model", || {
		ByHashes::<Test>::insert(content_key(&hashes(2)), 0);
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
	breaks_record(TEXTS, |model| {
		model.source = vec![b'\n'].try_into().unwrap()
	});
	const LENGTHS: &str =
		"models: the template overhead is below the context length, which is at most 2^20";
	breaks_record(LENGTHS, |model| {
		model.template_overhead = model.context_length
	});
	breaks_record(LENGTHS, |model| model.context_length = (1 << 20) + 1);
	const CLASS: &str = "models: the price class is that of the number of parameters";
	breaks_record(CLASS, |model| model.price_class = PriceClass::Large);
	breaks_record(CLASS, |model| model.parameters = 0);
	breaks_record("models: versions are counted up from 1", |model| {
		model.version = 0
	});
}
