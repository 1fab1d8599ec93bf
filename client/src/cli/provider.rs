//! `athanor provider`.

use std::process::ExitCode;

use athanor::{
	AccountId, Amount, Call, Chain, Error,
	chain::{
		Offer, PendingSlash, Provider, WorkerRecord,
		events::{
			Bonded, ProviderDeregistered, ProviderRegistered, Unbonding, Withdrawn,
			WorkerKeyRemoved,
		},
	},
	primitives::{H256, JobId, ModelId, Signature, WorkerKey, worker_key::worker_key_payload},
	verify::is_signed,
};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{
	Context,
	delegation::{
		self, AutoCompoundArgs, BehindArgs, ClaimArgs, CommissionArgs, DelegateArgs,
		RedelegateArgs, UndelegateArgs, WhoseArgs,
	},
	offer::{self, OfferArgs, PruneArgs, WhichOffer, attributes_text},
	output::{Done, about, fields, hexadecimal, merge, note, price, report, table},
	parse_account, parse_amount, parse_hex,
	provider_list::{self, Behind},
	slashes::{self, SlashesArgs, enacted},
};

/// Be a provider: stake, offers and worker keys; or put stake behind one.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Become a provider. The stake is held, and slashed when a deadline is missed.
	#[command(after_help = "\
Examples:
  athanor --key provider.key provider register --stake 100
  athanor --key provider.key provider register --stake 100 --estimate")]
	Register {
		/// How much to stake, in tokens (100) or units (1000u).
		#[arg(long, value_parser = parse_amount)]
		stake: u128,
	},
	/// Stake more.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider stake 50")]
	Stake {
		/// How much more.
		#[arg(value_parser = parse_amount)]
		amount: u128,
	},
	/// Ask for stake back. It can be withdrawn after the unbonding period.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider unstake 50")]
	Unstake {
		/// How much.
		#[arg(value_parser = parse_amount)]
		amount: u128,
	},
	/// Take back what has unbonded.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider withdraw")]
	Withdraw,
	/// Publish or change what you ask for running a version of a model.
	#[command(after_help = offer::OFFER_EXAMPLES)]
	Offer(OfferArgs),
	/// Withdraw an offer. Running jobs go on.
	#[command(after_help = offer::UNOFFER_EXAMPLES)]
	Unoffer(WhichOffer),
	/// Remove the offer of a provider that cannot fulfil it. Anybody can do this.
	#[command(after_help = offer::PRUNE_EXAMPLES)]
	Prune(PruneArgs),
	/// Take no new work. Jobs in hand go on; stake, keys and offers stay.
	#[command(after_help = "\
Examples:
  athanor --key provider.key provider chill
  athanor --key provider.key provider chill --estimate

For maintenance: chill, wait until `athanor provider status` shows no jobs, do it, and unchill.")]
	Chill,
	/// Take work again.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider unchill")]
	Unchill,
	/// Leave: take no new work, and ask for all stake back. Jobs in hand go on.
	#[command(after_help = "\
Examples:
  athanor --key provider.key provider exit
  athanor --key provider.key provider exit --estimate

