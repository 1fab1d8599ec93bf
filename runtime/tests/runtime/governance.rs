//! Governance on the real runtime, with the blocks of the development chain: who can decide what, and what
//! nobody can.

use crate::chain::{Blocks, development};
use athanor_primitives::{
	model::PriceClass,
	policy::Policy,
	price::{Price, PriceBounds},
};
use athanor_runtime::{
	AccountId, Balances, Block, BlockNumber, OriginCaller, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeOrigin, System,
	configs::{
		accounts::ProxyType,
		economy::TreasuryAccount,
		parameters::{self, RuntimeParameters, values},
	},
	constants::{ATH, MILLISECS_PER_BLOCK},
	governance::{
		dry_run::{Effective, runtime_decl_for_governance_api::GovernanceApi},
		origins::Origin,
		pallet_origins,
		tempo::paced,
		tracks::TRACKS,
	},
};
use codec::{Decode, Encode};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::RawOrigin,
	traits::{
		Get, StorePreimage,
		dynamic_params::AggregatedKeyValue,
		fungible::{Inspect, InspectHold},
		schedule::DispatchTime,
	},
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie};
use sp_runtime::{DispatchError, DispatchResult, FixedU128, Permill, traits::Dispatchable};

fn run(test: impl FnOnce(&mut Blocks)) {
	development().execute_with(|| {
		let mut blocks = Blocks::new();
		test(&mut blocks);
	});
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

fn dispatch(origin: RuntimeOrigin, call: impl Into<RuntimeCall>) -> DispatchResult {
	call.into()
		.dispatch(origin)
		.map(drop)
		.map_err(|error| error.error)
}

fn policy(floor: u128, ceiling: u128) -> Policy {
	Policy {
		bounds: PriceBounds {
			floor: Price::flat(floor),
			ceiling: Price::flat(ceiling),
		},
		low: 300_000,
		high: 700_000,
		step: 50_000,
	}
}

fn set_policy(policy: Policy) -> RuntimeCall {
	athanor_pricing::Call::set_policy {
		class: PriceClass::Small,
		policy,
	}
	.into()
}

fn small() -> Option<Policy> {
	athanor_pricing::Policies::<Runtime>::get(PriceClass::Small)
}

/// Notes the call, proposes it to be done as `origin`, pays the decision deposit and votes for it.
fn propose(who: Sr25519Keyring, origin: impl Into<OriginCaller>, call: RuntimeCall) -> u32 {
	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	let bytes = call.encode();
	assert_ok!(dispatch(
		signed(who),
		pallet_preimage::Call::note_preimage { bytes }
	));
	assert_ok!(dispatch(
		signed(who),
		pallet_referenda::Call::submit {
			proposal_origin: Box::new(origin.into()),
			proposal: athanor_runtime::Preimage::bound(call).unwrap(),
			enactment_moment: DispatchTime::After(1),
		}
	));
	assert_ok!(dispatch(
		signed(who),
		pallet_referenda::Call::place_decision_deposit { index }
	));
	index
}

fn vote(who: Sr25519Keyring, index: u32, balance: u128) -> DispatchResult {
	let vote = AccountVote::Standard {
		vote: Vote {
			aye: true,
			conviction: Conviction::Locked1x,
		},
		balance,
	};
	dispatch(
		signed(who),
		pallet_conviction_voting::Call::vote {
			poll_index: index,
			vote,
		},
	)
}

/// What became of each proposal so far. The alarms of referenda are scheduled calls too, without a name.
fn enacted(blocks: &Blocks) -> Vec<DispatchResult> {
	blocks
		.seen
		.iter()
		.cloned()
		.chain(System::events().into_iter().map(|record| record.event))
		.filter_map(|event| match event {
			RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched {
				id: Some(_),
				result,
				..
			}) => Some(result),
			_ => None,
		})
		.collect()
}

/// What becomes of the proposal of a referendum that passes.
fn pass(blocks: &mut Blocks, index: u32) -> DispatchResult {
	let approved = |_: &Blocks| {
		matches!(
			pallet_referenda::ReferendumInfoFor::<Runtime>::get(index),
			Some(pallet_referenda::ReferendumInfo::Approved(..))
		)
	};
	blocks.until(400, approved);
	let before = enacted(blocks).len();
	blocks.until(20, |blocks| enacted(blocks).len() > before);
	enacted(blocks)[before]
}

