//! Units of money and time.

use crate::{Balance, BlockNumber};

/// One ATH in the smallest unit.
pub const ATH: Balance = 1_000_000_000_000;
/// A thousandth of an ATH.
pub const MILLI: Balance = ATH / 1_000;
/// A millionth of an ATH.
pub const MICRO: Balance = ATH / 1_000_000;

/// The least that an account can hold.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI;

/// Milliseconds between blocks, and the length of a BABE slot.
pub const MILLISECS_PER_BLOCK: u64 = 3_000;

/// Blocks in a minute.
pub const MINUTES: BlockNumber = 60_000 / (MILLISECS_PER_BLOCK as BlockNumber);
/// Blocks in an hour.
pub const HOURS: BlockNumber = MINUTES * 60;
/// Blocks in a day.
pub const DAYS: BlockNumber = HOURS * 24;

/// Blocks, and so slots, in a BABE epoch, which is also a session.
pub const EPOCH: BlockNumber = 10 * MINUTES;

/// What a record of so many items and bytes costs as a deposit.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	(items as Balance) * 100 * MILLI + (bytes as Balance) * MILLI
}
