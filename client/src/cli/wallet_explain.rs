//! `athanor wallet explain`.

use std::collections::BTreeMap;

use athanor::{
	AccountId, Amount, Balance, BlockId, Error,
	primitives::explain::{FreedBy, Held, HeldFor, HeldUntil},
};
use serde_json::{Value, json};

use super::{
	Context,
	output::{about, table},
};

/// Shown at the end of `--help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor --key alice.key wallet explain
  athanor wallet explain ADDRESS -o json

For each amount on hold: what for, until when, and what frees it. Times are estimates from the time
between blocks. The total is compared with what the ledger has on hold.";

/// What an account has on hold, explained.
struct Explanation {
	account: AccountId,
	at: BlockId,
	block_time: u64,
	held: Vec<Held>,
	balance: Balance,
}

/// What the explanation and the ledger say about one pallet, in units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
	explained: u128,
	on_hold: u128,
}

/// Explains what an account has on hold.
pub async fn run(context: &Context, account: Option<AccountId>) -> Result<(), Error> {
	let account = context.account(account)?;
	let chain = context.chain().await?;
	let explanation = context
		.in_time("the explanation", async {
			let view = chain.at(context.at()).await?;
			Ok(Explanation {
				account,
				at: view.block(),
				block_time: view.constants()?.block_time,
				held: view.explain_account(&account).await?,
				balance: view.balance(&account).await?,
			})
		})
		.await?;
	context
		.output()
		.show(explanation.json(), || explanation.text())
}

/// Stands for the pallets that reserve money, of which the ledger does not say for what.
const RESERVES: &str = "reserves";

/// The pallet that holds it, as its name is in the runtime.
fn pallet(reason: &HeldFor) -> &'static str {
	match reason {
		HeldFor::Escrow { .. } => "Jobs",
		HeldFor::BondedStake { .. } | HeldFor::UnbondingStake => "Staking",
		HeldFor::ModelDeposit { .. } => "Models",
		HeldFor::OfferDeposit { .. } => "Pricing",
		HeldFor::SessionKeys => "Session",
		HeldFor::ValidatorBond | HeldFor::ValidatorUnbonding => "ValidatorStaking",
		HeldFor::Preimage => "Preimage",
		HeldFor::ReferendumSubmission { .. }
		| HeldFor::ReferendumDecision { .. }
		| HeldFor::Votes
		| HeldFor::Bounty { .. }
		| HeldFor::Proxies
		| HeldFor::ProxyAnnouncements
		| HeldFor::Multisig
		| HeldFor::Identity => RESERVES,
	}
}

/// What for, in words.
fn reason(reason: &HeldFor) -> String {
	match reason {
		HeldFor::Escrow { job } => format!("escrow of job {job}"),
		HeldFor::BondedStake { committed: 0 } => "bonded stake".into(),
		HeldFor::BondedStake { committed } => format!(
			"bonded stake, {} of it for jobs in hand",
			Amount(*committed)
		),
		HeldFor::UnbondingStake => "stake that unbonds".into(),
		HeldFor::ModelDeposit { model } => format!("deposit for model {model}"),
		HeldFor::OfferDeposit { model, version } => {
			format!("deposit for the offer of model {model} version {version}")
		}
		HeldFor::SessionKeys => "deposit for session keys".into(),
		HeldFor::ValidatorBond => "bond of a validator or nominator".into(),
		HeldFor::ValidatorUnbonding => "bond that unbonds".into(),
		HeldFor::Preimage => "deposit for a noted call".into(),
		HeldFor::ReferendumSubmission { referendum } => {
			format!("deposit for submitting referendum {referendum}")
		}
		HeldFor::ReferendumDecision { referendum } => {
			format!("decision deposit of referendum {referendum}")
		}
		HeldFor::Votes => "votes: a lock, also over what is on hold".into(),
		HeldFor::Bounty { bounty } => format!("deposit for bounty {bounty}"),
		HeldFor::Proxies => "deposit for proxies".into(),
		HeldFor::ProxyAnnouncements => "deposit for announced calls".into(),
		HeldFor::Multisig => "deposit for a call that waits for signatures".into(),
		HeldFor::Identity => "deposit for an identity".into(),
	}
}