#[test]
fn a_holder_of_tokens_sets_a_price_in_minutes_and_alone() {
	run(|blocks| {
		let wanted = policy(2_000_000, 3_000_000_000);
		let index = propose(Bob, Origin::PricingAdmin, set_policy(wanted));
		assert_ok!(vote(Bob, index, 900_000 * ATH));
		assert_ok!(pass(blocks, index));
		assert_eq!(small(), Some(wanted));
		let minutes = u64::from(System::block_number()) * MILLISECS_PER_BLOCK / 60_000;
		assert!(minutes < 5, "{minutes} minutes");
	});
}

#[test]
fn without_votes_nothing_passes_and_the_deposit_comes_back() {
	run(|blocks| {
		let before = Balances::total_balance(&Bob.to_account_id());
		let free = Balances::balance(&Bob.to_account_id());
		let index = propose(Bob, Origin::PricingAdmin, set_policy(policy(1, 2)));
		let rejected = |_: &Blocks| {
			matches!(
				pallet_referenda::ReferendumInfoFor::<Runtime>::get(index),
				Some(pallet_referenda::ReferendumInfo::Rejected(..))
			)
		};
		blocks.until(200, rejected);
		assert!(small() != Some(policy(1, 2)));
		let decision = pallet_referenda::Call::refund_decision_deposit { index };
		assert_ok!(dispatch(signed(Charlie), decision));
		let submission = pallet_origins::Call::refund_submission_deposit { index };
		assert_ok!(dispatch(signed(Charlie), submission));
		let hash = set_policy(policy(1, 2));
		let hash = sp_io::hashing::blake2_256(&hash.encode()).into();
		assert_ok!(dispatch(
			signed(Bob),
			pallet_preimage::Call::unnote_preimage { hash }
		));
		assert_eq!(Balances::balance(&Bob.to_account_id()), free);
		assert_eq!(Balances::total_balance(&Bob.to_account_id()), before);
	});
}

#[test]
fn a_proposal_that_cannot_be_changes_nothing_and_says_why() {
	run(|blocks| {
		let before = small();
		let index = propose(Bob, Origin::PricingAdmin, set_policy(policy(3, 2)));
		assert_ok!(vote(Bob, index, 900_000 * ATH));
		assert_eq!(
			pass(blocks, index),
			Err(athanor_pricing::Error::<Runtime>::BoundsInvalid.into())
		);
		assert_eq!(small(), before);
	});
}

fn stake_multiple(value: u32) -> RuntimeCall {
	pallet_origins::Call::set_parameter {
		parameter: RuntimeParameters::Market(values::market::Parameters::StakeMultiple(
			values::market::StakeMultiple,
			Some(FixedU128::from_u32(value)),
		)),
	}
	.into()
}

/// A governed value with its bounds, in steps.
trait Bound: Copy + Ord {
	/// What is just below, if anything is.
	fn below(self) -> Option<Self>;
	/// What is just above, if anything is.
	fn above(self) -> Option<Self>;
	/// The largest there is.
	fn largest() -> Self;
}

impl Bound for BlockNumber {
	fn below(self) -> Option<Self> {
		self.checked_sub(1)
	}

	fn above(self) -> Option<Self> {
		self.checked_add(1)
	}

	fn largest() -> Self {
		Self::MAX
	}
}

impl Bound for FixedU128 {
	fn below(self) -> Option<Self> {
		self.into_inner().checked_sub(1).map(Self::from_inner)
	}

	fn above(self) -> Option<Self> {
		self.into_inner().checked_add(1).map(Self::from_inner)
	}

	fn largest() -> Self {
		Self::from_inner(u128::MAX)
	}
}

impl Bound for Permill {
	fn below(self) -> Option<Self> {
		self.deconstruct().checked_sub(1).map(Self::from_parts)
	}

	fn above(self) -> Option<Self> {
		(self < Self::one()).then(|| Self::from_parts(self.deconstruct() + 1))
	}

	fn largest() -> Self {
		Self::one()
	}
}

