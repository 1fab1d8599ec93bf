//! Registering a model.

use athanor_primitives::model::{ModelHashes, NumericClass, PriceClass};
use codec::Encode;
use polkadot_sdk::{
	frame_support::{assert_noop, assert_ok, traits::fungible::Inspect},
	sp_runtime::{
		DispatchError::{self, BadOrigin},
		Permill, TokenError,
	},
};
use pretty_assertions::assert_eq;

use crate::{
	ByHashes, Error, Event, MAX_TEMPLATE_OVERHEAD, Model, ModelSpec, ModelStatus, Models as Stored,
	ModelsOf, NextModelId, Version, VersionId, VersionStatus, Versions,
	mock::*,
	types::{MAX_CONTEXT_LENGTH, content_key},
};

/// The error of registering this as [`ALICE`]; storage must not change.
fn refused(spec: ModelSpec, error: Error<Test>) {
	assert_noop!(Models::register(RuntimeOrigin::signed(ALICE), spec), error);
}

/// Registering this as [`ALICE`] must work.
fn accepted(spec: ModelSpec) {
	assert_ok!(Models::register(RuntimeOrigin::signed(ALICE), spec));
}

#[test]
fn a_model_is_stored_as_stated() {
	ExtBuilder::default().build_and_execute(|| {
		advance(6);
		accepted(spec(1));

		let model = Model {
			owner: ALICE,
			name: b"TinyStories 42M".to_vec().try_into().unwrap(),
			architecture: b"llama".to_vec().try_into().unwrap(),
			parameters: 42_000_000,
			licence: b"MIT".to_vec().try_into().unwrap(),
			royalty: Permill::from_percent(10),
			numeric_class: NumericClass::Float,
			price_class: PriceClass::Small,
			version: 1,
			stored_versions: 1,
			registered_at: 7,
			status: ModelStatus::Active,
		};
		let version = Version {
			hashes: hashes(1),
			context_length: 1_024,
			template_overhead: 16,
			source: b"hf:athanor/tiny-stories@1".to_vec().try_into().unwrap(),
			published_at: 7,
			status: VersionStatus::Current,
		};
		assert_eq!(Stored::<Test>::get(0), Some(model));
		assert_eq!(Versions::<Test>::get(0, 1), Some(version));
		let content = VersionId {
			model: 0,
			version: 1,
		};
		assert_eq!(
			ByHashes::<Test>::get(content_key(&hashes(1))),
			Some(content)
		);
		assert!(ModelsOf::<Test>::contains_key(ALICE, 0));
		assert_eq!(NextModelId::<Test>::get(), 1);
		assert_last(Event::ModelRegistered {
			model: 0,
			owner: ALICE,
			hashes: hashes(1),
			royalty: Permill::from_percent(10),
			deposit: held(ALICE),
		});
	});
}

#[test]
fn the_deposit_is_held_and_priced_by_size() {
	ExtBuilder::default().build_and_execute(|| {
		let small = register(ALICE, 1);
		let model = Stored::<Test>::get(small).unwrap();
		let version = Versions::<Test>::get(small, 1).unwrap();
		// Each pays for the two block numbers that its status will have in the end.
		let size = model.encoded_size() as u128 + 8;
		assert_eq!(model_deposit(small), 1_000 + 2 * size);
		let size = version.encoded_size() as u128 + 8;
		assert_eq!(version_deposit(small, 1), 1_000 + 2 * size);
		assert_eq!(
			held(ALICE),
			model_deposit(small) + version_deposit(small, 1)
		);
		assert_eq!(Balances::balance(&ALICE), ENDOWMENT - held(ALICE));

		let before = held(ALICE);
		let mut longer = spec(2);
		longer.licence.extend([b'x'; 50]);
		accepted(longer);
		// 50 bytes more, and one byte more to say how many (SCALE counts from 64 in two).
		assert!((100..=102).contains(&(held(ALICE) - 2 * before)));
	});
}

