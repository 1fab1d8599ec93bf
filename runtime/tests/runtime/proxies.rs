//! What each type of proxy may do in somebody's name, and what it may not.

use crate::chain::{
	self, development,
	referenda::{account, dispatch, signed},
};
use athanor_primitives::{
	job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
	price::Price,
};
use athanor_runtime::{
	Balances, Runtime, RuntimeCall, RuntimeEvent, System, configs::accounts::ProxyType,
	constants::ATH, governance::pallet_origins,
};
use frame_support::{
	assert_noop, assert_ok, dispatch::RawOrigin, hypothetically, traits::InstanceFilter,
};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::{DispatchError, DispatchResult};

const TYPES: [ProxyType; 5] = [
	ProxyType::Any,
	ProxyType::NonTransfer,
	ProxyType::Staking,
	ProxyType::JobPosting,
	ProxyType::Governance,
];

/// Bob may act for Alice, in this way.
fn run(kind: ProxyType, test: impl FnOnce()) {
	development().execute_with(|| {
		chain::Blocks::new();
		assert_ok!(dispatch(
			signed(Alice),
			pallet_proxy::Call::add_proxy {
				delegate: account(Bob).into(),
				proxy_type: kind,
				delay: 0,
			}
		));
		test();
	});
}

fn proxy(call: RuntimeCall) -> RuntimeCall {
	pallet_proxy::Call::proxy {
		real: account(Alice).into(),
		force_proxy_type: None,
		call: Box::new(call),
	}
	.into()
}

/// What becomes of a call that Bob makes for Alice, with what it does.
fn result_of(call: RuntimeCall) -> DispatchResult {
	dispatch(signed(Bob), proxy(call))?;
	let events = System::events().into_iter().rev();
	let mut results = events.filter_map(|record| match record.event {
		RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
		_ => None,
	});
	results
		.next()
		.expect("a proxy tells what became of its call")
}

/// Whether the filter of its type keeps Bob from it, or from a part of it.
fn is_refused(call: &RuntimeCall) -> bool {
	let refusal: DispatchError = frame_system::Error::<Runtime>::CallFiltered.into();
	hypothetically!({
		System::reset_events();
		let result = result_of(call.clone());
		let in_batch = System::events()
			.into_iter()
			.any(|record| match record.event {
				RuntimeEvent::Utility(
					pallet_utility::Event::BatchInterrupted { error, .. }
					| pallet_utility::Event::ItemFailed { error },
				) => error == refusal,
				_ => false,
			});
		result == Err(refusal) || in_batch
	})
}

fn call(call: impl Into<RuntimeCall>) -> RuntimeCall {
	call.into()
}

fn transfer() -> RuntimeCall {
	call(pallet_balances::Call::transfer_keep_alive {
		dest: account(Bob).into(),
		value: ATH,
	})
}

fn post() -> RuntimeCall {
	let request = JobRequest {
		model: 0,
		version: None,
		input: JobInput::Inline(vec![b'a']),
		format: PromptFormat::Completion,
		sampler: Sampler::Greedy,
		max_output_tokens: 1,
		ceiling: Price::flat(ATH),
		// To the proxy itself, which would be paid.
		assignment: Assignment::Direct(account(Bob)),
		eligibility: Default::default(),
		time_limit: 100,
	};
	call(athanor_jobs::Call::post { request })
}

fn as_proxy(proxy_type: ProxyType) -> RuntimeCall {
	call(pallet_proxy::Call::add_proxy {
		delegate: account(Charlie).into(),
		proxy_type,
		delay: 0,
	})
}

fn batch(calls: Vec<RuntimeCall>) -> RuntimeCall {
	call(pallet_utility::Call::batch { calls })
}

/// A kind of call, and which types may make it.
type Row = (&'static str, RuntimeCall, &'static [ProxyType]);

/// What each type is for.
fn work() -> Vec<Row> {
	use ProxyType::{Any, Governance, JobPosting, NonTransfer, Staking};
	vec![
		(
			"stake",
			call(athanor_staking::Call::register { stake: 100 * ATH }),
			&[Any, NonTransfer, Staking],
		),
		(
			"delegate stake",
			call(athanor_staking::Call::delegate {
				provider: account(Charlie),
				amount: ATH,
			}),
			&[Any, NonTransfer, Staking],
		),
		(
			"name a worker key",
			call(athanor_staking::Call::add_worker_key {
				key: [7; 32],
				proof: [7; 64],
			}),
			&[Any, Staking],
		),
		("post a job", post(), &[Any, JobPosting]),
		(
			"have a bounty paid out",
			call(pallet_bounties::Call::claim_bounty { bounty_id: 0 }),
			&[Any, NonTransfer, Governance],
		),
		(
			"cancel a job",
			call(athanor_jobs::Call::cancel { job: 7 }),
			&[Any, NonTransfer, JobPosting],
		),
		(
			"propose",
			call(pallet_preimage::Call::note_preimage { bytes: vec![1] }),
			&[Any, NonTransfer, Governance],
		),
		(
			"vote",
			call(pallet_conviction_voting::Call::unlock {
				class: 0,
				target: account(Alice).into(),
			}),
			&[Any, NonTransfer, Governance],
		),
		(
			"have a deposit back",
			call(pallet_origins::Call::refund_submission_deposit { index: 0 }),
			&[Any, NonTransfer, Governance],
		),
		(
			"leave as a validator",
			call(pallet_session::Call::purge_keys {}),
			&[Any, NonTransfer],
		),
		(
			"claim royalties",
			call(athanor_rewards::Call::claim_royalty { model: 0 }),
			&[Any, NonTransfer],
		),
	]
}

