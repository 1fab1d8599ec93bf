//! Signing, sending and following transactions.

use std::time::Duration;

use athanor_primitives::{H256, blake2_256};
use subxt::{
	config::substrate::SubstrateExtrinsicParamsBuilder,
	rpcs::{
		Error as RpcError, UserError,
		client::RpcSubscription,
		methods::legacy::{DryRunResult, TransactionStatus},
	},
	tx::{TransactionInvalid, ValidationResult},
};
use tokio::time::{sleep, timeout};

use crate::{
	chain::{
		calls::Call,
		connect::{At, Chain, Config},
		dispatch,
		events::{Events, FeePaid},
		types::BlockId,
		view::View,
	},
	error::{Error, Invalid, Rejection, misfit, node, rpc},
	keys::Key,
};

/// Blocks after which a transaction that is in none is void.
const LIFETIME: u32 = 64;

/// The block from which that is counted lies this deep, so that a short reorganisation does not
/// void the transaction.
const DEPTH: u32 = 8;

/// How often a transaction is signed again because another one took its nonce.
const ATTEMPTS: u32 = 4;

/// Codes of the node's transaction pool.
mod pool {
	pub const INVALID: i32 = 1010;
	pub const BANNED: i32 = 1012;
	pub const ALREADY_IMPORTED: i32 = 1013;
	pub const TOO_LOW_PRIORITY: i32 = 1014;
	pub const DROPPED: i32 = 1016;
	pub const FUTURE: i32 = 1021;
	pub const UNSAFE: i32 = -32601;
}

/// What to wait for after sending a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
	/// Until it is in a block of the best chain. That can still change.
	#[default]
	InBlock,
	/// Until its block is finalised.
	Finalised,
}

/// How to send a transaction.
#[derive(Clone, Copy, Debug)]
pub struct SubmitOptions {
	/// What to wait for.
	pub wait: Wait,
	/// Units for the block's author, to be served first.
	pub tip: u128,
	/// How long to wait. The transaction can still be in a block afterwards.
	pub timeout: Duration,
}

impl Default for SubmitOptions {
	fn default() -> Self {
		Self {
			wait: Wait::InBlock,
			tip: 0,
			timeout: Duration::from_secs(120),
		}
	}
}

/// A transaction in a block.
#[derive(Debug)]
pub struct Included {
	/// The block.
	pub block: BlockId,
	/// Hash of the transaction.
	pub transaction: H256,
	/// Units that it cost, tip included; 0 if nobody paid.
	pub fee: u128,
	/// What it caused.
	pub events: Events,
}

/// What would happen to a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
	/// Units that it would cost.
	pub fee: u128,
	/// Its length in bytes.
	pub length: usize,
	/// Whether the transaction pool would take it, or why not.
	pub validity: Result<(), Rejection>,
	/// Whether the call would succeed. `None` when the node does not say: because it does not serve
	/// unsafe RPC methods, or because the transaction has to wait for another one.
	pub outcome: Option<Result<(), Rejection>>,
}

impl DryRun {
	/// The first reason why the transaction would fail, as far as the node says.
	pub fn rejection(&self) -> Option<&Rejection> {
		self.validity
			.as_ref()
			.err()
			.or_else(|| self.outcome.as_ref()?.as_ref().err())
	}
}

/// A transaction on its way.
pub(crate) struct Sent {
	/// Its bytes, for asking why it is invalid.
	pub bytes: Vec<u8>,
	/// Its hash.
	pub hash: H256,
	/// The first block that it can be in.
	pub from: u32,
	/// The last block that it can be in.
	pub until: u32,
}

type Statuses = RpcSubscription<TransactionStatus<H256>>;

impl Chain {
	/// Signs a call and sends it, and waits until it is in a block. If another transaction of the
	/// same account takes its place in the queue meanwhile, it is signed again.
	///
	/// # Errors
	/// [`Error::Rejected`] when the chain rejects it, before or in a block; [`Error::TimedOut`] when
	/// it is in no block in time, in which case it may still get into one.
	pub async fn submit(
		&self,
		call: &Call,
		key: &Key,
		options: &SubmitOptions,
	) -> Result<Included, Error> {
		timeout(options.timeout, self.submit_patiently(call, key, options))
			.await
			.unwrap_or_else(|_| {
				Err(Error::TimedOut {
					what: format!("{} to be in a block", call.name()),
					after: options.timeout,
				})
			})
	}

