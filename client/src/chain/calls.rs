//! Every call of the chain that an account signs.

use athanor_primitives::{
	JobId, ModelId, Signature, WorkerKey, eligibility::Attributes, job::JobRequest,
	model::PriceClass, policy::Policy, price::Price, receipt::SignedReceipt,
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
		delegation::DelegationCall,
		gov::calls::{GovCall, batch},
		models::{ModelSpec, VersionSpec},
		names::{Item, calls},
		royalty::RoyaltyCall,
		types::AccountId,
		wire::ToWire,
	},
	error::{Error, misfit},
};

/// A call, ready to be signed. Receipts and workers' claims are not among them: nobody signs those as
/// an account.
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
	/// Lets a model take new jobs and offers for a while only.
	RetireModel(ModelId),
	/// Removes a retired model after its grace.
	RemoveModel(ModelId),
	/// Publishes a new version of a model.
	PublishVersion {
		/// The model.
		model: ModelId,
		/// The version.
		spec: VersionSpec,
	},
	/// Removes a superseded version of a model after its grace.
	RemoveVersion {
		/// The model.
		model: ModelId,
		/// The version.
		version: u32,
	},
	/// Offers a model to another account.
	OfferOwnership {
		/// The model.
		model: ModelId,
		/// To whom.
		to: AccountId,
	},
	/// Takes back the offer of a model.
	WithdrawOwnershipOffer(ModelId),
	/// Takes over a model that is offered to the sender.
	AcceptOwnership(ModelId),
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
	/// Drops a removed worker key that nobody answers for any more.
	ForgetWorkerKey {
		/// The key.
		key: WorkerKey,
	},
	/// Ends being a provider.
	DeregisterProvider,
	/// Keeps new work from the sender.
	Chill,
	/// Lets the sender get work again.
	Unchill,
	/// Keeps new work from the sender and unbonds everything.
	Exit,
	/// Carries out a slash whose time for an appeal is over.
	EnactSlash {
		/// Its number.
		slash: u64,
	},
	/// Publishes or changes an offer.
	SetOffer {
		/// The model.
		model: ModelId,
		/// The version of the model.
		version: u32,
		/// Units per token.
		price: Price,
		/// Jobs at the same time.
		slots: u32,
		/// What is stated about the machines.
		attributes: Attributes,
	},
	/// Withdraws an offer.
	RemoveOffer {
		/// The model.
		model: ModelId,
		/// The version of the model.
		version: u32,
	},
	/// Removes the offer of somebody who cannot fulfil it.
	PruneOffer {
		/// The model.
		model: ModelId,
		/// The version of the model.
		version: u32,
		/// Whose offer.
		provider: AccountId,
	},
	/// Sets how the price of a class follows the demand. Governance only.
	SetPolicy {
		/// For which class.
		class: PriceClass,
		/// How.
		policy: Policy,
	},
	/// Posts a job.
	PostJob(JobRequest<AccountId, u32>),
	/// Takes a job back that nobody has.
	CancelJob(JobId),
	/// Does what is due for a job.
	PokeJob(JobId),
	/// Takes an `Open` job.
	ClaimJob(JobId),
	/// Puts stake behind a provider, or does something about what is there.
	Delegation(DelegationCall),
	/// Splits a royalty, or does something about one that is split.
	Royalty(RoyaltyCall),
	/// Takes part in governance.
	Governance(GovCall),
	/// Several calls as one transaction: all succeed, or none.
	BatchAll(Vec<Call>),
	/// Shows two different receipts that one worker key signed for one job.
	ReportEquivocation {
		/// One.
		first: Box<SignedReceipt>,
		/// The other.
		second: Box<SignedReceipt>,
	},
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
			Self::PublishVersion { .. } => calls::PUBLISH_VERSION,
			Self::RemoveVersion { .. } => calls::REMOVE_VERSION,
			Self::OfferOwnership { .. } => calls::OFFER_OWNERSHIP,
			Self::WithdrawOwnershipOffer(_) => calls::WITHDRAW_OWNERSHIP_OFFER,
			Self::AcceptOwnership(_) => calls::ACCEPT_OWNERSHIP,
			Self::RegisterProvider { .. } => calls::REGISTER_PROVIDER,
			Self::Bond { .. } => calls::BOND,
			Self::Unbond { .. } => calls::UNBOND,
			Self::Withdraw => calls::WITHDRAW,
			Self::AddWorkerKey { .. } => calls::ADD_WORKER_KEY,
			Self::RemoveWorkerKey { .. } => calls::REMOVE_WORKER_KEY,
			Self::ForgetWorkerKey { .. } => calls::FORGET_WORKER_KEY,
			Self::DeregisterProvider => calls::DEREGISTER_PROVIDER,
			Self::Chill => calls::CHILL,
			Self::Unchill => calls::UNCHILL,
			Self::Exit => calls::EXIT,
			Self::EnactSlash { .. } => calls::ENACT_SLASH,
			Self::SetOffer { .. } => calls::SET_OFFER,
			Self::RemoveOffer { .. } => calls::REMOVE_OFFER,
			Self::PruneOffer { .. } => calls::PRUNE_OFFER,
			Self::SetPolicy { .. } => calls::SET_POLICY,
			Self::PostJob(_) => calls::POST,
			Self::CancelJob(_) => calls::CANCEL,
			Self::PokeJob(_) => calls::POKE,
			Self::ClaimJob(_) => calls::CLAIM,
			Self::ReportEquivocation { .. } => calls::REPORT_EQUIVOCATION,
			Self::Delegation(call) => call.item(),
			Self::Royalty(call) => call.item(),
			Self::Governance(call) => call.item(),
			Self::BatchAll(_) => calls::BATCH_ALL,
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
			Self::PublishVersion { model, spec } => {
				encode(metadata, item, &(*model, spec.to_raw()))
			}
			Self::OfferOwnership { model, to } => encode(metadata, item, &(*model, *to)),
			Self::RetireModel(model)
			| Self::RemoveModel(model)
			| Self::WithdrawOwnershipOffer(model)
			| Self::AcceptOwnership(model) => encode(metadata, item, &(*model,)),
			Self::RemoveVersion { model, version } | Self::RemoveOffer { model, version } => {
				encode(metadata, item, &(*model, *version))
			}
			Self::RegisterProvider { stake: amount }
			| Self::Bond { amount }
			| Self::Unbond { amount } => encode(metadata, item, &(*amount,)),
			Self::Withdraw
			| Self::DeregisterProvider
			| Self::Chill
			| Self::Unchill
			| Self::Exit => encode(metadata, item, &()),
			Self::EnactSlash { slash } => encode(metadata, item, &(*slash,)),
			Self::AddWorkerKey { key, proof } => encode(metadata, item, &(*key, *proof)),
			Self::RemoveWorkerKey { key } | Self::ForgetWorkerKey { key } => {
				encode(metadata, item, &(*key,))
			}
			Self::SetOffer {
				model,
				version,
				price,
				slots,
				attributes,
			} => encode(
				metadata,
				item,
				&(
					*model,
					*version,
					price.to_raw(),
					*slots,
					attributes.to_raw(),
				),
			),
			Self::PruneOffer {
				model,
				version,
				provider,
			} => encode(metadata, item, &(*model, *version, *provider)),
			Self::SetPolicy { class, policy } => {
				encode(metadata, item, &(class.to_raw(), policy.to_raw()))
			}
			Self::PostJob(request) => encode(metadata, item, &(request.to_raw(),)),
			Self::CancelJob(job) | Self::PokeJob(job) | Self::ClaimJob(job) => {
				encode(metadata, item, &(*job,))
			}
			Self::ReportEquivocation { first, second } => {
				encode(metadata, item, &(first.to_raw(), second.to_raw()))
			}
			Self::Delegation(call) => call.encode(metadata),
			Self::Royalty(call) => call.encode(metadata),
			Self::Governance(call) => call.encode(metadata),
			Self::BatchAll(calls) => {
				batch(metadata, calls.iter().map(|call| call.encode(metadata)))
			}
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
