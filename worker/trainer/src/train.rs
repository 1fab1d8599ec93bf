//! The training loop: AdamW on next-token cross entropy, with warm-up, cosine decay, clipped
//! gradients and checkpoints from which it goes on exactly where it stopped.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use athanor_llm::ArchSpec;
use athanor_llm::decoder::Decoder;
use athanor_llm::rope::RopeTable;
use athanor_llm::weights::Checkpoint;
use burn::module::{Module, ParamGroup};
use burn::optim::{AdamWConfig, GradientsAccumulator, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use crate::corpus::{Corpus, Document, Statistics};
use crate::data::{Batch, Dealer};
use crate::model_dir::{Shape, TextSide};
use crate::weights::{RandomStart, save};

/// Settings of a training run. A checkpoint is continued only under equal settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
	/// Seed of start values and order of documents.
	pub seed: u64,
	/// Optimiser steps.
	pub steps: u64,
	/// Tokens predicted per step.
	pub batch_tokens: usize,
	/// Length of a row; every eighth step uses rows twice as long, so that later positions are learnt.
	pub row: usize,
	/// Highest learning rate.
	pub learning_rate: f64,
	/// Step at which the learning rate, having fallen, starts over; 0 for never.
	pub restart: u64,
	/// Steps over which the learning rate rises, at the start and at the restart.
	pub warmup: u64,
	/// Weight decay of matrices; norms have none.
	pub weight_decay: f32,
	/// Size of the model.
	pub shape: Shape,
}

/// What a run leaves beside the weights, in `training.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
	/// The settings.
	pub settings: Settings,
	/// The corpus.
	pub corpus: Statistics,
	/// Weights of the model.
	pub parameters: usize,
	/// Tokens trained on.
	pub tokens: u64,
	/// Documents begun, over all epochs.
	pub documents_dealt: u64,
	/// Wall-clock time of training, in seconds.
	pub seconds: f64,
	/// Tokens trained on per second.
	pub tokens_per_second: f64,
	/// Threads the machine offers.
	pub threads: usize,
	/// Cross entropy on training batches, average of the last 50 steps, in nats per token.
	pub training_loss: f64,
	/// Cross entropy on held-out documents with the weights as saved (bf16), in nats per token.
	pub held_out_loss: f64,
	/// `exp(held_out_loss)`.
	pub held_out_perplexity: f64,
	/// Held-out documents measured.
	pub held_out_documents: usize,
	/// Loss on held-out documents along the way: step and nats per token.
	pub curve: Vec<(u64, f64)>,
}

/// What a checkpoint knows besides weights and optimiser.
#[derive(Serialize, Deserialize)]
struct Progress {
	settings: Settings,
	step: u64,
	seconds: f64,
	recent: Vec<f64>,
	curve: Vec<(u64, f64)>,
}

/// Parts a batch is computed in, side by side.
const PARTS: usize = 2;
const MEASURE_EVERY: u64 = 200;
const MEASURED_ON_THE_WAY: usize = 64;
const MEASURED_AT_THE_END: usize = 500;

/// Where a run reads and writes.
pub struct Paths {
	/// Corpus and checkpoints.
	pub work: PathBuf,
	/// The model directory.
	pub model: PathBuf,
	/// Steps from one checkpoint to the next.
	pub checkpoint_every: u64,
}

struct Run<'a> {
	spec: ArchSpec,
	settings: &'a Settings,
	decoder: Decoder,
	optimizer: ModuleOptimizer,
	rope: RopeTable,
	device: Device,
	progress: Progress,
}

/// Trains the model whose text side is in `paths.model`, and writes weights and report there.
pub fn train(settings: &Settings, paths: &Paths) -> Result<Report> {
	let corpus = Corpus::load(&paths.work)?;
	let text = TextSide::load(&paths.model)?;
	let encode = |documents: &[Document]| {
		documents
			.iter()
			.map(|d| text.tokens(d))
			.collect::<Result<Vec<_>>>()
	};
	eprintln!("encoding {} stories", corpus.training.len());
	let (training, held_out) = (encode(&corpus.training)?, encode(&corpus.held_out)?);
	let lengths = training.iter().map(Vec::len);
	eprintln!(
		"{:.1} tokens in a document on average, {} at most",
		lengths.clone().sum::<usize>() as f64 / training.len().max(1) as f64,
		lengths.max().unwrap_or(0)
	);
	if training.is_empty() || held_out.is_empty() {
		bail!("the corpus is empty. Run `athanor-train corpus` with more stories");
	}
	let mut run = Run::start(settings, &text, &paths.work)?;
	let dealt = run.steps(&training, &held_out, paths)?;
	let weights = paths.model.join("model.safetensors");
	save(&run.decoder, &weights, true)?;
	let report = run.report(&text, corpus.statistics, &held_out, dealt, &paths.model)?;
	crate::files::write_json(&paths.model.join("training.json"), &report)?;
	Ok(report)
}

