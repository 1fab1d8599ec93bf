//! Calls about helpers, several signers and names.

use athanor_runtime::{
	AccountId, Runtime, RuntimeCall, System,
	configs::accounts::ProxyType,
	constants::{ATH, MILLI},
};
use codec::{Decode, Encode};
use frame_support::{BoundedVec, dispatch::GetDispatchInfo, traits::ConstU32, weights::Weight};
use pallet_identity::{
	Call as Identities, Data, IdentityOf, Judgement, Registrars, SubsOf, legacy::IdentityInfo,
};
use pallet_multisig::{Call as Multisig, Multisigs, Timepoint};
use pallet_proxy::{Announcements, Call as Proxy, Proxies};
use polkadot_sdk::*;
use sp_core::H256;
use sp_io::hashing::blake2_256;

use super::{Plan, one_that};
use crate::{
	cast::Actor,
	input::Pick,
	operation::{Account, Accounting},
};

/// Who signs together; two of them are enough.
const SIGNERS: [Actor; 3] = [Actor::Alice, Actor::Bob, Actor::Ferdie];

/// How many of them have to.
const THRESHOLD: u16 = 2;

/// How many calls there are that somebody does for others.
const ERRANDS: u8 = 4;

type Open = pallet_multisig::Multisig<
	u32,
	u128,
	AccountId,
	<Runtime as pallet_multisig::Config>::MaxSignatories,
>;

/// The call that somebody does for others: there are few, so that their hashes are found again.
fn errand(number: u8) -> RuntimeCall {
	match number % ERRANDS {
		0 => pallet_balances::Call::<Runtime>::transfer_keep_alive {
			dest: Actor::One.account().into(),
			value: MILLI,
		}
		.into(),
		1 => athanor_staking::Call::<Runtime>::chill {}.into(),
		other => frame_system::Call::<Runtime>::remark {
			remark: vec![other],
		}
		.into(),
	}
}

fn hash_of(number: u8) -> [u8; 32] {
	blake2_256(&errand(number).encode())
}

fn kind(number: u8) -> ProxyType {
	match number % 5 {
		0 | 1 => ProxyType::Any,
		2 => ProxyType::NonTransfer,
		3 => ProxyType::Staking,
		_ => ProxyType::Governance,
	}
}

/// Somebody with a proxy that fits, and that proxy; or else any two.
fn helped(pick: Pick, fits: impl Fn(u32) -> bool) -> (Actor, Actor) {
	let mut found = Vec::new();
	for real in Actor::ALL {
		for proxy in Proxies::<Runtime>::get(real.account()).0 {
			if let Some(helper) = Actor::with(&proxy.delegate).filter(|_| fits(proxy.delay)) {
				found.push((real, helper));
			}
		}
	}
	let any = Actor::of(pick.number());
	pick.fitting(found)
		.unwrap_or((any, Actor::of(pick.number().wrapping_add(1))))
}

/// Somebody for whom something was announced, who did, and what; or else any.
fn announced(pick: Pick, number: u8) -> (Actor, Actor, u8) {
	let mut found = Vec::new();
	for helper in Actor::ALL {
		for announcement in Announcements::<Runtime>::get(helper.account()).0 {
			// Its fields are the SDK's own.
			let fields = <(AccountId, H256, u32)>::decode(&mut announcement.encode().as_slice());
			let Ok((real, hash, _)) = fields else {
				continue;
			};
			let what = (0..ERRANDS).find(|number| hash_of(*number) == hash.0);
			if let Some((real, what)) = Actor::with(&real).zip(what) {
				found.push((real, helper, what));
			}
		}
	}
	let any = Actor::of(pick.number());
	pick.fitting(found).unwrap_or((any, any, number))
}

fn together() -> AccountId {
	let mut signers = SIGNERS.map(Actor::account);
	signers.sort();
	pallet_multisig::Pallet::<Runtime>::multi_account_id(&signers, THRESHOLD)
}

fn others(who: Actor) -> Vec<AccountId> {
	let mut others: Vec<_> = SIGNERS
		.into_iter()
		.filter(|signer| *signer != who)
		.map(Actor::account)
		.collect();
	others.sort();
	others
}

fn open(number: u8) -> Option<Open> {
	Multisigs::<Runtime>::get(together(), hash_of(number))
}

