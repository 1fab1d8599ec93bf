//! What a run has reached: which calls succeeded and failed, with which errors, and how jobs ended.

use std::{collections::BTreeMap, fmt};

use athanor_primitives::job::CloseReason;
use athanor_runtime::RuntimeCall;
use frame_support::traits::{CallMetadata, GetCallMetadata};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use crate::{
	chain::Fate,
	ledger::{Closed, News},
};

/// The pallets whose calls have to be reached.
pub const PALLETS: [&str; 6] = ["Origins", "Models", "Staking", "Pricing", "Jobs", "Rewards"];

/// Calls that cannot succeed here; the pallet's tests show them. A slash is carried out by the hook in the block in
/// which it is due, unless more are due than fit, which takes more providers than there are. And a provider can only
/// deregister after a slash of everything, which the most that an era can cost rules out.
const OUT_OF_REACH: [(&str, &str); 2] = [("Staking", "enact_slash"), ("Staking", "deregister")];

/// Calls of the SDK that leave something on hold, or free it, and have to succeed too: without them the law on what
/// is explained would say nothing.
const HOLDING: [(&str, &str); 19] = [
	("Proxy", "add_proxy"),
	("Proxy", "remove_proxies"),
	("Proxy", "proxy"),
	("Proxy", "announce"),
	("Proxy", "proxy_announced"),
	("Multisig", "as_multi"),
	("Multisig", "cancel_as_multi"),
	("Identity", "set_identity"),
	("Identity", "set_subs"),
	("Identity", "clear_identity"),
	("Identity", "request_judgement"),
	("Bounties", "propose_bounty"),
	("Bounties", "approve_bounty"),
	("Bounties", "accept_curator"),
	("Bounties", "award_bounty"),
	("ChildBounties", "add_child_bounty"),
	("ChildBounties", "accept_curator"),
	("Referenda", "place_decision_deposit"),
	("Preimage", "note_preimage"),
];

/// The name under which it is counted what became of what referenda decided.
const ENACTED: (&str, &str) = ("Referenda", "what was decided");

/// Every way in which a job can end.
pub const REASONS: [CloseReason; 6] = [
	CloseReason::Paid,
	CloseReason::Rejected,
	CloseReason::Cancelled,
	CloseReason::ExpiredUnassigned,
	CloseReason::WorkerTimedOut,
	CloseReason::WorkerEquivocated,
];

/// How often something came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
	/// Calls that did what they say.
	pub done: u32,
	/// Calls that failed, or were refused.
	pub failed: u32,
}

/// What was reached.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
	/// By pallet and call.
	pub calls: BTreeMap<(&'static str, &'static str), Tally>,
	/// By name.
	pub reasons: BTreeMap<String, u32>,
	/// Errors and refusals, by name.
	pub errors: BTreeMap<String, u32>,
	/// Operations.
	pub operations: u32,
	/// Blocks.
	pub blocks: u32,
}

impl Coverage {
	/// Takes note of a call.
	pub fn call(&mut self, call: &RuntimeCall, fate: &Fate) {
		let CallMetadata {
			pallet_name,
			function_name,
		} = call.get_call_metadata();
		let tally = self.calls.entry((pallet_name, function_name)).or_default();
		match fate {
			Fate::Done => tally.done += 1,
			Fate::Failed(error) => {
				tally.failed += 1;
				*self.errors.entry(name_of(error)).or_default() += 1;
			}
			Fate::Refused(refusal) => {
				tally.failed += 1;
				*self.errors.entry(format!("{refusal:?}")).or_default() += 1;
			}
		}
	}

	/// Takes note of how jobs and referenda ended.
	pub fn news(&mut self, news: &News) {
		for done in &news.enacted {
			let tally = self.calls.entry(ENACTED).or_default();
			match done {
				true => tally.done += 1,
				false => tally.failed += 1,
			}
		}
		for Closed { reason, .. } in &news.closed {
			*self.reasons.entry(format!("{reason:?}")).or_default() += 1;
		}
	}