fn optimizer(settings: &Settings) -> Result<ModuleOptimizer> {
	let adam = AdamWConfig::new()
		.with_beta_1(0.9)
		.with_beta_2(0.95)
		.with_epsilon(1e-8);
	let clip = burn::grad_clipping::GradientClippingConfig::Norm(1.0);
	let norms = ParamGroup::from_regex("norm").map_err(|e| anyhow::anyhow!("{e:?}"))?;
	let matrices = adam
		.clone()
		.with_weight_decay(settings.weight_decay)
		.with_grad_clipping(Some(clip.clone()));
	Ok(matrices.init().with_group(
		norms,
		adam.with_weight_decay(0.0).build(),
		Some(clip.init()),
	))
}

impl<'a> Run<'a> {
	/// From a checkpoint of the same settings if there is one, else from random weights.
	fn start(settings: &'a Settings, text: &TextSide, work: &Path) -> Result<Self> {
		let device = Device::flex().autodiff();
		let rope = RopeTable::new(&text.spec, &device);
		let optimizer = optimizer(settings)?;
		let checkpoint = work.join("checkpoint");
		let saved = checkpoint.join("progress.json");
		if saved.is_file() {
			let progress: Progress = crate::files::read_json(&saved)?;
			if progress.settings == *settings {
				eprintln!("going on from the checkpoint at step {}", progress.step);
				let mut source = Checkpoint::open(&checkpoint)?;
				let decoder = Decoder::from_source(&text.spec, &mut source, &device)?;
				let optimizer = optimizer.load(checkpoint.join("optimizer")).map_err(|e| {
					anyhow::anyhow!("the optimiser's checkpoint cannot be read: {e:?}")
				})?;
				let decoder = decoder.set_require_grad(true);
				return Ok(Self {
					spec: text.spec.clone(),
					settings,
					decoder,
					optimizer,
					rope,
					device,
					progress,
				});
			}
			eprintln!("the checkpoint was made with other settings and is not used");
		}
		let mut source = RandomStart {
			seed: settings.seed,
			layers: text.spec.num_layers(),
		};
		let decoder =
			Decoder::from_source(&text.spec, &mut source, &device)?.set_require_grad(true);
		let progress = Progress {
			settings: settings.clone(),
			step: 0,
			seconds: 0.0,
			recent: Vec::new(),
			curve: Vec::new(),
		};
		Ok(Self {
			spec: text.spec.clone(),
			settings,
			decoder,
			optimizer,
			rope,
			device,
			progress,
		})
	}

	/// Takes all steps that are left; returns the documents dealt in all.
	fn steps(
		&mut self,
		training: &[Vec<u32>],
		held_out: &[Vec<u32>],
		paths: &Paths,
	) -> Result<u64> {
		let mut dealer = Dealer::new(training, self.settings.seed);
		for step in 0..self.progress.step {
			self.deal(&mut dealer, step);
		}
		let bar = bar(self.settings.steps, self.progress.step);
		while self.progress.step < self.settings.steps {
			let started = Instant::now();
			let batch = self.deal(&mut dealer, self.progress.step);
			let loss = self.step(&batch)?;
			if !loss.is_finite() {
				bail!(
					"the loss is {loss} at step {}. Lower --learning-rate",
					self.progress.step
				);
			}
			self.progress.recent.push(loss);
			if self.progress.recent.len() > 50 {
				self.progress.recent.remove(0);
			}
			self.progress.step += 1;
			self.progress.seconds += started.elapsed().as_secs_f64();
			bar.inc(1);
			let done = self.progress.step;
			let rate = self.settings.batch_tokens as f64 * done as f64 / self.progress.seconds;
			bar.set_message(format!(
				"loss {:.3}, {rate:.0} tokens/s",
				average(&self.progress.recent)
			));
			if done.is_multiple_of(MEASURE_EVERY) {
				let loss = self.measure(&self.decoder.valid(), held_out, MEASURED_ON_THE_WAY)?;
				self.progress.curve.push((done, loss));
				bar.suspend(|| {
					eprintln!(
						"step {done}: training {:.4}, held out {loss:.4} (perplexity {:.3}), {rate:.0} tokens/s, {:.0} s",
						average(&self.progress.recent),
						loss.exp(),
						self.progress.seconds
					);
				});
			}
			if done.is_multiple_of(paths.checkpoint_every) {
				self.checkpoint(&paths.work)?;
			}
		}
		bar.finish();
		Ok(dealer.dealt())
	}

	fn deal(&self, dealer: &mut Dealer<'_>, step: u64) -> Batch {
		let row = if step % 8 == 7 {
			self.settings.row * 2
		} else {
			self.settings.row
		};
		dealer.batch((self.settings.batch_tokens / row).max(1), row)
	}

