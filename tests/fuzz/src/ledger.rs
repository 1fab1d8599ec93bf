//! What the events say: a record beside the chain's, which the state is held against.

use std::collections::BTreeMap;

use athanor_primitives::{JobId, job::CloseReason, split::Payment};
use athanor_rewards::types::Totals;
use athanor_runtime::{AccountId, Balance, Runtime, RuntimeEvent};
use polkadot_sdk::*;

use crate::{Broken, demand};

/// A job that is live, as far as the events say.
#[derive(Clone, Debug)]
pub struct Live {
	/// Who posted it.
	pub requester: AccountId,
	/// Units on hold for it.
	pub escrow: Balance,
	/// The seed of its sampler, once it was seen.
	pub seed: Option<[u8; 32]>,
}

/// A job that has closed, as far as the events say.
#[derive(Clone, Debug)]
pub struct Closed {
	/// Which.
	pub job: JobId,
	/// How.
	pub reason: CloseReason,
	/// Units paid.
	pub spent: Balance,
	/// Units returned.
	pub refund: Balance,
	/// Who got what was paid.
	pub payment: Payment,
}

/// What the events of an operation say that is to be held against the state after it.
#[derive(Clone, Debug, Default)]
pub struct News {
	/// Jobs that have closed.
	pub closed: Vec<Closed>,
	/// Jobs that were forgotten.
	pub forgotten: Vec<JobId>,
	/// Jobs that were given to a provider.
	pub assigned: Vec<(JobId, AccountId)>,
	/// Providers that lost stake, or asked it back. What they have may be less than what they answer for.
	pub reduced: Vec<AccountId>,
	/// Whether what a referendum decided could be done, for each that was enacted.
	pub enacted: Vec<bool>,
	/// Whether a governed value was set.
	pub governed: bool,
}

/// What has happened so far, by the events alone.
#[derive(Clone, Debug)]
pub struct Ledger {
	/// Live jobs.
	pub live: BTreeMap<JobId, Live>,
	/// Payments that were announced and whose job has not closed yet: none after an operation.
	pub paid: BTreeMap<JobId, Payment>,
	/// What was paid.
	pub totals: Totals,
	/// All money.
	pub issuance: Balance,
	/// The id that the next job has to have.
	pub next_job: JobId,
	/// What is new since [`Ledger::turn`].
	pub news: News,
}

impl Ledger {
	/// The record of a chain with so much money and no jobs.
	pub fn new(issuance: Balance) -> Self {
		Self {
			live: BTreeMap::new(),
			paid: BTreeMap::new(),
			totals: Totals::default(),
			issuance,
			next_job: 0,
			news: News::default(),
		}
	}

	/// Ends an operation, and returns what was new in it.
	pub fn turn(&mut self) -> News {
		std::mem::take(&mut self.news)
	}

