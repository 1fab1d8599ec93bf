//! The limits and periods of the runtime.

use athanor_primitives::policy::PolicyLimits;
use serde::Serialize;
use subxt::{
	Metadata,
	ext::{frame_decode::constants::decode_constant, scale_decode::IntoVisitor},
};

use crate::{
	chain::{
		json::{limits_json, units},
		names::{Item, constants as name},
		types::AccountId,
		wire::Wire,
	},
	error::{Error, misfit},
};

/// What [`crate::chain::View::constants`] reads: the limits and periods of the runtime.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Constants {
	/// Least balance of an account, in units.
	#[serde(with = "units")]
	pub existential_deposit: u128,
	/// Time between blocks, in milliseconds.
	pub block_time: u64,
	/// Blocks for which a retired model still gets jobs and offers.
	pub retirement_notice: u32,
	/// Blocks from the last job on a model or version to its removal.
	pub retirement_grace: u32,
	/// Blocks for which a version still gets jobs and offers after there is a newer one.
	pub version_grace: u32,
	/// Most versions of a model that are stored.
	pub max_versions: u32,
	/// Least stake of a provider that gets work, in units.
	#[serde(with = "units")]
	pub min_stake: u128,
	/// Blocks that a stake takes to come back.
	pub unbonding_period: u32,
	/// Most worker keys of a provider.
	pub max_worker_keys: u32,
	/// Most slots of an offer.
	pub max_slots: u32,
	/// What no governed policy of prices exceeds.
	#[serde(serialize_with = "limits_json")]
	pub price_limits: PolicyLimits,
	/// Most bytes of input.
	pub max_inline_input: u32,
	/// Most tokens to generate.
	pub max_output_tokens: u32,
	/// Most bytes of delivered text.
	pub max_text: u32,
	/// Blocks from the post of a job to the first attempt to match it.
	pub match_delay: u32,
	/// Tokens of input for which a worker gets one block more.
	pub prefill_tokens_per_block: u32,
	/// Tokens of output for which a worker gets one block more.
	pub tokens_per_block: u32,
	/// Most blocks that a job can run.
	pub max_time_limit: u32,
	/// Blocks that a claim may be valid for, ahead of the block that takes it.
	pub max_claim_validity: u32,
	/// Who gets the treasury's share.
	pub treasury: AccountId,
}

impl Constants {
	/// Reads them from a runtime's metadata.
	pub(crate) fn read(metadata: &Metadata) -> Result<Self, Error> {
		Ok(Self {
			existential_deposit: constant(metadata, name::EXISTENTIAL_DEPOSIT)?,
			block_time: constant(metadata, name::BLOCK_TIME)?,
			retirement_notice: constant(metadata, name::RETIREMENT_NOTICE)?,
			retirement_grace: constant(metadata, name::RETIREMENT_GRACE)?,
			version_grace: constant(metadata, name::VERSION_GRACE)?,
			max_versions: constant(metadata, name::MAX_VERSIONS)?,
			min_stake: constant(metadata, name::MIN_STAKE)?,
			unbonding_period: constant(metadata, name::UNBONDING_PERIOD)?,
			max_worker_keys: constant(metadata, name::MAX_WORKER_KEYS)?,
			max_slots: constant(metadata, name::MAX_SLOTS)?,
			price_limits: constant(metadata, name::PRICE_LIMITS)?,
			max_inline_input: constant(metadata, name::MAX_INLINE_INPUT)?,
			max_output_tokens: constant(metadata, name::MAX_OUTPUT_TOKENS)?,
			max_text: constant(metadata, name::MAX_TEXT)?,
			match_delay: constant(metadata, name::MATCH_DELAY)?,
			prefill_tokens_per_block: constant(metadata, name::PREFILL_TOKENS_PER_BLOCK)?,
			tokens_per_block: constant(metadata, name::TOKENS_PER_BLOCK)?,
			max_time_limit: constant(metadata, name::MAX_TIME_LIMIT)?,
			max_claim_validity: constant(metadata, name::MAX_CLAIM_VALIDITY)?,
			treasury: constant(metadata, name::TREASURY)?,
		})
	}

	/// Blocks that a worker has for a job with so many tokens, if it has `base` for any
	/// ([`crate::chain::View::base_work_period`]).
	pub fn work_period(&self, base: u32, max_input_tokens: u32, max_output_tokens: u32) -> u32 {
		let prefill = max_input_tokens / self.prefill_tokens_per_block.max(1);
		let decode = max_output_tokens.div_ceil(self.tokens_per_block.max(1));
		base.saturating_add(prefill).saturating_add(decode)
	}
}

/// A constant from a runtime's metadata.
pub(crate) fn constant<T: Wire>(metadata: &Metadata, item: Item) -> Result<T, Error> {
	decode_constant(
		item.pallet,
		item.name,
		metadata,
		metadata.types(),
		<T::Raw as IntoVisitor>::into_visitor(),
	)
	.map(T::from_raw)
	.map_err(|error| misfit(format!("constant {}.{}: {error}", item.pallet, item.name)))
}
