//! Dealing with oneself loses money at every setting that governance can choose: requester, provider, delegator, author
//! and reporter are one, each with an account of its own, and pay, fail and slash each other, on the real runtime.
//!
//! The settings are searched: every corner of those that matter to a fault, and random points between them, bounds
//! among them. Those beyond the bounds cannot be decided.

use athanor_fuzz::{
	calls,
	cast::Actor,
	chain::{Fate, Sender},
	input::Pick,
	operation::{
		EquivocationFlaw, Input, Mode, Needs, Operation, Parameter, Post, ReceiptFlaw, Spec, Time,
	},
	read::{CEILING, FLOOR},
	wealth,
	world::World,
};
use athanor_jobs::{Call, Jobs, NextJobId, Outcomes};
use athanor_pricing::{History, Prices};
use athanor_primitives::{
	JobId, ModelId,
	eligibility::Attributes,
	job::{Assignment, CloseReason, Sampler},
	model::{NumericClass, PriceClass},
	policy::Policy,
	price::{Price, PriceBounds},
	receipt::Finish,
	split::share_of,
};
use athanor_runtime::{
	Balance, Runtime, RuntimeCall,
	configs::parameters,
	constants::{ATH, MILLI},
};
use athanor_staking::{PendingSlashes, Providers};
use frame_support::traits::Get;
use polkadot_sdk::*;
use proptest::{prelude::*, test_runner::Config};
use sp_runtime::{FixedPointNumber, FixedU128, Permill};

/// Who is one and the same.
const REQUESTER: Actor = Actor::Alice;
const PROVIDER: Actor = Actor::Charlie;
const DELEGATOR: Actor = Actor::Bob;
const AUTHOR: Actor = Actor::Ferdie;
const REPORTER: Actor = Actor::One;

/// Somebody else, with a part of the same pool.
const STRANGER: Actor = Actor::Eve;

/// All that governance decides about what a job and a fault cost, and what the coalition itself can choose. Shares are in
/// parts per million.
#[derive(Clone, Copy, Debug)]
struct Setting {
	treasury: u32,
	burn: u32,
	timeout: u32,
	equivocation: u32,
	era: u32,
	penalty: u32,
	reporter: u32,
	appeal: u32,
	/// In thousandths.
	multiple: u32,
	/// In thousandths.
	delegation: u32,
	commission: u32,
	/// In per cent.
	royalty: u32,
	/// Shares of the royalty that the reporter has.
	split: u32,
	/// The price of the provider's offer.
	price: u128,
}

/// As at genesis.
const GENESIS: Setting = Setting {
	treasury: 50_000,
	burn: 10_000,
	timeout: 10_000,
	equivocation: 200_000,
	era: 300_000,
	penalty: 100_000,
	reporter: 100_000,
	appeal: 7 * 28_800,
	multiple: 2_000,
	delegation: 4_000,
	commission: 0,
	royalty: 5,
	split: 0,
	price: 100 * FLOOR,
};

impl Setting {
	/// Sets what governance decides.
	fn vote(&self, world: &mut World) {
		let share = |parts| Some(Permill::from_parts(parts));
		let times = |thousandths| Some(FixedU128::from_rational(u128::from(thousandths), 1_000));
		for value in [
			Parameter::TreasuryShare(share(self.treasury)),
			Parameter::BurnShare(share(self.burn)),
			Parameter::TimeoutSlash(share(self.timeout)),
			Parameter::EquivocationSlash(share(self.equivocation)),
			Parameter::MaxEraSlash(share(self.era)),
			Parameter::RequesterPenalty(share(self.penalty)),
			Parameter::ReporterShare(share(self.reporter)),
			Parameter::AppealPeriod(Some(self.appeal)),
			Parameter::StakeMultiple(times(self.multiple)),
			Parameter::MaxDelegation(times(self.delegation)),
			Parameter::MaxCommission(Some(parameters::MaxCommission::MOST)),
			Parameter::MaxRoyalty(Some(parameters::MaxRoyalty::MOST)),
		] {
			let fate = world.send(Sender::Root, &calls::governed(&value)).unwrap();
			assert_eq!(fate, Fate::Done, "{value:?}");
		}
	}
}

