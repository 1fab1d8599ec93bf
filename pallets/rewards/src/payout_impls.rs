//! Paying for a job.

use athanor_primitives::{
	JobId,
	ports::{Parties, Payout},
	split::{Payment, Shares, split},
};
use polkadot_sdk::frame_support::{
	defensive,
	traits::{Get, Imbalance, fungible::Balanced},
};

use crate::{Config, CreditOf, Event, Pallet, Totals};

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
		let provider = Self::give(&parties.provider, &mut credit, due.provider);
		let author = Self::give(&parties.author, &mut credit, due.author);
		// The treasury gets its share and whatever is left over by now.
		let rest = credit.peek();
		let treasury = Self::give(&T::TreasuryAccount::get(), &mut credit, rest);

		let burn = burn.merge(credit);
		let burned = burn.peek();
		// Dropping it lowers total issuance.
		drop(burn);
		Payment {
			provider,
			delegators: 0,
			author,
			treasury,
			burned,
		}
	}

	/// The shares of a payment with this royalty, given in parts per million.
	fn shares(royalty: u32) -> Shares {
		Shares {
			royalty,
			treasury: T::TreasuryShare::get().deconstruct(),
			burn: T::BurnShare::get().deconstruct(),
			delegators: 0,
		}
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
