//! How values cross between the chain and this client.
//!
//! What the chain stores is decoded by the names in its metadata, never by assumed layout, so that
//! a field added to a runtime type does no harm. The types of `athanor-primitives` cannot carry
//! those derives; [`Wire`] pairs each with a twin that does.

use athanor_primitives::{
	H256,
	claim::{Claim, SignedClaim},
	eligibility::{Attributes, Eligibility, Ineligible},
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	income::{Earned, Income},
	job::{Assignment, CloseReason, JobInput, JobRequest, PromptFormat, Sampler},
	model::{ModelHashes, NumericClass, PriceClass},
	policy::{Period, Policy, PolicyLimits, Replayed},
	pool::Pool,
	price::{Price, PriceBounds},
	receipt::{Delivery, Receipt, SignedReceipt},
	split::Payment,
};
use subxt::{
	dynamic::Value,
	ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType},
	utils::AccountId32,
};

/// A value that can be read from the chain.
pub trait Wire: Sized {
	/// The twin that metadata-aware decoding produces.
	type Raw: DecodeAsType;

	/// Takes the twin's place.
	fn from_raw(raw: Self::Raw) -> Self;
}

/// A value that can be sent to the chain.
pub trait ToWire {
	/// The twin that metadata-aware encoding takes.
	type Raw: EncodeAsType;

	/// Makes the twin.
	fn to_raw(&self) -> Self::Raw;
}

macro_rules! plain {
	($($ty:ty),*) => {
		$(
			impl Wire for $ty {
				type Raw = Self;

				fn from_raw(raw: Self) -> Self {
					raw
				}
			}

			impl ToWire for $ty {
				type Raw = Self;

				fn to_raw(&self) -> Self {
					self.clone()
				}
			}
		)*
	};
}

plain!(
	(),
	bool,
	u8,
	u16,
	u32,
	u64,
	u128,
	i64,
	H256,
	AccountId32,
	[u8; 2],
	[u8; 32],
	[u8; 64],
	Value
);

impl<T: Wire> Wire for Option<T> {
	type Raw = Option<T::Raw>;

	fn from_raw(raw: Self::Raw) -> Self {
		raw.map(T::from_raw)
	}
}

impl<T: ToWire> ToWire for Option<T> {
	type Raw = Option<T::Raw>;

	fn to_raw(&self) -> Self::Raw {
		self.as_ref().map(T::to_raw)
	}
}

impl<T: Wire, E: Wire> Wire for Result<T, E> {
	type Raw = Result<T::Raw, E::Raw>;

	fn from_raw(raw: Self::Raw) -> Self {
		raw.map(T::from_raw).map_err(E::from_raw)
	}
}

impl<T: Wire> Wire for Vec<T> {
	type Raw = Vec<T::Raw>;

	fn from_raw(raw: Self::Raw) -> Self {
		raw.into_iter().map(T::from_raw).collect()
	}
}

impl<T: ToWire> ToWire for Vec<T> {
	type Raw = Vec<T::Raw>;

	fn to_raw(&self) -> Self::Raw {
		self.iter().map(T::to_raw).collect()
	}
}

impl<A: Wire, B: Wire> Wire for (A, B) {
	type Raw = (A::Raw, B::Raw);

	fn from_raw((a, b): Self::Raw) -> Self {
		(A::from_raw(a), B::from_raw(b))
	}
}

/// Text is bytes on chain; what is not UTF-8 is shown with replacement characters.
impl Wire for String {
	type Raw = Vec<u8>;

	fn from_raw(raw: Vec<u8>) -> Self {
		match Self::from_utf8(raw) {
			Ok(text) => text,
			Err(error) => Self::from_utf8_lossy(error.as_bytes()).into_owned(),
		}
	}
}

impl ToWire for String {
	type Raw = Vec<u8>;

	fn to_raw(&self) -> Vec<u8> {
		self.as_bytes().to_vec()
	}
}

