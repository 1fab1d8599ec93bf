//! What the treasury pays, from the vote to the account: payments, bounties and their parts, on the tracks of the
//! treasurers. At each step everybody is told what is on hold, and what frees it.

use crate::chain::{
	Blocks, development,
	referenda::{account, decide, dispatch, explained, signed},
};
use athanor_primitives::explain::{FreedBy, Held, HeldFor, HeldUntil};
use athanor_runtime::{
	AccountId, Balance, Balances, Runtime, RuntimeCall, RuntimeOrigin, System, Treasury,
	configs::economy::TreasuryAccount,
	constants::{ATH, DAYS},
	governance::{origins::Origin, tempo::paced},
};
use frame_support::{assert_noop, assert_ok, hypothetically, traits::fungible::Inspect};
use pallet_child_bounties::ChildBountyStatus;
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{self, Alice, Charlie, Dave, Eve, Ferdie, One, Two};

fn run(test: impl FnOnce(&mut Blocks)) {
	development().execute_with(|| test(&mut Blocks::new()));
}

fn free(who: Sr25519Keyring) -> Balance {
	Balances::free_balance(account(who))
}

fn donate(amount: Balance) {
	assert_ok!(dispatch(
		signed(Alice),
		pallet_balances::Call::transfer_keep_alive {
			dest: TreasuryAccount::get().into(),
			value: amount,
		}
	));
}

fn spend(amount: Balance, to: Sr25519Keyring) -> RuntimeCall {
	pallet_treasury::Call::spend {
		asset_kind: Box::new(()),
		amount,
		beneficiary: Box::new(account(to)),
		valid_from: None,
	}
	.into()
}

fn payout(index: u32) -> RuntimeCall {
	pallet_treasury::Call::payout { index }.into()
}

fn check(index: u32) -> RuntimeCall {
	pallet_treasury::Call::check_status { index }.into()
}

/// Makes blocks until this one is open.
fn until(blocks: &mut Blocks, block: u32) {
	while System::block_number() < block {
		blocks.next();
	}
}

#[test]
fn a_payment_that_is_voted_for_is_paid_once() {
	run(|blocks| {
		donate(5_000 * ATH);
		assert_ok!(decide(
			blocks,
			Origin::SmallTreasurer,
			spend(500 * ATH, One)
		));
		let before = (free(One), Treasury::pot());
		assert_ok!(dispatch(signed(Two), payout(0)));
		assert_eq!(free(One), before.0 + 500 * ATH);
		assert!(Treasury::pot() <= before.1 - 500 * ATH);
		assert_noop!(
			dispatch(signed(Two), payout(0)),
			pallet_treasury::Error::<Runtime>::AlreadyAttempted
		);
		assert_ok!(dispatch(signed(Two), check(0)));
		assert_noop!(
			dispatch(signed(Two), payout(0)),
			pallet_treasury::Error::<Runtime>::InvalidIndex
		);
		assert_eq!(
			pallet_treasury::Spends::<Runtime>::iter().count(),
			0,
			"nothing is left"
		);
	});
}

#[test]
fn a_payment_that_nobody_fetches_expires_and_stays_with_the_treasury() {
	run(|blocks| {
		donate(5_000 * ATH);
		assert_ok!(decide(
			blocks,
			Origin::BigTreasurer,
			spend(2_000 * ATH, One)
		));
		let before = free(One);
		assert_noop!(
			dispatch(signed(One), check(0)),
			pallet_treasury::Error::<Runtime>::NotAttempted
		);
		let expires = pallet_treasury::Spends::<Runtime>::get(0)
			.expect("it was decided")
			.expire_at;
		until(blocks, expires - 1);
		hypothetically!(dispatch(signed(One), payout(0))).unwrap();
		until(blocks, expires + 1);
		assert_noop!(
			dispatch(signed(One), payout(0)),
			pallet_treasury::Error::<Runtime>::SpendExpired
		);
		assert_ok!(dispatch(signed(Two), check(0)));
		assert_eq!(pallet_treasury::Spends::<Runtime>::iter().count(), 0);
		assert_eq!(free(One), before);
		assert!(Treasury::pot() >= 5_000 * ATH);
	});
}

