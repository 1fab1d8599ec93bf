//! Every call of the chain that an account signs.

use athanor_primitives::{
	JobId, ModelId, Signature, WorkerKey,
	job::JobRequest,
	model::PriceClass,
	price::{Price, PriceBounds},
};
use subxt::{
	Metadata,
	ext::{
		frame_decode::extrinsics::encode_call_data,
		scale_encode::{self, EncodeAsFields, FieldIter},
		scale_type_resolver::TypeResolver,
	},
	utils::MultiAddress,
};

use crate::{
	chain::{
		names::{Item, calls},
		types::{AccountId, ModelSpec},
		wire::ToWire,
	},
	error::{Error, misfit},
};

/// A call, ready to be signed. Receipts are not among them: nobody signs those as an account.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
	/// Sends money; refused if it would leave the sender below the existential deposit.
	Transfer {
		/// To whom.
		to: AccountId,
		/// Units.
		amount: u128,
	},
	/// Registers a model.
	RegisterModel(ModelSpec),
	/// Lets a model take no new jobs and offers.
	RetireModel(ModelId),
	/// Removes a retired model after its grace.
	RemoveModel(ModelId),
	/// Makes the sender a provider.
	RegisterProvider {
		/// Units to stake.
		stake: u128,
	},
	/// Stakes more.
	Bond {
		/// Units.
		amount: u128,
	},
	/// Asks for stake back.
	Unbond {
		/// Units.
		amount: u128,
	},
	/// Takes back what has unbonded.
	Withdraw,
	/// Registers a worker key.
	AddWorkerKey {
		/// The key.
		key: WorkerKey,
		/// Its signature over
		/// [`worker_key_payload`](athanor_primitives::worker_key::worker_key_payload).
		proof: Signature,
	},
	/// Removes a worker key.
	RemoveWorkerKey {
		/// The key.
		key: WorkerKey,
	},
	/// Ends being a provider.
	DeregisterProvider,
	/// Publishes or changes an offer.
	SetOffer {
		/// The model.
		model: ModelId,
		/// Units per token.
		price: Price,
		/// Jobs at the same time.
		slots: u32,
	},
	/// Withdraws an offer.
	RemoveOffer {
		/// The model.
		model: ModelId,
	},
	/// Removes the offer of somebody who cannot fulfil it.
	PruneOffer {
		/// The model.
		model: ModelId,
		/// Whose offer.
		provider: AccountId,
	},
	/// Sets governed price bounds. Governance only.
	SetBounds {
		/// For which class.
		class: PriceClass,
		/// The bounds.
		bounds: PriceBounds,
	},
	/// Posts a job.
	PostJob(JobRequest<AccountId, u32>),
	/// Takes a job back that nobody has.
	CancelJob(JobId),
	/// Does what is due for a job.
	PokeJob(JobId),
}

impl Call {
	/// The pallet and name of the call, such as `Jobs.post`.
	pub fn name(&self) -> String {
		let item = self.item();
		format!("{}.{}", item.pallet, item.name)
	}

	fn item(&self) -> Item {
		match self {
			Self::Transfer { .. } => calls::TRANSFER,
			Self::RegisterModel(_) => calls::REGISTER_MODEL,
			Self::RetireModel(_) => calls::RETIRE_MODEL,
			Self::RemoveModel(_) => calls::REMOVE_MODEL,
			Self::RegisterProvider { .. } => calls::REGISTER_PROVIDER,
			Self::Bond { .. } => calls::BOND,
			Self::Unbond { .. } => calls::UNBOND,
			Self::Withdraw => calls::WITHDRAW,
			Self::AddWorkerKey { .. } => calls::ADD_WORKER_KEY,
			Self::RemoveWorkerKey { .. } => calls::REMOVE_WORKER_KEY,
			Self::DeregisterProvider => calls::DEREGISTER_PROVIDER,
			Self::SetOffer { .. } => calls::SET_OFFER,
			Self::RemoveOffer { .. } => calls::REMOVE_OFFER,
			Self::PruneOffer { .. } => calls::PRUNE_OFFER,
			Self::SetBounds { .. } => calls::SET_BOUNDS,
			Self::PostJob(_) => calls::POST,
			Self::CancelJob(_) => calls::CANCEL,
			Self::PokeJob(_) => calls::POKE,
		}
	}

	/// The call as the runtime with this metadata reads it.
	pub(crate) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		let item = self.item();
		match self {
			Self::Transfer { to, amount } => {
				encode(metadata, item, &(MultiAddress::<_, u32>::Id(*to), *amount))
			}
			Self::RegisterModel(spec) => encode(metadata, item, &(spec.to_raw(),)),
			Self::RetireModel(model) | Self::RemoveModel(model) | Self::RemoveOffer { model } => {
				encode(metadata, item, &(*model,))
			}
			Self::RegisterProvider { stake: amount }
			| Self::Bond { amount }
			| Self::Unbond { amount } => encode(metadata, item, &(*amount,)),
			Self::Withdraw | Self::DeregisterProvider => encode(metadata, item, &()),
			Self::AddWorkerKey { key, proof } => encode(metadata, item, &(*key, *proof)),
			Self::RemoveWorkerKey { key } => encode(metadata, item, &(*key,)),
			Self::SetOffer {
				model,
				price,
				slots,
			} => encode(metadata, item, &(*model, price.to_raw(), *slots)),
			Self::PruneOffer { model, provider } => encode(metadata, item, &(*model, *provider)),
			Self::SetBounds { class, bounds } => {
				encode(metadata, item, &(class.to_raw(), bounds.to_raw()))
			}
			Self::PostJob(request) => encode(metadata, item, &(request.to_raw(),)),
			Self::CancelJob(job) | Self::PokeJob(job) => encode(metadata, item, &(*job,)),
		}
	}

	/// The call as the client library underneath takes it.
	pub(crate) fn payload(
		&self,
		metadata: &Metadata,
	) -> Result<subxt::tx::StaticPayload<Encoded>, Error> {
		let item = self.item();
		// Without the two bytes that say which call it is: those are put in front again.
		let fields = self.encode(metadata)?.split_off(2);
		Ok(subxt::tx::StaticPayload::new(
			item.pallet,
			item.name,
			Encoded(fields),
		))
	}
}

/// Encodes a call by the metadata: pallet and call index, then the arguments in order.
pub(crate) fn encode(
	metadata: &Metadata,
	item: Item,
	arguments: &impl EncodeAsFields,
) -> Result<Vec<u8>, Error> {
	encode_call_data(
		item.pallet,
		item.name,
		arguments,
		metadata,
		metadata.types(),
	)
	.map_err(|error| {
		misfit(format!(
			"cannot make {}.{}: {error}",
			item.pallet, item.name
		))
	})
}

/// Arguments that are encoded already.
pub(crate) struct Encoded(Vec<u8>);

impl EncodeAsFields for Encoded {
	fn encode_as_fields_to<R: TypeResolver>(
		&self,
		_fields: &mut dyn FieldIter<'_, R::TypeId>,
		_types: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		out.extend_from_slice(&self.0);
		Ok(())
	}
}