	async fn submit_patiently(
		&self,
		call: &Call,
		key: &Key,
		options: &SubmitOptions,
	) -> Result<Included, Error> {
		let turn = self.turn(key.account());
		let mut attempt = 1;
		loop {
			let queued = turn.lock().await;
			let sent = self.sign(call, key, options.tip).await?;
			let taken = self
				.rpc()
				.author_submit_and_watch_extrinsic(&sent.bytes)
				.await;
			drop(queued);
			let result = match taken {
				Ok(statuses) => self.follow(sent, statuses, options.wait).await,
				Err(error) => Err(self.refused(error, &sent.bytes).await),
			};
			match result {
				// Somebody else sends for this account too, and was faster.
				Err(error) if attempt < ATTEMPTS && is_lost_race(&error) => {}
				result => return result,
			}
			sleep(Duration::from_millis(200).saturating_mul(attempt)).await;
			attempt = attempt.saturating_add(1);
		}
	}

	/// Signs a call and asks the node what would happen to it. Nothing is sent.
	///
	/// # Errors
	/// When the node cannot be asked. That the call would fail is not an error here.
	pub async fn dry_run(&self, call: &Call, key: &Key) -> Result<DryRun, Error> {
		let sent = self.sign(call, key, 0).await?;
		let view = self.at(At::Best).await?;
		let transaction = view.client().transactions().from_bytes(sent.bytes.clone());
		let fee = transaction.partial_fee_estimate().await.map_err(node)?;
		let validity = match self.why_invalid(&view, &sent.bytes).await? {
			Some(invalid) => Err(Rejection::from(invalid)),
			None => Ok(()),
		};
		let outcome = match validity {
			Ok(()) => self.outcome(&view, &sent.bytes).await?,
			Err(_) => None,
		};
		Ok(DryRun {
			fee,
			length: sent.bytes.len(),
			validity,
			outcome,
		})
	}

	/// What the call would end with, if the node says.
	async fn outcome(
		&self,
		view: &View,
		bytes: &[u8],
	) -> Result<Option<Result<(), Rejection>>, Error> {
		let answer = match self.rpc().dry_run(bytes, Some(view.block().hash)).await {
			Ok(answer) => answer,
			Err(RpcError::User(UserError {
				code: pool::UNSAFE, ..
			})) => return Ok(None),
			Err(error) => return Err(rpc(error)),
		};
		match answer.into_dry_run_result() {
			Ok(DryRunResult::Success) => Ok(Some(Ok(()))),
			Ok(DryRunResult::DispatchError(error)) => {
				let mut rejection = dispatch::rejection_from_bytes(error, view.metadata())?;
				rejection.in_block = false;
				Ok(Some(Err(rejection)))
			}
			// The pool would take it, so it waits for an earlier transaction of the account.
			Ok(DryRunResult::TransactionValidityError) => Ok(None),
			Err(_) => Err(misfit("the answer of its dry run cannot be read")),
		}
	}

	/// Signs a call with the account's next nonce.
	async fn sign(&self, call: &Call, key: &Key, tip: u128) -> Result<Sent, Error> {
		let view = self.at(At::Best).await?;
		let birth = self.birth(view.block()).await?;
		let nonce = self
			.rpc()
			.system_account_next_index(&key.account())
			.await
			.map_err(rpc)?;
		let parameters = SubstrateExtrinsicParamsBuilder::<Config>::new()
			.mortal_from_unchecked(LIFETIME.into(), birth.number.into(), birth.hash)
			.nonce(nonce)
			.tip(tip)
			.build();
		let payload = call.payload(view.metadata())?;
		let bytes = view
			.client()
			.transactions()
			.create_v4_signable_offline(&payload, parameters)
			.and_then(|mut signable| signable.sign(key.pair()))
			.map_err(misfit)?
			.into_encoded();
		Ok(Sent {
			hash: H256(blake2_256(&bytes)),
			bytes,
			from: birth.number.saturating_add(1),
			until: birth.number.saturating_add(LIFETIME),
		})
	}

	/// The block from which a transaction's lifetime counts: the newest finalised one, unless
	/// finality lags far behind.
	async fn birth(&self, best: BlockId) -> Result<BlockId, Error> {
		let finalised = self.block(At::Finalised).await?;
		let shallow = best.number.saturating_sub(DEPTH);
		if finalised.number >= shallow {
			return Ok(finalised);
		}
		self.block(At::Number(shallow)).await
	}

