//! `athanor model`.

use std::{collections::BTreeMap, process::ExitCode};

use athanor::{
	AccountId, Amount, Call, Error, Model, ModelStatus, Offer, Version, VersionStatus, View,
	chain::{
		VersionId,
		events::{
			ModelRegistered, ModelRemoved, ModelRetired, OwnershipTransferred, VersionPublished,
			VersionRemoved, VersionSuperseded,
		},
	},
	primitives::{
		ModelId,
		model::{ModelHashes, NumericClass},
		price::{Price, PriceBounds},
	},
};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{
	Context,
	model_spec::{ContentArgs, RegisterArgs},
	offer::attributes_text,
	output::{Done, about, fields, note, percent, price, report, table},
	parse_account,
	royalty::{self, ClaimArgs, TransferArgs},
};

/// The registry of models.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// List the models, with their cheapest offers.
	#[command(after_help = "\
Examples:
  athanor model list
  athanor model list -o json")]
	List,
	/// Show a model, what its tokens cost now and at most, and its offers.
	#[command(after_help = "\
Example:
  athanor model show 0")]
	Show {
		/// Its id, from `athanor model list`.
		model: ModelId,
	},
	/// Register a model. A deposit is held until it is removed.
	#[command(after_help = "\
Examples:
  athanor-worker describe ./stories15M > model.json
  athanor --key author.key model register --from-json model.json
  athanor --key author.key model register --from-json model.json --royalty 2.5 --estimate

Options given besides --from-json replace what the file says.")]
	Register(Box<RegisterArgs>),
	/// Publish a new version of your model. It is the newest at once; the one before is served for a while.
	#[command(after_help = "\
Examples:
  athanor-worker describe ./stories15M-v2 > v2.json
  athanor --key author.key model publish-version 3 --from-json v2.json
  athanor --key author.key model publish-version 3 --from-json v2.json --estimate

Jobs that name no version are for the newest. Providers offer the new version beside the old one, and
withdraw the old offer when its grace is over.")]
	PublishVersion {
		/// The model.
		model: ModelId,
		#[command(flatten)]
		content: Box<ContentArgs>,
	},
	/// Remove an old version after its grace. Its deposit returns to the owner; anybody can do this.
	#[command(after_help = "\
Example:
  athanor --key any.key model remove-version 3 1")]
	RemoveVersion {
		/// The model.
		model: ModelId,
		/// The version.
		#[arg(value_parser = clap::value_parser!(u32).range(1..))]
		number: u32,
	},
	/// Offer your model to another account, which becomes its owner when it accepts.
	#[command(after_help = "\
Example:
  athanor --key author.key model offer-ownership 3 ADDRESS")]
	OfferOwnership {
		/// The model.
		model: ModelId,
		/// To whom.
		#[arg(value_parser = parse_account, value_name = "ACCOUNT")]
		to: AccountId,
	},
	/// Take back the offer of your model to another account.
	#[command(after_help = "\
Example:
  athanor --key author.key model withdraw-ownership-offer 3")]
	WithdrawOwnershipOffer {
		/// The model.
		model: ModelId,
	},
	/// Take over a model that is offered to you. You put down its deposits; the old owner's return.
	#[command(after_help = "\
Examples:
  athanor --key new-owner.key model accept-ownership 3
  athanor --key new-owner.key model accept-ownership 3 --estimate")]
	AcceptOwnership {
		/// The model.
		model: ModelId,
	},
	/// Show who shares a model's royalty, and what each can claim.
	#[command(after_help = royalty::SHOW_EXAMPLES)]
	Royalty(royalty::ShowArgs),
	/// List what an account has of split royalties, and what it can claim.
	#[command(after_help = royalty::LIST_EXAMPLES)]
	Royalties(royalty::ListArgs),
	/// Give shares of a model's royalty to another account.
	#[command(after_help = royalty::TRANSFER_EXAMPLES)]
	RoyaltyTransfer(TransferArgs),
	/// Take what shares of a model's royalty have earned. Anybody can do it for a holder.
	#[command(after_help = royalty::CLAIM_EXAMPLES)]
	RoyaltyClaim(ClaimArgs),
	/// End the split of your model's royalty, when all shares are yours again.
	#[command(after_help = royalty::MERGE_EXAMPLES)]
	RoyaltyMerge {
		/// The model.
		model: ModelId,
	},
	/// Retire a model. New jobs and offers are taken for a notice period, then running jobs go on.
	#[command(after_help = "\