/// What frees it, as a command where there is one.
fn freed_by(held: &Held) -> String {
	let job = match held.reason {
		HeldFor::Escrow { job } => job.to_string(),
		_ => "JOB".into(),
	};
	let (model, version) = match held.reason {
		HeldFor::ModelDeposit { model } => (model.to_string(), "VERSION".into()),
		HeldFor::OfferDeposit { model, version } => (model.to_string(), version.to_string()),
		_ => ("MODEL".into(), "VERSION".into()),
	};
	let referendum = match held.reason {
		HeldFor::ReferendumSubmission { referendum }
		| HeldFor::ReferendumDecision { referendum } => referendum.to_string(),
		_ => "INDEX".into(),
	};
	let call = |name: &str| format!("the call `{name}`, for example with polkadot.js");
	match held.freed_by {
		FreedBy::JobCloses => "the end of the job, by itself".into(),
		FreedBy::JobsCancel => format!("`athanor job cancel {job}`, or the end of the job"),
		FreedBy::JobsPoke => format!("`athanor job poke {job}`, by anybody"),
		FreedBy::StakingUnbond => {
			"`athanor provider unstake AMOUNT`, or `athanor provider exit` for \
		                           everything; then `athanor provider withdraw`"
				.into()
		}
		FreedBy::StakingWithdraw => "`athanor provider withdraw`".into(),
		FreedBy::ModelsRetire => {
			format!("`athanor model retire {model}`, then `athanor model remove {model}`")
		}
		FreedBy::ModelsRemove => format!("`athanor model remove {model}`, by anybody"),
		FreedBy::PricingRemoveOffer => {
			format!("`athanor provider unoffer --model {model} --model-version {version}`")
		}
		FreedBy::SessionPurgeKeys => call("session.purgeKeys"),
		FreedBy::ValidatorUnbond => call("validatorStaking.unbond"),
		FreedBy::ValidatorWithdraw => call("validatorStaking.withdrawUnbonded"),
		FreedBy::PreimageUnnote => call("preimage.unnotePreimage"),
		FreedBy::ReferendumEnds => format!("the end of referendum {referendum}, then a refund"),
		FreedBy::ReferendaRefundSubmission => {
			call(&format!("referenda.refundSubmissionDeposit({referendum})"))
		}
		FreedBy::OriginsRefundSubmission => {
			call(&format!("origins.refundSubmissionDeposit({referendum})"))
		}
		FreedBy::ReferendaRefundDecision => {
			call(&format!("referenda.refundDecisionDeposit({referendum})"))
		}
		FreedBy::VotingUnlock => {
			"the end of the votes' locks, then the call `convictionVoting.unlock`".into()
		}
		FreedBy::BountyProceeds => "the next step of the bounty".into(),
		FreedBy::ProxyRemove => call("proxy.removeProxies"),
		FreedBy::ProxyRemoveAnnouncement => call("proxy.removeAnnouncement"),
		FreedBy::MultisigProceeds => {
			"the last signature, or the call `multisig.cancelAsMulti`".into()
		}
		FreedBy::IdentityClear => call("identity.clearIdentity"),
	}
}

impl Explanation {
	fn total(&self) -> u128 {
		self.held
			.iter()
			.filter(|held| !held.reason.is_lock())
			.fold(0, |sum, held| sum.saturating_add(held.amount))
	}

	/// What explanation and ledger say, where they differ, by pallet.
	fn differences(&self) -> BTreeMap<&str, Sums> {
		let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
		for held in self.held.iter().filter(|held| !held.reason.is_lock()) {
			let sum = &mut sums.entry(pallet(&held.reason)).or_default().explained;
			*sum = sum.saturating_add(held.amount);
		}
		for hold in &self.balance.holds {
			let name = hold.reason.split('.').next().unwrap_or_default();
			let sum = &mut sums.entry(name).or_default().on_hold;
			*sum = sum.saturating_add(hold.amount);
		}
		let holds = self.balance.holds.iter();
		let named = holds.fold(0_u128, |sum, hold| sum.saturating_add(hold.amount));
		sums.entry(RESERVES).or_default().on_hold = self.balance.held.saturating_sub(named);
		sums.retain(|_, sums| sums.explained != sums.on_hold);
		sums
	}

	/// Until when, in words.
	fn until(&self, until: HeldUntil) -> String {
		let then = |block: u32| {
			let left = block.saturating_sub(self.at.number);
			format!("block {block} (in {})", about(left, self.block_time))
		};
		match until {
			HeldUntil::EndsBy(block) => format!("at most {}", then(block)),
			HeldUntil::CallableFrom(block) if block <= self.at.number => "can be freed now".into(),
			HeldUntil::CallableFrom(block) => format!("can be freed from {}", then(block)),
			HeldUntil::OwnerActs => "until it is given up".into(),
		}
	}

