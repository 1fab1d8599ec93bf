//! Which providers may do a job: what a requester can ask for, what a provider can state, and the
//! first condition that a provider fails.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::model::NumericClass;

/// Most accounts on an allow list, and on an exclude list.
pub const MAX_LISTED: u32 = 16;

/// Most regions that a job can name.
pub const MAX_REGIONS: u32 = 32;

/// A country: the two upper-case ASCII letters of ISO 3166-1 alpha-2, such as `DE`.
pub type Region = [u8; 2];

/// Whether this can be a region: two upper-case ASCII letters. Which ones are assigned changes with the
/// years, and the chain does not follow that.
pub fn is_region(region: &Region) -> bool {
	region.iter().all(u8::is_ascii_uppercase)
}

/// What a provider states about the machines behind an offer. The chain cannot check it; requesters who
/// were told otherwise can prove nothing on chain, but can exclude the provider.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Attributes {
	/// Country in which the machines stand; not stated if `None`.
	pub region: Option<Region>,
	/// Most hours for which inputs and outputs are kept after a job; 0 if not at all; not stated if
	/// `None`.
	pub retention_hours: Option<u32>,
	/// Memory of each GPU in GiB; 0 for CPUs.
	pub gpu_memory_gib: u16,
}

/// Which providers may do a job. The default is: every one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Eligibility<AccountId> {
	/// Only these providers, if any is named; up to [`MAX_LISTED`].
	pub allow: Vec<AccountId>,
	/// Not these providers; up to [`MAX_LISTED`].
	pub exclude: Vec<AccountId>,
	/// Only machines in one of these countries, if any is named; up to [`MAX_REGIONS`].
	pub regions: Vec<Region>,
	/// Only providers that keep inputs and outputs no longer than so many hours.
	pub max_retention_hours: Option<u32>,
	/// Only GPUs with at least so many GiB of memory.
	pub min_gpu_memory_gib: Option<u16>,
	/// Only this kind of result. It is the model's, so that a job with another one is refused.
	pub numeric_class: Option<NumericClass>,
}

// Not derived, because that would ask for a default account.
impl<AccountId> Default for Eligibility<AccountId> {
	fn default() -> Self {
		Self {
			allow: Vec::new(),
			exclude: Vec::new(),
			regions: Vec::new(),
			max_retention_hours: None,
			min_gpu_memory_gib: None,
			numeric_class: None,
		}
	}
}

/// The conditions of a job that an offer's [`Attributes`] have to fulfil.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs<'a> {
	/// Only these countries, if any is named.
	pub regions: &'a [Region],
	/// Kept no longer than so many hours.
	pub max_retention_hours: Option<u32>,
	/// At least so many GiB of GPU memory.
	pub min_gpu_memory_gib: Option<u16>,
}

impl Needs<'_> {
	/// The first condition that `attributes` do not fulfil. What a provider does not state fulfils
	/// nothing.
	pub fn check(&self, attributes: &Attributes) -> Result<(), Ineligible> {
		let region_fits = self.regions.is_empty()
			|| attributes
				.region
				.is_some_and(|region| self.regions.contains(&region));
		let retention_fits = self.max_retention_hours.is_none_or(|most| {
			attributes
				.retention_hours
				.is_some_and(|hours| hours <= most)
		});
		let memory_fits = self
			.min_gpu_memory_gib
			.is_none_or(|least| attributes.gpu_memory_gib >= least);
		match (region_fits, retention_fits, memory_fits) {
			(false, ..) => Err(Ineligible::WrongRegion),
			(_, false, _) => Err(Ineligible::RetentionTooLong),
			(.., false) => Err(Ineligible::NotEnoughGpuMemory),
			_ => Ok(()),
		}
	}
}

/// The first condition of a job that a provider fails. The order of the variants is the order in which
/// they are asked.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(
	feature = "serde",
	derive(serde::Serialize, serde::Deserialize),
	serde(rename_all = "snake_case")
)]
#[repr(u8)]
pub enum Ineligible {
	/// The job asks for another provider directly, or has an allow list without this one.
	NotAllowed = 32,
	/// The job's exclude list names it.
	Excluded = 33,
	/// It has failed this job before.
	FailedBefore = 34,
	/// It is not a registered provider. It has to register with stake.
	NotProvider = 35,
	/// It has no offer for this version of the model. It has to publish one.
	NoOffer = 36,
	/// Its price is above what governance allows for the model's class. It has to publish another.
	PriceOutOfBounds = 37,
	/// Its price, or that of the model's class, is above the job's ceiling.
	PriceAboveCeiling = 38,
	/// Its machines are in no country that the job names, or it does not say where.
	WrongRegion = 39,
	/// It keeps data longer than the job allows, or does not say how long.
	RetentionTooLong = 40,
	/// Its GPUs have less memory than the job needs.
	NotEnoughGpuMemory = 41,
	/// It takes no new work, because it said so. It can end that at any time.
	Chilled = 42,
	/// It missed a deadline, and gets no work until its pause is over.
	Paused = 43,
	/// It has no worker key. It has to add one.
	NoWorkerKey = 44,
	/// It has less than the minimum stake bonded. It has to bond more.
	StakeTooLow = 45,
	/// All slots of its offer are busy.
	NoFreeSlot = 46,
	/// Its bonded stake does not cover this job beside those that it holds. It has to bond more, or
	/// finish some.
	NotEnoughCover = 47,
}

