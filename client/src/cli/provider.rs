//! `athanor provider`.

use std::process::ExitCode;

use athanor::{
	AccountId, Amount, Call, Chain, Error,
	chain::{
		Offer, Provider,
		events::{Bonded, ProviderRegistered, Unbonding, Withdrawn},
	},
	primitives::{
		H256, JobId, ModelId, Signature, WorkerKey, price::Price, worker_key::worker_key_payload,
	},
	verify::is_signed,
};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{
	Context,
	output::{Done, fields, hexadecimal, note, price, report, table},
	parse_account, parse_amount, parse_hex,
};

/// Be a provider: stake, offers and worker keys.
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
	/// Publish or change what you ask for running a model.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider offer --model 0 --price-in 20000u --price-out 50000u --slots 4")]
	Offer {
		/// The model.
		#[arg(long)]
		model: ModelId,
		/// Price of a token of the prompt.
		#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
		price_in: u128,
		/// Price of a generated token.
		#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
		price_out: u128,
		/// How many jobs to take at the same time.
		#[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
		slots: u32,
	},
	/// Withdraw an offer. Running jobs go on.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider unoffer --model 0")]
	Unoffer {
		/// The model.
		#[arg(long)]
		model: ModelId,
	},
	/// Remove the offer of a provider that cannot fulfil it. Anybody can do this.
	#[command(after_help = "\
Example:
  athanor --key any.key provider prune --model 0 ADDRESS")]
	Prune {
		/// The model.
		#[arg(long)]
		model: ModelId,
		/// Whose offer.
		#[arg(value_parser = parse_account)]
		provider: AccountId,
	},
	/// The keys that your workers sign with.
	#[command(subcommand)]
	Keys(Keys),
	/// Show a provider: stake, keys, offers and the jobs it has.
	#[command(after_help = "\
Examples:
  athanor --key provider.key provider status
  athanor provider status ADDRESS -o json")]
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
	/// Remove a worker key. Receipts that it signed are refused from then on.
	#[command(after_help = "\
Example:
  athanor --key provider.key provider keys remove KEY")]
	Remove {
		/// The key, in hexadecimal.
		// Not `key`: that is the global option that names the signing key's file.
		#[arg(value_name = "KEY", value_parser = parse_hex::<32>)]
		worker_key: WorkerKey,
	},
	/// List the worker keys.
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
		Command::Offer {
			model,
			price_in,
			price_out,
			slots,
		} => {
			let price = Price {
				input: price_in,
				output: price_out,
			};
			offer(context, model, price, slots).await?;
		}
		Command::Unoffer { model } => {
			let done = done(
				json!({"model": model}),
				format!("offer for model {model} withdrawn"),
			);
			simple(context, Call::RemoveOffer { model }, done).await?;
		}
		Command::Prune { model, provider } => {
			let text = format!("offer of {provider} for model {model} removed");
			let done = done(json!({"model": model, "provider": provider}), text);
			simple(context, Call::PruneOffer { model, provider }, done).await?;
		}
		Command::Keys(Keys::Add { worker_key, proof }) => {
			add_key(context, worker_key, proof).await?;
		}
		Command::Keys(Keys::Remove { worker_key: key }) => {
			let shown = hexadecimal(key);
			let done = done(json!({"key": shown}), format!("worker key {shown} removed"));
			simple(context, Call::RemoveWorkerKey { key }, done).await?;
		}
		Command::Keys(Keys::List { address }) => list_keys(context, address).await?,
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
		Ok(done(
			json!({"amount": Amount(amount)}),
			format!("{} is free again", Amount(amount)),
		))
	})
}

async fn offer(context: &Context, model: ModelId, asked: Price, slots: u32) -> Result<(), Error> {
	let chain = context.chain().await?;
	context
		.in_time("the price bounds", async {
			check_price(context, &chain, model, &asked).await
		})
		.await?;
	note(format_args!(
		"a deposit is held for an offer until it is withdrawn"
	));
	let sent = context
		.send(
			&chain,
			&Call::SetOffer {
				model,
				price: asked,
				slots,
			},
		)
		.await?;
	report(context, &sent, |_| {
		Ok(done(
			json!({"model": model, "price": super::model::price_json(&asked), "slots": slots}),
			format!(
				"model {model} offered at {} in {slots} slots",
				price(&asked)
			),
		))
	})
}