/// Pairs structs that are defined elsewhere with their twins.
macro_rules! twin_structs {
	($($name:ident { $($field:ident: $ty:ty),* $(,)? })*) => {
		$(
			// The derive imports what not every struct needs.
			#[allow(unused_imports)]
			const _: () = {
				#[derive(DecodeAsType)]
				#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
				pub struct RawIn {
					$($field: <$ty as Wire>::Raw,)*
				}

				#[derive(EncodeAsType)]
				#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
				pub struct RawOut {
					$($field: <$ty as ToWire>::Raw,)*
				}

				impl Wire for $name {
					type Raw = RawIn;

					fn from_raw(raw: RawIn) -> Self {
						Self { $($field: Wire::from_raw(raw.$field),)* }
					}
				}

				impl ToWire for $name {
					type Raw = RawOut;

					fn to_raw(&self) -> RawOut {
						RawOut { $($field: ToWire::to_raw(&self.$field),)* }
					}
				}
			};
		)*
	};
}

/// Pairs enums without data that are defined elsewhere with their twins.
macro_rules! twin_enums {
	($($name:ident { $($variant:ident),* $(,)? })*) => {
		$(
			const _: () = {
				#[derive(DecodeAsType, EncodeAsType)]
				#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
				#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
				pub enum Raw {
					$($variant,)*
				}

				impl Wire for $name {
					type Raw = Raw;

					fn from_raw(raw: Raw) -> Self {
						match raw {
							$(Raw::$variant => Self::$variant,)*
						}
					}
				}

				impl ToWire for $name {
					type Raw = Raw;

					fn to_raw(&self) -> Raw {
						match self {
							$(Self::$variant => Raw::$variant,)*
						}
					}
				}
			};
		)*
	};
}

/// Pairs enums whose variants have named fields, or none, with twins to be read.
macro_rules! twin_variants {
	($($name:ident { $(
		$variant:ident $({ $($field:ident: $ty:ty),* $(,)? })?
	),* $(,)? })*) => {
		$(
			// The derive imports what not every enum needs.
			#[allow(unused_imports)]
			const _: () = {
				#[derive(subxt::ext::scale_decode::DecodeAsType)]
				#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
				pub enum Raw {
					$($variant $({ $($field: <$ty as $crate::chain::wire::Wire>::Raw,)* })?,)*
				}

				impl $crate::chain::wire::Wire for $name {
					type Raw = Raw;

					fn from_raw(raw: Raw) -> Self {
						match raw {
							$(Raw::$variant $({ $($field,)* })? => Self::$variant $({
								$($field: $crate::chain::wire::Wire::from_raw($field),)*
							})?,)*
						}
					}
				}
			};
		)*
	};
}

pub(crate) use twin_variants;

twin_structs! {
	Price { input: u128, output: u128 }
	PriceBounds { floor: Price, ceiling: Price }
	Policy { bounds: PriceBounds, low: u32, high: u32, step: u32 }
	PolicyLimits { bounds: PriceBounds, step: u32 }
	Replayed {
		ended_at: u32,
		utilisation: Option<u32>,
		price: Price,
		would_be: Price,
		revenue: u128,
		revenue_would_be: u128,
	}
	Period {
		ended_at: u32,
		price: Price,
		busy_blocks: u128,
		slot_blocks: u128,
		tokens_in: u128,
		tokens_out: u128,
	}
	Pool { total: u128, shares: u128 }
	Income { per_share: u128, rest: u128 }
	Earned { since: u128, before: u128, claimed: u128 }
	ModelHashes { weights: H256, tokenizer: H256, template: H256 }
	Payment { provider: u128, delegators: u128, author: u128, treasury: u128, burned: u128 }
	Receipt {
		job: u64,
		model: u32,
		model_version: u32,
		input_hash: H256,
		output_hash: H256,
		tokens_in: u32,
		tokens_out: u32,
		finish: u8,
		commitment: H256,
	}
	SignedReceipt { receipt: Receipt, genesis: H256, worker: [u8; 32], signature: [u8; 64] }
	Delivery { tokens: Vec<u32>, text: Vec<u8>, signature: [u8; 64] }
	Claim { job: u64, valid_until: u32 }
	SignedClaim { claim: Claim, genesis: H256, worker: [u8; 32], signature: [u8; 64] }
	Attributes {
		region: Option<[u8; 2]>,
		retention_hours: Option<u32>,
		gpu_memory_gib: u16,
	}
}