Example:
  athanor --key author.key model retire 3")]
	Retire {
		/// Its id.
		model: ModelId,
	},
	/// Remove a retired model after its grace, with all its versions. The deposits return to its owner;
	/// anybody can do this.
	#[command(after_help = "\
Example:
  athanor --key author.key model remove 3")]
	Remove {
		/// Its id.
		model: ModelId,
	},
}

/// How results can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Class {
	/// Integer-only inference: the same bits on every device.
	Exact,
	/// Floating point: compared within calibrated bounds.
	Float,
}

impl From<Class> for NumericClass {
	fn from(class: Class) -> Self {
		match class {
			Class::Exact => Self::Exact,
			Class::Float => Self::Float,
		}
	}
}

/// Does it.
pub async fn run(context: &Context, command: Command) -> Result<ExitCode, Error> {
	match command {
		Command::List => list(context).await?,
		Command::Show { model } => show(context, model).await?,
		Command::Register(arguments) => register(context, *arguments).await?,
		Command::PublishVersion { model, content } => publish(context, model, *content).await?,
		Command::RemoveVersion { model, number } => remove_version(context, model, number).await?,
		Command::OfferOwnership { model, to } => {
			let done = Done {
				json: json!({"model": model, "to": to}),
				text: format!(
					"model {model} offered to {to}, who becomes its owner with `athanor model \
					 accept-ownership {model}`;"
				),
			};
			simple(context, Call::OfferOwnership { model, to }, done).await?;
		}
		Command::WithdrawOwnershipOffer { model } => {
			let done = Done {
				json: json!({"model": model}),
				text: format!("model {model} is offered to nobody any more"),
			};
			simple(context, Call::WithdrawOwnershipOffer(model), done).await?;
		}
		Command::AcceptOwnership { model } => accept(context, model).await?,
		Command::Royalty(arguments) => royalty::show(context, arguments).await?,
		Command::Royalties(arguments) => royalty::list(context, arguments).await?,
		Command::RoyaltyTransfer(arguments) => royalty::transfer(context, arguments).await?,
		Command::RoyaltyClaim(arguments) => royalty::claim(context, arguments).await?,
		Command::RoyaltyMerge { model } => royalty::merge(context, model).await?,
		Command::Retire { model } => retire(context, model).await?,
		Command::Remove { model } => remove(context, model).await?,
	}
	Ok(ExitCode::SUCCESS)
}

async fn list(context: &Context) -> Result<(), Error> {
	let chain = context.chain().await?;
	context
		.in_time("the models", async {
			let view = chain.at(context.at()).await?;
			let models = view.models().await?;
			let mut rows = Vec::new();
			let mut values = Vec::new();
			for (id, model) in &models {
				let offers = view.offers(*id, model.version).await?;
				let newest = view.release(*id, None).await?;
				let cheapest = offers
					.values()
					.map(|offer| offer.price)
					.min_by_key(|price| price.input.saturating_add(price.output));
				values.push(json!({
					"id": id,
					"model": model,
					"newest": newest.as_ref().map(|newest| &newest.version),
					"offers": offers.len(),
					"cheapest": cheapest.map(|price| price_json(&price)),
				}));
				rows.push(vec![
					id.to_string(),
					model.name.clone(),
					model.version.to_string(),
					model.architecture.clone(),
					model.parameters.to_string(),
					newest.map_or_else(
						|| "-".into(),
						|newest| newest.version.context_length.to_string(),
					),
					status(model),
					offers.len().to_string(),
					cheapest.as_ref().map_or_else(|| "-".into(), price),
				]);
			}
			let head = [
				"id",
				"name",
				"version",
				"architecture",
				"parameters",
				"context",
				"status",
				"offers",
				"cheapest",
			];
			context.output().show(values, || match rows.is_empty() {
				true => "no models are registered; see `athanor model register --help`".into(),
				false => table(&head, &rows),
			})
		})
		.await
}

