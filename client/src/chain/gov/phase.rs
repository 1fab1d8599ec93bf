//! Where a referendum stands, and what comes next.

use serde::Serialize;

use crate::{
	chain::{
		constants::constant,
		gov::{
			referendum::Ongoing,
			track::{Needs, Track},
		},
		json::units,
		names::constants as name,
		view::View,
	},
	error::{Error, misfit},
};

/// What a referendum waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
	/// Somebody to place the decision deposit.
	NeedsDeposit {
		/// Units.
		#[serde(with = "units")]
		amount: u128,
		/// Block in which it times out otherwise.
		until: u32,
	},
	/// The end of its preparation.
	Preparing {
		/// Block of that.
		until: u32,
	},
	/// Others of its track.
	Queued {
		/// How many are decided on at the same time.
		most: u32,
	},
	/// Votes.
	Deciding {
		/// Block in which it is rejected unless it is passing.
		until: u32,
		/// Block from which the votes that there are would be enough, if they ever are.
		enough_at: Option<u32>,
	},
	/// The end of its confirmation. It falls back if it stops passing.
	Confirming {
		/// Block of that.
		until: u32,
	},
}

/// Where a referendum stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
	/// What it waits for.
	pub phase: Phase,
	/// What the votes reach, in [`PARTS`](super::PARTS).
	pub reached: Needs,
	/// What they have to reach now; at the beginning of the decision, if that has not come.
	pub needed: Needs,
	/// Whether they do.
	pub passing: bool,
}

impl Ongoing {
	/// Where it stands in block `now`, with so many tokens that can vote.
	pub(crate) fn stands(&self, track: &Track, now: u32, tokens: u128, timeout: u32) -> Standing {
		let reached = self.tally.reached(tokens);
		let passed = self
			.deciding
			.map_or(0, |deciding| now.saturating_sub(deciding.since));
		let phase = match (self.deciding, &self.decision_deposit) {
			(Some(deciding), _) => match deciding.confirming {
				Some(until) => Phase::Confirming { until },
				None => Phase::Deciding {
					until: deciding.since.saturating_add(track.decision_period),
					enough_at: track
						.passes_after(reached)
						.map(|blocks| deciding.since.saturating_add(blocks.max(passed))),
				},
			},
			(None, None) => Phase::NeedsDeposit {
				amount: track.decision_deposit,
				until: self.submitted.saturating_add(timeout),
			},
			(None, Some(_)) if self.in_queue => Phase::Queued {
				most: track.max_deciding,
			},
			(None, Some(_)) => Phase::Preparing {
				until: self.submitted.saturating_add(track.prepare_period),
			},
		};
		Standing {
			phase,
			reached,
			needed: track.needs(passed),
			passing: track.is_passing(reached, passed),
		}
	}
}

impl View {
	/// Units that are deposited for a submission.
	///
	/// # Errors
	/// When the runtime does not fit this client.
	pub fn submission_deposit(&self) -> Result<u128, Error> {
		constant(self.metadata(), name::SUBMISSION_DEPOSIT)
	}

	/// Where a referendum stands.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn standing(&self, referendum: &Ongoing) -> Result<Standing, Error> {
		let tracks = self.tracks()?;
		let track = tracks
			.iter()
			.find(|track| track.id == referendum.track)
			.ok_or_else(|| misfit(format!("there is no track {}", referendum.track)))?;
		let timeout = constant(self.metadata(), name::UNDECIDING_TIMEOUT)?;
		let tokens = self.electorate().await?;
		Ok(referendum.stands(track, self.number(), tokens, timeout))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::{Curve, Deciding, Deposit, Tally},
		tests::{account, ongoing},
	};

	/// Both thresholds fall from all to half in a hundred blocks.
	fn track() -> Track {
		let half = Curve::LinearDecreasing {
			length: 1_000_000_000,
			floor: 500_000_000,
			ceil: 1_000_000_000,
		};
		Track {
			id: 11,
			name: "market_admin".into(),
			max_deciding: 5,
			decision_deposit: 70,
			prepare_period: 20,
			decision_period: 100,
			confirm_period: 10,
			min_enactment_period: 5,
			min_approval: half,
			min_support: half,
		}
	}

	fn votes(ayes: u128, nays: u128, support: u128) -> Tally {
		Tally {
			ayes,
			nays,
			support,
		}
	}

	fn placed() -> Ongoing {
		Ongoing {
			decision_deposit: Some(Deposit {
				who: account(2),
				amount: 70,
			}),
			..ongoing()
		}
	}

	fn deciding(tally: Tally, confirming: Option<u32>) -> Ongoing {
		Ongoing {
			deciding: Some(Deciding {
				since: 50,
				confirming,
			}),
			tally,
			..placed()
		}
	}

	fn stands(referendum: &Ongoing, now: u32) -> Standing {
		referendum.stands(&track(), now, 1_000, 400)
	}

	#[test]
	fn before_the_decision_it_waits_for_a_deposit_its_preparation_and_others() {
		assert_eq!(
			stands(&ongoing(), 5).phase,
			Phase::NeedsDeposit {
				amount: 70,
				until: 403
			}
		);
		assert_eq!(stands(&placed(), 5).phase, Phase::Preparing { until: 23 });
		let queued = Ongoing {
			in_queue: true,
			..placed()
		};
		assert_eq!(stands(&queued, 30).phase, Phase::Queued { most: 5 });
	}

	#[test]
	fn votes_that_are_enough_later_say_when() {
		let standing = stands(&deciding(votes(800, 0, 800), None), 60);
		assert_eq!(
			standing.phase,
			Phase::Deciding {
				until: 150,
				enough_at: Some(90)
			}
		);
		assert!(!standing.passing);
		assert_eq!(standing.reached.support, 800_000_000);
		assert_eq!(standing.needed.support, 950_000_000);
		// Once it would, it would at once.
		let late = stands(&deciding(votes(800, 0, 800), None), 120);
		assert!(late.passing);
		assert!(matches!(
			late.phase,
			Phase::Deciding {
				enough_at: Some(120),
				..
			}
		));
	}

	#[test]
	fn votes_that_are_never_enough_say_so() {
		for tally in [votes(100, 0, 100), votes(600, 900, 600), Tally::default()] {
			let standing = stands(&deciding(tally, None), 60);
			assert_eq!(
				standing.phase,
				Phase::Deciding {
					until: 150,
					enough_at: None
				}
			);
		}
	}

	#[test]
	fn a_confirmation_has_an_end() {
		let standing = stands(&deciding(votes(990, 0, 990), Some(75)), 70);
		assert_eq!(standing.phase, Phase::Confirming { until: 75 });
		assert!(standing.passing);
	}
}