Keep the workers running until `athanor provider status` shows no jobs: missed deadlines still cost
stake. `athanor provider withdraw` after the unbonding period returns the stake and ends it.")]
	Exit,
	/// The keys that your workers sign with.
	#[command(subcommand)]
	Keys(Keys),
	/// Put stake behind a provider, for a part of its income.
	#[command(after_help = delegation::DELEGATE_EXAMPLES)]
	Delegate(DelegateArgs),
	/// Ask for delegated stake back. It can be withdrawn after the unbonding period.
	#[command(after_help = delegation::UNDELEGATE_EXAMPLES)]
	Undelegate(UndelegateArgs),
	/// Move delegated stake to another provider at once.
	#[command(after_help = delegation::REDELEGATE_EXAMPLES)]
	Redelegate(RedelegateArgs),
	/// Take back delegated stake that has unlocked.
	#[command(after_help = delegation::WITHDRAW_EXAMPLES)]
	WithdrawDelegation(BehindArgs),
	/// Take what delegated stake has earned.
	#[command(after_help = delegation::CLAIM_EXAMPLES)]
	Claim(ClaimArgs),
	/// Add to delegated stake what it has earned. Anybody can do this, if its owner has allowed it.
	#[command(after_help = delegation::COMPOUND_EXAMPLES)]
	Compound(WhoseArgs),
	/// Take to the treasury what slashes have taken of delegated stake. Anybody can do this.
	#[command(after_help = delegation::COLLECT_EXAMPLES)]
	Collect(WhoseArgs),
	/// List what an account has delegated, and the income that it can claim.
	#[command(after_help = delegation::LIST_EXAMPLES)]
	Delegations(delegation::ListArgs),
	/// Set what you take of your delegators' income.
	#[command(after_help = delegation::COMMISSION_EXAMPLES)]
	Commission(CommissionArgs),
	/// Say whether anybody may add to your delegated stake what it has earned.
	#[command(after_help = delegation::AUTO_COMPOUND_EXAMPLES)]
	AutoCompound(AutoCompoundArgs),
	/// Show slashes that wait for an appeal: why, how much, who gets it, and until when they can be cancelled.
	#[command(after_help = slashes::EXAMPLES)]
	Slashes(SlashesArgs),
	/// Carry out a slash whose time for an appeal is over. Anybody can do this.
	#[command(after_help = slashes::ENACT_EXAMPLES)]
	EnactSlash {
		/// Its number, from `athanor provider slashes`.
		slash: u64,
	},
	/// List the providers: own and delegated stake, commission, and whether they take work.
	#[command(after_help = provider_list::EXAMPLES)]
	List(provider_list::ListArgs),
	/// Show a provider: stake, what is delegated to it, keys, offers and the jobs it has.
	#[command(
		visible_alias = "show",
		after_help = "\
Examples:
  athanor --key provider.key provider status
  athanor provider show ADDRESS -o json
  athanor --key alice.key provider show ADDRESS

With --key it also shows what that account has behind the provider, and the income that it can claim."
	)]
	Status {
		/// The provider [default: that of the key].
		#[arg(value_parser = parse_account)]
		address: Option<AccountId>,
	},
	/// Stop being a provider. All stake must have been withdrawn before.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider deregister")]
	Deregister,
}

/// The keys that your workers sign with.
#[derive(Debug, Subcommand)]
pub enum Keys {
	/// Register a worker key, with the proof that the worker holds it.
	#[command(after_help = "\
The worker prints both:
  athanor-worker keys proof --key worker.key --provider ADDRESS --genesis 0x...

Example:
  athanor --key provider.key provider keys add KEY PROOF")]
	Add {
		/// The key, in hexadecimal.
		// Not `key`: that is the global option that names the signing key's file.
		#[arg(value_name = "KEY", value_parser = parse_hex::<32>)]
		worker_key: WorkerKey,
		/// The proof, in hexadecimal.
		#[arg(value_parser = parse_hex::<64>)]
		proof: Signature,
	},
	/// Remove a worker key. Receipts that it signed are refused from then on, and you answer for them for
	/// the unbonding period.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider keys remove KEY")]
	Remove {
		/// The key, in hexadecimal.
		// Not `key`: that is the global option that names the signing key's file.
		#[arg(value_name = "KEY", value_parser = parse_hex::<32>)]
		worker_key: WorkerKey,
	},
	/// Drop a removed worker key that nobody answers for any more. Anybody can do this.
	#[command(after_help = "\
Example:
  athanor --key any.key provider keys forget KEY

Not needed as a rule: adding a key drops such keys if their place is needed.")]
	Forget {
		/// The key, in hexadecimal.
		#[arg(value_name = "KEY", value_parser = parse_hex::<32>)]
		worker_key: WorkerKey,
	},
	/// List the worker keys, and those that were removed and still count.
	#[command(after_help = "\
Examples:
  athanor --key provider.key provider keys list
  athanor provider keys list ADDRESS")]
	List {
		/// The provider [default: that of the key].
		#[arg(value_parser = parse_account)]
		address: Option<AccountId>,
	},
}

