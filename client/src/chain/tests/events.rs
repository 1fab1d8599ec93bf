//! Events and errors, as the runtime encodes them.

use athanor_primitives::{
	H256,
	job::CloseReason,
	model::PriceClass,
	policy::Policy,
	price::{Price, PriceBounds},
};
use athanor_runtime::{Runtime, RuntimeEvent};
use codec::Encode;
use polkadot_sdk::{
	frame_support::traits::Bounded,
	frame_system, pallet_referenda, pallet_scheduler,
	sp_runtime::{ArithmeticError, DispatchError, ModuleError, TokenError},
};

use super::{METADATA, account, attributes, hashes, offline, outcome, runtime_account};
use crate::chain::{
	dispatch::{rejection, rejection_from_bytes},
	events::{
		CallDispatched, CallUnavailable, Event, Events, Fault, JobAssigned, JobClosed, JobOpened,
		JobPaid, JobPosted, ModelRetired, OfferRemoved, OfferSet, OwnershipOfferWithdrawn,
		OwnershipOffered, OwnershipTransferred, PeriodEnded, PolicySet, ProviderChilled,
		ProviderPaused, ProviderSlashed, ProviderUnchilled, ReferendumSubmitted, SlashCancelled,
		SlashRaised, VersionPublished, VersionRemoved, VersionSuperseded, WorkerEquivocated,
		WorkerKeyAdded, WorkerKeyForgotten, WorkerKeyRemoved,
	},
};

fn block_events(events: Vec<(u32, RuntimeEvent)>) -> Events {
	let records: Vec<frame_system::EventRecord<RuntimeEvent, H256>> = events
		.into_iter()
		.map(|(index, event)| frame_system::EventRecord {
			phase: frame_system::Phase::ApplyExtrinsic(index),
			event,
			topics: vec![],
		})
		.collect();
	let at = offline();
	Events::of_block(at.events().from_bytes(records.encode()))
}

#[test]
fn events_are_found_by_type_and_transaction() {
	let paid = athanor_rewards::Event::<Runtime>::JobPaid {
		job: 4,
		requester: runtime_account(1),
		provider: runtime_account(7),
		author: runtime_account(9),
		spent: 180,
		to_provider: 151,
		to_delegators: 0,
		to_author: 18,
		to_treasury: 10,
		burned: 1,
	};
	let closed = athanor_jobs::Event::<Runtime>::JobClosed {
		job: 4,
		requester: runtime_account(1),
		reason: CloseReason::Paid,
		provider: Some(runtime_account(7)),
		escrow: 1_788,
		spent: 180,
		refund: 1_608,
	};
	let posted = |job| {
		RuntimeEvent::Jobs(athanor_jobs::Event::<Runtime>::JobPosted {
			job,
			requester: runtime_account(1),
			model: 2,
			escrow: 55,
			expires_at: 66,
		})
	};
	let assigned = athanor_jobs::Event::<Runtime>::JobAssigned {
		job: 4,
		provider: runtime_account(7),
		price: Price {
			input: 10,
			output: 20,
		},
		price_version: 3,
		deadline: 22,
	};
	let added = athanor_staking::Event::<Runtime>::WorkerKeyAdded {
		provider: runtime_account(7),
		key: [8; 32],
	};
	let all = || {
		vec![
			(0, RuntimeEvent::Rewards(paid.clone())),
			(0, RuntimeEvent::Jobs(closed.clone())),
			(1, posted(4)),
			(2, posted(5)),
			(2, RuntimeEvent::Jobs(assigned.clone())),
			(2, RuntimeEvent::Staking(added.clone())),
		]
	};
	let events = block_events(all());
	assert_eq!(events.find::<JobPosted>().unwrap().len(), 2);
	let found = events.first::<JobPaid>().unwrap().unwrap();
	assert_eq!(
		(found.job, found.spent, found.payment()),
		(4, 180, outcome().payment)
	);
	let found = events.first::<JobClosed>().unwrap().unwrap();
	assert_eq!((found.provider, found.refund), (Some(account(7)), 1_608));
	let found = events.first::<JobAssigned>().unwrap().unwrap();
	assert_eq!(
		(found.price, found.deadline),
		(
			Price {
				input: 10,
				output: 20
			},
			22
		)
	);
	assert_eq!(
		events.first::<WorkerKeyAdded>().unwrap().unwrap().key,
		[8; 32]
	);
	assert_eq!(events.names().unwrap()[0], "Rewards.JobPaid");
	assert!(events.failure(&METADATA).unwrap().is_none());

	let second = block_events(all()).of_transaction(2);
	assert_eq!(second.find::<JobPosted>().unwrap()[0].job, 5);
	assert!(second.first::<JobPaid>().unwrap().is_none());
}

