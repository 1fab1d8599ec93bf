//! What a draw costs: storage reads are counted where they happen, in the state machine.

use std::sync::{
	Arc,
	atomic::{AtomicU32, Ordering},
};

use tracing::{
	Event as TraceEvent, Metadata, Subscriber,
	field::{Field, Visit},
	span,
};

use super::*;
use pretty_assertions::assert_eq;

/// Counts the reads that the state machine reports on this thread.
struct ReadCounter(Arc<AtomicU32>);

/// Whether a report is about a read.
#[derive(Default)]
struct IsRead(bool);

impl Visit for IsRead {
	fn record_debug(&mut self, field: &Field, value: &dyn core::fmt::Debug) {
		if field.name() == "method" {
			let method = format!("{value:?}");
			let reads = ["Get", "Hash", "Exists", "NextKey"];
			self.0 = reads.contains(&method.trim_matches('"'));
		}
	}
}

impl Subscriber for ReadCounter {
	fn enabled(&self, metadata: &Metadata<'_>) -> bool {
		metadata.target() == "state"
	}

	fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
		span::Id::from_u64(1)
	}

	fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

	fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

	fn event(&self, event: &TraceEvent<'_>) {
		let mut read = IsRead::default();
		event.record(&mut read);
		if read.0 {
			self.0.fetch_add(1, Ordering::Relaxed);
		}
	}

	fn enter(&self, _: &span::Id) {}

	fn exit(&self, _: &span::Id) {}
}

/// How many storage reads `f` makes.
fn reads(f: impl FnOnce()) -> u32 {
	let count = Arc::new(AtomicU32::new(0));
	tracing::subscriber::with_default(ReadCounter(count.clone()), f);
	count.load(Ordering::Relaxed)
}

/// Reads of a draw among so many offers with so many slots each.
fn draw_with_offers(offers: u64, slots: u32) -> u32 {
	let mut count = 0;
	let builder = (100..100 + offers).fold(ExtBuilder::default(), |builder, who| {
		builder.offer(who, 50, slots)
	});
	builder.build_and_execute(|| {
		count = reads(|| assert!(draw(1).is_some()));
	});
	count
}

/// What a draw reads however many offers it looks at. The number of the block is read for the meter.
const SHARED: u32 = 6;

#[test]
fn the_counter_counts() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_eq!(reads(|| ()), 0);
			assert_eq!(reads(|| assert!(offer(ALICE).is_some())), 1);
			assert_eq!(
				reads(|| assert!(offer(ALICE).is_some() && offer(BOB).is_none())),
				2
			);
		});
}

#[test]
fn a_draw_reads_no_more_with_many_offers() {
	// Policy, price, count, meter and version, and the index and the offer of each candidate. Providers
	// and models are mocked and read nothing.
	let most = SHARED + 2 * SAMPLE;
	assert_eq!(draw_with_offers(1, 2), SHARED + 2);
	assert_eq!(draw_with_offers(8, 2), most);
	assert_eq!(draw_with_offers(9, 2), most);
	assert_eq!(draw_with_offers(500, 2), most);
}

#[test]
fn taking_the_last_slot_reads_no_more_with_many_offers() {
	// The count again, the last entry of the index, and its offer.
	let most = SHARED + 2 * SAMPLE + 3;
	assert_eq!(draw_with_offers(500, 1), most);
	// The winner may be the last entry itself.
	assert!(draw_with_offers(9, 1) <= most);
}

#[test]
fn a_draw_from_an_allow_list_reads_the_list_and_no_index() {
	let builder = (100..600).fold(ExtBuilder::default(), |builder, who| {
		builder.offer(who, 50, 2)
	});
	builder.build_and_execute(|| {
		let allow: Vec<AccountId> = (590..606).collect();
		let demand = Demand {
			allow: &allow,
			..demand()
		};
		// All but the count, and an offer or its absence for each on the list.
		let most = SHARED - 1 + 16;
		assert_eq!(reads(|| assert!(draw_for(&demand, 1).is_some())), most);
	});
}

#[test]
fn giving_back_reads_no_more_with_many_offers() {
	let builder = (100..600).fold(ExtBuilder::default(), |builder, who| {
		builder.offer(who, 50, 1)
	});
	builder.build_and_execute(|| {
		let winner = draw(1).unwrap();
		// The offer, the number of the block, the meter and the count.
		assert_eq!(reads(|| give_back(winner)), 4);
		assert_eq!(index().last(), Some(&winner));
	});
}

/// Reads of the end of a period among so many offers.
fn period_with_offers(offers: u64) -> u32 {
	let mut count = 0;
	let builder = (100..100 + offers).fold(ExtBuilder::default(), |builder, who| {
		builder.offer(who, 50, 2)
	});
	builder.build_and_execute(|| {
		advance(PERIOD - 2);
		count = reads(|| advance(1));
		assert_eq!(price_now(), Price::flat(10));
	});
	count
}

#[test]
fn a_period_ends_with_no_more_reads_among_many_offers() {
	assert_eq!(period_with_offers(1), period_with_offers(500));
}