/// A parameter, and what can be decided for it and what not.
struct Case {
	name: String,
	admin: Origin,
	within: Vec<RuntimeParameters>,
	beyond: Vec<RuntimeParameters>,
	default: RuntimeParameters,
}

fn case<T: Bound>(
	name: &str,
	admin: Origin,
	(least, most): (T, T),
	set: impl Fn(Option<T>) -> RuntimeParameters,
) -> Case {
	let largest = Some(T::largest()).filter(|largest| *largest > most);
	let beyond = [least.below(), most.above(), largest];
	Case {
		name: name.into(),
		admin,
		within: [most, least].map(Some).map(&set).into(),
		beyond: beyond.into_iter().flatten().map(Some).map(&set).collect(),
		default: set(None),
	}
}

macro_rules! cases {
	($($group:ident $module:ident $value:ident $name:ident $admin:ident;)*) => {
		vec![$(
			case(
				concat!(stringify!($group), ".", stringify!($value)),
				Origin::$admin,
				(parameters::$name::LEAST, parameters::$name::MOST),
				|value| RuntimeParameters::$group(
					values::$module::Parameters::$value(values::$module::$value, value),
				),
			),
		)*]
	};
}

/// Every parameter, but for what the runtime would have beside them: see `every_parameter_is_a_case`.
fn cases() -> Vec<Case> {
	cases! {
		Market market StakeMultiple StakeMultiple MarketAdmin;
		Market market Retention Retention MarketAdmin;
		Market market TimeoutSlash TimeoutSlash MarketAdmin;
		Market market EquivocationSlash EquivocationSlash MarketAdmin;
		Market market TreasuryShare TreasuryShare MarketAdmin;
		Market market BurnShare BurnShare MarketAdmin;
		Market market MaxRoyalty MaxRoyalty MarketAdmin;
		Market market RequesterPenalty RequesterPenalty MarketAdmin;
		Market market ReporterShare ReporterShare MarketAdmin;
		Market market MaxEraSlash MaxEraSlash MarketAdmin;
		Market market AppealPeriod AppealPeriod MarketAdmin;
		Market market MaxCommission MaxCommission MarketAdmin;
		Market market MaxCommissionChange MaxCommissionChange MarketAdmin;
		Market market MaxDelegation MaxDelegation MarketAdmin;
		Market market BaseWorkPeriod BaseWorkPeriod MarketAdmin;
		Market market SettlePeriod SettlePeriod MarketAdmin;
		Market market TimeoutPause TimeoutPause MarketAdmin;
		Pricing pricing Period PricePeriod PricingAdmin;
	}
}

fn set_parameter(parameter: RuntimeParameters) -> RuntimeCall {
	pallet_origins::Call::set_parameter { parameter }.into()
}

/// The governed values as they are stored, and as they take effect.
fn parameters_now() -> (Vec<Option<Vec<u8>>>, Vec<Effective>) {
	let stored = cases().into_iter().map(|case| {
		let (key, _) = case.default.into_parts();
		pallet_parameters::Parameters::<Runtime>::get(key).map(|value| value.encode())
	});
	let effective =
		<Runtime as GovernanceApi<Block, OriginCaller, RuntimeEvent>>::effective_parameters();
	(stored.collect(), effective)
}

fn out_of_bounds() -> DispatchError {
	pallet_origins::Error::<Runtime>::OutOfBounds.into()
}

#[test]
fn every_parameter_is_a_case() {
	run(|_| {
		let (_, effective) = parameters_now();
		let names: Vec<_> = effective.into_iter().map(|one| one.name).collect();
		let cases: Vec<_> = cases().into_iter().map(|case| case.name).collect();
		assert_eq!(cases, names);
	});
}

/// Parameters that can be any share there is. More than everything is no share.
const ANY_SHARE: [&str; 2] = ["Market.RequesterPenalty", "Market.MaxCommission"];

