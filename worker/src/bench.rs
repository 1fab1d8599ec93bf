//! `bench` and `synth`: how fast a model runs, and models to measure with.

use std::{
	io::{Write, stdout},
	time::Duration,
};

use athanor_llm::{Isa, Model, read_bandwidth, synth::SHAPES};
use rayon::ThreadPoolBuilder;
use serde::Serialize;

use crate::{
	cli::{BenchArgs, Bits, SynthArgs},
	error::Error,
	llm::{Engine, progress},
};

/// Bytes of the buffer that is read to measure the memory: several times any cache there is.
const BUFFER: usize = 2 << 30;

/// What `bench` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
	/// Architecture of the model.
	pub architecture: &'static str,
	/// Its weights.
	pub parameters: usize,
	/// What its weights are rounded to.
	pub quantization: Bits,
	/// What it runs on.
	pub device: String,
	/// Instructions of the processor's kernels.
	pub instructions: &'static str,
	/// Threads of the processor.
	pub threads: usize,
	/// Bytes that the processor reads from memory in a second; nothing on another device.
	pub memory_bandwidth: Option<f64>,
	/// What was measured.
	pub cases: Vec<Case>,
}

/// One measurement.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
	/// `pp512` for a prompt of 512 tokens, `tg128` for 128 generated ones.
	pub name: String,
	/// Sequences at once.
	pub batch: usize,
	/// Tokens per second, of all sequences together: the median.
	pub tokens_per_second: f64,
	/// The slowest repeat.
	pub slowest: f64,
	/// The fastest repeat.
	pub fastest: f64,
	/// Repeats.
	pub repeats: u32,
	/// Of generation: bytes that a step reads, weights and, on average, keys and values.
	pub bytes_per_step: Option<usize>,
	/// Share of the memory's bandwidth that this takes, in percent.
	pub bandwidth_percent: Option<f64>,
}

/// Measures and prints.
///
/// # Errors
/// The model cannot be loaded, its context is too short, or standard output is closed.
pub fn bench(args: &BenchArgs) -> Result<(), Error> {
	let threads = args
		.threads
		.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
	let pool = ThreadPoolBuilder::new()
		.num_threads(threads)
		.build()
		.map_err(|error| Error::Usage(format!("no {threads} threads can be had: {error}")))?;
	let report = pool.install(|| measure(args, threads))?;
	let text = match args.json {
		true => {
			serde_json::to_string(&report).map_err(|error| Error::Internal(error.to_string()))?
		}
		false => report.table(),
	};
	writeln!(stdout(), "{text}").map_err(|source| Error::Io {
		action: "write the report".into(),
		source,
	})
}

fn measure(args: &BenchArgs, threads: usize) -> Result<Report, Error> {
	let engine = Engine::load(&args.model)?;
	let model = engine.model();
	model.check_room(0, args.pp)?;
	model.check_room(1, args.tg)?;
	let memory_bandwidth = model.traffic(1).map(|_| read_bandwidth(BUFFER));
	let mut cases = Vec::new();
	if args.pp > 0 {
		let mut run = || Ok(model.time_prefill(args.pp)?);
		cases.push(Case::new(
			format!("pp{}", args.pp),
			1,
			args.pp,
			args,
			&mut run,
		)?);
	}
	for batch in args.batch.iter().copied().filter(|_| args.tg > 0) {
		let mut run = || Ok(model.time_decode(batch, args.tg)?);
		let tokens = args.tg * batch;
		let mut case = Case::new(format!("tg{}", args.tg), batch, tokens, args, &mut run)?;
		case.compare(model, args.tg, memory_bandwidth);
		cases.push(case);
	}
	Ok(Report {
		architecture: model.spec().family.architecture(),
		parameters: model.spec().parameters(),
		quantization: args.model.quantize,
		device: engine.device().to_owned(),
		instructions: Isa::best().name(),
		threads,
		memory_bandwidth,
		cases,
	})
}

impl Case {
	fn new(
		name: String,
		batch: usize,
		tokens: usize,
		args: &BenchArgs,
		run: &mut dyn FnMut() -> Result<Duration, Error>,
	) -> Result<Self, Error> {
		run()?;
		let mut rates = Vec::new();
		for _ in 0..args.repeats {
			rates.push(tokens as f64 / run()?.as_secs_f64());
		}
		rates.sort_by(f64::total_cmp);
		let at = |share: usize| rates[(rates.len() - 1) * share / 2];
		Ok(Self {
			name,
			batch,
			tokens_per_second: at(1),
			slowest: at(0),
			fastest: at(2),
			repeats: args.repeats,
			bytes_per_step: None,
			bandwidth_percent: None,
		})
	}

	/// Compares generation with what the memory allows.
	fn compare(&mut self, model: &Model, count: usize, bandwidth: Option<f64>) {
		let Some((traffic, bandwidth)) = model.traffic(count).zip(bandwidth) else {
			return;
		};
		let bytes = traffic.weights + traffic.cache * self.batch;
		let steps = self.tokens_per_second / self.batch as f64;
		self.bytes_per_step = Some(bytes);
		self.bandwidth_percent = Some(100.0 * steps * bytes as f64 / bandwidth);
	}
}

impl Report {
	/// For people.
	fn table(&self) -> String {
		let mut out = format!(
			"{}, {:.2} billion weights, {:?}, on {} with {} threads ({})\n",
			self.architecture,
			self.parameters as f64 / 1e9,
			self.quantization,
			self.device,
			self.threads,
			self.instructions
		);
		if let Some(bandwidth) = self.memory_bandwidth {
			out += &format!("memory: {:.1} GB/s\n", bandwidth / 1e9);
		}
		out += "case     batch   tokens/s   slowest   fastest   of memory";
		for case in &self.cases {
			let share = case
				.bandwidth_percent
				.map_or_else(String::new, |percent| format!("{percent:.0} %"));
			out += &format!(
				"\n{:<8} {:>5} {:>10.2} {:>9.2} {:>9.2} {:>11}",
				case.name, case.batch, case.tokens_per_second, case.slowest, case.fastest, share
			);
		}
		out
	}
}

/// Writes a model with random weights.
///
/// # Errors
/// The directory cannot be written to, or holds a model; standard output is closed.
pub fn synth(args: &SynthArgs) -> Result<(), Error> {
	let (Some(shape), Some(out), false) = (args.shape, &args.out, args.list) else {
		let lines = SHAPES.map(|shape| format!("{:<16} {}", shape.name, shape.model));
		return writeln!(stdout(), "{}", lines.join("\n")).map_err(|source| Error::Io {
			action: "write the list".into(),
			source,
		});
	};
	let bar = progress("writing");
	shape.write(args.dtype.stored(), out, &|done, total| {
		bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
		bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
	})?;
	bar.finish_and_clear();
	Ok(())
}
