//! `athanor provider offer`, `unoffer` and `prune`.

use athanor::{
	AccountId, Call, Chain, Error, View,
	primitives::{
		ModelId,
		eligibility::{Attributes, Region},
		price::Price,
	},
};
use clap::Args;
use serde_json::json;

use super::{
	Context,
	job_terms::parse_region,
	model::price_json,
	output::{Done, note, price, report},
	parse_account, parse_amount,
};

/// Shown at the end of `provider offer --help`.
pub const OFFER_EXAMPLES: &str = "\
Examples:
  athanor --key provider.key provider offer --model 0 --price-in 20000u --price-out 50000u --slots 4
  athanor --key provider.key provider offer --model 0 --model-version 2 --price-in 20000u \\
      --price-out 50000u --slots 4 --region DE --retention-hours 0 --gpu-memory 80 --estimate

An offer is for one version of a model. To change over to a new version, offer it beside the old one,
and withdraw the old one with `athanor provider unoffer --model 0 --model-version 1` when its workers have
nothing left to do.
What you do not state about your machines fulfils no condition of a job. Each call states all of it
anew.";

/// Shown at the end of `provider unoffer --help`.
pub const UNOFFER_EXAMPLES: &str = "\
Examples:
  athanor --key provider.key provider unoffer --model 0
  athanor --key provider.key provider unoffer --model 0 --model-version 1";

/// Shown at the end of `provider prune --help`.
pub const PRUNE_EXAMPLES: &str = "\
Examples:
  athanor --key any.key provider prune --model 0 ADDRESS
  athanor --key any.key provider prune --model 0 --model-version 1 ADDRESS";

/// An offer.
#[derive(Debug, Args)]
pub struct OfferArgs {
	/// The model.
	#[arg(long)]
	model: ModelId,
	/// The version of the model [default: the newest].
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	model_version: Option<u32>,
	/// Price of a token of the prompt.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	price_in: u128,
	/// Price of a generated token.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	price_out: u128,
	/// How many jobs to take at the same time.
	#[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
	slots: u32,
	/// Country in which your machines stand, as two letters such as DE.
	#[arg(long, value_parser = parse_region, value_name = "CC")]
	region: Option<Region>,
	/// Most hours for which you keep prompts and outputs after a job; 0 if not at all.
	#[arg(long, value_name = "N")]
	retention_hours: Option<u32>,
	/// Memory of each of your GPUs, in GiB; 0 for CPUs.
	#[arg(long, value_name = "GIB", default_value_t = 0)]
	gpu_memory: u16,
}

/// Which offer.
#[derive(Debug, Args)]
pub struct WhichOffer {
	/// The model.
	#[arg(long)]
	model: ModelId,
	/// The version of the model [default: the one that is offered].
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	model_version: Option<u32>,
}

/// Whose offer to remove.
#[derive(Debug, Args)]
pub struct PruneArgs {
	#[command(flatten)]
	which: WhichOffer,
	/// Whose offer.
	#[arg(value_parser = parse_account)]
	provider: AccountId,
}

impl OfferArgs {
	fn price(&self) -> Price {
		Price {
			input: self.price_in,
			output: self.price_out,
		}
	}

	fn attributes(&self) -> Attributes {
		Attributes {
			region: self.region,
			retention_hours: self.retention_hours,
			gpu_memory_gib: self.gpu_memory,
		}
	}
}

/// Publishes or changes an offer.
pub async fn offer(context: &Context, arguments: OfferArgs) -> Result<(), Error> {
	let (model, slots) = (arguments.model, arguments.slots);
	let (asked, attributes) = (arguments.price(), arguments.attributes());
	let chain = context.chain().await?;
	let version = context
		.in_time("the price bounds", async {
			let view = chain.at(context.at()).await?;
			check(&view, model, arguments.model_version, &asked).await
		})
		.await?;
	note("a deposit is held for an offer until it is withdrawn");
	let call = Call::SetOffer {
		model,
		version,
		price: asked,
		slots,
		attributes,
	};
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({
				"model": model,
				"version": version,
				"price": price_json(&asked),
				"slots": slots,
				"region": attributes.region.as_ref().map(region_text),
				"retention_hours": attributes.retention_hours,
				"gpu_memory_gib": attributes.gpu_memory_gib,
			}),
			text: format!(
				"version {version} of model {model} offered at {} in {slots} slots; states {};",
				price(&asked),
				attributes_text(&attributes)
			),
		})
	})
}

/// Says with figures what the chain would refuse; returns the version that is meant.
async fn check(
	view: &View,
	model: ModelId,
	version: Option<u32>,
	asked: &Price,
) -> Result<u32, Error> {
	let Some(release) = view.release(model, version).await? else {
		return Err(Error::NotFound(match version {
			Some(version) => format!(
				"there is no version {version} of model {model}; see `athanor model show {model}`"
			),
			None => format!("there is no model {model}; see `athanor model list`"),
		}));
	};
	let bounds = view.price_policy(release.model.price_class).await?.bounds;
	if bounds.contain(asked) {
		return Ok(release.number);
	}
	Err(Error::Input(format!(
		"{} is outside the bounds of model {model}'s price class: at least {}, at most {}",
		price(asked),
		price(&bounds.floor),
		price(&bounds.ceiling)
	)))
}