/// A model with all that is shown of it.
struct Shown {
	id: ModelId,
	model: Model,
	bounds: PriceBounds,
	versions: Vec<(u32, Version, BTreeMap<AccountId, Offer>)>,
	offered_to: Option<AccountId>,
	now: u32,
	block_time: u64,
}

async fn show(context: &Context, id: ModelId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let shown = context
		.in_time("the model", async {
			Shown::read(&chain.at(context.at()).await?, id).await
		})
		.await?;
	context.output().show(shown.json(), || shown.text())
}

impl Shown {
	async fn read(view: &View, id: ModelId) -> Result<Self, Error> {
		let model = view.model(id).await?.ok_or_else(|| unknown(id))?;
		let mut versions = Vec::new();
		// The newest first.
		for (number, version) in view.versions(id).await?.into_iter().rev() {
			versions.push((number, version, view.offers(id, number).await?));
		}
		Ok(Self {
			id,
			bounds: view.price_bounds(model.price_class).await?,
			versions,
			offered_to: view.ownership_offer(id).await?,
			now: view.number(),
			block_time: view.constants()?.block_time,
			model,
		})
	}

	fn json(&self) -> Value {
		let offers = |offers: &BTreeMap<AccountId, Offer>| {
			let shown = |(provider, offer)| json!({"provider": provider, "offer": offer});
			offers.iter().map(shown).collect::<Vec<_>>()
		};
		json!({
			"id": self.id,
			"model": self.model,
			"offered_to": self.offered_to,
			"bounds": {
				"floor": price_json(&self.bounds.floor),
				"ceiling": price_json(&self.bounds.ceiling),
			},
			"versions": self.versions.iter().map(|(number, version, found)| json!({
				"number": number, "version": version, "offers": offers(found),
			})).collect::<Vec<_>>(),
		})
	}

	fn text(&self) -> String {
		let model = &self.model;
		let mut text = fields(&[
			("model", Some(self.id.to_string())),
			("name", Some(model.name.clone())),
			("status", Some(status(model))),
			("owner", Some(model.owner.to_string())),
			("offered to", self.offered_to.map(|who| who.to_string())),
			("royalty", Some(percent(model.royalty))),
			("architecture", Some(model.architecture.clone())),
			("parameters", Some(model.parameters.to_string())),
			(
				"numeric class",
				Some(format!("{:?}", model.numeric_class).to_lowercase()),
			),
			(
				"licence",
				Some(model.licence.clone()).filter(|text| !text.is_empty()),
			),
			("newest version", Some(model.version.to_string())),
			("registered", Some(format!("block {}", model.registered_at))),
			("lowest price", Some(price(&self.bounds.floor))),
			("highest price", Some(price(&self.bounds.ceiling))),
		]);
		for (number, version, offers) in &self.versions {
			text.push('\n');
			text.push_str(&self.version_text(*number, version));
			text.push_str(&offers_text(offers));
		}
		text
	}

	fn version_text(&self, number: u32, version: &Version) -> String {
		let state = match version.status {
			VersionStatus::Current => "the newest".to_owned(),
			VersionStatus::Superseded {
				posts_until,
				removable_at,
			} if posts_until > self.now => format!(
				"superseded: new jobs and offers until block {posts_until} ({}), removable from block \
				 {removable_at}",
				about(posts_until - self.now, self.block_time)
			),
			VersionStatus::Superseded { removable_at, .. } => {
				format!("superseded: no new jobs and offers, removable from block {removable_at}")
			}
		};
		fields(&[
			("version", Some(number.to_string())),
			("state", Some(state)),
			("published", Some(format!("block {}", version.published_at))),
			(
				"context",
				Some(format!("{} tokens", version.context_length)),
			),
			(
				"template",
				Some(format!("adds up to {} tokens", version.template_overhead)),
			),
			(
				"source",
				Some(version.source.clone()).filter(|text| !text.is_empty()),
			),
			("weights", Some(format!("{:?}", version.hashes.weights))),
			("tokenizer", Some(format!("{:?}", version.hashes.tokenizer))),
			(
				"template hash",
				Some(format!("{:?}", version.hashes.template)),
			),
		])
	}
}

