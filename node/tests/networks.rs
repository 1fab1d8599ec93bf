//! The networks that the node knows by name.

use athanor_node::chain_spec::{CHOICES, load};

#[test]
fn an_unknown_chain_names_the_choices() {
	let error = load("mainnet").err().expect("there is no such chain");
	assert!(
		error.contains("mainnet") && error.contains(CHOICES),
		"{error}"
	);
}

#[test]
fn named_chains_have_a_genesis() {
	for (name, id) in [("dev", "athanor_dev"), ("local", "athanor_local")] {
		let spec = load(name).unwrap();
		assert_eq!(spec.id(), id);
		spec.as_json(true)
			.expect("the runtime answers to the preset");
	}
}

#[test]
fn properties_are_what_wallets_look_for() {
	let properties = load("dev").unwrap().properties();
	assert_eq!(properties["tokenSymbol"], "ATH");
	assert_eq!(properties["tokenDecimals"], 12);
	assert_eq!(properties["ss58Format"], 42);
}