	/// The block of an end, and the seconds until then.
	fn until_json(&self, until: HeldUntil) -> Value {
		let seconds = |block: u32| {
			let left = u64::from(block.saturating_sub(self.at.number));
			left.saturating_mul(self.block_time) / 1_000
		};
		match until {
			HeldUntil::EndsBy(block) => {
				json!({"ends_by": block, "in_seconds": seconds(block)})
			}
			HeldUntil::CallableFrom(block) => {
				json!({"callable_from": block, "in_seconds": seconds(block)})
			}
			HeldUntil::OwnerActs => json!("owner_acts"),
		}
	}

	fn json(&self) -> Value {
		let held: Vec<Value> = self
			.held
			.iter()
			.map(|held| {
				json!({
					"reason": reason_json(&held.reason),
					"amount": Amount(held.amount),
					"until": self.until_json(held.until),
					"freed_by": format!("{:?}", held.freed_by),
					"remedy": freed_by(held),
				})
			})
			.collect();
		let differences: Vec<Value> = self
			.differences()
			.into_iter()
			.map(|(pallet, sums)| {
				json!({
					"pallet": pallet,
					"explained": Amount(sums.explained),
					"on_hold": Amount(sums.on_hold),
				})
			})
			.collect();
		json!({
			"address": self.account,
			"at": self.at,
			"held": held,
			"total": Amount(self.total()),
			"on_hold": Amount(self.balance.held),
			"free": Amount(self.balance.free),
			"agrees": differences.is_empty(),
			"differences": differences,
		})
	}

	fn text(&self) -> String {
		if self.held.is_empty() && self.balance.held == 0 {
			return format!(
				"{} has nothing on hold, and {} free",
				self.account,
				Amount(self.balance.free)
			);
		}
		let rows: Vec<_> = self
			.held
			.iter()
			.map(|held| {
				vec![
					Amount(held.amount).to_string(),
					reason(&held.reason),
					self.until(held.until),
					freed_by(held),
				]
			})
			.collect();
		let mut text = table(&["amount", "what for", "until", "what frees it"], &rows);
		text.push_str(&format!(
			"\n{} has {} on hold as of block {}, and {} free\n",
			self.account,
			Amount(self.total()),
			self.at.number,
			Amount(self.balance.free)
		));
		for (pallet, sums) in self.differences() {
			text.push_str(&format!(
				"this differs from the ledger: of what {pallet} holds, {} is explained and {} is on hold; \
				 only the first 1,024 entries of a kind are explained, and what is left may be of a kind \
				 that this client does not know\n",
				Amount(sums.explained),
				Amount(sums.on_hold)
			));
		}
		text
	}
}