#[test]
fn no_vote_spends_more_than_its_track_may() {
	run(|blocks| {
		donate(50_000 * ATH);
		let too_much = Err(pallet_treasury::Error::<Runtime>::InsufficientPermission.into());
		let result = decide(blocks, Origin::SmallTreasurer, spend(1_001 * ATH, One));
		assert_eq!(result, too_much);
		for amount in [1_001 * ATH, Balance::MAX] {
			let origin = RuntimeOrigin::from(Origin::SmallTreasurer);
			assert_eq!(dispatch(origin, spend(amount, One)), too_much);
		}
		let origin = RuntimeOrigin::from(Origin::BigTreasurer);
		assert_eq!(dispatch(origin, spend(Balance::MAX, One)), too_much);
		// Root may promise what there is not; it is not paid, and nothing is lost.
		assert_ok!(dispatch(RuntimeOrigin::root(), spend(Balance::MAX, One)));
		let before = Treasury::pot();
		assert_noop!(
			dispatch(signed(One), payout(0)),
			pallet_treasury::Error::<Runtime>::PayoutError
		);
		assert_eq!(Treasury::pot(), before);
	});
}

fn propose(who: Sr25519Keyring, value: Balance) {
	assert_ok!(dispatch(
		signed(who),
		pallet_bounties::Call::propose_bounty {
			value,
			description: b"a guide for authors".to_vec(),
		}
	));
}

fn approve(bounty_id: u32) -> RuntimeCall {
	pallet_bounties::Call::approve_bounty { bounty_id }.into()
}

fn deposit_of(bounty: u32, amount: Balance, until: HeldUntil, freed_by: FreedBy) -> Held {
	Held {
		reason: HeldFor::Bounty { bounty },
		amount,
		until,
		freed_by,
	}
}

/// The only thing that this account has on hold.
fn only(who: Sr25519Keyring) -> Held {
	let all = explained(who);
	let [held] = all
		.iter()
		.filter(|held| !held.reason.is_lock())
		.collect::<Vec<_>>()[..]
	else {
		panic!("{all:#?}");
	};
	*held
}

fn is_free(who: Sr25519Keyring) -> bool {
	explained(who).iter().all(|held| held.reason.is_lock())
}

fn curated(bounty_id: u32) -> RuntimeCall {
	pallet_bounties::Call::propose_curator {
		bounty_id,
		curator: account(Dave).into(),
		fee: 20 * ATH,
	}
	.into()
}

/// Sees that a call fails one block too early, and frees everything in the block that the explanation names.
fn frees_in_its_block(blocks: &mut Blocks, who: Sr25519Keyring, call: impl Into<RuntimeCall>) {
	let call = call.into();
	let HeldUntil::CallableFrom(block) = only(who).until else {
		panic!("{:?}", only(who));
	};
	assert!(block > System::block_number());
	until(blocks, block - 1);
	assert_eq!(only(who).until, HeldUntil::CallableFrom(block));
	assert_noop!(
		dispatch(signed(Alice), call.clone()),
		pallet_bounties::Error::<Runtime>::Premature
	);
	until(blocks, block);
	assert_ok!(dispatch(signed(Alice), call));
	assert!(is_free(who));
}

/// A bounty that has a curator who has accepted.
fn with_curator(blocks: &mut Blocks) {
	donate(5_000 * ATH);
	propose(Charlie, 200 * ATH);
	assert_ok!(decide(blocks, Origin::SmallTreasurer, approve(0)));
	blocks.until(paced(DAYS), |_| is_free(Charlie));
	assert_ok!(decide(blocks, Origin::SmallTreasurer, curated(0)));
	assert_ok!(dispatch(
		signed(Dave),
		pallet_bounties::Call::accept_curator { bounty_id: 0 }
	));
}

/// A part of the bounty, its first one.
fn add_part(value: Balance) {
	assert_ok!(dispatch(
		signed(Dave),
		pallet_child_bounties::Call::add_child_bounty {
			parent_bounty_id: 0,
			value,
			description: b"its pictures".to_vec(),
		}
	));
}

fn part_curated(by: Sr25519Keyring) -> RuntimeCall {
	pallet_child_bounties::Call::propose_curator {
		parent_bounty_id: 0,
		child_bounty_id: 0,
		curator: account(by).into(),
		fee: 4 * ATH,
	}
	.into()
}

