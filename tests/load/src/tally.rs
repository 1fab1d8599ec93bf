//! Counting what final blocks hold.

use std::{
	collections::{BTreeMap, HashMap},
	time::Duration,
};

use athanor_primitives::job::CloseReason;
use athanor_runtime::configs::system::RuntimeBlockWeights;
use polkadot_sdk::frame_support::{dispatch::DispatchClass, weights::Weight};

use crate::{
	block::Block,
	machine::Cpu,
	metrics::Scrape,
	stats::{Rates, Sample},
	tx::Kind,
};

/// What a final block did for a load.
#[derive(Clone, Debug, Default)]
pub struct Record {
	/// The block's number.
	pub number: u32,
	/// Milliseconds, as the block states them.
	pub timestamp: u64,
	/// Transactions of the load that succeeded, and their weights, by kind.
	pub kinds: BTreeMap<Kind, (u64, Weight)>,
	/// Jobs of the load that were paid for.
	pub paid: u64,
	/// What hooks were charged for.
	pub hooks: Weight,
	/// What ordinary transactions were charged for.
	pub normal: Weight,
	/// What everything was charged for.
	pub total: Weight,
	/// Bytes of its ordinary transactions.
	pub bytes: u64,
	/// The node's metrics at the time.
	pub metrics: Option<Scrape>,
	/// Processor times at the time.
	pub cpu: Cpu,
}

impl Record {
	/// Transactions of this kind.
	pub fn count(&self, kind: Kind) -> u64 {
		self.kinds.get(&kind).map_or(0, |(count, _)| *count)
	}

	/// Transactions of the load.
	pub fn transactions(&self) -> u64 {
		self.kinds.values().map(|(count, _)| count).sum()
	}
}

/// Milliseconds that transactions took.
#[derive(Clone, Debug, Default)]
pub struct Latency {
	/// Until they were in a best block.
	pub inclusion: Vec<u64>,
	/// Until their block was final.
	pub finality: Vec<u64>,
}

/// Everything that is counted of a load.
#[derive(Clone, Debug, Default)]
pub struct Tally {
	/// The final blocks, in order, from the one on before the load began.
	pub records: Vec<Record>,
	/// What transactions took, by kind.
	pub latency: BTreeMap<Kind, Latency>,
	/// Transactions that failed in a block, by kind and reason.
	pub failed: HashMap<(Kind, String), u64>,
	/// How jobs ended.
	pub closed: HashMap<&'static str, u64>,
	/// Times that a provider missed a job's deadline.
	pub timed_out: u64,
	/// Answers that the pool refused for good, by reason.
	pub refused: BTreeMap<String, u64>,
	/// Times that an answer was sent again because the pool had refused it: it may not know the block yet
	/// that is answered.
	pub retried: u64,
	/// Times that the pool was full.
	pub full: u64,
	/// Jobs and transactions that had not come to an end.
	pub unfinished: usize,
	/// What was sent.
	pub sent: usize,
	/// Times from a block to the pool's yes to an answer.
	pub answered: Vec<u64>,
	/// Time spent on signing answers, and their number.
	pub signing: (Duration, u64),
}

/// Whole milliseconds.
pub fn millis(time: Duration) -> u64 {
	u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A name for how a job ended.
fn name(reason: CloseReason) -> &'static str {
	match reason {
		CloseReason::Paid => "paid",
		CloseReason::Rejected => "rejected",
		CloseReason::Cancelled => "cancelled",
		CloseReason::ExpiredUnassigned => "expired_unassigned",
		CloseReason::WorkerTimedOut => "worker_timed_out",
		CloseReason::WorkerEquivocated => "worker_equivocated",
	}
}

/// The blocks of a tally over which rates are taken.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
	/// The blocks; the first one only says when the time of the second began.
	pub records: &'a [Record],
	/// Whether the load was at its full strength in all of them.
	pub steady: bool,
}

impl Tally {
	/// Begins the record of a final block.
	pub fn record(&mut self, block: &Block) -> &mut Record {
		let base = RuntimeBlockWeights::get().base_block;
		self.records.push(Record {
			number: block.number,
			timestamp: block.timestamp,
			hooks: block.hooks(base),
			normal: *block.weight.get(DispatchClass::Normal),
			total: block.weight.total(),
			bytes: block.bytes(),
			metrics: block.metrics.clone(),
			cpu: block.cpu,
			..Record::default()
		});
		let last = self.records.len().saturating_sub(1);
		&mut self.records[last]
	}

	/// Notes how a job ended.
	pub fn close(&mut self, reason: CloseReason) {
		*self.closed.entry(name(reason)).or_default() += 1;
	}

	/// Jobs that did not end with a payment.
	pub fn closed_otherwise(&self) -> u64 {
		let otherwise = self.closed.iter().filter(|(name, _)| **name != "paid");
		otherwise.map(|(_, count)| count).sum()
	}

	/// Whether everything that was sent came to the end that it should.
	pub fn is_clean(&self) -> bool {
		self.unfinished == 0
			&& self.failed.is_empty()
			&& self.timed_out == 0
			&& self.closed_otherwise() == 0
	}

