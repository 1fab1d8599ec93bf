//! A short run against a real node: set-up, jobs from post to payment, transfers, and the report.

use std::process::Command;

use serde_json::{Value, json};

#[test]
fn jobs_are_paid_for_transfers_arrive_and_the_report_says_so() {
	let output = Command::new(env!("CARGO_BIN_EXE_athanor-load"))
		.args(["--lifecycles", "20", "--transfers", "30", "--mode", "open"])
		.args(["--providers", "2", "--slots", "8", "--requesters", "3"])
		.arg("--json")
		.output()
		.expect("the program starts");
	let told = String::from_utf8_lossy(&output.stderr);
	assert!(output.status.success(), "{told}");
	let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");

	let jobs = &report["lifecycles"];
	assert_eq!(jobs["closed"], json!({ "paid": 20 }));
	assert_eq!(jobs["sent"], 20);
	assert_eq!(jobs["failed"], json!({}));
	assert_eq!(report["transfers"]["sent"], 30);
	for key in [
		"lifecycles_per_s",
		"transfers_per_s",
		"transactions_per_s",
		"inclusion_p50_ms",
		"finality_p95_ms",
		"weight_per_lifecycle_us",
	] {
		assert!(report[key].as_f64() > Some(0.0), "{key}: {}", report[key]);
	}
	for part in ["post", "claim", "receipt", "hooks"] {
		let weight = &jobs["weight"][part]["us"];
		assert!(weight.as_f64() > Some(0.0), "{part}: {weight}");
	}
	for block in jobs["block_list"].as_array().expect("there are blocks") {
		assert!(block["limit"].is_string(), "{block}");
	}
	assert!(jobs["cpu"]["node_ms"].as_f64() > Some(0.0));
	assert!(told.contains("| jobs, from post to payment |"), "{told}");
}