/// The bounds of a governed share, in parts per million.
macro_rules! bounds {
	($name:ident) => {
		(
			parameters::$name::LEAST.deconstruct(),
			parameters::$name::MOST.deconstruct(),
		)
	};
}

/// The bounds of a royalty, in per cent.
const ROYALTY: (u32, u32) = (0, parameters::MaxRoyalty::MOST.deconstruct() / 10_000);

/// The bounds of the appeal, in blocks.
const APPEAL: (u32, u32) = (
	parameters::AppealPeriod::LEAST,
	parameters::AppealPeriod::MOST,
);

/// The bounds of a multiple, in thousandths.
fn thousandths(least: FixedU128, most: FixedU128) -> (u32, u32) {
	let of = |multiple: FixedU128| u32::try_from(multiple.saturating_mul_int(1_000u128)).unwrap();
	(of(least), of(most))
}

fn multiples() -> (u32, u32) {
	thousandths(
		parameters::StakeMultiple::LEAST,
		parameters::StakeMultiple::MOST,
	)
}

fn delegations() -> (u32, u32) {
	thousandths(
		parameters::MaxDelegation::LEAST,
		parameters::MaxDelegation::MOST,
	)
}

/// Both ends of a range, and any value between.
fn within((least, most): (u32, u32)) -> impl Strategy<Value = u32> {
	prop_oneof![Just(least), Just(most), least..=most]
}

/// Any setting inside the bounds of the code, and the bounds often.
fn any_setting() -> impl Strategy<Value = Setting> {
	let of_payment = (
		within(bounds!(TreasuryShare)),
		within(bounds!(BurnShare)),
		within(ROYALTY),
		within(bounds!(MaxCommission)),
		within((0, 1_000_000)),
		prop_oneof![Just(FLOOR), Just(CEILING), FLOOR..=CEILING],
	);
	let of_fault = (
		within(bounds!(TimeoutSlash)),
		within(bounds!(EquivocationSlash)),
		within(bounds!(MaxEraSlash)),
		within(bounds!(RequesterPenalty)),
		within(bounds!(ReporterShare)),
		within(APPEAL),
		within(multiples()),
		within(delegations()),
	);
	(of_payment, of_fault).prop_map(|(payment, fault)| {
		let (treasury, burn, royalty, commission, split, price) = payment;
		let (timeout, equivocation, era, penalty, reporter, appeal, multiple, delegation) = fault;
		Setting {
			treasury,
			burn,
			timeout,
			equivocation,
			era,
			penalty,
			reporter,
			appeal,
			multiple,
			delegation,
			commission,
			royalty,
			split,
			price,
		}
	})
}

/// A part of a setting, and the two ends between which it can be.
type Ends = (fn(&mut Setting) -> &mut u32, (u32, u32));

/// Every setting in which each of these is one or the other, and all else is as at genesis.
fn corners<const N: usize>(ends: [Ends; N]) -> Vec<Setting> {
	(0..1u32 << N)
		.map(|number| {
			let mut setting = GENESIS;
			for (bit, (field, (low, high))) in ends.iter().enumerate() {
				*field(&mut setting) = if (number >> bit) & 1 == 0 {
					*low
				} else {
					*high
				};
			}
			setting
		})
		.collect()
}

/// The market of the coalition.
struct Circle {
	world: World,
	model: ModelId,
}

impl Circle {
	/// At this setting. Nobody else offers anything; a stranger shares the pool, if anything can be delegated.
	fn at(setting: &Setting) -> Self {
		let mut world = World::new();
		setting.vote(&mut world);
		let model = world.inside(athanor_models::NextModelId::<Runtime>::get);
		let mut circle = Self { world, model };
		for other in [Actor::Dave, Actor::Eve] {
			circle.must(other, athanor_staking::Call::<Runtime>::chill {});
		}
		let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive {
			dest: REPORTER.account().into(),
			value: 1_000 * ATH,
		};
		circle.must(REQUESTER, transfer);
		circle.must(
			AUTHOR,
			calls::models::register(&Spec {
				content: 11,
				parameters: 15_000_000,
				context: 2_048,
				overhead: 4,
				royalty: setting.royalty,
				class: NumericClass::Exact,
				name: 5,
				printable: true,
			}),
		);
		circle.must(PROVIDER, offer(model, setting.price, 8));
		let commission = Permill::from_parts(setting.commission);
		let call = athanor_staking::Call::<Runtime>::set_commission { commission };
		if commission > Permill::zero() {
			circle.must(PROVIDER, call);
		}
		for who in [DELEGATOR, STRANGER] {
			let call = athanor_staking::Call::<Runtime>::delegate {
				provider: PROVIDER.account(),
				amount: 20 * ATH + 7,
			};
			// At some settings nothing can be delegated.
			circle.send(who, call);
		}
		if (1..=1_000_000).contains(&setting.split) {
			let call = athanor_rewards::Call::<Runtime>::transfer_royalty {
				model,
				to: REPORTER.account(),
				shares: setting.split,
			};
			circle.must(AUTHOR, call);
		}
		circle.world.blocks(1, true).unwrap();
		circle
	}