	/// Warm-up, then a cosine down to a twentieth; the same again from the restart on.
	fn learning_rate(&self) -> f64 {
		let Settings {
			steps,
			restart,
			warmup,
			learning_rate,
			..
		} = *self.settings;
		let (start, end) = match self.progress.step {
			_ if restart == 0 => (0, steps),
			step if step < restart => (0, restart),
			_ => (restart, steps),
		};
		let (step, length, warmup) = (
			(self.progress.step - start) as f64,
			(end.max(start) - start) as f64,
			warmup as f64,
		);
		if step < warmup {
			return learning_rate * (step + 1.0) / warmup;
		}
		let done = (step - warmup) / (length - warmup).max(1.0);
		let cosine = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
		learning_rate * (0.05 + 0.95 * cosine)
	}

	/// One optimiser step; returns the loss before it.
	fn step(&mut self, batch: &Batch) -> Result<f64> {
		// The batch is cut into a fixed number of parts, one thread each, and their gradients are
		// added in order: the result depends on the number of parts, not on timing.
		let parts = batch.split(PARTS);
		let (spec, decoder) = (&self.spec, &self.decoder);
		let (rope, device) = (&self.rope, &self.device);
		let results: Vec<_> = std::thread::scope(|scope| {
			let threads: Vec<_> = parts
				.iter()
				.map(|part| {
					scope.spawn(|| gradients(spec, decoder, rope, device, part, batch.rows))
				})
				.collect();
			threads.into_iter().map(|t| t.join()).collect()
		});
		let mut accumulator = GradientsAccumulator::new();
		let mut loss = 0.0;
		for result in results {
			let (part_loss, part) =
				result.map_err(|_| anyhow::anyhow!("a training thread failed"))??;
			accumulator.accumulate(&self.decoder, part);
			loss += part_loss;
		}
		let rate = self.learning_rate();
		self.decoder = self
			.optimizer
			.step(rate, self.decoder.clone(), accumulator.grads());
		Ok(loss)
	}

	/// Average loss per token over the first `count` held-out documents, each on its own.
	fn measure(&self, decoder: &Decoder, held_out: &[Vec<u32>], count: usize) -> Result<f64> {
		let device = Device::flex();
		let rope = RopeTable::new(&self.spec, &device);
		let (mut sum, mut tokens) = (0.0, 0.0);
		for document in held_out.iter().take(count) {
			let document = &document[..document.len().min(self.settings.shape.context + 1)];
			let batch = Batch {
				rows: 1,
				len: document.len() - 1,
				tokens: document.to_vec(),
			};
			let inputs = Tensor::<2, Int>::from_data(
				TensorData::new(batch.inputs(), [1, batch.len]),
				&device,
			);
			let logits = decoder.logits(decoder.hidden(&self.spec, inputs, 0, &rope, None)?);
			let (loss, _) = cross_entropy(logits, batch.targets());
			let loss = loss
				.try_into_scalar::<f32>()
				.map_err(|e| anyhow::anyhow!("cannot read the loss: {e:?}"))?;
			sum += f64::from(loss) * batch.len as f64;
			tokens += batch.len as f64;
		}
		Ok(sum / tokens)
	}

	fn checkpoint(&self, work: &Path) -> Result<()> {
		let (dir, fresh) = (work.join("checkpoint"), work.join("checkpoint.partial"));
		if fresh.exists() {
			std::fs::remove_dir_all(&fresh)
				.with_context(|| format!("cannot remove {}", fresh.display()))?;
		}
		std::fs::create_dir_all(&fresh)
			.with_context(|| format!("cannot create {}", fresh.display()))?;
		save(&self.decoder, &fresh.join("model.safetensors"), false)?;
		self.optimizer
			.save(fresh.join("optimizer"))
			.map_err(|e| anyhow::anyhow!("cannot write the optimiser's checkpoint: {e:?}"))?;
		crate::files::write_json(&fresh.join("progress.json"), &self.progress)?;
		if dir.exists() {
			std::fs::remove_dir_all(&dir)
				.with_context(|| format!("cannot remove {}", dir.display()))?;
		}
		std::fs::rename(&fresh, &dir).with_context(|| format!("cannot rename to {}", dir.display()))
	}

