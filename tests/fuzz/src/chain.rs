//! The real runtime, driven natively: blocks by `Executive`, transactions with real signatures.

use std::sync::OnceLock;

use athanor_jobs::{Agenda, AgendaCursor, AgendaEnd, Cursor, weights::WeightInfo};
use athanor_runtime::{
	AccountId, BlockNumber, Executive, Header, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeGenesisConfig, RuntimeOrigin, System, TxExtension, UncheckedExtrinsic,
	configs::economy::TreasuryAccount, constants::MILLISECS_PER_BLOCK, presets,
};
use codec::Encode;
use frame_support::{
	dispatch::{GetDispatchInfo, Pays, PostDispatchInfo},
	genesis_builder_helper::build_state,
	storage::{TransactionOutcome, with_transaction},
	weights::Weight,
};
use polkadot_sdk::*;
use serde_json::Value;
use sp_consensus_babe::digests::{PreDigest, SecondaryVRFPreDigest};
use sp_core::{
	Pair,
	crypto::{Ss58Codec, VrfSecret},
	sr25519::vrf::{VrfSignature, VrfTranscript},
};
use sp_runtime::{
	Digest, DigestItem, DispatchError, DispatchErrorWithPostInfo, DispatchResultWithInfo,
	generic::{Era, SignedPayload},
	traits::{Dispatchable, Header as _},
	transaction_validity::TransactionValidityError,
};

use crate::{
	Broken,
	cast::Actor,
	demand,
	state::{Accesses, State},
};

/// The first slot: a time long after that of genesis.
const FIRST_SLOT: u64 = 600_000_000;

/// What the hooks of other pallets may take at the start of a block, beside the job hook.
const OTHER_HOOKS: Weight = Weight::from_parts(50_000_000_000, u64::MAX);

/// Who sends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
	/// Governance, which has no transactions yet.
	Root,
	/// An account, in a signed transaction.
	Signed(Actor),
	/// Nobody, in a general transaction: the call authorises itself.
	Nobody,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
	/// It did what it says.
	Done,
	/// It was in a block, and failed.
	Failed(DispatchError),
	/// It would not come into a block.
	Refused(TransactionValidityError),
}

/// A block that stands open, and the state.
pub struct Chain {
	externalities: State,
	parent: Header,
	slot: u64,
	events_seen: usize,
}

/// A state to begin from.
#[derive(PartialEq, Eq)]
pub struct Snapshot {
	state: Vec<(Vec<u8>, Vec<u8>)>,
	parent: Header,
	slot: u64,
	events_seen: usize,
}

impl Chain {
	/// The development chain with its first block open.
	pub fn development() -> Self {
		let mut chain = Self {
			externalities: State::default(),
			parent: Header::new(
				0,
				Default::default(),
				Default::default(),
				Default::default(),
				Digest::default(),
			),
			slot: FIRST_SLOT,
			events_seen: 0,
		};
		chain.inside(build_development);
		chain.open(1, true);
		chain
	}

	/// The chain as it was when the snapshot was taken.
	pub fn restore(snapshot: &Snapshot) -> Self {
		let mut chain = Self {
			externalities: State::default(),
			parent: snapshot.parent.clone(),
			slot: snapshot.slot,
			events_seen: snapshot.events_seen,
		};
		for (key, value) in &snapshot.state {
			chain.externalities.insert(key.clone(), value.clone());
		}
		chain
	}

	/// This state.
	pub fn snapshot(&mut self) -> Snapshot {
		let state = self.inside(whole_state);
		Snapshot {
			state,
			parent: self.parent.clone(),
			slot: self.slot,
			events_seen: self.events_seen,
		}
	}

	/// Throws away what the externalities remember of keys that are gone, and the hashes of old blocks, which
	/// only mortal transactions need. Everything is slower with them.
	pub fn compact(&mut self) {
		self.inside(|| {
			let now = System::block_number();
			let old: Vec<BlockNumber> = frame_system::BlockHash::<Runtime>::iter_keys()
				.filter(|number| *number > 0 && number.saturating_add(2) < now)
				.collect();
			for number in old {
				frame_system::BlockHash::<Runtime>::remove(number);
			}
		});
		self.externalities.compact();
	}