/// Signs what is open already, or begins it.
fn sign(who: Pick, number: u8) -> Option<Plan> {
	let open = open(number);
	let waits = |signer: &Actor| {
		open.as_ref()
			.is_none_or(|open| !open.approvals.contains(&signer.account()))
	};
	let who = who
		.fitting(SIGNERS.into_iter().filter(waits))
		.unwrap_or(Actor::of(who.number()));
	let call = errand(number);
	let max_weight = call.get_dispatch_info().call_weight;
	Plan::by(
		who,
		Multisig::<Runtime>::as_multi {
			threshold: THRESHOLD,
			other_signatories: others(who),
			maybe_timepoint: open.map(|open| open.when),
			call: Box::new(call),
			max_weight,
		},
	)
}

/// Begins by the hash alone.
fn approve(who: Pick, number: u8) -> Option<Plan> {
	let who = who.fitting(SIGNERS).unwrap_or(Actor::of(who.number()));
	Plan::by(
		who,
		Multisig::<Runtime>::approve_as_multi {
			threshold: THRESHOLD,
			other_signatories: others(who),
			maybe_timepoint: open(number).map(|open| open.when),
			call_hash: hash_of(number),
			max_weight: Weight::zero(),
		},
	)
}

/// Takes back what waits for signatures, if anything does.
fn cancel(who: Pick, number: u8) -> Option<Plan> {
	let waits = (0..ERRANDS).filter(|number| open(*number).is_some());
	let number = who.fitting(waits).unwrap_or(number);
	let open = open(number);
	let began = open.as_ref().and_then(|open| Actor::with(&open.depositor));
	let who = who.fitting(began).unwrap_or(Actor::of(who.number()));
	let now = Timepoint {
		height: System::block_number(),
		index: 0,
	};
	Plan::by(
		who,
		Multisig::<Runtime>::cancel_as_multi {
			threshold: THRESHOLD,
			other_signatories: others(who),
			timepoint: open.map_or(now, |open| open.when),
			call_hash: hash_of(number),
		},
	)
}

/// The call that an operation comes to.
pub fn plan(operation: &Account) -> Option<Plan> {
	let any = Actor::of(operation.who.number());
	match operation.what {
		Accounting::AddProxy {
			to,
			kind: of,
			delay,
		} => Plan::by(
			any,
			Proxy::<Runtime>::add_proxy {
				delegate: to.account().into(),
				proxy_type: kind(of),
				delay: delay.into(),
			},
		),
		Accounting::RemoveProxies => Plan::by(
			one_that(operation.who, |who| {
				!Proxies::<Runtime>::get(who).0.is_empty()
			}),
			Proxy::<Runtime>::remove_proxies {},
		),
		Accounting::Proxy(number) => {
			let (real, helper) = helped(operation.who, |delay| delay == 0);
			let call = Proxy::<Runtime>::proxy {
				real: real.account().into(),
				force_proxy_type: None,
				call: Box::new(errand(number)),
			};
			Plan::by(helper, call)
		}
		Accounting::Sign(number) => sign(operation.who, number),
		Accounting::Approve(number) => approve(operation.who, number),
		Accounting::CancelSigning(number) => cancel(operation.who, number),
		_ => plan_announcement(operation),
	}
}

/// What is announced before it is done.
fn plan_announcement(operation: &Account) -> Option<Plan> {
	match operation.what {
		Accounting::Announce(number) => {
			let (real, helper) = helped(operation.who, |delay| delay > 0);
			let call = Proxy::<Runtime>::announce {
				real: real.account().into(),
				call_hash: hash_of(number).into(),
			};
			Plan::by(helper, call)
		}
		Accounting::RemoveAnnouncement(number) => {
			let (real, helper, number) = announced(operation.who, number);
			let call = Proxy::<Runtime>::remove_announcement {
				real: real.account().into(),
				call_hash: hash_of(number).into(),
			};
			Plan::by(helper, call)
		}
		Accounting::RejectAnnouncement(number) => {
			let (real, helper, number) = announced(operation.who, number);
			let call = Proxy::<Runtime>::reject_announcement {
				delegate: helper.account().into(),
				call_hash: hash_of(number).into(),
			};
			Plan::by(real, call)
		}
		Accounting::ProxyAnnounced(number) => {
			let (real, helper, number) = announced(operation.who, number);
			let call = Proxy::<Runtime>::proxy_announced {
				delegate: helper.account().into(),
				real: real.account().into(),
				force_proxy_type: None,
				call: Box::new(errand(number)),
			};
			Plan::by(Actor::Ferdie, call)
		}
		_ => plan_name(operation),
	}
}

