//! Proposals, votes, and what becomes of them.

use athanor_primitives::explain::{Held, HeldFor};
use athanor_runtime::{
	AccountId, Balance, Jobs, OriginCaller, Preimage, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeOrigin, System, constants::ATH,
};
use codec::Encode;
use frame_support::{
	assert_ok,
	traits::{Bounded, StorePreimage, schedule::DispatchTime},
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use pallet_referenda::{ReferendumInfo, ReferendumInfoFor, ReferendumInfoOf};
use polkadot_sdk::*;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	DispatchResult,
	traits::{BlakeTwo256, Dispatchable},
};

use super::Blocks;

/// The account of a development key.
pub fn account(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

/// Its origin.
pub fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(who))
}

/// Makes a call as if it came in a transaction, or by a vote.
pub fn dispatch(origin: RuntimeOrigin, call: impl Into<RuntimeCall>) -> DispatchResult {
	call.into()
		.dispatch(origin)
		.map(drop)
		.map_err(|error| error.error)
}

/// What the account is told of what it has on hold, after a check that nothing is missing.
pub fn explained(who: Sr25519Keyring) -> Vec<Held> {
	let all = Jobs::explain_account(account(who), 1_000);
	let sum = |counts: &dyn Fn(&HeldFor) -> bool| {
		let counted = all.iter().filter(|held| counts(&held.reason));
		counted.map(|held| held.amount).sum::<Balance>()
	};
	let data = frame_system::Account::<Runtime>::get(account(who)).data;
	assert_eq!(sum(&HeldFor::is_on_hold), data.reserved, "{all:#?}");
	assert_eq!(sum(&HeldFor::is_lock), data.frozen, "{all:#?}");
	all
}

/// The call as a proposal, with its preimage noted by `who` if it is long.
pub fn bound(who: Sr25519Keyring, call: &RuntimeCall) -> Bounded<RuntimeCall, BlakeTwo256> {
	if call.encoded_size() > 128 {
		let bytes = call.encode();
		assert_ok!(dispatch(
			signed(who),
			pallet_preimage::Call::note_preimage { bytes }
		));
	}
	Preimage::bound(call.clone()).unwrap()
}

/// Submits a proposal.
pub fn submit(
	who: Sr25519Keyring,
	origin: impl Into<OriginCaller>,
	proposal: Bounded<RuntimeCall, BlakeTwo256>,
) -> u32 {
	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	assert_ok!(dispatch(
		signed(who),
		pallet_referenda::Call::submit {
			proposal_origin: Box::new(origin.into()),
			proposal,
			enactment_moment: DispatchTime::After(1),
		}
	));
	index
}

/// Pays the decision deposit.
pub fn place_deposit(who: Sr25519Keyring, index: u32) {
	assert_ok!(dispatch(
		signed(who),
		pallet_referenda::Call::place_decision_deposit { index }
	));
}

/// Votes aye with a conviction of 1.
pub fn vote(who: Sr25519Keyring, index: u32, balance: Balance) -> DispatchResult {
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

/// What is known of a referendum.
pub fn info(index: u32) -> ReferendumInfoOf<Runtime, ()> {
	ReferendumInfoFor::<Runtime>::get(index).expect("there is one")
}

/// Makes blocks until a referendum has passed.
pub fn until_approved(blocks: &mut Blocks, index: u32) {
	let approved = |_: &Blocks| matches!(info(index), ReferendumInfo::Approved(..));
	blocks.until(400, approved);
}

/// All events so far.
pub fn events(blocks: &Blocks) -> Vec<RuntimeEvent> {
	let open = System::events().into_iter().map(|record| record.event);
	blocks.seen.iter().cloned().chain(open).collect()
}

/// What became of each proposal so far. The alarms of referenda are scheduled calls too, without a name.
pub fn enacted(blocks: &Blocks) -> Vec<DispatchResult> {
	let results = events(blocks).into_iter().filter_map(|event| match event {
		RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched {
			id: Some(_),
			result,
			..
		}) => Some(result),
		_ => None,
	});
	results.collect()
}

/// Has the votes of most holders pass what a call proposes, and waits until it is to be made.
pub fn pass(
	blocks: &mut Blocks,
	origin: impl Into<OriginCaller>,
	proposal: Bounded<RuntimeCall, BlakeTwo256>,
) -> u32 {
	use Sr25519Keyring::{Bob, Charlie, Dave, Eve, Ferdie};
	let index = submit(Bob, origin, proposal);
	place_deposit(Bob, index);
	for who in [Bob, Charlie, Dave, Eve, Ferdie] {
		assert_ok!(vote(who, index, 700_000 * ATH));
	}
	until_approved(blocks, index);
	index
}

/// Has a call decided on the track of an origin, and says what becomes of it.
pub fn decide(
	blocks: &mut Blocks,
	origin: impl Into<OriginCaller>,
	call: impl Into<RuntimeCall>,
) -> DispatchResult {
	let before = enacted(blocks).len();
	let proposal = bound(Sr25519Keyring::Bob, &call.into());
	pass(blocks, origin, proposal);
	blocks.until(50, |blocks| enacted(blocks).len() > before);
	enacted(blocks)[before]
}
