//! Choosing the device to compute on.
//!
//! Devices are probed in the order CUDA, Vulkan, CPU, among those this build contains. A device
//! other than the CPU is accepted only after it has computed a known result correctly. burn's own
//! default device is never used: it panics where its first choice has no hardware.

use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;

use crate::error::{Error, Result};

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// The processor, by burn's Flex backend.
	Cpu,
	/// An NVIDIA card by CUDA.
	Cuda,
	/// A card by Vulkan.
	Vulkan,
}

impl Kind {
	/// The name used on the command line and in reports.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Cpu => "cpu",
			Self::Cuda => "cuda",
			Self::Vulkan => "vulkan",
		}
	}

	/// Whether this build contains it.
	pub const fn compiled_in(self) -> bool {
		match self {
			Self::Cpu => true,
			Self::Cuda => cfg!(feature = "cuda"),
			Self::Vulkan => cfg!(feature = "vulkan"),
		}
	}
}

/// What the operator asked for: `auto`, `cpu`, `cuda`, `cuda:1`, `vulkan`, `vulkan:1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DeviceChoice {
	/// The best there is.
	#[default]
	Auto,
	/// This one and no other.
	Only(Kind, usize),
}

impl FromStr for DeviceChoice {
	type Err = Error;

	fn from_str(text: &str) -> Result<Self> {
		let unknown = || Error::UnknownDevice {
			text: text.to_owned(),
		};
		let (name, index) = match text.split_once(':') {
			Some((name, index)) => (name, index.parse().map_err(|_| unknown())?),
			None => (text, 0),
		};
		match name {
			"auto" if !text.contains(':') => Ok(Self::Auto),
			"cpu" if !text.contains(':') => Ok(Self::Only(Kind::Cpu, 0)),
			"cuda" => Ok(Self::Only(Kind::Cuda, index)),
			"vulkan" => Ok(Self::Only(Kind::Vulkan, index)),
			_ => Err(unknown()),
		}
	}
}

impl fmt::Display for DeviceChoice {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Auto => f.write_str("auto"),
			Self::Only(Kind::Cpu, _) => f.write_str("cpu"),
			Self::Only(kind, index) => write!(f, "{}:{index}", kind.name()),
		}
	}
}

/// A device that was accepted.
#[derive(Clone, Debug)]
pub struct Selected {
	/// The handle to compute with.
	pub device: Device,
	/// Its kind.
	pub kind: Kind,
	/// Its number among devices of its kind.
	pub index: usize,
	/// Its name, as it reports it.
	pub name: String,
	/// Why better devices were passed over; empty if none was.
	pub passed_over: Vec<String>,
}

/// Chooses a device.
///
/// # Errors
/// A device was asked for by name and is not in this build, not in this machine, or computes
/// wrongly. `Auto` does not fail: it ends at the CPU and says why in [`Selected::passed_over`].
pub fn select(choice: DeviceChoice) -> Result<Selected> {
	let cpu = |passed_over| Selected {
		device: Device::flex(),
		kind: Kind::Cpu,
		index: 0,
		name: cpu_name(),
		passed_over,
	};
	match choice {
		DeviceChoice::Only(Kind::Cpu, _) => Ok(cpu(Vec::new())),
		DeviceChoice::Only(kind, index) => {
			try_device(kind, index).map_err(|reason| Error::DeviceUnavailable {
				device: choice.to_string(),
				reason,
			})
		}
		DeviceChoice::Auto => {
			let mut passed_over = Vec::new();
			for kind in [Kind::Cuda, Kind::Vulkan] {
				match try_device(kind, 0) {
					Ok(selected) => {
						return Ok(Selected {
							passed_over,
							..selected
						});
					}
					Err(reason) => passed_over.push(format!("{}: {reason}", kind.name())),
				}
			}
			Ok(cpu(passed_over))
		}
	}
}

fn try_device(kind: Kind, index: usize) -> std::result::Result<Selected, String> {
	if !kind.compiled_in() {
		return Err(format!(
			"this build has no {0} support (build with --features {0})",
			kind.name()
		));
	}
	// A backend without its driver or its compiler's headers panics; that must not end the worker.
	let probe = std::panic::catch_unwind(|| {
		let (device, name) = gpu::find(kind, index)?;
		self_test(&device)?;
		Ok(Selected {
			device,
			kind,
			index,
			name,
			passed_over: Vec::new(),
		})
	});
	probe.unwrap_or_else(|panic| {
		let message = panic.downcast_ref::<String>().map(String::as_str);
		let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
		Err(format!(
			"its backend failed: {}",
			message.unwrap_or("no reason given")
		))
	})
}

#[cfg(any(feature = "cuda", feature = "vulkan"))]
mod gpu {
	use burn::tensor::{Device, DeviceType};

	use super::Kind;