fn part_accepted() -> RuntimeCall {
	pallet_child_bounties::Call::accept_curator {
		parent_bounty_id: 0,
		child_bounty_id: 0,
	}
	.into()
}

fn bounty_account() -> AccountId {
	pallet_bounties::Pallet::<Runtime>::bounty_account_id(0)
}

#[test]
fn a_proposers_deposit_comes_back_with_the_funding() {
	run(|blocks| {
		donate(5_000 * ATH);
		propose(Charlie, 200 * ATH);
		let bond = only(Charlie).amount;
		assert!(bond > 0);
		let others = HeldUntil::OthersAct;
		let waits = deposit_of(0, bond, others, FreedBy::BountyProceeds);
		assert_eq!(only(Charlie), waits);

		assert_ok!(decide(blocks, Origin::SmallTreasurer, approve(0)));
		let HeldUntil::EndsBy(block) = only(Charlie).until else {
			panic!("{:?}", only(Charlie));
		};
		let ends = HeldUntil::EndsBy(block);
		assert_eq!(
			only(Charlie),
			deposit_of(0, bond, ends, FreedBy::BountyProceeds)
		);
		until(blocks, block - 1);
		assert_eq!(only(Charlie).until, ends);
		until(blocks, block);
		assert!(is_free(Charlie));
		assert_eq!(Balances::free_balance(bounty_account()), 200 * ATH);
	});
}

#[test]
fn a_bounty_that_the_treasury_cannot_pay_names_no_block() {
	run(|blocks| {
		propose(Charlie, 900 * ATH);
		assert_ok!(decide(blocks, Origin::SmallTreasurer, approve(0)));
		for _ in 0..paced(DAYS) {
			blocks.next();
		}
		assert_eq!(only(Charlie).until, HeldUntil::OthersAct);
		donate(1_000 * ATH);
		let HeldUntil::EndsBy(block) = only(Charlie).until else {
			panic!("{:?}", only(Charlie));
		};
		until(blocks, block);
		assert!(is_free(Charlie));
	});
}

#[test]
fn a_bounty_and_a_part_of_it_are_paid_out() {
	run(|blocks| {
		with_curator(blocks);
		let now = HeldUntil::OwnerActs;
		let curators = deposit_of(0, 10 * ATH, now, FreedBy::BountyUnassign);
		assert_eq!(only(Dave), curators);
		let give_up = pallet_bounties::Call::unassign_curator { bounty_id: 0 };
		hypothetically!({
			assert_ok!(dispatch(signed(Dave), give_up));
			assert!(is_free(Dave));
		});

		let before = [One, Dave].map(free);
		add_part(50 * ATH);
		assert_ok!(dispatch(signed(Dave), part_curated(Dave)));
		assert_ok!(dispatch(signed(Dave), part_accepted()));
		assert_eq!(only(Dave), curators, "for a part nothing more is left");
		assert_ok!(dispatch(
			signed(Dave),
			pallet_child_bounties::Call::award_child_bounty {
				parent_bounty_id: 0,
				child_bounty_id: 0,
				beneficiary: account(One).into(),
			}
		));
		assert_eq!(only(Dave), curators);
		let unlocks = match pallet_child_bounties::ChildBounties::<Runtime>::get(0, 0)
			.map(|part| part.status)
		{
			Some(ChildBountyStatus::PendingPayout { unlock_at, .. }) => unlock_at,
			status => panic!("{status:?}"),
		};
		until(blocks, unlocks);
		assert_ok!(dispatch(
			signed(Alice),
			pallet_child_bounties::Call::claim_child_bounty {
				parent_bounty_id: 0,
				child_bounty_id: 0,
			}
		));
		assert_eq!(only(Dave), curators);

		assert_ok!(dispatch(
			signed(Dave),
			pallet_bounties::Call::award_bounty {
				bounty_id: 0,
				beneficiary: account(Two).into(),
			}
		));
		assert_eq!(only(Dave).freed_by, FreedBy::BountyClaim);
		let two = free(Two);
		let claim = pallet_bounties::Call::claim_bounty { bounty_id: 0 };
		frees_in_its_block(blocks, Dave, claim);

		// 46 and a fee of 4 for the part; of the rest of the fee 16 for the curator, and 130 for the work.
		assert_eq!(free(One), before[0] + 46 * ATH);
		assert_eq!(free(Dave), before[1] + (4 + 16 + 10) * ATH);
		assert_eq!(free(Two), two + 130 * ATH);
		// The SDK leaves in the bounty's account what of its fee went to the part's curator; anybody returns it.
		assert_eq!(Balances::total_balance(&bounty_account()), 4 * ATH);
		let pot = Treasury::pot();
		let reclaim = pallet_bounties::Call::reclaim_bounty_funds { bounty_id: 0 };
		assert_ok!(dispatch(signed(Alice), reclaim));
		assert_eq!(Balances::total_balance(&bounty_account()), 0);
		assert_eq!(Treasury::pot(), pot + 4 * ATH);
		assert_eq!(pallet_bounties::Bounties::<Runtime>::iter().count(), 0);
	});
}

