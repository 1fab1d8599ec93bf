//! What clients can ask.

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::ExplainHolds,
	testing,
};
use polkadot_sdk::{frame_support::assert_ok, sp_runtime::Permill};
use pretty_assertions::assert_eq;

use crate::{Holding, PaymentShares, mock::*};

/// How each of the deposits is freed. Together they are what is on hold.
fn explained(who: AccountId) -> Vec<FreedBy> {
	let mut parts = Rewards::explain(&who, u32::MAX);
	parts.retain(|part| part.reason.is_on_hold());
	let sum: u128 = parts.iter().map(|part| part.amount).sum();
	assert_eq!(sum, held(who));
	for part in &parts {
		assert_eq!(part.reason, HeldFor::RoyaltyDeposit { model: MODEL });
	}
	let mut freed: Vec<_> = parts.iter().map(|part| part.freed_by).collect();
	freed.sort_by_key(|freed_by| format!("{freed_by:?}"));
	freed
}

#[test]
fn each_deposit_is_explained_until_it_is_free() {
	use FreedBy::{RewardsClaimRoyaltyFor, RewardsMergeRoyalty, RewardsTransferRoyalty};
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_eq!(explained(AUTHOR), []);
		assert_ok!(transfer(AUTHOR, ALICE, 500_000));
		let split = [
			RewardsMergeRoyalty,
			RewardsTransferRoyalty,
			RewardsTransferRoyalty,
		];
		assert_eq!(explained(AUTHOR), split);
		assert_eq!(explained(ALICE), []);

		// Alice has no shares left, but income: anybody can end her record.
		pay_royalty(10, 2);
		assert_ok!(transfer(ALICE, AUTHOR, 500_000));
		let left = [
			RewardsClaimRoyaltyFor,
			RewardsMergeRoyalty,
			RewardsTransferRoyalty,
		];
		assert_eq!(explained(AUTHOR), left);
		assert_ok!(claim_for(ALICE));
		assert_eq!(explained(AUTHOR), left[1..]);

		testing::remove_model(MODEL);
		assert_eq!(explained(AUTHOR), [RewardsClaimRoyaltyFor; 2]);
		assert_ok!(claim_for(AUTHOR));
		assert_eq!(explained(AUTHOR), []);
	});
}

#[test]
fn what_is_over_can_be_freed_now() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 1_000_000));
		let until = |part: &Held| part.until;
		let parts = Rewards::explain(&AUTHOR, 9);
		assert!(
			parts
				.iter()
				.map(until)
				.all(|until| until == HeldUntil::OwnerActs)
		);
		System::set_block_number(8);
		testing::remove_model(MODEL);
		let parts = Rewards::explain(&AUTHOR, 9);
		let now = HeldUntil::CallableFrom(8);
		assert!(parts.iter().map(until).all(|until| until == now));
		assert_eq!(Rewards::explain(&AUTHOR, 1).len(), 1);
	});
}

#[test]
fn what_a_royalty_has_earned_is_explained_until_it_is_claimed() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_ok!(transfer(AUTHOR, ALICE, 250_000));
		assert_eq!(Rewards::explain(&ALICE, 9), []);
		pay_royalty(1_000, 2);
		let income = Held {
			reason: HeldFor::RoyaltyIncome { model: MODEL },
			amount: 250,
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::RewardsClaimRoyalty,
		};
		assert_eq!(Rewards::explain(&ALICE, 9), [income]);
		assert_eq!(Rewards::explain(&ALICE, 0), []);
		// Of the author's entries the last: the others are deposits.
		let authors = Rewards::explain(&AUTHOR, 9);
		assert_eq!(authors.last().map(|part| part.amount), Some(750));
		assert_eq!(Rewards::explain(&AUTHOR, 3), authors[..3]);

		let before = balance(ALICE);
		assert_ok!(claim(ALICE));
		assert_eq!(balance(ALICE), before + income.amount);
		assert_eq!(Rewards::explain(&ALICE, 9), []);
	});
}

#[test]
fn holdings_are_listed() {
	ExtBuilder::default().rich().build_and_execute(|| {
		assert_eq!(Rewards::royalties_of(AUTHOR, 9), []);
		assert_ok!(transfer(AUTHOR, ALICE, 250_000));
		pay_royalty(1_000, 2);
		let holding = Holding {
			model: MODEL,
			shares: 250_000,
			claimable: 250,
		};
		assert_eq!(Rewards::royalties_of(ALICE, 9), [holding]);
		assert_eq!(Rewards::royalties_of(ALICE, 0), []);
		assert_eq!(Rewards::royalties_of(BOB, 9), []);
	});
}

#[test]
fn shares_are_those_that_hold_now() {
	ExtBuilder::default().build_and_execute(|| {
		let expected = PaymentShares {
			treasury: Permill::from_percent(5),
			burn: Permill::from_percent(1),
		};
		assert_eq!(Rewards::shares_of_payment(), expected);
		TreasuryShare::set(Permill::from_percent(7));
		assert_eq!(
			Rewards::shares_of_payment().treasury,
			Permill::from_percent(7)
		);
	});
}
