//! Who got what: the events of a stretch of blocks against the balances at its ends.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use athanor::{
	AccountId, At, Chain,
	chain::events::{
		DelegationReduced, FeePaid, IncomeClaimed, JobAssigned, JobClosed, JobPaid,
		ProviderSlashed, ReceiptAccepted, SlashRaised,
	},
};
use athanor_primitives::{
	JobId,
	split::{Payment, Shares, split},
};

use crate::{accounts::FUNDED, dev_account, node::Node};

/// Everybody's money after a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
	/// The block.
	pub block: u32,
	/// What each account has, free and held together, in units.
	pub balances: BTreeMap<AccountId, u128>,
	/// All there is, in units.
	pub issuance: u128,
}

/// What the events of some blocks say about one job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobEvents {
	/// Its assignments.
	pub assigned: Vec<JobAssigned>,
	/// Its receipts.
	pub receipts: Vec<ReceiptAccepted>,
	/// Its payments.
	pub paid: Vec<JobPaid>,
	/// Its ends.
	pub closed: Vec<JobClosed>,
	/// Slashes that were raised for it.
	pub raised: Vec<SlashRaised>,
	/// Slashes for it that were carried out.
	pub slashed: Vec<ProviderSlashed>,
}

/// The accounts that have the existential deposit from genesis on, so that no amount is too small for them:
/// where delegators' income waits, and where royalties do that several share.
#[derive(Clone, Copy, Debug)]
pub struct Pots {
	/// Of delegators' income.
	pub income: AccountId,
	/// Of royalties.
	pub royalties: AccountId,
}

/// The pots, as the runtime names them.
pub fn pots() -> Pots {
	Pots {
		income: pot(b"ath/dele"),
		royalties: pot(b"ath/roya"),
	}
}

/// The account that a pallet's id stands for.
fn pot(id: &[u8; 8]) -> AccountId {
	let mut account = [0; 32];
	let parts = b"modl".iter().chain(id);
	account
		.iter_mut()
		.zip(parts)
		.for_each(|(to, from)| *to = *from);
	account.into()
}

/// The treasury's account.
///
/// # Errors
/// When the chain does not say.
pub async fn treasury(chain: &Chain) -> Result<AccountId> {
	Ok(chain.at(At::Best).await?.constants()?.treasury)
}

/// Everybody's money now.
///
/// # Errors
/// When the chain cannot be asked.
pub async fn snapshot(node: &Node) -> Result<Snapshot> {
	let block = node.chain().block(At::Best).await?.number;
	snapshot_at(node, block).await
}

/// Everybody's money after the block of this height.
///
/// # Errors
/// When the chain cannot be asked.
pub async fn snapshot_at(node: &Node, block: u32) -> Result<Snapshot> {
	let view = node.chain().at(At::Number(block)).await?;
	let pots = pots();
	let mut accounts = vec![treasury(node.chain()).await?, pots.income, pots.royalties];
	for name in FUNDED {
		accounts.push(dev_account(name)?);
	}
	let mut balances = BTreeMap::new();
	for account in accounts {
		balances.insert(account, view.balance(&account).await?.total);
	}
	Ok(Snapshot {
		block,
		balances,
		issuance: node.total_issuance(At::Number(block)).await?,
	})
}

/// Checks that between a snapshot and now nobody's money has changed but by what events say: fees to
/// the treasury, payments for jobs, what delegators earn and lose, slashes. Money only ever vanishes where
/// an event says so. Royalties that are split are not followed.
///
/// # Errors
/// Says whose balance is off, and by how much.
pub async fn audit(node: &Node, before: &Snapshot) -> Result<Snapshot> {
	let block = node.chain().block(At::Best).await?.number;
	audit_to(node, before, block).await
}

/// [`audit`] up to the block of this height.
///
/// # Errors
/// As there.
pub async fn audit_to(node: &Node, before: &Snapshot, block: u32) -> Result<Snapshot> {
	let after = snapshot_at(node, block).await?;
	let mut expected = before.clone();
	expected.block = after.block;
	let treasury = treasury(node.chain()).await?;
	for number in before.block.saturating_add(1)..=after.block {
		expected.apply(node.chain(), number, &treasury).await?;
	}
	ensure!(
		after == expected,
		"between the blocks {} and {}, events do not explain the balances.\n\
		 by the events: {expected:#?}\nin fact: {after:#?}",
		before.block,
		after.block
	);
	Ok(after)
}

impl Snapshot {
	async fn apply(&mut self, chain: &Chain, number: u32, treasury: &AccountId) -> Result<()> {
		let events = chain.at(At::Number(number)).await?.events().await?;
		let names = events.names()?;
		for fault in ["Jobs.Unexpected", "Balances.DustLost"] {
			ensure!(
				!names.iter().any(|name| name == fault),
				"{fault} in block {number}"
			);
		}
		for fee in events.find::<FeePaid>()? {
			self.moved(&fee.who, treasury, fee.actual_fee)?;
		}
		for slash in events.find::<ProviderSlashed>()? {
			self.slashed(&slash, treasury)?;
		}
		let pot = pots().income;
		for paid in events.find::<JobPaid>()? {
			self.paid(&paid, treasury, &pot)?;
		}
		for claimed in events.find::<IncomeClaimed>()? {
			self.moved(&pot, &claimed.delegator, claimed.amount)?;
		}
		for reduced in events.find::<DelegationReduced>()? {
			self.moved(&reduced.delegator, treasury, reduced.amount)?;
		}
		Ok(())
	}

