//! Which assigned jobs this worker takes, and which open ones it claims.

use athanor_primitives::{JobId, ModelId, WorkerKey, eligibility::Ineligible, price::Price};

use crate::{
	ledger::{AccountId, Assigned, OpenJob, OwnOffer},
	share,
};

/// What this worker is ready to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
	/// The model it has loaded.
	pub model: ModelId,
	/// The version of that model whose hashes it has verified.
	pub model_version: u32,
	/// The least it works for.
	pub min_price: Price,
	/// The longest prompt that it takes, in tokens.
	pub max_input_tokens: u32,
	/// The most tokens it generates for one job.
	pub max_tokens: u32,
	/// Its own key.
	pub worker: WorkerKey,
	/// Keys to share jobs with; `None` for all keys of the provider.
	pub peers: Option<Vec<WorkerKey>>,
}

/// What to do with an assigned job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// Run it.
	Take,
	/// It is another worker's first; this one's turn comes in that block.
	Wait {
		/// The block.
		until: u32,
	},
	/// Do not run it, for this reason.
	Leave(String),
}

impl Rules {
	/// Decides about `task` on top of block `best`. `keys` are the keys of the provider.
	pub fn judge(&self, task: &Assigned, keys: &[WorkerKey], best: u32) -> Verdict {
		if let Some(reason) = self.objection(task) {
			return Verdict::Leave(reason);
		}
		if !task.in_time(best) {
			return Verdict::Leave(format!("its deadline, block {}, has passed", task.deadline));
		}
		let rank = self.rank(task.job, keys);
		let until = share::starts_at(rank, task.assigned_at, task.deadline);
		if best < until {
			Verdict::Wait { until }
		} else {
			Verdict::Take
		}
	}

	/// How many workers of the provider come before this one for a job. `keys` are all its keys.
	pub fn rank(&self, job: JobId, keys: &[WorkerKey]) -> usize {
		let peers: Vec<WorkerKey> = keys
			.iter()
			.copied()
			.filter(|key| self.peers.as_ref().is_none_or(|peers| peers.contains(key)))
			.collect();
		share::rank(&self.worker, &peers, job)
	}

	/// Why this worker does not claim a job, if it does not: what its provider would be refused for, or
	/// what this worker would not take.
	pub fn objection_to_claim(
		&self,
		job: &OpenJob,
		provider: &AccountId,
		offer: &OwnOffer,
	) -> Option<String> {
		let task = job.task(*provider, offer.price, 0, 0);
		ineligible(job, provider, offer)
			.map(|reason| format!("for the provider, {}", reason.reason()))
			.or_else(|| self.objection(&task))
	}

	fn objection(&self, task: &Assigned) -> Option<String> {
		if task.model != self.model {
			return Some(format!(
				"it is for model {}, and this worker serves model {}. Start a worker for it, or remove the offer",
				task.model, self.model
			));
		}
		if task.model_version != self.model_version {
			return Some(format!(
				"it is for version {} of the model, and this worker has version {}",
				task.model_version, self.model_version
			));
		}
		if !self.min_price.within(&task.price) {
			return Some(format!(
				"it pays {} / {} units per token in / out, and this worker's minimum is {} / {}. Raise the offer's price, or lower --min-price-in and --min-price-out",
				task.price.input, task.price.output, self.min_price.input, self.min_price.output
			));
		}
		if task.max_input_tokens > self.max_input_tokens {
			return Some(format!(
				"its prompt can have up to {} tokens, and this worker's limit is {}. Raise --max-input-tokens",
				task.max_input_tokens, self.max_input_tokens
			));
		}
		if task.max_output_tokens > self.max_tokens {
			return Some(format!(
				"it asks for up to {} tokens, and this worker's limit is {}. Raise --max-tokens",
				task.max_output_tokens, self.max_tokens
			));
		}
		None
	}
}

/// The first condition of a job that the provider fails, of those that can be told from its offer.
fn ineligible(job: &OpenJob, provider: &AccountId, offer: &OwnOffer) -> Option<Ineligible> {
	let rules = &job.rules;
	if !rules.allow.is_empty() && !rules.allow.contains(provider) {
		return Some(Ineligible::NotAllowed);
	}
	if rules.exclude.contains(provider) {
		return Some(Ineligible::Excluded);
	}
	if job.failed.contains(provider) {
		return Some(Ineligible::FailedBefore);
	}
	if !offer.price.within(&job.ceiling) {
		return Some(Ineligible::PriceAboveCeiling);
	}
	rules
		.needs()
		.check(&offer.attributes)
		.err()
		.or(offer.obstacle)
		.or((offer.free == 0).then_some(Ineligible::NoFreeSlot))
}