fn failed(error: DispatchError) -> RuntimeEvent {
	RuntimeEvent::System(frame_system::Event::<Runtime>::ExtrinsicFailed {
		dispatch_error: error,
		dispatch_info: Default::default(),
	})
}

#[test]
fn errors_of_pallets_come_with_their_documentation() {
	let error: DispatchError = athanor_jobs::Error::<Runtime>::NotRequester.into();
	let events = block_events(vec![(3, failed(error))]).of_transaction(3);
	let rejection = events.failure(&METADATA).unwrap().unwrap();
	assert_eq!(rejection.name, "Jobs.NotRequester");
	assert!(
		rejection
			.reason
			.contains("Only its requester can cancel it"),
		"{rejection}"
	);
	assert!(rejection.in_block);
	assert_eq!(
		rejection_from_bytes(&error.encode(), &METADATA).unwrap(),
		rejection
	);
	let other = block_events(vec![(3, failed(error))]).of_transaction(4);
	assert!(other.failure(&METADATA).unwrap().is_none());
}

#[test]
fn errors_of_the_runtime_say_what_to_do() {
	let rejection =
		|error: DispatchError| rejection_from_bytes(&error.encode(), &METADATA).unwrap();
	let poor = rejection(DispatchError::Token(TokenError::FundsUnavailable));
	assert_eq!(poor.name, "Token.FundsUnavailable");
	assert!(poor.reason.contains("athanor wallet balance"));
	let less = rejection(DispatchError::Arithmetic(ArithmeticError::Underflow));
	assert_eq!(less.name, "Arithmetic.Underflow");
	assert!(less.reason.contains("less than that"));
	assert_eq!(rejection(DispatchError::BadOrigin).name, "BadOrigin");
	assert_eq!(rejection(DispatchError::Unavailable).name, "Unavailable");
	let strange = ModuleError {
		index: 23,
		error: [250, 0, 0, 0],
		message: None,
	};
	assert_eq!(rejection(DispatchError::Module(strange)).name, "Unknown");
}

/// What the client makes of an event of the runtime.
fn read<E: Event>(event: impl Into<RuntimeEvent>) -> E {
	let events = block_events(vec![(0, event.into())]);
	events.first::<E>().unwrap().unwrap()
}

#[test]
fn events_of_models_and_versions_are_read() {
	use athanor_models::Event as Models;
	let retired = Models::<Runtime>::ModelRetired {
		model: 3,
		posts_until: 40,
		removable_at: 90,
	};
	let expected = ModelRetired {
		model: 3,
		posts_until: 40,
		removable_at: 90,
	};
	assert_eq!(read::<ModelRetired>(retired), expected);
	let published = Models::<Runtime>::VersionPublished {
		model: 3,
		version: 2,
		hashes: hashes(),
		deposit: 7,
	};
	let expected = VersionPublished {
		model: 3,
		version: 2,
		hashes: hashes(),
		deposit: 7,
	};
	assert_eq!(read::<VersionPublished>(published), expected);
	let superseded = Models::<Runtime>::VersionSuperseded {
		model: 3,
		version: 1,
		posts_until: 40,
		removable_at: 90,
	};
	let found: VersionSuperseded = read(superseded);
	assert_eq!((found.version, found.posts_until), (1, 40));
	assert_eq!(found.removable_at, 90);
	let removed = Models::<Runtime>::VersionRemoved {
		model: 3,
		version: 1,
		owner: runtime_account(9),
		deposit: 7,
	};
	let found: VersionRemoved = read(removed);
	assert_eq!((found.version, found.deposit), (1, 7));
	assert_eq!(found.owner, account(9));
	let offered = Models::<Runtime>::OwnershipOffered {
		model: 3,
		to: runtime_account(4),
	};
	assert_eq!(read::<OwnershipOffered>(offered).to, account(4));
	let withdrawn = Models::<Runtime>::OwnershipOfferWithdrawn {
		model: 3,
		to: runtime_account(4),
	};
	assert_eq!(read::<OwnershipOfferWithdrawn>(withdrawn).to, account(4));
	let transferred = Models::<Runtime>::OwnershipTransferred {
		model: 3,
		from: runtime_account(9),
		to: runtime_account(4),
		deposit: 8,
		returned: 7,
	};
	let found: OwnershipTransferred = read(transferred);
	assert_eq!((found.from, found.to), (account(9), account(4)));
	assert_eq!((found.deposit, found.returned), (8, 7));
}