/// Does it.
pub async fn run(context: &Context, command: Command) -> Result<ExitCode, Error> {
	match command {
		Command::Register { stake } => register(context, stake).await?,
		Command::Stake { amount } => bond(context, amount).await?,
		Command::Unstake { amount } => unbond(context, amount).await?,
		Command::Withdraw => withdraw(context).await?,
		Command::Offer(arguments) => offer::offer(context, arguments).await?,
		Command::Unoffer(which) => offer::unoffer(context, which).await?,
		Command::Prune(arguments) => offer::prune(context, arguments).await?,
		Command::Chill => {
			let text = "no new work from now on; jobs in hand go on;";
			simple(
				context,
				Call::Chill,
				done(json!({"chilled": true}), text.into()),
			)
			.await?;
		}
		Command::Unchill => {
			let done = done(json!({"chilled": false}), "takes work again".into());
			simple(context, Call::Unchill, done).await?;
		}
		Command::Exit => exit(context).await?,
		Command::Keys(Keys::Add { worker_key, proof }) => {
			add_key(context, worker_key, proof).await?;
		}
		Command::Keys(Keys::Remove { worker_key }) => remove_key(context, worker_key).await?,
		Command::Keys(Keys::Forget { worker_key: key }) => {
			let shown = hexadecimal(key);
			let done = done(
				json!({"key": shown}),
				format!("worker key {shown} forgotten"),
			);
			simple(context, Call::ForgetWorkerKey { key }, done).await?;
		}
		Command::Keys(Keys::List { address }) => list_keys(context, address).await?,
		Command::Delegate(arguments) => delegation::delegate(context, arguments).await?,
		Command::Undelegate(arguments) => delegation::undelegate(context, arguments).await?,
		Command::Redelegate(arguments) => delegation::redelegate(context, arguments).await?,
		Command::WithdrawDelegation(arguments) => {
			delegation::withdraw(context, arguments).await?;
		}
		Command::Claim(arguments) => delegation::claim(context, arguments).await?,
		Command::Compound(arguments) => delegation::compound(context, arguments).await?,
		Command::Collect(arguments) => delegation::collect(context, arguments).await?,
		Command::Delegations(arguments) => delegation::list(context, arguments).await?,
		Command::Commission(arguments) => delegation::commission(context, arguments).await?,
		Command::AutoCompound(arguments) => delegation::auto_compound(context, arguments).await?,
		Command::Slashes(arguments) => slashes::run(context, arguments).await?,
		Command::EnactSlash { slash } => slashes::enact(context, slash).await?,
		Command::List(arguments) => provider_list::run(context, arguments).await?,
		Command::Status { address } => status(context, address).await?,
		Command::Deregister => {
			let done = done(json!({}), "no provider any more".to_owned());
			simple(context, Call::DeregisterProvider, done).await?;
		}
	}
	Ok(ExitCode::SUCCESS)
}

fn done(json: Value, text: String) -> Done {
	Done { json, text }
}

async fn simple(context: &Context, call: Call, done: Done) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| Ok(done))
}

async fn register(context: &Context, stake: u128) -> Result<(), Error> {
	note(format_args!("puts {} on hold as stake", Amount(stake)));
	let chain = context.chain().await?;
	let sent = context
		.send(&chain, &Call::RegisterProvider { stake })
		.await?;
	report(context, &sent, |included| {
		let event = included.events.first::<ProviderRegistered>()?;
		let stake = event.map_or(stake, |event| event.stake);
		Ok(done(
			json!({"stake": Amount(stake)}),
			format!("provider registered with {} staked", Amount(stake)),
		))
	})
}

async fn bond(context: &Context, amount: u128) -> Result<(), Error> {
	note(format_args!(
		"puts {} more on hold as stake",
		Amount(amount)
	));
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::Bond { amount }).await?;
	report(context, &sent, |included| {
		let total = included
			.events
			.first::<Bonded>()?
			.map(|event| Amount(event.total));
		Ok(done(
			json!({"amount": Amount(amount), "total": total}),
			format!("{} more staked", Amount(amount)),
		))
	})
}

