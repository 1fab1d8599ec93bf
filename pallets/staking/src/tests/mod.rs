//! Tests, by topic.

mod bonding;
mod config;
mod keys;
mod laws;
mod random;
mod registration;
mod slashing;

use crate::{Error, Event, mock::*};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}
