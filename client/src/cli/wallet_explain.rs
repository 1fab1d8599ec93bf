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
		HeldFor::BondedStake { .. }
		| HeldFor::UnbondingStake
		| HeldFor::Delegation { .. }
		| HeldFor::UnbondingDelegation { .. }
		| HeldFor::PendingSlash { .. }
		| HeldFor::SlashedDelegation { .. }
		| HeldFor::DelegationIncome { .. } => "Staking",
		HeldFor::ModelDeposit { .. } => "Models",
		HeldFor::OfferDeposit { .. } => "Pricing",
		HeldFor::SessionKeys => "Session",
		HeldFor::ValidatorBond
		| HeldFor::ValidatorUnbonding
		| HeldFor::PendingValidatorSlash { .. } => "ValidatorStaking",
		HeldFor::Preimage => "Preimage",
		HeldFor::ReferendumSubmission { .. }
		| HeldFor::ReferendumDecision { .. }
		| HeldFor::Votes
		| HeldFor::Bounty { .. }
		| HeldFor::ChildBounty { .. }
		| HeldFor::Proxies
		| HeldFor::ProxyAnnouncements
		| HeldFor::Multisig
		| HeldFor::Identity => RESERVES,
		HeldFor::RoyaltyDeposit { .. } | HeldFor::RoyaltyIncome { .. } => "Rewards",
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
		HeldFor::RoyaltyDeposit { model } => {
			format!("deposit for a record of the split royalty of model {model}")
		}
		HeldFor::Delegation { provider } => format!("delegated to {}", AccountId::from(*provider)),
		HeldFor::UnbondingDelegation { provider } => {
			format!("delegated to {}, unbonds", AccountId::from(*provider))
		}
		HeldFor::PendingSlash { slash } => format!("frozen by slash {slash}, which is pending"),
		HeldFor::SlashedDelegation { provider } => {
			format!(
				"lost by slashes of {}, not collected yet",
				AccountId::from(*provider)
			)
		}
		HeldFor::DelegationIncome { provider } => format!(
			"income of what is delegated to {}: not on hold, to be claimed",
			AccountId::from(*provider)
		),
		HeldFor::RoyaltyIncome { model } => {
			format!("income from the royalty of model {model}: not on hold, to be claimed")
		}
		HeldFor::PendingValidatorSlash { era } => format!(
			"a slash of the bond that is taken when era {era} begins: lies over what is on hold"
		),
		HeldFor::ChildBounty { bounty, child } => {
			format!("deposit of the curator of part {child} of bounty {bounty}")
		}
	}
}

/// What a command names, of what is on hold; in capitals what the reason does not say.
struct Named {
	job: String,
	model: String,
	version: String,
	referendum: String,
	provider: String,
	slash: String,
}

impl Named {
	fn by(reason: &HeldFor) -> Self {
		let mut named = Self {
			job: "JOB".into(),
			model: "MODEL".into(),
			version: "VERSION".into(),
			referendum: "INDEX".into(),
			provider: "PROVIDER".into(),
			slash: "SLASH".into(),
		};
		match reason {
			HeldFor::Escrow { job } => named.job = job.to_string(),
			HeldFor::ModelDeposit { model }
			| HeldFor::RoyaltyDeposit { model }
			| HeldFor::RoyaltyIncome { model } => {
				named.model = model.to_string();
			}
			HeldFor::OfferDeposit { model, version } => {
				named.model = model.to_string();
				named.version = version.to_string();
			}
			HeldFor::ReferendumSubmission { referendum }
			| HeldFor::ReferendumDecision { referendum } => {
				named.referendum = referendum.to_string();
			}
			HeldFor::Delegation { provider }
			| HeldFor::UnbondingDelegation { provider }
			| HeldFor::SlashedDelegation { provider }
			| HeldFor::DelegationIncome { provider } => {
				named.provider = AccountId::from(*provider).to_string();
			}
			HeldFor::PendingSlash { slash } => named.slash = slash.to_string(),
			_ => {}
		}
		named
	}
}