async fn unbond(context: &Context, amount: u128) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::Unbond { amount }).await?;
	report(context, &sent, |included| {
		let unlocks_at = included
			.events
			.first::<Unbonding>()?
			.map(|event| event.unlocks_at);
		let when = unlocks_at.map_or_else(String::new, |at| format!(" from block {at}"));
		Ok(done(
			json!({"amount": Amount(amount), "unlocks_at": unlocks_at}),
			format!("{} unbonding, to be withdrawn{when},", Amount(amount)),
		))
	})
}

async fn withdraw(context: &Context) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::Withdraw).await?;
	report(context, &sent, |included| {
		let amount = included
			.events
			.first::<Withdrawn>()?
			.map_or(0, |event| event.amount);
		let ended = included.events.first::<ProviderDeregistered>()?.is_some();
		let end = if ended { "; no provider any more" } else { "" };
		Ok(done(
			json!({"amount": Amount(amount), "deregistered": ended}),
			format!("{} is free again{end}", Amount(amount)),
		))
	})
}

/// Begins to leave.
async fn exit(context: &Context) -> Result<(), Error> {
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let jobs = context
		.in_time("the jobs in hand", async {
			chain.at(context.at()).await?.assigned_to(&account).await
		})
		.await?;
	if !jobs.is_empty() {
		note(format_args!(
			"{} job(s) in hand go on: keep the workers running until they are delivered",
			jobs.len()
		));
	}
	let sent = context.send(&chain, &Call::Exit).await?;
	report(context, &sent, |included| {
		let unbonding = included.events.first::<Unbonding>()?;
		let text = match &unbonding {
			Some(part) => format!(
				"no new work from now on; {} unbonding, to be withdrawn from block {},",
				Amount(part.amount),
				part.unlocks_at
			),
			None => "no new work from now on; nothing was bonded,".into(),
		};
		Ok(done(json!({"unbonding": unbonding, "jobs": jobs}), text))
	})
}

async fn add_key(context: &Context, key: WorkerKey, proof: Signature) -> Result<(), Error> {
	let provider = context.key()?.account();
	let chain = context.chain().await?;
	let payload = worker_key_payload(&chain.genesis(), &provider.0);
	if !is_signed(&key, &proof, &payload) {
		return Err(wrong_proof(&provider, &chain.genesis()));
	}
	let sent = context
		.send(&chain, &Call::AddWorkerKey { key, proof })
		.await?;
	let shown = hexadecimal(key);
	report(context, &sent, |_| {
		Ok(done(
			json!({"key": shown}),
			format!("worker key {shown} registered"),
		))
	})
}

async fn remove_key(context: &Context, key: WorkerKey) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::RemoveWorkerKey { key }).await?;
	let shown = hexadecimal(key);
	report(context, &sent, |included| {
		let until = included
			.events
			.first::<WorkerKeyRemoved>()?
			.map(|event| event.answers_until);
		let when = until.map_or_else(String::new, |block| {
			format!("; you answer for what it signed until block {block},")
		});
		Ok(done(
			json!({"key": shown, "answers_until": until}),
			format!("worker key {shown} removed{when}"),
		))
	})
}

/// The proof is another key's, or for another provider or chain.
pub fn wrong_proof(provider: &AccountId, genesis: &H256) -> Error {
	Error::Input(format!(
		"the proof is not this key's for this provider and chain; make it with \
		 `athanor-worker keys proof --key FILE --provider {provider} --genesis {genesis:?}`, where \
		 FILE is the worker's key file"
	))
}

async fn list_keys(context: &Context, address: Option<AccountId>) -> Result<(), Error> {
	let account = context.account(address)?;
	let chain = context.chain().await?;
	let (records, period) = context
		.in_time("the worker keys", async {
			let view = chain.at(context.at()).await?;
			view.provider(&account)
				.await?
				.ok_or_else(|| not_provider(&account))?;
			let period = view.constants()?.unbonding_period;
			Ok((view.worker_records(&account).await?, period))
		})
		.await?;
	let keys = KeyList::new(&records, period);
	let value = json!({
		"provider": account,
		"keys": keys.active,
		"retired": keys.retired.iter().map(|(key, until)| json!({
			"key": key, "answers_until": until,
		})).collect::<Vec<_>>(),
	});
	context.output().show(value, || keys.text())
}