	/// What delegators lost besides is theirs until it is collected.
	fn slashed(&mut self, slash: &ProviderSlashed, treasury: &AccountId) -> Result<()> {
		let parts = [
			(Some(&slash.requester), slash.to_requester),
			(slash.reporter.as_ref(), slash.to_reporter),
			(Some(treasury), slash.to_treasury),
		];
		let mut sum: u128 = 0;
		for (to, units) in parts {
			if let Some(to) = to {
				self.moved(&slash.provider, to, units)?;
				sum = sum.saturating_add(units);
			}
		}
		ensure!(
			sum == slash.amount,
			"the parts do not add up to {}: {slash:?}",
			slash.amount
		);
		Ok(())
	}

	fn paid(&mut self, paid: &JobPaid, treasury: &AccountId, pot: &AccountId) -> Result<()> {
		self.moved(&paid.requester, &paid.provider, paid.to_provider)?;
		self.moved(&paid.requester, pot, paid.to_delegators)?;
		self.moved(&paid.requester, &paid.author, paid.to_author)?;
		self.moved(&paid.requester, treasury, paid.to_treasury)?;
		self.take(&paid.requester, paid.burned)?;
		self.issuance = self
			.issuance
			.checked_sub(paid.burned)
			.context("burnt too much")?;
		Ok(())
	}

	fn moved(&mut self, from: &AccountId, to: &AccountId, units: u128) -> Result<()> {
		self.take(from, units)?;
		let balance = self
			.balances
			.get_mut(to)
			.with_context(|| format!("{to} is nobody's"))?;
		*balance = balance.checked_add(units).context("a balance overflows")?;
		Ok(())
	}

	fn take(&mut self, from: &AccountId, units: u128) -> Result<()> {
		let balance = self
			.balances
			.get_mut(from)
			.with_context(|| format!("{from} is nobody's"))?;
		*balance = balance
			.checked_sub(units)
			.with_context(|| format!("{from} had {balance} and paid {units}"))?;
		Ok(())
	}
}

/// What the blocks from `from` to the best one say about a job.
///
/// # Errors
/// When the chain cannot be asked.
pub async fn job_events(chain: &Chain, job: JobId, from: u32) -> Result<JobEvents> {
	let to = chain.block(At::Best).await?.number;
	let mut found = history(chain, from, to).await?;
	Ok(found.remove(&job).unwrap_or_default())
}

/// What these blocks say about jobs, by job.
///
/// # Errors
/// When the chain cannot be asked.
pub async fn history(chain: &Chain, from: u32, to: u32) -> Result<BTreeMap<JobId, JobEvents>> {
	let mut jobs: BTreeMap<JobId, JobEvents> = BTreeMap::new();
	for number in from..=to {
		let events = chain.at(At::Number(number)).await?.events().await?;
		for event in events.find::<JobAssigned>()? {
			jobs.entry(event.job).or_default().assigned.push(event);
		}
		for event in events.find::<ReceiptAccepted>()? {
			jobs.entry(event.job).or_default().receipts.push(event);
		}
		for event in events.find::<JobPaid>()? {
			jobs.entry(event.job).or_default().paid.push(event);
		}
		for event in events.find::<JobClosed>()? {
			jobs.entry(event.job).or_default().closed.push(event);
		}
		for event in events.find::<SlashRaised>()? {
			jobs.entry(event.job).or_default().raised.push(event);
		}
		for event in events.find::<ProviderSlashed>()? {
			jobs.entry(event.job).or_default().slashed.push(event);
		}
	}
	Ok(jobs)
}

/// Checks a payment against the rules: the parts add up, and each is the share that governance
/// and the model's royalty say. The provider and its delegators are looked at together: what each side gets
/// depends on their stake.
///
/// # Errors
/// When it is not so.
pub async fn check_split(chain: &Chain, paid: &JobPaid, royalty: u32) -> Result<()> {
	let governed = chain.at(At::Best).await?.shares_of_payment().await?;
	let shares = Shares {
		royalty,
		treasury: governed.treasury,
		burn: governed.burn,
		delegators: 0,
	};
	let payment = paid.payment();
	ensure!(
		payment.total() == Some(paid.spent),
		"the parts do not add up: {paid:?}"
	);
	let expected = split(paid.spent, &shares);
	let together = Payment {
		provider: payment.provider.saturating_add(payment.delegators),
		delegators: 0,
		..payment
	};
	ensure!(
		together == expected,
		"{paid:?} is not split as {shares:?}: {expected:?}"
	);
	ensure!(
		payment.burned > 0 && payment.author > 0,
		"too little was paid to tell: {paid:?}"
	);
	Ok(())
}

/// Fails if an account still has money on hold for jobs.
///
/// # Errors
/// When it has.
pub async fn has_no_escrow(chain: &Chain, account: &AccountId) -> Result<()> {
	let balance = chain.at(At::Best).await?.balance(account).await?;
	let escrow = balance
		.holds
		.iter()
		.find(|hold| hold.reason == "Jobs.Escrow");
	ensure!(
		escrow.is_none_or(|hold| hold.amount == 0),
		"{account} still has {escrow:?}"
	);
	Ok(())
}