	/// Runs this on the state.
	pub fn inside<R>(&mut self, what: impl FnOnce() -> R) -> R {
		self.externalities.execute_with(what)
	}

	/// Counts accesses to the state from now on.
	pub fn start_counting(&mut self) {
		self.externalities.start_counting();
	}

	/// Counts them no longer. Returns those since [`Self::start_counting`].
	pub fn stop_counting(&mut self) -> Accesses {
		self.externalities.stop_counting()
	}

	/// The number of the open block.
	pub fn number(&mut self) -> BlockNumber {
		self.inside(System::block_number)
	}

	/// Events since the last time.
	pub fn new_events(&mut self) -> Vec<RuntimeEvent> {
		let seen = self.events_seen;
		let events: Vec<RuntimeEvent> = self.inside(|| {
			System::read_events_no_consensus()
				.skip(seen)
				.map(|record| record.event)
				.collect()
		});
		self.events_seen += events.len();
		events
	}

	/// Opens a block with this number. Without randomness it is as on a chain whose authors have given none yet.
	///
	/// The slot is always the next one: which slot a block has does not matter to the market, and a session
	/// ends after so many slots.
	pub fn open(&mut self, number: BlockNumber, random: bool) {
		self.slot += 1;
		self.events_seen = 0;
		let (slot, parent) = (self.slot, self.parent.hash());
		let digest = Digest {
			logs: vec![claim_of(slot)],
		};
		self.inside(|| {
			// `Executive` wants each number to be the next one.
			System::set_block_number(number.saturating_sub(1));
			if !random {
				pallet_babe::AuthorVrfRandomness::<Runtime>::kill();
			}
			Executive::initialize_block(&Header::new(
				number,
				Default::default(),
				Default::default(),
				parent,
				digest,
			));
			let now = slot * MILLISECS_PER_BLOCK;
			let time = RuntimeCall::from(pallet_timestamp::Call::set { now });
			Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time))
				.expect("an inherent is valid")
				.expect("the time is set");
		});
	}

	/// Closes the open block.
	pub fn close(&mut self) {
		self.parent = self.inside(Executive::finalize_block);
	}

	/// Whether the open block takes no transactions, because a session ended in it.
	pub fn is_full(&mut self) -> bool {
		self.inside(|| {
			let limit = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
			System::block_weight().total().any_gte(limit)
		})
	}

	/// The law on what the start of a block may take.
	///
	/// # Errors
	/// If the hooks took more than they may.
	pub fn check_opening(&mut self) -> Result<(), Broken> {
		if self.is_full() {
			// The end of a session is stated as a whole block.
			return Ok(());
		}
		let (used, limit) = self.inside(|| {
			let base = <Runtime as frame_system::Config>::BlockWeights::get().base_block;
			let limit = base
				.saturating_add(<Runtime as athanor_jobs::Config>::HookWeight::get())
				.saturating_add(<Runtime as athanor_staking::Config>::HookWeight::get())
				.saturating_add(<Runtime as pallet_scheduler::Config>::MaximumWeight::get())
				.saturating_add(OTHER_HOOKS);
			(System::block_weight().total(), limit)
		});
		demand(
			limit.all_gte(used),
			"the hooks stay inside their weight",
			|| format!("{used} of {limit} at the start of a block"),
		)
	}

	/// Applies a call for which nobody pays a fee: fees would hide small gains.
	///
	/// # Errors
	/// As of [`Self::apply`].
	pub fn apply_free(&mut self, sender: Sender, call: &RuntimeCall) -> Result<Fate, Broken> {
		match sender {
			Sender::Signed(actor) => {
				let origin = RuntimeOrigin::signed(actor.account());
				Ok(self.inside(|| execute_as(origin, call)))
			}
			Sender::Root | Sender::Nobody => self.apply(sender, call),
		}
	}

	/// Applies a call, after a rehearsal that tells what it says about its weight.
	///
	/// # Errors
	/// If it states a greater weight, or takes another fee, than it declared.
	pub fn apply(&mut self, sender: Sender, call: &RuntimeCall) -> Result<Fate, Broken> {
		let seen = self.events_seen;
		self.inside(|| {
			let rehearsal = rehearse(sender, call);
			check_weight(call, &rehearsal)?;
			let fate = match sender {
				Sender::Root => execute_as(RuntimeOrigin::root(), call),
				Sender::Signed(actor) => execute(signed(actor, call.clone())),
				Sender::Nobody => execute(general(call.clone())),
			};
			if fate == Fate::Done && pays_nothing(&rehearsal) {
				check_free(seen)?;
			}
			Ok(fate)
		})
	}
}

