//! The chain with its cast: what an operation does, and the laws after it.

use std::sync::OnceLock;

use athanor_primitives::{eligibility::Attributes, model::NumericClass, price::Price};
use athanor_runtime::{
	Balances, BlockNumber, RuntimeCall, System,
	configs::parameters,
	constants::{ATH, MICRO},
};

use crate::{
	Broken, calls,
	cast::{Actor, Worker},
	chain::{self, Chain, Fate, Sender, Snapshot},
	coverage::Coverage,
	laws,
	ledger::Ledger,
	operation::{Operation, Parameter, Spec},
	state::Accesses,
	trap,
};

/// Operations and blocks after which the externalities are made anew.
const COMPACTION: u32 = 24;

/// The most blocks that a wait stops in.
const MOST_STOPS: u32 = 400;

/// The world that operations change.
pub struct World {
	chain: Chain,
	ledger: Ledger,
	age: u32,
	/// What was reached.
	pub coverage: Coverage,
	/// What was done, in words, if somebody wants to read it.
	pub trace: Option<Vec<String>>,
}

impl World {
	/// The chain at its start, with a market: two models, three providers with keys and offers. Made once,
	/// and restored every other time.
	pub fn new() -> Self {
		static START: OnceLock<(Snapshot, Ledger)> = OnceLock::new();
		trap::set();
		let (snapshot, ledger) = START.get_or_init(|| {
			let mut world = Self::empty();
			world.set_up().expect("the market opens");
			(world.chain.snapshot(), world.ledger)
		});
		// What somebody else left behind on this thread.
		drop(trap::heard());
		Self {
			chain: Chain::restore(snapshot),
			ledger: ledger.clone(),
			age: 0,
			coverage: Coverage::default(),
			trace: None,
		}
	}

	/// The chain at its start, with nothing but its accounts.
	pub fn empty() -> Self {
		trap::set();
		let mut chain = Chain::development();
		let issuance = chain.inside(Balances::total_issuance);
		let mut world = Self {
			chain,
			ledger: Ledger::new(issuance),
			age: 0,
			coverage: Coverage::default(),
			trace: None,
		};
		world.listen().expect("the first block says nothing");
		world
	}

	/// Runs this on the state.
	pub fn inside<R>(&mut self, what: impl FnOnce() -> R) -> R {
		self.chain.inside(what)
	}

	/// Does this, and counts the accesses to the state.
	pub fn counting<R>(&mut self, what: impl FnOnce(&mut Self) -> R) -> (R, Accesses) {
		self.chain.start_counting();
		let result = what(self);
		(result, self.chain.stop_counting())
	}

	/// The call that an operation comes to in this state.
	pub fn plan(&mut self, operation: &Operation) -> Option<calls::Plan> {
		self.chain.inside(|| calls::plan(operation))
	}

	/// Does an operation and checks every law.
	///
	/// # Errors
	/// The first law that does not hold.
	pub fn perform(&mut self, operation: &Operation) -> Result<(), Broken> {
		self.coverage.operations += 1;
		self.age();
		match operation {
			Operation::Blocks { count, random } => self.blocks(*count, *random)?,
			Operation::Wait { blocks } => self.wait(*blocks)?,
			Operation::Stall => self.stall()?,
			other if !self.act(other)? => return laws::nothing_impossible(),
			_ => {}
		}
		self.check()
	}

	/// Counts what makes the externalities slower.
	fn age(&mut self) {
		self.age += 1;
		if self.age >= COMPACTION {
			self.age = 0;
			self.chain.compact();
		}
	}

	/// Sends a call, and notes what became of it.
	///
	/// # Errors
	/// If a law about calls is broken.
	pub fn send(&mut self, sender: Sender, call: &RuntimeCall) -> Result<Fate, Broken> {
		let fate = self.chain.apply(sender, call)?;
		self.note(sender, call, fate)
	}

	/// Sends a call for which nobody pays a fee.
	///
	/// # Errors
	/// As of [`World::send`].
	pub fn send_free(&mut self, sender: Sender, call: &RuntimeCall) -> Result<Fate, Broken> {
		let fate = self.chain.apply_free(sender, call)?;
		self.note(sender, call, fate)
	}

	fn note(&mut self, sender: Sender, call: &RuntimeCall, fate: Fate) -> Result<Fate, Broken> {
		self.coverage.call(call, &fate);
		if let Some(trace) = &mut self.trace {
			trace.push(format!("{sender:?}: {call:?} -> {fate:?}"));
		}
		self.listen()?;
		Ok(fate)
	}

	/// Checks every law.
	///
	/// # Errors
	/// The first law that does not hold.
	pub fn check(&mut self) -> Result<(), Broken> {
		self.coverage.news(&self.ledger.news);
		let ledger = &mut self.ledger;
		self.chain.inside(|| laws::check(ledger))
	}

	/// Sends the call that an operation comes to. Says whether the state can be another one: what is refused was
	/// rolled back.
	fn act(&mut self, operation: &Operation) -> Result<bool, Broken> {
		let planned = self.plan(operation);
		let Some(calls::Plan {
			sender,
			call,
			forecast,
		}) = planned
		else {
			return Ok(false);
		};
		let fate = self.send(sender, &call)?;
		forecast.map_or(Ok(()), |forecast| forecast.hold_against(&fate))?;
		Ok(!matches!(fate, Fate::Refused(_)))
	}

