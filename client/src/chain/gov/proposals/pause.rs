//! A call is paused in an emergency, or unpaused.

use subxt::{Metadata, ext::scale_value::ValueDef};

use super::Change;
use crate::{
	chain::{
		calls::encode,
		gov::{decoded::Decoded, shown::bytes},
		names::{Item, calls, storage},
		view::View,
	},
	error::Error,
};

/// A call is paused or unpaused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
	pallet: String,
	call: String,
	/// Whether it is paused afterwards.
	pauses: bool,
}

impl Pause {
	/// The call of this name, such as `Jobs.post`.
	///
	/// # Errors
	/// [`Error::Input`] when that is not the form of a name, [`Error::NotFound`] when there is no such call.
	pub fn parse(metadata: &Metadata, name: &str, pauses: bool) -> Result<Self, Error> {
		let (pallet, call) = name.split_once('.').ok_or_else(|| {
			Error::Input(format!(
				"`{name}` is no name of a call; write pallet and call, such as Jobs.post"
			))
		})?;
		let found = metadata
			.pallets()
			.find(|one| one.name().eq_ignore_ascii_case(pallet))
			.ok_or_else(|| {
				let names: Vec<_> = metadata
					.pallets()
					.filter(|pallet| pallet.call_variants().is_some())
					.map(|pallet| pallet.name())
					.collect();
				Error::NotFound(format!(
					"there is no pallet {pallet}; there are {}",
					names.join(", ")
				))
			})?;
		if found.call_variant_by_name(call).is_none() {
			let variants = found.call_variants().unwrap_or_default();
			let names: Vec<_> = variants
				.iter()
				.map(|variant| variant.name.as_str())
				.collect();
			return Err(Error::NotFound(format!(
				"{} has no call {call}; it has {}",
				found.name(),
				names.join(", ")
			)));
		}
		Ok(Self {
			pallet: found.name().to_owned(),
			call: call.to_owned(),
			pauses,
		})
	}

	fn item(&self) -> Item {
		if self.pauses {
			calls::PAUSE_CALL
		} else {
			calls::UNPAUSE_CALL
		}
	}

	fn name(&self) -> (Vec<u8>, Vec<u8>) {
		(
			self.pallet.clone().into_bytes(),
			self.call.clone().into_bytes(),
		)
	}

	pub(super) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		encode(metadata, self.item(), &(self.name(),))
	}

	pub(super) fn track(&self) -> &'static str {
		"emergency_pause"
	}

	pub(super) async fn change(&self, view: &View) -> Result<Change, Error> {
		let stored: Option<()> = view.get(storage::PAUSED_CALLS, (self.name(),)).await?;
		let text = |paused: bool| String::from(if paused { "paused" } else { "not paused" });
		Ok(Change {
			what: format!("{}.{}", self.pallet, self.call),
			now: text(stored.is_some()),
			proposed: text(self.pauses),
			effective_now: None,
			effective: None,
		})
	}
}

pub(super) fn read(call: &Decoded) -> Option<Pause> {
	let is = |item: Item| (call.pallet.as_str(), call.name.as_str()) == (item.pallet, item.name);
	let pauses = is(calls::PAUSE_CALL);
	if !pauses && !is(calls::UNPAUSE_CALL) {
		return None;
	}
	// A pair, whatever it is called.
	let (_, name) = call.fields.first()?;
	let ValueDef::Composite(parts) = &name.value else {
		return None;
	};
	let mut parts = parts
		.values()
		.map(|part| bytes(part).and_then(|bytes| String::from_utf8(bytes).ok()));
	Some(Pause {
		pallet: parts.next()??,
		call: parts.next()??,
		pauses,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{gov::decode_call, tests::metadata};
	use athanor_runtime::RuntimeCall;
	use codec::Decode;
	use polkadot_sdk::pallet_tx_pause;

	#[test]
	fn pauses_arrive_and_are_known_again() {
		let name = || {
			(
				b"Jobs".to_vec().try_into().unwrap(),
				b"post".to_vec().try_into().unwrap(),
			)
		};
		for (pauses, arrived) in [
			(true, pallet_tx_pause::Call::pause { full_name: name() }),
			(false, pallet_tx_pause::Call::unpause { ident: name() }),
		] {
			let pause = Pause::parse(metadata(), "jobs.post", pauses).unwrap();
			let bytes = pause.encode(metadata()).unwrap();
			assert_eq!(
				RuntimeCall::decode(&mut &bytes[..]).unwrap(),
				arrived.into()
			);
			let found = read(&decode_call(&bytes, metadata()).unwrap());
			assert_eq!(found, Some(pause));
		}
	}

	#[test]
	fn what_there_is_not_is_answered_with_what_there_is() {
		for (name, code, part) in [
			("post", 2, "such as Jobs.post"),
			("Nonsense.post", 3, "Jobs"),
			("Jobs.nonsense", 3, "Jobs has no call nonsense; it has post"),
		] {
			let error = Pause::parse(metadata(), name, true).unwrap_err();
			assert_eq!(error.exit_code(), code);
			assert!(error.to_string().contains(part), "{error}");
		}
	}
}
