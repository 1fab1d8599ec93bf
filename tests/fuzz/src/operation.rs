//! What can be done to the chain: the vocabulary.
//!
//! An operation says what is wanted, not with which job or model: those are picked from what there is when
//! it is done. So each operation makes sense in any state, and any part of a sequence is a sequence.

use athanor_primitives::{
	eligibility::Attributes,
	job::Sampler,
	model::{NumericClass, PriceClass},
	policy::Policy,
	price::Price,
	receipt::Finish,
};
use polkadot_sdk::sp_runtime::{FixedU128, Permill};

use crate::{cast::Actor, input::Pick};

/// What is done.
#[derive(Clone, Debug, PartialEq)]
// The names of the fields, and the calls, say what each is.
#[allow(missing_docs)]
pub enum Operation {
	/// `jobs.post`, after asking `quote`.
	Post(Post),
	/// `jobs.cancel`.
	Cancel { job: Pick, who: Pick },
	/// `jobs.claim`, after asking `simulate_match`.
	Claim { job: Pick, who: Pick },
	/// `jobs.claim_as_worker`.
	ClaimAsWorker {
		job: Pick,
		key: Pick,
		flaw: ClaimFlaw,
	},
	/// `jobs.submit_receipt`.
	Receipt {
		job: Pick,
		key: Pick,
		finish: Finish,
		tokens: u8,
		flaw: ReceiptFlaw,
	},
	/// `jobs.poke`.
	Poke { job: Pick, who: Actor },
	/// `jobs.report_equivocation`.
	Equivocate {
		job: Pick,
		key: Pick,
		who: Actor,
		flaw: EquivocationFlaw,
	},
	/// `staking.register`.
	Register { who: Pick, stake: u128 },
	/// `staking.bond`.
	Bond { who: Pick, amount: u128 },
	/// `staking.unbond`.
	Unbond { who: Pick, share: Share },
	/// `staking.withdraw`.
	Withdraw { who: Pick },
	/// `staking.add_worker_key`.
	AddKey { who: Pick, key: Pick, flaw: KeyFlaw },
	/// `staking.remove_worker_key`.
	RemoveKey { key: Pick, who: Pick },
	/// `staking.deregister`.
	Deregister { who: Pick },
	/// `staking.chill`.
	Chill { who: Pick },
	/// `staking.unchill`.
	Unchill { who: Pick },
	/// `staking.exit`.
	Exit { who: Pick },
	/// `staking.forget_worker_key`.
	ForgetKey { key: Pick, who: Actor },
	/// What is done with delegated stake, and with slashes.
	Delegation(Delegation),
	/// `pricing.set_offer`.
	SetOffer {
		who: Pick,
		version: Pick,
		price: Price,
		slots: u32,
		attributes: Attributes,
	},
	/// `pricing.remove_offer`.
	RemoveOffer { offer: Pick, who: Pick },
	/// `pricing.prune_offer`.
	PruneOffer { offer: Pick, who: Actor },
	/// `pricing.set_policy` by Root, or by an actor in vain.
	SetPolicy {
		by_root: bool,
		class: PriceClass,
		policy: Policy,
	},
	/// `models.register`.
	RegisterModel { who: Actor, spec: Spec },
	/// `models.retire`.
	Retire { model: Pick, who: Pick },
	/// `models.remove`.
	Remove { model: Pick, who: Actor },
	/// `models.publish_version`.
	Publish { model: Pick, who: Pick, spec: Spec },
	/// `models.remove_version`.
	RemoveVersion { version: Pick, who: Actor },
	/// `models.offer_ownership`.
	OfferOwnership { model: Pick, who: Pick, to: Actor },
	/// `models.withdraw_ownership_offer`.
	WithdrawOwnershipOffer { model: Pick, who: Pick },
	/// `models.accept_ownership`.
	AcceptOwnership { model: Pick, who: Pick },
	/// What is done with the shares of a royalty.
	Royalty(Royalty),
	/// What is done about a referendum.
	Governance(Governance),
	/// What is done with the bond of a validator or a nominator.
	Validator { who: Pick, what: Bonding },
	/// What an account does with helpers, several signers, or its name.
	Account(Account),
	/// What is done about a bounty.
	Bounty(Bounty),
	/// A transfer of free balance.
	Transfer {
		from: Pick,
		to: Pick,
		amount: Amount,
	},
	/// `origins.set_parameter` by Root, or by an actor in vain.
	SetParameter { by_root: bool, value: Parameter },
	/// So many blocks, with or without randomness.
	Blocks { count: u8, random: bool },
	/// So many blocks; those in which nothing is due are passed over.
	Wait { blocks: u32 },
	/// Time passes and the hooks fall behind.
	Stall,
	/// Any call of ours from bytes, as a fuzzer writes them, signed or not.
	Raw { who: Option<Actor>, bytes: Vec<u8> },
}

