//! How bytes become an operation.

mod governance;

use athanor_primitives::{
	eligibility::Attributes,
	job::Sampler,
	model::{NumericClass, PriceClass},
	policy::Policy,
	price::{Price, PriceBounds},
	receipt::Finish,
};
use athanor_runtime::constants::{ATH, MILLI};
use polkadot_sdk::sp_runtime::Permill;

use crate::{
	cast::Actor,
	input::Choices,
	operation::{
		Amount, ClaimFlaw, Delegated, Delegation, EquivocationFlaw, Input, KeyFlaw, Mode, Needs,
		Operation, Post, ReceiptFlaw, Share, Spec, Time,
	},
};

/// The lowest price of the smallest class at genesis.
pub const FLOOR: u128 = 1_000;
/// The highest price of the smallest class at genesis.
pub const CEILING: u128 = MILLI;

type Make = fn(&mut Choices<'_>) -> Operation;

/// How often each kind of operation comes, in 256.
const KINDS: [(u16, Make); 40] = [
	(32, |c| Operation::Post(post(c))),
	(6, |c| Operation::Cancel {
		job: c.pick(),
		who: c.pick(),
	}),
	(11, |c| Operation::Claim {
		job: c.pick(),
		who: c.pick(),
	}),
	(11, claim_as_worker),
	(23, receipt),
	(5, |c| Operation::Poke {
		job: c.pick(),
		who: actor(c),
	}),
	(7, equivocate),
	(3, |c| Operation::Register {
		who: c.pick(),
		stake: stake(c),
	}),
	(7, |c| Operation::Bond {
		who: c.pick(),
		amount: stake(c),
	}),
	(4, |c| Operation::Unbond {
		who: c.pick(),
		share: share(c),
	}),
	(3, |c| Operation::Withdraw { who: c.pick() }),
	(8, add_key),
	(3, |c| Operation::RemoveKey {
		key: c.pick(),
		who: c.pick(),
	}),
	(2, |c| Operation::Deregister { who: c.pick() }),
	(7, |c| Operation::Unchill { who: c.pick() }),
	(3, chill_or_exit),
	(3, |c| Operation::ForgetKey {
		key: c.pick(),
		who: actor(c),
	}),
	(17, delegation),
	(15, set_offer),
	(3, |c| Operation::RemoveOffer {
		offer: c.pick(),
		who: c.pick(),
	}),
	(2, |c| Operation::PruneOffer {
		offer: c.pick(),
		who: actor(c),
	}),
	(2, set_policy),
	(2, |c| Operation::RegisterModel {
		who: actor(c),
		spec: spec(c),
	}),
	(3, publish_or_retire),
	(4, |c| Operation::Remove {
		model: c.pick(),
		who: actor(c),
	}),
	(2, |c| Operation::RemoveVersion {
		version: c.pick(),
		who: actor(c),
	}),
	(3, |c| Operation::OfferOwnership {
		model: c.pick(),
		who: c.pick(),
		to: actor(c),
	}),
	(1, |c| Operation::WithdrawOwnershipOffer {
		model: c.pick(),
		who: c.pick(),
	}),
	(3, |c| Operation::AcceptOwnership {
		model: c.pick(),
		who: c.pick(),
	}),
	(6, |c| Operation::Transfer {
		from: c.pick(),
		to: c.pick(),
		amount: amount(c),
	}),
	(2, set_parameter),
	(6, governance::royalty),
	(14, governance::governance),
	(2, governance::validator),
	(4, governance::account),
	(4, governance::bounty),
	(16, |c| Operation::Blocks {
		count: 1 + c.byte() % 4,
		random: !c.byte().is_multiple_of(8),
	}),
	(2, |c| Operation::Wait { blocks: waiting(c) }),
	(1, stall),
	(4, raw),
];

impl Operation {
	/// The operation that these bytes stand for. Any bytes stand for one.
	pub fn read(bytes: &[u8]) -> Self {
		let mut choices = Choices::new(bytes);
		let mut left = u16::from(choices.byte());
		for (share, make) in KINDS {
			match left.checked_sub(share) {
				Some(rest) => left = rest,
				None => return make(&mut choices),
			}
		}
		Self::Stall
	}

	/// A governed value, set by Root, that these bytes stand for.
	pub fn setting(bytes: &[u8]) -> Self {
		Self::SetParameter {
			by_root: true,
			value: governance::parameter(&mut Choices::new(bytes)),
		}
	}

	/// An operation that these bytes stand for with which somebody could try to win something: with jobs, stake,
	/// royalties and models.
	pub fn of_market(bytes: &[u8]) -> Self {
		let mut c = Choices::new(bytes);
		match c.byte() % 64 {
			0..=9 => Self::Post(post(&mut c)),
			10..=20 => receipt(&mut c),
			21 | 22 => Self::Claim {
				job: c.pick(),
				who: c.pick(),
			},
			23 | 24 => claim_as_worker(&mut c),
			25..=28 => equivocate(&mut c),
			29 => Self::Cancel {
				job: c.pick(),
				who: c.pick(),
			},
			30..=33 => set_offer(&mut c),
			34 => add_key(&mut c),
			35..=38 => Self::Unchill { who: c.pick() },
			39 => Self::OfferOwnership {
				model: c.pick(),
				who: c.pick(),
				to: actor(&mut c),
			},
			40 => Self::AcceptOwnership {
				model: c.pick(),
				who: c.pick(),
			},
			41 => Self::Transfer {
				from: c.pick(),
				to: c.pick(),
				amount: amount(&mut c),
			},
			42..=47 => governance::royalty(&mut c),
			_ => Self::of_stake(&c.rest()),
		}
	}

	/// An operation on stake, delegated or not, or on royalties, that these bytes stand for.
	pub fn of_stake(bytes: &[u8]) -> Self {
		let mut c = Choices::new(bytes);
		match c.byte() % 16 {
			0..=9 => delegation(&mut c),
			10..=12 => governance::royalty(&mut c),
			13 => Self::Bond {
				who: c.pick(),
				amount: stake(&mut c),
			},
			14 => Self::Unbond {
				who: c.pick(),
				share: share(&mut c),
			},
			_ => Self::Withdraw { who: c.pick() },
		}
	}
}

fn actor(c: &mut Choices<'_>) -> Actor {
	Actor::of(c.byte())
}

fn post(c: &mut Choices<'_>) -> Post {
	let requesters = [
		Actor::Alice,
		Actor::Bob,
		Actor::Ferdie,
		Actor::One,
		Actor::Eve,
	];
	let mut post = Post {
		who: requesters[[0, 1, 0, 1, 2, 3, 4][usize::from(c.byte() % 7)]],
		version: c.pick(),
		names_version: c.byte().is_multiple_of(4),
		mode: mode(c),
		input: Input::Text(c.of([1, 2, 5, 5, 5, 9, 9, 9, 20, 20, 60, 60, 100, 300, 8_192])),
		output: c.of([1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 32, 64, 120]),
		sampler: c.of([
			Sampler::Greedy,
			TOP,
			Sampler::TopK {
				temperature_milli: 10_000,
				k: 1_000,
			},
		]),
		ceiling: ceiling(c),
		time: Time::Shortest(c.of([0, 1, 5, 20, 20, 40, 40, 60, 60, 100, 100, 200, 1_000])),
		needs: needs(c),
	};
	if c.byte().is_multiple_of(4) {
		spoil(c, &mut post);
	}
	post
}

/// A sampler that is in range.
const TOP: Sampler = Sampler::TopK {
	temperature_milli: 800,
	k: 40,
};

/// Puts one field out of its range.
fn spoil(c: &mut Choices<'_>, post: &mut Post) {
	let pick = c.pick();
	match c.byte() % 18 {
		0 => post.input = Input::Text(0),
		1 => post.input = Input::Text(8_193),
		2 => post.input = Input::NotUtf8,
		3 => post.output = 0,
		4 => post.output = 4_097,
		5 => post.output = u32::MAX,
		6 => {
			post.sampler = Sampler::TopK {
				temperature_milli: 0,
				k: 40,
			}
		}
		7 => {
			post.sampler = Sampler::TopK {
				temperature_milli: 800,
				k: 1_001,
			}
		}
		8 => post.ceiling = Price::flat(FLOOR - 1),
		9 => post.ceiling = Price::flat(0),
		10 => post.ceiling = Price::flat(u128::MAX),
		11 => post.ceiling = Price::flat(1_000_000 * ATH),
		12 => post.time = Time::Blocks(5),
		13 => post.time = Time::Blocks(28_801),
		14 => post.needs = Needs::Conflict(pick),
		15 => post.needs = Needs::TooManyListed,
		16 => post.needs = Needs::TooManyRegions,
		_ => post.needs = Needs::BadRegion,
	}
}

fn mode(c: &mut Choices<'_>) -> Mode {
	match c.byte() % 8 {
		0..=2 => Mode::Auto,
		3..=5 => Mode::Open,
		_ => Mode::Direct(c.pick()),
	}
}

/// One ATH for a token makes jobs that weigh on the stake behind them.
fn ceiling(c: &mut Choices<'_>) -> Price {
	let mixed = Price {
		input: 50 * FLOOR,
		output: CEILING,
	};
	let flat = Price::flat(c.of([
		CEILING,
		CEILING,
		CEILING,
		CEILING / 2,
		100 * FLOOR,
		FLOOR,
		ATH,
		ATH,
		10 * ATH,
	]));
	if c.byte().is_multiple_of(16) {
		mixed
	} else {
		flat
	}
}

fn needs(c: &mut Choices<'_>) -> Needs {
	match c.byte() % 32 {
		0..=21 => Needs::Nothing,
		22 => Needs::Region,
		23 => Needs::Retention,
		24 => Needs::Memory,
		25 => Needs::Exact,
		26 => Needs::Float,
		27..=29 => Needs::Allow(c.pick()),
		_ => Needs::Exclude(c.pick()),
	}
}

fn claim_as_worker(c: &mut Choices<'_>) -> Operation {
	let flaw = match c.byte() % 16 {
		0 => ClaimFlaw::Expired,
		1 => ClaimFlaw::TooFarAhead,
		2 => ClaimFlaw::OtherChain,
		3 => ClaimFlaw::BadSignature,
		_ => ClaimFlaw::None,
	};
	Operation::ClaimAsWorker {
		job: c.pick(),
		key: c.pick(),
		flaw,
	}
}

fn receipt(c: &mut Choices<'_>) -> Operation {
	let flaw = match c.byte() % 64 {
		0 => ReceiptFlaw::OtherChain,
		1 => ReceiptFlaw::OtherModel,
		2 => ReceiptFlaw::OtherVersion,
		3 => ReceiptFlaw::OtherInput,
		4 => ReceiptFlaw::TooManyTokensIn,
		5 => ReceiptFlaw::TooManyTokensOut,
		6 => ReceiptFlaw::UnknownFinish,
		7 => ReceiptFlaw::NoDelivery,
		8 => ReceiptFlaw::OtherTokens,
		9 => ReceiptFlaw::TextTooLong,
		10 => ReceiptFlaw::TextNotUtf8,
		11 => ReceiptFlaw::BadSignature,
		12 => ReceiptFlaw::BadTextSignature,
		_ => ReceiptFlaw::None,
	};
	Operation::Receipt {
		job: c.pick(),
		key: c.pick(),
		finish: c.of([
			Finish::Stop,
			Finish::Stop,
			Finish::Length,
			Finish::Stop,
			Finish::Rejected,
		]),
		tokens: c.byte(),
		flaw,
	}
}

/// Leaving is rare, because coming back takes several steps.
fn chill_or_exit(c: &mut Choices<'_>) -> Operation {
	match c.byte() % 4 {
		0 => Operation::Exit { who: c.pick() },
		_ => Operation::Chill { who: c.pick() },
	}
}

/// Retiring is rare, because it is for good.
fn publish_or_retire(c: &mut Choices<'_>) -> Operation {
	match c.byte() % 6 {
		0 => Operation::Retire {
			model: c.pick(),
			who: c.pick(),
		},
		_ => Operation::Publish {
			model: c.pick(),
			who: c.pick(),
			spec: spec(c),
		},
	}
}

fn equivocate(c: &mut Choices<'_>) -> Operation {
	let flaw = match c.byte() % 16 {
		0 => EquivocationFlaw::SameReceipt,
		1 => EquivocationFlaw::OtherJob,
		2 => EquivocationFlaw::OtherKey,
		3 => EquivocationFlaw::OtherChain,
		4 => EquivocationFlaw::BadSignature,
		_ => EquivocationFlaw::None,
	};
	Operation::Equivocate {
		job: c.pick(),
		key: c.pick(),
		who: actor(c),
		flaw,
	}
}

fn stake(c: &mut Choices<'_>) -> u128 {
	c.of([
		100 * ATH,
		100 * ATH,
		150 * ATH,
		300 * ATH,
		300 * ATH,
		1_000 * ATH,
		10_000 * ATH,
		50 * ATH,
		100 * ATH - 1,
		1,
		0,
		u128::MAX,
	])
}

fn share(c: &mut Choices<'_>) -> Share {
	c.of([
		Share::All,
		Share::AllButLeast,
		Share::AllButLeast,
		Share::Eighths(1),
		Share::Eighths(1),
		Share::Eighths(4),
		Share::Unit,
		Share::Unit,
		Share::Eighths(0),
		Share::TooMuch,
	])
}

fn add_key(c: &mut Choices<'_>) -> Operation {
	let flaw = match c.byte() % 16 {
		0 => KeyFlaw::OtherProvider,
		1 => KeyFlaw::WeakKey,
		_ => KeyFlaw::None,
	};
	Operation::AddKey {
		who: c.pick(),
		key: c.pick(),
		flaw,
	}
}

fn delegation(c: &mut Choices<'_>) -> Operation {
	let (who, provider) = (c.pick(), c.pick());
	let what = match c.byte() % 20 {
		0..=5 => Delegated::Delegate(c.of([
			10 * ATH,
			10 * ATH,
			100 * ATH,
			100 * ATH,
			300 * ATH,
			3_000 * ATH,
			ATH,
			ATH - 1,
			1,
			0,
			u128::MAX,
		])),
		6 | 7 => Delegated::Undelegate(share(c)),
		8 => Delegated::Withdraw,
		9 | 10 => Delegated::Claim,
		11 | 12 => Delegated::Collect,
		13 | 14 => Delegated::Redelegate(share(c)),
		15 => Delegated::Commission(c.of([
			Permill::zero(),
			Permill::from_percent(1),
			Permill::from_percent(2),
			Permill::from_percent(30),
			Permill::one(),
		])),
		16 => Delegated::AutoCompound(!c.byte().is_multiple_of(4)),
		17 => Delegated::Compound,
		18 => Delegated::Enact,
		_ => Delegated::Cancel {
			by_root: c.byte().is_multiple_of(2),
		},
	};
	Operation::Delegation(Delegation {
		who,
		provider,
		what,
	})
}

fn set_offer(c: &mut Choices<'_>) -> Operation {
	let (who, version) = (c.pick(), c.pick());
	let mixed = Price {
		input: FLOOR,
		output: CEILING,
	};
	let flat = Price::flat(c.of([
		FLOOR,
		2 * FLOOR,
		50 * FLOOR,
		50 * FLOOR,
		60 * FLOOR,
		CEILING / 2,
		CEILING,
	]));
	let mut price = if c.byte().is_multiple_of(8) {
		mixed
	} else {
		flat
	};
	let mut slots = c.of([1, 1, 2, 2, 3, 4, 1_024]);
	let mut attributes = attributes(c);
	match c.byte() % 32 {
		0 => price = Price::flat(FLOOR - 1),
		1 => price = Price::flat(CEILING + 1),
		2 => price = Price::flat(0),
		3 => slots = 0,
		4 => slots = 1_025,
		5 => attributes.region = Some(*b"de"),
		_ => {}
	}
	Operation::SetOffer {
		who,
		version,
		price,
		slots,
		attributes,
	}
}

fn attributes(c: &mut Choices<'_>) -> Attributes {
	Attributes {
		region: c.of([None, Some(*b"DE"), Some(*b"FR"), Some(*b"US")]),
		retention_hours: c.of([None, Some(0), Some(24), Some(720), Some(u32::MAX)]),
		gpu_memory_gib: c.of([0, 24, 40, 80, u16::MAX]),
	}
}

fn set_policy(c: &mut Choices<'_>) -> Operation {
	let by_root = !c.byte().is_multiple_of(8);
	let (class, policy) = policy(c);
	Operation::SetPolicy {
		by_root,
		class,
		policy,
	}
}

/// The bounds of genesis come back soon, and prices fall fast: with others there is no market.
fn policy(c: &mut Choices<'_>) -> (PriceClass, Policy) {
	let class = c.of([
		PriceClass::Small,
		PriceClass::Small,
		PriceClass::Medium,
		PriceClass::Large,
	]);
	let (floor, ceiling) = match c.byte() % 32 {
		0 => (0, u128::MAX),
		1 => (0, 0),
		2 => (u128::MAX, u128::MAX),
		3 => (60 * FLOOR, CEILING),
		4 => (FLOOR, 60 * FLOOR),
		5 => (CEILING, FLOOR),
		_ => (FLOOR, CEILING),
	};
	let (low, high, step) = match c.byte() % 16 {
		0 => (0, 0, 100_000),
		1 => (0, 1_000_000, 0),
		2 => (1_000_000, 1_000_000, 1),
		3 => (600_000, 400_000, 20_000),
		4 => (0, 1_000_001, 20_000),
		5 => (0, 0, 100_001),
		6 => (u32::MAX, u32::MAX, u32::MAX),
		7 | 8 => (400_000, 600_000, 20_000),
		_ => (800_000, 900_000, 100_000),
	};
	let bounds = PriceBounds {
		floor: Price::flat(floor),
		ceiling: Price::flat(ceiling),
	};
	let policy = Policy {
		bounds,
		low,
		high,
		step,
	};
	(class, policy)
}

fn spec(c: &mut Choices<'_>) -> Spec {
	let mut spec = Spec {
		content: c.byte() % 12,
		parameters: c.of([
			1,
			15_000_000,
			15_000_000,
			3_000_000_000,
			3_000_000_001,
			70_000_000_000,
		]),
		context: c.of([128, 128, 128, 16, 2_048, 1 << 20]),
		overhead: c.of([0, 4, 4, 8, 15]),
		royalty: c.of([0, 5, 10, 20]),
		class: c.of([NumericClass::Float, NumericClass::Exact]),
		name: c.of([1, 5, 64]),
		printable: true,
	};
	match c.byte() % 32 {
		0 => spec.parameters = 0,
		1 => spec.context = 0,
		2 => spec.context = (1 << 20) + 1,
		3 => spec.overhead = spec.context,
		4 => spec.royalty = 21,
		5 => spec.name = 0,
		6 => spec.name = 65,
		7 => spec.printable = false,
		_ => {}
	}
	spec
}

fn amount(c: &mut Choices<'_>) -> Amount {
	match c.byte() % 8 {
		0..=1 => Amount::Ath(c.byte()),
		2 => Amount::Dust(c.byte()),
		3..=4 => Amount::Quarter,
		5 => Amount::AllAndLeave,
		6 => Amount::AllAndStay,
		_ => Amount::TooMuch,
	}
}

fn set_parameter(c: &mut Choices<'_>) -> Operation {
	Operation::SetParameter {
		by_root: !c.byte().is_multiple_of(8),
		value: governance::parameter(c),
	}
}

/// Mostly for deadlines, sometimes for a retention, and rarely for what takes a day, a week or two.
fn waiting(c: &mut Choices<'_>) -> u32 {
	c.of([
		5, 5, 5, 10, 10, 10, 20, 20, 20, 40, 40, 60, 100, 100, 1_300, 1_300, 1_300, 403_300, 2_500,
		28_900, 201_700, 403_300,
	])
}

fn raw(c: &mut Choices<'_>) -> Operation {
	let by = c.byte();
	Operation::Raw {
		who: (by % 8 != 7).then_some(Actor::of(by % 8)),
		bytes: c.rest(),
	}
}

/// Stalls take long to work off, so only some are.
fn stall(c: &mut Choices<'_>) -> Operation {
	match c.byte() % 4 {
		0 => Operation::Stall,
		_ => Operation::Blocks {
			count: 1,
			random: false,
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::input::Pick;

	#[test]
	fn the_kinds_fill_a_byte() {
		assert_eq!(KINDS.iter().map(|(share, _)| share).sum::<u16>(), 256);
	}

	#[test]
	fn any_bytes_are_an_operation() {
		assert!(matches!(Operation::read(&[]), Operation::Post(_)));
		assert_eq!(
			Operation::read(&[32, 0, 4]),
			Operation::Cancel {
				job: Pick(0),
				who: Pick(4)
			}
		);
		for first in 0..=u8::MAX {
			Operation::read(&[first; 3]);
		}
	}
}
