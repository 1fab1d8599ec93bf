//! Tests, by topic.

mod bonding;
mod chill;
mod config;
mod cover;
mod equivocation;
mod exit;
mod explain;
mod keys;
mod laws;
mod random;
mod registration;
mod retired_keys;
mod slashing;

use crate::{Error, Event, mock::*};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}
