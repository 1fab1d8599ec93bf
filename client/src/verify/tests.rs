//! The checks on synthetic evidence: an honest job, and everything that can be wrong with one.

use athanor_primitives::{
	H256, blake2_256,
	job::CloseReason,
	price::Price,
	receipt::{SignedReceipt, delivery_payload, max_text_len},
};
use ed25519_dalek::{Signer, SigningKey};

use super::{
	Check, Status, Verification,
	evidence::{Closing, Decoded, Evidence, KeyOwner, decode},
	is_signed,
};
use crate::chain::{
	BlockId, JobState, Outcome, StoredReceipt,
	events::{JobAssigned, JobClosed, JobPaid},
	tests::{self as sample, account},
};

const GENESIS: H256 = H256([1; 32]);

fn signing() -> SigningKey {
	SigningKey::from_bytes(&[42; 32])
}

/// Signs receipt and text again after a change.
fn sign(stored: &mut StoredReceipt) {
	let key = signing();
	stored.signed.worker = key.verifying_key().to_bytes();
	stored.signed.signature = key
		.sign(&stored.signed.receipt.payload(&GENESIS))
		.to_bytes();
	let payload = delivery_payload(&GENESIS, stored.signed.receipt.job, &stored.text);
	stored.text_signature = key.sign(&payload).to_bytes();
}

fn closed(outcome: &Outcome) -> JobClosed {
	JobClosed {
		job: 4,
		requester: outcome.requester,
		reason: outcome.reason,
		provider: outcome.provider,
		escrow: outcome.escrow,
		spent: outcome.spent,
		refund: outcome.refund,
	}
}

fn paid(outcome: &Outcome) -> JobPaid {
	JobPaid {
		job: 4,
		requester: outcome.requester,
		provider: account(7),
		author: account(9),
		spent: outcome.spent,
		to_provider: outcome.payment.provider,
		to_delegators: outcome.payment.delegators,
		to_author: outcome.payment.author,
		to_treasury: outcome.payment.treasury,
		burned: outcome.payment.burned,
	}
}

/// A job that was done and paid for as it should be.
fn honest() -> Evidence {
	let mut receipt = sample::receipt();
	sign(&mut receipt);
	let outcome = sample::outcome();
	Evidence {
		job: 4,
		at: BlockId {
			number: 100,
			hash: H256::zero(),
		},
		genesis: GENESIS,
		live: None,
		receipt: Some(receipt),
		stored_input: Some(b"hello".to_vec()),
		known_input: None,
		key_owner: Some(KeyOwner::Then(vec![account(7)])),
		max_text: 64,
		registered_tokenizer: Some(H256([2; 32])),
		decoded: None,
		assigned: Some(JobAssigned {
			job: 4,
			provider: account(7),
			price: Price {
				input: 10,
				output: 20,
			},
			price_version: 1,
			deadline: 22,
		}),
		closing: Closing::Read {
			closed: vec![closed(&outcome)],
			paid: vec![paid(&outcome)],
		},
		outcome: Some(outcome),
	}
}

fn verification(evidence: &Evidence) -> Verification {
	Verification {
		job: evidence.job,
		at: evidence.at,
		checks: evidence.examine(),
	}
}

/// The checks that are missing for a verdict.
fn missing(evidence: &Evidence) -> Vec<&'static str> {
	let verification = verification(evidence);
	assert!(verification.passed(), "{:?}", verification.checks);
	let missing: Vec<_> = verification.missing().map(|check| check.name).collect();
	assert_eq!(verification.complete(), missing.is_empty());
	missing
}

fn failures(evidence: &Evidence) -> Vec<&'static str> {
	evidence
		.examine()
		.into_iter()
		.filter(|check| check.status == Status::Failed)
		.map(|check| check.name)
		.collect()
}

fn after(change: impl FnOnce(&mut Evidence)) -> Vec<&'static str> {
	let mut evidence = honest();
	change(&mut evidence);
	failures(&evidence)
}

fn receipt(evidence: &mut Evidence) -> &mut StoredReceipt {
	evidence.receipt.as_mut().unwrap()
}

fn signed(evidence: &mut Evidence) -> &mut SignedReceipt {
	&mut receipt(evidence).signed
}

fn outcome(evidence: &mut Evidence) -> &mut Outcome {
	evidence.outcome.as_mut().unwrap()
}

