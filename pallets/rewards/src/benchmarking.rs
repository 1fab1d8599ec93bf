//! What paying for a job takes.
//!
//! There is no weight of its own: whoever closes a job pays for it, so the benchmarks of `jobs` measure
//! this too. It is `extra`: a test, and on demand (`scripts/bench-weights pallets --extra`) a figure.

use athanor_primitives::ports::{Parties, Payout};
use polkadot_sdk::{
	frame_benchmarking::v2::*,
	frame_support::traits::fungible::{Balanced, Inspect},
	*,
};

use crate::{Config, Event, Pallet, Totals};

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Provider and author have no account yet: opening one takes longer than paying into it.
	#[benchmark(extra)]
	fn pay() -> Result<(), BenchmarkError> {
		let parties = Parties::<T::AccountId> {
			requester: account("requester", 0, 0),
			provider: account("provider", 0, 0),
			author: account("author", 0, 0),
			royalty: 100_000,
		};
		let spent = T::Currency::minimum_balance().saturating_mul(1_000);
		let credit = T::Currency::issue(spent);

		let payment;
		#[block]
		{
			payment = Pallet::<T>::pay(1, credit, &parties);
		}

		assert!(payment.provider > 0 && payment.author > 0);
		assert_eq!(T::Currency::balance(&parties.author), payment.author);
		assert_eq!(Totals::<T>::get().paid, spent);
		let event = Event::JobPaid {
			job: 1,
			requester: parties.requester,
			provider: parties.provider,
			author: parties.author,
			spent,
			to_provider: payment.provider,
			to_delegators: payment.delegators,
			to_author: payment.author,
			to_treasury: payment.treasury,
			burned: payment.burned,
		};
		frame_system::Pallet::<T>::assert_last_event(event.into());
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
