//! Network namespaces: places for nodes that can be cut off from each other, while the harness, workers
//! and clients still reach all of them.
//!
//! ```text
//!   place alice          place bob           ...
//!   rpc      peers       rpc      peers
//!    │          │         │          │
//!    │          └───────┐ │ ┌────────┘      place hub: a bridge; an end is taken off it to cut a place off
//!    │                 bridge
//!    └─────── this machine ───────────      a link of its own for each place, for RPC only
//! ```
//!
//! The bridge has a namespace of its own, so that this machine's firewall, such as Docker's, has no say
//! in what goes over it.

use std::{
	collections::BTreeSet,
	fmt::Write as _,
	net::{Ipv4Addr, SocketAddrV4},
	path::Path,
	process::{self, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::process::command;

/// What the names of our namespaces begin with; the id of the process follows.
const NAMESPACE: &str = "athanor-e2e-";

/// What the names of our links begin with; names of links have 15 characters at most.
const LINK: &str = "ath";

/// The namespace of the bridge.
const HUB: &str = "hub";

/// Port of each node's RPC.
const RPC_PORT: u16 = 9_944;

/// Port of each node for other nodes.
const PEER_PORT: u16 = 30_333;

/// How often Linux sends unanswered data again before it gives a connection up: after 6 to 13 s. With the
/// usual 15, the pause between two attempts grows as long as the outage was, so that a node is back as long
/// after the end of an outage as the outage lasted. What validators should be set to as well.
const TCP_RETRIES: u32 = 5;

/// What helps where namespaces cannot be made.
const REMEDY: &str = "this test puts nodes into network namespaces, which takes root, or the \
	capabilities SYS_ADMIN and NET_ADMIN: run the tests as root; in a container, start it with \
	`--cap-add SYS_ADMIN --cap-add NET_ADMIN`";

/// Some places for nodes. They vanish when this is dropped: keep it longer than what runs there.
#[derive(Debug)]
pub struct Net {
	id: u32,
	places: Vec<Place>,
}

/// A place for a node, with an address for other nodes and one for RPC.
#[derive(Clone, Debug)]
pub struct Place {
	namespace: String,
	hub: String,
	/// The bridge's end of the link to the others.
	port: String,
	peers: Ipv4Addr,
	rpc: Ipv4Addr,
}

impl Net {
	/// Makes a place for each name, all connected. Removes what earlier runs have left.
	///
	/// # Errors
	/// When this machine has no `ip`, or does not let us.
	pub fn new(names: &[&str]) -> Result<Self> {
		remove_leftovers()?;
		let id = process::id();
		let mut net = Self {
			id,
			places: Vec::new(),
		};
		net.make_hub()?;
		let subnet = free_subnet()?;
		for (index, name) in (0..).zip(names) {
			net.make_place(name, index, subnet)
				.with_context(|| format!("cannot make the network namespace for {name}"))?;
		}
		Ok(net)
	}

	/// The place of this name.
	///
	/// # Errors
	/// When there is none.
	pub fn place(&self, name: &str) -> Result<&Place> {
		let namespace = namespace(self.id, name);
		self.places
			.iter()
			.find(|place| place.namespace == namespace)
			.with_context(|| format!("there is no place {name}"))
	}

	fn make_hub(&self) -> Result<()> {
		let hub = namespace(self.id, HUB);
		if let Err(error) = ip(&["netns", "add", &hub]) {
			bail!("{error:#}; {REMEDY}");
		}
		let bridge = bridge(self.id);
		ip(&["-n", &hub, "link", "add", "name", &bridge, "type", "bridge"])
			.and_then(|_| ip(&["-n", &hub, "link", "set", &bridge, "up"]))
			.with_context(|| format!("cannot make a bridge: {REMEDY}"))?;
		Ok(())
	}

	fn make_place(&mut self, name: &str, index: u8, subnet: u8) -> Result<()> {
		// Four addresses for each link of two ends: network, this machine, the place, broadcast.
		let first = index.checked_mul(4).context("too many places")?;
		let here = Ipv4Addr::new(198, 18, subnet, first.saturating_add(1));
		let place = Place {
			namespace: namespace(self.id, name),
			hub: namespace(self.id, HUB),
			port: format!("{LINK}{}p{index}", self.id),
			peers: Ipv4Addr::new(198, 19, 0, index.saturating_add(1)),
			rpc: Ipv4Addr::new(198, 18, subnet, first.saturating_add(2)),
		};
		let (namespace, hub) = (&*place.namespace, &*place.hub);
		ip(&["netns", "add", namespace])?;
		ip(&["-n", namespace, "link", "set", "lo", "up"])?;
		place.inside(&format!(
			"echo {TCP_RETRIES} > /proc/sys/net/ipv4/tcp_retries2"
		))?;

		let end = ["type", "veth", "peer", "name", "peers", "netns", namespace];
		ip(&[&["-n", hub, "link", "add", "name", &place.port], &end[..]].concat())?;
		place.heal()?;
		ip(&["-n", hub, "link", "set", &place.port, "up"])?;
		give(Some(namespace), "peers", &format!("{}/24", place.peers))?;

		let link = format!("{LINK}{}r{index}", self.id);
		let end = ["type", "veth", "peer", "name", "rpc", "netns", namespace];
		ip(&[&["link", "add", "name", &link], &end[..]].concat())?;
		give(None, &link, &format!("{here}/30"))?;
		give(Some(namespace), "rpc", &format!("{}/30", place.rpc))?;
		self.places.push(place);
		Ok(())
	}
}

impl Drop for Net {
	fn drop(&mut self) {
		if let Err(error) = remove(self.id) {
			eprintln!("the network namespaces of this test are left: {error:#}");
		}
	}
}

impl Place {
	/// A command for a program that is to run here.
	pub fn command(&self, program: &Path) -> Command {
		let mut command = command(Path::new("ip"));
		command
			.args(["netns", "exec", &self.namespace])
			.arg(program);
		command
	}

	/// Where a node here is reached by RPC.
	pub fn rpc(&self) -> SocketAddrV4 {
		SocketAddrV4::new(self.rpc, RPC_PORT)
	}

	/// Where a node here is reached by other nodes.
	pub fn peers(&self) -> SocketAddrV4 {
		SocketAddrV4::new(self.peers, PEER_PORT)
	}

	/// Cuts it off from all others: what they send each other is lost, and nobody is told. RPC goes on.
	///
	/// # Errors
	/// When it cannot be done.
	pub fn cut(&self) -> Result<()> {
		ip(&["-n", &self.hub, "link", "set", &self.port, "nomaster"])?;
		Ok(())
	}

	/// Connects it with all others again.
	///
	/// # Errors
	/// When it cannot be done.
	pub fn heal(&self) -> Result<()> {
		let bridge = self.port.split('p').next().unwrap_or_default();
		let bridge = format!("{bridge}b");
		ip(&[
			"-n", &self.hub, "link", "set", &self.port, "master", &bridge,
		])?;
		Ok(())
	}

	fn inside(&self, script: &str) -> Result<String> {
		ip(&["netns", "exec", &self.namespace, "sh", "-c", script])
	}
}

fn namespace(id: u32, name: &str) -> String {
	format!("{NAMESPACE}{id}-{name}")
}

fn bridge(id: u32) -> String {
	format!("{LINK}{id}b")
}

/// Gives an end of a link its address, and puts it into use.
fn give(namespace: Option<&str>, link: &str, address: &str) -> Result<()> {
	let place: Vec<&str> = namespace
		.into_iter()
		.flat_map(|name| ["-n", name])
		.collect();
	ip(&[&place[..], &["addr", "add", address, "dev", link]].concat())?;
	ip(&[&place[..], &["link", "set", link, "up"]].concat())?;
	Ok(())
}

/// A third number of an address in 198.18.0.0/16 that this machine does not use. That network is set
/// aside for tests (RFC 2544).
fn free_subnet() -> Result<u8> {
	let used = ip(&["-o", "-4", "addr", "show"])?;
	(0..=u8::MAX)
		.find(|subnet| !used.contains(&format!(" 198.18.{subnet}.")))
		.context("this machine uses all of 198.18.0.0/16, which is set aside for tests")
}

/// Removes the places of processes that have ended without doing so.
fn remove_leftovers() -> Result<()> {
	let listed = ip(&["netns", "list"])?;
	let links = ip(&["-o", "link", "show"])?;
	for id in owners(&listed, &links) {
		// This process has made none yet.
		let gone = !Path::new(&format!("/proc/{id}")).exists();
		if gone || id == process::id() {
			remove(id)?;
		}
	}
	Ok(())
}

/// The processes whose names are in what `ip` lists.
fn owners(namespaces: &str, links: &str) -> BTreeSet<u32> {
	let leading = |text: &str| {
		let digits = text.find(|c: char| !c.is_ascii_digit())?;
		text[..digits].parse::<u32>().ok()
	};
	let of_namespaces = namespaces
		.lines()
		.filter_map(|line| line.strip_prefix(NAMESPACE))
		.filter_map(leading);
	// `7: ath1234r0@if2: <BROADCAST,...`
	let of_links = links
		.lines()
		.filter_map(|line| line.split(' ').nth(1)?.strip_prefix(LINK))
		.filter_map(leading);
	of_namespaces.chain(of_links).collect()
}

/// Removes everything of this process's.
fn remove(id: u32) -> Result<()> {
	let mut failed = String::new();
	let mut try_to = |args: &[&str]| {
		if let Err(error) = ip(args) {
			let _ = write!(failed, "{error:#}; ");
		}
	};
	let (ours, links) = (format!("{NAMESPACE}{id}-"), format!("{LINK}{id}r"));
	for line in ip(&["-o", "link", "show"])?.lines() {
		let name = line.split([' ', '@', ':']).nth(2).unwrap_or_default();
		if name.starts_with(&links) {
			try_to(&["link", "del", name]);
		}
	}
	for line in ip(&["netns", "list"])?.lines() {
		let name = line.split(' ').next().unwrap_or_default();
		if name.starts_with(&ours) {
			try_to(&["netns", "del", name]);
		}
	}
	ensure!(failed.is_empty(), "{failed}");
	Ok(())
}

/// Runs `ip`, and returns what it writes.
fn ip(args: &[&str]) -> Result<String> {
	let output = Command::new("ip")
		.args(args)
		.stdin(Stdio::null())
		.output()
		.context("cannot run `ip`: install iproute2, as scripts/test does")?;
	let said = String::from_utf8_lossy(&output.stderr);
	ensure!(
		output.status.success(),
		"`ip {}` failed: {}",
		args.join(" "),
		said.trim()
	);
	Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_left_is_found() {
		let namespaces =
			"athanor-e2e-12-alice (id: 1)\nathanor-e2e-12-hub\nother\nathanor-e2e-7-bob\n";
		let links = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n\
			9: ath345r0@if2: <BROADCAST,MULTICAST> mtu 1500\n\
			10: athx@if2: <BROADCAST> mtu 1500\n11: eth0: <BROADCAST> mtu 1500\n";
		assert_eq!(owners(namespaces, links), BTreeSet::from([7, 12, 345]));
		assert_eq!(owners("", ""), BTreeSet::new());
	}

	#[test]
	fn names_of_links_are_short_enough() {
		// The highest process id of Linux.
		let id = 4_194_304;
		assert!(bridge(id).len() <= 15);
		assert!(format!("{LINK}{id}p3").len() <= 15);
	}
}
