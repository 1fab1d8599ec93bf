//! Hears `defensive!`: what cannot happen is logged in a release build, and would go unnoticed.

use std::{cell::RefCell, sync::Once};

use log::{Level, LevelFilter, Log, Metadata, Record};

thread_local! {
	static HEARD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Trap;

impl Log for Trap {
	fn enabled(&self, metadata: &Metadata<'_>) -> bool {
		metadata.level() <= Level::Error && metadata.target() == "runtime::defensive"
	}

	fn log(&self, record: &Record<'_>) {
		if self.enabled(record.metadata()) {
			let text = format!("{} ({}:{})", record.args(), file(record), line(record));
			HEARD.with_borrow_mut(|heard| heard.push(text));
		}
	}

	fn flush(&self) {}
}

fn file<'a>(record: &Record<'a>) -> &'a str {
	record.file().unwrap_or("?")
}

fn line(record: &Record<'_>) -> u32 {
	record.line().unwrap_or(0)
}

/// Begins to listen, for the whole process.
///
/// # Panics
/// If somebody else listens already: then nothing would be heard.
pub fn set() {
	static SET: Once = Once::new();
	SET.call_once(|| {
		log::set_logger(&Trap).expect("no other logger is set in these tests");
		log::set_max_level(LevelFilter::Error);
	});
}

/// What was heard on this thread since the last time.
pub fn heard() -> Vec<String> {
	HEARD.take()
}

#[cfg(test)]
mod tests {
	use polkadot_sdk::frame_support::defensive;

	#[test]
	#[cfg(not(debug_assertions))]
	fn what_cannot_happen_is_heard() {
		super::set();
		defensive!("it happened");
		let heard = super::heard();
		assert!(
			heard.len() == 1 && heard[0].contains("it happened"),
			"{heard:?}"
		);
		assert!(super::heard().is_empty());
	}
}
