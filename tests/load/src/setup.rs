//! Accounts with money, a model, and providers with worker keys and offers.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use athanor_models::types::{ModelSpec, VersionId};
use athanor_primitives::{
	H256, blake2_256,
	eligibility::{Attributes, Eligibility},
	job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
	model::{ModelHashes, NumericClass, PriceClass},
	price::Price,
	worker_key::worker_key_payload,
};
use athanor_runtime::{
	AccountId, Balance, Nonce, Runtime,
	configs::{market::MinStake, parameters::StakeMultiple},
	constants::ATH,
};
use codec::Encode;
use ed25519_dalek::Signer as _;
use futures::{StreamExt, TryStreamExt, stream};
use polkadot_sdk::{
	frame_system::{self, AccountInfo},
	pallet_balances::{self, AccountData},
	sp_core::{Pair, sr25519},
	sp_runtime::{FixedPointNumber, Permill},
};

use crate::{
	desk::{Answer, Desk, Model, input},
	engine::{self, Chain, Load},
	gate::Gate,
	keys::{Account, Keys},
	options::{Mode, Options},
	tx::{Binding, Kind, Nonces, Prepared},
};

/// What the author and each requester get for fees and deposits.
const POCKET: Balance = 20 * ATH;
/// What a provider gets for them, beside its stake.
const PROVIDERS_POCKET: Balance = 3 * ATH;
/// What a requester gets for each of its transactions.
const PER_TRANSACTION: Balance = ATH / 20;

/// Questions to the node at a time.
const QUESTIONS: usize = 64;

/// Blocks after which a job is refunded: an hour.
const TIME_LIMIT: u32 = 1_200;

/// The author's share.
const ROYALTY: Permill = Permill::from_percent(5);

/// Everything that jobs and transfers are made of.
pub struct World {
	keys: Keys,
	options: Options,
	binding: Binding,
	requesters: Vec<Account>,
	providers: Vec<Account>,
	price: Price,
	model: Model,
}

/// The account that pays for everything.
///
/// # Errors
/// When the file holds no secret.
pub fn funder(file: Option<&Path>) -> Result<Account> {
	let secret = match file {
		None => "//Alice".to_owned(),
		Some(path) => fs::read_to_string(path)
			.with_context(|| format!("the funder's secret {} cannot be read", path.display()))?,
	};
	match sr25519::Pair::from_string(secret.trim(), None) {
		Ok(pair) => Ok(Account::new(pair)),
		Err(_) => bail!(
			"the funder's file holds no secret; write a secret phrase or 0x and 64 digits into it"
		),
	}
}

type Info = AccountInfo<Nonce, AccountData<Balance>>;

async fn info(chain: &Chain, account: &AccountId) -> Result<Info> {
	let key = frame_system::Account::<Runtime>::hashed_key_for(account);
	Ok(chain.rpc.value(&key, None).await?.unwrap_or_default())
}

/// The nonces with which accounts go on.
///
/// # Errors
/// When the node does not say.
pub async fn nonces(chain: &Chain, accounts: &[Account]) -> Result<Nonces> {
	let infos = accounts.iter().map(|account| info(chain, &account.id));
	let infos: Vec<Info> = stream::iter(infos)
		.buffered(QUESTIONS)
		.try_collect()
		.await?;
	Ok(Nonces::from(
		infos.into_iter().map(|info| info.nonce).collect(),
	))
}

/// How many times the lowest price that there can be jobs pay: under load the price of the class rises, and
/// must not go past what jobs pay while they are posted.
const ABOVE_FLOOR: Balance = 100;

/// What jobs pay: well above the lowest price of the model's class, and not above the highest.
async fn price(chain: &Chain) -> Result<Price> {
	let key = athanor_pricing::Policies::<Runtime>::hashed_key_for(PriceClass::Small);
	let policy: Option<athanor_primitives::policy::Policy> = chain.rpc.value(&key, None).await?;
	let limits = athanor_runtime::configs::market::PriceLimits::get();
	let bounds = policy.map_or(limits.bounds, |policy| policy.clamped(&limits).bounds);
	let above = |units: Balance| units.saturating_mul(ABOVE_FLOOR);
	Ok(bounds.force(&Price {
		input: above(bounds.floor.input),
		output: above(bounds.floor.output),
	}))
}