/// Lays `patch` over `base`.
fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		}
		(base, patch) => *base = patch,
	}
}

/// Leaves out the accounts that take no part: they would only be looked at after each operation.
fn dismiss(balances: &mut Value) {
	let treasury = TreasuryAccount::get();
	let takes_part = |entry: &Value| {
		let address = entry.get(0).and_then(Value::as_str).unwrap_or_default();
		let account = AccountId::from_ss58check(address).expect("an address");
		account == treasury || Actor::with(&account).is_some()
	};
	balances
		.as_array_mut()
		.expect("the balances are a list")
		.retain(takes_part);
}

/// Builds the development genesis.
fn build_development() {
	let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).expect("it is JSON");
	let preset = presets::get_preset(&"development".into()).expect("the preset exists");
	let preset = serde_json::from_slice(&preset).expect("a preset is JSON");
	merge(&mut genesis, preset);
	dismiss(&mut genesis["balances"]["balances"]);
	let genesis = serde_json::to_vec(&genesis).expect("it is JSON");
	build_state::<RuntimeGenesisConfig>(genesis).expect("the preset makes a state");
}

fn whole_state() -> Vec<(Vec<u8>, Vec<u8>)> {
	let mut state = Vec::new();
	let mut key = Vec::new();
	// The empty key holds nothing.
	while let Some(next) = sp_io::storage::next_key(&key) {
		if let Some(value) = sp_io::storage::get(&next) {
			state.push((next.clone(), value.to_vec()));
		}
		key = next;
	}
	state
}

/// The author's claim to its slot: Alice's, who is the only validator.
fn claim_of(slot: u64) -> DigestItem {
	let claim = PreDigest::SecondaryVRF(SecondaryVRFPreDigest {
		authority_index: 0,
		slot: slot.into(),
		vrf_signature: vrf_signature(),
	});
	DigestItem::PreRuntime(sp_consensus_babe::BABE_ENGINE_ID, claim.encode())
}

/// A signature of Alice. The same for each block: the node checks it, not the runtime, and the runtime
/// makes other randomness of it in each slot.
fn vrf_signature() -> VrfSignature {
	static SIGNATURE: OnceLock<VrfSignature> = OnceLock::new();
	let sign = || {
		let data = VrfTranscript::new(b"BABE", &[]).into_sign_data();
		Actor::Alice.pair().vrf_sign(&data)
	};
	SIGNATURE.get_or_init(sign).clone()
}

fn extension(nonce: u32) -> TxExtension {
	(
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	)
}

/// A transaction as a wallet makes it.
pub fn signed(actor: Actor, call: RuntimeCall) -> UncheckedExtrinsic {
	let account = actor.account();
	let extension = extension(System::account_nonce(&account));
	let payload =
		SignedPayload::new(call.clone(), extension.clone()).expect("the genesis hash is on record");
	let signature = payload.using_encoded(|bytes| actor.pair().sign(bytes));
	UncheckedExtrinsic::new_signed(call, account.into(), signature.into(), extension)
}

fn general(call: RuntimeCall) -> UncheckedExtrinsic {
	UncheckedExtrinsic::new_transaction(call, extension(0))
}

