//! The laws of payments.

use polkadot_sdk::{frame_support::ensure, sp_runtime::TryRuntimeError};

use crate::{Config, Pallet, Totals};

impl<T: Config> Pallet<T> {
	/// Checks the laws on storage that the documentation of this pallet states.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let totals = Totals::<T>::get();
		ensure!(
			totals.parts().total() == Some(totals.paid),
			"rewards: the parts in Totals add up to what was paid"
		);
		ensure!(
			totals.jobs > 0 || totals.paid == 0,
			"rewards: nothing was paid if no job was paid for"
		);
		Ok(())
	}
}