	/// Nobody pays a fee: fees would hide what is won.
	fn send(&mut self, who: Actor, call: impl Into<RuntimeCall>) -> Fate {
		let call = call.into();
		self.world.send_free(Sender::Signed(who), &call).unwrap()
	}

	fn must(&mut self, who: Actor, call: impl Into<RuntimeCall>) {
		let call = call.into();
		let fate = self.send(who, call.clone());
		assert_eq!(fate, Fate::Done, "{call:?}");
	}

	fn wealth(&mut self) -> wealth::Wealth {
		let members = [REQUESTER, PROVIDER, DELEGATOR, AUTHOR, REPORTER];
		self.world
			.inside(|| wealth::of(members.map(Actor::account)))
	}

	/// Asserts that so much was lost since `before`, at least. Parts of a unit, less than one for each record, can have
	/// been counted down before.
	fn lost(&mut self, before: wealth::Wealth, least: Balance, what: &str) {
		let after = self.wealth();
		assert!(
			after.units + least <= before.units + before.rounded,
			"{what}: {least} should be lost of {before:?}, {after:?} is left"
		);
	}

	/// A job of this requester for the provider: the id that it will have, and the call.
	fn prepared(&mut self, who: Actor, ceiling: Price) -> (JobId, RuntimeCall) {
		let model = self.model;
		self.world.inside(|| {
			let mut request = calls::jobs::request(&Post {
				who,
				version: Pick(0),
				names_version: false,
				mode: Mode::Auto,
				input: Input::Text(5),
				output: 8,
				sampler: Sampler::Greedy,
				ceiling,
				time: Time::Shortest(20),
				needs: Needs::Nothing,
			});
			request.model = model;
			request.assignment = Assignment::Direct(PROVIDER.account());
			let call = Call::<Runtime>::post { request };
			(NextJobId::<Runtime>::get(), call.into())
		})
	}

	/// Posts a job, and waits until it is assigned.
	fn post_by(&mut self, who: Actor, ceiling: Price) -> JobId {
		let (id, call) = self.prepared(who, ceiling);
		self.must(who, call);
		self.world.blocks(3, true).unwrap();
		let job = self.world.inside(|| Jobs::<Runtime>::get(id).unwrap());
		assert!(job.state.work().is_some(), "{job:?}");
		id
	}

	/// Posts a job for oneself, and waits until it is assigned.
	fn post(&mut self, ceiling: Price) -> JobId {
		self.post_by(REQUESTER, ceiling)
	}

	/// Hands in a receipt for the only job there is.
	fn deliver(&mut self, finish: Finish) {
		let plan = self.world.plan(&Operation::Receipt {
			job: Pick(0),
			key: Pick(0),
			finish,
			tokens: 8,
			flaw: ReceiptFlaw::None,
		});
		let plan = plan.unwrap();
		let fate = self.world.send_free(plan.sender, &plan.call).unwrap();
		assert_eq!(fate, Fate::Done);
	}

