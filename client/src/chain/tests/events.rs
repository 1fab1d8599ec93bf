//! Events and errors, as the runtime encodes them.

use athanor_primitives::{H256, job::CloseReason, price::Price};
use athanor_runtime::{Runtime, RuntimeEvent};
use codec::Encode;
use polkadot_sdk::{
	frame_system,
	sp_runtime::{ArithmeticError, DispatchError, ModuleError, TokenError},
};
use subxt::{ArcMetadata, OfflineClient, SubstrateConfig, config::substrate::SpecVersionForRange};

use super::{METADATA, account, outcome, runtime_account};
use crate::chain::{
	dispatch::rejection_from_bytes,
	events::{Events, JobAssigned, JobClosed, JobPaid, JobPosted, WorkerKeyAdded},
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
	let config = SubstrateConfig::builder()
		.set_metadata_for_spec_versions([(1, ArcMetadata::clone(&METADATA))])
		.set_spec_version_for_block_ranges([SpecVersionForRange {
			block_range: 0..u64::MAX,
			spec_version: 1,
			transaction_version: 1,
		}])
		.build();
	let at = OfflineClient::new_with_config(config)
		.at_block(1u64)
		.unwrap();
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
