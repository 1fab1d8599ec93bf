//! The journal: crashes, locks, strangers, pruning.

mod common;

use std::{fs, time::Duration};

use athanor_primitives::{
	H256,
	receipt::{Delivery, Receipt, SignedReceipt},
};
use athanor_worker::journal::{Entry, Journal, JournalError, State};
use common::{GENESIS, key};

fn entry(job: u64) -> Entry {
	let receipt = Receipt {
		job,
		model: 1,
		model_version: 1,
		input_hash: H256([1; 32]),
		output_hash: H256([2; 32]),
		tokens_in: 3,
		tokens_out: 2,
		finish: 0,
		commitment: H256([4; 32]),
	};
	let worker = key(1).public();
	let signed = SignedReceipt {
		receipt,
		genesis: GENESIS,
		worker,
		signature: [5; 64],
	};
	let delivery = Delivery {
		tokens: vec![1, 2],
		text: b"hi".to_vec(),
		signature: [6; 64],
	};
	Entry {
		task: [7; 32],
		assigned_at: 10,
		deadline: 20,
		signed,
		delivery,
		salt: [8; 32],
	}
}

fn open(dir: &std::path::Path) -> Result<Journal, JournalError> {
	Journal::open(dir, &GENESIS, &key(1).public())
}

#[test]
fn entries_come_back_as_they_were_written() {
	let dir = tempfile::tempdir().unwrap();
	let journal = open(dir.path()).unwrap();
	let leaves = [[1; 32], [2; 32], [3; 32]];
	journal.record(&entry(7), &leaves).unwrap();
	assert_eq!(journal.get(7).unwrap(), Some((entry(7), State::Computed)));
	assert_eq!(journal.leaves(7).unwrap(), leaves);
	assert_eq!(journal.get(8).unwrap(), None);
	assert!(journal.leaves(8).unwrap().is_empty());
}

#[test]
fn what_was_recorded_survives_a_crash() {
	let dir = tempfile::tempdir().unwrap();
	let journal = open(dir.path()).unwrap();
	journal.record(&entry(1), &[[1; 32]]).unwrap();
	journal.set_state(1, &State::Submitted { at: 12 }).unwrap();
	journal.record(&entry(2), &[]).unwrap();
	// What is on disk now, with the database open, is what a crash leaves.
	let after = tempfile::tempdir().unwrap();
	fs::copy(journal.path(), after.path().join("journal.redb")).unwrap();
	drop(journal);

	let journal = open(after.path()).unwrap();
	let open_entries = journal.open_entries().unwrap();
	assert_eq!(
		open_entries,
		[
			(entry(1), State::Submitted { at: 12 }),
			(entry(2), State::Computed)
		]
	);
	assert_eq!(journal.leaves(1).unwrap(), [[1; 32]]);
}

#[test]
fn closed_entries_are_not_open() {
	let dir = tempfile::tempdir().unwrap();
	let journal = open(dir.path()).unwrap();
	for job in 0..4 {
		journal.record(&entry(job), &[]).unwrap();
	}
	journal.set_state(1, &State::Final { block: 30 }).unwrap();
	let refused = State::Refused {
		code: Some(5),
		reason: "late".into(),
	};
	journal.set_state(2, &refused).unwrap();
	drop(journal);
	let journal = open(dir.path()).unwrap();
	let jobs: Vec<u64> = journal
		.open_entries()
		.unwrap()
		.iter()
		.map(|(entry, _)| entry.job())
		.collect();
	assert_eq!(jobs, [0, 3]);
	assert_eq!(journal.get(2).unwrap().unwrap().1, refused);
}

#[test]
fn a_second_receipt_for_a_job_cannot_be_written() {
	let dir = tempfile::tempdir().unwrap();
	let journal = open(dir.path()).unwrap();
	assert_eq!(journal.signed(1).unwrap(), None);
	journal.record(&entry(1), &[[1; 32]]).unwrap();
	assert_eq!(journal.signed(1).unwrap(), Some(entry(1).task));
	journal.set_state(1, &State::Final { block: 30 }).unwrap();
	let other = Entry {
		task: [9; 32],
		..entry(1)
	};
	// The same task a second time would have another salt, so another commitment.
	for second in [&other, &entry(1)] {
		let error = journal.record(second, &[]).unwrap_err();
		assert!(
			matches!(error, JournalError::AlreadySigned { job: 1 }),
			"{error}"
		);
	}
	let kept = journal.get(1).unwrap().unwrap();
	assert_eq!(kept, (entry(1), State::Final { block: 30 }));
	assert_eq!(journal.leaves(1).unwrap(), [[1; 32]]);
}

#[test]
fn a_journal_of_the_first_release_knows_what_was_signed() {
	let dir = tempfile::tempdir().unwrap();
	let journal = open(dir.path()).unwrap();
	journal.record(&entry(1), &[]).unwrap();
	let path = journal.path().to_owned();
	drop(journal);
	// Without the table that the first release did not have.
	let database = redb::Database::open(&path).unwrap();
	let transaction = database.begin_write().unwrap();
	let table = redb::TableDefinition::<u64, [u8; 32]>::new("signed");
	assert!(transaction.delete_table(table).unwrap());
	transaction.commit().unwrap();
	drop(database);

	let journal = open(dir.path()).unwrap();
	assert_eq!(journal.signed(1).unwrap(), Some(entry(1).task));
	assert!(journal.record(&entry(1), &[]).is_err());
}

#[test]
fn a_second_worker_is_kept_out() {
	let dir = tempfile::tempdir().unwrap();
	let first = open(dir.path()).unwrap();
	let error = open(dir.path()).unwrap_err();
	assert!(matches!(error, JournalError::InUse { .. }), "{error}");
	assert!(error.to_string().contains("--data-dir"), "{error}");
	drop(first);
	open(dir.path()).unwrap();
}

#[test]
fn strangers_are_kept_out() {
	let dir = tempfile::tempdir().unwrap();
	drop(open(dir.path()).unwrap());
	let other_key = Journal::open(dir.path(), &GENESIS, &key(2).public()).unwrap_err();
	assert!(other_key.to_string().contains("worker key"), "{other_key}");
	let other_chain = Journal::open(dir.path(), &H256([1; 32]), &key(1).public()).unwrap_err();
	assert!(other_chain.to_string().contains("genesis"), "{other_chain}");
	open(dir.path()).unwrap();
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
	let dir = tempfile::tempdir().unwrap();
	let file = dir.path().join("file");
	fs::write(&file, b"").unwrap();
	let error = open(&file).unwrap_err();
	assert!(error.to_string().contains("--data-dir"), "{error}");
}

#[test]
fn old_closed_entries_are_pruned_and_nothing_else() {
	let dir = tempfile::tempdir().unwrap();
	let journal = open(dir.path()).unwrap();
	journal.record(&entry(1), &[[1; 32]]).unwrap();
	journal.set_state(1, &State::Final { block: 30 }).unwrap();
	journal.record(&entry(2), &[]).unwrap();
	assert_eq!(journal.prune(Duration::from_secs(60)).unwrap(), 0);
	// Entries carry whole seconds.
	std::thread::sleep(Duration::from_millis(2_100));
	assert_eq!(journal.prune(Duration::from_secs(1)).unwrap(), 1);
	assert_eq!(journal.get(1).unwrap(), None);
	assert!(journal.leaves(1).unwrap().is_empty());
	assert!(journal.get(2).unwrap().is_some(), "it is still open");
	// That there was a receipt is known for ever.
	assert_eq!(journal.signed(1).unwrap(), Some(entry(1).task));
	assert!(journal.record(&entry(1), &[]).is_err());
}