/// What gives something away, or more power.
fn gifts() -> Vec<Row> {
	let any: &'static [ProxyType] = &[ProxyType::Any];
	let calls = [
		("transfer", transfer()),
		(
			"transfer everything",
			call(pallet_balances::Call::transfer_all {
				dest: account(Bob).into(),
				keep_alive: false,
			}),
		),
		(
			"burn",
			call(pallet_balances::Call::burn {
				value: ATH,
				keep_alive: true,
			}),
		),
		(
			"give a royalty away",
			call(athanor_rewards::Call::transfer_royalty {
				model: 0,
				to: account(Bob),
				shares: 1,
			}),
		),
		(
			"give a model away",
			call(athanor_models::Call::offer_ownership {
				model: 0,
				to: account(Bob),
			}),
		),
		(
			"give a bounty to somebody",
			call(pallet_bounties::Call::award_bounty {
				bounty_id: 0,
				beneficiary: account(Bob).into(),
			}),
		),
		(
			"give a part of a bounty to somebody",
			call(pallet_child_bounties::Call::award_child_bounty {
				parent_bounty_id: 0,
				child_bounty_id: 0,
				beneficiary: account(Bob).into(),
			}),
		),
		("name a proxy", as_proxy(ProxyType::Any)),
		(
			"remove the proxies",
			call(pallet_proxy::Call::remove_proxies {}),
		),
		("be a proxy", proxy(transfer())),
		(
			"act with others",
			call(pallet_multisig::Call::as_multi_threshold_1 {
				other_signatories: vec![account(Charlie)],
				call: Box::new(transfer()),
			}),
		),
		(
			"act as a derivative",
			call(pallet_utility::Call::as_derivative {
				index: 0,
				call: Box::new(transfer()),
			}),
		),
		(
			"act as somebody",
			call(pallet_utility::Call::dispatch_as {
				as_origin: Box::new(RawOrigin::Signed(account(Alice)).into()),
				call: Box::new(transfer()),
			}),
		),
		(
			"choose",
			call(pallet_utility::Call::if_else {
				main: Box::new(transfer()),
				fallback: Box::new(transfer()),
			}),
		),
		("a batch", batch(vec![transfer()])),
		("a batch in a batch", batch(vec![batch(vec![transfer()])])),
		(
			"a whole batch",
			call(pallet_utility::Call::batch_all {
				calls: vec![transfer()],
			}),
		),
		(
			"a batch with failures",
			call(pallet_utility::Call::force_batch {
				calls: vec![transfer()],
			}),
		),
	];
	calls
		.into_iter()
		.map(|(name, call)| (name, call, any))
		.collect()
}

#[test]
fn each_type_does_what_it_is_for_and_nothing_else() {
	for kind in TYPES {
		run(kind, || {
			let before = Balances::free_balance(account(Bob));
			for (name, call, types) in work().into_iter().chain(gifts()) {
				let allowed = types.contains(&kind);
				assert_eq!(is_refused(&call), !allowed, "{kind:?}: {name}");
				let in_batch = batch(vec![batch(vec![call])]);
				assert_eq!(is_refused(&in_batch), !allowed, "{kind:?}: batch: {name}");
			}
			assert_eq!(Balances::free_balance(account(Bob)), before);
		});
	}
}

#[test]
fn what_goes_with_a_transfer_in_a_batch_is_undone() {
	run(ProxyType::Staking, || {
		let stake = call(athanor_staking::Call::register { stake: 100 * ATH });
		let calls = vec![stake, transfer()];
		let before = Balances::free_balance(account(Alice));
		let all = call(pallet_utility::Call::batch_all { calls });
		assert_eq!(
			result_of(all),
			Err(frame_system::Error::<Runtime>::CallFiltered.into())
		);
		assert_eq!(Balances::free_balance(account(Alice)), before);
	});
}

/// Whoever may do everything that another type may, and nobody else, can pass for it.
#[test]
fn a_type_contains_another_if_it_may_do_all_of_it() {
	let rows: Vec<Row> = work().into_iter().chain(gifts()).collect();
	for one in TYPES {
		for other in TYPES {
			let contains = rows
				.iter()
				.filter(|(.., types)| types.contains(&other))
				.all(|(.., types)| types.contains(&one));
			assert_eq!(one.is_superset(&other), contains, "{one:?}, {other:?}");
		}
	}
}

#[test]
fn nobody_makes_accounts_whose_deposits_nobody_could_explain() {
	run(ProxyType::Any, || {
		let pure = call(pallet_proxy::Call::create_pure {
			proxy_type: ProxyType::Any,
			delay: 0,
			index: 0,
		});
		assert!(is_refused(&pure));
		assert_noop!(
			dispatch(signed(Bob), pure),
			frame_system::Error::<Runtime>::CallFiltered
		);
	});
}