#[test]
fn an_honest_job_passes_every_check() {
	assert_eq!(missing(&honest()), Vec::<&str>::new());
	let checks = honest().examine();
	let skipped: Vec<_> = checks.iter().filter(|c| c.status != Status::Ok).collect();
	assert_eq!(skipped.len(), 1, "{skipped:?}");
	assert_eq!(
		(skipped[0].name, skipped[0].status),
		("text", Status::Skipped)
	);
	let names: Vec<_> = checks.iter().map(|check| check.name).collect();
	assert_eq!(
		names,
		[
			"job",
			"chain",
			"receipt signature",
			"text signature",
			"worker key",
			"model",
			"input hash",
			"output hash",
			"finish",
			"text",
			"escrow",
			"parts",
			"refund",
			"price",
			"closing event",
			"payment event",
		]
	);
}

#[test]
fn forged_statements_fail() {
	assert_eq!(
		after(|e| signed(e).signature[0] ^= 1),
		["receipt signature"]
	);
	assert_eq!(
		after(|e| receipt(e).text_signature[0] ^= 1),
		["text signature"]
	);
	assert_eq!(after(|e| receipt(e).text.push(b'!')), ["text signature"]);
	assert_eq!(after(|e| receipt(e).tokens[0] += 1), ["output hash"]);
	assert_eq!(
		after(|e| {
			receipt(e).tokens.pop();
		}),
		["output hash"]
	);
	// Whatever the receipt states is covered by its signature.
	assert!(after(|e| signed(e).receipt.tokens_in += 1).contains(&"receipt signature"));
}

#[test]
fn a_receipt_for_something_else_fails() {
	let resigned = |change: &dyn Fn(&mut StoredReceipt)| {
		after(|e| {
			change(receipt(e));
			sign(receipt(e));
		})
	};
	assert_eq!(
		resigned(&|r| r.signed.receipt.job = 5),
		["job", "text signature"]
	);
	assert_eq!(resigned(&|r| r.signed.receipt.model = 3), ["model"]);
	assert_eq!(resigned(&|r| r.signed.receipt.model_version = 2), ["model"]);
	assert_eq!(
		resigned(&|r| r.signed.receipt.input_hash = H256::zero()),
		["input hash"]
	);
	assert_eq!(resigned(&|r| r.signed.receipt.tokens_in = 9), ["price"]);
	assert_eq!(resigned(&|r| r.signed.receipt.finish = 9), ["finish"]);
	assert_eq!(after(|e| signed(e).genesis = H256::zero()), ["chain"]);
	assert_eq!(
		after(|e| e.genesis = H256::zero()),
		["chain", "receipt signature", "text signature"]
	);
}

#[test]
fn the_worker_key_must_be_the_providers() {
	let then = |owners: &[u8]| {
		let owners = owners.iter().map(|byte| account(*byte)).collect();
		after(|e| e.key_owner = Some(KeyOwner::Then(owners)))
	};
	assert_eq!(then(&[8]), ["worker key"]);
	assert_eq!(then(&[]), ["worker key"]);
	// It was registered, removed or moved in the very block that accepted the receipt.
	assert_eq!(then(&[7, 8]), Vec::<&str>::new());
	assert_eq!(then(&[8, 7]), Vec::<&str>::new());
	assert_eq!(
		after(|e| outcome(e).provider = None)[..2],
		["worker key", "closing event"]
	);
}

#[test]
fn a_key_that_has_moved_since_is_not_held_against_the_job() {
	let today = |owner: Option<u8>| {
		let mut evidence = honest();
		evidence.key_owner = Some(KeyOwner::Today(owner.map(account)));
		missing(&evidence)
	};
	assert_eq!(today(Some(7)), Vec::<&str>::new());
	assert_eq!(today(Some(8)), ["worker key"]);
	assert_eq!(today(None), ["worker key"]);
}

#[test]
fn the_input_is_compared_with_the_requesters() {
	assert_eq!(
		after(|e| e.stored_input = Some(b"other".to_vec())),
		["input hash"]
	);
	assert_eq!(
		after(|e| e.known_input = Some(b"hello".to_vec())),
		Vec::<&str>::new()
	);
	assert_eq!(
		after(|e| e.known_input = Some(b"hallo".to_vec())),
		["your input"]
	);
	assert_eq!(after(|e| e.stored_input = None), Vec::<&str>::new());
}

