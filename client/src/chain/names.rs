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
	BOUNDS = Pricing.Bounds;
	BOUNDS_VERSION = Pricing.Version;
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
	SET_OFFER = Pricing.set_offer;
	REMOVE_OFFER = Pricing.remove_offer;
	PRUNE_OFFER = Pricing.prune_offer;
	SET_BOUNDS = Pricing.set_bounds;
	POST = Jobs.post;
	CANCEL = Jobs.cancel;
	SUBMIT_RECEIPT = Jobs.submit_receipt;
	POKE = Jobs.poke;
	CLAIM = Jobs.claim;
	CLAIM_AS_WORKER = Jobs.claim_as_worker;
	REPORT_EQUIVOCATION = Jobs.report_equivocation;
}

items! {
	/// View functions.
	views:
	QUOTE = Jobs.quote;
	SIMULATE_MATCH = Jobs.simulate_match;
	SIMULATE_REQUEST = Jobs.simulate_request;
	EXPLAIN_ACCOUNT = Jobs.explain_account;
}

items! {
	/// Constants.
	constants:
	EXISTENTIAL_DEPOSIT = Balances.ExistentialDeposit;
	BLOCK_TIME = Babe.ExpectedBlockTime;
	MAX_ROYALTY = Models.MaxRoyalty;
	RETIREMENT_NOTICE = Models.RetirementNotice;
	RETIREMENT_GRACE = Models.RetirementGrace;
	VERSION_GRACE = Models.VersionGrace;
	MAX_VERSIONS = Models.MaxVersions;
	MIN_STAKE = Staking.MinStake;
	UNBONDING_PERIOD = Staking.UnbondingPeriod;
	MAX_WORKER_KEYS = Staking.MaxWorkerKeys;
	TIMEOUT_PAUSE = Staking.TimeoutPause;
	MAX_SLOTS = Pricing.MaxSlots;
	HARD_BOUNDS = Pricing.HardBounds;
	MAX_INLINE_INPUT = Jobs.MaxInlineInput;
	MAX_OUTPUT_TOKENS = Jobs.MaxOutputTokens;
	MAX_TEXT = Jobs.MaxText;
	MATCH_DELAY = Jobs.MatchDelay;
	BASE_WORK_PERIOD = Jobs.BaseWorkPeriod;
	PREFILL_TOKENS_PER_BLOCK = Jobs.PrefillTokensPerBlock;
	TOKENS_PER_BLOCK = Jobs.TokensPerBlock;
	SETTLE_PERIOD = Jobs.SettlePeriod;
	MAX_TIME_LIMIT = Jobs.MaxTimeLimit;
	MAX_CLAIM_VALIDITY = Jobs.MaxClaimValidity;
	TREASURY_SHARE = Rewards.TreasuryShare;
	BURN_SHARE = Rewards.BurnShare;
	TREASURY = Rewards.TreasuryAccount;
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
	PROVIDER_SLASHED = Staking.ProviderSlashed;
	PROVIDER_PAUSED = Staking.ProviderPaused;
	PROVIDER_DEREGISTERED = Staking.ProviderDeregistered;
	OFFER_SET = Pricing.OfferSet;
	OFFER_REMOVED = Pricing.OfferRemoved;
	BOUNDS_SET = Pricing.BoundsSet;
	JOB_POSTED = Jobs.JobPosted;
	JOB_OPENED = Jobs.JobOpened;
	JOB_ASSIGNED = Jobs.JobAssigned;
	RECEIPT_ACCEPTED = Jobs.ReceiptAccepted;
	WORKER_TIMED_OUT = Jobs.WorkerTimedOut;
	WORKER_EQUIVOCATED = Jobs.WorkerEquivocated;
	JOB_CLOSED = Jobs.JobClosed;
	OUTPUT_REMOVED = Jobs.OutputRemoved;
	JOB_PAID = Rewards.JobPaid;
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