	/// Pays for a job of one's own. Returns its id.
	fn pay(&mut self) -> JobId {
		let before = self.wealth();
		let id = self.post(Price::flat(CEILING));
		self.deliver(Finish::Stop);
		self.world.blocks(3, true).unwrap();
		let outcome = self.world.inside(|| Outcomes::<Runtime>::get(id).unwrap());
		assert_eq!(outcome.reason, CloseReason::Paid);
		let shares = self
			.world
			.inside(|| parameters::TreasuryShare::get() + parameters::BurnShare::get());
		let lost = outcome.payment.treasury + outcome.payment.burned;
		assert!(lost >= share_of(outcome.spent, shares.deconstruct()).max(1));
		// What it has earned it can claim, or not.
		self.lost(before, lost, "paying oneself");
		self.world.inside(wealth::claim_everything);
		self.lost(before, lost, "paying oneself, and claiming");
		id
	}

	fn slashed(&mut self) -> Balance {
		self.world.inside(|| {
			let record = Providers::<Runtime>::get(PROVIDER.account());
			record.map_or(0, |record| record.slashed)
		})
	}

	/// Waits until no slash is pending, and collects what they have taken. Returns what that was of the provider's own.
	fn slash(&mut self, before: Balance) -> Balance {
		for _ in 0..4 {
			let due = self.world.inside(|| {
				PendingSlashes::<Runtime>::iter_values()
					.map(|slash| slash.enacts_at)
					.max()
			});
			let Some(due) = due else {
				break;
			};
			let now = self.world.number();
			self.world.wait(due.saturating_sub(now) + 2).unwrap();
		}
		let pending = self
			.world
			.inside(|| PendingSlashes::<Runtime>::iter_keys().count());
		assert_eq!(pending, 0);
		self.world.inside(wealth::claim_everything);
		self.slashed() - before
	}

	/// Misses the deadline of a job of one's own, and says what that took of the provider's own stake.
	fn miss(&mut self) -> Balance {
		let (before, slashed) = (self.wealth(), self.slashed());
		let id = self.post(Price::flat(CEILING));
		self.world.wait(60).unwrap();
		let reason = self
			.world
			.inside(|| Outcomes::<Runtime>::get(id).map(|outcome| outcome.reason));
		assert_eq!(reason, Some(CloseReason::WorkerTimedOut));
		let own = self.slash(slashed);
		self.lost(before, own.div_ceil(2), "missing one's own deadline");
		// The pause after a missed deadline.
		self.world.wait(200).unwrap();
		own
	}

	/// Signs two receipts for a job of one's own, and reports oneself. The job is live, or was paid.
	fn equivocate(&mut self, live: bool) {
		let (before, slashed) = (self.wealth(), self.slashed());
		if live {
			self.post(Price::flat(CEILING));
		}
		let plan = self.world.plan(&Operation::Equivocate {
			job: Pick(if live { 0 } else { 4 }),
			key: Pick(0),
			who: REPORTER,
			flaw: EquivocationFlaw::None,
		});
		let plan = plan.unwrap();
		let fate = self.world.send_free(plan.sender, &plan.call).unwrap();
		assert_eq!(fate, Fate::Done, "{:?}", plan.call);
		let own = self.slash(slashed);
		assert!(own > 0, "two receipts cost something at every setting");
		self.lost(before, own.div_ceil(4), "reporting oneself");
	}
}

fn offer(model: ModelId, price: u128, slots: u32) -> RuntimeCall {
	let attributes = Attributes {
		region: None,
		retention_hours: None,
		gpu_memory_gib: 80,
	};
	calls::pricing::set_offer((model, 1), Price::flat(price), slots, attributes)
}

/// All that can be done alone, one after the other.
fn deal_with_oneself(setting: &Setting, live: bool) {
	let mut circle = Circle::at(setting);
	circle.pay();
	let own = circle.miss();
	let timeout = circle.world.inside(parameters::TimeoutSlash::get);
	assert_eq!(own > 0, timeout > Permill::zero(), "{setting:?}");
	circle.pay();
	circle.equivocate(live);
	circle.world.check().unwrap();
}

#[test]
fn who_deals_with_itself_loses_at_every_setting() {
	let cases = match std::env::var_os("PROPTEST_CASES") {
		Some(_) => Config::default().cases,
		None => 512,
	};
	let config = Config {
		cases,
		failure_persistence: None,
		..Config::default()
	};
	proptest!(config, |(setting in any_setting(), live in any::<bool>())| {
		deal_with_oneself(&setting, live);
	});
}