impl World {
	/// Funds accounts, registers the model and the providers, and publishes their offers.
	///
	/// # Errors
	/// When the chain does not let that happen.
	pub async fn create(chain: &mut Chain, options: &Options, binding: Binding) -> Result<Self> {
		let keys = Keys::new(options.seed);
		let price = price(chain).await?;
		let mut world = Self {
			keys,
			options: options.clone(),
			binding,
			requesters: (0..options.requesters)
				.map(|index| keys.requester(index))
				.collect(),
			providers: (0..options.providers)
				.map(|index| keys.provider(index))
				.collect(),
			price,
			model: Model { id: 0, version: 0 },
		};
		let used = info(chain, &world.keys.author().id).await?;
		ensure!(
			used.nonce == 0 && used.data.free == 0,
			"this chain has been loaded with --seed {} before; give another one",
			options.seed
		);
		let funding = world.funding(chain).await?;
		world.send(chain, "funding", funding).await?;
		let registration = world.registration();
		world.send(chain, "registering", registration).await?;
		world.model = world.registered(chain).await?;
		let offers = world.offers();
		world.send(chain, "offering", offers).await?;
		Ok(world)
	}

	/// Transfers from the funder to all others.
	async fn funding(&self, chain: &Chain) -> Result<Vec<Prepared>> {
		let funder = funder(self.options.funder.as_deref())?;
		let each = self
			.options
			.posts()
			.max(self.options.transfers)
			.div_ceil(self.options.requesters);
		let spending = Balance::from(each).saturating_mul(PER_TRANSACTION + 2 * self.escrow());
		let requesters = self
			.requesters
			.iter()
			.map(|account| (account, POCKET + spending));
		let stake = self.stake();
		let providers = self
			.providers
			.iter()
			.map(|account| (account, PROVIDERS_POCKET + stake));
		let author = self.keys.author();
		let gifts: Vec<(&Account, Balance)> = requesters
			.chain(providers)
			.chain([(&author, POCKET)])
			.collect();
		let needed = gifts.iter().map(|(_, amount)| amount).sum::<Balance>() + POCKET;
		let has = info(chain, &funder.id).await?;
		ensure!(
			has.data.free >= needed,
			"the funder {} has {} ATH and {} are needed; give fewer --requesters or --lifecycles, or \
			 another --funder",
			funder.id,
			has.data.free / ATH,
			needed.div_ceil(ATH)
		);
		let numbered = (has.nonce..).zip(gifts);
		Ok(numbered
			.map(|(nonce, (to, value))| {
				let call = pallet_balances::Call::<Runtime>::transfer_keep_alive {
					dest: to.id.clone().into(),
					value,
				};
				self.binding.sign(Kind::SetUp, &funder, nonce, call)
			})
			.collect())
	}

	/// The model, and the providers with their worker keys.
	fn registration(&self) -> Vec<Prepared> {
		let spec = ModelSpec {
			name: b"load".to_vec(),
			hashes: self.hashes(),
			architecture: b"none".to_vec(),
			parameters: 1,
			context_length: 1 << 16,
			template_overhead: 0,
			licence: Vec::new(),
			source: Vec::new(),
			royalty: ROYALTY,
			numeric_class: NumericClass::Float,
		};
		let call = athanor_models::Call::<Runtime>::register { spec };
		let author = self.binding.sign(Kind::SetUp, &self.keys.author(), 0, call);
		let providers = (0u32..).zip(&self.providers);
		let registrations = providers.flat_map(|(index, provider)| {
			let stake = self.stake();
			let register = athanor_staking::Call::<Runtime>::register { stake };
			let worker = self.keys.worker(index);
			let payload = worker_key_payload(&self.binding.genesis, provider.id.as_ref());
			let add_key = athanor_staking::Call::<Runtime>::add_worker_key {
				key: worker.public(),
				proof: worker.0.sign(&payload).to_bytes(),
			};
			[
				self.binding.sign(Kind::SetUp, provider, 0, register),
				self.binding.sign(Kind::SetUp, provider, 1, add_key),
			]
		});
		std::iter::once(author).chain(registrations).collect()
	}

	/// The model as it was registered.
	async fn registered(&self, chain: &Chain) -> Result<Model> {
		let hash = H256(blake2_256(&self.hashes().encode()));
		let key = athanor_models::ByHashes::<Runtime>::hashed_key_for(hash);
		let VersionId { model, version } = chain
			.rpc
			.value(&key, None)
			.await?
			.context("the model was registered and is not there")?;
		Ok(Model { id: model, version })
	}