/// Withdraws an offer.
pub async fn unoffer(context: &Context, which: WhichOffer) -> Result<(), Error> {
	let provider = context.key()?.account();
	let chain = context.chain().await?;
	let (model, version) = find(context, &chain, &which, &provider).await?;
	let sent = context
		.send(&chain, &Call::RemoveOffer { model, version })
		.await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"model": model, "version": version}),
			text: format!("offer for version {version} of model {model} withdrawn"),
		})
	})
}

/// Removes the offer of somebody who cannot fulfil it.
pub async fn prune(context: &Context, arguments: PruneArgs) -> Result<(), Error> {
	let provider = arguments.provider;
	let chain = context.chain().await?;
	let (model, version) = find(context, &chain, &arguments.which, &provider).await?;
	let call = Call::PruneOffer {
		model,
		version,
		provider,
	};
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"model": model, "version": version, "provider": provider}),
			text: format!("offer of {provider} for version {version} of model {model} removed"),
		})
	})
}

/// The offer that is meant. Without a version it has to be the only one for the model.
async fn find(
	context: &Context,
	chain: &Chain,
	which: &WhichOffer,
	provider: &AccountId,
) -> Result<(ModelId, u32), Error> {
	if let Some(version) = which.model_version {
		return Ok((which.model, version));
	}
	let offers = context
		.in_time("the offers", async {
			chain.at(context.at()).await?.offers_of(provider).await
		})
		.await?;
	let versions = offers
		.keys()
		.filter(|(model, _)| *model == which.model)
		.map(|(_, version)| *version);
	Ok((
		which.model,
		only(which.model, &versions.collect::<Vec<_>>())?,
	))
}

fn only(model: ModelId, versions: &[u32]) -> Result<u32, Error> {
	match versions {
		[version] => Ok(*version),
		[] => Err(Error::NotFound(format!(
			"there is no offer for model {model}; see `athanor provider status`"
		))),
		several => {
			let numbers: Vec<_> = several.iter().map(ToString::to_string).collect();
			Err(Error::Input(format!(
				"there are offers for versions {} of model {model}; name one with --model-version",
				numbers.join(", ")
			)))
		}
	}
}

fn region_text(region: &Region) -> String {
	String::from_utf8_lossy(region).into_owned()
}

/// What is stated about machines, in words.
pub fn attributes_text(attributes: &Attributes) -> String {
	let mut parts = Vec::new();
	if let Some(region) = &attributes.region {
		parts.push(region_text(region));
	}
	match attributes.retention_hours {
		None => {}
		Some(0) => parts.push("keeps no data".into()),
		Some(hours) => parts.push(format!("keeps data {hours} h")),
	}
	if attributes.gpu_memory_gib > 0 {
		parts.push(format!("GPUs of {} GiB", attributes.gpu_memory_gib));
	}
	if parts.is_empty() {
		return "nothing".into();
	}
	parts.join(", ")
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		arguments: OfferArgs,
	}

	fn arguments(line: &[&str]) -> Result<OfferArgs, clap::Error> {
		let always = [
			"x",
			"--model",
			"0",
			"--price-in",
			"2u",
			"--price-out",
			"3u",
			"--slots",
			"1",
		];
		Line::try_parse_from([&always, line].concat()).map(|line| line.arguments)
	}

	#[test]
	fn attributes_are_read() {
		let line = [
			"--region",
			"de",
			"--retention-hours",
			"24",
			"--gpu-memory",
			"80",
		];
		let attributes = arguments(&line).unwrap().attributes();
		assert_eq!(attributes.region, Some(*b"DE"));
		assert_eq!(attributes.retention_hours, Some(24));
		assert_eq!(attributes.gpu_memory_gib, 80);
		assert_eq!(
			attributes_text(&attributes),
			"DE, keeps data 24 h, GPUs of 80 GiB"
		);
		let unstated = arguments(&[]).unwrap();
		assert_eq!(unstated.attributes(), Attributes::default());
		assert_eq!(attributes_text(&unstated.attributes()), "nothing");
		assert_eq!(
			unstated.price(),
			Price {
				input: 2,
				output: 3
			}
		);
		let none = Attributes {
			retention_hours: Some(0),
			..Attributes::default()
		};
		assert_eq!(attributes_text(&none), "keeps no data");
		assert!(arguments(&["--region", "Germany"]).is_err());
		assert!(arguments(&["--model-version", "0"]).is_err());
	}

	#[test]
	fn without_a_version_the_only_offer_is_meant() {
		assert_eq!(only(3, &[2]).unwrap(), 2);
		assert_eq!(only(3, &[]).unwrap_err().exit_code(), 3);
		let error = only(3, &[1, 2]).unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("versions 1, 2"), "{error}");
		assert!(error.to_string().contains("--model-version"), "{error}");
	}
}