/// Applies a transaction as a block's author does: one that is refused leaves no trace.
fn execute(transaction: UncheckedExtrinsic) -> Fate {
	let applied = with_transaction(|| match Executive::apply_extrinsic(transaction) {
		Ok(outcome) => TransactionOutcome::Commit(Ok::<_, DispatchError>(Ok(outcome))),
		Err(refusal) => TransactionOutcome::Rollback(Ok(Err(refusal))),
	});
	match applied {
		Ok(Ok(Ok(()))) => Fate::Done,
		Ok(Ok(Err(error))) | Err(error) => Fate::Failed(error),
		Ok(Err(refusal)) => Fate::Refused(refusal),
	}
}

fn execute_as(origin: RuntimeOrigin, call: &RuntimeCall) -> Fate {
	match call.clone().dispatch(origin) {
		Ok(_) => Fate::Done,
		Err(failure) => Fate::Failed(failure.error),
	}
}

type Rehearsal = DispatchResultWithInfo<PostDispatchInfo>;

/// Dispatches the call and takes everything back. `Executive` cuts a stated weight that is too great down to
/// the declared one, so that only this tells.
fn rehearse(sender: Sender, call: &RuntimeCall) -> Rehearsal {
	let origin = match sender {
		Sender::Root => RuntimeOrigin::root(),
		Sender::Signed(actor) => RuntimeOrigin::signed(actor.account()),
		Sender::Nobody => frame_system::RawOrigin::Authorized.into(),
	};
	let result = with_transaction(|| {
		let result = call.clone().dispatch(origin);
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(result))
	});
	result.unwrap_or_else(|error| {
		Err(DispatchErrorWithPostInfo {
			post_info: PostDispatchInfo::default(),
			error,
		})
	})
}

fn post_info(rehearsal: &Rehearsal) -> PostDispatchInfo {
	match rehearsal {
		Ok(info) => *info,
		Err(failure) => failure.post_info,
	}
}

fn pays_nothing(rehearsal: &Rehearsal) -> bool {
	rehearsal.is_ok() && post_info(rehearsal).pays_fee == Pays::No
}

fn check_weight(call: &RuntimeCall, rehearsal: &Rehearsal) -> Result<(), Broken> {
	let declared = call.get_dispatch_info().call_weight;
	let actual = post_info(rehearsal).actual_weight.unwrap_or(declared);
	// The SDK's first approval by a hash states the weight of a call that is longer. `Executive` cuts it down.
	if matches!(
		call,
		RuntimeCall::Multisig(pallet_multisig::Call::approve_as_multi { .. })
	) {
		return Ok(());
	}
	demand(
		declared.all_gte(actual),
		"no call weighs more than it declared",
		|| format!("{actual} of {declared}: {call:?}"),
	)
}

fn check_free(seen: usize) -> Result<(), Broken> {
	let paid = System::read_events_no_consensus()
		.skip(seen)
		.find_map(|record| match record.event {
			RuntimeEvent::TransactionPayment(
				pallet_transaction_payment::Event::TransactionFeePaid { actual_fee, .. },
			) => Some(actual_fee),
			_ => None,
		});
	demand(
		paid.unwrap_or(0) == 0,
		"a call that is free takes no fee",
		|| format!("a fee of {paid:?}"),
	)
}

/// The next block after `now` in which something is due: for jobs, or because it is scheduled.
pub fn next_due(now: BlockNumber) -> Option<BlockNumber> {
	// What is only forgotten can wait a little, so that one block does it for many.
	let patience = |agenda| match agenda {
		Agenda::Deadlines => 0,
		Agenda::Retention => 500,
	};
	let jobs = AgendaEnd::<Runtime>::iter_keys()
		.filter(|(_, at)| *at > now)
		.map(|(agenda, at)| at.saturating_add(patience(agenda)));
	let scheduled = pallet_scheduler::Agenda::<Runtime>::iter_keys().filter(|at| *at > now);
	jobs.chain(scheduled).min()
}