#[test]
fn more_than_everything_is_no_call() {
	let shares = cases();
	let shares = shares
		.iter()
		.filter(|case| ANY_SHARE.contains(&case.name.as_str()));
	for case in shares {
		let mut bytes = set_parameter(case.within[0].clone()).encode();
		assert!(RuntimeCall::decode(&mut &bytes[..]).is_ok());
		let at = bytes.len() - 4;
		assert_eq!(bytes[at..], 1_000_000_u32.to_le_bytes());
		for parts in [1_000_001, u32::MAX] {
			bytes[at..].copy_from_slice(&parts.to_le_bytes());
			assert!(
				RuntimeCall::decode(&mut &bytes[..]).is_err(),
				"{}",
				case.name
			);
		}
	}
}

#[test]
fn every_parameter_beyond_its_bounds_is_refused() {
	run(|_| {
		for case in cases() {
			let before = parameters_now();
			let any_share = ANY_SHARE.contains(&case.name.as_str());
			assert_eq!(case.beyond.is_empty(), any_share, "{}", case.name);
			for wrong in case.beyond {
				for origin in [case.admin.into(), RuntimeOrigin::root()] {
					let call = set_parameter(wrong.clone());
					assert_noop!(dispatch(origin, call), out_of_bounds());
				}
			}
			assert_eq!(parameters_now(), before, "{}", case.name);
			for right in case.within {
				let (key, new_value) = right.clone().into_parts();
				let old_value = pallet_parameters::Parameters::<Runtime>::get(&key);
				assert_ok!(dispatch(case.admin.into(), set_parameter(right)));
				let stored = pallet_parameters::Parameters::<Runtime>::get(&key);
				assert_eq!(stored, new_value, "{}", case.name);
				let told = pallet_parameters::Event::Updated {
					key,
					old_value,
					new_value,
				};
				System::assert_last_event(told.into());
			}
			assert_ok!(dispatch(case.admin.into(), set_parameter(case.default)));
			assert_eq!(parameters_now(), before, "{}", case.name);
		}
	});
}

/// Bob's votes pass so many at once.
const AT_ONCE: usize = 5;

#[test]
fn every_parameter_beyond_its_bounds_is_refused_at_enactment() {
	run(|blocks| {
		let before = parameters_now();
		let mut wrong: Vec<_> = cases()
			.into_iter()
			.flat_map(|case| {
				case.beyond
					.into_iter()
					.map(move |wrong| (case.admin, wrong))
			})
			.collect();
		while !wrong.is_empty() {
			let some = wrong.split_off(wrong.len().saturating_sub(AT_ONCE));
			let indices: Vec<_> = some
				.into_iter()
				.map(|(admin, parameter)| {
					let index = propose(Bob, admin, set_parameter(parameter));
					assert_ok!(vote(Bob, index, 900_000 * ATH));
					index
				})
				.collect();
			let count = indices.len();
			let first = enacted(blocks).len();
			blocks.until(400, |blocks| enacted(blocks).len() >= first + count);
			assert_eq!(enacted(blocks)[first..], vec![Err(out_of_bounds()); count]);
			for index in indices {
				let approved = matches!(
					pallet_referenda::ReferendumInfoFor::<Runtime>::get(index),
					Some(pallet_referenda::ReferendumInfo::Approved(..))
				);
				assert!(approved, "referendum {index}");
			}
			assert_eq!(parameters_now(), before);
		}
		let index = propose(Bob, Origin::MarketAdmin, stake_multiple(100));
		assert_ok!(vote(Bob, index, 900_000 * ATH));
		assert_ok!(pass(blocks, index));
		assert_eq!(parameters::StakeMultiple::get(), FixedU128::from_u32(100));
	});
}

#[test]
fn nobody_sets_a_parameter_of_another_admin() {
	run(|_| {
		let before = parameters_now();
		let origins = [
			Origin::PricingAdmin,
			Origin::MarketAdmin,
			Origin::SmallTreasurer,
			Origin::BigTreasurer,
			Origin::EmergencyPause,
		];
		for case in cases() {
			let others = origins.into_iter().filter(|origin| *origin != case.admin);
			let others = others.map(RuntimeOrigin::from);
			let nobody = [RuntimeOrigin::none(), signed(Alice)];
			for origin in others.chain(nobody) {
				let values = case
					.within
					.iter()
					.chain(&case.beyond)
					.chain([&case.default]);
				for parameter in values {
					let call = set_parameter(parameter.clone());
					assert_noop!(dispatch(origin.clone(), call), DispatchError::BadOrigin);
				}
			}
			let call = set_parameter(case.within[0].clone());
			assert_ok!(frame_support::hypothetically!(dispatch(
				RuntimeOrigin::root(),
				call
			)));
		}
		assert_eq!(parameters_now(), before);
	});
}