#[test]
fn who_pays_itself_loses_at_every_corner() {
	for mut setting in corners([
		(|setting| &mut setting.treasury, bounds!(TreasuryShare)),
		(|setting| &mut setting.burn, bounds!(BurnShare)),
		(|setting| &mut setting.royalty, ROYALTY),
		(|setting| &mut setting.commission, bounds!(MaxCommission)),
		(|setting| &mut setting.split, (0, 333_333)),
		(|setting| &mut setting.delegation, delegations()),
	]) {
		for price in [FLOOR, CEILING] {
			setting.price = price;
			Circle::at(&setting).pay();
		}
	}
}

/// Half of what the slash takes of its own stake is lost at least: the requester gets no more, and who has shown the
/// fault is nobody here.
#[test]
fn who_misses_its_own_deadline_loses_at_every_setting() {
	for setting in corners([
		(|setting| &mut setting.timeout, bounds!(TimeoutSlash)),
		(|setting| &mut setting.era, bounds!(MaxEraSlash)),
		(|setting| &mut setting.penalty, bounds!(RequesterPenalty)),
		(|setting| &mut setting.reporter, bounds!(ReporterShare)),
		(|setting| &mut setting.appeal, APPEAL),
		(|setting| &mut setting.multiple, multiples()),
		(|setting| &mut setting.delegation, delegations()),
	]) {
		let own = Circle::at(&setting).miss();
		assert!(own > 0, "{setting:?}");
	}
}

/// A quarter of what the slash takes of its own stake is lost at least: the requester gets half, and the reporter half of
/// the rest, at most.
#[test]
fn who_reports_itself_loses_at_every_corner() {
	for setting in corners([
		(
			|setting| &mut setting.equivocation,
			bounds!(EquivocationSlash),
		),
		(|setting| &mut setting.era, bounds!(MaxEraSlash)),
		(|setting| &mut setting.penalty, bounds!(RequesterPenalty)),
		(|setting| &mut setting.reporter, bounds!(ReporterShare)),
		(|setting| &mut setting.appeal, APPEAL),
		(|setting| &mut setting.multiple, multiples()),
	]) {
		for live in [true, false] {
			let mut circle = Circle::at(&setting);
			circle.pay();
			circle.equivocate(live);
		}
	}
}

/// Jobs with which a price is pushed.
const PUSHES: usize = 24;

/// The step that is the largest there can be, from a utilisation of a twentieth on.
const RESTLESS: Policy = Policy {
	bounds: PriceBounds {
		floor: Price::flat(FLOOR),
		ceiling: Price::flat(CEILING),
	},
	low: 50_000,
	high: 50_000,
	step: 100_000,
};

impl Circle {
	/// With the most restless policy, the shortest periods, and all slots of the class.
	fn restless(setting: &Setting) -> Self {
		let mut circle = Self::at(&Setting {
			price: FLOOR,
			..*setting
		});
		for other in Actor::PROVIDERS {
			for model in 0..2 {
				let call = athanor_pricing::Call::<Runtime>::remove_offer { model, version: 1 };
				circle.must(other, call);
			}
		}
		circle.must(PROVIDER, offer(circle.model, FLOOR, 1));
		let class = PriceClass::Small;
		let policy = athanor_pricing::Call::<Runtime>::set_policy {
			class,
			policy: RESTLESS,
		};
		let period = calls::governed(&Parameter::PricePeriod(Some(
			parameters::PricePeriod::LEAST,
		)));
		for call in [policy.into(), period] {
			let fate = circle.world.send(Sender::Root, &call).unwrap();
			assert_eq!(fate, Fate::Done, "{call:?}");
		}
		circle
	}

	fn price(&mut self) -> Balance {
		let price = self
			.world
			.inside(|| Prices::<Runtime>::get(PriceClass::Small).unwrap());
		price.output
	}

	/// Asserts that no period moved the price by more than the step, or beyond the bounds.
	fn price_was_bounded(&mut self) {
		let periods = self
			.world
			.inside(|| History::<Runtime>::get(PriceClass::Small));
		let prices: Vec<_> = periods.iter().map(|period| period.price.output).collect();
		for pair in prices.windows(2) {
			let most = share_of(pair[0], RESTLESS.step).max(1);
			assert!(pair[0].abs_diff(pair[1]) <= most, "{prices:?}");
		}
		assert!(prices.iter().all(|price| (FLOOR..=CEILING).contains(price)));
	}