#[test]
fn events_of_providers_and_offers_are_read() {
	use athanor_staking::Event as Staking;
	for (fault, expected) in [
		(
			athanor_staking::Fault::MissedDeadline,
			Fault::MissedDeadline,
		),
		(athanor_staking::Fault::Equivocation, Fault::Equivocation),
	] {
		let raised = Staking::<Runtime>::SlashRaised {
			slash: 1,
			provider: runtime_account(7),
			job: 4,
			fault,
			own: 5,
			pooled: 6,
			enacts_at: 90,
		};
		let found: SlashRaised = read(raised);
		assert_eq!((found.slash, found.job, found.fault), (1, 4, expected));
		assert_eq!((found.own, found.pooled, found.enacts_at), (5, 6, 90));
		let slashed = Staking::<Runtime>::ProviderSlashed {
			provider: runtime_account(7),
			job: 4,
			fault,
			amount: 5,
			slash: 1,
			requester: runtime_account(8),
			to_requester: 1,
			reporter: Some(runtime_account(9)),
			to_reporter: 2,
			to_treasury: 3,
			pooled: 6,
		};
		let expected = ProviderSlashed {
			provider: account(7),
			job: 4,
			fault: expected,
			amount: 5,
			slash: 1,
			requester: account(8),
			to_requester: 1,
			reporter: Some(account(9)),
			to_reporter: 2,
			to_treasury: 3,
			pooled: 6,
		};
		assert_eq!(read::<ProviderSlashed>(slashed), expected);
	}
	let provider = runtime_account(7);
	let cancelled = Staking::<Runtime>::SlashCancelled {
		slash: 1,
		provider: provider.clone(),
		job: 4,
		fault: athanor_staking::Fault::Equivocation,
	};
	assert_eq!(read::<SlashCancelled>(cancelled).slash, 1);
	let chilled = Staking::<Runtime>::ProviderChilled {
		provider: provider.clone(),
	};
	assert_eq!(read::<ProviderChilled>(chilled).provider, account(7));
	let unchilled = Staking::<Runtime>::ProviderUnchilled {
		provider: provider.clone(),
	};
	assert_eq!(read::<ProviderUnchilled>(unchilled).provider, account(7));
	let paused = Staking::<Runtime>::ProviderPaused {
		provider: provider.clone(),
		until: 90,
	};
	assert_eq!(read::<ProviderPaused>(paused).until, 90);
	let removed = Staking::<Runtime>::WorkerKeyRemoved {
		provider: provider.clone(),
		key: [8; 32],
		answers_until: 70,
	};
	let found: WorkerKeyRemoved = read(removed);
	assert_eq!((found.key, found.answers_until), ([8; 32], 70));
	let forgotten = Staking::<Runtime>::WorkerKeyForgotten {
		provider: provider.clone(),
		key: [8; 32],
	};
	assert_eq!(read::<WorkerKeyForgotten>(forgotten).key, [8; 32]);

	let set = athanor_pricing::Event::<Runtime>::OfferSet {
		model: 3,
		version: 2,
		provider: provider.clone(),
		price: Price::flat(4),
		slots: 5,
		attributes: attributes(),
	};
	let found: OfferSet = read(set);
	assert_eq!((found.version, found.slots), (2, 5));
	assert_eq!(found.attributes, attributes());
	let gone = athanor_pricing::Event::<Runtime>::OfferRemoved {
		model: 3,
		version: 2,
		provider,
	};
	assert_eq!(read::<OfferRemoved>(gone).version, 2);
}