	/// The device of this kind and number, and its name.
	pub(super) fn find(kind: Kind, index: usize) -> Result<(Device, String), String> {
		let found = match kind {
			#[cfg(feature = "cuda")]
			Kind::Cuda => Device::enumerate(DeviceType::Cuda),
			#[cfg(feature = "vulkan")]
			Kind::Vulkan => Device::enumerate(DeviceType::Vulkan),
			_ => return Err("it is not part of this build".to_owned()),
		};
		let count = found.len();
		let Some(device) = found.into_iter().nth(index) else {
			return Err(format!("the machine has {count} such device(s)"));
		};
		let name = device
			.identity()
			.map_or_else(|| "unnamed".to_owned(), |i| i.name);
		Ok((device, name))
	}
}

#[cfg(not(any(feature = "cuda", feature = "vulkan")))]
mod gpu {
	use burn::tensor::Device;

	use super::Kind;

	pub(super) fn find(_: Kind, _: usize) -> Result<(Device, String), String> {
		Err("it is not part of this build".to_owned())
	}
}

/// Computes a fixed product and softmax on `device` and on the CPU and compares them.
///
/// # Errors
/// The results differ by more than arithmetic of the device's kind explains, or cannot be read.
pub fn self_test(device: &Device) -> std::result::Result<(), String> {
	let expected = golden(&Device::flex())?;
	let found = golden(device)?;
	// Softmax results are at most 1; products on tensor cores (TF32, 10 bits) of 64 terms below 1
	// stay well within this.
	const TOLERANCE: f32 = 5e-3;
	let worst = expected
		.iter()
		.zip(&found)
		.map(|(a, b)| (a - b).abs())
		.fold(0.0, f32::max);
	if expected.len() == found.len() && worst <= TOLERANCE && found.iter().all(|x| x.is_finite()) {
		Ok(())
	} else {
		Err(format!(
			"its self-test is off by {worst}, {TOLERANCE} is allowed: driver or card is faulty"
		))
	}
}

fn golden(device: &Device) -> std::result::Result<Vec<f32>, String> {
	use burn::tensor::{Tensor, TensorData, activation::softmax};
	// A linear congruential generator (Knuth's MMIX constants) gives the same numbers everywhere.
	let mut state = 0x2545_f491_4f6c_dd1du64;
	let mut matrix = |rows: usize, columns: usize| {
		let mut next = || {
			state = state
				.wrapping_mul(6_364_136_223_846_793_005)
				.wrapping_add(1_442_695_040_888_963_407);
			(state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
		};
		let values: Vec<f32> = (0..rows * columns).map(|_| next()).collect();
		Tensor::<2>::from_data(TensorData::new(values, [rows, columns]), device)
	};
	let (a, b) = (matrix(48, 64), matrix(64, 40));
	softmax(a.matmul(b), 1)
		.try_into_vec_as::<f32>()
		.map_err(|e| format!("its result cannot be read: {e:?}"))
}

/// The processor's name and number of threads.
fn cpu_name() -> String {
	let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
	let model = info.lines().find_map(|l| {
		l.strip_prefix("model name")?
			.split_once(':')
			.map(|(_, n)| n.trim())
	});
	let threads = std::thread::available_parallelism().map_or(1, usize::from);
	format!("{} ({threads} threads)", model.unwrap_or("CPU"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn choices_are_read_and_written() {
		for (text, choice) in [
			("auto", DeviceChoice::Auto),
			("cpu", DeviceChoice::Only(Kind::Cpu, 0)),
			("cuda:2", DeviceChoice::Only(Kind::Cuda, 2)),
			("vulkan:0", DeviceChoice::Only(Kind::Vulkan, 0)),
		] {
			assert_eq!(text.parse::<DeviceChoice>().unwrap(), choice);
			assert_eq!(choice.to_string(), text);
		}
		for text in ["", "gpu", "cuda:", "cuda:x", "cpu:1", "auto:0", "CUDA"] {
			assert!(
				matches!(
					text.parse::<DeviceChoice>(),
					Err(Error::UnknownDevice { .. })
				),
				"{text}"
			);
		}
	}

	#[test]
	fn the_cpu_passes_its_own_test_and_is_what_auto_ends_at() {
		self_test(&Device::flex()).unwrap();
		let selected = select(DeviceChoice::Auto).unwrap();
		if selected.kind == Kind::Cpu {
			assert_eq!(selected.passed_over.len(), 2);
		}
		assert_eq!(
			select(DeviceChoice::Only(Kind::Cpu, 0)).unwrap().kind,
			Kind::Cpu
		);
	}

	#[test]
	fn a_device_that_is_not_there_is_refused_with_a_reason() {
		let error = select(DeviceChoice::Only(Kind::Cuda, 97)).unwrap_err();
		assert!(matches!(error, Error::DeviceUnavailable { .. }), "{error}");
	}
}
