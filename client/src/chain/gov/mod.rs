//! Governance: what is decided on, how, and what it would change.

pub(crate) mod calls;
mod decoded;
mod deposits;
mod enactment;
mod locks;
mod origin;
mod parameters;
mod phase;
mod proposals;
mod referendum;
mod shown;
mod track;
mod trial;
mod votes;

pub use calls::{Enactment, GovCall};
pub use decoded::{Decoded, decode_call};
pub use deposits::Refunds;
pub use enactment::Enacted;
pub use locks::{Lock, Until};
pub use origin::Origin;
pub use parameters::{Parameter, ParameterState};
pub use phase::{Phase, Standing};
pub use proposals::{
	CancelSlash, Change, Pause, Proposal, SetParameter, SetPolicy, Spend, class_name,
};
pub use referendum::{
	Deciding, Deposit, End, Ended, MAX_PREIMAGE, Ongoing, Referendum, Stored, Tally,
};
pub use shown::Shown;
pub(crate) use shown::number;
pub use track::{Curve, Needs, PARTS, Track};
pub use trial::Trial;
pub use votes::{AccountVote, Casting, Conviction, Delegating, Voting};