fn reason_json(reason: &HeldFor) -> Value {
	match reason {
		HeldFor::Escrow { job } => json!({"escrow": {"job": job}}),
		HeldFor::BondedStake { committed } => {
			json!({"bonded_stake": {"committed": Amount(*committed)}})
		}
		HeldFor::UnbondingStake => json!("unbonding_stake"),
		HeldFor::ModelDeposit { model } => json!({"model_deposit": {"model": model}}),
		HeldFor::OfferDeposit { model, version } => {
			json!({"offer_deposit": {"model": model, "version": version}})
		}
		HeldFor::SessionKeys => json!("session_keys"),
		HeldFor::ValidatorBond => json!("validator_bond"),
		HeldFor::ValidatorUnbonding => json!("validator_unbonding"),
		HeldFor::Preimage => json!("preimage"),
		HeldFor::ReferendumSubmission { referendum } => {
			json!({"referendum_submission": {"referendum": referendum}})
		}
		HeldFor::ReferendumDecision { referendum } => {
			json!({"referendum_decision": {"referendum": referendum}})
		}
		HeldFor::Votes => json!("votes"),
		HeldFor::Bounty { bounty } => json!({"bounty": {"bounty": bounty}}),
		HeldFor::Proxies => json!("proxies"),
		HeldFor::ProxyAnnouncements => json!("proxy_announcements"),
		HeldFor::Multisig => json!("multisig"),
		HeldFor::Identity => json!("identity"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::chain::Hold;

	fn held(reason: HeldFor, amount: u128, until: HeldUntil, freed_by: FreedBy) -> Held {
		Held {
			reason,
			amount,
			until,
			freed_by,
		}
	}

	fn explanation() -> Explanation {
		let hold = |reason: &str, amount| Hold {
			reason: reason.into(),
			amount,
		};
		Explanation {
			account: AccountId::from([1; 32]),
			at: BlockId {
				number: 100,
				hash: Default::default(),
			},
			block_time: 3_000,
			held: vec![
				held(
					HeldFor::Escrow { job: 12 },
					10,
					HeldUntil::EndsBy(200),
					FreedBy::JobsCancel,
				),
				held(
					HeldFor::BondedStake { committed: 7 },
					20,
					HeldUntil::OwnerActs,
					FreedBy::StakingUnbond,
				),
				held(
					HeldFor::UnbondingStake,
					5,
					HeldUntil::CallableFrom(100),
					FreedBy::StakingWithdraw,
				),
				held(
					HeldFor::OfferDeposit {
						model: 3,
						version: 2,
					},
					4,
					HeldUntil::CallableFrom(300),
					FreedBy::PricingRemoveOffer,
				),
			],
			balance: Balance {
				free: 50,
				held: 39,
				total: 89,
				holds: vec![
					hold("Jobs.Escrow", 10),
					hold("Staking.Stake", 25),
					hold("Pricing.OfferDeposit", 4),
				],
				nonce: 0,
			},
		}
	}

	#[test]
	fn each_amount_is_explained() {
		let text = explanation().text();
		for part in [
			"escrow of job 12",
			"at most block 200 (in about 5 min)",
			"`athanor job cancel 12`",
			"bonded stake, 7u of it for jobs in hand",
			"`athanor provider exit`",
			"can be freed now",
			"can be freed from block 300 (in about 10 min)",
			"provider unoffer --model 3 --model-version 2",
			"39u on hold as of block 100, and 50u free",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		assert!(!text.contains("differs"), "{text}");
		let value = explanation().json();
		assert_eq!(value["total"], "39");
		assert_eq!(value["agrees"], true);
		assert_eq!(value["held"][0]["until"]["ends_by"], 200);
		assert_eq!(value["held"][0]["until"]["in_seconds"], 300);
		assert_eq!(value["held"][1]["reason"]["bonded_stake"]["committed"], "7");
	}

	#[test]
	fn what_differs_from_the_ledger_is_said() {
		let mut explanation = explanation();
		explanation.balance.holds[1].amount = 30;
		explanation.balance.holds.push(Hold {
			reason: "Preimage.Preimage".into(),
			amount: 1,
		});
		let differences = explanation.differences();
		let expected = [("Preimage", (0, 1)), ("Staking", (25, 30))];
		let found: Vec<_> = differences
			.iter()
			.map(|(pallet, sums)| (*pallet, (sums.explained, sums.on_hold)))
			.collect();
		assert_eq!(found, expected);
		let text = explanation.text();
		assert!(
			text.contains("of what Staking holds, 25u is explained and 30u"),
			"{text}"
		);
		assert_eq!(explanation.json()["agrees"], false);
	}

	#[test]
	fn votes_lie_over_what_is_on_hold_and_reserves_are_compared_as_one() {
		let mut explanation = explanation();
		let forever = HeldUntil::OwnerActs;
		explanation.held.extend([
			held(HeldFor::Votes, 80, forever, FreedBy::VotingUnlock),
			held(HeldFor::Proxies, 6, forever, FreedBy::ProxyRemove),
		]);
		explanation.balance.held = 45;
		let text = explanation.text();
		assert!(text.contains("45u on hold"), "{text}");
		assert!(!text.contains("differs"), "{text}");
		explanation.balance.held = 46;
		assert!(explanation.text().contains("of what reserves holds, 6u"));
	}

	#[test]
	fn nothing_is_explained_by_one_sentence() {
		let explanation = Explanation {
			held: vec![],
			balance: Balance::default(),
			..explanation()
		};
		assert!(explanation.text().contains("nothing on hold"));
		assert_eq!(explanation.json()["agrees"], true);
	}

	#[test]
	fn everything_that_frees_has_words() {
		for free in [
			FreedBy::JobCloses,
			FreedBy::JobsCancel,
			FreedBy::JobsPoke,
			FreedBy::ValidatorUnbond,
			FreedBy::ValidatorWithdraw,
			FreedBy::PreimageUnnote,
			FreedBy::ReferendumEnds,
			FreedBy::ReferendaRefundSubmission,
			FreedBy::OriginsRefundSubmission,
			FreedBy::ReferendaRefundDecision,
			FreedBy::VotingUnlock,
			FreedBy::BountyProceeds,
			FreedBy::ProxyRemove,
			FreedBy::ProxyRemoveAnnouncement,
			FreedBy::MultisigProceeds,
			FreedBy::IdentityClear,
			FreedBy::StakingUnbond,
			FreedBy::StakingWithdraw,
			FreedBy::ModelsRetire,
			FreedBy::ModelsRemove,
			FreedBy::PricingRemoveOffer,
			FreedBy::SessionPurgeKeys,
		] {
			let one = held(HeldFor::SessionKeys, 1, HeldUntil::OwnerActs, free);
			assert!(!freed_by(&one).is_empty());
		}
	}
}