#[test]
fn the_call_that_looks_at_no_bounds_is_closed_to_everybody() {
	run(|_| {
		for case in cases() {
			let origins = [
				RuntimeOrigin::root(),
				RuntimeOrigin::none(),
				signed(Alice),
				Origin::MarketAdmin.into(),
				Origin::PricingAdmin.into(),
			];
			for origin in origins {
				for parameter in case.within.iter().chain(&case.beyond) {
					let key_value = parameter.clone();
					let call = pallet_parameters::Call::set_parameter { key_value };
					assert_noop!(dispatch(origin.clone(), call), DispatchError::BadOrigin);
				}
			}
		}
	});
}

#[test]
fn nobody_brings_the_origin_that_sets_parameters() {
	// Its place among the origins of this pallet: after those of the tracks.
	let mut bytes = OriginCaller::from(Origin::EmergencyPause).encode();
	*bytes.last_mut().unwrap() += 1;
	let error = OriginCaller::decode(&mut &bytes[..]).unwrap_err();
	assert!(
		format!("{error:?}").contains("origins.set_parameter"),
		"{error:?}"
	);
	// And there is none after it.
	*bytes.last_mut().unwrap() += 1;
	let error = OriginCaller::decode(&mut &bytes[..]).unwrap_err();
	assert!(
		!format!("{error:?}").contains("origins.set_parameter"),
		"{error:?}"
	);
}

fn price_period(blocks: BlockNumber) -> RuntimeCall {
	pallet_origins::Call::set_parameter {
		parameter: RuntimeParameters::Pricing(values::pricing::Parameters::Period(
			values::pricing::Period,
			Some(blocks),
		)),
	}
	.into()
}

#[test]
fn each_origin_does_what_is_its_own_and_nothing_else() {
	run(|_| {
		let pause = || {
			let name = (
				b"Jobs".to_vec().try_into().unwrap(),
				b"post".to_vec().try_into().unwrap(),
			);
			RuntimeCall::from(pallet_tx_pause::Call::pause { full_name: name })
		};
		let unpause = || {
			let ident = (
				b"Jobs".to_vec().try_into().unwrap(),
				b"post".to_vec().try_into().unwrap(),
			);
			RuntimeCall::from(pallet_tx_pause::Call::unpause { ident })
		};
		assert_ok!(dispatch(
			signed(Bob),
			athanor_staking::Call::register {
				stake: 99_000 * ATH
			}
		));
		slash(Bob);
		let safe_mode = |call: pallet_safe_mode::Call<Runtime>| RuntimeCall::from(call);
		let calls: [(Origin, &dyn Fn() -> RuntimeCall); 9] = [
			(Origin::PricingAdmin, &|| set_policy(policy(1, 2))),
			(Origin::PricingAdmin, &|| price_period(1_200)),
			(Origin::MarketAdmin, &|| stake_multiple(3)),
			(Origin::MarketAdmin, &|| {
				athanor_staking::Call::cancel_slash { slash: 0 }.into()
			}),
			(Origin::EmergencyPause, &pause),
			(Origin::EmergencyPause, &unpause),
			(Origin::EmergencyPause, &|| {
				safe_mode(pallet_safe_mode::Call::force_enter {})
			}),
			(Origin::EmergencyPause, &|| {
				safe_mode(pallet_safe_mode::Call::force_extend {})
			}),
			(Origin::EmergencyPause, &|| {
				safe_mode(pallet_safe_mode::Call::force_exit {})
			}),
		];
		let origins = [
			Origin::PricingAdmin,
			Origin::MarketAdmin,
			Origin::SmallTreasurer,
			Origin::BigTreasurer,
			Origin::EmergencyPause,
		];
		for (admin, call) in calls {
			for origin in origins.into_iter().filter(|origin| *origin != admin) {
				assert_noop!(dispatch(origin.into(), call()), DispatchError::BadOrigin);
			}
			assert_noop!(dispatch(signed(Alice), call()), DispatchError::BadOrigin);
			assert_ok!(dispatch(admin.into(), call()));
		}
	});
}

