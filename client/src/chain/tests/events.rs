//! Events and errors, as the runtime encodes them.

use athanor_primitives::{H256, job::CloseReason, price::Price};
use athanor_runtime::{Runtime, RuntimeEvent};
use codec::Encode;
use polkadot_sdk::{
	frame_system,
	sp_runtime::{ArithmeticError, DispatchError, ModuleError, TokenError},
};

use super::{METADATA, account, attributes, hashes, offline, outcome, runtime_account};
use crate::chain::{
	dispatch::rejection_from_bytes,
	events::{
		Event, Events, Fault, JobAssigned, JobClosed, JobOpened, JobPaid, JobPosted, ModelRetired,
		OfferRemoved, OfferSet, OwnershipOfferWithdrawn, OwnershipOffered, OwnershipTransferred,
		ProviderChilled, ProviderPaused, ProviderSlashed, ProviderUnchilled, VersionPublished,
		VersionRemoved, VersionSuperseded, WorkerEquivocated, WorkerKeyAdded, WorkerKeyForgotten,
		WorkerKeyRemoved,
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
		let slashed = Staking::<Runtime>::ProviderSlashed {
			provider: runtime_account(7),
			job: 4,
			fault,
			amount: 5,
		};
		let found: ProviderSlashed = read(slashed);
		assert_eq!((found.fault, found.amount), (expected, 5));
	}
	let provider = runtime_account(7);
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
