//! Key files, and the commands around them.

use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	process::{Command, Output},
};

use athanor_primitives::{H256, worker_key::worker_key_payload};
use athanor_worker::keys::{KeyError, WorkerKey};
use ed25519_dalek::{Signature, VerifyingKey};

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const ALICE_BYTES: &str = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

fn write(dir: &Path, content: &str, mode: u32) -> PathBuf {
	let path = dir.join("key");
	fs::write(&path, content).unwrap();
	fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
	path
}

fn worker(args: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_athanor-worker"))
		.args(args)
		.env_remove("ATHANOR_WORKER_KEY_FILE")
		.output()
		.unwrap()
}

fn text(bytes: &[u8]) -> String {
	String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_new_key_is_private_and_reads_back() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("key");
	let made = WorkerKey::create(&path).unwrap();
	assert_eq!(
		fs::metadata(&path).unwrap().permissions().mode() & 0o777,
		0o600
	);
	assert_eq!(WorkerKey::read(&path).unwrap().public(), made.public());
	let other = WorkerKey::create(&dir.path().join("other")).unwrap();
	assert_ne!(other.public(), made.public());
}

#[test]
fn a_key_is_never_overwritten() {
	let dir = tempfile::tempdir().unwrap();
	let path = write(dir.path(), "precious", 0o600);
	assert!(matches!(
		WorkerKey::create(&path),
		Err(KeyError::Exists { .. })
	));
	assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn a_key_that_others_can_use_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	let seed = "ab".repeat(32);
	for mode in [0o644, 0o640, 0o602, 0o610, 0o666] {
		let path = write(dir.path(), &seed, mode);
		let error = WorkerKey::read(&path).unwrap_err();
		assert!(
			matches!(error, KeyError::LoosePermissions { .. }),
			"{mode:o}: {error}"
		);
		assert!(error.to_string().contains("chmod 600"), "{error}");
	}
	for mode in [0o600, 0o400] {
		WorkerKey::read(&write(dir.path(), &seed, mode)).unwrap();
		fs::remove_file(dir.path().join("key")).unwrap();
	}
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
	let dir = tempfile::tempdir().unwrap();
	let secret = "ab".repeat(31);
	for content in [
		"",
		"0x",
		&secret,
		&format!("{secret}zz"),
		&"ab".repeat(33),
		&"a".repeat(4096),
	] {
		let error = WorkerKey::read(&write(dir.path(), content, 0o600)).unwrap_err();
		assert!(matches!(error, KeyError::Malformed { .. }), "{error}");
		assert!(!error.to_string().contains("abab"), "{error}");
	}
	let path = dir.path().join("none");
	assert!(matches!(
		WorkerKey::read(&path),
		Err(KeyError::Missing { .. })
	));
}

#[test]
fn seeds_with_and_without_prefix_are_the_same() {
	let dir = tempfile::tempdir().unwrap();
	let seed = "0102".repeat(16);
	let plain = WorkerKey::read(&write(dir.path(), &seed, 0o600)).unwrap();
	let prefixed = WorkerKey::read(&write(dir.path(), &format!(" 0x{seed}\n"), 0o600)).unwrap();
	assert_eq!(plain.public(), prefixed.public());
}

#[test]
fn nothing_prints_the_seed() {
	let key = WorkerKey::from_seed(&[0xab; 32]);
	assert!(!format!("{key:?}").contains("abab"));
}

#[test]
fn the_proof_is_over_chain_and_provider() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("key");
	let file = path.to_str().unwrap();
	let made = worker(&["keys", "new", "--out", file]);
	assert!(made.status.success());
	let public = text(&made.stdout).trim().to_owned();

	let genesis = format!("0x{}", "09".repeat(32));
	let args = [
		"keys",
		"proof",
		"--key",
		file,
		"--provider",
		ALICE,
		"--genesis",
		&genesis,
		"-o",
		"json",
	];
	let proof = worker(&args);
	assert!(proof.status.success(), "{}", text(&proof.stderr));
	let proof: serde_json::Value = serde_json::from_slice(&proof.stdout).unwrap();
	assert_eq!(proof["key"], *public);
	let bytes = |value: &str| hex::decode(value.trim_start_matches("0x")).unwrap();
	let key = VerifyingKey::from_bytes(&bytes(&public).try_into().unwrap()).unwrap();
	let signature = bytes(proof["proof"].as_str().unwrap());
	let signature = Signature::from_bytes(&signature.try_into().unwrap());
	let provider = hex::decode(ALICE_BYTES).unwrap();
	let payload = worker_key_payload(&H256([9; 32]), &provider);
	key.verify_strict(&payload, &signature).unwrap();
	let elsewhere = worker_key_payload(&H256([8; 32]), &provider);
	assert!(key.verify_strict(&elsewhere, &signature).is_err());

	let shown = worker(&["keys", "show", file]);
	assert_eq!(text(&shown.stdout).trim(), public);
	let plain = worker(&args[..args.len() - 2]);
	assert!(text(&plain.stdout).contains(&format!("athanor provider keys add {public} 0x")));
}

#[test]
fn exit_codes_tell_what_is_wrong() {
	let dir = tempfile::tempdir().unwrap();
	let missing = dir.path().join("none");
	let missing = missing.to_str().unwrap();
	let code = |args: &[&str]| worker(args).status.code();
	assert_eq!(code(&["keys", "show", missing]), Some(2));
	assert_eq!(code(&["nonsense"]), Some(2));
	assert_eq!(code(&["describe", missing]), Some(2));
	assert_eq!(
		code(&["generate", "--model", missing, "--prompt", "a"]),
		Some(2)
	);
	assert_eq!(
		code(&[
			"generate", "--model", missing, "--prompt", "a", "--device", "gpu"
		]),
		Some(2)
	);
	assert_eq!(
		code(&[
			"generate",
			"--model",
			env!("CARGO_MANIFEST_DIR"),
			"--messages",
			missing
		]),
		Some(2)
	);
	// A directory, but not of a model.
	let empty = tempfile::tempdir().unwrap();
	let empty = empty.path().to_str().unwrap();
	assert_eq!(code(&["describe", empty]), Some(2));
	assert_eq!(
		code(&["generate", "--model", empty, "--prompt", "a"]),
		Some(2)
	);
	let loose = write(dir.path(), &"ab".repeat(32), 0o644);
	let shown = worker(&["keys", "show", loose.to_str().unwrap()]);
	assert_eq!(shown.status.code(), Some(2));
	assert!(text(&shown.stderr).starts_with("error: "));
}
