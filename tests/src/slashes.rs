//! What a fault costs: a slash is raised and the stake frozen at once, and when the time for an appeal is
//! over it is carried out.

use anyhow::{Context, Result, bail, ensure};
use athanor::{
	At,
	chain::{
		Frozen, PendingSlash, Provider, Slash, View,
		events::{Fault, ProviderSlashed, SlashRaised},
	},
};
use athanor_primitives::{JobId, split::share_of};

use crate::{
	World,
	command::Cli,
	dev_account, ledger,
	wait::seconds,
	world::{APPEAL, REPORTER_SHARE, REQUESTER_PENALTY, STAKE},
};

/// What a provider's first fault has to cost.
#[derive(Clone, Copy, Debug)]
pub struct Fine {
	/// Whose fault, such as `Bob`'s. It has staked [`STAKE`], and nobody has delegated to it.
	pub provider: &'static str,
	/// What it was.
	pub fault: Fault,
	/// The share of the stake that it costs, in parts per million.
	pub share: u32,
	/// The job.
	pub job: JobId,
	/// Whose job it was.
	pub requester: &'static str,
	/// What the requester had put on hold for it, in units.
	pub escrow: u128,
	/// Who has shown the fault, if somebody had to.
	pub reporter: Option<&'static str>,
}

impl Fine {
	/// What it costs, in units.
	fn cost(&self) -> u128 {
		share_of(STAKE, self.share)
	}

	async fn provider(&self, view: &View) -> Result<Provider> {
		let account = dev_account(self.provider)?;
		let found = view.provider(&account).await?;
		found.with_context(|| format!("{} is no provider any more", self.provider))
	}

	/// Checks that the fault has raised one slash since the block `from`, that nothing is taken yet, and
	/// that everybody's part is noted. Returns what the chain said.
	///
	/// # Errors
	/// When it is not so.
	pub async fn is_pending(&self, world: &World, from: u32) -> Result<SlashRaised> {
		let events = ledger::job_events(world.chain(), self.job, from).await?;
		let raised = events
			.raised
			.iter()
			.filter(|raised| raised.fault == self.fault);
		let raised: Vec<&SlashRaised> = raised.collect();
		let [raised] = raised[..] else {
			bail!("one slash was expected: {events:#?}");
		};
		let account = dev_account(self.provider)?;
		ensure!(
			raised.provider == account && raised.own == self.cost() && raised.pooled == 0,
			"{} units of {}'s stake were expected: {raised:?}",
			self.cost(),
			self.provider
		);
		ensure!(events.slashed.is_empty(), "taken at once: {events:#?}");

		let view = world.chain().at(At::Best).await?;
		let provider = self.provider(&view).await?;
		let frozen = Frozen {
			id: raised.slash,
			last: raised.slash,
			count: 1,
			raised_at: raised.enacts_at.saturating_sub(APPEAL),
			own: self.cost(),
			share: self.share.into(),
		};
		ensure!(
			provider.bonded == STAKE && provider.slashed == 0 && provider.pending == [frozen],
			"{self:?}: {provider:?}"
		);
		let noted = view.pending_slashes(Some(&account)).await?;
		let expected = self.noted(raised)?;
		ensure!(noted == [expected.clone()], "{noted:?} is not {expected:?}");
		Ok(raised.clone())
	}

	/// What the chain has to know of it while it is pending, and the client to foretell.
	fn noted(&self, raised: &SlashRaised) -> Result<PendingSlash> {
		let taken = self.expected(raised)?;
		Ok(PendingSlash {
			id: raised.slash,
			slash: Slash {
				provider: taken.provider,
				job: taken.job,
				fault: taken.fault,
				own: taken.amount,
				share: self.share,
				requester: taken.requester,
				due: share_of(self.escrow, REQUESTER_PENALTY),
				reporter: taken.reporter,
				raised_at: raised.enacts_at.saturating_sub(APPEAL),
				enacts_at: raised.enacts_at,
			},
			to_requester: taken.to_requester,
			to_reporter: taken.to_reporter,
			to_treasury: taken.to_treasury,
			pooled: taken.pooled,
		})
	}

