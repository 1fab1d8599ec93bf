#!/usr/bin/env bash
# Prepares this machine to build Athanor. Idempotent: what is present is left alone.
# Sourced by all of scripts/ but check-structure; exports what the build needs.
#
# The one unusual requirement is a Rust toolchain that can compile the runtime to wasm32v1-none:
#   1. the active rustup toolchain already has that target, or `rustup target add` can fetch it;
#   2. else, on Debian, its own rustc and library source serve for the runtime only.

WASM_TARGET=wasm32v1-none
WASM_TOOLCHAIN=athanor-wasm

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() {
	printf '\033[31merror:\033[0m %s\n' "$1" >&2
	shift
	for line in "$@"; do printf '       %s\n' "$line" >&2; done
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

have() { command -v "$1" >/dev/null 2>&1; }

# Whether version $1 is $2 or newer; what follows a dash is left out.
at_least() { [ "$(printf '%s\n%s\n' "$2" "${1%%-*}" | sort -V | head -n 1)" = "$2" ]; }

can_install() { have apt-get && { [ "$(id -u)" = 0 ] || have sudo; }; }

APT_UPDATED=0
apt_update() {
	[ "$APT_UPDATED" = 0 ] || return 0
	as_root apt-get update >/dev/null 2>&1 || say "apt-get update failed; trying with the lists at hand"
	APT_UPDATED=1
}

apt_install() {
	can_install || return 1
	apt_update
	local log
	log=$(mktemp)
	say "installing $*"
	if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

setup_host() {
	have cargo || fail "cargo was not found" "Install Rust 1.95 or newer with rustup (https://rustup.rs), then run this again."
	local version
	version=$(cargo --version | cut -d' ' -f2)
	at_least "$version" 1.95.0 || fail "cargo $version is too old, 1.95 is needed" "Run: rustup update stable"
	local missing=()
	have protoc || missing+=(protobuf-compiler)
	have clang || missing+=(clang libclang-dev)
	# OpenSSL is built from source, by make and perl.
	have cc && have make && have perl && perl -MFindBin -MIPC::Cmd -e1 2>/dev/null || missing+=(build-essential perl)
	if [ ${#missing[@]} -gt 0 ]; then
		apt_install "${missing[@]}" || fail "missing: ${missing[*]}" \
			"Install them with your system's package manager, then run this again." \
			"They are: a C compiler with make, perl with FindBin and IPC::Cmd, clang with libclang," \
			"and the protobuf compiler (protoc)."
	fi
}

rustup_has_wasm_target() {
	[ -d "$(rustc --print sysroot)/lib/rustlib/$WASM_TARGET/lib" ]
}

debian_has_wasm_target() {
	compgen -G "/usr/lib/rustlib/$WASM_TARGET/lib/libcore-*.rlib" >/dev/null &&
		[ -x /usr/bin/rustc ] &&
		[ "$(cat "/usr/lib/rustlib/$WASM_TARGET/built-by" 2>/dev/null)" = "$(/usr/bin/rustc --version)" ]
}

newest_lld() {
	apt-cache search --names-only '^lld-[0-9]+$' 2>/dev/null | cut -d' ' -f1 | sort -t- -k2 -n | tail -n 1
}

# core and alloc for the target from Debian's library source. Bitcode is embedded because the
# wasm builder links with LTO and fails without it.
build_debian_wasm_target() {
	can_install || return 1
	apt-cache show rustc-web >/dev/null 2>&1 || apt_update
	local lld
	lld=$(newest_lld)
	apt_install rustc-web cargo-web rust-web-src "${lld:-lld}" || return 1
	say "building core and alloc for $WASM_TARGET"
	local work
	work=$(mktemp -d)
	mkdir -p "$work/src"
	printf '#![no_std]\nextern crate alloc;\n' >"$work/src/lib.rs"
	printf '[package]\nname = "sysroot"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n' >"$work/Cargo.toml"
	(
		cd "$work" || exit 1
		unset CARGO_TARGET_DIR CARGO_BUILD_TARGET RUSTC RUSTDOC RUSTC_WRAPPER CARGO RUSTUP_TOOLCHAIN CARGO_ENCODED_RUSTFLAGS
		PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
			/usr/bin/cargo build --release -Z build-std=core,alloc --target "$WASM_TARGET"
	) || { rm -rf "$work"; return 1; }
	local lib=/usr/lib/rustlib/$WASM_TARGET/lib crate
	as_root rm -rf "/usr/lib/rustlib/$WASM_TARGET"
	as_root mkdir -p "$lib"
	for crate in core alloc compiler_builtins; do
		as_root cp "$work/target/$WASM_TARGET/release/deps/lib$crate-"*.rlib "$lib/" || return 1
	done
	/usr/bin/rustc --version | as_root tee "/usr/lib/rustlib/$WASM_TARGET/built-by" >/dev/null
	rm -rf "$work"
	PATH=/usr/bin:/bin have rust-lld || as_root ln -sf "$(ls -d /usr/lib/llvm-*/bin/lld | sort -V | tail -n 1)" /usr/bin/rust-lld
}

setup_wasm() {
	if rustup_has_wasm_target; then return; fi
	if ! debian_has_wasm_target; then
		if have rustup && timeout 120 rustup target add "$WASM_TARGET" >/dev/null 2>&1 && rustup_has_wasm_target; then
			say "added the $WASM_TARGET target with rustup"
			return
		fi
		build_debian_wasm_target || fail "no Rust toolchain here can compile to $WASM_TARGET, which the runtime needs" \
			"Either make 'rustup target add $WASM_TARGET' work (it needs static.rust-lang.org)," \
			"or, on Debian 12 or newer, run this script once as root or as a user with sudo: it then installs" \
			"rustc-web, cargo-web, rust-web-src and lld, and builds the target with them." \
			"On another system, install a Rust 1.95 or newer whose sysroot has lib/rustlib/$WASM_TARGET."
	fi
	have rustup || return 0
	rustup toolchain list | grep -q "^$WASM_TOOLCHAIN" || rustup toolchain link "$WASM_TOOLCHAIN" /usr
	export WASM_BUILD_TOOLCHAIN=$WASM_TOOLCHAIN WASM_BUILD_STD=0
}

# `ip`, with which an end-to-end test puts nodes into network namespaces.
setup_network() {
	have ip || apt_install iproute2 || fail "ip was not found" \
		"Install iproute2 with your system's package manager, then run this again."
}

NODE_JS_VERSION=20
setup_node_js() {
	local remedy="Install Node.js $NODE_JS_VERSION or newer with npm, from https://nodejs.org or with nvm, then run this again."
	if ! { have node && have npm; }; then
		node_js_from_apt || fail "Node.js $NODE_JS_VERSION with npm was not found, and could not be installed with apt" "$remedy"
	fi
	local version
	version=$(node --version)
	at_least "${version#v}" "$NODE_JS_VERSION" ||
		fail "Node.js $version is too old, $NODE_JS_VERSION or newer is needed" "$remedy"
}

# Installs what is missing of node and npm, if apt's version will do. Debian 12 has 18.
node_js_from_apt() {
	can_install || return 1
	apt_update
	local candidate
	candidate=$(LC_ALL=C apt-cache policy nodejs | sed -n 's/^ *Candidate: \([0-9]\)/\1/p')
	at_least "${candidate:-0}" "$NODE_JS_VERSION" || return 1
	# Some packages of nodejs bring npm along, and conflict with the package npm.
	have node || apt_install nodejs || return 1
	have npm || apt_install npm
}

# Sets CARGO_TARGET_DIR, BIN and WORKER_BIN. The worker is a workspace of its own, so it has a
# folder of its own inside the target folder.
setup_target() {
	# On a shared CI machine dependencies are built once, whatever clone is tested.
	if [ "${CI:-}" = true ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
		CARGO_TARGET_DIR="${XDG_CACHE_HOME:-$HOME/.cache}/athanor-target"
	fi
	CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"
	case "$CARGO_TARGET_DIR" in /*) ;; *) CARGO_TARGET_DIR="$PWD/$CARGO_TARGET_DIR" ;; esac
	export CARGO_TARGET_DIR
	# The wasm builder looks for Cargo.lock above the target folder, which may be anywhere.
	export WASM_BUILD_WORKSPACE_HINT=$ROOT
	BIN=$CARGO_TARGET_DIR/release
	WORKER_BIN=$CARGO_TARGET_DIR/worker/release
}

# cargo-deny, as found or from crates.io. Sets DENY. One on the path that is too old to read deny.toml is
# left alone. No optimisation, because building takes longer than running.
CARGO_DENY_LEAST=0.18.2
CARGO_DENY_VERSION=0.20.2
setup_cargo_deny() {
	if DENY=$(command -v cargo-deny) && at_least "$("$DENY" --version | cut -d' ' -f2)" "$CARGO_DENY_LEAST"; then
		return
	fi
	DENY=$CARGO_TARGET_DIR/tools/bin/cargo-deny
	[ -x "$DENY" ] && return
	say "installing cargo-deny $CARGO_DENY_VERSION"
	cargo install --quiet --locked --debug "cargo-deny@$CARGO_DENY_VERSION" \
		--root "$CARGO_TARGET_DIR/tools" --target-dir "$CARGO_TARGET_DIR/tools/build" ||
		fail "cargo-deny could not be installed" "It comes from crates.io, which has to be reachable. By hand: cargo install --locked cargo-deny"
	rm -rf "$CARGO_TARGET_DIR/tools/build"
}

setup_build() {
	setup_host
	setup_wasm
	setup_target
}

worker_cargo() {
	(cd "$ROOT/worker" && CARGO_TARGET_DIR="$CARGO_TARGET_DIR/worker" cargo "$@")
}

# Licences, sources and bans of both workspaces; known vulnerabilities too where the database can be had.
check_dependencies() {
	local what=(bans licenses sources) manifest
	if (cd "$ROOT" && timeout 120 "$DENY" fetch db >/dev/null 2>&1); then
		what+=(advisories)
	else
		say "known vulnerabilities are not checked: the RustSec database cannot be reached from here"
	fi
	for manifest in Cargo.toml worker/Cargo.toml; do
		(cd "$ROOT" && "$DENY" --locked --manifest-path "$manifest" --log-level error check "${what[@]}") || return 1
	done
}

build_chain() {
	cargo build --release --locked --workspace "$@"
}

build_worker() {
	worker_cargo build --release --locked --workspace "$@"
}

build_binaries() {
	say "building the node and the client (the first time takes about half an hour)"
	build_chain
	say "building the worker"
	build_worker
}