/// A request for a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
	/// The requester.
	pub who: Actor,
	/// The version of a model to run.
	pub version: Pick,
	/// Whether it names that version.
	pub names_version: bool,
	/// How it finds its provider.
	pub mode: Mode,
	/// The input.
	pub input: Input,
	/// Most tokens to generate.
	pub output: u32,
	/// How tokens are chosen.
	pub sampler: Sampler,
	/// The most to pay per token.
	pub ceiling: Price,
	/// Blocks.
	pub time: Time,
	/// What providers must be.
	pub needs: Needs,
}

/// How a job finds its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
	/// The chain draws.
	Auto,
	/// The first to claim.
	Open,
	/// One.
	Direct(Pick),
}

/// The input of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
	/// So many bytes of text.
	Text(usize),
	/// Not text.
	NotUtf8,
}

/// The time limit of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
	/// The shortest possible, and so many blocks more.
	Shortest(u32),
	/// So many blocks.
	Blocks(u32),
}

/// What a job asks of its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
	/// Nothing.
	Nothing,
	/// A machine in Germany or France.
	Region,
	/// A day's retention at most.
	Retention,
	/// 40 GiB.
	Memory,
	/// Exact results.
	Exact,
	/// Floating-point results.
	Float,
	/// One of two of the providers of the start.
	Allow(Pick),
	/// None of two of the providers of the start.
	Exclude(Pick),
	/// The same one allowed and excluded.
	Conflict(Pick),
	/// 17 accounts allowed.
	TooManyListed,
	/// 33 regions.
	TooManyRegions,
	/// A region in small letters.
	BadRegion,
}

/// What is wrong with a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ClaimFlaw {
	None,
	Expired,
	TooFarAhead,
	OtherChain,
	BadSignature,
}

/// What is wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ReceiptFlaw {
	None,
	OtherChain,
	OtherModel,
	OtherVersion,
	OtherInput,
	TooManyTokensIn,
	TooManyTokensOut,
	UnknownFinish,
	NoDelivery,
	OtherTokens,
	TextTooLong,
	TextNotUtf8,
	BadSignature,
	BadTextSignature,
}

/// What is wrong with a proof of equivocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EquivocationFlaw {
	None,
	SameReceipt,
	OtherJob,
	OtherKey,
	OtherChain,
	BadSignature,
}

/// What is wrong with the proof of a worker key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum KeyFlaw {
	None,
	OtherProvider,
	WeakKey,
}

/// Something that is done with delegated stake, or with a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delegation {
	/// Who does it; or which delegation, or which slash.
	pub who: Pick,
	/// The provider, or the new one.
	pub provider: Pick,
	/// What is done.
	pub what: Delegated,
}

/// What is done with delegated stake, or with a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Delegated {
	Delegate(u128),
	Undelegate(Share),
	Withdraw,
	Claim,
	Collect,
	Redelegate(Share),
	Commission(Permill),
	AutoCompound(bool),
	Compound,
	Enact,
	Cancel { by_root: bool },
}

/// Something that is done with the shares of a royalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Royalty {
	/// Who does it, or whose shares they are.
	pub who: Pick,
	/// The model.
	pub model: Pick,
	/// What is done.
	pub what: Sharing,
}

/// What is done with the shares of a royalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
	/// So many shares go to somebody.
	Transfer(u32, Actor),
	/// All of them go back to the owner of the model.
	Return,
	/// `rewards.claim_royalty`.
	Claim,
	/// `rewards.claim_royalty_for`, by somebody else.
	ClaimFor,
	/// `rewards.merge_royalty`.
	Merge,
}

/// Something that is done about a referendum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Governance {
	/// Who does it.
	pub who: Pick,
	/// The referendum.
	pub referendum: Pick,
	/// What is done.
	pub what: Governing,
}

/// What is done about a referendum.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Governing {
	Note(Proposal),
	Unnote,
	/// Names the call by its hash, or has it inside.
	Submit(Proposal, bool),
	PlaceDeposit,
	/// Aye or nay, with so many eighths of all that the voter has.
	Vote {
		aye: bool,
		conviction: u8,
		eighths: u8,
	},
	/// Aye, nay and abstention, with an eighth of all that the voter has for each.
	Split,
	RemoveVote,
	/// The votes of one track go to another.
	Delegate {
		to: Actor,
		track: u16,
		conviction: u8,
		eighths: u8,
	},
	Undelegate(u16),
	Unlock(u16),
	RefundDecision,
	RefundSubmission,
	/// The same for a referendum that was rejected.
	RefundRejected,
	Cancel {
		by_root: bool,
	},
	Kill {
		by_root: bool,
	},
}

/// What a referendum decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proposal {
	/// In whose name.
	pub speaker: Speaker,
	/// What.
	pub what: Proposed,
}

/// In whose name a referendum decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
	/// Who may do it and nothing more.
	Fitting,
	/// Root.
	Root,
	/// One who may not do it.
	Other,
}