#[test]
fn events_of_delegations_are_read() {
	use crate::chain::events::{
		CommissionSet, Delegated, DelegationReduced, DelegationWithdrawn, IncomeClaimed,
		Redelegated, Undelegated,
	};
	use athanor_staking::Event as Staking;
	use polkadot_sdk::sp_runtime::Permill;
	let provider = runtime_account(7);
	let delegator = runtime_account(8);
	let delegated = Staking::<Runtime>::Delegated {
		provider: provider.clone(),
		delegator: delegator.clone(),
		amount: 5,
		total: 6,
	};
	let found: Delegated = read(delegated);
	assert_eq!((found.provider, found.delegator), (account(7), account(8)));
	assert_eq!((found.amount, found.total), (5, 6));
	let undelegated = Staking::<Runtime>::Undelegated {
		provider: provider.clone(),
		delegator: delegator.clone(),
		amount: 5,
		unlocks_at: 90,
	};
	let found: Undelegated = read(undelegated);
	assert_eq!((found.amount, found.unlocks_at), (5, 90));
	let moved = Staking::<Runtime>::Redelegated {
		from: provider.clone(),
		to: runtime_account(6),
		delegator: delegator.clone(),
		amount: 5,
		liable_until: 90,
	};
	let found: Redelegated = read(moved);
	assert_eq!((found.from, found.to), (account(7), account(6)));
	assert_eq!(found.liable_until, 90);
	let withdrawn = Staking::<Runtime>::DelegationWithdrawn {
		provider: provider.clone(),
		delegator: delegator.clone(),
		amount: 5,
	};
	assert_eq!(read::<DelegationWithdrawn>(withdrawn).amount, 5);
	let reduced = Staking::<Runtime>::DelegationReduced {
		provider: provider.clone(),
		delegator: delegator.clone(),
		amount: 6,
	};
	assert_eq!(read::<DelegationReduced>(reduced).amount, 6);
	let claimed = Staking::<Runtime>::IncomeClaimed {
		provider: provider.clone(),
		delegator,
		amount: 7,
	};
	assert_eq!(read::<IncomeClaimed>(claimed).amount, 7);
	let set = Staking::<Runtime>::CommissionSet {
		provider,
		commission: Permill::from_parts(25_000),
	};
	assert_eq!(read::<CommissionSet>(set).commission, 25_000);
}

#[test]
fn events_of_royalties_are_read() {
	use crate::chain::events::{
		RoyaltyClaimed, RoyaltyDepositReturned, RoyaltyDepositTaken, RoyaltyEnded, RoyaltyForfeited,
	};
	use athanor_rewards::Event as Rewards;
	let who = runtime_account(7);
	let (model, amount) = (3, 5);
	let claimed = Rewards::<Runtime>::RoyaltyClaimed {
		model,
		who: who.clone(),
		amount,
	};
	let found: RoyaltyClaimed = read(claimed);
	assert_eq!((found.model, found.who, found.amount), (3, account(7), 5));
	let forfeited = Rewards::<Runtime>::RoyaltyForfeited {
		model,
		who: who.clone(),
		to_treasury: 4,
		burned: 1,
	};
	let found: RoyaltyForfeited = read(forfeited);
	assert_eq!((found.to_treasury, found.burned), (4, 1));
	let ended = Rewards::<Runtime>::RoyaltyEnded {
		model,
		to_treasury: 2,
		burned: 0,
	};
	assert_eq!(read::<RoyaltyEnded>(ended).to_treasury, 2);
	let taken = Rewards::<Runtime>::RoyaltyDepositTaken {
		who: who.clone(),
		model,
		amount,
	};
	assert_eq!(read::<RoyaltyDepositTaken>(taken).amount, 5);
	let returned = Rewards::<Runtime>::RoyaltyDepositReturned { who, model, amount };
	assert_eq!(read::<RoyaltyDepositReturned>(returned).who, account(7));
}