/// Tells the hooks that the blocks before `next`, of which none was made, have been worked off, as far as
/// nothing was due in them. Without it they would look into each.
pub fn pass_over(next: BlockNumber) {
	for agenda in [Agenda::Deadlines, Agenda::Retention] {
		let first = AgendaEnd::<Runtime>::iter_key_prefix(agenda).min();
		let block = first.map_or(next, |first| first.min(next));
		if block > AgendaCursor::<Runtime>::get(agenda).block {
			AgendaCursor::<Runtime>::insert(agenda, Cursor { block, page: 0 });
		}
	}
	pass_over_schedule(next);
}

/// Tells the scheduler that nothing was scheduled for the blocks before `next`, of which none was made, until the
/// first for which something was.
pub fn pass_over_schedule(next: BlockNumber) {
	let first = pallet_scheduler::Agenda::<Runtime>::iter_keys().min();
	let block = first.map_or(next, |first| first.min(next));
	let known = pallet_scheduler::IncompleteSince::<Runtime>::get();
	if known.is_none_or(|known| known < block) {
		pallet_scheduler::IncompleteSince::<Runtime>::put(block);
	}
}

/// Blocks that the job hook can look into, if nothing is due in them: more of them, and it lags.
pub fn hook_reach() -> BlockNumber {
	let page = <Runtime as athanor_jobs::Config>::WeightInfo::agenda_page().ref_time();
	let hook = <Runtime as athanor_jobs::Config>::HookWeight::get().ref_time();
	BlockNumber::try_from(hook.checked_div(page).unwrap_or(0)).unwrap_or(BlockNumber::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn chill() -> RuntimeCall {
		athanor_staking::Call::<Runtime>::chill {}.into()
	}

	fn stating(weight: Weight, pays_fee: Pays) -> Rehearsal {
		Ok(PostDispatchInfo {
			actual_weight: Some(weight),
			pays_fee,
		})
	}

	#[test]
	fn a_weight_over_the_declared_one_is_seen() {
		Chain::development().inside(|| {
			let declared = chill().get_dispatch_info().call_weight;
			let exact = stating(declared, Pays::Yes);
			check_weight(&chill(), &exact).unwrap();
			let over = stating(declared.saturating_add(Weight::from_parts(1, 0)), Pays::Yes);
			check_weight(&chill(), &over).unwrap_err();
			assert!(!pays_nothing(&exact));
			assert!(pays_nothing(&stating(declared, Pays::No)));
		});
	}

	#[test]
	fn a_fee_for_a_free_call_is_seen() {
		let mut chain = Chain::development();
		let seen = chain.new_events().len();
		let fate = chain.apply(Sender::Signed(Actor::Alice), &chill()).unwrap();
		assert!(matches!(fate, Fate::Failed(_)), "{fate:?}");
		chain.inside(|| check_free(seen)).unwrap_err();
	}

	#[test]
	fn what_is_refused_leaves_no_trace() {
		let mut chain = Chain::development();
		let before = chain.snapshot();
		let fate = chain.apply(Sender::Signed(Actor::One), &chill()).unwrap();
		assert!(matches!(fate, Fate::Refused(_)), "{fate:?}");
		let fate = chain.apply(Sender::Nobody, &chill()).unwrap();
		assert!(matches!(fate, Fate::Refused(_)), "{fate:?}");
		assert!(before == chain.snapshot());
	}

	#[test]
	fn blocks_have_randomness_or_none() {
		use frame_support::traits::Randomness;
		type Source = pallet_babe::ParentBlockRandomness<Runtime>;
		let mut chain = Chain::development();
		let mut next = |random| {
			let next = chain.number() + 1;
			chain.close();
			chain.open(next, random);
			chain.inside(|| Source::random(b"").0)
		};
		let (first, second) = (next(true), next(true));
		assert!(first.is_some() && second.is_some());
		assert_ne!(first, second);
		assert_eq!(next(false), None);
		assert!(next(true).is_some());
	}
}