	/// Takes note of events.
	///
	/// # Errors
	/// If they contradict each other.
	pub fn read(&mut self, events: &[RuntimeEvent]) -> Result<(), Broken> {
		for event in events {
			match event {
				RuntimeEvent::Jobs(event) => self.read_job(event)?,
				RuntimeEvent::Rewards(event) => self.read_payment(event)?,
				RuntimeEvent::Staking(event) => self.read_stake(event),
				RuntimeEvent::Parameters(_) => self.news.governed = true,
				// What referenda decide has a name; their alarms have none.
				RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched {
					id: Some(_),
					result,
					..
				}) => self.news.enacted.push(result.is_ok()),
				_ => {}
			}
		}
		demand(
			self.paid.is_empty(),
			"every payment belongs to a job that closes",
			|| format!("{:?}", self.paid),
		)
	}

	fn read_job(&mut self, event: &athanor_jobs::Event<Runtime>) -> Result<(), Broken> {
		use athanor_jobs::Event;
		match event {
			Event::JobPosted {
				job,
				requester,
				escrow,
				..
			} => {
				demand(*job == self.next_job, "job ids are counted up", || {
					format!("{job} after {}", self.next_job)
				})?;
				self.next_job += 1;
				let live = Live {
					requester: requester.clone(),
					escrow: *escrow,
					seed: None,
				};
				self.live.insert(*job, live);
			}
			Event::JobAssigned { job, provider, .. } => {
				self.news.assigned.push((*job, provider.clone()));
			}
			Event::JobClosed {
				job,
				requester,
				reason,
				escrow,
				spent,
				refund,
				..
			} => {
				let closed = Closed {
					job: *job,
					reason: *reason,
					spent: *spent,
					refund: *refund,
					payment: self.paid.remove(job).unwrap_or_default(),
				};
				self.close(closed, requester, *escrow)?;
			}
			Event::OutputRemoved { job } => self.news.forgotten.push(*job),
			Event::Unexpected { .. } => {
				return Err(Broken::new("no step of a hook fails", format!("{event:?}")));
			}
			_ => {}
		}
		Ok(())
	}

	fn close(
		&mut self,
		closed: Closed,
		requester: &AccountId,
		escrow: Balance,
	) -> Result<(), Broken> {
		let live = self.live.remove(&closed.job);
		demand(
			live.as_ref()
				.is_some_and(|live| live.requester == *requester && live.escrow == escrow),
			"a job closes once, with the requester and the escrow of its post",
			|| format!("{closed:?} of {requester:?} with {escrow}; posted: {live:?}"),
		)?;
		demand(
			closed.spent.checked_add(closed.refund) == Some(escrow),
			"what was spent and what returns add up to the escrow",
			|| format!("{closed:?}, escrow {escrow}"),
		)?;
		demand(
			closed.payment.total() == Some(closed.spent),
			"the parts of a payment add up to the escrow spent",
			|| format!("{closed:?}"),
		)?;
		demand(
			closed.reason == CloseReason::Paid || closed.spent == 0,
			"only a paid job costs its requester anything",
			|| format!("{closed:?}"),
		)?;
		self.news.closed.push(closed);
		Ok(())
	}

	/// Takes note of money that was destroyed.
	fn burn(&mut self, units: Balance) -> Result<(), Broken> {
		let left = self.issuance.checked_sub(units);
		self.issuance = left.ok_or_else(|| {
			let found = format!("{units} of {}", self.issuance);
			Broken::new("no more is destroyed than there is", found)
		})?;
		Ok(())
	}

	fn read_payment(&mut self, event: &athanor_rewards::Event<Runtime>) -> Result<(), Broken> {
		use athanor_rewards::Event;
		if let Event::RoyaltyForfeited { burned, .. } | Event::RoyaltyEnded { burned, .. } = event {
			return self.burn(*burned);
		}
		let Event::JobPaid {
			job,
			spent,
			to_provider,
			to_delegators,
			to_author,
			to_treasury,
			burned,
			..
		} = event
		else {
			return Ok(());
		};
		let payment = Payment {
			provider: *to_provider,
			delegators: *to_delegators,
			author: *to_author,
			treasury: *to_treasury,
			burned: *burned,
		};
		demand(
			payment.total() == Some(*spent) && !self.paid.contains_key(job),
			"a job is paid for once, and the parts add up",
			|| format!("{event:?}"),
		)?;
		self.totals = self.totals.with(&payment).ok_or_else(|| {
			let found = format!("{event:?} after {:?}", self.totals);
			Broken::new("no more is paid than there is", found)
		})?;
		self.burn(*burned)?;
		self.paid.insert(*job, payment);
		Ok(())
	}

	fn read_stake(&mut self, event: &athanor_staking::Event<Runtime>) {
		use athanor_staking::Event;
		match event {
			Event::ProviderSlashed { provider, .. }
			| Event::SlashRaised { provider, .. }
			| Event::Undelegated { provider, .. }
			| Event::DelegationReduced { provider, .. }
			| Event::Redelegated { from: provider, .. }
			| Event::Unbonding { provider, .. }
			| Event::ProviderChilled { provider }
			| Event::ProviderPaused { provider, .. } => self.news.reduced.push(provider.clone()),
			_ => {}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cast::Actor;
	use athanor_runtime::constants::ATH;
	use sp_runtime::DispatchError;

	fn posted(job: JobId) -> RuntimeEvent {
		let event = athanor_jobs::Event::JobPosted {
			job,
			requester: Actor::Alice.account(),
			model: 0,
			escrow: 100,
			expires_at: 9,
		};
		event.into()
	}

	fn closed(reason: CloseReason, spent: Balance, refund: Balance) -> RuntimeEvent {
		let event = athanor_jobs::Event::JobClosed {
			job: 0,
			requester: Actor::Alice.account(),
			reason,
			provider: None,
			escrow: 100,
			spent,
			refund,
		};
		event.into()
	}

	fn paid(spent: Balance, burned: Balance) -> RuntimeEvent {
		let event = athanor_rewards::Event::JobPaid {
			job: 0,
			requester: Actor::Alice.account(),
			provider: Actor::Eve.account(),
			author: Actor::Ferdie.account(),
			spent,
			to_provider: 30,
			to_delegators: 0,
			to_author: 5,
			to_treasury: 4,
			burned,
		};
		event.into()
	}

	fn law(events: &[RuntimeEvent]) -> Option<String> {
		Ledger::new(ATH).read(events).err().map(|broken| broken.law)
	}

	#[test]
	fn events_that_agree_are_counted() {
		let mut ledger = Ledger::new(ATH);
		let events = [posted(0), paid(40, 1), closed(CloseReason::Paid, 40, 60)];
		ledger.read(&events).unwrap();
		assert_eq!((ledger.issuance, ledger.totals.paid), (ATH - 1, 40));
		assert!(ledger.live.is_empty());
		assert_eq!(ledger.turn().closed.len(), 1);
		assert!(ledger.turn().closed.is_empty());
	}

	#[test]
	fn events_that_contradict_each_other_are_seen() {
		let unpaid = closed(CloseReason::Cancelled, 0, 100);
		let unexpected = athanor_jobs::Event::Unexpected {
			job: 0,
			error: DispatchError::Corruption,
		};
		let cases: [(&[RuntimeEvent], &str); 9] = [
			(&[posted(1)], "job ids are counted up"),
			(&[posted(0), posted(0)], "job ids are counted up"),
			(core::slice::from_ref(&unpaid), "a job closes once"),
			(
				&[posted(0), unpaid.clone(), unpaid.clone()],
				"a job closes once",
			),
			(
				&[posted(0), closed(CloseReason::Cancelled, 0, 99)],
				"what was spent and what returns",
			),
			(
				&[posted(0), closed(CloseReason::Paid, 40, 60)],
				"the parts of a payment add up",
			),
			(
				&[
					posted(0),
					paid(40, 1),
					closed(CloseReason::Rejected, 40, 60),
				],
				"only a paid job costs",
			),
			(
				&[posted(0), paid(40, 2)],
				"a job is paid for once, and the parts add up",
			),
			(&[unexpected.into()], "no step of a hook fails"),
		];
		for (events, expected) in cases {
			let found = law(events).expect(expected);
			assert!(found.starts_with(expected), "{found}, not {expected}");
		}
		let alone = law(&[posted(0), paid(40, 1)]).unwrap();
		assert_eq!(alone, "every payment belongs to a job that closes");
	}
}