#[test]
fn events_of_open_jobs_and_equivocations_are_read() {
	use athanor_jobs::Event as Jobs;
	let opened = Jobs::<Runtime>::JobOpened {
		job: 4,
		claimable_until: 50,
	};
	let expected = JobOpened {
		job: 4,
		claimable_until: 50,
	};
	assert_eq!(read::<JobOpened>(opened), expected);
	let equivocated = Jobs::<Runtime>::WorkerEquivocated {
		job: 4,
		provider: runtime_account(7),
		worker: [8; 32],
		slashed: 6,
		offered_again: true,
	};
	let expected = WorkerEquivocated {
		job: 4,
		provider: account(7),
		worker: [8; 32],
		slashed: 6,
		offered_again: true,
	};
	assert_eq!(read::<WorkerEquivocated>(equivocated), expected);
}

#[test]
fn votes_and_periods_are_read() {
	let price = Price {
		input: 10,
		output: 20,
	};
	let policy = Policy {
		bounds: PriceBounds {
			floor: Price::flat(1),
			ceiling: Price::flat(99),
		},
		low: 2,
		high: 3,
		step: 4,
	};
	let set = athanor_pricing::Event::<Runtime>::PolicySet {
		class: PriceClass::Medium,
		policy,
		price,
		version: 5,
	};
	let ended = athanor_pricing::Event::<Runtime>::PeriodEnded {
		class: PriceClass::Large,
		utilisation: Some(600_000),
		price,
		version: 6,
	};
	let events = [set, ended].map(|event| (0, RuntimeEvent::Pricing(event)));
	let events = block_events(events.to_vec());
	let set = events.first::<PolicySet>().unwrap().unwrap();
	assert_eq!((set.class, set.policy), (PriceClass::Medium, policy));
	assert_eq!((set.price, set.version), (price, 5));
	let shown = serde_json::to_value(&set).unwrap();
	assert_eq!(shown["policy"]["bounds"]["ceiling"]["output"], "99");
	let ended = events.first::<PeriodEnded>().unwrap().unwrap();
	assert_eq!((ended.class, ended.price), (PriceClass::Large, price));
	assert_eq!((ended.utilisation, ended.version), (Some(600_000), 6));
}

#[test]
fn events_of_governance_are_read() {
	let submitted = pallet_referenda::Event::<Runtime>::Submitted {
		index: 3,
		track: 11,
		proposal: Bounded::Inline(vec![1].try_into().unwrap()),
	};
	let made = |result| pallet_scheduler::Event::<Runtime>::Dispatched {
		task: (9, 0),
		id: Some([7; 32]),
		result,
	};
	let events = block_events(vec![
		(0, RuntimeEvent::Referenda(submitted)),
		(1, RuntimeEvent::Scheduler(made(Ok(())))),
		(
			1,
			RuntimeEvent::Scheduler(made(Err(DispatchError::BadOrigin))),
		),
		(
			1,
			RuntimeEvent::Scheduler(pallet_scheduler::Event::CallUnavailable {
				task: (9, 0),
				id: None,
			}),
		),
	]);
	let found = events.first::<ReferendumSubmitted>().unwrap().unwrap();
	assert_eq!((found.index, found.track), (3, 11));
	let found = events.find::<CallDispatched>().unwrap();
	assert_eq!(found[0].id, Some([7; 32]));
	assert_eq!(found[0].result, Ok(()));
	let error = found[1].result.as_ref().unwrap_err();
	assert_eq!(rejection(error, &METADATA).name, "BadOrigin");
	let found = events.first::<CallUnavailable>().unwrap().unwrap();
	assert_eq!(found.id, None);
}