#[test]
fn money_must_add_up() {
	assert_eq!(
		after(|e| outcome(e).refund -= 1),
		["escrow", "closing event"]
	);
	assert_eq!(
		after(|e| outcome(e).payment.burned += 1),
		["parts", "payment event"]
	);
	let overflow = after(|e| outcome(e).payment.author = u128::MAX);
	assert_eq!(overflow, ["parts", "payment event"]);
	assert_eq!(
		after(|e| outcome(e).reason = CloseReason::Cancelled),
		["refund", "closing event"]
	);
}

#[test]
fn events_must_agree_with_the_outcome() {
	let with = |closed: Vec<JobClosed>, paid: Vec<JobPaid>| {
		after(|e| e.closing = Closing::Read { closed, paid })
	};
	let honest = sample::outcome();
	let (c, p) = (closed(&honest), paid(&honest));
	assert_eq!(with(vec![], vec![p.clone()]), ["closing event"]);
	assert_eq!(
		with(vec![c.clone(), c.clone()], vec![p.clone()]),
		["closing event"]
	);
	assert_eq!(with(vec![c.clone()], vec![]), ["payment event"]);
	assert_eq!(
		with(vec![c.clone()], vec![p.clone(), p.clone()]),
		["payment event"]
	);
	let stolen = JobPaid {
		to_provider: p.to_provider + 1,
		..p.clone()
	};
	assert_eq!(with(vec![c.clone()], vec![stolen]), ["payment event"]);
	let other = JobPaid {
		provider: account(8),
		..p
	};
	assert_eq!(with(vec![c], vec![other]), ["payment event"]);
}

#[test]
fn what_a_node_has_discarded_is_skipped_not_failed() {
	let mut evidence = honest();
	evidence.closing = Closing::Unreadable("gone".into());
	evidence.assigned = None;
	assert_eq!(failures(&evidence), Vec::<&str>::new());
	let skipped = |name: &str| {
		evidence
			.examine()
			.iter()
			.any(|c| c.name == name && c.status == Status::Skipped)
	};
	assert!(skipped("closing events") && skipped("price"));
}

#[test]
fn without_the_payment_the_verification_is_incomplete() {
	let with = |change: &dyn Fn(&mut Evidence)| {
		let mut evidence = honest();
		change(&mut evidence);
		missing(&evidence)
	};
	let pruned = |e: &mut Evidence| e.closing = Closing::Unreadable("gone".into());
	assert_eq!(with(&pruned), ["closing events"]);
	assert_eq!(with(&|e| e.assigned = None), ["price"]);
	// What the user could have given, and what there need not be, are not missing.
	assert_eq!(
		with(&|e| {
			e.stored_input = None;
			e.registered_tokenizer = None;
		}),
		Vec::<&str>::new()
	);
}

#[test]
fn an_open_job_is_not_verified() {
	let evidence = Evidence {
		live: Some(sample::job(JobState::Open { deadline: 50 })),
		outcome: None,
		receipt: None,
		key_owner: None,
		assigned: None,
		closing: Closing::NotYet,
		..honest()
	};
	let checks = evidence.examine();
	assert!(checks.iter().all(|check| check.status == Status::Skipped));
	assert_eq!(missing(&evidence), ["payment"]);
}

#[test]
fn a_failure_is_no_less_one_if_checks_are_missing() {
	let check = |name, status| Check {
		name,
		status,
		detail: String::new(),
	};
	let verification = Verification {
		checks: vec![
			check("receipt signature", Status::Failed),
			check("payment", Status::Skipped),
		],
		..verification(&honest())
	};
	assert!(!verification.passed() && !verification.complete());
}

#[test]
fn a_job_that_nobody_did_has_no_receipt_and_costs_nothing() {
	let mut evidence = honest();
	evidence.receipt = None;
	let outcome = Outcome {
		reason: CloseReason::ExpiredUnassigned,
		provider: None,
		spent: 0,
		refund: 1_788,
		payment: Default::default(),
		..sample::outcome()
	};
	evidence.closing = Closing::Read {
		closed: vec![closed(&outcome)],
		paid: vec![],
	};
	evidence.outcome = Some(outcome);
	assert_eq!(missing(&evidence), Vec::<&str>::new());
	assert_eq!(
		after(|e| e.receipt = None),
		["receipt"],
		"a paid job must have one"
	);
}