	/// Waits until a transaction is where it should be, and looks at what came of it.
	pub(crate) async fn follow(
		&self,
		sent: Sent,
		mut statuses: Statuses,
		wait: Wait,
	) -> Result<Included, Error> {
		while let Some(status) = statuses.next().await {
			let lost = match status {
				Ok(TransactionStatus::InBlock(block)) if wait == Wait::InBlock => {
					return self.included(&sent, block).await;
				}
				Ok(TransactionStatus::Finalized(block)) => {
					return self.included(&sent, block).await;
				}
				Ok(TransactionStatus::Usurped(_)) => Invalid::Stale,
				Ok(TransactionStatus::Dropped) => Invalid::ExhaustsResources,
				Ok(TransactionStatus::Invalid) => {
					let view = self.at(At::Best).await?;
					self.why_invalid(&view, &sent.bytes)
						.await?
						.unwrap_or(Invalid::Other)
				}
				// The node stops watching: look for it ourselves.
				Ok(TransactionStatus::FinalityTimeout(_)) | Err(_) => break,
				Ok(_) => continue,
			};
			// The pool may say so of a transaction that another fork has in a block.
			return match self.find(&sent, wait).await? {
				Some(block) => self.included(&sent, block).await,
				None => Err(Rejection::from(lost).into()),
			};
		}
		self.search(&sent, wait).await
	}

	/// Looks for a transaction in blocks as they come, until it can be in none any more.
	async fn search(&self, sent: &Sent, wait: Wait) -> Result<Included, Error> {
		let mut heads = match wait {
			Wait::InBlock => self.best_blocks(),
			Wait::Finalised => self.finalised_blocks(),
		};
		loop {
			let head = heads.next().await;
			if let Some(block) = self.find(sent, wait).await? {
				return self.included(sent, block).await;
			}
			if head.number > sent.until {
				return Err(Rejection::from(Invalid::AncientBirthBlock).into());
			}
		}
	}

	/// Looks for a transaction in the blocks there are.
	async fn find(&self, sent: &Sent, wait: Wait) -> Result<Option<H256>, Error> {
		let head = match wait {
			Wait::InBlock => self.block(At::Best).await?,
			Wait::Finalised => self.block(At::Finalised).await?,
		};
		for number in sent.from..=head.number.min(sent.until) {
			let Some(block) = self.hash_of(number).await? else {
				break;
			};
			if self.position(block, sent.hash).await?.is_some() {
				return Ok(Some(block));
			}
		}
		Ok(None)
	}

	/// Where in a block a transaction is.
	async fn position(&self, block: H256, transaction: H256) -> Result<Option<u32>, Error> {
		let details = self
			.rpc()
			.chain_get_block(Some(block))
			.await
			.map_err(rpc)?
			.ok_or_else(|| Error::NotFound(format!("the node does not have block {block:?}")))?;
		let at = details
			.block
			.extrinsics
			.iter()
			.position(|bytes| blake2_256(bytes) == transaction.0);
		at.map(|at| u32::try_from(at).map_err(misfit)).transpose()
	}

	/// What came of a transaction in a block.
	async fn included(&self, sent: &Sent, block: H256) -> Result<Included, Error> {
		let view = self.at(At::Hash(block)).await?;
		let index = self.position(block, sent.hash).await?.ok_or_else(|| {
			Error::Node(format!(
				"transaction {:?} is not in block {block:?}",
				sent.hash
			))
		})?;
		let events = view.events().await?.of_transaction(index);
		if let Some(rejection) = events.failure(view.metadata())? {
			return Err(rejection.into());
		}
		let fee = events.first::<FeePaid>()?.map_or(0, |paid| paid.actual_fee);
		Ok(Included {
			block: view.block(),
			transaction: sent.hash,
			fee,
			events,
		})
	}

	/// What the node's refusal to take a transaction means.
	pub(crate) async fn refused(&self, error: RpcError, bytes: &[u8]) -> Error {
		let RpcError::User(refusal) = &error else {
			return rpc(error);
		};
		let invalid = match refusal.code {
			pool::INVALID => match custom_code(refusal) {
				Some(code) => Invalid::Custom(code),
				None => match self.at(At::Best).await {
					Ok(view) => match self.why_invalid(&view, bytes).await {
						Ok(Some(invalid)) => invalid,
						_ => Invalid::Other,
					},
					Err(error) => return error,
				},
			},
			pool::FUTURE => Invalid::Future,
			pool::TOO_LOW_PRIORITY => Invalid::Stale,
			pool::DROPPED => Invalid::ExhaustsResources,
			_ => return rpc(error),
		};
		Rejection::from(invalid).into()
	}