/// What frees it, as a command where there is one.
fn freed_by(held: &Held) -> String {
	let Named {
		job,
		model,
		version,
		referendum,
		provider,
		slash,
	} = Named::by(&held.reason);
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
		FreedBy::ReferendumEnds => {
			format!("the end of referendum {referendum}, then `athanor gov refund {referendum}`")
		}
		FreedBy::ReferendaRefundSubmission
		| FreedBy::OriginsRefundSubmission
		| FreedBy::ReferendaRefundDecision => {
			format!("`athanor gov refund {referendum}`, by anybody")
		}
		FreedBy::VotingUnlock => "the end of the votes' locks, then `athanor gov unlock`".into(),
		FreedBy::BountyProceeds => {
			"the funding of the bounty, by itself once a vote has approved it".into()
		}
		FreedBy::BountyUnassign => {
			"the award of the bounty; or the call `bounties.unassignCurator`, which gives the work up".into()
		}
		FreedBy::BountyClaim => call("bounties.claimBounty"),
		FreedBy::ChildBountyUnassign => "the award of the part; or the call \
		                                 `childBounties.unassignCurator`, which gives the work up"
			.into(),
		FreedBy::ChildBountyClaim => call("childBounties.claimChildBounty"),
		FreedBy::ProxyRemove => call("proxy.removeProxies"),
		FreedBy::ProxyRemoveAnnouncement => call("proxy.removeAnnouncement"),
		FreedBy::MultisigProceeds => {
			"the last signature, or the call `multisig.cancelAsMulti`".into()
		}
		FreedBy::IdentityClear => call("identity.clearIdentity"),
		FreedBy::RewardsTransferRoyalty => format!(
			"`athanor model royalty-transfer {model} WHO SHARES` of all its shares by the holder, then \
			 `athanor model royalty-claim {model}`"
		),
		FreedBy::RewardsMergeRoyalty => {
			format!("`athanor model royalty-merge {model}` by its owner, once it holds all shares")
		}
		FreedBy::RewardsClaimRoyaltyFor => format!(
			"`athanor model royalty-claim {model} --of WHO`, by anybody, for each who holds shares or has \
			 something to claim"
		),
		FreedBy::StakingUndelegate => format!(
			"`athanor provider undelegate {provider} AMOUNT`, or `--all`; then `athanor provider \
			 withdraw-delegation {provider}`"
		),
		FreedBy::StakingWithdrawDelegation => {
			format!("`athanor provider withdraw-delegation {provider}`")
		}
		FreedBy::StakingCancelSlash => format!(
			"a vote for `athanor gov propose cancel-slash {slash}`; otherwise it is taken: see `athanor \
			 provider slashes`"
		),
		FreedBy::StakingCollect => {
			format!("`athanor provider collect {provider}`, which takes it to the treasury")
		}
		FreedBy::StakingClaim => format!("`athanor provider claim {provider}`"),
		FreedBy::RewardsClaimRoyalty => format!("`athanor model royalty-claim {model}`"),
		FreedBy::ValidatorCancelSlash => "a vote for the call `validatorStaking.cancelDeferredSlash`, on the track \
		                                  market_admin; otherwise it is taken"
			.into(),
	}
}

impl Explanation {
	fn total(&self) -> u128 {
		self.held
			.iter()
			.filter(|held| held.reason.is_on_hold())
			.fold(0, |sum, held| sum.saturating_add(held.amount))
	}