#[test]
fn a_live_job_can_be_checked_before_it_is_paid() {
	let mut evidence = honest();
	evidence.outcome = None;
	evidence.closing = Closing::NotYet;
	evidence.live = Some(sample::job(JobState::Submitted {
		work: sample::work(),
		worker: [2; 32],
		tokens_in: 8,
		tokens_out: 5,
		finish: 0,
		submitted_at: 14,
		deadline: 16,
	}));
	assert_eq!(missing(&evidence), ["payment"]);
	evidence.live.as_mut().unwrap().input_hash = H256::zero();
	assert_eq!(failures(&evidence), ["job's input hash"]);
}

#[test]
fn text_is_compared_with_the_tokens() {
	let decoded = |hash: u8, text: Result<&str, &str>| Decoded {
		tokenizer_hash: H256([hash; 32]),
		text: text.map(Into::into).map_err(Into::into),
	};
	let with = |hash, text| after(|e| e.decoded = Some(decoded(hash, text)));
	assert_eq!(with(2, Ok("héllo")), Vec::<&str>::new());
	assert_eq!(with(2, Ok("hello")), ["text"]);
	assert_eq!(with(3, Ok("héllo")), ["tokenizer"]);
	assert_eq!(with(2, Err("no such token")), ["text"]);
}

#[test]
fn a_text_that_was_too_long_for_the_chain_may_be_cut() {
	let cut = |whole: &str, delivered: &str, max_text: usize| {
		after(|e| {
			receipt(e).text = delivered.into();
			sign(receipt(e));
			e.max_text = max_text;
			e.decoded = Some(Decoded {
				tokenizer_hash: H256([2; 32]),
				text: Ok(whole.to_owned()),
			});
		})
	};
	let whole = format!("{}éé", "a".repeat(60));
	let with = |delivered: &str, max_text| cut(&whole, delivered, max_text);
	let fine = Vec::<&str>::new();
	assert_eq!(with(&whole, 64), fine);
	// Cut after 63 bytes, and so before the character that they end in.
	assert_eq!(with(&whole[..62], 63), fine);
	assert_eq!(with(&whole[..60], 63), fine);
	assert_eq!(with(&whole[..59], 63), ["text"], "cut too far");
	assert_eq!(with(&whole[..62], 64), ["text"], "cut without need");
	let other = format!("b{}", &whole[1..62]);
	assert_eq!(with(&other, 63), ["text"], "another text");
	// So few tokens may not have such a long text.
	let long = "a".repeat(2_000);
	let most = max_text_len(5);
	assert_eq!(cut(&long, &long[..most], 65_536), fine);
	assert_eq!(cut(&long, &long[..most - 4], 65_536), ["text"]);
}

#[test]
fn a_real_tokenizer_is_read() {
	let dir = tempfile::tempdir().unwrap();
	let json = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
		"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,
		"model":{"type":"WordLevel","vocab":{"a":0,"b":1,"c":2},"unk_token":"a"}}"#;
	let stored = StoredReceipt {
		tokens: vec![1, 2],
		..sample::receipt()
	};
	let missing = decode(dir.path(), &stored.signed.receipt, &stored).unwrap_err();
	assert!(missing.to_string().contains("tokenizer.json"));
	std::fs::write(dir.path().join("tokenizer.json"), json).unwrap();
	let decoded = decode(dir.path(), &stored.signed.receipt, &stored).unwrap();
	assert_eq!(decoded.text.unwrap(), "b c");
	assert_eq!(decoded.tokenizer_hash, H256(blake2_256(json.as_bytes())));
	std::fs::write(dir.path().join("tokenizer.json"), "{}").unwrap();
	assert!(decode(dir.path(), &stored.signed.receipt, &stored).is_err());
}

#[test]
fn signatures_are_checked_strictly() {
	let key = signing();
	let payload = [9; 32];
	let signature = key.sign(&payload).to_bytes();
	let public = key.verifying_key().to_bytes();
	assert!(is_signed(&public, &signature, &payload));
	assert!(!is_signed(&public, &signature, &[8; 32]));
	// The neutral element as key and as R, with s = 0, satisfies the plain equation for any
	// payload: only the strict rules refuse it.
	let mut weak = [0; 32];
	weak[0] = 1;
	let mut forged = [0; 64];
	forged[0] = 1;
	assert!(!is_signed(&weak, &forged, &payload));
}
