//! What became of a referendum that passed.

use serde::Serialize;
use subxt::ext::codec::Encode;

use athanor_primitives::blake2_256;

use crate::{
	chain::{
		connect::{At, Chain},
		dispatch,
		events::{CallDispatched, CallUnavailable},
		names::storage,
		view::View,
	},
	error::{Error, Rejection},
};

/// What the scheduler's names of referenda begin with.
const NAMED: ([u8; 8], &str) = (*b"assembly", "enactment");

/// Blocks after the one that it was scheduled for in which its call is looked for: a full block delays it.
const LATE: u32 = 32;

/// What became of a referendum that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enacted {
	/// It is scheduled.
	Scheduled {
		/// For this block.
		at: u32,
	},
	/// Its call was made.
	Made {
		/// In this block.
		at: u32,
		/// Whether it succeeded.
		result: Result<(), Rejection>,
	},
	/// Its call was not there or could not be read.
	Unavailable {
		/// In this block.
		at: u32,
	},
	/// The node does not know any more.
	Forgotten,
}

impl Serialize for Enacted {
	fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		match self {
			Self::Scheduled { at } => serde_json::json!({"scheduled": {"at": at}}),
			Self::Made { at, result } => serde_json::json!({"made": {
				"at": at,
				"succeeded": result.is_ok(),
				"error": result.as_ref().err().map(ToString::to_string),
			}}),
			Self::Unavailable { at } => serde_json::json!({"unavailable": {"at": at}}),
			Self::Forgotten => serde_json::json!("forgotten"),
		}
		.serialize(serializer)
	}
}

/// What a referendum's call is scheduled as.
pub(crate) fn task(index: u32) -> [u8; 32] {
	blake2_256(&(NAMED.0, NAMED.1, index).encode())
}

impl View {
	/// The block for which the call of a referendum is scheduled.
	async fn scheduled(&self, index: u32) -> Result<Option<u32>, Error> {
		let found: Option<(u32, u32)> = self.get(storage::SCHEDULED, (task(index),)).await?;
		Ok(found.map(|(block, _)| block))
	}

	/// What became of the call of a referendum in this block, if anything did.
	async fn enacted_here(&self, index: u32) -> Result<Option<Enacted>, Error> {
		let events = self.events().await?;
		let (at, task) = (self.number(), Some(task(index)));
		let made = events.find::<CallDispatched>()?;
		if let Some(made) = made.into_iter().find(|made| made.id == task) {
			let result = made
				.result
				.map_err(|error| dispatch::rejection(&error, self.metadata()));
			return Ok(Some(Enacted::Made { at, result }));
		}
		let unavailable = events.find::<CallUnavailable>()?;
		Ok(unavailable
			.iter()
			.any(|one| one.id == task)
			.then_some(Enacted::Unavailable { at }))
	}
}

impl Chain {
	/// What became of a referendum that passed in block `passed`, as of `view`.
	///
	/// # Errors
	/// When the node cannot be asked. That it has discarded the state is no error.
	pub async fn enacted(&self, view: &View, index: u32, passed: u32) -> Result<Enacted, Error> {
		match self.look_for(view, index, passed).await {
			Err(Error::Pruned(_)) => Ok(Enacted::Forgotten),
			other => other,
		}
	}

	async fn look_for(&self, view: &View, index: u32, passed: u32) -> Result<Enacted, Error> {
		if let Some(at) = view.scheduled(index).await?
			&& at > view.number()
		{
			return Ok(Enacted::Scheduled { at });
		}
		let then = self.at(At::Number(passed)).await?;
		let Some(due) = then.scheduled(index).await? else {
			return Ok(Enacted::Forgotten);
		};
		for number in due..=due.saturating_add(LATE).min(view.number()) {
			let block = self.at(At::Number(number)).await?;
			if let Some(enacted) = block.enacted_here(index).await? {
				return Ok(enacted);
			}
		}
		Ok(match view.scheduled(index).await? {
			Some(at) => Enacted::Scheduled { at },
			None => Enacted::Forgotten,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::runtime_account;
	use athanor_runtime::{
		Balances, ConvictionVoting, Referenda, Runtime, RuntimeCall, RuntimeOrigin, System,
		constants::{ATH, DAYS, HOURS},
	};
	use polkadot_sdk::{
		frame_support::traits::{Bounded, fungible::Mutate, schedule::DispatchTime},
		frame_system, pallet_conviction_voting as voting, pallet_scheduler,
		sp_io::TestExternalities,
	};

	/// The name is made by the chain and stated nowhere. So a referendum has to pass.
	#[test]
	fn the_task_has_the_name_that_the_chain_gives_it() {
		TestExternalities::default().execute_with(|| {
			System::set_block_number(1);
			let who = runtime_account(1);
			Balances::mint_into(&who, 100_000 * ATH).unwrap();
			let signed = || RuntimeOrigin::signed(runtime_account(1));
			let call = RuntimeCall::from(frame_system::Call::remark { remark: vec![] });
			Referenda::submit(
				signed(),
				Box::new(frame_system::RawOrigin::Root.into()),
				Bounded::Inline(codec::Encode::encode(&call).try_into().unwrap()),
				DispatchTime::After(0),
			)
			.unwrap();
			Referenda::place_decision_deposit(signed(), 0).unwrap();
			let vote = voting::AccountVote::Standard {
				vote: voting::Vote {
					aye: true,
					conviction: voting::Conviction::Locked1x,
				},
				balance: 100_000 * ATH,
			};
			ConvictionVoting::vote(signed(), 0, vote).unwrap();
			let confirmed = 1 + 2 * HOURS + DAYS;
			for block in [1 + 2 * HOURS, confirmed] {
				System::set_block_number(block);
				Referenda::nudge_referendum(RuntimeOrigin::root(), 0).unwrap();
			}
			let at = pallet_scheduler::Lookup::<Runtime>::get(task(0));
			assert_eq!(at.map(|(block, _)| block), Some(confirmed + DAYS));
		});
	}
}
