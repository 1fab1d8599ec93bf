//! What people propose, by name. Each kind of proposal has a file: how its call is made, how it is known again
//! in a call, and what it would change.
//!
//! A kind that is added needs a variant of [`Proposal`], in each of its functions, and a line in
//! [`View::changes`].

mod cancel_slash;
mod parameter;
mod pause;
mod policy;
mod spend;

use serde::Serialize;
use subxt::Metadata;

use crate::{
	chain::{
		gov::{decoded::Decoded, trial::Effective},
		view::View,
	},
	error::Error,
};

pub use self::{
	cancel_slash::CancelSlash,
	parameter::SetParameter,
	pause::Pause,
	policy::{SetPolicy, class_name},
	spend::Spend,
};

/// Something to decide on.
#[derive(Clone, Debug, PartialEq)]
pub enum Proposal {
	/// A governed parameter gets a value.
	Parameter(SetParameter),
	/// A price class gets a policy.
	Policy(SetPolicy),
	/// The treasury pays somebody.
	Spend(Spend),
	/// A call is paused or unpaused.
	Pause(Pause),
	/// A pending slash is cancelled.
	CancelSlash(CancelSlash),
	/// Any call, in SCALE.
	Call(Vec<u8>),
}

impl Proposal {
	/// The call that does it, as the runtime with this metadata reads it.
	///
	/// # Errors
	/// [`Error::Input`] when it is no call of that runtime.
	pub fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		match self {
			Self::Parameter(parameter) => parameter.encode(metadata),
			Self::Policy(policy) => policy.encode(metadata),
			Self::Spend(spend) => spend.encode(metadata),
			Self::Pause(pause) => pause.encode(metadata),
			Self::CancelSlash(cancel) => cancel.encode(metadata),
			Self::Call(bytes) => {
				super::decode_call(bytes, metadata)?;
				Ok(bytes.clone())
			}
		}
	}

	/// The name of the track that it usually takes, if one is known.
	pub fn track(&self) -> Option<&'static str> {
		match self {
			Self::Parameter(parameter) => parameter.track(),
			Self::Policy(policy) => Some(policy.track()),
			Self::Spend(spend) => Some(spend.track()),
			Self::Pause(pause) => Some(pause.track()),
			Self::CancelSlash(cancel) => Some(cancel.track()),
			Self::Call(_) => None,
		}
	}
}

/// Something that a proposal would change, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
	/// What.
	pub what: String,
	/// How it is now, as a proposal that changes nothing would say it.
	pub now: String,
	/// What takes effect now, where that is something else: on a development chain, periods are shorter.
	pub effective_now: Option<String>,
	/// What is proposed.
	pub proposed: String,
	/// What would take effect, where that is something else.
	pub effective: Option<String>,
}

impl View {
	/// What a call would change, as far as this client knows it. `after` has the parameters afterwards, from
	/// [`View::try_call`].
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn changes(
		&self,
		call: &Decoded,
		after: Option<&[Effective]>,
	) -> Result<Vec<Change>, Error> {
		let mut changes = Vec::new();
		for part in call.parts() {
			if let Some(parameter) = parameter::read(&part) {
				changes.push(parameter.change(self, after).await?);
			}
			if let Some(policy) = policy::read(&part) {
				changes.extend(policy.changes(self).await?);
			}
			if let Some(spend) = spend::read(&part, self.metadata()) {
				changes.push(spend.change(self).await?);
			}
			if let Some(pause) = pause::read(&part) {
				changes.push(pause.change(self).await?);
			}
			if let Some(cancel) = cancel_slash::read(&part) {
				changes.push(cancel.change(self).await?);
			}
		}
		Ok(changes)
	}
}
