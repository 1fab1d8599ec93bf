//! When to end: the first SIGTERM or SIGINT lets the running job finish, the second does not.

use tokio::{
	signal::unix::{SignalKind, signal},
	sync::watch,
};

/// How far shutting down has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
	/// No signal came.
	Running,
	/// Take no new job, finish the running one, then end.
	Draining,
	/// End now.
	Stopping,
}

/// Receives the stage; clones receive the same.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<Stage>);

/// Sets the stage by hand.
#[derive(Debug)]
pub struct Trigger(watch::Sender<Stage>);

impl Trigger {
	/// Moves on to `stage`; never back.
	pub fn set(&self, stage: Stage) {
		self.0.send_if_modified(|now| {
			let later = stage > *now;
			if later {
				*now = stage;
			}
			later
		});
	}
}

impl Shutdown {
	/// A shutdown that the trigger starts.
	pub fn manual() -> (Trigger, Self) {
		let (sender, receiver) = watch::channel(Stage::Running);
		(Trigger(sender), Self(receiver))
	}

	/// A shutdown that signals start.
	///
	/// # Errors
	/// The signal handlers cannot be installed.
	pub fn on_signals() -> std::io::Result<Self> {
		let mut interrupt = signal(SignalKind::interrupt())?;
		let mut terminate = signal(SignalKind::terminate())?;
		let (trigger, shutdown) = Self::manual();
		tokio::spawn(async move {
			for stage in [Stage::Draining, Stage::Stopping] {
				tokio::select! {
					_ = interrupt.recv() => {},
					_ = terminate.recv() => {},
				}
				trigger.set(stage);
			}
			// The sender stays, so that receivers keep seeing the last stage.
			std::future::pending::<()>().await;
		});
		Ok(shutdown)
	}

	/// The stage now.
	pub fn stage(&self) -> Stage {
		*self.0.borrow()
	}

	/// Waits for the next stage. Never returns if nothing can change it any more.
	pub async fn changed(&mut self) -> Stage {
		if self.0.changed().await.is_err() {
			std::future::pending::<()>().await;
		}
		*self.0.borrow_and_update()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn stages_only_go_forward() {
		let (trigger, mut shutdown) = Shutdown::manual();
		assert_eq!(shutdown.stage(), Stage::Running);
		trigger.set(Stage::Stopping);
		assert_eq!(shutdown.changed().await, Stage::Stopping);
		trigger.set(Stage::Draining);
		assert_eq!(shutdown.stage(), Stage::Stopping);
	}
}