/// The worker keys of a provider.
struct KeyList {
	active: Vec<String>,
	/// Those that were removed, with the block until which the provider answers for them.
	retired: Vec<(String, u32)>,
}

impl KeyList {
	fn new(records: &[(WorkerKey, WorkerRecord)], period: u32) -> Self {
		let mut list = Self {
			active: Vec::new(),
			retired: Vec::new(),
		};
		for (key, record) in records {
			match record.retired_at {
				None => list.active.push(hexadecimal(key)),
				Some(at) => list
					.retired
					.push((hexadecimal(key), at.saturating_add(period))),
			}
		}
		list
	}

	fn text(&self) -> String {
		if self.active.is_empty() && self.retired.is_empty() {
			return "no worker keys; see `athanor provider keys add --help`".into();
		}
		let mut lines = self.active.clone();
		lines.extend(self.retired.iter().map(|(key, until)| {
			format!("{key}  removed; the provider answers for what it signed until block {until}")
		}));
		lines.join("\n")
	}
}

async fn status(context: &Context, address: Option<AccountId>) -> Result<(), Error> {
	let account = context.account(address)?;
	let caller = context.key_if_given()?.map(|key| key.account());
	let chain = context.chain().await?;
	let status = context
		.in_time(
			"the provider",
			Status::read(context, &chain, account, caller),
		)
		.await?;
	context.output().show(status.json(), || status.text())
}

fn not_provider(account: &AccountId) -> Error {
	Error::NotFound(format!(
		"{account} is not a provider; see `athanor provider register --help`"
	))
}

/// Everything about a provider.
struct Status {
	account: AccountId,
	provider: Provider,
	active: bool,
	min_stake: u128,
	now: u32,
	block_time: u64,
	keys: Vec<WorkerKey>,
	offers: Vec<((ModelId, u32), Offer)>,
	jobs: Vec<JobId>,
	slashes: Vec<PendingSlash>,
	behind: Behind,
}

impl Status {
	async fn read(
		context: &Context,
		chain: &Chain,
		account: AccountId,
		caller: Option<AccountId>,
	) -> Result<Self, Error> {
		let view = chain.at(context.at()).await?;
		let provider = view
			.provider(&account)
			.await?
			.ok_or_else(|| not_provider(&account))?;
		let constants = view.constants()?;
		let yours = match caller {
			Some(caller) => view.stake_behind(&caller, &account).await?,
			None => None,
		};
		let pool = view.delegation_pool(&account).await?;
		Ok(Self {
			behind: Behind { pool, yours },
			account,
			provider,
			slashes: view.pending_slashes(Some(&account)).await?,
			active: view.is_active(&account).await?,
			min_stake: constants.min_stake,
			now: view.number(),
			block_time: constants.block_time,
			keys: view.worker_keys(&account).await?,
			offers: view.offers_of(&account).await?.into_iter().collect(),
			jobs: view.assigned_to(&account).await?,
		})
	}

	fn json(&self) -> Value {
		let mut value = self.behind.json();
		let own = json!({
			"address": self.account,
			"active": self.active,
			"provider": self.provider,
			"frozen": Amount(self.provider.frozen()),
			"pending_slashes": self.slashes,
			"keys": self.keys.iter().map(hexadecimal).collect::<Vec<_>>(),
			"offers": self.offers.iter()
				.map(|((model, version), offer)| json!({
					"model": model, "version": version, "offer": offer,
				}))
				.collect::<Vec<_>>(),
			"jobs": self.jobs,
		});
		merge(&mut value, own);
		value
	}

	/// What can cover jobs: own and delegated stake, less what pending slashes may take.
	fn capacity(&self) -> u128 {
		self.provider.capacity(self.behind.pool.active_worth())
	}

