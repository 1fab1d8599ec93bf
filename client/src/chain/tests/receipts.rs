//! Receipts and claims: transactions without a signer.

use athanor_primitives::{
	H256,
	claim::{Claim, SignedClaim},
	receipt::{Delivery, SignedReceipt},
};
use athanor_runtime::{RuntimeCall, UncheckedExtrinsic};
use codec::{Compact, Decode, Encode};
use polkadot_sdk::sp_runtime::generic::Preamble;
use subxt::Metadata;

use super::{METADATA, receipt};
use crate::{
	chain::{claim_transaction, receipt_transaction},
	error::Error,
};

fn delivery() -> Delivery {
	Delivery {
		tokens: vec![3, 1, 4, 1, 5],
		text: "héllo".into(),
		signature: [4; 64],
	}
}

#[test]
fn a_receipt_is_the_documented_general_transaction() {
	let signed = receipt().signed;
	for delivery in [Some(delivery()), None] {
		let mut body = vec![
			0x45, // general, version 5
			0,    // extension version
			0,    // CheckMortality: immortal
			0,    // CheckNonce: compact 0
			0,    // ChargeTransactionPayment: compact 0
			0,    // CheckMetadataHash: disabled
			23, 2, // Jobs.submit_receipt
		];
		body.extend(signed.encode());
		body.extend(delivery.encode());
		let mut expected = Compact(u32::try_from(body.len()).unwrap()).encode();
		expected.extend(body);
		let made = receipt_transaction(&METADATA, &signed, delivery.as_ref()).unwrap();
		assert_eq!(hex::encode(&made), hex::encode(&expected));
	}
}

#[test]
fn the_runtime_reads_a_receipt_as_general() {
	let signed = receipt().signed;
	let bytes = receipt_transaction(&METADATA, &signed, Some(&delivery())).unwrap();
	let transaction = UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap();
	assert!(matches!(transaction.preamble, Preamble::General(..)));
	assert_eq!(
		transaction.function,
		RuntimeCall::Jobs(athanor_jobs::Call::submit_receipt {
			signed,
			delivery: Some(delivery())
		})
	);
	assert_eq!(transaction.encode(), bytes);
}

#[test]
fn the_runtime_reads_a_claim_as_general() {
	let signed = SignedClaim {
		claim: Claim {
			job: 4,
			valid_until: 90,
		},
		genesis: H256([1; 32]),
		worker: [2; 32],
		signature: [3; 64],
	};
	let bytes = claim_transaction(&METADATA, &signed).unwrap();
	// The call, after the length, the version and the extensions.
	let mut call = vec![23, 5];
	call.extend(signed.encode());
	assert!(bytes.ends_with(&call));
	let transaction = UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap();
	assert!(matches!(transaction.preamble, Preamble::General(..)));
	assert_eq!(
		transaction.function,
		RuntimeCall::Jobs(athanor_jobs::Call::claim_as_worker { claim: signed })
	);
	assert_eq!(transaction.encode(), bytes);
}

/// Metadata with a call like the runtime's and the transaction extensions of these names. One named
/// `Empty…` has no size, one named `Optional…` is an `Option`, any other is a byte.
pub fn synthetic(extensions: &'static [&'static str]) -> Metadata {
	use scale_info::{TypeInfo, meta_type};
	use subxt::ext::frame_metadata::v16;

	#[allow(dead_code, non_camel_case_types)]
	#[derive(TypeInfo)]
	enum Calls {
		#[codec(index = 2)]
		submit_receipt {
			signed: SignedReceipt,
			delivery: Option<Delivery>,
		},
	}

	let jobs = v16::PalletMetadata {
		name: "Jobs",
		storage: None,
		calls: Some(v16::PalletCallMetadata {
			ty: meta_type::<Calls>(),
			deprecation_info: v16::EnumDeprecationInfo::nothing_deprecated(),
		}),
		event: None,
		constants: vec![],
		error: None,
		associated_types: vec![],
		view_functions: vec![],
		index: 23,
		docs: vec![],
		deprecation_info: v16::ItemDeprecationInfo::NotDeprecated,
	};
	let size = |name: &str| match name {
		name if name.starts_with("Empty") => meta_type::<()>(),
		name if name.starts_with("Optional") => meta_type::<Option<u32>>(),
		_ => meta_type::<u8>(),
	};
	let known: Vec<_> = extensions
		.iter()
		.map(|name| v16::TransactionExtensionMetadata {
			identifier: *name,
			ty: size(name),
			implicit: meta_type::<u32>(),
		})
		.collect();
	let order = (0..u32::try_from(known.len()).unwrap())
		.map(Compact)
		.collect();
	v16::RuntimeMetadataV16::new(
		vec![jobs],
		v16::ExtrinsicMetadata {
			versions: vec![4, 5],
			address_ty: meta_type::<u8>(),
			call_ty: meta_type::<Calls>(),
			signature_ty: meta_type::<u8>(),
			transaction_extensions_by_version: [(0u8, order)].into_iter().collect(),
			transaction_extensions: known,
		},
		vec![],
		v16::OuterEnums {
			call_enum_ty: meta_type::<Calls>(),
			event_enum_ty: meta_type::<()>(),
			error_enum_ty: meta_type::<()>(),
		},
		v16::CustomMetadata {
			map: Default::default(),
		},
	)
	.try_into()
	.unwrap()
}

#[test]
fn extensions_follow_the_order_of_the_metadata() {
	let metadata = synthetic(&[
		"EmptyA",
		"CheckMetadataHash",
		"OptionalB",
		"CheckNonce",
		"EmptyC",
	]);
	let signed = receipt().signed;
	let made = receipt_transaction(&metadata, &signed, None).unwrap();
	let mut body = vec![0x45, 0, 0, 0, 0, 23, 2];
	body.extend(signed.encode());
	body.push(0);
	assert_eq!(made, body.encode());
}

#[test]
fn an_unknown_extension_is_named() {
	let metadata = synthetic(&["CheckNonce", "CheckTheWeather"]);
	let error = receipt_transaction(&metadata, &receipt().signed, None).unwrap_err();
	assert!(matches!(error, Error::Incompatible(_)));
	assert!(error.to_string().contains("CheckTheWeather"), "{error}");
}

#[test]
fn a_receipt_that_is_cut_anywhere_is_no_transaction() {
	let bytes = receipt_transaction(&METADATA, &receipt().signed, Some(&delivery())).unwrap();
	let mut body = &bytes[..];
	Compact::<u32>::decode(&mut body).unwrap();
	for cut in 0..body.len() {
		// Both as it is, and with a length that says so.
		let length = Compact(u32::try_from(cut).unwrap()).encode();
		let shorter = [&length, &body[..cut]].concat();
		for bytes in [&shorter[..], &bytes[..bytes.len() - body.len() + cut]] {
			let read = UncheckedExtrinsic::decode(&mut &bytes[..]);
			assert!(read.is_err(), "{cut} of {} bytes", body.len());
		}
	}
}