#[test]
fn the_deposits_of_an_owner_add_up() {
	ExtBuilder::default().build_and_execute(|| {
		let models = [register(ALICE, 1), register(ALICE, 2), register(BOB, 3)];
		let amounts = models.map(|id| model_deposit(id) + version_deposit(id, 1));
		assert_eq!(held(ALICE), amounts[0] + amounts[1]);
		assert_eq!(held(BOB), amounts[2]);
	});
}

#[test]
fn ids_count_up_and_are_never_given_twice() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!([register(ALICE, 1), register(BOB, 2)], [0, 1]);
		retire_and_remove(BOB, 1);
		assert_eq!(register(BOB, 2), 2);
	});
}

#[test]
fn the_number_of_parameters_decides_the_price_class() {
	ExtBuilder::default().build_and_execute(|| {
		for (content, (parameters, class)) in [
			(1, PriceClass::Small),
			(3_000_000_000, PriceClass::Small),
			(3_000_000_001, PriceClass::Medium),
			(30_000_000_000, PriceClass::Medium),
			(30_000_000_001, PriceClass::Large),
			(u64::MAX, PriceClass::Large),
		]
		.into_iter()
		.enumerate()
		{
			accepted(ModelSpec {
				parameters,
				..spec(content as u8)
			});
			assert_eq!(
				Stored::<Test>::get(content as u32).unwrap().price_class,
				class
			);
		}
	});
}

#[test]
fn limits_are_inclusive() {
	ExtBuilder::default().build_and_execute(|| {
		accepted(ModelSpec {
			name: vec![b'n'; 64],
			architecture: vec![b'a'; 64],
			licence: vec![b'l'; 256],
			source: vec![b's'; 256],
			context_length: 1 << 20,
			template_overhead: MAX_TEMPLATE_OVERHEAD,
			royalty: Permill::from_percent(20),
			numeric_class: NumericClass::Exact,
			..spec(1)
		});
		accepted(ModelSpec {
			name: vec![b'n'],
			architecture: vec![b'a'],
			licence: vec![],
			source: vec![],
			context_length: 1,
			template_overhead: 0,
			royalty: Permill::zero(),
			..spec(2)
		});
		accepted(ModelSpec {
			name: "火の鳥 – Zürich 🜂".as_bytes().to_vec(),
			..spec(3)
		});
	});
}

#[test]
fn any_different_part_makes_a_different_content() {
	ExtBuilder::default().build_and_execute(|| {
		let base = hashes(1);
		accepted(spec(1));
		accepted(spec(2));
		let tokenizer = ModelHashes {
			tokenizer: base.template,
			..base
		};
		accepted(ModelSpec {
			hashes: tokenizer,
			..spec(1)
		});
		let template = ModelHashes {
			template: base.tokenizer,
			..base
		};
		accepted(ModelSpec {
			hashes: template,
			..spec(1)
		});
		assert_eq!(Stored::<Test>::iter().count(), 4);
	});
}

#[test]
fn names_must_be_printable() {
	ExtBuilder::default().build_and_execute(|| {
		for name in [
			vec![],
			vec![b'n'; 65],
			vec![0xff, 0xfe],
			b"line\nbreak".to_vec(),
			b"\x1b[31mred".to_vec(),
		] {
			refused(ModelSpec { name, ..spec(1) }, Error::NameInvalid);
		}
	});
}

#[test]
fn architectures_must_be_printable() {
	ExtBuilder::default().build_and_execute(|| {
		for architecture in [vec![], vec![b'a'; 65], vec![0xc3], vec![0]] {
			refused(
				ModelSpec {
					architecture,
					..spec(1)
				},
				Error::ArchitectureInvalid,
			);
		}
	});
}

#[test]
fn texts_have_a_longest_length() {
	ExtBuilder::default().build_and_execute(|| {
		refused(
			ModelSpec {
				licence: vec![b'l'; 257],
				..spec(1)
			},
			Error::TextTooLong,
		);
		refused(
			ModelSpec {
				source: vec![b's'; 257],
				..spec(1)
			},
			Error::TextTooLong,
		);
	});
}