	/// Why it gets no work, if it gets none.
	fn obstacle(&self) -> Option<String> {
		let provider = &self.provider;
		if provider.chilled && provider.bonded == 0 {
			Some("it is leaving: all stake unbonds".into())
		} else if provider.chilled {
			Some("chilled; `athanor provider unchill` ends that".into())
		} else if provider.free_bonded() < self.min_stake {
			let missing = self.min_stake.saturating_sub(provider.free_bonded());
			let beside = match provider.frozen() {
				0 => "",
				_ => " beside what is frozen",
			};
			Some(format!("{} of stake are missing{beside}", Amount(missing)))
		} else if self.provider.keys == 0 {
			Some("no worker key is registered".into())
		} else if provider.paused_until > self.now {
			let left = provider.paused_until - self.now;
			Some(format!(
				"paused until block {} ({}) after a missed deadline",
				provider.paused_until,
				about(left, self.block_time)
			))
		} else if provider.committed >= self.capacity() {
			Some("all stake covers jobs in hand; finish some, or stake more".into())
		} else if self.offers.is_empty() {
			Some("there are no offers".into())
		} else {
			None
		}
	}

	fn text(&self) -> String {
		let unbonding: Vec<String> = self
			.provider
			.unbonding
			.iter()
			.map(|chunk| match chunk.unlocks_at <= self.now {
				true => format!("{} can be withdrawn", Amount(chunk.amount)),
				false => format!("{} until block {}", Amount(chunk.amount), chunk.unlocks_at),
			})
			.collect();
		let work = self
			.obstacle()
			.map_or_else(|| "yes".into(), |why| format!("no: {why}"));
		let jobs: Vec<String> = self.jobs.iter().map(ToString::to_string).collect();
		let mut lines = vec![
			("provider", Some(self.account.to_string())),
			("gets work", Some(work)),
			("staked", Some(Amount(self.provider.bonded).to_string())),
			("frozen", self.frozen_text()),
			(
				"covers jobs in hand",
				Some(Amount(self.provider.committed).to_string()),
			),
			(
				"unbonding",
				Some(unbonding.join(", ")).filter(|text| !text.is_empty()),
			),
			(
				"slashed so far",
				Some(Amount(self.provider.slashed).to_string()),
			),
			(
				"registered",
				Some(format!("block {}", self.provider.registered_at)),
			),
			("worker keys", Some(self.keys_text())),
			(
				"jobs now",
				Some(jobs.join(", ")).filter(|text| !text.is_empty()),
			),
		];
		lines.extend(self.behind.lines(self.now));
		let mut text = fields(&lines);
		if !self.offers.is_empty() {
			let rows: Vec<_> = self
				.offers
				.iter()
				.map(|((model, version), offer)| {
					vec![
						model.to_string(),
						version.to_string(),
						price(&offer.price),
						format!("{} of {}", offer.free(), offer.slots),
						attributes_text(&offer.attributes),
					]
				})
				.collect();
			text.push('\n');
			let head = ["model", "version", "price", "free slots", "states"];
			text.push_str(&table(&head, &rows));
		}
		text
	}

	/// What pending slashes may take of its stake, if there are any.
	fn frozen_text(&self) -> Option<String> {
		let each: Vec<String> = self
			.slashes
			.iter()
			.map(|slash| {
				format!(
					"{} by slash {}, taken in {}",
					Amount(slash.slash.own),
					slash.id,
					enacted(slash, self.now, self.block_time)
				)
			})
			.collect();
		let all = format!("{}; see `athanor provider slashes`", each.join("; "));
		Some(all).filter(|_| !each.is_empty())
	}