	/// The blocks in which the load was at its full strength: from so many after the first one with a
	/// result, until before the last one that took something new. All blocks with anything, if those are
	/// too few.
	pub fn span(
		&self,
		warm_up: usize,
		result: impl Fn(&Record) -> u64,
		fresh: impl Fn(&Record) -> u64,
	) -> Span<'_> {
		let first = self.records.iter().position(|record| result(record) > 0);
		let last = self.records.iter().rposition(|record| fresh(record) > 0);
		if let (Some(first), Some(last)) = (first, last)
			&& let Some(records) = self.records.get(first + warm_up..last)
			&& records.len() > 2
		{
			return Span {
				records,
				steady: true,
			};
		}
		let busy = |record: &Record| fresh(record) > 0 || result(record) > 0;
		let first = self.records.iter().position(busy).unwrap_or_default();
		let end = self
			.records
			.iter()
			.rposition(busy)
			.map_or(0, |last| last + 1);
		Span {
			records: self
				.records
				.get(first.saturating_sub(1)..end)
				.unwrap_or_default(),
			steady: false,
		}
	}
}

impl Span<'_> {
	/// The blocks that count: all but the first.
	pub fn counted(&self) -> &[Record] {
		self.records.get(1..).unwrap_or_default()
	}

	/// How often something happened in a second.
	pub fn rates(&self, of: impl Fn(&Record) -> u64) -> Rates {
		let samples: Vec<Sample> = self
			.records
			.iter()
			.map(|record| Sample {
				at: record.timestamp,
				count: of(record),
			})
			.collect();
		Rates::of(&samples)
	}

	/// The sum of something over the blocks that count.
	pub fn sum(&self, of: impl Fn(&Record) -> u64) -> u64 {
		self.counted().iter().map(of).sum()
	}

	/// The sum of some weight over the blocks that count.
	pub fn weight(&self, of: impl Fn(&Record) -> Weight) -> Weight {
		self.counted()
			.iter()
			.fold(Weight::zero(), |sum, record| sum.saturating_add(of(record)))
	}

	/// Transactions of a kind, and their weight.
	pub fn kind(&self, kind: Kind) -> (u64, Weight) {
		let of = |record: &Record| record.kinds.get(&kind).copied().unwrap_or_default();
		(
			self.sum(|record| of(record).0),
			self.weight(|record| of(record).1),
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Blocks with so many posts and payments.
	fn tally(blocks: &[(u64, u64)]) -> Tally {
		let records = (0u32..)
			.zip(blocks)
			.map(|(number, (posts, paid))| Record {
				number,
				timestamp: u64::from(number) * 3_000,
				kinds: BTreeMap::from([(Kind::Post, (*posts, Weight::from_parts(posts * 5, 0)))]),
				paid: *paid,
				..Record::default()
			})
			.collect();
		Tally {
			records,
			..Tally::default()
		}
	}

	fn numbers(span: &Span) -> Vec<u32> {
		span.counted().iter().map(|record| record.number).collect()
	}

	#[test]
	fn the_steady_blocks_lie_between_the_first_payment_and_the_last_post() {
		let tally = tally(&[
			(0, 0),
			(9, 0),
			(9, 0),
			(9, 1),
			(9, 9),
			(9, 9),
			(9, 9),
			(2, 9),
			(0, 9),
			(0, 3),
		]);
		let span = tally.span(0, |record| record.paid, |record| record.count(Kind::Post));
		assert!(span.steady);
		assert_eq!(numbers(&span), [4, 5, 6]);
		assert_eq!(span.sum(|record| record.paid), 27);
		assert_eq!(span.rates(|record| record.paid).total, 3.0);
		assert_eq!(span.kind(Kind::Post), (27, Weight::from_parts(135, 0)));
		assert_eq!(span.kind(Kind::Receipt), (0, Weight::zero()));
		let warm = tally.span(1, |record| record.paid, |record| record.count(Kind::Post));
		assert!(warm.steady);
		assert_eq!(numbers(&warm), [5, 6]);
		let short = tally.span(9, |record| record.paid, |record| record.count(Kind::Post));
		assert!(!short.steady);
	}

	#[test]
	fn a_short_load_is_taken_whole() {
		let tally = tally(&[(0, 0), (0, 0), (5, 0), (0, 0), (0, 5), (0, 0)]);
		let span = tally.span(0, |record| record.paid, |record| record.count(Kind::Post));
		assert!(!span.steady);
		assert_eq!(numbers(&span), [2, 3, 4]);
	}

	#[test]
	fn nothing_has_no_blocks() {
		let tally = tally(&[(0, 0), (0, 0)]);
		let span = tally.span(0, |record| record.paid, |record| record.count(Kind::Post));
		assert!(span.counted().is_empty());
		assert_eq!(span.rates(|record| record.paid), Rates::default());
	}

	#[test]
	fn a_job_that_is_not_paid_is_a_fault() {
		let mut tally = Tally::default();
		tally.close(CloseReason::Paid);
		assert!(tally.is_clean());
		tally.close(CloseReason::WorkerTimedOut);
		assert_eq!(tally.closed_otherwise(), 1);
		assert!(!tally.is_clean());
		let unfinished = Tally {
			unfinished: 1,
			..Tally::default()
		};
		assert!(!unfinished.is_clean());
		let late = Tally {
			timed_out: 1,
			..Tally::default()
		};
		assert!(!late.is_clean());
	}
}
