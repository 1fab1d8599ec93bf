//! What can be done to the chain: the vocabulary.
//!
//! An operation says what is wanted, not with which job or model: those are picked from what there is when
//! it is done. So each operation makes sense in any state, and any part of a sequence is a sequence.

use athanor_primitives::{
	eligibility::Attributes,
	job::Sampler,
	model::{NumericClass, PriceClass},
	price::{Price, PriceBounds},
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
	/// `pricing.set_bounds` by Root, or by an actor in vain.
	SetBounds {
		by_root: bool,
		class: PriceClass,
		bounds: PriceBounds,
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
	/// A transfer of free balance.
	Transfer {
		from: Pick,
		to: Pick,
		amount: Amount,
	},
	/// `parameters.set_parameter` by Root, or by an actor in vain.
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
