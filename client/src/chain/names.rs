//! Every name by which this client looks something up in the chain's metadata.
//!
//! Names stand here and nowhere else, so that a typo cannot hide, and [`missing`] can say at any
//! time which of them a runtime lacks.

use subxt::Metadata;

/// Something that a pallet declares: a storage entry, a call, a view function, a constant or an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
	/// Name of the pallet.
	pub pallet: &'static str,
	/// Name within the pallet.
	pub name: &'static str,
}

macro_rules! items {
	($(#[$doc:meta])* $module:ident: $($key:ident = $pallet:ident . $name:ident;)*) => {
		$(#[$doc])*
		pub mod $module {
			use super::Item;
			$(
				pub const $key: Item =
					Item { pallet: stringify!($pallet), name: stringify!($name) };
			)*
			/// All of them.
			pub const ALL: &[Item] = &[$($key),*];
		}
	};
}

/// Pallets without which a chain is not an Athanor chain.
pub const PALLETS: &[&str] = &["Models", "Staking", "Pricing", "Jobs", "Rewards"];

items! {
	/// Storage entries.
	storage:
	ACCOUNT = System.Account;
	HOLDS = Balances.Holds;
	TOTAL_ISSUANCE = Balances.TotalIssuance;
	INACTIVE_ISSUANCE = Balances.InactiveIssuance;
	NOW = Timestamp.Now;
	PARENT_HASH = System.ParentHash;
	MODELS = Models.Models;
	VERSIONS = Models.Versions;
	NEXT_MODEL_ID = Models.NextModelId;
	VERSION_BY_HASHES = Models.ByHashes;
	OWNERSHIP_OFFERS = Models.OwnershipOffers;
	PROVIDERS = Staking.Providers;
	WORKERS = Staking.Workers;
	KEYS_OF = Staking.KeysOf;
	POOLS = Staking.Pools;
	DELEGATIONS = Staking.Delegations;
	PENDING_SLASHES = Staking.PendingSlashes;
	PRICE_VERSION = Pricing.Version;
	PRICE_PERIOD_START = Pricing.PeriodStart;
	OFFERS = Pricing.Offers;
	OFFERS_BY_PROVIDER = Pricing.OffersByProvider;
	JOBS = Jobs.Jobs;
	INPUTS = Jobs.Inputs;
	ASSIGNED = Jobs.Assigned;
	JOBS_OF = Jobs.JobsOf;
	NEXT_JOB_ID = Jobs.NextJobId;
	RECEIPTS = Jobs.Receipts;
	OUTCOMES = Jobs.Outcomes;
	TOTALS = Rewards.Totals;
	ROYALTIES = Rewards.Royalties;
	ROYALTY_HOLDERS = Rewards.Holders;
	PARAMETERS = Parameters.Parameters;
	TEMPO = Origins.Tempo;
	REFERENDA = Referenda.ReferendumInfoFor;
	REFERENDUM_COUNT = Referenda.ReferendumCount;
	DECIDING = Referenda.DecidingCount;
	VOTING = ConvictionVoting.VotingFor;
	VOTE_LOCKS = ConvictionVoting.ClassLocksFor;
	PREIMAGES = Preimage.PreimageFor;
	SCHEDULED = Scheduler.Lookup;
	PAUSED_CALLS = TxPause.PausedCalls;
}

items! {
	/// Calls.
	calls:
	TRANSFER = Balances.transfer_keep_alive;
	REGISTER_MODEL = Models.register;
	RETIRE_MODEL = Models.retire;
	REMOVE_MODEL = Models.remove;
	PUBLISH_VERSION = Models.publish_version;
	REMOVE_VERSION = Models.remove_version;
	OFFER_OWNERSHIP = Models.offer_ownership;
	WITHDRAW_OWNERSHIP_OFFER = Models.withdraw_ownership_offer;
	ACCEPT_OWNERSHIP = Models.accept_ownership;
	REGISTER_PROVIDER = Staking.register;
	BOND = Staking.bond;
	UNBOND = Staking.unbond;
	WITHDRAW = Staking.withdraw;
	ADD_WORKER_KEY = Staking.add_worker_key;
	REMOVE_WORKER_KEY = Staking.remove_worker_key;
	DEREGISTER_PROVIDER = Staking.deregister;
	CHILL = Staking.chill;
	UNCHILL = Staking.unchill;
	EXIT = Staking.exit;
	FORGET_WORKER_KEY = Staking.forget_worker_key;
	DELEGATE_STAKE = Staking.delegate;
	UNDELEGATE_STAKE = Staking.undelegate;
	REDELEGATE_STAKE = Staking.redelegate;
	WITHDRAW_DELEGATION = Staking.withdraw_delegation;
	CLAIM_INCOME = Staking.claim;
	COMPOUND_INCOME = Staking.compound;
	COLLECT_DELEGATION = Staking.collect;
	SET_COMMISSION = Staking.set_commission;
	SET_AUTO_COMPOUND = Staking.set_auto_compound;
	CANCEL_SLASH = Staking.cancel_slash;
	ENACT_SLASH = Staking.enact_slash;
	SET_OFFER = Pricing.set_offer;
	REMOVE_OFFER = Pricing.remove_offer;
	PRUNE_OFFER = Pricing.prune_offer;
	SET_POLICY = Pricing.set_policy;
	POST = Jobs.post;
	CANCEL = Jobs.cancel;
	SUBMIT_RECEIPT = Jobs.submit_receipt;
	POKE = Jobs.poke;
	CLAIM = Jobs.claim;
	CLAIM_AS_WORKER = Jobs.claim_as_worker;
	REPORT_EQUIVOCATION = Jobs.report_equivocation;
	TRANSFER_ROYALTY = Rewards.transfer_royalty;
	CLAIM_ROYALTY = Rewards.claim_royalty;
	CLAIM_ROYALTY_FOR = Rewards.claim_royalty_for;
	MERGE_ROYALTY = Rewards.merge_royalty;
	BATCH_ALL = Utility.batch_all;
	NOTE_PREIMAGE = Preimage.note_preimage;
	SUBMIT_REFERENDUM = Referenda.submit;
	PLACE_DECISION_DEPOSIT = Referenda.place_decision_deposit;
	REFUND_DECISION_DEPOSIT = Referenda.refund_decision_deposit;
	REFUND_SUBMISSION_DEPOSIT = Referenda.refund_submission_deposit;
	REFUND_REJECTED_SUBMISSION = Origins.refund_submission_deposit;
	VOTE = ConvictionVoting.vote;
	REMOVE_VOTE = ConvictionVoting.remove_vote;
	DELEGATE_VOTES = ConvictionVoting.delegate;
	UNDELEGATE_VOTES = ConvictionVoting.undelegate;
	UNLOCK_VOTES = ConvictionVoting.unlock;
	SET_PARAMETER = Origins.set_parameter;
	SPEND = Treasury.spend_local;
	PAUSE_CALL = TxPause.pause;
	UNPAUSE_CALL = TxPause.unpause;
}

items! {
	/// View functions.
	views:
	QUOTE = Jobs.quote;
	SIMULATE_MATCH = Jobs.simulate_match;
	SIMULATE_REQUEST = Jobs.simulate_request;
	EXPLAIN_ACCOUNT = Jobs.explain_account;
	BOUNDS_OF = Pricing.bounds_of;
	POLICY_OF = Pricing.policy_of;
	HISTORY_OF = Pricing.history_of;
	SIMULATE_POLICY = Pricing.simulate_policy;
	SHARES_OF_PAYMENT = Rewards.shares_of_payment;
	ROYALTIES_OF = Rewards.royalties_of;
}

items! {
	/// Functions of runtime APIs, with the API in the place of the pallet.
	apis:
	TRY_CALL = GovernanceApi.try_call;
	EFFECTIVE_PARAMETERS = GovernanceApi.effective_parameters;
}

items! {
	/// Constants.
	constants:
	EXISTENTIAL_DEPOSIT = Balances.ExistentialDeposit;
	BLOCK_TIME = Babe.ExpectedBlockTime;
	RETIREMENT_NOTICE = Models.RetirementNotice;
	RETIREMENT_GRACE = Models.RetirementGrace;
	VERSION_GRACE = Models.VersionGrace;
	MAX_VERSIONS = Models.MaxVersions;
	MIN_STAKE = Staking.MinStake;
	UNBONDING_PERIOD = Staking.UnbondingPeriod;
	MAX_WORKER_KEYS = Staking.MaxWorkerKeys;
	MAX_SLOTS = Pricing.MaxSlots;
	PRICE_LIMITS = Pricing.Limits;
	MAX_INLINE_INPUT = Jobs.MaxInlineInput;
	MAX_OUTPUT_TOKENS = Jobs.MaxOutputTokens;
	MAX_TEXT = Jobs.MaxText;
	MATCH_DELAY = Jobs.MatchDelay;
	PREFILL_TOKENS_PER_BLOCK = Jobs.PrefillTokensPerBlock;
	TOKENS_PER_BLOCK = Jobs.TokensPerBlock;
	MAX_TIME_LIMIT = Jobs.MaxTimeLimit;
	MAX_CLAIM_VALIDITY = Jobs.MaxClaimValidity;
	TREASURY = Rewards.TreasuryAccount;
	TRACKS = Referenda.Tracks;
	SUBMISSION_DEPOSIT = Referenda.SubmissionDeposit;
	UNDECIDING_TIMEOUT = Referenda.UndecidingTimeout;
	VOTE_LOCKING_PERIOD = ConvictionVoting.VoteLockingPeriod;
}

items! {
	/// Events.
	events:
	EXTRINSIC_FAILED = System.ExtrinsicFailed;
	FEE_PAID = TransactionPayment.TransactionFeePaid;
	MODEL_REGISTERED = Models.ModelRegistered;
	MODEL_RETIRED = Models.ModelRetired;
	MODEL_REMOVED = Models.ModelRemoved;
	VERSION_PUBLISHED = Models.VersionPublished;
	VERSION_SUPERSEDED = Models.VersionSuperseded;
	VERSION_REMOVED = Models.VersionRemoved;
	OWNERSHIP_OFFERED = Models.OwnershipOffered;
	OWNERSHIP_OFFER_WITHDRAWN = Models.OwnershipOfferWithdrawn;
	OWNERSHIP_TRANSFERRED = Models.OwnershipTransferred;
	PROVIDER_REGISTERED = Staking.ProviderRegistered;
	BONDED = Staking.Bonded;
	UNBONDING = Staking.Unbonding;
	WITHDRAWN = Staking.Withdrawn;
	WORKER_KEY_ADDED = Staking.WorkerKeyAdded;
	WORKER_KEY_REMOVED = Staking.WorkerKeyRemoved;
	WORKER_KEY_FORGOTTEN = Staking.WorkerKeyForgotten;
	PROVIDER_CHILLED = Staking.ProviderChilled;
	PROVIDER_UNCHILLED = Staking.ProviderUnchilled;
	SLASH_RAISED = Staking.SlashRaised;
	SLASH_CANCELLED = Staking.SlashCancelled;
	PROVIDER_SLASHED = Staking.ProviderSlashed;
	PROVIDER_PAUSED = Staking.ProviderPaused;
	PROVIDER_DEREGISTERED = Staking.ProviderDeregistered;
	DELEGATED = Staking.Delegated;
	UNDELEGATED = Staking.Undelegated;
	REDELEGATED = Staking.Redelegated;
	DELEGATION_WITHDRAWN = Staking.DelegationWithdrawn;
	DELEGATION_REDUCED = Staking.DelegationReduced;
	INCOME_CLAIMED = Staking.IncomeClaimed;
	COMMISSION_SET = Staking.CommissionSet;
	OFFER_SET = Pricing.OfferSet;
	OFFER_REMOVED = Pricing.OfferRemoved;
	POLICY_SET = Pricing.PolicySet;
	PERIOD_ENDED = Pricing.PeriodEnded;
	JOB_POSTED = Jobs.JobPosted;
	JOB_OPENED = Jobs.JobOpened;
	JOB_ASSIGNED = Jobs.JobAssigned;
	RECEIPT_ACCEPTED = Jobs.ReceiptAccepted;
	WORKER_TIMED_OUT = Jobs.WorkerTimedOut;
	WORKER_EQUIVOCATED = Jobs.WorkerEquivocated;
	JOB_CLOSED = Jobs.JobClosed;
	OUTPUT_REMOVED = Jobs.OutputRemoved;
	JOB_PAID = Rewards.JobPaid;
	ROYALTY_CLAIMED = Rewards.RoyaltyClaimed;
	ROYALTY_FORFEITED = Rewards.RoyaltyForfeited;
	ROYALTY_ENDED = Rewards.RoyaltyEnded;
	ROYALTY_DEPOSIT_TAKEN = Rewards.RoyaltyDepositTaken;
	ROYALTY_DEPOSIT_RETURNED = Rewards.RoyaltyDepositReturned;
	REFERENDUM_SUBMITTED = Referenda.Submitted;
	CALL_DISPATCHED = Scheduler.Dispatched;
	CALL_UNAVAILABLE = Scheduler.CallUnavailable;
}

/// Transaction extensions.
pub mod extensions {
	/// Explicit bytes of the extensions that have some, for a transaction that nobody signs:
	/// immortal, nonce 0, no tip (there is no account to have either), no metadata hash.
	pub const WITHOUT_SIGNER: &[(&str, &[u8])] = &[
		("CheckMortality", &[0]),
		("CheckNonce", &[0]),
		("ChargeTransactionPayment", &[0]),
		("CheckMetadataHash", &[0]),
	];
}

/// The first pallet of [`PALLETS`] that the chain lacks.
pub fn missing_pallet(metadata: &Metadata) -> Option<&'static str> {
	PALLETS
		.iter()
		.copied()
		.find(|name| metadata.pallet_by_name(name).is_none())
}

/// What the chain's metadata lacks of all that this client knows by name, such as
/// `storage Jobs.Outcomes`. Empty when client and runtime are of the same release.
pub fn missing(metadata: &Metadata) -> Vec<String> {
	let mut missing = Vec::new();
	let mut look = |kind: &str, items: &[Item], has: &dyn Fn(&Item) -> bool| {
		for item in items.iter().filter(|item| !has(item)) {
			missing.push(format!("{kind} {}.{}", item.pallet, item.name));
		}
	};
	look("storage", storage::ALL, &|item| {
		metadata
			.pallet_by_name(item.pallet)
			.and_then(|pallet| pallet.storage()?.entry_by_name(item.name))
			.is_some()
	});
	look("call", calls::ALL, &|item| {
		metadata
			.pallet_by_name(item.pallet)
			.is_some_and(|pallet| pallet.call_variant_by_name(item.name).is_some())
	});
	look("view function", views::ALL, &|item| {
		metadata
			.pallet_by_name(item.pallet)
			.is_some_and(|pallet| pallet.view_function_by_name(item.name).is_some())
	});
	look("runtime API", apis::ALL, &|item| {
		metadata
			.runtime_api_trait_by_name(item.pallet)
			.is_some_and(|api| api.method_by_name(item.name).is_some())
	});
	look("constant", constants::ALL, &|item| {
		metadata
			.pallet_by_name(item.pallet)
			.is_some_and(|pallet| pallet.constant_by_name(item.name).is_some())
	});
	look("event", events::ALL, &|item| {
		metadata
			.pallet_by_name(item.pallet)
			.and_then(|pallet| pallet.event_variants())
			.is_some_and(|variants| variants.iter().any(|variant| variant.name == item.name))
	});
	missing
}