twin_enums! {
	NumericClass { Exact, Float }
	PriceClass { Small, Medium, Large }
	PromptFormat { Completion, Chat, Messages }
	CloseReason {
		Paid,
		Rejected,
		Cancelled,
		ExpiredUnassigned,
		WorkerTimedOut,
		WorkerEquivocated,
	}
	Ineligible {
		NotAllowed,
		Excluded,
		FailedBefore,
		NotProvider,
		NoOffer,
		PriceOutOfBounds,
		PriceAboveCeiling,
		WrongRegion,
		RetentionTooLong,
		NotEnoughGpuMemory,
		Chilled,
		Paused,
		NoWorkerKey,
		StakeTooLow,
		NoFreeSlot,
		NotEnoughCover,
	}
	FreedBy {
		JobCloses,
		JobsCancel,
		JobsPoke,
		StakingUnbond,
		StakingWithdraw,
		ModelsRetire,
		ModelsRemove,
		PricingRemoveOffer,
		SessionPurgeKeys,
		ValidatorUnbond,
		ValidatorWithdraw,
		PreimageUnnote,
		ReferendumEnds,
		ReferendaRefundSubmission,
		OriginsRefundSubmission,
		ReferendaRefundDecision,
		VotingUnlock,
		BountyProceeds,
		ProxyRemove,
		ProxyRemoveAnnouncement,
		MultisigProceeds,
		IdentityClear,
		RewardsTransferRoyalty,
		RewardsMergeRoyalty,
		RewardsClaimRoyaltyFor,
		StakingUndelegate,
		StakingWithdrawDelegation,
		StakingCancelSlash,
		StakingCollect,
		StakingClaim,
		RewardsClaimRoyalty,
		ValidatorCancelSlash,
		BountyUnassign,
		BountyClaim,
		ChildBountyUnassign,
		ChildBountyClaim,
	}
}

twin_variants! {
	HeldFor {
		Escrow { job: u64 },
		BondedStake { committed: u128 },
		UnbondingStake,
		ModelDeposit { model: u32 },
		OfferDeposit { model: u32, version: u32 },
		SessionKeys,
		ValidatorBond,
		ValidatorUnbonding,
		Preimage,
		ReferendumSubmission { referendum: u32 },
		ReferendumDecision { referendum: u32 },
		Votes,
		Bounty { bounty: u32 },
		Proxies,
		ProxyAnnouncements,
		Multisig,
		Identity,
		RoyaltyDeposit { model: u32 },
		Delegation { provider: [u8; 32] },
		UnbondingDelegation { provider: [u8; 32] },
		PendingSlash { slash: u64 },
		SlashedDelegation { provider: [u8; 32] },
		DelegationIncome { provider: [u8; 32] },
		RoyaltyIncome { model: u32 },
		PendingValidatorSlash { era: u32 },
		ChildBounty { bounty: u32, child: u32 },
	}
}

/// Twin of [`HeldUntil`].
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum RawHeldUntil {
	/// As there.
	EndsBy(u32),
	/// As there.
	CallableFrom(u32),
	/// As there.
	OwnerActs,
	/// As there.
	OthersAct,
}

impl Wire for HeldUntil {
	type Raw = RawHeldUntil;

	fn from_raw(raw: RawHeldUntil) -> Self {
		match raw {
			RawHeldUntil::EndsBy(at) => Self::EndsBy(at),
			RawHeldUntil::CallableFrom(at) => Self::CallableFrom(at),
			RawHeldUntil::OwnerActs => Self::OwnerActs,
			RawHeldUntil::OthersAct => Self::OthersAct,
		}
	}
}

/// Twin of [`Held`].
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct RawHeld {
	reason: <HeldFor as Wire>::Raw,
	amount: u128,
	until: RawHeldUntil,
	freed_by: <FreedBy as Wire>::Raw,
}

impl Wire for Held {
	type Raw = RawHeld;

	fn from_raw(raw: RawHeld) -> Self {
		Self {
			reason: HeldFor::from_raw(raw.reason),
			amount: raw.amount,
			until: HeldUntil::from_raw(raw.until),
			freed_by: FreedBy::from_raw(raw.freed_by),
		}
	}
}