fn offers_text(offers: &BTreeMap<AccountId, Offer>) -> String {
	if offers.is_empty() {
		return "nobody offers it\n".into();
	}
	let rows: Vec<_> = offers
		.iter()
		.map(|(provider, offer)| {
			vec![
				provider.to_string(),
				price(&offer.price),
				format!("{} of {}", offer.free(), offer.slots),
				attributes_text(&offer.attributes),
			]
		})
		.collect();
	table(&["provider", "price", "free slots", "states"], &rows)
}

async fn register(context: &Context, arguments: RegisterArgs) -> Result<(), Error> {
	let spec = arguments.spec()?;
	let chain = context.chain().await?;
	context
		.in_time("the registry", async {
			not_registered(&chain.at(context.at()).await?, &spec.hashes).await
		})
		.await?;
	note(format_args!(
		"registers {} with a royalty of {}; deposits for it and its version are held until it is removed",
		spec.name,
		percent(spec.royalty)
	));
	let sent = context.send(&chain, &Call::RegisterModel(spec)).await?;
	report(context, &sent, |included| {
		let event = included
			.events
			.first::<ModelRegistered>()?
			.ok_or_else(|| Error::Incompatible("registering a model leaves no event".to_owned()))?;
		Ok(Done {
			json: json!({"model": event.model, "deposit": Amount(event.deposit)}),
			text: format!(
				"model {} registered, {} held as deposit,",
				event.model,
				Amount(event.deposit)
			),
		})
	})
}

/// A content is registered once.
async fn not_registered(view: &View, hashes: &ModelHashes) -> Result<(), Error> {
	match view.version_by_hashes(hashes).await? {
		None => Ok(()),
		Some(VersionId { model, version }) => Err(Error::Input(format!(
			"this content is registered already, as version {version} of model {model}; see `athanor \
			 model show {model}`"
		))),
	}
}

async fn publish(context: &Context, model: ModelId, content: ContentArgs) -> Result<(), Error> {
	let chain = context.chain().await?;
	let spec = context
		.in_time("the registry", async {
			let view = chain.at(context.at()).await?;
			let found = view.model(model).await?.ok_or_else(|| unknown(model))?;
			let spec = content.version(&found)?;
			not_registered(&view, &spec.hashes).await?;
			Ok(spec)
		})
		.await?;
	note("a deposit is held for a version until it is removed");
	let sent = context
		.send(&chain, &Call::PublishVersion { model, spec })
		.await?;
	report(context, &sent, |included| {
		let published = included
			.events
			.first::<VersionPublished>()?
			.ok_or_else(|| Error::Incompatible("publishing leaves no event".to_owned()))?;
		let superseded = included.events.first::<VersionSuperseded>()?;
		let before = superseded.as_ref().map_or_else(String::new, |before| {
			format!(
				"; version {} takes new jobs and offers until block {}",
				before.version, before.posts_until
			)
		});
		Ok(Done {
			text: format!(
				"version {} of model {model} published, {} held as deposit{before},",
				published.version,
				Amount(published.deposit)
			),
			json: json!({"published": published, "superseded": superseded}),
		})
	})
}

async fn remove_version(context: &Context, model: ModelId, version: u32) -> Result<(), Error> {
	let chain = context.chain().await?;
	let call = Call::RemoveVersion { model, version };
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |included| {
		let event = included.events.first::<VersionRemoved>()?;
		let deposit = event.as_ref().map_or(0, |event| event.deposit);
		Ok(Done {
			text: format!(
				"version {version} of model {model} removed, {} returned,",
				Amount(deposit)
			),
			json: json!({"removed": event}),
		})
	})
}