	/// Checks that the client explains what is frozen, and that the chain does not let it go.
	///
	/// # Errors
	/// When it is not so.
	pub async fn is_explained(&self, cli: &Cli, raised: &SlashRaised) -> Result<()> {
		let who = self.provider;
		let said = cli.run(who, &["wallet", "explain"]).await?.ok()?.json()?;
		let held = said["held"].as_array().context("no holds")?;
		let amount_of = |kind: &str| {
			let found = held.iter().find(|entry| entry["reason"][kind].is_object());
			found.with_context(|| format!("nothing is held as {kind}: {said}"))
		};
		let (frozen, free) = (amount_of("pending_slash")?, amount_of("bonded_stake")?);
		ensure!(
			said["agrees"] == true
				&& frozen["reason"]["pending_slash"]["slash"] == raised.slash
				&& frozen["amount"] == self.cost().to_string()
				&& frozen["until"]["ends_by"] == raised.enacts_at
				&& free["amount"] == STAKE.saturating_sub(self.cost()).to_string(),
			"{said}"
		);
		let status = cli.run(who, &["provider", "status"]).await?.ok()?.json()?;
		let shown = &status["pending_slashes"][0];
		ensure!(
			status["frozen"] == self.cost().to_string()
				&& status["active"] == false
				&& shown["id"] == raised.slash
				&& shown["job"] == self.job
				&& shown["requester"] == dev_account(self.requester)?.to_string()
				&& shown["enacts_at"] == raised.enacts_at,
			"{status}"
		);
		let everything = format!("{STAKE}u");
		cli.run(who, &["provider", "unstake", &everything])
			.await?
			.fails(&[4], &["StakeFrozen"])?;
		Ok(())
	}

	/// Waits until the time for an appeal is over, and checks that the stake is taken then, and not before:
	/// first for the requester, then for who has shown the fault, and the rest for the treasury. That the
	/// money has moved so is for [`ledger::audit`] to say.
	///
	/// # Errors
	/// When it is not so.
	pub async fn is_carried_out(&self, world: &mut World, raised: &SlashRaised) -> Result<()> {
		let limit = seconds(60).saturating_add(seconds(3).saturating_mul(APPEAL));
		world
			.node
			.reaches(At::Best, raised.enacts_at, limit)
			.await?;
		let before = At::Number(raised.enacts_at.saturating_sub(1));
		let before = self
			.provider(&world.chain().at(before).await?)
			.await
			.context("before the slash")?;
		ensure!(
			before.at_stake() == STAKE && before.frozen() == self.cost(),
			"taken too early: {before:?}"
		);

		let view = world.chain().at(At::Number(raised.enacts_at)).await?;
		let taken = view.events().await?.find::<ProviderSlashed>()?;
		let taken: Vec<&ProviderSlashed> = taken
			.iter()
			.filter(|taken| taken.slash == raised.slash)
			.collect();
		let expected = self.expected(raised)?;
		ensure!(taken == [&expected], "{taken:?} is not {expected:?}");
		let after = self.provider(&view).await?;
		ensure!(
			after.at_stake() == STAKE.saturating_sub(self.cost())
				&& after.slashed == self.cost()
				&& after.pending.is_empty(),
			"{after:?}"
		);
		Ok(())
	}

	/// Who has to get what.
	fn expected(&self, raised: &SlashRaised) -> Result<ProviderSlashed> {
		let amount = self.cost();
		let to_requester = share_of(self.escrow, REQUESTER_PENALTY).min(amount / 2);
		let rest = amount.saturating_sub(to_requester);
		let to_reporter = self.reporter.map_or(0, |_| share_of(rest, REPORTER_SHARE));
		ensure!(
			to_requester > 0 && to_requester < rest,
			"the parts are too small to tell: {self:?}"
		);
		Ok(ProviderSlashed {
			slash: raised.slash,
			provider: raised.provider,
			job: raised.job,
			fault: raised.fault,
			amount,
			requester: dev_account(self.requester)?,
			to_requester,
			reporter: self.reporter.map(dev_account).transpose()?,
			to_reporter,
			to_treasury: rest.saturating_sub(to_reporter),
			pooled: 0,
		})
	}
}