impl Ineligible {
	/// All conditions, in the order in which they are asked.
	pub const ALL: [Self; 16] = [
		Self::NotAllowed,
		Self::Excluded,
		Self::FailedBefore,
		Self::NotProvider,
		Self::NoOffer,
		Self::PriceOutOfBounds,
		Self::PriceAboveCeiling,
		Self::WrongRegion,
		Self::RetentionTooLong,
		Self::NotEnoughGpuMemory,
		Self::Chilled,
		Self::Paused,
		Self::NoWorkerKey,
		Self::StakeTooLow,
		Self::NoFreeSlot,
		Self::NotEnoughCover,
	];

	/// The code of `InvalidTransaction::Custom` with which a node refuses a worker's claim.
	pub fn code(self) -> u8 {
		self as u8
	}

	/// The condition with this code.
	pub fn from_code(code: u8) -> Option<Self> {
		Self::ALL.into_iter().find(|reason| reason.code() == code)
	}

	/// What is wrong, in a clause for people.
	pub fn reason(self) -> &'static str {
		match self {
			Self::NotAllowed => "the job is for other providers",
			Self::Excluded => "the job excludes it",
			Self::FailedBefore => "it has failed this job before",
			Self::NotProvider => "it is not a registered provider",
			Self::NoOffer => "it has no offer for this version of the model",
			Self::PriceOutOfBounds => "its price is above the governed ceiling",
			Self::PriceAboveCeiling => "its price is above the job's ceiling",
			Self::WrongRegion => "its machines are in no region that the job names",
			Self::RetentionTooLong => "it keeps data longer than the job allows",
			Self::NotEnoughGpuMemory => "its GPUs have less memory than the job needs",
			Self::Chilled => "it takes no new work at present",
			Self::Paused => "it is paused after a missed deadline",
			Self::NoWorkerKey => "it has no worker key",
			Self::StakeTooLow => "it has less than the minimum stake bonded",
			Self::NoFreeSlot => "all its slots are busy",
			Self::NotEnoughCover => "its stake does not cover one more job of this size",
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const BERLIN: Attributes = Attributes {
		region: Some(*b"DE"),
		retention_hours: Some(24),
		gpu_memory_gib: 80,
	};

	#[test]
	fn a_job_without_needs_takes_everyone() {
		assert_eq!(Needs::default().check(&Attributes::default()), Ok(()));
		assert_eq!(Needs::default().check(&BERLIN), Ok(()));
	}

	#[test]
	fn each_need_is_asked_in_order() {
		let elsewhere = [*b"FR", *b"AT"];
		let here = [*b"FR", *b"DE"];
		let mut needs = Needs {
			regions: &elsewhere,
			max_retention_hours: Some(23),
			min_gpu_memory_gib: Some(81),
		};
		assert_eq!(needs.check(&BERLIN), Err(Ineligible::WrongRegion));
		needs.regions = &here;
		assert_eq!(needs.check(&BERLIN), Err(Ineligible::RetentionTooLong));
		needs.max_retention_hours = Some(24);
		assert_eq!(needs.check(&BERLIN), Err(Ineligible::NotEnoughGpuMemory));
		needs.min_gpu_memory_gib = Some(80);
		assert_eq!(needs.check(&BERLIN), Ok(()));
	}

	#[test]
	fn what_is_not_stated_fulfils_nothing() {
		let unstated = Attributes::default();
		let region = Needs {
			regions: &[*b"DE"],
			..Needs::default()
		};
		assert_eq!(region.check(&unstated), Err(Ineligible::WrongRegion));
		let retention = Needs {
			max_retention_hours: Some(u32::MAX),
			..Needs::default()
		};
		assert_eq!(
			retention.check(&unstated),
			Err(Ineligible::RetentionTooLong)
		);
		let memory = Needs {
			min_gpu_memory_gib: Some(1),
			..Needs::default()
		};
		assert_eq!(memory.check(&unstated), Err(Ineligible::NotEnoughGpuMemory));
	}

	#[test]
	fn codes_are_in_the_order_of_asking_and_apart_from_refusals() {
		for (code, reason) in (32..).zip(Ineligible::ALL) {
			assert_eq!(reason.code(), code);
			assert_eq!(Ineligible::from_code(code), Some(reason));
			assert_eq!(crate::receipt::Refusal::from_code(code), None);
			assert!(!reason.reason().is_empty());
		}
		assert_eq!(Ineligible::from_code(31), None);
		assert_eq!(Ineligible::from_code(48), None);
	}

	#[test]
	fn regions_are_two_capitals() {
		assert!(is_region(b"DE"));
		assert!(!is_region(b"de"));
		assert!(!is_region(b"D1"));
		assert!(!is_region(&[0, 0]));
	}

	proptest! {
		#[test]
		fn better_machines_never_fail_what_worse_ones_fulfil(
			hours in 0..100u32, fewer in 0..100u32, memory in 0..200u16, more in 0..200u16,
			most: Option<u8>, least: Option<u8>,
		) {
			let needs = Needs {
				regions: &[],
				max_retention_hours: most.map(u32::from),
				min_gpu_memory_gib: least.map(u16::from),
			};
			let worse = Attributes { region: None, retention_hours: Some(hours), gpu_memory_gib: memory };
			let better = Attributes {
				region: None,
				retention_hours: Some(hours.saturating_sub(fewer)),
				gpu_memory_gib: memory + more,
			};
			prop_assert!(needs.check(&worse).is_err() || needs.check(&better).is_ok());
		}
	}
}