	fn keys_text(&self) -> String {
		match self.provider.retired_keys {
			0 => self.keys.len().to_string(),
			retired => format!(
				"{}, and {retired} removed that still count",
				self.keys.len()
			),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::{chain::Frozen, primitives::pool::Pool};

	fn status(change: impl FnOnce(&mut Status)) -> Status {
		let offer = Offer {
			price: Default::default(),
			attributes: Default::default(),
			slots: 2,
			busy: 0,
		};
		let mut status = Status {
			account: AccountId::from([7; 32]),
			provider: Provider {
				bonded: 200,
				committed: 50,
				unbonding: vec![],
				keys: 1,
				retired_keys: 0,
				registered_at: 1,
				slashed: 0,
				paused_until: 0,
				chilled: false,
				pending: vec![],
			},
			active: true,
			min_stake: 100,
			now: 1_000,
			block_time: 3_000,
			keys: vec![[1; 32]],
			offers: vec![((3, 2), offer)],
			jobs: vec![4],
			slashes: vec![],
			behind: Behind {
				pool: Default::default(),
				yours: None,
			},
		};
		change(&mut status);
		status
	}

	/// Lets a slash of so much be pending.
	fn freeze(status: &mut Status, own: u128) {
		let mut slash = slashes::tests::sample(None);
		slash.slash.own = own;
		slash.slash.enacts_at = 1_060;
		status.provider.pending.push(Frozen {
			id: slash.id,
			last: slash.id,
			count: 1,
			raised_at: slash.slash.raised_at,
			own,
			share: 10_000,
		});
		status.slashes.push(slash);
	}

	#[test]
	fn what_is_frozen_is_shown() {
		assert!(!status(|_| {}).text().contains("frozen"));
		let status = status(|status| freeze(status, 20));
		let text = status.text();
		for part in ["20u by slash 3, taken in block 1060", "provider slashes"] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = status.json();
		assert_eq!(value["frozen"], "20");
		assert_eq!(value["pending_slashes"][0]["id"], 3);
	}

	#[test]
	fn what_keeps_work_away_is_said() {
		assert_eq!(status(|_| {}).obstacle(), None);
		type Change = fn(&mut Status);
		let cases: [(Change, &str); 9] = [
			(|s| s.provider.chilled = true, "provider unchill"),
			(
				|s| {
					s.provider.chilled = true;
					s.provider.bonded = 0;
				},
				"leaving",
			),
			(|s| s.provider.bonded = 99, "1u of stake are missing"),
			(|s| freeze(s, 101), "1u of stake are missing beside"),
			(
				|s| {
					freeze(s, 50);
					s.provider.committed = 150;
				},
				"covers jobs in hand",
			),
			(|s| s.provider.keys = 0, "no worker key"),
			(
				|s| s.provider.paused_until = 1_100,
				"block 1100 (about 5 min)",
			),
			(|s| s.provider.committed = 200, "covers jobs in hand"),
			(|s| s.offers.clear(), "no offers"),
		];
		for (change, words) in cases {
			let obstacle = status(change).obstacle().unwrap();
			assert!(obstacle.contains(words), "{words}: {obstacle}");
		}
	}

	#[test]
	fn delegated_stake_covers_jobs_too() {
		let covered = |share| {
			status(|status| {
				freeze(status, 0);
				status.provider.pending[0].share = share;
				status.provider.committed = 209;
				status.behind.pool.pool = Pool {
					total: 10,
					shares: 10,
				};
			})
			.obstacle()
		};
		assert_eq!(covered(0), None);
		assert!(covered(100_000).unwrap().contains("covers jobs in hand"));
	}

	#[test]
	fn a_status_shows_cover_versions_and_retired_keys() {
		let status = status(|status| status.provider.retired_keys = 2);
		let text = status.text();
		for part in ["50u", "1, and 2 removed that still count", "2 of 2"] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = status.json();
		assert_eq!(value["offers"][0]["version"], 2);
		assert_eq!(value["provider"]["committed"], "50");
		assert_eq!(value["provider"]["chilled"], false);
		assert_eq!(value["pool"]["delegated"], "0");
		assert!(text.contains("commission"), "{text}");
	}

	#[test]
	fn removed_keys_are_listed_with_the_end_of_their_time() {
		let record = |retired_at| WorkerRecord {
			provider: AccountId::from([7; 32]),
			retired_at,
		};
		let records = [([1; 32], record(None)), ([2; 32], record(Some(40)))];
		let list = KeyList::new(&records, 100);
		assert_eq!(list.active, [hexadecimal([1; 32])]);
		assert_eq!(list.retired, [(hexadecimal([2; 32]), 140)]);
		assert!(list.text().contains("until block 140"), "{}", list.text());
		assert!(KeyList::new(&[], 100).text().contains("keys add"));
	}
}