/// What a referendum does.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Proposed {
	Parameter(Parameter),
	Policy(PriceClass, Policy),
	CancelSlash(u64),
	Validators(u32),
}

/// What is done with the bond of a validator or a nominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Bonding {
	Bond(u128),
	More(u128),
	Unbond(u128),
	Rebond(u128),
	Withdraw,
	Nominate,
}

/// Something that an account does with helpers, several signers, or its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
	/// Who does it, or for whom.
	pub who: Pick,
	/// What is done.
	pub what: Accounting,
}

/// What an account does with helpers, several signers, or its name. The numbers say with which of a few calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Accounting {
	AddProxy {
		to: Actor,
		kind: u8,
		delay: u8,
	},
	RemoveProxies,
	Proxy(u8),
	Announce(u8),
	RemoveAnnouncement(u8),
	RejectAnnouncement(u8),
	ProxyAnnounced(u8),
	/// The first signature, or the one that is missing.
	Sign(u8),
	Approve(u8),
	CancelSigning(u8),
	/// With names of so many bytes.
	SetIdentity(u8),
	SetSubs(u8),
	QuitSub,
	ClearIdentity,
	KillIdentity {
		by_root: bool,
	},
	AddRegistrar {
		by_root: bool,
	},
	SetFee,
	AskJudgement,
	CancelJudgement,
	Judge,
}

/// Something that is done about a bounty, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounty {
	/// Who does it, or who becomes its curator.
	pub who: Pick,
	/// The bounty.
	pub bounty: Pick,
	/// What is done.
	pub what: Spending,
}

/// What is done about a bounty, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Spending {
	/// For so many ATH.
	Propose(u8),
	/// The step that leads on, from where one of them is.
	Proceed,
	Approve {
		by_root: bool,
	},
	ApproveWithCurator {
		by_root: bool,
	},
	ProposeCurator {
		by_root: bool,
	},
	AcceptCurator,
	UnassignCurator {
		by_root: bool,
	},
	Award,
	Claim,
	Close {
		by_root: bool,
	},
	AddChild,
	ProposeChildCurator,
	AcceptChildCurator,
	UnassignChildCurator {
		by_root: bool,
	},
	AwardChild,
	ClaimChild,
	CloseChild {
		by_root: bool,
	},
}

/// A part of what is bonded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
	/// All of it.
	All,
	/// All but the least that a provider needs.
	AllButLeast,
	/// So many eighths.
	Eighths(u8),
	/// One unit.
	Unit,
	/// One unit more than there is.
	TooMuch,
}

/// What is transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
	/// So many ATH, and the account may go.
	Ath(u8),
	/// So many hundredths of the existential deposit, and the account may go.
	Dust(u8),
	/// A quarter of what is free, and the account stays.
	Quarter,
	/// All, and the account goes if it can.
	AllAndLeave,
	/// All, but the account stays.
	AllAndStay,
	/// More than there is.
	TooMuch,
}

/// A governed value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parameter {
	/// `StakeMultiple`; that of genesis if `None`.
	StakeMultiple(Option<FixedU128>),
	/// `Retention`.
	Retention(Option<u32>),
	/// `TimeoutSlash`.
	TimeoutSlash(Option<Permill>),
	/// `EquivocationSlash`.
	EquivocationSlash(Option<Permill>),
	/// `TreasuryShare`.
	TreasuryShare(Option<Permill>),
	/// `BurnShare`.
	BurnShare(Option<Permill>),
	/// `MaxRoyalty`.
	MaxRoyalty(Option<Permill>),
	/// `RequesterPenalty`.
	RequesterPenalty(Option<Permill>),
	/// `ReporterShare`.
	ReporterShare(Option<Permill>),
	/// `MaxEraSlash`.
	MaxEraSlash(Option<Permill>),
	/// `AppealPeriod`.
	AppealPeriod(Option<u32>),
	/// `MaxCommission`.
	MaxCommission(Option<Permill>),
	/// `BaseWorkPeriod`.
	BaseWorkPeriod(Option<u32>),
	/// `SettlePeriod`.
	SettlePeriod(Option<u32>),
	/// `TimeoutPause`.
	TimeoutPause(Option<u32>),
	/// `MaxCommissionChange`.
	MaxCommissionChange(Option<Permill>),
	/// `MaxDelegation`.
	MaxDelegation(Option<FixedU128>),
	/// `Period` of prices.
	PricePeriod(Option<u32>),
}

/// A model, or a version of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
	/// Which content: there are few, so that some are registered twice.
	pub content: u8,
	/// Number of parameters.
	pub parameters: u64,
	/// Most tokens of prompt and output.
	pub context: u32,
	/// Most tokens that the template adds.
	pub overhead: u32,
	/// Per cent.
	pub royalty: u32,
	/// How results are compared.
	pub class: NumericClass,
	/// Bytes of its name.
	pub name: usize,
	/// Whether its source can be printed.
	pub printable: bool,
}
