//! Trains the demonstration model that ships with the worker, from nothing but a seed.

mod corpus;
mod data;
mod evaluate;
mod files;
mod model_dir;
mod train;
mod weights;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use corpus::Corpus;
use model_dir::Shape;
use train::{Paths, Settings};

/// Trains the demonstration model: corpus, tokenizer, training, evaluation.
#[derive(Parser)]
#[command(
	version,
	args_override_self = true,
	after_help = "Examples:
  athanor-train all --work target/train-demo --out worker/models/demo
  athanor-train corpus --work target/train-demo --stories 60000 --seed 1
  athanor-train train --work target/train-demo --out worker/models/demo --steps 2000
  athanor-train eval --out worker/models/demo --work target/train-demo

A run that was stopped goes on from its last checkpoint when it is started again with the same options."
)]
struct Cli {
	#[command(subcommand)]
	command: Command,
	#[command(flatten)]
	options: Options,
}

#[derive(Subcommand)]
enum Command {
	/// Generate the stories, and set some apart to measure on.
	Corpus,
	/// Train the tokenizer; write it, the chat template and the configuration.
	Tokenizer,
	/// Train the model; write weights and training.json.
	Train,
	/// Write sample completions and the model card from a trained model.
	Eval,
	/// All of these, one after the other.
	All,
}

#[derive(Args)]
struct Options {
	/// Folder for the corpus and for checkpoints.
	#[arg(long, global = true, default_value = "target/train-demo")]
	work: PathBuf,
	/// The model directory.
	#[arg(long, global = true, default_value = "worker/models/demo")]
	out: PathBuf,
	/// Seed of everything that is random.
	#[arg(long, global = true, default_value_t = 20_261_122)]
	seed: u64,
	/// Stories to generate for training.
	#[arg(long, global = true, default_value_t = 60_000)]
	stories: usize,
	/// Optimiser steps.
	#[arg(long, global = true, default_value_t = 4600)]
	steps: u64,
	/// Step at which the learning rate starts over; 0 for never.
	#[arg(long, global = true, default_value_t = 2600)]
	restart: u64,
	/// Tokens per step.
	#[arg(long, global = true, default_value_t = 2048)]
	batch_tokens: usize,
	/// Tokens per row.
	#[arg(long, global = true, default_value_t = 256)]
	row: usize,
	/// Highest learning rate.
	#[arg(long, global = true, default_value_t = 4e-3)]
	learning_rate: f64,
	/// Steps of warm-up.
	#[arg(long, global = true, default_value_t = 100)]
	warmup: u64,
	/// Weight decay.
	#[arg(long, global = true, default_value_t = 0.1)]
	weight_decay: f32,
	/// Tokens in the vocabulary.
	#[arg(long, global = true, default_value_t = 1536)]
	vocab: usize,
	/// Width of the model; a multiple of 32 times the number of heads.
	#[arg(long, global = true, default_value_t = 128)]
	hidden: usize,
	/// Width of the feed-forward layers.
	#[arg(long, global = true, default_value_t = 352)]
	intermediate: usize,
	/// Blocks.
	#[arg(long, global = true, default_value_t = 4)]
	layers: usize,
	/// Query heads.
	#[arg(long, global = true, default_value_t = 4)]
	heads: usize,
	/// Key and value heads.
	#[arg(long, global = true, default_value_t = 2)]
	kv_heads: usize,
	/// Longest sequence, prompt and answer together.
	#[arg(long, global = true, default_value_t = 512)]
	context: usize,
}

impl Options {
	fn settings(&self) -> Settings {
		Settings {
			seed: self.seed,
			steps: self.steps,
			restart: self.restart,
			batch_tokens: self.batch_tokens,
			row: self.row,
			learning_rate: self.learning_rate,
			warmup: self.warmup,
			weight_decay: self.weight_decay,
			shape: Shape {
				vocab: self.vocab,
				hidden: self.hidden,
				intermediate: self.intermediate,
				layers: self.layers,
				heads: self.heads,
				kv_heads: self.kv_heads,
				context: self.context,
			},
		}
	}
}

fn main() -> Result<()> {
	let Cli { command, options } = Cli::parse();
	let paths = Paths {
		work: options.work.clone(),
		model: options.out.clone(),
		checkpoint_every: 200,
	};
	let all = matches!(command, Command::All);
	if all || matches!(command, Command::Corpus) {
		let corpus = Corpus::generate(options.seed, options.stories);
		corpus.save(&paths.work)?;
		println!("{}", serde_json::to_string_pretty(&corpus.statistics)?);
	}
	if all || matches!(command, Command::Tokenizer) {
		model_dir::write_text_side(
			&Corpus::load(&paths.work)?,
			&options.settings().shape,
			&paths.model,
		)?;
		println!("wrote the tokenizer to {}", paths.model.display());
	}
	if all || matches!(command, Command::Train) {
		let report = train::train(&options.settings(), &paths)?;
		println!(
			"trained {} parameters on {} tokens in {:.0} s: held-out perplexity {:.3}",
			report.parameters, report.tokens, report.seconds, report.held_out_perplexity
		);
	}
	if all || matches!(command, Command::Eval) {
		evaluate::evaluate(&paths)?;
	}
	Ok(())
}