fn text(length: u8) -> Data {
	let text = vec![b'n'; usize::from(length % 33)];
	BoundedVec::try_from(text).map_or(Data::None, Data::Raw)
}

fn info(length: u8) -> IdentityInfo<ConstU32<16>> {
	IdentityInfo {
		additional: BoundedVec::new(),
		display: text(length),
		legal: text(length / 2),
		web: Data::None,
		riot: Data::None,
		email: Data::None,
		pgp_fingerprint: None,
		image: Data::None,
		twitter: Data::None,
	}
}

fn has_identity(who: &AccountId) -> bool {
	IdentityOf::<Runtime>::contains_key(who)
}

/// Whether its judgement has been paid for.
fn waits_for_judgement(who: &AccountId) -> bool {
	IdentityOf::<Runtime>::get(who).is_some_and(|record| {
		let mut judgements = record.judgements.iter();
		judgements.any(|(_, judgement)| matches!(judgement, Judgement::FeePaid(_)))
	})
}

/// Identities, those of subaccounts, and what judges of them are paid.
fn plan_name(operation: &Account) -> Option<Plan> {
	let named = one_that(operation.who, has_identity);
	let asking = one_that(operation.who, waits_for_judgement);
	let any = Actor::of(operation.who.number());
	match operation.what {
		Accounting::SetIdentity(length) => Plan::by(
			any,
			Identities::<Runtime>::set_identity {
				info: Box::new(info(length)),
			},
		),
		Accounting::SetSubs(count) => {
			let subs = Actor::ALL
				.into_iter()
				.filter(|sub| *sub != named)
				.take(usize::from(count % 4))
				.map(|sub| (sub.account(), text(3)))
				.collect();
			Plan::by(named, Identities::<Runtime>::set_subs { subs })
		}
		Accounting::QuitSub => {
			let mut subs = Vec::new();
			for of in Actor::ALL {
				subs.extend(SubsOf::<Runtime>::get(of.account()).1);
			}
			let subs = subs.iter().filter_map(Actor::with);
			let who = operation.who.fitting(subs).unwrap_or(any);
			Plan::by(who, Identities::<Runtime>::quit_sub {})
		}
		Accounting::ClearIdentity => Plan::by(named, Identities::<Runtime>::clear_identity {}),
		Accounting::KillIdentity { by_root } => {
			let target = named.account().into();
			Plan::by_root_or(
				any,
				by_root,
				Identities::<Runtime>::kill_identity { target },
			)
		}
		Accounting::AddRegistrar { by_root } => {
			let account = Actor::Ferdie.account().into();
			Plan::by_root_or(
				any,
				by_root,
				Identities::<Runtime>::add_registrar { account },
			)
		}
		Accounting::SetFee => Plan::by(
			Actor::Ferdie,
			Identities::<Runtime>::set_fee { index: 0, fee: ATH },
		),
		Accounting::AskJudgement if Registrars::<Runtime>::get().is_empty() => {
			plan_name(&Account {
				what: Accounting::AddRegistrar { by_root: true },
				..*operation
			})
		}
		Accounting::CancelJudgement | Accounting::Judge
			if !waits_for_judgement(&asking.account())
				&& operation.who.number().is_multiple_of(2) =>
		{
			plan_name(&Account {
				what: Accounting::AskJudgement,
				..*operation
			})
		}
		Accounting::AskJudgement => Plan::by(
			named,
			Identities::<Runtime>::request_judgement {
				reg_index: registrar(operation.who),
				max_fee: 2 * ATH,
			},
		),
		Accounting::CancelJudgement => Plan::by(
			asking,
			Identities::<Runtime>::cancel_request {
				reg_index: registrar(operation.who),
			},
		),
		Accounting::Judge => {
			let target = asking.account();
			let info = IdentityOf::<Runtime>::get(&target).map(|record| record.info);
			let identity = info.map_or(H256::zero(), |info| blake2_256(&info.encode()).into());
			Plan::by(
				Actor::Ferdie,
				Identities::<Runtime>::provide_judgement {
					reg_index: registrar(operation.who),
					target: target.into(),
					judgement: Judgement::Reasonable,
					identity,
				},
			)
		}
		_ => None,
	}
}

/// A registrar, or one that there is not.
fn registrar(pick: Pick) -> u32 {
	let count = u32::try_from(Registrars::<Runtime>::get().len()).unwrap_or(0);
	pick.fitting(0..count).unwrap_or(count)
}
