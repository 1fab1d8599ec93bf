//! What is due when: jobs in buckets by block, each bucket cut into pages of bounded size.
//!
//! Entries are never taken back. A job whose state has moved on leaves its entry behind, and whoever
//! works the page off sees that it no longer holds: this saves a write for every step of a job's life.
//! All access to the three storage items goes through this module.

use athanor_primitives::JobId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	BoundedVec,
	traits::{ConstU32, Get},
	weights::WeightMeter,
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::traits::{One, Saturating};

use crate::{AgendaCursor, AgendaEnd, AgendaPages, Config, Pallet, WeightInfo};

/// Entries of a page. Part of the storage layout: it may grow, but not shrink.
pub const PAGE_SIZE: u32 = 64;

/// Some of the jobs that are due in one block.
pub type Page = BoundedVec<JobId, ConstU32<PAGE_SIZE>>;

/// What jobs are entered for.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Agenda {
	/// The end of a live job's state.
	Deadlines,
	/// The end of a closed job's retention.
	Retention,
}

/// How far an agenda has been worked off.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Cursor<BlockNumber> {
	/// The first block that is not done.
	pub block: BlockNumber,
	/// Its first page that is not done.
	pub page: u32,
}

impl<T: Config> Pallet<T> {
	/// Enters a job for block `at`, which is later than this one. So nothing is added to a page that is
	/// being worked off.
	pub(crate) fn enter(agenda: Agenda, at: BlockNumberFor<T>, id: JobId) {
		let next = frame_system::Pallet::<T>::block_number().saturating_add(One::one());
		let at = at.max(next);
		let end = AgendaEnd::<T>::get(agenda, at);
		let last = end.saturating_sub(1);
		let mut page = AgendaPages::<T>::get((agenda, at, last)).unwrap_or_default();
		if end > 0 && page.try_push(id).is_ok() {
			AgendaPages::<T>::insert((agenda, at, last), page);
			return;
		}
		let mut page = Page::new();
		// A new page has room for one.
		let _ = page.try_push(id);
		AgendaPages::<T>::insert((agenda, at, end), page);
		AgendaEnd::<T>::insert(agenda, at, end.saturating_add(1));
	}

	/// Works off what is due up to `now`, as far as the meter allows. `act` is called with each entry and
	/// the block that it was entered for; it returns `false`, having done nothing, if the meter does not
	/// allow the entry. Says whether nothing that is due is left.
	pub(crate) fn work_off_agenda(
		agenda: Agenda,
		now: BlockNumberFor<T>,
		meter: &mut WeightMeter,
		mut act: impl FnMut(JobId, BlockNumberFor<T>, &mut WeightMeter) -> bool,
	) -> bool {
		let start = AgendaCursor::<T>::get(agenda);
		let mut cursor = start;
		while cursor.block <= now && meter.try_consume(T::WeightInfo::agenda_page()).is_ok() {
			if cursor.page >= AgendaEnd::<T>::get(agenda, cursor.block) {
				AgendaEnd::<T>::remove(agenda, cursor.block);
				cursor = Cursor {
					block: cursor.block.saturating_add(One::one()),
					page: 0,
				};
				continue;
			}
			if !Self::work_off_page(agenda, cursor, meter, &mut act) {
				break;
			}
			cursor.page.saturating_inc();
		}
		if cursor != start {
			AgendaCursor::<T>::insert(agenda, cursor);
		}
		cursor.block > now
	}

	/// Works off a page. False if the meter did not allow all of it: the rest stays.
	fn work_off_page(
		agenda: Agenda,
		at: Cursor<BlockNumberFor<T>>,
		meter: &mut WeightMeter,
		act: &mut impl FnMut(JobId, BlockNumberFor<T>, &mut WeightMeter) -> bool,
	) -> bool {
		// Entries that come into one page of a block together, after a receipt or an end, do not pay for
		// storing the page and its block's end: that is paid for here.
		let filling = T::DbWeight::get().reads_writes(2, 2);
		if meter.try_consume(filling).is_err() {
			return false;
		}
		let key = (agenda, at.block, at.page);
		let page = AgendaPages::<T>::get(key).unwrap_or_default();
		let done = page
			.iter()
			.take_while(|id| act(**id, at.block, meter))
			.count();
		if done == page.len() {
			AgendaPages::<T>::remove(key);
			return true;
		}
		if done > 0 {
			let rest: Page = BoundedVec::truncate_from(page.into_iter().skip(done).collect());
			AgendaPages::<T>::insert(key, rest);
		}
		false
	}

	/// The entries of an agenda, with their blocks. For explanations and laws.
	pub(crate) fn entries(agenda: Agenda) -> alloc::vec::Vec<(BlockNumberFor<T>, JobId)> {
		AgendaPages::<T>::iter()
			.filter(|((of, ..), _)| *of == agenda)
			.flat_map(|((_, at, _), page)| page.into_iter().map(move |id| (at, id)))
			.collect()
	}
}