async fn accept(context: &Context, model: ModelId) -> Result<(), Error> {
	note("puts down the deposits for the model and its versions");
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::AcceptOwnership(model)).await?;
	report(context, &sent, |included| {
		let event = included
			.events
			.first::<OwnershipTransferred>()?
			.ok_or_else(|| Error::Incompatible("the transfer leaves no event".to_owned()))?;
		Ok(Done {
			text: format!(
				"model {model} is yours, {} held as deposit; royalties of jobs posted before stay with {},",
				Amount(event.deposit),
				event.from
			),
			json: json!({"transferred": event}),
		})
	})
}

async fn retire(context: &Context, model: ModelId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::RetireModel(model)).await?;
	report(context, &sent, |included| {
		let event = included
			.events
			.first::<ModelRetired>()?
			.ok_or_else(|| Error::Incompatible("retiring leaves no event".to_owned()))?;
		Ok(Done {
			text: format!(
				"model {model} takes new jobs and offers until block {}, and can be removed from block {};",
				event.posts_until, event.removable_at
			),
			json: json!({"model": model, "retired": event}),
		})
	})
}

async fn remove(context: &Context, model: ModelId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::RemoveModel(model)).await?;
	report(context, &sent, |included| {
		let event = included.events.first::<ModelRemoved>()?;
		let deposit = event.as_ref().map_or(0, |event| event.deposit);
		Ok(Done {
			text: format!("model {model} removed, {} returned,", Amount(deposit)),
			json: json!({"model": model, "removed": event}),
		})
	})
}

async fn simple(context: &Context, call: Call, done: Done) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| Ok(done))
}

/// There is no such model.
pub fn unknown(model: ModelId) -> Error {
	Error::NotFound(format!(
		"there is no model {model}; see `athanor model list`"
	))
}

fn status(model: &Model) -> String {
	match model.status {
		ModelStatus::Active => "active".into(),
		ModelStatus::Retiring {
			posts_until,
			removable_at,
		} => format!("retired: jobs until block {posts_until}, removable from {removable_at}"),
	}
}

/// A price for programs.
pub fn price_json(price: &Price) -> Value {
	json!({"input": Amount(price.input), "output": Amount(price.output)})
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::primitives::{H256, model::PriceClass};

	fn version(status: VersionStatus) -> Version {
		Version {
			hashes: ModelHashes {
				weights: H256([1; 32]),
				tokenizer: H256([2; 32]),
				template: H256([3; 32]),
			},
			context_length: 256,
			template_overhead: 1,
			source: "hf:a/b".into(),
			published_at: 9,
			status,
		}
	}

	#[test]
	fn every_version_is_shown_with_its_end_and_its_offers() {
		let superseded = |posts_until| VersionStatus::Superseded {
			posts_until,
			removable_at: 900,
		};
		let offer = Offer {
			price: Price::flat(5),
			attributes: Default::default(),
			slots: 2,
			busy: 1,
		};
		let provider = AccountId::from([7; 32]);
		let shown = Shown {
			id: 3,
			model: Model {
				owner: AccountId::from([9; 32]),
				name: "stories".into(),
				architecture: "llama".into(),
				parameters: 1,
				licence: String::new(),
				royalty: 0,
				numeric_class: NumericClass::Float,
				price_class: PriceClass::Small,
				version: 3,
				registered_at: 1,
				status: ModelStatus::Retiring {
					posts_until: 200,
					removable_at: 300,
				},
			},
			bounds: PriceBounds {
				floor: Price::flat(1),
				ceiling: Price::flat(9),
			},
			versions: vec![
				(
					3,
					version(VersionStatus::Current),
					[(provider, offer)].into(),
				),
				(2, version(superseded(140)), BTreeMap::new()),
				(1, version(superseded(90)), BTreeMap::new()),
			],
			offered_to: Some(AccountId::from([8; 32])),
			now: 100,
			block_time: 3_000,
		};
		let text = shown.text();
		for part in [
			"jobs until block 200, removable from 300",
			"the newest",
			"new jobs and offers until block 140 (about 2 min)",
			"no new jobs and offers, removable from block 900",
			"1 of 2",
			"nobody offers it",
			"offered to",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = shown.json();
		assert_eq!(value["versions"][0]["offers"][0]["offer"]["slots"], 2);
		assert_eq!(
			value["versions"][1]["version"]["status"]["superseded"]["posts_until"],
			140
		);
	}
}