	fn report(
		&self,
		text: &TextSide,
		corpus: Statistics,
		held_out: &[Vec<u32>],
		dealt: u64,
		model: &Path,
	) -> Result<Report> {
		let saved =
			Decoder::from_source(&text.spec, &mut Checkpoint::open(model)?, &Device::flex())?;
		let held_out_loss = self.measure(&saved, held_out, MEASURED_AT_THE_END)?;
		let tokens = self.settings.steps * self.settings.batch_tokens as u64;
		Ok(Report {
			settings: self.settings.clone(),
			corpus,
			parameters: text.spec.parameters(),
			tokens,
			documents_dealt: dealt,
			seconds: self.progress.seconds,
			tokens_per_second: tokens as f64 / self.progress.seconds,
			threads: std::thread::available_parallelism().map_or(1, usize::from),
			training_loss: average(&self.progress.recent),
			held_out_loss,
			held_out_perplexity: held_out_loss.exp(),
			held_out_documents: held_out.len().min(MEASURED_AT_THE_END),
			curve: self.progress.curve.clone(),
		})
	}
}

/// Loss and gradients of a part of a batch of `rows` rows, as shares of the whole.
fn gradients(
	spec: &ArchSpec,
	decoder: &Decoder,
	rope: &RopeTable,
	device: &Device,
	part: &Batch,
	rows: usize,
) -> Result<(f64, GradientsParams)> {
	// Parts must not share leaves: burn joins graphs that do, and one tape runs backwards once.
	let decoder = &decoder.clone().fork(device);
	let tokens = Tensor::<2, Int>::from_data(
		TensorData::new(part.inputs(), [part.rows, part.len]),
		device,
	);
	let logits = decoder.logits(decoder.hidden(spec, tokens, 0, rope, None)?);
	let (loss, slope) = cross_entropy(logits.clone().inner(), part.targets());
	let share = part.rows as f64 / rows as f64;
	// The derivative of the cross entropy is known in closed form; taking it outside the tape
	// saves several passes over the largest tensor of the model.
	let gradients = (logits * Tensor::from_inner(slope.mul_scalar(share)))
		.sum()
		.backward();
	let loss = loss
		.try_into_scalar::<f32>()
		.map_err(|e| anyhow::anyhow!("cannot read the loss: {e:?}"))?;
	Ok((
		f64::from(loss) * share,
		GradientsParams::from_grads(gradients, decoder),
	))
}

/// Mean cross entropy of `[n, vocab]` logits in nats, and its derivative by the logits.
fn cross_entropy(logits: Tensor<2>, targets: Vec<i32>) -> (Tensor<1>, Tensor<2>) {
	let [rows, _] = logits.dims();
	let device = logits.device();
	let targets = Tensor::<2, Int>::from_data(TensorData::new(targets, [rows, 1]), &device);
	let scores = log_softmax(logits, 1);
	let loss = scores.clone().gather(1, targets.clone()).mean().neg();
	let minus_one = Tensor::<2>::full([rows, 1], -1.0, &device);
	let slope = scores
		.exp()
		.scatter(1, targets, minus_one, IndexingUpdateOp::Add);
	(loss, slope.div_scalar(rows as f64))
}

fn average(values: &[f64]) -> f64 {
	values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn bar(steps: u64, done: u64) -> ProgressBar {
	let bar = ProgressBar::new(steps);
	if let Ok(style) = ProgressStyle::with_template(
		"{bar:30} {pos}/{len} steps, {elapsed} gone, {eta} left, {msg}",
	) {
		bar.set_style(style);
	}
	bar.set_position(done);
	bar.reset_eta();
	bar
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Trains a very small model and returns its weight file.
	fn weights(work: &Path) -> Vec<u8> {
		let shape = Shape {
			vocab: 300,
			hidden: 32,
			intermediate: 48,
			layers: 2,
			heads: 2,
			kv_heads: 1,
			context: 256,
		};
		let settings = Settings {
			seed: 5,
			steps: 6,
			batch_tokens: 256,
			row: 64,
			learning_rate: 1e-2,
			restart: 3,
			warmup: 2,
			weight_decay: 0.1,
			shape,
		};
		let paths = Paths {
			work: work.join("work"),
			model: work.join("model"),
			checkpoint_every: 4,
		};
		if !paths.work.exists() {
			let corpus = Corpus::generate(1, 120);
			corpus.save(&paths.work).unwrap();
			crate::model_dir::write_text_side(&corpus, &settings.shape, &paths.model).unwrap();
		}
		let report = train(&settings, &paths).unwrap();
		assert!(report.held_out_loss.is_finite() && report.tokens == 6 * 256);
		std::fs::read(paths.model.join("model.safetensors")).unwrap()
	}

	#[test]
	fn a_run_can_be_repeated_and_continued_to_the_same_weights() {
		let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
		let whole = weights(first.path());
		assert_eq!(whole, weights(second.path()), "two runs from one seed");
		// The checkpoint is that of step 4, so this run takes the last two steps again.
		assert!(first.path().join("work/checkpoint/progress.json").is_file());
		assert_eq!(
			whole,
			weights(first.path()),
			"a run that went on from a checkpoint"
		);
	}
}
