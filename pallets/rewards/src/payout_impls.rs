//! Paying for a job.

use athanor_primitives::{
	JobId, ModelId,
	ports::{DelegatorIncome, Parties, Payout},
	split::{Payment, Shares, split},
};
use polkadot_sdk::{
	frame_support::{
		defensive,
		traits::{Get, Imbalance, fungible::Balanced},
	},
	sp_runtime::SaturatedConversion,
};

use crate::{Config, CreditOf, Event, Pallet, Royalties, RoyaltyOf, Totals};

impl<T: Config> Payout for Pallet<T> {
	type AccountId = T::AccountId;
	type Credit = CreditOf<T>;

	fn pay(job: JobId, credit: CreditOf<T>, parties: &Parties<T::AccountId>) -> Payment {
		let spent = credit.peek();
		let payment = Self::distribute(credit, parties);
		Self::count(&payment);
		Self::deposit_event(Event::JobPaid {
			job,
			requester: parties.requester.clone(),
			provider: parties.provider.clone(),
			author: parties.author.clone(),
			spent,
			to_provider: payment.provider,
			to_delegators: payment.delegators,
			to_author: payment.author,
			to_treasury: payment.treasury,
			burned: payment.burned,
		});
		payment
	}
}

impl<T: Config> Pallet<T> {
	/// Hands out `credit` and says who really got what.
	fn distribute(mut credit: CreditOf<T>, parties: &Parties<T::AccountId>) -> Payment {
		let due = split(credit.peek(), &Self::shares(parties.royalty));
		let burn = credit.extract(due.burned);
		let (provider, delegators) = Self::give_side(&parties.provider, &mut credit, due.provider);
		let author = Self::give_royalty(parties, &mut credit, due.author);
		// The treasury gets its share and whatever is left over by now.
		let rest = credit.peek();
		let treasury = Self::give(&T::TreasuryAccount::get(), &mut credit, rest);

		let burn = burn.merge(credit);
		let burned = burn.peek();
		// Dropping it lowers total issuance.
		drop(burn);
		Payment {
			provider,
			delegators,
			author,
			treasury,
			burned,
		}
	}

	/// The shares of a payment with this royalty, given in parts per million. What delegators get of the
	/// provider's side depends on the stake, which this pallet does not know.
	fn shares(royalty: u32) -> Shares {
		Shares {
			royalty,
			treasury: T::TreasuryShare::get().deconstruct(),
			burn: T::BurnShare::get().deconstruct(),
			delegators: 0,
		}
	}

	/// Moves the provider's side, `amount`, out of `credit`: the delegators' part to them, the rest to the
	/// provider. Says how much each was.
	fn give_side(provider: &T::AccountId, credit: &mut CreditOf<T>, amount: u128) -> (u128, u128) {
		let mut side = credit.extract(amount);
		let whole = side.peek();
		if whole == 0 {
			return (0, 0);
		}
		T::Delegators::earn(provider, &mut side);
		// What is gone is what they got, whatever they say.
		let own = side.peek();
		credit.subsume(side);
		let given = Self::give(provider, credit, own);
		(given, whole.saturating_sub(own))
	}

	/// Moves the royalty, `amount`, out of `credit`: to those who hold shares of it if it was split before the
	/// job was posted, else to who owned the model then. Says how much was moved.
	fn give_royalty(
		parties: &Parties<T::AccountId>,
		credit: &mut CreditOf<T>,
		amount: u128,
	) -> u128 {
		let split = Royalties::<T>::get(parties.model)
			.filter(|royalty| parties.posted_at > royalty.split_at.saturated_into());
		match split {
			Some(royalty) => Self::share_out(parties.model, royalty, credit, amount),
			None => Self::give(&parties.author, credit, amount),
		}
	}

	/// Moves `amount` out of `credit` into the pot, for all who hold shares of this royalty. Says how much was
	/// moved: all, or nothing if it cannot be shared out.
	fn share_out(
		model: ModelId,
		mut royalty: RoyaltyOf<T>,
		credit: &mut CreditOf<T>,
		amount: u128,
	) -> u128 {
		let earned = royalty.income.earn(amount, royalty.shares.into());
		let unclaimed = royalty.unclaimed.checked_add(amount);
		let (Some(()), Some(unclaimed)) = (earned, unclaimed) else {
			return 0;
		};
		let given = Self::give(&Self::pot(), credit, amount);
		if given > 0 {
			royalty.unclaimed = unclaimed;
			Royalties::<T>::insert(model, royalty);
		}
		given
	}

	/// Moves `amount` out of `credit` into the account, if the account can take it. Says how much was
	/// moved: all or nothing.
	fn give(who: &T::AccountId, credit: &mut CreditOf<T>, amount: u128) -> u128 {
		let part = credit.extract(amount);
		let given = part.peek();
		if given == 0 {
			return 0;
		}
		match T::Currency::resolve(who, part) {
			Ok(()) => given,
			Err(part) => {
				credit.subsume(part);
				0
			}
		}
	}

	/// Gives `credit` to the treasury, and destroys it if the treasury cannot take it. Says how much was given
	/// and how much destroyed.
	pub(crate) fn give_treasury(mut credit: CreditOf<T>) -> (u128, u128) {
		let whole = credit.peek();
		let given = Self::give(&T::TreasuryAccount::get(), &mut credit, whole);
		(given, credit.peek())
	}

	/// Adds a payment to the totals.
	fn count(payment: &Payment) {
		Totals::<T>::mutate(|totals| match totals.with(payment) {
			Some(sum) => *totals = sum,
			// The whole supply would have to be spent more than 10^17 times. Stop counting then:
			// totals that are too old still add up, wrapped ones do not.
			None => {
				defensive!("rewards: totals overflow and stay as they are");
			}
		});
	}
}
