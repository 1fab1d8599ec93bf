//! Transactions without a signer: version 5, *general*.
//!
//! `compact length ‖ 0x45 ‖ extension version 0 ‖ explicit bytes of each extension, in the order of
//! the metadata ‖ call`. Receipts and workers' claims go in like this: the call carries its own
//! authorisation.

use athanor_primitives::{
	claim::SignedClaim,
	receipt::{Delivery, SignedReceipt},
};
use subxt::{
	Metadata,
	ext::{
		frame_decode::extrinsics::{
			ExtrinsicEncodeError, TransactionExtensions, TransactionExtensionsError,
			encode_v5_general,
		},
		scale_encode::EncodeAsFields,
		scale_type_resolver::TypeResolver,
	},
};

use crate::{
	chain::{
		names::{Item, calls, extensions},
		wire::ToWire,
	},
	error::{Error, misfit},
};

/// Version of the extensions. The chain has had one set of them so far.
const EXTENSION_VERSION: u8 = 0;

/// The transaction that submits a receipt, with its length in front, as nodes take it.
///
/// # Errors
/// When the runtime wants a transaction extension that this client does not know.
pub fn receipt_transaction(
	metadata: &Metadata,
	signed: &SignedReceipt,
	delivery: Option<&Delivery>,
) -> Result<Vec<u8>, Error> {
	let arguments = (signed.to_raw(), delivery.map(ToWire::to_raw));
	general(metadata, calls::SUBMIT_RECEIPT, &arguments)
}

/// The transaction that submits a worker's claim, with its length in front, as nodes take it.
///
/// # Errors
/// When the runtime wants a transaction extension that this client does not know.
pub fn claim_transaction(metadata: &Metadata, signed: &SignedClaim) -> Result<Vec<u8>, Error> {
	general(metadata, calls::CLAIM_AS_WORKER, &(signed.to_raw(),))
}

fn general(
	metadata: &Metadata,
	item: Item,
	arguments: &impl EncodeAsFields,
) -> Result<Vec<u8>, Error> {
	encode_v5_general(
		item.pallet,
		item.name,
		arguments,
		EXTENSION_VERSION,
		&NoSigner,
		metadata,
		metadata.types(),
	)
	.map_err(explain)
}

fn explain(error: ExtrinsicEncodeError) -> Error {
	match error {
		ExtrinsicEncodeError::TransactionExtensions(TransactionExtensionsError::NotFound(name)) => {
			misfit(format!("it wants the transaction extension {name}"))
		}
		other => misfit(other),
	}
}

/// The extensions' contents when nobody signs. The encoder skips extensions of no size, and takes
/// `None` for one that is an `Option`; what is left has to be known by name.
struct NoSigner;

fn value(name: &str) -> Option<&'static [u8]> {
	extensions::WITHOUT_SIGNER
		.iter()
		.find(|known| known.0 == name)
		.map(|known| known.1)
}

impl<Resolver: TypeResolver> TransactionExtensions<Resolver> for NoSigner {
	fn contains_extension(&self, name: &str) -> bool {
		value(name).is_some()
	}

	fn encode_extension_value_to(
		&self,
		name: &str,
		_type_id: Resolver::TypeId,
		_types: &Resolver,
		out: &mut Vec<u8>,
	) -> Result<(), TransactionExtensionsError> {
		let bytes =
			value(name).ok_or_else(|| TransactionExtensionsError::NotFound(name.to_owned()))?;
		out.extend_from_slice(bytes);
		Ok(())
	}

	/// Implicit bytes are for those who sign.
	fn encode_extension_implicit_to(
		&self,
		name: &str,
		_type_id: Resolver::TypeId,
		_types: &Resolver,
		_out: &mut Vec<u8>,
	) -> Result<(), TransactionExtensionsError> {
		Err(TransactionExtensionsError::NotFound(name.to_owned()))
	}
}