	/// Makes so many blocks.
	///
	/// # Errors
	/// If a law about blocks is broken.
	pub fn blocks(&mut self, count: u8, random: bool) -> Result<(), Broken> {
		for _ in 0..count {
			let next = self.chain.number() + 1;
			self.next_block(next, random)?;
		}
		self.leave_full_block()
	}

	/// Goes on to the next block where transactions have room.
	fn leave_full_block(&mut self) -> Result<(), Broken> {
		while self.chain.is_full() {
			let next = self.chain.number() + 1;
			self.next_block(next, true)?;
		}
		Ok(())
	}

	fn next_block(&mut self, number: BlockNumber, random: bool) -> Result<(), Broken> {
		self.chain.close();
		self.listen()?;
		self.age();
		self.chain.open(number, random);
		self.coverage.blocks += 1;
		if let Some(trace) = &mut self.trace {
			trace.push(format!("block {number}"));
		}
		self.listen()?;
		self.chain.check_opening()
	}

	/// Lets so many blocks pass, and makes those in which something is due.
	///
	/// # Errors
	/// If a law about blocks is broken.
	pub fn wait(&mut self, blocks: BlockNumber) -> Result<(), Broken> {
		let start = self.chain.number();
		let end = start.saturating_add(blocks);
		for _ in 0..MOST_STOPS {
			let now = self.chain.number();
			if now >= end {
				break;
			}
			let stop = self.chain.inside(|| {
				let stop = chain::next_due(now).unwrap_or(end).clamp(now + 1, end);
				chain::pass_over(stop);
				stop
			});
			self.next_block(stop, true)?;
		}
		self.leave_full_block()
	}

	/// Lets more blocks pass than the hook can look into, so that it lags when calls come again.
	fn stall(&mut self) -> Result<(), Broken> {
		let reach = self.chain.inside(chain::hook_reach);
		let number = self.chain.number() + reach + reach / 2;
		self.chain.inside(|| chain::pass_over_schedule(number));
		self.next_block(number, true)?;
		self.leave_full_block()
	}

	fn listen(&mut self) -> Result<(), Broken> {
		let events = self.chain.new_events();
		self.ledger.read(&events)
	}
}

impl Default for World {
	fn default() -> Self {
		Self::new()
	}
}

/// A model of the start.
const fn model(content: u8, context: u32, class: NumericClass) -> Spec {
	Spec {
		content,
		parameters: 15_000_000,
		context,
		overhead: 4,
		royalty: 5,
		class,
		name: 5,
		printable: true,
	}
}

impl World {
	fn must(&mut self, who: Actor, call: RuntimeCall) -> Result<(), Broken> {
		match self.send(Sender::Signed(who), &call)? {
			Fate::Done => Ok(()),
			other => Err(Broken::new(
				"the market can be opened",
				format!("{call:?}: {other:?}"),
			)),
		}
	}

	fn set_up(&mut self) -> Result<(), Broken> {
		let models = [
			model(0, 128, NumericClass::Float),
			model(1, 2_048, NumericClass::Exact),
		];
		for spec in models {
			self.must(Actor::Ferdie, calls::models::register(&spec))?;
		}
		for (index, who) in (0..).zip(Actor::PROVIDERS) {
			self.must(who, calls::staking::register(300 * ATH))?;
			let key = self.inside(|| calls::staking::add_key(Worker::of(index), &who.account()));
			self.must(who, key)?;
			for model in 0..2 {
				let price = Price::flat(MICRO / 100 * u128::from(index + 1));
				let attributes = Attributes {
					region: Some(*b"DE"),
					retention_hours: Some(u32::from(index)),
					gpu_memory_gib: 40 * u16::from(index),
				};
				let offer = calls::pricing::set_offer((model, 1), price, 2, attributes);
				self.must(who, offer)?;
			}
		}
		// So that there is not too much to look at after each operation.
		let retention = calls::governed(&Parameter::Retention(Some(parameters::Retention::LEAST)));
		self.send(Sender::Root, &retention)?;
		self.check()
	}

	/// The number of the open block.
	pub fn number(&mut self) -> BlockNumber {
		self.inside(System::block_number)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::input::Pick;

	#[test]
	fn the_market_opens_and_every_law_holds() {
		let mut world = World::new();
		world.check().unwrap();
		world
			.perform(&Operation::Blocks {
				count: 3,
				random: true,
			})
			.unwrap();
		world.perform(&Operation::Wait { blocks: 403_300 }).unwrap();
		world.perform(&Operation::Stall).unwrap();
		world
			.perform(&Operation::Cancel {
				job: Pick(0),
				who: Pick(0),
			})
			.unwrap();
	}

	#[test]
	fn the_state_is_the_same_after_a_compaction() {
		let mut world = World::new();
		world.blocks(9, true).unwrap();
		world.chain.compact();
		let before = world.chain.snapshot();
		world.chain.compact();
		assert!(before == world.chain.snapshot());
		world.check().unwrap();
		world.blocks(9, true).unwrap();
	}
}
