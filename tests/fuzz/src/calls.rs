//! From an operation to a call, by what there is in the state.

pub mod accounts;
pub mod bounties;
pub mod delegation;
pub mod governance;
pub mod jobs;
pub mod models;
pub mod pricing;
mod receipts;
pub mod royalties;
pub mod staking;
mod validators;

use athanor_runtime::{
	AccountId, Balance, Balances, Runtime, RuntimeCall,
	configs::parameters::{
		RuntimeParameters,
		values::{market, pricing as pricing_values},
	},
	constants::{ATH, EXISTENTIAL_DEPOSIT},
	governance::pallet_origins,
};
use codec::Decode;
use polkadot_sdk::*;
use sp_core::H256;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

use crate::{
	Broken,
	cast::Actor,
	chain::{Fate, Sender},
	demand,
	input::Pick,
	operation::{Amount, Operation, Parameter},
};

/// A call, and what has to become of it, where that is known.
pub struct Plan {
	/// Who sends it.
	pub sender: Sender,
	/// The call.
	pub call: RuntimeCall,
	/// What has to become of it.
	pub forecast: Option<Forecast>,
}

impl Plan {
	fn by(actor: Actor, call: impl Into<RuntimeCall>) -> Option<Self> {
		Some(Self {
			sender: Sender::Signed(actor),
			call: call.into(),
			forecast: None,
		})
	}

	fn by_nobody(call: impl Into<RuntimeCall>) -> Option<Self> {
		Some(Self {
			sender: Sender::Nobody,
			call: call.into(),
			forecast: None,
		})
	}

	fn by_root_or(actor: Actor, by_root: bool, call: impl Into<RuntimeCall>) -> Option<Self> {
		let sender = if by_root {
			Sender::Root
		} else {
			Sender::Signed(actor)
		};
		Some(Self {
			sender,
			call: call.into(),
			forecast: None,
		})
	}

	fn expecting(self, forecast: Option<Forecast>) -> Option<Self> {
		Some(Self { forecast, ..self })
	}
}

/// What a call may come to, by what the chain said before.
pub struct Forecast {
	/// Who said so.
	pub source: &'static str,
	/// One of these.
	pub fates: Vec<Fate>,
}

impl Forecast {
	/// Compares it with what happened.
	///
	/// # Errors
	/// If something else happened. That the signer could not pay the fee, or that the block was full, is no
	/// contradiction.
	pub fn hold_against(&self, fate: &Fate) -> Result<(), Broken> {
		let passing = matches!(
			fate,
			Fate::Refused(TransactionValidityError::Invalid(
				InvalidTransaction::Payment | InvalidTransaction::ExhaustsResources
			))
		);
		demand(passing || self.fates.contains(fate), self.source, || {
			format!("{fate:?}, not one of {:?}", self.fates)
		})
	}
}

/// The call that an operation comes to. To be asked on the state.
pub fn plan(operation: &Operation) -> Option<Plan> {
	match operation {
		Operation::Post(_)
		| Operation::Cancel { .. }
		| Operation::Claim { .. }
		| Operation::ClaimAsWorker { .. }
		| Operation::Receipt { .. }
		| Operation::Poke { .. }
		| Operation::Equivocate { .. } => jobs::plan(operation),
		Operation::Register { .. }
		| Operation::Bond { .. }
		| Operation::Unbond { .. }
		| Operation::Withdraw { .. }
		| Operation::AddKey { .. }
		| Operation::RemoveKey { .. }
		| Operation::Deregister { .. }
		| Operation::Chill { .. }
		| Operation::Unchill { .. }
		| Operation::Exit { .. }
		| Operation::ForgetKey { .. } => staking::plan(operation),
		Operation::Delegation(delegation) => delegation::plan(delegation),
		Operation::SetOffer { .. }
		| Operation::RemoveOffer { .. }
		| Operation::PruneOffer { .. }
		| Operation::SetPolicy { .. } => pricing::plan(operation),
		Operation::RegisterModel { .. }
		| Operation::Retire { .. }
		| Operation::Remove { .. }
		| Operation::Publish { .. }
		| Operation::RemoveVersion { .. }
		| Operation::OfferOwnership { .. }
		| Operation::WithdrawOwnershipOffer { .. }
		| Operation::AcceptOwnership { .. } => models::plan(operation),
		Operation::Royalty(royalty) => royalties::plan(royalty),
		Operation::Governance(governance) => governance::plan(governance),
		Operation::Account(account) => accounts::plan(account),
		Operation::Bounty(bounty) => bounties::plan(bounty),
		Operation::Validator { who, what } => validators::plan(*who, *what),
		Operation::Transfer { from, to, amount } => transfer(*from, *to, *amount),
		Operation::SetParameter { by_root, value } => {
			Plan::by_root_or(Actor::Ferdie, *by_root, governed(value))
		}
		Operation::Raw { who, bytes } => match who {
			Some(who) => Plan::by(*who, raw(bytes)?),
			None => Plan::by_nobody(raw(bytes)?),
		},
		Operation::Blocks { .. } | Operation::Wait { .. } | Operation::Stall => None,
	}
}

/// Hash of the genesis block, as it stands in every signature.
fn genesis() -> H256 {
	athanor_runtime::System::block_hash(0)
}