#[test]
fn who_pauses_spends_nothing_and_nobody_buys_the_safe_mode() {
	run(|_| {
		let spend = pallet_treasury::Call::spend_local {
			amount: ATH,
			beneficiary: Charlie.to_account_id().into(),
		};
		assert_noop!(
			dispatch(Origin::EmergencyPause.into(), spend),
			DispatchError::BadOrigin
		);
		let description = b"a bounty".to_vec();
		let value = 10 * ATH;
		let bounty = pallet_bounties::Call::propose_bounty { value, description };
		assert_ok!(dispatch(signed(Alice), bounty));
		assert_noop!(
			dispatch(
				Origin::EmergencyPause.into(),
				pallet_bounties::Call::approve_bounty { bounty_id: 0 }
			),
			DispatchError::BadOrigin
		);
		let not_for_sale = Err(pallet_safe_mode::Error::<Runtime>::NotConfigured.into());
		let enter = pallet_safe_mode::Call::enter {};
		assert_eq!(dispatch(signed(Alice), enter), not_for_sale);
		let force_enter = pallet_safe_mode::Call::force_enter {};
		assert_ok!(dispatch(Origin::EmergencyPause.into(), force_enter));
		let extend = pallet_safe_mode::Call::extend {};
		assert_eq!(dispatch(signed(Alice), extend), not_for_sale);
	});
}