	fn offers(&self) -> Vec<Prepared> {
		let call = athanor_pricing::Call::<Runtime>::set_offer {
			model: self.model.id,
			version: self.model.version,
			price: self.price,
			slots: self.options.slots,
			attributes: Attributes::default(),
		};
		self.providers
			.iter()
			.map(|provider| self.binding.sign(Kind::SetUp, provider, 2, call.clone()))
			.collect()
	}

	fn hashes(&self) -> ModelHashes {
		ModelHashes {
			weights: H256(self.keys.content("weights")),
			tokenizer: H256(self.keys.content("tokenizer")),
			template: H256(self.keys.content("template")),
		}
	}

	/// Most tokens of an answer; a job has to ask for one at least.
	fn output_limit(&self) -> u32 {
		self.options.output_tokens.max(1)
	}

	/// What a job puts on hold.
	fn escrow(&self) -> Balance {
		let cost = self
			.price
			.cost(self.options.input_bytes, self.output_limit());
		cost.unwrap_or(Balance::MAX)
	}

	/// Stake that answers for as many jobs as there are slots, whatever governance asks for each.
	fn stake(&self) -> Balance {
		let cover = StakeMultiple::MOST.saturating_mul_int(self.escrow());
		cover
			.saturating_mul(self.options.slots.into())
			.max(MinStake::get())
	}

	/// Signs the posts.
	///
	/// # Errors
	/// When the node does not say with which nonces.
	pub async fn jobs(&self, chain: &Chain) -> Result<Load> {
		let workers = (0u32..)
			.zip(&self.providers)
			.map(|(index, provider)| (provider.id.clone(), self.keys.worker(index)))
			.collect();
		let mut desk = Desk::new(
			self.binding.genesis,
			self.model,
			Answer::of(self.options.output_tokens),
			self.options.input_bytes,
			workers,
		);
		let mut nonces = nonces(chain, &self.requesters).await?;
		let prepared = self.sign_in_turns(&mut nonces, self.options.posts(), |number, _| {
			let request = self.request(number);
			let call = athanor_jobs::Call::<Runtime>::post { request };
			(Kind::Post, call.into())
		});
		for (number, post) in (0u32..).zip(&prepared) {
			desk.expect(post.hash, number);
		}
		Ok(Load {
			name: "jobs",
			prepared,
			desk: Some(desk),
			gate: self.gate(),
			window: self.options.window(),
			time: self.options.time(),
			progress: true,
		})
	}

	fn request(&self, number: u32) -> JobRequest<AccountId, u32> {
		let assignment = match self.options.mode {
			Mode::Auto => Assignment::Auto,
			Mode::Open => Assignment::Open,
			Mode::Direct => match usize::try_from(number % self.options.providers) {
				Ok(at) => self
					.providers
					.get(at)
					.map_or(Assignment::Auto, |one| Assignment::Direct(one.id.clone())),
				Err(_) => Assignment::Auto,
			},
		};
		JobRequest {
			model: self.model.id,
			version: None,
			input: JobInput::Inline(input(number, self.options.input_bytes)),
			format: PromptFormat::Completion,
			sampler: Sampler::Greedy,
			max_output_tokens: self.output_limit(),
			ceiling: self.price,
			assignment,
			eligibility: Eligibility {
				allow: Vec::new(),
				exclude: Vec::new(),
				regions: Vec::new(),
				max_retention_hours: None,
				min_gpu_memory_gib: None,
				numeric_class: None,
			},
			time_limit: TIME_LIMIT,
		}
	}

	/// Signs transfers, each from one of the requesters to the next one.
	///
	/// # Errors
	/// When the node does not say with which nonces.
	pub async fn transfers(&self, chain: &Chain) -> Result<Load> {
		let mut nonces = nonces(chain, &self.requesters).await?;
		let prepared = self.sign_in_turns(&mut nonces, self.options.transfers, |_, next| {
			let call = pallet_balances::Call::<Runtime>::transfer_keep_alive {
				dest: next.id.clone().into(),
				value: 1,
			};
			(Kind::Transfer, call.into())
		});
		Ok(Load {
			name: "transfers",
			prepared,
			desk: None,
			gate: self.gate(),
			window: self.options.window(),
			time: None,
			progress: true,
		})
	}

