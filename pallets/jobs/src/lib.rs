#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing
	)
)]

extern crate alloc;

pub mod agenda;
#[cfg(any(test, feature = "runtime-benchmarks"))]
pub mod benchmarking;
mod claims;
mod closing;
mod equivocation;
pub mod explain;
mod hooks;
mod market;
#[cfg(test)]
mod mock;
mod post;
mod queue;
mod receipts;
#[cfg(test)]
mod tests;
mod try_state;
pub mod types;
pub mod weights;

pub use agenda::{Agenda, Cursor};
pub use pallet::*;
pub use types::{
	Candidate, Job, JobState, Lane, LaneEnds, Match, Outcome, Quote, Rules, StoredReceipt,
	WaitsFor, Work,
};
pub use weights::WeightInfo;

use polkadot_sdk::*;

// Of the generated code: a job request is passed by value, as in every transaction; and the SDK's
// metadata of storage items.
#[allow(clippy::large_enum_variant, clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use athanor_primitives::{
		JobId, ModelId, WorkerKey,
		claim::SignedClaim,
		eligibility::{Ineligible, MAX_LISTED},
		explain::Held,
		job::{CloseReason, JobRequest},
		ports::{ExplainHolds, ModelRegistry, OfferBook, Payout, ProviderRegistry},
		price::Price,
		receipt::{Delivery, Refusal, SignedReceipt},
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			Randomness,
			fungible::{self, BalancedHold, MutateHold},
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::FixedU128;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Jobs, their escrow, their receipts and their outcomes.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The maximum price of the account's live jobs. Freed when the job closes.
		#[codec(index = 0)]
		Escrow,
	}

	/// What the runtime decides.
	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>, Hash = H256> {
		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// The money that jobs are paid in.
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = u128>
			+ BalancedHold<Self::AccountId>;

		/// Says what models there are.
		type Models: ModelRegistry<AccountId = Self::AccountId>;

		/// Says who may be given work, and slashes who fails.
		type Providers: ProviderRegistry<AccountId = Self::AccountId>;

		/// Finds a provider for a job.
		type Offers: OfferBook<AccountId = Self::AccountId, Error = DispatchError>;

		/// Hands out what a job has earned.
		type Payout: Payout<
				AccountId = Self::AccountId,
				Credit = fungible::Credit<Self::AccountId, Self::Currency>,
			>;

		/// Everything that holds money, for [`Pallet::explain_account`].
		type Holds: ExplainHolds<AccountId = Self::AccountId>;

		/// Randomness that nobody could know when the job was posted. `None` while there is none:
		/// then nothing is drawn in this block.
		type Randomness: Randomness<Option<Self::Hash>, BlockNumberFor<Self>>;

		/// Longest inline input in bytes.
		#[pallet::constant]
		type MaxInlineInput: Get<u32>;

		/// Most tokens that a job can ask for.
		#[pallet::constant]
		type MaxOutputTokens: Get<u32>;

		/// Longest delivered text in bytes.
		#[pallet::constant]
		type MaxText: Get<u32>;

		/// Blocks from the post to the first draw, at least one. As many as it takes for `Randomness`
		/// to come from after the post, so that who orders the post does not know the draw.
		#[pallet::constant]
		type MatchDelay: Get<BlockNumberFor<Self>>;

		/// Blocks that a worker has for any job, on top of what its tokens take. May change at any time: it
		/// holds for jobs that are posted from then on.
		type BaseWorkPeriod: Get<BlockNumberFor<Self>>;

		/// A worker has one block more for each so many prompt tokens.
		#[pallet::constant]
		type PrefillTokensPerBlock: Get<u32>;

		/// Output tokens that a worker is expected to make per block.
		#[pallet::constant]
		type TokensPerBlock: Get<u32>;

		/// Blocks from a receipt to its payment, at least one. May change at any time: it holds for jobs
		/// that are posted from then on.
		type SettlePeriod: Get<BlockNumberFor<Self>>;

		/// How many times a job's escrow the stake must be that answers for it. Stake that answers for
		/// one job answers for no other meanwhile.
		type StakeMultiple: Get<FixedU128>;

		/// How far ahead the `valid_until` of a claim may lie, in blocks.
		#[pallet::constant]
		type MaxClaimValidity: Get<BlockNumberFor<Self>>;

		/// Longest time limit of a job in blocks.
		#[pallet::constant]
		type MaxTimeLimit: Get<BlockNumberFor<Self>>;

		/// Blocks for which input, output and outcome of a job that closes now stay readable; at least
		/// one.
		type Retention: Get<BlockNumberFor<Self>>;

		/// The most that the hook may use of a block.
		#[pallet::constant]
		type HookWeight: Get<Weight>;

		/// Weights of calls and hook steps.
		type WeightInfo: WeightInfo;

		/// Sets up for benchmarks what other pallets have.
		#[cfg(any(test, feature = "runtime-benchmarks"))]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self>;
	}

	/// Live jobs. Ids are counted up by the chain, so no hasher needs to keep users from choosing them.
	#[pallet::storage]
	pub type Jobs<T: Config> = StorageMap<_, Twox64Concat, JobId, types::JobOf<T>>;

	/// Input bytes of live jobs, and of closed ones until their retention ends.
	#[pallet::storage]
	pub type Inputs<T: Config> = StorageMap<_, Twox64Concat, JobId, types::InputOf<T>>;

	/// Accepted receipts with the delivered output, until the job's retention ends.
	#[pallet::storage]
	pub type Receipts<T: Config> =
		StorageMap<_, Twox64Concat, JobId, StoredReceipt<T::MaxOutputTokens, T::MaxText>>;

	/// How closed jobs ended, until their retention ends.
	#[pallet::storage]
	pub type Outcomes<T: Config> = StorageMap<_, Twox64Concat, JobId, types::OutcomeOf<T>>;

	/// Jobs that a provider holds and has not delivered.
	#[pallet::storage]
	pub type Assigned<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, JobId, ()>;

	/// Live jobs by requester, to list them.
	#[pallet::storage]
	pub type JobsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, JobId, ()>;

	/// What is due when: pages of jobs, by agenda, block and page. See [`agenda`].
	#[pallet::storage]
	pub type AgendaPages<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Twox64Concat, Agenda>,
			NMapKey<Twox64Concat, BlockNumberFor<T>>,
			NMapKey<Twox64Concat, u32>,
		),
		agenda::Page,
	>;

	/// How many pages a block has in an agenda.
	#[pallet::storage]
	pub type AgendaEnd<T: Config> =
		StorageDoubleMap<_, Twox64Concat, Agenda, Twox64Concat, BlockNumberFor<T>, u32, ValueQuery>;

	/// How far an agenda has been worked off.
	#[pallet::storage]
	pub type AgendaCursor<T: Config> =
		StorageMap<_, Twox64Concat, Agenda, Cursor<BlockNumberFor<T>>, ValueQuery>;

	/// Providers of whom two receipts for one job have been shown, until the job's retention ends. At
	/// most as many as a job can have had.
	#[pallet::storage]
	pub type Equivocations<T: Config> =
		StorageDoubleMap<_, Twox64Concat, JobId, Blake2_128Concat, T::AccountId, ()>;

	/// Jobs that wait for another turn, by lane and position.
	#[pallet::storage]
	pub type Queue<T: Config> = StorageDoubleMap<_, Twox64Concat, Lane, Twox64Concat, u64, JobId>;

	/// Where the lanes of the queue begin and end.
	#[pallet::storage]
	pub type QueueEnds<T: Config> = StorageMap<_, Twox64Concat, Lane, LaneEnds, ValueQuery>;

	/// The id that the next job will get. Each block with posts writes it once, so it is in no weight.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type NextJobId<T: Config> = StorageValue<_, JobId, ValueQuery>;

	/// The first job that has not had its first turn. It and those after it, up to [`NextJobId`], wait for
	/// that if they are live. Each block with turns writes it once, so it is in no weight.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type NextTurn<T: Config> = StorageValue<_, JobId, ValueQuery>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A job was posted and its maximum price put on hold.
		JobPosted {
			/// The new job.
			job: JobId,
			/// Who posted it.
			requester: T::AccountId,
			/// The model to run.
			model: ModelId,
			/// Units on hold.
			escrow: u128,
			/// Block in which the job is refunded if it is not done.
			expires_at: BlockNumberFor<T>,
		},
		/// An `Open` job can be claimed now: it has had its first turn, or has lost its provider.
		JobOpened {
			/// The job.
			job: JobId,
			/// Block in which it is refunded if nobody claims it.
			claimable_until: BlockNumberFor<T>,
		},
		/// A provider was given the job, at a price that holds until it closes.
		JobAssigned {
			/// The job.
			job: JobId,
			/// Who has to do it.
			provider: T::AccountId,
			/// Units per token.
			price: Price,
			/// Version of the governed prices that held.
			price_version: u32,
			/// The receipt has to be in a block before this one.
			deadline: BlockNumberFor<T>,
		},
		/// A receipt was accepted; the output can be read.
		ReceiptAccepted {
			/// The job.
			job: JobId,
			/// Who did it.
			provider: T::AccountId,
			/// The key that signed.
			worker: WorkerKey,
			/// Tokens of the prompt.
			tokens_in: u32,
			/// Tokens generated.
			tokens_out: u32,
			/// Why generation ended: 0 stop, 1 length, 2 rejected.
			finish: u8,
			/// Block in which the job is paid for.
			settles_at: BlockNumberFor<T>,
		},
		/// A provider missed its deadline and loses a share of its stake, unless governance cancels that.
		WorkerTimedOut {
			/// The job.
			job: JobId,
			/// Who failed.
			provider: T::AccountId,
			/// Units of own and delegated stake that the slash takes.
			slashed: u128,
			/// Whether the job waits for another provider; if not, it was refunded.
			offered_again: bool,
		},
		/// A worker signed two receipts for one job, and its provider loses a share of its stake, unless
		/// governance cancels that.
		WorkerEquivocated {
			/// The job.
			job: JobId,
			/// Whose worker it was.
			provider: T::AccountId,
			/// The key that signed both.
			worker: WorkerKey,
			/// Units of own and delegated stake that the slash takes.
			slashed: u128,
			/// Whether the job was with it still, and waits for another provider now.
			offered_again: bool,
		},
		/// A job ended. `spent` and `refund` add up to `escrow`.
		JobClosed {
			/// The job.
			job: JobId,
			/// Who posted it.
			requester: T::AccountId,
			/// How it ended.
			reason: CloseReason,
			/// Who did it, or held it last.
			provider: Option<T::AccountId>,
			/// Units that were on hold.
			escrow: u128,
			/// Units paid.
			spent: u128,
			/// Units released to the requester.
			refund: u128,
		},
		/// Input, output and outcome of a closed job were removed: their retention was over.
		OutputRemoved {
			/// The job.
			job: JobId,
		},
		/// A step that cannot fail has failed; nothing of it was kept, and it will be tried again.
		Unexpected {
			/// The job.
			job: JobId,
			/// What went wrong.
			error: DispatchError,
		},
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// No model has this id. Look at the registry for the ids there are.
		UnknownModel,
		/// The model's owner has retired it. Choose another model.
		ModelRetired,
		/// The model has no such version. Leave the version out for the newest, or look at the registry.
		UnknownVersion,
		/// A newer version has replaced this one, and its grace is over. Leave the version out for the
		/// newest.
		VersionRetired,
		/// The input has no bytes. Post at least one.
		EmptyInput,
		/// The input is longer than `MaxInlineInput`. Shorten it.
		InputTooLong,
		/// The input is not UTF-8 text. Encode it as UTF-8.
		InputNotUtf8,
		/// `max_output_tokens` is 0. Ask for at least one token.
		NoOutputTokens,
		/// `max_output_tokens` is over the model's context length or over `MaxOutputTokens`. Ask for
		/// fewer.
		TooManyOutputTokens,
		/// Temperature or k is out of range. Use 1 to 10,000 thousandths and 1 to 1,000.
		BadSampler,
		/// The time limit leaves a worker no time. Allow at least `BaseWorkPeriod`, one block for each
		/// `PrefillTokensPerBlock` prompt tokens, one for each started `TokensPerBlock` output tokens,
		/// and `MatchDelay`.
		TimeLimitTooShort,
		/// The time limit is over `MaxTimeLimit`. Choose a shorter one.
		TimeLimitTooLong,
		/// More than 16 accounts are on the allow list, or on the exclude list. Shorten it.
		TooManyListed,
		/// More than 32 regions. Name fewer, or none for all.
		TooManyRegions,
		/// A region is not two upper-case letters. Use the country codes of ISO 3166-1 alpha-2.
		RegionInvalid,
		/// A provider is on both lists, or the one asked for directly is excluded or not allowed. Take
		/// it off one.
		ConflictingLists,
		/// The model's results are of another numeric class. Choose another model, or ask for its class.
		NumericClassMismatch,
		/// Ceiling price times tokens is more than there can be. Lower the ceiling.
		CeilingOverflow,
		/// The account asked for is not a registered provider. Choose another, or `Auto`.
		UnknownProvider,
		/// The free balance does not cover the escrow and the existential deposit. Add funds, lower the
		/// ceiling, or ask for fewer tokens.
		InsufficientBalance,
		/// No more ids are left, after 2^64 jobs. Post on another chain.
		TooManyJobs,
		/// There is no such job, or it has closed. If it has, `Outcomes` says how.
		UnknownJob,
		/// The job belongs to another account. Only its requester can cancel it.
		NotRequester,
		/// The job is with a provider already. It ends by itself by its deadline.
		NotOpen,
		/// The job's deadline, or the end of its retention, has not come yet. Try again then.
		NothingDue,
		/// The receipt was signed for another chain. Sign it with this chain's genesis hash.
		WrongChain,
		/// The job is not assigned, so it waits for no receipt. Sign receipts after the event
		/// `JobAssigned`; if the job was taken away, drop the receipt.
		NotAssigned,
		/// The job already has its receipt: one job accepts one. There is nothing left to do for it.
		AlreadySubmitted,
		/// The job's deadline has passed. Nothing can be done for it any more.
		TooLate,
		/// The key is not a worker key of the assigned provider. Register it, or use one that is.
		WrongWorker,
		/// Model or model version is not the job's. Run what the job's record says, and state that.
		WrongModel,
		/// The input hash is not the job's. Run the input that is stored for the job, and state its hash.
		WrongInput,
		/// More tokens in or out than the job allows. Stop at its limits; if the prompt alone is longer,
		/// reject the job.
		TooManyTokens,
		/// The finish code is unknown, or a rejection with tokens. State 0, 1, or 2 without output.
		BadFinish,
		/// An inline job must deliver its output with the receipt. Pass `delivery`.
		MissingOutput,
		/// The delivered tokens do not match the receipt's count or hash. Deliver those that it was
		/// signed for.
		WrongOutput,
		/// The delivered text is longer than `MaxText`, or than its tokens can be. Cut it: the tokens are
		/// what counts.
		OutputTooLong,
		/// The delivered text is not UTF-8. Replace what is not.
		OutputNotUtf8,
		/// The signature is not the worker key's over this receipt, or over this text. Sign the payload with
		/// the key that is stated, and change nothing afterwards.
		BadSignature,
		/// The job waits for no claim: it is assigned by the chain, or is with a provider, or its seed
		/// has not been drawn yet. Claim `Open` jobs, after the event `JobOpened`.
		NotClaimable,
		/// The claim's `valid_until` has passed, or lies more than `MaxClaimValidity` ahead. Sign it
		/// again.
		ClaimExpired,
		/// The job asks for other providers. Claim another one.
		NotAllowed,
		/// The job excludes this provider. Claim another one.
		Excluded,
		/// This provider has failed the job before. Claim another one.
		FailedBefore,
		/// The account is not a registered provider. Register with stake first.
		NotProvider,
		/// The provider has no offer for this version of the model. Publish one.
		NoOffer,
		/// The offer's price is above what governance allows for the model's class. Publish another.
		PriceOutOfBounds,
		/// The offer's price, or that of the model's class, is above the job's ceiling. Publish a cheaper
		/// one, or claim another job.
		PriceAboveCeiling,
		/// The offer's region is none that the job names. Claim another one.
		WrongRegion,
		/// The offer states a longer data retention than the job allows, or none. Claim another one.
		RetentionTooLong,
		/// The offer states less GPU memory than the job needs. Claim another one.
		NotEnoughGpuMemory,
		/// The provider takes no new work. Unchill it first.
		Chilled,
		/// The provider is paused after a missed deadline. Wait until the pause is over.
		Paused,
		/// The provider has no worker key. Add one.
		NoWorkerKey,
		/// The provider has less than the minimum stake bonded. Bond more.
		StakeTooLow,
		/// All slots of the offer are busy. Finish a job, or offer more slots.
		NoFreeSlot,
		/// The bonded stake does not cover this job beside those in hand. Bond more, or finish some.
		NotEnoughCover,
		/// The two receipts are not by one key, not about one job, or say the same. Bring two that differ.
		NoEquivocation,
		/// This provider's equivocation on this job has been shown before. It is slashed once.
		AlreadyProven,
		/// The key's provider has had nothing to do with the job, so that its receipts count for nothing.
		/// Bring two for a job that it had.
		NotInvolved,
		/// The escrow on hold is less than the job's record says. This cannot happen; please report it.
		EscrowMissing,
	}

	impl<T> From<Refusal> for Error<T> {
		fn from(refusal: Refusal) -> Self {
			match refusal {
				Refusal::WrongChain => Self::WrongChain,
				Refusal::UnknownJob => Self::UnknownJob,
				Refusal::NotAssigned => Self::NotAssigned,
				Refusal::AlreadySubmitted => Self::AlreadySubmitted,
				Refusal::TooLate => Self::TooLate,
				Refusal::WrongWorker => Self::WrongWorker,
				Refusal::WrongModel => Self::WrongModel,
				Refusal::WrongInput => Self::WrongInput,
				Refusal::TooManyTokens => Self::TooManyTokens,
				Refusal::BadFinish => Self::BadFinish,
				Refusal::MissingOutput => Self::MissingOutput,
				Refusal::WrongOutput => Self::WrongOutput,
				Refusal::OutputTooLong => Self::OutputTooLong,
				Refusal::OutputNotUtf8 => Self::OutputNotUtf8,
				Refusal::BadSignature => Self::BadSignature,
				Refusal::NotClaimable => Self::NotClaimable,
				Refusal::ClaimExpired => Self::ClaimExpired,
			}
		}
	}

	impl<T> From<Ineligible> for Error<T> {
		fn from(reason: Ineligible) -> Self {
			match reason {
				Ineligible::NotAllowed => Self::NotAllowed,
				Ineligible::Excluded => Self::Excluded,
				Ineligible::FailedBefore => Self::FailedBefore,
				Ineligible::NotProvider => Self::NotProvider,
				Ineligible::NoOffer => Self::NoOffer,
				Ineligible::PriceOutOfBounds => Self::PriceOutOfBounds,
				Ineligible::PriceAboveCeiling => Self::PriceAboveCeiling,
				Ineligible::WrongRegion => Self::WrongRegion,
				Ineligible::RetentionTooLong => Self::RetentionTooLong,
				Ineligible::NotEnoughGpuMemory => Self::NotEnoughGpuMemory,
				Ineligible::Chilled => Self::Chilled,
				Ineligible::Paused => Self::Paused,
				Ineligible::NoWorkerKey => Self::NoWorkerKey,
				Ineligible::StakeTooLow => Self::StakeTooLow,
				Ineligible::NoFreeSlot => Self::NoFreeSlot,
				Ineligible::NotEnoughCover => Self::NotEnoughCover,
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::work_off(now)
		}

		fn on_idle(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::forget_old(now, remaining)
		}

		fn integrity_test() {
			assert!(
				T::TokensPerBlock::get() > 0,
				"TokensPerBlock must be positive"
			);
			assert!(
				T::MatchDelay::get() >= One::one(),
				"a job is matched in a block after its post"
			);
			assert!(
				T::SettlePeriod::get() >= One::one(),
				"a job is paid for in a block after its receipt"
			);
			assert!(
				Self::shortest_time_limit(T::MaxInlineInput::get(), T::MaxOutputTokens::get())
					<= T::MaxTimeLimit::get(),
				"the longest input and output must fit into the longest time limit"
			);
			assert!(
				(hooks::LEAST_FOR_DEADLINES * T::HookWeight::get()).all_gte(
					T::WeightInfo::hook_base()
						.saturating_add(Self::shared_weight())
						.saturating_add(T::DbWeight::get().reads_writes(2, 2))
						.saturating_add(T::WeightInfo::agenda_page().saturating_mul(2))
						.saturating_add(T::WeightInfo::expire())
						.saturating_add(T::WeightInfo::settle().max(Self::weight_of_time_out()))
				) && (hooks::LEAST_FOR_TURNS * T::HookWeight::get()).all_gte(
					T::WeightInfo::match_one(MAX_LISTED, 1)
						.saturating_add(T::DbWeight::get().reads_writes(1, 1))
				),
				"the hook must be able to do at least one step of each kind"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Posts a job and puts its maximum price on hold.
		///
		/// # Dispatch origin
		/// Signed by the requester.
		///
		/// # Effects
		/// Holds `ceiling × the most tokens that the job can have` on the requester's account, stores
		/// the input. The job has its first turn `MatchDelay` blocks later.
		///
		/// # Errors
		/// One for each field that is out of range, [`Error::UnknownModel`], [`Error::ModelRetired`],
		/// [`Error::UnknownVersion`], [`Error::VersionRetired`], [`Error::NumericClassMismatch`],
		/// [`Error::ConflictingLists`], [`Error::UnknownProvider`], [`Error::CeilingOverflow`], [`Error::TooManyJobs`],
		/// [`Error::InsufficientBalance`], and the offer book's errors: the ceiling is under
		/// the floor, or the provider asked for has no offer at or under it.
		///
		/// # Events
		/// [`Event::JobPosted`].
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::post(post::input_bytes(&request.input)))]
		pub fn post(
			origin: OriginFor<T>,
			request: JobRequest<T::AccountId, BlockNumberFor<T>>,
		) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_post(requester, request)
		}

		/// Takes back a job that no provider has yet.
		///
		/// # Dispatch origin
		/// Signed by the job's requester.
		///
		/// # Effects
		/// Closes the job and releases its whole escrow.
		///
		/// # Errors
		/// [`Error::UnknownJob`], [`Error::NotRequester`], [`Error::NotOpen`]. [`Error::EscrowMissing`] or
		/// an error of the currency if the hold is not what the record says, which cannot happen.
		///
		/// # Events
		/// [`Event::JobClosed`] with reason `Cancelled`.
		#[pallet::call_index(1)]
		pub fn cancel(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel(who, job)
		}

		/// Hands in a receipt, with the output if the input was inline.
		///
		/// # Dispatch origin
		/// Nobody signs and nobody pays a fee: the receipt's own signature authorises the call, in a
		/// general transaction. Anyone may relay it.
		///
		/// # Effects
		/// The job is submitted: its output can be read, the provider's slot is free again, and it is
		/// paid for after the settle period.
		///
		/// # Errors
		/// A receipt that is not acceptable is refused before it reaches a block, as
		/// `InvalidTransaction::Custom(code)` with a code of `Refusal`; the errors of the same names
		/// tell what to do.
		///
		/// # Events
		/// [`Event::ReceiptAccepted`].
		#[pallet::call_index(2)]
		#[pallet::weight(<T as Config>::WeightInfo::submit_receipt(receipts::delivered_bytes(delivery), 1))]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_receipt(
			receipts::delivered_bytes(delivery)
		))]
		#[pallet::authorize(Self::authorize_receipt)]
		pub fn submit_receipt(
			origin: OriginFor<T>,
			signed: SignedReceipt,
			delivery: Option<Delivery>,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let bytes = receipts::delivered_bytes(&delivery);
			let was_full = Self::do_submit(signed, delivery)?;
			let used = <T as Config>::WeightInfo::submit_receipt(bytes, was_full.into());
			Ok(Some(used).into())
		}

		/// Does for one job what the hooks do when its deadline has come (refund, slash and offer again,
		/// or settle) and when its retention is over (forget it). Never needed, unless blocks are so full
		/// that the hooks lag.
		///
		/// # Dispatch origin
		/// Signed by anyone.
		///
		/// # Effects
		/// Those of the job's deadline, or of the end of its retention.
		///
		/// # Errors
		/// [`Error::UnknownJob`], [`Error::NothingDue`]. [`Error::EscrowMissing`] or an error of the
		/// currency if the hold is not what the record says, which cannot happen.
		///
		/// # Events
		/// [`Event::JobClosed`], [`Event::WorkerTimedOut`] or [`Event::OutputRemoved`].
		#[pallet::call_index(3)]
		#[pallet::weight(
			<T as Config>::WeightInfo::poke()
				.max(Pallet::<T>::weight_of_time_out())
				.max(<T as Config>::WeightInfo::expire())
				.max(<T as Config>::WeightInfo::forget(equivocation::MAX_INVOLVED))
		)]
		pub fn poke(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_poke(job)
		}

		/// Takes an `Open` job for the sender.
		///
		/// # Dispatch origin
		/// Signed by a provider.
		///
		/// # Effects
		/// The first eligible provider gets the job, at the price of its offer: a slot of it is busy, and
		/// a share of its stake answers for the job, until the receipt is in.
		///
		/// # Errors
		/// [`Error::UnknownJob`], [`Error::NotClaimable`], [`Error::TooLate`], and one for each condition
		/// that a provider can fail, from [`Error::NotAllowed`] to [`Error::NotEnoughCover`].
		///
		/// # Events
		/// [`Event::JobAssigned`].
		#[pallet::call_index(4)]
		pub fn claim(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_claim(provider, job)
		}

		/// Takes an `Open` job for the provider of a worker.
		///
		/// # Dispatch origin
		/// Nobody signs and nobody pays a fee: the claim's own signature authorises the call, in a general
		/// transaction. Anyone may relay it.
		///
		/// # Effects
		/// Those of [`Pallet::claim`].
		///
		/// # Errors
		/// A claim that is not acceptable is refused before it reaches a block, as
		/// `InvalidTransaction::Custom(code)` with a code of `Refusal` or `Ineligible`; the errors of the
		/// same names tell what to do.
		///
		/// # Events
		/// [`Event::JobAssigned`].
		#[pallet::call_index(5)]
		#[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_claim())]
		#[pallet::authorize(Self::authorize_claim)]
		pub fn claim_as_worker(origin: OriginFor<T>, claim: SignedClaim) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_claim_as_worker(claim)
		}

		/// Shows two different receipts that one worker key signed for one job.
		///
		/// # Dispatch origin
		/// Signed by anyone. No fee if the proof is good.
		///
		/// # Effects
		/// The key's provider is slashed and chilled. If it still has the job, or the job waits for the
		/// payment, the job is taken from it, and offered again while another one has time.
		///
		/// # Errors
		/// [`Error::NoEquivocation`], [`Error::WrongChain`], [`Error::WrongWorker`] if nobody answers for
		/// the key any more, [`Error::UnknownJob`] also after its retention, [`Error::NotInvolved`],
		/// [`Error::AlreadyProven`], [`Error::BadSignature`].
		///
		/// # Events
		/// [`Event::WorkerEquivocated`], and [`Event::JobClosed`] if the job ends.
		#[pallet::call_index(6)]
		pub fn report_equivocation(
			origin: OriginFor<T>,
			first: SignedReceipt,
			second: SignedReceipt,
		) -> DispatchResultWithPostInfo {
			let reporter = ensure_signed(origin)?;
			Self::do_report_equivocation(&reporter, first, second)?;
			Ok(Pays::No.into())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What a job of `who` would cost and how many providers could do it now, or why it would be
		/// refused. Nothing is posted.
		pub fn quote(
			who: T::AccountId,
			request: JobRequest<T::AccountId, BlockNumberFor<T>>,
		) -> Result<Quote<BlockNumberFor<T>>, DispatchError> {
			Self::do_quote(who, request)
		}

		/// What a live job waits for, and for each provider that offers its model, or that it names,
		/// the price or the first condition that it fails: `limit` of them (at most 1,024) from position
		/// `from` on. `None` if the job is not live.
		pub fn simulate_match(
			job: JobId,
			from: u32,
			limit: u32,
		) -> Option<Match<T::AccountId, BlockNumberFor<T>>> {
			Self::do_simulate_match(job, from, limit)
		}

		/// The candidates of [`Pallet::simulate_match`] for a job that `who` has not posted yet.
		pub fn simulate_request(
			who: T::AccountId,
			request: JobRequest<T::AccountId, BlockNumberFor<T>>,
			from: u32,
			limit: u32,
		) -> Result<Vec<Candidate<T::AccountId>>, DispatchError> {
			Self::do_simulate_request(who, request, from, limit)
		}

		/// Everything that an account has on hold: what for, until when, and what frees it. At most `limit`
		/// entries (at most 1,024) of each kind.
		pub fn explain_account(who: T::AccountId, limit: u32) -> Vec<Held> {
			T::Holds::explain(&who, limit.min(explain::MAX_HELD))
		}
	}
}
