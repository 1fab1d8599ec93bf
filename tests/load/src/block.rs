//! A block, and what happened in it.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use athanor_primitives::{H256, JobId, blake2_256, job::CloseReason};
use athanor_runtime::{AccountId, RuntimeCall, RuntimeEvent, UncheckedExtrinsic};
use codec::DecodeAll;
use polkadot_sdk::{
	frame_support::{
		dispatch::{DispatchClass, PerDispatchClass},
		storage::storage_prefix,
		weights::Weight,
	},
	frame_system::{self, EventRecord, Phase},
	pallet_timestamp,
};

use crate::{machine::Cpu, metrics::Scrape, rpc::Rpc};

/// A transaction in a block.
#[derive(Clone, Debug)]
pub struct Applied {
	/// Its hash.
	pub hash: H256,
	/// Its length in bytes.
	pub bytes: u64,
	/// What it was charged for in the end, with its share of the fixed costs.
	pub weight: Weight,
	/// Whether it was one that a block has to hold.
	pub mandatory: bool,
	/// Why it failed, if it did.
	pub error: Option<String>,
}

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
	/// It was posted by the transaction of this hash.
	Posted {
		/// The job.
		job: JobId,
		/// The transaction.
		by: H256,
	},
	/// It can be claimed.
	Opened {
		/// The job.
		job: JobId,
	},
	/// It is with a provider.
	Assigned {
		/// The job.
		job: JobId,
		/// The provider.
		provider: AccountId,
	},
	/// Its receipt has been accepted.
	Accepted {
		/// The job.
		job: JobId,
		/// The block that is to pay for it.
		settles_at: u32,
	},
	/// Its provider missed the deadline.
	TimedOut {
		/// The job.
		job: JobId,
	},
	/// It has ended.
	Closed {
		/// The job.
		job: JobId,
		/// How.
		reason: CloseReason,
	},
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
	/// Its hash.
	pub hash: H256,
	/// Its number.
	pub number: u32,
	/// The block before.
	pub parent: H256,
	/// When this program heard of it.
	pub heard: Instant,
	/// Milliseconds, as the block states them.
	pub timestamp: u64,
	/// What it holds.
	pub applied: Vec<Applied>,
	/// What happened to jobs in it.
	pub facts: Vec<Fact>,
	/// What it was charged for in all, by class.
	pub weight: PerDispatchClass<Weight>,
	/// The node's metrics when it was read.
	pub metrics: Option<Scrape>,
	/// Processor times when it was read.
	pub cpu: Cpu,
}

impl Block {
	/// Reads a block.
	///
	/// # Errors
	/// When the node does not have it, or it is one of another runtime.
	pub async fn read(rpc: &Rpc, hash: H256, heard: Instant) -> Result<Self> {
		let events = storage_prefix(b"System", b"Events");
		let weight = storage_prefix(b"System", b"BlockWeight");
		let ((header, extrinsics), events, weight) = futures::try_join!(
			rpc.block(hash),
			rpc.value::<Vec<EventRecord<RuntimeEvent, H256>>>(&events, Some(hash)),
			rpc.value::<PerDispatchClass<Weight>>(&weight, Some(hash)),
		)?;
		let number = header.number()?;
		// The first block states none.
		let timestamp = match number {
			0 => 0,
			_ => timestamp(&extrinsics)?,
		};
		let mut applied: Vec<Applied> = extrinsics.iter().map(|bytes| fresh(bytes)).collect();
		let mut facts = Vec::new();
		for record in events.unwrap_or_default() {
			let at = match record.phase {
				Phase::ApplyExtrinsic(at) => usize::try_from(at).ok(),
				_ => None,
			};
			let transaction = at.and_then(|at| applied.get_mut(at));
			facts.extend(note(record.event, transaction));
		}
		Ok(Self {
			hash,
			number,
			parent: header.parent()?,
			heard,
			timestamp,
			applied,
			facts,
			weight: weight.unwrap_or_default(),
			metrics: None,
			cpu: Cpu::default(),
		})
	}

	/// Bytes of its transactions, those left out that it has to hold.
	pub fn bytes(&self) -> u64 {
		let optional = self.applied.iter().filter(|one| !one.mandatory);
		optional.map(|one| one.bytes).sum()
	}

	/// What hooks were charged for: all that a block has to do, without what its mandatory transactions
	/// and the block itself cost.
	pub fn hooks(&self, base: Weight) -> Weight {
		let mandatory = self.applied.iter().filter(|one| one.mandatory);
		let inherents = mandatory.fold(base, |sum, one| sum.saturating_add(one.weight));
		self.weight
			.get(DispatchClass::Mandatory)
			.saturating_sub(inherents)
	}
}

fn fresh(bytes: &[u8]) -> Applied {
	Applied {
		hash: H256(blake2_256(bytes)),
		bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
		weight: Weight::zero(),
		mandatory: false,
		error: None,
	}
}

/// The time that a block states, in the first of its inherents.
fn timestamp(extrinsics: &[Vec<u8>]) -> Result<u64> {
	for bytes in extrinsics {
		let extrinsic = UncheckedExtrinsic::decode_all(&mut &bytes[..])
			.context("a transaction of another runtime")?;
		if let RuntimeCall::Timestamp(pallet_timestamp::Call::set { now }) = extrinsic.function {
			return Ok(now);
		}
	}
	bail!("a block does not state its time")
}