/// The SDK would keep the deposit of a part's own curator for ever if the bounty's awarded the part.
#[test]
fn a_part_has_the_curator_of_its_bounty() {
	run(|blocks| {
		with_curator(blocks);
		add_part(50 * ATH);
		let filtered = || frame_system::Error::<Runtime>::CallFiltered;
		assert_noop!(dispatch(signed(Dave), part_curated(Eve)), filtered());
		// In a batch it is looked at all the same.
		let calls = vec![part_curated(Eve)];
		assert_noop!(
			dispatch(signed(Dave), pallet_utility::Call::batch_all { calls }),
			filtered()
		);
		assert_ok!(dispatch(signed(Dave), part_curated(Dave)));
		// Before Dave accepts the part, the bounty gets another curator.
		assert_ok!(dispatch(
			signed(Dave),
			pallet_bounties::Call::unassign_curator { bounty_id: 0 }
		));
		assert_noop!(
			dispatch(signed(Dave), part_accepted()),
			pallet_child_bounties::Error::<Runtime>::ParentBountyNotActive
		);
		let ferdie = pallet_bounties::Call::propose_curator {
			bounty_id: 0,
			curator: account(Ferdie).into(),
			fee: 20 * ATH,
		};
		assert_ok!(dispatch(RuntimeOrigin::root(), ferdie));
		assert_ok!(dispatch(
			signed(Ferdie),
			pallet_bounties::Call::accept_curator { bounty_id: 0 }
		));
		assert_noop!(dispatch(signed(Dave), part_accepted()), filtered());
		assert!(is_free(Dave));
	});
}

#[test]
fn one_vote_approves_one_bounty() {
	run(|_| {
		donate(5_000 * ATH);
		propose(Charlie, 900 * ATH);
		propose(Charlie, 900 * ATH);
		let batch = |calls| RuntimeCall::from(pallet_utility::Call::batch_all { calls });
		let choice = |main, fallback| {
			RuntimeCall::from(pallet_utility::Call::if_else {
				main: Box::new(main),
				fallback: Box::new(fallback),
			})
		};
		let twice = [
			batch(vec![approve(0), approve(1)]),
			batch(vec![batch(vec![approve(0)]), batch(vec![approve(1)])]),
			batch(vec![approve(0), spend(900 * ATH, Ferdie)]),
			choice(batch(vec![approve(0)]), approve(1)),
		];
		for call in twice {
			assert_noop!(
				dispatch(Origin::SmallTreasurer.into(), call),
				frame_system::Error::<Runtime>::CallFiltered
			);
		}
		// What is asked of it may come with the approval.
		let calls = batch(vec![
			approve(0),
			frame_system::Call::remark { remark: vec![] }.into(),
		]);
		assert_ok!(dispatch(Origin::SmallTreasurer.into(), calls));
		assert_noop!(
			dispatch(Origin::SmallTreasurer.into(), approve(0)),
			pallet_bounties::Error::<Runtime>::UnexpectedStatus
		);
		propose(Charlie, Balance::MAX);
		assert_noop!(
			dispatch(Origin::BigTreasurer.into(), approve(2)),
			pallet_treasury::Error::<Runtime>::InsufficientPermission
		);
		assert_noop!(
			dispatch(
				signed(Charlie),
				pallet_bounties::Call::propose_bounty {
					value: 0,
					description: vec![],
				}
			),
			pallet_bounties::Error::<Runtime>::InvalidValue
		);
	});
}