#[test]
fn a_treasurer_spends_up_to_its_limit() {
	run(|_| {
		let spend = |amount| {
			RuntimeCall::from(pallet_treasury::Call::spend_local {
				amount,
				beneficiary: Charlie.to_account_id().into(),
			})
		};
		let too_much = Err(pallet_treasury::Error::<Runtime>::InsufficientPermission.into());
		for (origin, limit) in [
			(Origin::SmallTreasurer, 1_000 * ATH),
			(Origin::BigTreasurer, 100_000 * ATH),
		] {
			assert_eq!(dispatch(origin.into(), spend(limit + 1)), too_much);
			assert_ok!(dispatch(origin.into(), spend(limit)));
		}
		assert_noop!(
			dispatch(Origin::PricingAdmin.into(), spend(1)),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn anybody_can_submit_on_every_track() {
	run(|_| {
		let origins: [OriginCaller; 6] = [
			RawOrigin::<AccountId>::Root.into(),
			Origin::PricingAdmin.into(),
			Origin::MarketAdmin.into(),
			Origin::SmallTreasurer.into(),
			Origin::BigTreasurer.into(),
			Origin::EmergencyPause.into(),
		];
		let mut tracks = Vec::new();
		for origin in origins {
			let index = pallet_referenda::ReferendumCount::<Runtime>::get();
			let call = RuntimeCall::from(frame_system::Call::remark { remark: vec![1] });
			assert_ok!(dispatch(
				signed(Charlie),
				pallet_referenda::Call::submit {
					proposal_origin: Box::new(origin),
					proposal: athanor_runtime::Preimage::bound(call).unwrap(),
					enactment_moment: DispatchTime::After(0),
				}
			));
			match pallet_referenda::ReferendumInfoFor::<Runtime>::get(index) {
				Some(pallet_referenda::ReferendumInfo::Ongoing(status)) => {
					tracks.push(status.track)
				}
				other => panic!("{other:?}"),
			}
		}
		let all: Vec<_> = TRACKS.iter().map(|(id, _)| *id).collect();
		assert_eq!(tracks, all);
	});
}

/// A slash that waits as short as can be is still there when the fastest vote on it is enacted.
#[test]
fn an_appeal_lasts_longer_than_the_votes_that_can_cancel_a_slash() {
	for (id, info) in TRACKS.iter().filter(|(id, _)| [0, 11].contains(id)) {
		let fastest = info.prepare_period + info.confirm_period + info.min_enactment_period;
		assert!(
			parameters::AppealPeriod::LEAST >= fastest + athanor_runtime::constants::DAYS,
			"track {id}: {fastest} blocks"
		);
	}
}

#[test]
fn staked_tokens_vote_in_their_owners_name_and_stay_staked() {
	run(|_| {
		let stake = 999_000 * ATH;
		assert_ok!(dispatch(
			signed(Bob),
			athanor_staking::Call::register { stake }
		));
		let index = propose(Alice, Origin::PricingAdmin, set_policy(policy(1, 2)));
		assert_ok!(vote(Bob, index, 999_500 * ATH));
		assert_eq!(Balances::total_balance_on_hold(&Bob.to_account_id()), stake);
		assert_eq!(
			vote(Bob, index, 1_000_001 * ATH),
			Err(pallet_conviction_voting::Error::<Runtime>::InsufficientFunds.into())
		);
	});
}

#[test]
fn delegated_stake_votes_in_its_owners_name_and_stays_delegated() {
	run(|_| {
		let register = athanor_staking::Call::register {
			stake: 260_000 * ATH,
		};
		assert_ok!(dispatch(signed(Charlie), register));
		let amount = 990_000 * ATH;
		let provider = Charlie.to_account_id();
		let delegate = athanor_staking::Call::delegate { provider, amount };
		assert_ok!(dispatch(signed(Bob), delegate));
		let on_hold = || Balances::total_balance_on_hold(&Bob.to_account_id());
		let held = on_hold();
		assert!(held >= amount);
		let index = propose(Alice, Origin::PricingAdmin, set_policy(policy(1, 2)));
		// More than is free.
		assert_ok!(vote(Bob, index, 995_000 * ATH));
		assert_eq!(on_hold(), held);
		// The provider votes with what is its own.
		assert_eq!(
			vote(Charlie, index, 1_000_001 * ATH),
			Err(pallet_conviction_voting::Error::<Runtime>::InsufficientFunds.into())
		);
		// Stake comes and goes while it votes.
		let undelegate = athanor_staking::Call::undelegate {
			provider: Charlie.to_account_id(),
			amount: ATH,
		};
		assert_ok!(dispatch(signed(Bob), undelegate));
		assert_eq!(on_hold(), held);
	});
}

/// Raises a slash for two receipts. Returns what it will take of the own stake.
fn slash(provider: Sr25519Keyring) -> u128 {
	<athanor_runtime::Staking as athanor_primitives::ports::ProviderRegistry>::
		slash_for_equivocation(
			&provider.to_account_id(),
			1,
			&athanor_primitives::ports::Victim {
				requester: Charlie.to_account_id(),
				escrow: ATH,
				paid: 0,
			},
			&Charlie.to_account_id(),
		)
}

#[test]
fn a_vote_cancels_a_slash_within_its_appeal() {
	run(|blocks| {
		let stake = 99_000 * ATH;
		assert_ok!(dispatch(
			signed(Bob),
			athanor_staking::Call::register { stake }
		));
		assert_eq!(slash(Bob), Permill::from_percent(20).mul_floor(stake));
		let pending =
			|| -> Vec<u64> { athanor_staking::PendingSlashes::<Runtime>::iter_keys().collect() };
		let [slash] = pending()[..] else {
			panic!("{:?}", pending());
		};
		let cancel = athanor_staking::Call::cancel_slash { slash };
		let index = propose(Alice, Origin::MarketAdmin, cancel.into());
		assert_ok!(vote(Bob, index, 900_000 * ATH));
		assert_eq!(pass(blocks, index), Ok(()));
		assert_eq!(pending(), Vec::<u64>::new());
		for _ in 0..200 {
			blocks.next();
		}
		assert_eq!(Balances::total_balance_on_hold(&Bob.to_account_id()), stake);
	});
}

#[test]
fn a_slash_takes_staked_tokens_although_they_vote() {
	run(|blocks| {
		let stake = 999_000 * ATH;
		assert_ok!(dispatch(
			signed(Bob),
			athanor_staking::Call::register { stake }
		));
		let index = propose(Alice, Origin::PricingAdmin, set_policy(policy(1, 2)));
		assert_ok!(vote(Bob, index, 999_500 * ATH));
		let taken = slash(Bob);
		assert_eq!(taken, Permill::from_percent(20).mul_floor(stake));
		// It is carried out when the time for an appeal is over.
		assert_eq!(Balances::total_balance_on_hold(&Bob.to_account_id()), stake);
		blocks.until(200, |_| {
			Balances::total_balance_on_hold(&Bob.to_account_id()) < stake
		});
		assert_eq!(
			Balances::total_balance_on_hold(&Bob.to_account_id()),
			stake - taken
		);
		// A tenth of it is the reporter's, and the requester's a tenth of the escrow.
		let most = taken - taken / 5;
		assert!(Balances::balance(&TreasuryAccount::get()) >= most);
	});
}

#[test]
fn the_safe_mode_lets_through_what_people_need_and_ends() {
	run(|_| {
		assert_ok!(dispatch(
			Origin::EmergencyPause.into(),
			pallet_safe_mode::Call::force_enter {}
		));
		let transfer = || pallet_balances::Call::transfer_keep_alive {
			dest: Charlie.to_account_id().into(),
			value: ATH,
		};
		let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
		assert_eq!(dispatch(signed(Bob), transfer()), filtered);
		let cancel = athanor_jobs::Call::cancel { job: 0 };
		assert_eq!(
			dispatch(signed(Bob), cancel),
			Err(athanor_jobs::Error::<Runtime>::UnknownJob.into())
		);
		assert_ok!(dispatch(
			Origin::EmergencyPause.into(),
			pallet_safe_mode::Call::force_exit {}
		));
		assert_ok!(dispatch(signed(Bob), transfer()));
	});
}

#[test]
fn a_proxy_does_what_it_is_for_also_inside_of_a_batch() {
	run(|_| {
		for kind in [
			ProxyType::Staking,
			ProxyType::JobPosting,
			ProxyType::Governance,
		] {
			assert_ok!(dispatch(
				signed(Alice),
				pallet_proxy::Call::add_proxy {
					delegate: Bob.to_account_id().into(),
					proxy_type: kind,
					delay: 0,
				}
			));
		}
		let register = RuntimeCall::from(athanor_staking::Call::register { stake: 100 * ATH });
		let cancel = RuntimeCall::from(athanor_jobs::Call::cancel { job: 7 });
		let submit = RuntimeCall::from(pallet_preimage::Call::note_preimage { bytes: vec![1] });
		let transfer = RuntimeCall::from(pallet_balances::Call::transfer_keep_alive {
			dest: Bob.to_account_id().into(),
			value: ATH,
		});
		let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
		for (kind, own) in [
			(ProxyType::Staking, &register),
			(ProxyType::JobPosting, &cancel),
			(ProxyType::Governance, &submit),
		] {
			for call in [&register, &cancel, &submit, &transfer] {
				let batch = RuntimeCall::from(pallet_utility::Call::batch_all {
					calls: vec![call.clone()],
				});
				for call_or_batch in [call.clone(), batch] {
					let result = frame_support::hypothetically!(as_proxy(kind, call_or_batch));
					assert_eq!(result == filtered, call != own, "{kind:?}: {call:?}");
				}
			}
		}
	});
}

/// What becomes of a call that Bob makes for Alice.
fn as_proxy(kind: ProxyType, call: RuntimeCall) -> DispatchResult {
	let proxied = pallet_proxy::Call::proxy {
		real: Alice.to_account_id().into(),
		force_proxy_type: Some(kind),
		call: Box::new(call),
	};
	dispatch(signed(Bob), proxied)?;
	let executed = System::events()
		.into_iter()
		.rev()
		.find_map(|record| match record.event {
			RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
			_ => None,
		});
	executed.expect("a proxy tells what became of its call")
}

#[test]
fn periods_are_those_of_a_living_chain_unless_it_says_otherwise() {
	development().execute_with(|| {
		athanor_runtime::governance::pallet_origins::Tempo::<Runtime>::put(1);
		let week: BlockNumber = 7 * athanor_runtime::constants::DAYS;
		assert_eq!(paced(week), week);
		athanor_runtime::governance::pallet_origins::Tempo::<Runtime>::put(u32::MAX);
		assert_eq!(paced(week), 2);
		assert_eq!(paced(1), 1);
	});
}