/// Notes an event with the transaction that caused it; returns it if it is about a job.
fn note(event: RuntimeEvent, transaction: Option<&mut Applied>) -> Option<Fact> {
	match (event, transaction) {
		(RuntimeEvent::System(event), Some(transaction)) => {
			let info = match event {
				frame_system::Event::ExtrinsicSuccess { dispatch_info } => dispatch_info,
				frame_system::Event::ExtrinsicFailed {
					dispatch_error,
					dispatch_info,
				} => {
					transaction.error = Some(format!("{dispatch_error:?}"));
					dispatch_info
				}
				_ => return None,
			};
			transaction.weight = info.weight;
			transaction.mandatory = info.class == DispatchClass::Mandatory;
			None
		}
		(RuntimeEvent::Jobs(event), transaction) => {
			fact(event, transaction.map(|transaction| transaction.hash))
		}
		_ => None,
	}
}

fn fact(event: athanor_jobs::Event<athanor_runtime::Runtime>, by: Option<H256>) -> Option<Fact> {
	use athanor_jobs::Event;
	match event {
		Event::JobPosted { job, .. } => by.map(|by| Fact::Posted { job, by }),
		Event::JobOpened { job, .. } => Some(Fact::Opened { job }),
		Event::JobAssigned { job, provider, .. } => Some(Fact::Assigned { job, provider }),
		Event::ReceiptAccepted {
			job, settles_at, ..
		} => Some(Fact::Accepted { job, settles_at }),
		Event::WorkerTimedOut { job, .. } => Some(Fact::TimedOut { job }),
		Event::JobClosed { job, reason, .. } => Some(Fact::Closed { job, reason }),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use polkadot_sdk::frame_system::DispatchEventInfo;

	fn info(micros: u64, class: DispatchClass) -> DispatchEventInfo {
		DispatchEventInfo {
			weight: Weight::from_parts(micros, 0),
			class,
			pays_fee: Default::default(),
		}
	}

	fn block(applied: Vec<Applied>, weight: PerDispatchClass<Weight>) -> Block {
		Block {
			hash: H256::zero(),
			number: 1,
			parent: H256::zero(),
			heard: Instant::now(),
			timestamp: 0,
			applied,
			facts: Vec::new(),
			weight,
			metrics: None,
			cpu: Cpu::default(),
		}
	}

	#[test]
	fn results_are_noted_with_their_transactions() {
		let mut one = fresh(b"one");
		let event = frame_system::Event::ExtrinsicSuccess {
			dispatch_info: info(5, DispatchClass::Normal),
		};
		assert_eq!(note(RuntimeEvent::System(event), Some(&mut one)), None);
		assert_eq!(one.weight, Weight::from_parts(5, 0));
		assert!(!one.mandatory && one.error.is_none());
		let event = frame_system::Event::ExtrinsicFailed {
			dispatch_error: polkadot_sdk::sp_runtime::DispatchError::BadOrigin,
			dispatch_info: info(6, DispatchClass::Mandatory),
		};
		note(RuntimeEvent::System(event), Some(&mut one));
		assert!(one.mandatory);
		assert_eq!(one.error.as_deref(), Some("BadOrigin"));
	}

	#[test]
	fn a_post_is_known_by_its_transaction() {
		let event = athanor_jobs::Event::JobPosted {
			job: 3,
			requester: AccountId::new([1; 32]),
			model: 0,
			escrow: 1,
			expires_at: 9,
		};
		let mut one = fresh(b"one");
		let by = one.hash;
		let fact = note(RuntimeEvent::Jobs(event), Some(&mut one));
		assert_eq!(fact, Some(Fact::Posted { job: 3, by }));
	}

	#[test]
	fn a_receipt_says_when_it_is_paid_for() {
		let event = athanor_jobs::Event::ReceiptAccepted {
			job: 3,
			provider: AccountId::new([1; 32]),
			worker: [2; 32],
			tokens_in: 1,
			tokens_out: 1,
			finish: 0,
			settles_at: 9,
		};
		let fact = note(RuntimeEvent::Jobs(event), Some(&mut fresh(b"one")));
		let expected = Fact::Accepted {
			job: 3,
			settles_at: 9,
		};
		assert_eq!(fact, Some(expected));
	}

	#[test]
	fn hooks_are_what_is_mandatory_and_no_inherent() {
		let mut inherent = fresh(b"inherent");
		inherent.mandatory = true;
		inherent.weight = Weight::from_parts(20, 0);
		let mut transfer = fresh(b"transfer");
		transfer.weight = Weight::from_parts(70, 0);
		let weight = PerDispatchClass::new(|class| match class {
			DispatchClass::Mandatory => Weight::from_parts(100, 7),
			_ => Weight::from_parts(70, 0),
		});
		let block = block(vec![inherent, transfer], weight);
		let hooks = block.hooks(Weight::from_parts(30, 0));
		assert_eq!(hooks, Weight::from_parts(50, 7));
		assert_eq!(block.bytes(), 8);
	}

	#[test]
	fn the_time_is_read_from_the_inherent() {
		let inherent =
			UncheckedExtrinsic::new_bare(RuntimeCall::Timestamp(pallet_timestamp::Call::set {
				now: 1_234,
			}));
		assert_eq!(timestamp(&[inherent.encode()]).unwrap(), 1_234);
		assert!(timestamp(&[]).is_err());
	}
}