	/// Why the runtime would not take a transaction; `None` if it would.
	pub(crate) async fn why_invalid(
		&self,
		view: &View,
		bytes: &[u8],
	) -> Result<Option<Invalid>, Error> {
		let transaction = view.client().transactions().from_bytes(bytes.to_vec());
		Ok(match transaction.validate().await.map_err(node)? {
			ValidationResult::Valid(_) => None,
			ValidationResult::Invalid(invalid) => Some(match invalid {
				TransactionInvalid::Call => Invalid::Call,
				TransactionInvalid::Payment => Invalid::Payment,
				TransactionInvalid::Future => Invalid::Future,
				TransactionInvalid::Stale => Invalid::Stale,
				TransactionInvalid::BadProof => Invalid::BadProof,
				TransactionInvalid::AncientBirthBlock => Invalid::AncientBirthBlock,
				TransactionInvalid::ExhaustsResources => Invalid::ExhaustsResources,
				TransactionInvalid::BadSigner => Invalid::BadSigner,
				TransactionInvalid::Custom(code) => Invalid::Custom(code),
				_ => Invalid::Other,
			}),
			ValidationResult::Unknown(_) => Some(Invalid::Other),
		})
	}
}

/// Whether the transaction pool has this very transaction, or had it a moment ago.
pub(crate) fn is_known_to_pool(error: &RpcError) -> bool {
	matches!(
		error,
		RpcError::User(UserError {
			code: pool::BANNED | pool::ALREADY_IMPORTED,
			..
		})
	)
}

/// Whether another transaction with the same claim is in the pool.
pub(crate) fn is_outbid(error: &RpcError) -> bool {
	matches!(
		error,
		RpcError::User(UserError {
			code: pool::TOO_LOW_PRIORITY,
			..
		})
	)
}

/// Whether another transaction of the same account was faster.
fn is_lost_race(error: &Error) -> bool {
	error.rejection().is_some_and(|rejection| {
		[Invalid::Stale, Invalid::Future]
			.iter()
			.any(|lost| Rejection::from(*lost) == *rejection)
	})
}

/// The code in `Custom error: 7`, as nodes word `InvalidTransaction::Custom`.
fn custom_code(refusal: &UserError) -> Option<u8> {
	let text: String = serde_json::from_str(refusal.data.as_ref()?.get()).ok()?;
	text.strip_prefix("Custom error: ")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor_primitives::receipt::Refusal;

	/// What a node answers, word for word.
	fn answer(json: &str) -> UserError {
		serde_json::from_str(json).unwrap()
	}

	#[test]
	fn codes_are_read_from_what_nodes_answer() {
		let refusal =
			answer(r#"{"code":1010,"message":"Invalid Transaction","data":"Custom error: 6"}"#);
		assert_eq!(custom_code(&refusal), Some(6));
		assert_eq!(Invalid::Custom(6).refusal(), Some(Refusal::WrongWorker));
		for other in [
			r#"{"code":1010,"message":"Invalid Transaction","data":"Transaction is outdated"}"#,
			r#"{"code":1010,"message":"Invalid Transaction","data":"Custom error: 999"}"#,
			r#"{"code":1010,"message":"Invalid Transaction","data":null}"#,
			r#"{"code":1010,"message":"Invalid Transaction"}"#,
		] {
			assert_eq!(custom_code(&answer(other)), None, "{other}");
		}
	}

	#[test]
	fn a_lost_race_is_told_from_other_rejections() {
		let error = |invalid: Invalid| Error::from(Rejection::from(invalid));
		assert!(is_lost_race(&error(Invalid::Stale)));
		assert!(is_lost_race(&error(Invalid::Future)));
		assert!(!is_lost_race(&error(Invalid::Payment)));
		assert!(!is_lost_race(&Error::Node("Stale".into())));
	}

	#[test]
	fn the_pool_knows_what_it_has() {
		let error = |code| {
			RpcError::User(UserError {
				code,
				message: String::new(),
				data: None,
			})
		};
		assert!(is_known_to_pool(&error(1013)) && is_known_to_pool(&error(1012)));
		assert!(!is_known_to_pool(&error(1010)) && !is_outbid(&error(1010)));
		assert!(is_outbid(&error(1014)));
	}

	#[test]
	fn a_dry_run_reports_the_first_reason() {
		let rejection = |name: &str| Rejection {
			name: name.into(),
			reason: String::new(),
			in_block: false,
		};
		let mut run = DryRun {
			fee: 1,
			length: 2,
			validity: Ok(()),
			outcome: None,
		};
		assert_eq!(run.rejection(), None);
		run.outcome = Some(Err(rejection("b")));
		assert_eq!(run.rejection(), Some(&rejection("b")));
		run.validity = Err(rejection("a"));
		assert_eq!(run.rejection(), Some(&rejection("a")));
	}
}