/// Says with figures what the chain would refuse.
async fn check_price(
	context: &Context,
	chain: &Chain,
	model: ModelId,
	asked: &Price,
) -> Result<(), Error> {
	let view = chain.at(context.at()).await?;
	let found = view.model(model).await?.ok_or_else(|| {
		Error::NotFound(format!(
			"there is no model {model}; see `athanor model list`"
		))
	})?;
	let bounds = view.price_bounds(found.price_class).await?;
	if bounds.contain(asked) {
		return Ok(());
	}
	Err(Error::Input(format!(
		"{} is outside the bounds of model {model}'s price class: at least {}, at most {}",
		price(asked),
		price(&bounds.floor),
		price(&bounds.ceiling)
	)))
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
	let keys: Vec<String> = context
		.in_time("the worker keys", async {
			let view = chain.at(context.at()).await?;
			view.provider(&account)
				.await?
				.ok_or_else(|| not_provider(&account))?;
			view.worker_keys(&account).await
		})
		.await?
		.into_iter()
		.map(hexadecimal)
		.collect();
	context
		.output()
		.show(json!({"provider": account, "keys": keys}), || {
			match keys.is_empty() {
				true => "no worker keys; see `athanor provider keys add --help`".into(),
				false => keys.join("\n"),
			}
		})
}

async fn status(context: &Context, address: Option<AccountId>) -> Result<(), Error> {
	let account = context.account(address)?;
	let chain = context.chain().await?;
	let status = context
		.in_time("the provider", Status::read(context, &chain, account))
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
	keys: Vec<WorkerKey>,
	offers: Vec<(ModelId, Offer)>,
	jobs: Vec<JobId>,
}

impl Status {
	async fn read(context: &Context, chain: &Chain, account: AccountId) -> Result<Self, Error> {
		let view = chain.at(context.at()).await?;
		let provider = view
			.provider(&account)
			.await?
			.ok_or_else(|| not_provider(&account))?;
		Ok(Self {
			account,
			provider,
			active: view.is_active(&account).await?,
			min_stake: view.constants()?.min_stake,
			now: view.number(),
			keys: view.worker_keys(&account).await?,
			offers: view.offers_of(&account).await?.into_iter().collect(),
			jobs: view.assigned_to(&account).await?,
		})
	}

	fn json(&self) -> Value {
		json!({
			"address": self.account,
			"active": self.active,
			"provider": self.provider,
			"keys": self.keys.iter().map(hexadecimal).collect::<Vec<_>>(),
			"offers": self.offers.iter()
				.map(|(model, offer)| json!({"model": model, "offer": offer}))
				.collect::<Vec<_>>(),
			"jobs": self.jobs,
		})
	}

	/// Why it gets no work, if it gets none.
	fn obstacle(&self) -> Option<String> {
		if self.provider.bonded < self.min_stake {
			let missing = self.min_stake.saturating_sub(self.provider.bonded);
			Some(format!("{} of stake are missing", Amount(missing)))
		} else if self.provider.keys == 0 {
			Some("no worker key is registered".into())
		} else if self.provider.paused_until > self.now {
			Some(format!(
				"paused until block {} after a missed deadline",
				self.provider.paused_until
			))
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
		let mut text = fields(&[
			("provider", Some(self.account.to_string())),
			("gets work", Some(work)),
			("staked", Some(Amount(self.provider.bonded).to_string())),
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
			("worker keys", Some(self.keys.len().to_string())),
			(
				"jobs now",
				Some(jobs.join(", ")).filter(|text| !text.is_empty()),
			),
		]);
		if !self.offers.is_empty() {
			let rows: Vec<_> = self
				.offers
				.iter()
				.map(|(model, offer)| {
					vec![
						model.to_string(),
						price(&offer.price),
						format!("{} of {}", offer.free(), offer.slots),
					]
				})
				.collect();
			text.push('\n');
			text.push_str(&table(&["model", "price", "free slots"], &rows));
		}
		text
	}
}
