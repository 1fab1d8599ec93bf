//! What `cubecl-cuda` names of `cubecl-llvm`, without LLVM.
//!
//! `cubecl-cuda` 0.11 has two compilers, CUDA C++ by NVRTC and PTX by LLVM, and depends on both
//! unconditionally, but the build script of `cubecl-llvm` downloads LLVM, which a machine that
//! reaches only package registries cannot do. With the feature `cuda-cpp` of `cubecl` the first
//! compiler is the default and the second is never run, so this crate supplies the second one's
//! types only. Asked to compile, it answers with an error that says so.

use std::fmt;

use cubecl_core::ir::nvidia::SmArch;
use cubecl_core::prelude::KernelDefinition;
use cubecl_core::{CompilationError, Compiler};
use cubecl_environment::backtrace::BackTrace;
use cubecl_runtime::kernel::BufferIOAttr;

/// PTX versions.
pub mod nvptx {
	/// PTX versions.
	pub mod ptx_version {
		/// A version of PTX. None exists here: nothing is ever compiled to PTX by this crate.
		#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
		pub enum PtxVersion {}

		impl PtxVersion {
			/// The newest version that a driver loads: always `None`, there is no LLVM to tell it to.
			pub fn for_driver(_driver: i32) -> Option<Self> {
				None
			}
		}

		impl std::fmt::Display for PtxVersion {
			fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
				match *self {}
			}
		}
	}
}

/// What devices can do.
pub mod shared {
	/// Narrowing of what devices can do.
	pub mod lowered_features {
		use cubecl_core::ir::DeviceProperties;

		/// The target that features are narrowed for.
		#[derive(Clone, Copy, Debug, PartialEq, Eq)]
		pub enum GpuTarget {
			/// NVIDIA's PTX.
			Nvptx,
		}

		/// Leaves all features: only what LLVM cannot lower would have to go.
		pub fn restrict_features(_properties: &mut DeviceProperties, _target: GpuTarget) {}
	}
}

/// What to compile for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LlvmTarget {
	/// NVIDIA's PTX.
	#[default]
	Nvptx,
}

/// The compiler that is not there.
#[derive(Clone, Debug, Default)]
pub struct PlironCompiler {
	/// What to compile for.
	pub target: LlvmTarget,
}

/// Options of the compiler; none is read.
#[derive(Clone, Debug, Default)]
pub struct PlironOptions {
	/// An AMD architecture; always `None`.
	pub arch: Option<std::convert::Infallible>,
	/// An NVIDIA architecture.
	pub sm_arch: Option<SmArch>,
	/// A version of PTX.
	pub ptx_version: Option<nvptx::ptx_version::PtxVersion>,
	/// Whether parameters are passed as a constant block.
	pub grid_constants: bool,
	/// Keeps `..Default::default()` meaningful for callers that name all other fields.
	pub rest: (),
}

/// A compiled PTX module.
#[derive(Clone, Debug)]
pub struct NvptxModule {
	/// PTX text, ending in NUL.
	pub ptx: Vec<std::ffi::c_char>,
	/// Name of the kernel.
	pub entrypoint: String,
	/// Text of the intermediate representation.
	pub ir: String,
	/// Bytes of shared memory per launch.
	pub shared_memory_size: usize,
	/// How the kernel uses its buffers.
	pub io: Vec<BufferIOAttr>,
}

/// The result of a compilation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PlironArtifact {
	/// PTX.
	NvptxCode(NvptxModule),
}

impl fmt::Display for PlironArtifact {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self::NvptxCode(module) = self;
		f.write_str(&module.ir)
	}
}

impl Compiler for PlironCompiler {
	type Representation = PlironArtifact;
	type CompilationOptions = PlironOptions;

	fn compile(
		&mut self,
		_kernel: KernelDefinition,
		_options: &PlironOptions,
	) -> Result<PlironArtifact, CompilationError> {
		Err(CompilationError::Generic {
			reason: "this build has no LLVM; CUDA kernels are compiled by NVRTC (feature `cuda-cpp` of cubecl)".to_owned(),
			backtrace: BackTrace::capture(),
		})
	}

	fn extension(&self) -> &'static str {
		"ll"
	}

	fn lang_tag(&self) -> &'static str {
		"llvm"
	}
}