/// The actor whose account this is, if the pick is for one that fits; or else any.
fn owner(pick: Pick, fitting: Option<&AccountId>) -> Actor {
	pick.fitting(fitting.and_then(Actor::with))
		.unwrap_or(Actor::of(pick.number()))
}

/// An actor that fits, or else any.
fn one_that(pick: Pick, fits: impl Fn(&AccountId) -> bool) -> Actor {
	let fitting = Actor::ALL
		.into_iter()
		.filter(|actor| fits(&actor.account()));
	pick.fitting(fitting).unwrap_or(Actor::of(pick.number()))
}

fn free(actor: Actor) -> Balance {
	Balances::free_balance(actor.account())
}

/// Fitting is a transfer from the richest to the poorest: it keeps everybody able to act.
fn transfer(from: Pick, to: Pick, amount: Amount) -> Option<Plan> {
	let richest = Actor::ALL.into_iter().max_by_key(|actor| free(*actor));
	let poorest = Actor::ALL.into_iter().min_by_key(|actor| free(*actor));
	let from = from.fitting(richest).unwrap_or(Actor::of(from.number()));
	let to = to.fitting(poorest).unwrap_or(Actor::of(to.number()));
	let dest = to.account().into();
	type Call = pallet_balances::Call<Runtime>;
	let call = match amount {
		Amount::Ath(ath) => Call::transfer_allow_death {
			dest,
			value: u128::from(ath) * ATH,
		},
		Amount::Dust(hundredths) => Call::transfer_allow_death {
			dest,
			value: EXISTENTIAL_DEPOSIT / 100 * u128::from(hundredths),
		},
		Amount::Quarter => Call::transfer_keep_alive {
			dest,
			value: free(from) / 4,
		},
		Amount::AllAndLeave => Call::transfer_all {
			dest,
			keep_alive: false,
		},
		Amount::AllAndStay => Call::transfer_all {
			dest,
			keep_alive: true,
		},
		Amount::TooMuch => Call::transfer_allow_death {
			dest,
			value: free(from) + 1,
		},
	};
	Plan::by(from, call)
}

/// The call that sets a governed value.
pub fn governed(value: &Parameter) -> RuntimeCall {
	macro_rules! set {
		($module:ident :: $name:ident, $value:expr) => {
			$module::Parameters::$name($module::$name, $value)
		};
	}
	let of_market = match *value {
		Parameter::StakeMultiple(value) => set!(market::StakeMultiple, value),
		Parameter::Retention(value) => set!(market::Retention, value),
		Parameter::TimeoutSlash(value) => set!(market::TimeoutSlash, value),
		Parameter::EquivocationSlash(value) => set!(market::EquivocationSlash, value),
		Parameter::TreasuryShare(value) => set!(market::TreasuryShare, value),
		Parameter::BurnShare(value) => set!(market::BurnShare, value),
		Parameter::MaxRoyalty(value) => set!(market::MaxRoyalty, value),
		Parameter::RequesterPenalty(value) => set!(market::RequesterPenalty, value),
		Parameter::ReporterShare(value) => set!(market::ReporterShare, value),
		Parameter::MaxEraSlash(value) => set!(market::MaxEraSlash, value),
		Parameter::AppealPeriod(value) => set!(market::AppealPeriod, value),
		Parameter::MaxCommission(value) => set!(market::MaxCommission, value),
		Parameter::MaxCommissionChange(value) => set!(market::MaxCommissionChange, value),
		Parameter::MaxDelegation(value) => set!(market::MaxDelegation, value),
		Parameter::PricePeriod(value) => {
			let parameter = RuntimeParameters::Pricing(set!(pricing_values::Period, value));
			return pallet_origins::Call::<Runtime>::set_parameter { parameter }.into();
		}
		Parameter::BaseWorkPeriod(value) => set!(market::BaseWorkPeriod, value),
		Parameter::SettlePeriod(value) => set!(market::SettlePeriod, value),
		Parameter::TimeoutPause(value) => set!(market::TimeoutPause, value),
	};
	let parameter = RuntimeParameters::Market(of_market);
	pallet_origins::Call::<Runtime>::set_parameter { parameter }.into()
}

/// A call of ours from bytes: pallet, call, and arguments, with zeros for those that are missing. `None` if
/// they make none.
fn raw(bytes: &[u8]) -> Option<RuntimeCall> {
	/// Room for the arguments of any call.
	const ZEROS: usize = 512;
	/// Indices of the pallets whose calls are ours, in the order of [`crate::coverage::PALLETS`].
	const PALLETS: [u8; crate::coverage::PALLETS.len()] = [32, 20, 21, 22, 23, 24];

	let (pallet, arguments) = bytes.split_first()?;
	let mut encoded = vec![PALLETS[usize::from(*pallet) % PALLETS.len()]];
	encoded.extend(arguments);
	encoded.extend([0; ZEROS]);
	if let Some(call) = encoded.get_mut(1) {
		*call %= 24;
	}
	RuntimeCall::decode(&mut encoded.as_slice()).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use polkadot_sdk::frame_support::traits::GetCallMetadata;

	#[test]
	fn bytes_reach_the_calls_of_every_pallet_of_ours() {
		for (byte, pallet) in (0..).zip(crate::coverage::PALLETS) {
			let call = raw(&[byte, 1]).expect("zeros are arguments of a small call");
			assert_eq!(call.get_call_metadata().pallet_name, pallet);
		}
		assert_eq!(raw(&[1, 15]), None, "there are not so many calls");
	}
}