	/// Signs so many transactions, the requesters taking turns. What to sign is told its number and the
	/// requester whose turn is next.
	fn sign_in_turns(
		&self,
		nonces: &mut Nonces,
		count: u32,
		call: impl Fn(u32, &Account) -> (Kind, athanor_runtime::RuntimeCall),
	) -> Vec<Prepared> {
		let mut round = self.requesters.iter().cycle().skip(1);
		(0..count)
			.zip(0usize..)
			.map_while(|(number, turn)| {
				let (at, nonce) = nonces.take_turn(turn)?;
				let (kind, call) = call(number, round.next()?);
				let account = self.requesters.get(at)?;
				Some(self.binding.sign(kind, account, nonce, call))
			})
			.collect()
	}

	fn gate(&self) -> Gate {
		Gate {
			pool: self.options.pool(),
			live: self.options.live_jobs(),
			rate: self.options.rate,
		}
	}

	/// Sends what is needed before the load, and waits until it is final.
	async fn send(
		&self,
		chain: &mut Chain,
		name: &'static str,
		prepared: Vec<Prepared>,
	) -> Result<()> {
		let count = prepared.len();
		eprintln!("{name}: {count} transactions");
		let load = Load {
			name,
			prepared,
			desk: None,
			gate: Gate {
				live: usize::MAX,
				rate: None,
				..self.gate()
			},
			window: self.options.window(),
			time: None,
			progress: false,
		};
		let tally = engine::run(chain, load).await?;
		if let Some(((_, reason), _)) = tally.failed.iter().next() {
			bail!("{name} failed: {reason}");
		}
		ensure!(
			tally.unfinished == 0,
			"{name}: {} of {count} transactions were not included",
			tally.unfinished
		);
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use std::io::Write;

	fn world(args: &[&str]) -> World {
		let options =
			Options::try_parse_from(std::iter::once("load").chain(args.iter().copied())).unwrap();
		let keys = Keys::new(options.seed);
		World {
			requesters: (0..3).map(|index| keys.requester(index)).collect(),
			providers: (0..2).map(|index| keys.provider(index)).collect(),
			keys,
			options,
			binding: Binding {
				genesis: H256::zero(),
				spec_version: 1,
				transaction_version: 1,
				birth: (1, H256::zero()),
			},
			price: Price::flat(1_000),
			model: Model { id: 4, version: 1 },
		}
	}

	#[test]
	fn a_direct_job_names_providers_in_turns() {
		let world = world(&["--mode", "direct", "--providers", "2"]);
		for number in 0..4 {
			let Assignment::Direct(provider) = world.request(number).assignment else {
				panic!("not direct");
			};
			assert_eq!(provider, world.providers[number as usize % 2].id);
		}
	}

	#[test]
	fn the_stake_covers_all_slots_at_the_highest_multiple() {
		let small = world(&["--slots", "2"]);
		assert_eq!(small.escrow(), 2_000);
		assert_eq!(small.stake(), MinStake::get());
		let large = world(&["--slots", "1024", "--input-bytes", "8192"]);
		let escrow = 8_193_000;
		assert_eq!(large.stake(), MinStake::get().max(escrow * 100 * 1_024));
	}

	#[test]
	fn the_requesters_take_turns_and_transfer_to_the_next() {
		let world = world(&[]);
		let mut nonces = Nonces::from(vec![5, 0, 0]);
		let tos = std::cell::RefCell::new(Vec::new());
		let signed = world.sign_in_turns(&mut nonces, 4, |number, next| {
			tos.borrow_mut().push(next.id.clone());
			let call = frame_system::Call::<Runtime>::remark {
				remark: number.encode(),
			};
			(Kind::Transfer, call.into())
		});
		assert_eq!(signed.len(), 4);
		let expected: Vec<_> = [1, 2, 0, 1]
			.into_iter()
			.map(|at: usize| world.requesters[at].id.clone())
			.collect();
		assert_eq!(tos.into_inner(), expected);
		assert_eq!(nonces.take(0), Some(7));
		assert_eq!(nonces.take(1), Some(1));
	}

	#[test]
	fn the_funder_is_alice_or_in_a_file() {
		let alice = sr25519::Pair::from_string("//Alice", None).unwrap();
		assert_eq!(funder(None).unwrap().pair.public(), alice.public());
		let mut file = tempfile::NamedTempFile::new().unwrap();
		writeln!(file, "//Alice").unwrap();
		assert_eq!(
			funder(Some(file.path())).unwrap().pair.public(),
			alice.public()
		);
		let mut file = tempfile::NamedTempFile::new().unwrap();
		writeln!(file, "no secret").unwrap();
		assert!(funder(Some(file.path())).is_err());
		assert!(funder(Some(Path::new("/no/such/file"))).is_err());
	}
}