#[test]
fn texts_must_be_printable() {
	ExtBuilder::default().build_and_execute(|| {
		refused(
			ModelSpec {
				licence: vec![0xff],
				..spec(1)
			},
			Error::TextInvalid,
		);
		refused(
			ModelSpec {
				source: b"a\tb".to_vec(),
				..spec(1)
			},
			Error::TextInvalid,
		);
	});
}

#[test]
fn a_model_has_parameters() {
	ExtBuilder::default().build_and_execute(|| {
		refused(
			ModelSpec {
				parameters: 0,
				..spec(1)
			},
			Error::ParametersInvalid,
		);
	});
}

#[test]
fn context_lengths_have_a_range() {
	ExtBuilder::default().build_and_execute(|| {
		for context_length in [0, (1 << 20) + 1, u32::MAX] {
			refused(
				ModelSpec {
					context_length,
					..spec(1)
				},
				Error::ContextLengthInvalid,
			);
		}
	});
}

#[test]
fn the_template_must_leave_room_for_an_input() {
	ExtBuilder::default().build_and_execute(|| {
		for template_overhead in [1_024, 1_025, u32::MAX] {
			refused(
				ModelSpec {
					template_overhead,
					..spec(1)
				},
				Error::TemplateOverheadInvalid,
			);
		}
		// The context is long enough, but a job would take too long.
		refused(
			ModelSpec {
				template_overhead: MAX_TEMPLATE_OVERHEAD + 1,
				context_length: MAX_CONTEXT_LENGTH,
				..spec(1)
			},
			Error::TemplateOverheadInvalid,
		);
	});
}

#[test]
fn royalties_have_a_maximum() {
	ExtBuilder::default().build_and_execute(|| {
		let royalty = Permill::from_parts(200_001);
		refused(ModelSpec { royalty, ..spec(1) }, Error::RoyaltyTooHigh);
	});
}

#[test]
fn a_content_is_registered_once() {
	ExtBuilder::default().build_and_execute(|| {
		register(BOB, 1);
		refused(spec(1), Error::AlreadyRegistered);
		refused(
			ModelSpec {
				name: b"other".to_vec(),
				..spec(1)
			},
			Error::AlreadyRegistered,
		);

		publish(BOB, 0, 2);
		refused(spec(1), Error::AlreadyRegistered);
		refused(spec(2), Error::AlreadyRegistered);
		retire(BOB, 0);
		refused(spec(1), Error::AlreadyRegistered);
	});
}

#[test]
fn ids_can_run_out() {
	ExtBuilder::default().build_and_execute(|| {
		NextModelId::<Test>::put(u32::MAX - 1);
		accepted(spec(1));
		refused(spec(2), Error::TooManyModels);
	});
}

#[test]
fn the_owner_must_afford_the_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(PAUPER);
		assert_noop!(
			Models::register(origin.clone(), spec(1)),
			TokenError::FundsUnavailable
		);

		// The deposit may not take the account below the existential deposit.
		let deposit = {
			register(ALICE, 2);
			held(ALICE)
		};
		let endow = |amount| {
			assert_ok!(Balances::force_set_balance(
				RuntimeOrigin::root(),
				PAUPER,
				amount
			));
		};
		endow(deposit + 9);
		assert_noop!(
			Models::register(origin.clone(), spec(1)),
			DispatchError::Token(TokenError::FundsUnavailable)
		);
		endow(deposit + 10);
		assert_ok!(Models::register(origin, spec(1)));
		assert_eq!((Balances::balance(&PAUPER), held(PAUPER)), (10, deposit));
	});
}

#[test]
fn only_accounts_register() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(Models::register(RuntimeOrigin::none(), spec(1)), BadOrigin);
		assert_noop!(Models::register(RuntimeOrigin::root(), spec(1)), BadOrigin);
	});
}
