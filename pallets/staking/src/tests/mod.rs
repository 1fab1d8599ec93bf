//! Tests, by topic.

mod bonding;
mod chill;
mod commission;
mod config;
mod cover;
mod delegation;
mod delegation_errors;
mod equivocation;
mod exit;
mod explain;
mod keys;
mod laws;
mod pending;
mod random;
mod random_delegation;
mod redelegation;
mod registration;
mod retired_keys;
mod slashing;

use crate::{Error, Event, mock::*};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// Does something as a block does: nothing is kept if it fails.
fn tx<R, E: From<sp_runtime::DispatchError>>(call: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
	frame_support::storage::with_storage_layer(call)
}
