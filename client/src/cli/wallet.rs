//! `athanor wallet`.

use std::{
	path::{Path, PathBuf},
	process::ExitCode,
};

use athanor::{AccountId, Amount, Call, Error, Key, KeyError};
use clap::Subcommand;
use serde_json::json;

use super::{
	Context,
	output::{Done, fields, note, report},
	parse_account, parse_amount, wallet_explain,
};

/// Keys, balances and transfers.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Make a key and write it to a file that only you can read. Prints the address.
	#[command(after_help = "\
Example:
  athanor wallet new --out alice.key

The file holds the secret phrase: whoever has it has the account. Keep a copy somewhere safe.")]
	New {
		/// File to write. An existing one is never overwritten.
		#[arg(long, value_name = "FILE")]
		out: PathBuf,
		/// Number of words of the secret phrase.
		#[arg(long, default_value = "12", value_parser = ["12", "24"])]
		words: String,
	},
	/// Show what an account has, and what holds the part of it that is not free.
	#[command(after_help = "\
Examples:
  athanor --key alice.key wallet balance
  athanor wallet balance ADDRESS -o json")]
	Balance {
		/// The account [default: that of the key].
		#[arg(value_parser = parse_account)]
		address: Option<AccountId>,
	},
	/// Explain what an account has on hold: what for, until when, and what frees it.
	#[command(after_help = wallet_explain::EXAMPLES)]
	Explain {
		/// The account [default: that of the key].
		#[arg(value_parser = parse_account)]
		address: Option<AccountId>,
	},
	/// Show the address of the key.
	#[command(after_help = "\
Example:
  athanor --key alice.key wallet address")]
	Address,
	/// Send money.
	#[command(after_help = "\
Examples:
  athanor --key alice.key wallet transfer ADDRESS 1.5
  athanor --key alice.key wallet transfer ADDRESS 1000u --estimate")]
	Transfer {
		/// To whom.
		#[arg(value_parser = parse_account)]
		to: AccountId,
		/// How much, in tokens (1.5) or units (1000u).
		#[arg(value_parser = parse_amount)]
		amount: u128,
	},
}

/// Does it.
pub async fn run(context: &Context, command: Command) -> Result<ExitCode, Error> {
	match command {
		Command::New { out, .. } if context.dry_run() => would_write(context, &out)?,
		Command::New { out, words } => {
			let words = if words == "24" { 24 } else { 12 };
			let key = Key::generate(&out, words)?;
			let address = key.account();
			context
				.output()
				.show(json!({"address": address, "file": out}), || {
					address.to_string()
				})?;
			note(format_args!(
				"wrote {}: whoever has this file has the account; keep a copy somewhere safe",
				out.display()
			));
		}
		Command::Address => {
			let address = context.key()?.account();
			context
				.output()
				.show(json!({"address": address}), || address.to_string())?;
		}
		Command::Balance { address } => balance(context, address).await?,
		Command::Explain { address } => wallet_explain::run(context, address).await?,
		Command::Transfer { to, amount } => transfer(context, to, amount).await?,
	}
	Ok(ExitCode::SUCCESS)
}

/// Says which file a new key would be written to.
fn would_write(context: &Context, out: &Path) -> Result<(), Error> {
	// A link that leads nowhere is in the way as well.
	if out.symlink_metadata().is_ok() {
		let path = out.to_owned();
		return Err(KeyError::Exists { path }.into());
	}
	context
		.output()
		.show(json!({"dry_run": true, "file": out}), || {
			format!(
				"nothing was written; a new key would be written to {}",
				out.display()
			)
		})
}

async fn balance(context: &Context, address: Option<AccountId>) -> Result<(), Error> {
	let account = context.account(address)?;
	let chain = context.chain().await?;
	let balance = context
		.in_time("the balance", async {
			chain.at(context.at()).await?.balance(&account).await
		})
		.await?;
	let value = json!({"address": account, "balance": balance});
	context.output().show(value, || {
		let holds: Vec<String> = balance
			.holds
			.iter()
			.map(|hold| format!("{} {}", hold.reason, Amount(hold.amount)))
			.collect();
		let held = if holds.is_empty() {
			Amount(balance.held).to_string()
		} else {
			format!("{} ({})", Amount(balance.held), holds.join(", "))
		};
		fields(&[
			("address", Some(account.to_string())),
			("free", Some(Amount(balance.free).to_string())),
			("held", Some(held)),
			("total", Some(Amount(balance.total).to_string())),
		])
	})
}

async fn transfer(context: &Context, to: AccountId, amount: u128) -> Result<(), Error> {
	let from = context.key()?.account();
	note(format_args!("{} from {from} to {to}", Amount(amount)));
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::Transfer { to, amount }).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"from": from, "to": to, "amount": Amount(amount)}),
			text: format!("{} sent to {to}", Amount(amount)),
		})
	})
}

#[cfg(test)]
mod tests {
	use super::super::Cli;
	use clap::Parser;
	use std::{ffi::OsStr, fs};

	#[tokio::test]
	async fn a_dry_run_makes_no_key() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("new.key");
		let dry_run = || {
			let words = ["athanor", "--dry-run", "wallet", "new", "--out"].map(OsStr::new);
			let words = words.into_iter().chain([path.as_os_str()]);
			super::super::run(Cli::try_parse_from(words).unwrap())
		};
		dry_run().await.unwrap();
		assert!(!path.exists());
		fs::write(&path, "mine").unwrap();
		let error = dry_run().await.unwrap_err();
		assert_eq!(error.exit_code(), 2, "{error}");
		assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
	}
}