	/// What explanation and ledger say, where they differ, by pallet.
	fn differences(&self) -> BTreeMap<&str, Sums> {
		let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
		for held in self.held.iter().filter(|held| held.reason.is_on_hold()) {
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
	fn until(&self, held: &Held) -> String {
		let then = |block: u32| {
			let left = block.saturating_sub(self.at.number);
			format!("block {block} (in {})", about(left, self.block_time))
		};
		match held.until {
			HeldUntil::EndsBy(block) => format!("at most {}", then(block)),
			HeldUntil::CallableFrom(block) if block <= self.at.number => "can be freed now".into(),
			HeldUntil::CallableFrom(block) => format!("can be freed from {}", then(block)),
			HeldUntil::OwnerActs if !held.reason.is_on_hold() && !held.reason.is_lock() => {
				"can be claimed now".into()
			}
			HeldUntil::OwnerActs => "until it is given up".into(),
			HeldUntil::OthersAct => "until others act".into(),
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
			HeldUntil::OthersAct => json!("others_act"),
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
					self.until(held),
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
		HeldFor::RoyaltyDeposit { model } => json!({"royalty_deposit": {"model": model}}),
		HeldFor::Delegation { provider } => {
			json!({"delegation": {"provider": AccountId::from(*provider).to_string()}})
		}
		HeldFor::UnbondingDelegation { provider } => {
			json!({"unbonding_delegation": {"provider": AccountId::from(*provider).to_string()}})
		}
		HeldFor::PendingSlash { slash } => json!({"pending_slash": {"slash": slash}}),
		HeldFor::SlashedDelegation { provider } => {
			json!({"slashed_delegation": {"provider": AccountId::from(*provider).to_string()}})
		}
		HeldFor::DelegationIncome { provider } => {
			json!({"delegation_income": {"provider": AccountId::from(*provider).to_string()}})
		}
		HeldFor::RoyaltyIncome { model } => json!({"royalty_income": {"model": model}}),
		HeldFor::PendingValidatorSlash { era } => {
			json!({"pending_validator_slash": {"era": era}})
		}
		HeldFor::ChildBounty { bounty, child } => {
			json!({"child_bounty": {"bounty": bounty, "child": child}})
		}
	}
}

#[cfg(test)]
mod tests {
	use super::{super::Cli, *};
	use athanor::chain::Hold;
	use clap::Parser;

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
	fn income_and_slashes_of_bonds_are_told_and_not_added() {
		let mut explanation = explanation();
		explanation.held.extend([
			held(
				HeldFor::DelegationIncome { provider: [7; 32] },
				80,
				HeldUntil::OwnerActs,
				FreedBy::StakingClaim,
			),
			held(
				HeldFor::RoyaltyIncome { model: 3 },
				81,
				HeldUntil::OwnerActs,
				FreedBy::RewardsClaimRoyalty,
			),
			held(
				HeldFor::PendingValidatorSlash { era: 4 },
				82,
				HeldUntil::EndsBy(300),
				FreedBy::ValidatorCancelSlash,
			),
		]);
		let text = explanation.text();
		for part in [
			"39u on hold",
			"can be claimed now",
			"`athanor model royalty-claim 3`",
			"`athanor provider claim ",
			"when era 4 begins",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		assert_eq!(explanation.json()["agrees"], true);
		assert_eq!(
			explanation.json()["held"][4]["reason"]["delegation_income"]["provider"],
			AccountId::from([7; 32]).to_string()
		);
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

	/// Every way by which something is freed, with what it frees.
	const WAYS: [(FreedBy, HeldFor); 36] = {
		let provider = [7; 32];
		let model = 3;
		let referendum = 5;
		let delegation = HeldFor::Delegation { provider };
		let royalty = HeldFor::RoyaltyDeposit { model };
		let submission = HeldFor::ReferendumSubmission { referendum };
		[
			(FreedBy::JobCloses, HeldFor::Escrow { job: 1 }),
			(FreedBy::JobsCancel, HeldFor::Escrow { job: 1 }),
			(FreedBy::JobsPoke, HeldFor::Escrow { job: 1 }),
			(
				FreedBy::StakingUnbond,
				HeldFor::BondedStake { committed: 0 },
			),
			(FreedBy::StakingWithdraw, HeldFor::UnbondingStake),
			(FreedBy::ModelsRetire, HeldFor::ModelDeposit { model }),
			(FreedBy::ModelsRemove, HeldFor::ModelDeposit { model }),
			(
				FreedBy::PricingRemoveOffer,
				HeldFor::OfferDeposit { model, version: 2 },
			),
			(FreedBy::SessionPurgeKeys, HeldFor::SessionKeys),
			(FreedBy::ValidatorUnbond, HeldFor::ValidatorBond),
			(FreedBy::ValidatorWithdraw, HeldFor::ValidatorUnbonding),
			(FreedBy::PreimageUnnote, HeldFor::Preimage),
			(FreedBy::ReferendumEnds, submission),
			(FreedBy::ReferendaRefundSubmission, submission),
			(FreedBy::OriginsRefundSubmission, submission),
			(
				FreedBy::ReferendaRefundDecision,
				HeldFor::ReferendumDecision { referendum },
			),
			(FreedBy::VotingUnlock, HeldFor::Votes),
			(FreedBy::BountyProceeds, HeldFor::Bounty { bounty: 1 }),
			(FreedBy::ProxyRemove, HeldFor::Proxies),
			(
				FreedBy::ProxyRemoveAnnouncement,
				HeldFor::ProxyAnnouncements,
			),
			(FreedBy::MultisigProceeds, HeldFor::Multisig),
			(FreedBy::IdentityClear, HeldFor::Identity),
			(FreedBy::RewardsTransferRoyalty, royalty),
			(FreedBy::RewardsMergeRoyalty, royalty),
			(FreedBy::RewardsClaimRoyaltyFor, royalty),
			(FreedBy::StakingUndelegate, delegation),
			(
				FreedBy::StakingWithdrawDelegation,
				HeldFor::UnbondingDelegation { provider },
			),
			(
				FreedBy::StakingCancelSlash,
				HeldFor::PendingSlash { slash: 9 },
			),
			(
				FreedBy::StakingCollect,
				HeldFor::SlashedDelegation { provider },
			),
			(
				FreedBy::StakingClaim,
				HeldFor::DelegationIncome { provider },
			),
			(
				FreedBy::RewardsClaimRoyalty,
				HeldFor::RoyaltyIncome { model },
			),
			(
				FreedBy::ValidatorCancelSlash,
				HeldFor::PendingValidatorSlash { era: 4 },
			),
			(FreedBy::BountyUnassign, HeldFor::Bounty { bounty: 1 }),
			(FreedBy::BountyClaim, HeldFor::Bounty { bounty: 1 }),
			(
				FreedBy::ChildBountyUnassign,
				HeldFor::ChildBounty {
					bounty: 1,
					child: 2,
				},
			),
			(
				FreedBy::ChildBountyClaim,
				HeldFor::ChildBounty {
					bounty: 1,
					child: 2,
				},
			),
		]
	};

	fn remedies() -> Vec<String> {
		WAYS.into_iter()
			.map(|(free, reason)| freed_by(&held(reason, 1, HeldUntil::OwnerActs, free)))
			.collect()
	}

	#[test]
	fn everything_that_frees_has_words() {
		assert!(remedies().iter().all(|remedy| !remedy.is_empty()));
	}

	/// What a remedy says can be typed, once what is in capitals is filled in.
	#[test]
	fn every_command_of_a_remedy_is_accepted() {
		let who = AccountId::from([1; 32]).to_string();
		let mut found = 0;
		for remedy in remedies() {
			let quoted = remedy.split('`').skip(1).step_by(2);
			for command in quoted.filter(|text| text.starts_with("athanor ")) {
				let words = command.split_whitespace().map(|word| match word {
					"AMOUNT" | "SHARES" => "1",
					"WHO" => who.as_str(),
					word => word,
				});
				if let Err(error) = Cli::try_parse_from(words) {
					panic!("{command}\n{error}");
				}
				found += 1;
			}
		}
		assert!(found > 20, "only {found} commands");
		let all = remedies().join("\n");
		for call in ["staking.", "rewards.", "referenda.", "convictionVoting."] {
			assert!(!all.contains(call), "{call} has a command: {all}");
		}
	}
}