	/// A stranger buys a job. Returns what it pays, and what the coalition gets of that.
	fn sell(&mut self) -> (Balance, Balance) {
		let (requester, before) = (STRANGER, self.wealth());
		let id = self.post_by(requester, Price::flat(CEILING));
		self.deliver(Finish::Stop);
		self.world.blocks(3, true).unwrap();
		self.world.inside(wealth::claim_everything);
		let spent = self
			.world
			.inside(|| Outcomes::<Runtime>::get(id).unwrap().spent);
		(spent, self.wealth().units.saturating_sub(before.units))
	}
}

/// What is claimed of who pushes the price of its class up by jobs of its own, with all slots of the class in its hands
/// and the most restless policy that can be voted:
///
/// * without money of others it loses, with each job that is paid what treasury and burning take of it, at whatever
///   price; a higher price makes it lose more;
/// * no period moves the price further than the step, none beyond the ceiling, and it falls back as fast when the jobs
///   end;
/// * of a stranger's job it gets no more than that costs, less the treasury's and the burnt share: so it wins by a push
///   only what strangers pay more for what they buy while the price is up, under ceilings that they name themselves.
///
/// It is not claimed that strangers cannot be made to pay more than the push has cost. That depends on how much they
/// buy, and is what step, ceiling and the choice of other providers are for.
#[test]
fn who_pushes_its_own_price_loses() {
	for setting in corners([
		(|setting| &mut setting.treasury, bounds!(TreasuryShare)),
		(|setting| &mut setting.burn, bounds!(BurnShare)),
		(|setting| &mut setting.royalty, ROYALTY),
		(|setting| &mut setting.delegation, delegations()),
	]) {
		let mut circle = Circle::restless(&setting);
		let (low, income) = circle.sell();
		assert!(income < low);
		let before = circle.wealth();
		let start = circle.price();
		for _ in 0..PUSHES {
			circle.pay();
		}
		let pushed = circle.price();
		assert!(pushed > start, "it can be pushed: {pushed} after {start}");
		let lost = before.units - circle.wealth().units;
		assert!(lost > 0);
		let (high, income) = circle.sell();
		let shares = circle
			.world
			.inside(|| parameters::TreasuryShare::get() + parameters::BurnShare::get());
		let taken = share_of(high, shares.deconstruct());
		// What was counted down before can come with it.
		assert!(
			income <= high - taken + before.rounded,
			"{income} of {high}"
		);
		assert!(high > low, "strangers pay the price that was pushed");
		println!(
			"from {start} to {pushed} in {PUSHES} jobs: {lost} lost, a stranger's job costs {} more",
			high - low
		);
		circle.price_was_bounded();
		for _ in 0..8 {
			if circle.price() > FLOOR {
				circle.world.blocks(250, true).unwrap();
			}
		}
		assert_eq!(circle.price(), FLOOR, "it falls when the jobs end");
		circle.price_was_bounded();
	}
}

/// A job that its provider rejects is refunded whole, and costs its requester only the fee: but it costs that, and what
/// it does to the price is bounded as for any other job.
#[test]
fn who_rejects_its_own_jobs_pays_the_fees() {
	let mut circle = Circle::restless(&GENESIS);
	let before = circle.wealth();
	for _ in 0..PUSHES {
		let (id, call) = circle.prepared(REQUESTER, Price::flat(CEILING));
		let fate = circle.world.send(Sender::Signed(REQUESTER), &call).unwrap();
		assert_eq!(fate, Fate::Done);
		circle.world.blocks(8, true).unwrap();
		circle.deliver(Finish::Rejected);
		circle.world.blocks(3, true).unwrap();
		let outcome = circle
			.world
			.inside(|| Outcomes::<Runtime>::get(id).unwrap());
		assert_eq!((outcome.reason, outcome.spent), (CloseReason::Rejected, 0));
	}
	// A fee of a thousandth of an ATH, or so.
	circle.lost(before, PUSHES as Balance * MILLI / 10, "posting jobs");
	println!(
		"{} for {PUSHES} jobs that were rejected, price {}",
		before.units - circle.wealth().units,
		circle.price()
	);
	circle.price_was_bounded();
}