	/// Adds another run.
	pub fn add(&mut self, other: &Self) {
		for (call, tally) in &other.calls {
			let sum = self.calls.entry(*call).or_default();
			sum.done += tally.done;
			sum.failed += tally.failed;
		}
		for (reason, count) in &other.reasons {
			*self.reasons.entry(reason.clone()).or_default() += count;
		}
		for (error, count) in &other.errors {
			*self.errors.entry(error.clone()).or_default() += count;
		}
		self.operations += other.operations;
		self.blocks += other.blocks;
	}

	/// What was not reached: calls of ours that never succeeded or never failed, and ends that no job had.
	pub fn missing(&self) -> Vec<String> {
		let mut missing = Vec::new();
		for pallet in PALLETS {
			for call in RuntimeCall::get_call_names(pallet) {
				let Tally { done, failed } = self.tally(pallet, call);
				if done == 0 && !OUT_OF_REACH.contains(&(pallet, call)) {
					missing.push(format!("{pallet}.{call} never succeeded"));
				}
				if failed == 0 {
					missing.push(format!("{pallet}.{call} never failed"));
				}
			}
		}
		for (pallet, call) in HOLDING {
			if self.tally(pallet, call).done == 0 {
				missing.push(format!("{pallet}.{call} never succeeded"));
			}
		}
		let Tally { done, failed } = self.tally(ENACTED.0, ENACTED.1);
		if done == 0 || failed == 0 {
			missing.push(format!(
				"{done} decisions of referenda took effect, {failed} did not"
			));
		}
		for reason in REASONS {
			if !self.reasons.contains_key(&format!("{reason:?}")) {
				missing.push(format!("no job ended with {reason:?}"));
			}
		}
		missing
	}

	/// How often a call came about.
	pub fn tally(&self, pallet: &str, call: &str) -> Tally {
		self.calls
			.iter()
			.find(|((of, name), _)| (*of, *name) == (pallet, call))
			.map(|(_, tally)| *tally)
			.unwrap_or_default()
	}
}

fn name_of(error: &DispatchError) -> String {
	match error {
		DispatchError::Module(module) => {
			format!(
				"{} {}",
				module.index,
				module.message.unwrap_or("without a name")
			)
		}
		other => format!("{other:?}"),
	}
}

impl fmt::Display for Coverage {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(f, "{} operations, {} blocks", self.operations, self.blocks)?;
		for ((pallet, call), Tally { done, failed }) in &self.calls {
			writeln!(f, "  {pallet}.{call}: {done} done, {failed} failed")?;
		}
		for (reason, count) in &self.reasons {
			writeln!(f, "  {reason}: {count} jobs")?;
		}
		for (error, count) in &self.errors {
			writeln!(f, "  {error}: {count}")?;
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_pallet_of_ours_with_calls_is_named() {
		let ours = RuntimeCall::get_module_names();
		for pallet in PALLETS {
			assert!(ours.contains(&pallet), "{pallet} in {ours:?}");
			assert!(!RuntimeCall::get_call_names(pallet).is_empty());
		}
	}

	#[test]
	fn every_call_that_holds_something_is_named_as_it_is() {
		for (pallet, call) in HOLDING {
			let calls = RuntimeCall::get_call_names(pallet);
			assert!(calls.contains(&call), "{pallet}.{call} in {calls:?}");
		}
	}

	#[test]
	fn every_end_of_a_job_is_named() {
		// A reason that is added makes this match fail to compile.
		let known = |reason: CloseReason| match reason {
			CloseReason::Paid
			| CloseReason::Rejected
			| CloseReason::Cancelled
			| CloseReason::ExpiredUnassigned
			| CloseReason::WorkerTimedOut
			| CloseReason::WorkerEquivocated => REASONS.contains(&reason),
		};
		assert!(REASONS.into_iter().all(known));
		assert!(Coverage::default().missing().len() > REASONS.len());
	}
}