/// Twin of [`Sampler`].
#[derive(DecodeAsType, EncodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub enum RawSampler {
	/// As there.
	Greedy,
	/// As there.
	TopK {
		/// As there.
		temperature_milli: u16,
		/// As there.
		k: u16,
	},
}

impl Wire for Sampler {
	type Raw = RawSampler;

	fn from_raw(raw: RawSampler) -> Self {
		match raw {
			RawSampler::Greedy => Self::Greedy,
			RawSampler::TopK {
				temperature_milli,
				k,
			} => Self::TopK {
				temperature_milli,
				k,
			},
		}
	}
}

impl ToWire for Sampler {
	type Raw = RawSampler;

	fn to_raw(&self) -> RawSampler {
		match *self {
			Self::Greedy => RawSampler::Greedy,
			Self::TopK {
				temperature_milli,
				k,
			} => RawSampler::TopK {
				temperature_milli,
				k,
			},
		}
	}
}

/// Twin of [`Assignment`].
#[derive(DecodeAsType, EncodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub enum RawAssignment {
	/// As there.
	Auto,
	/// As there.
	Direct(AccountId32),
	/// As there.
	Open,
}

impl Wire for Assignment<AccountId32> {
	type Raw = RawAssignment;

	fn from_raw(raw: RawAssignment) -> Self {
		match raw {
			RawAssignment::Auto => Self::Auto,
			RawAssignment::Direct(who) => Self::Direct(who),
			RawAssignment::Open => Self::Open,
		}
	}
}

impl ToWire for Assignment<AccountId32> {
	type Raw = RawAssignment;

	fn to_raw(&self) -> RawAssignment {
		match self {
			Self::Auto => RawAssignment::Auto,
			Self::Direct(who) => RawAssignment::Direct(*who),
			Self::Open => RawAssignment::Open,
		}
	}
}

/// Twin of [`JobInput`].
#[derive(DecodeAsType, EncodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub enum RawInput {
	/// As there.
	Inline(Vec<u8>),
}

impl Wire for JobInput {
	type Raw = RawInput;

	fn from_raw(RawInput::Inline(bytes): RawInput) -> Self {
		Self::Inline(bytes)
	}
}

impl ToWire for JobInput {
	type Raw = RawInput;

	fn to_raw(&self) -> RawInput {
		RawInput::Inline(self.bytes().to_vec())
	}
}

type Request = JobRequest<AccountId32, u32>;
type Eligible = Eligibility<AccountId32>;

twin_structs! {
	Eligible {
		allow: Vec<AccountId32>,
		exclude: Vec<AccountId32>,
		regions: Vec<[u8; 2]>,
		max_retention_hours: Option<u32>,
		min_gpu_memory_gib: Option<u16>,
		numeric_class: Option<NumericClass>,
	}
	Request {
		model: u32,
		version: Option<u32>,
		input: JobInput,
		format: PromptFormat,
		sampler: Sampler,
		max_output_tokens: u32,
		ceiling: Price,
		assignment: Assignment<AccountId32>,
		eligibility: Eligible,
		time_limit: u32,
	}
}

/// Declares public structs that are read from the chain, each with its twin.
macro_rules! records {
	($(
		$(#[$meta:meta])*
		pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $ty:ty,)* }
	)*) => {
		$(
			$(#[$meta])*
			pub struct $name { $($(#[$field_meta])* pub $field: $ty,)* }

			// The derive imports what not every struct needs.
			#[allow(unused_imports)]
			const _: () = {
				#[derive(subxt::ext::scale_decode::DecodeAsType)]
				#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
				pub struct Raw {
					$($field: <$ty as $crate::chain::wire::Wire>::Raw,)*
				}

				impl $crate::chain::wire::Wire for $name {
					type Raw = Raw;

					fn from_raw(raw: Raw) -> Self {
						Self { $($field: $crate::chain::wire::Wire::from_raw(raw.$field),)* }
					}
				}
			};
		)*
	};
}

pub(crate) use records;
