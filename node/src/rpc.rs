//! JSON-RPC methods that need more than what `sc-service` serves by itself.

use std::sync::Arc;

use jsonrpsee::{RpcModule, core::RegisterMethodError};
use polkadot_sdk::*;

use athanor_runtime::{AccountId, Nonce, opaque::Block};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::NumberFor;
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::service::{FullBackend, FullClient, Hash, SelectChain, TransactionPool};

/// Handles into the node that the methods answer from.
#[derive(Clone)]
pub struct Deps {
	/// The client.
	pub client: Arc<FullClient>,
	/// The transaction pool, for nonces of transactions that wait in it.
	pub pool: Arc<TransactionPool>,
	/// The rule that picks the best chain.
	pub select_chain: SelectChain,
	/// The session keys of this node.
	pub keystore: KeystorePtr,
	/// The task that knows BABE's epochs.
	pub babe_worker: BabeWorkerHandle<Block>,
	/// GRANDPA's authorities.
	pub authority_set: SharedAuthoritySet<Hash, NumberFor<Block>>,
	/// GRANDPA's rounds.
	pub voter_state: SharedVoterState,
	/// Justifications as they are made.
	pub justifications: GrandpaJustificationStream<Block>,
	/// Proofs of finality from the database.
	pub finality_proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// Registers the methods.
pub fn create(
	deps: &Deps,
	executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, RegisterMethodError> {
	let deps = deps.clone();
	let client = deps.client;
	let mut module = RpcModule::new(());

	let system = System::new(client.clone(), deps.pool);
	module.merge(SystemApiServer::<Hash, AccountId, Nonce>::into_rpc(system))?;
	module.merge(TransactionPayment::<_, Block>::new(client.clone()).into_rpc())?;
	module
		.merge(Babe::new(client, deps.babe_worker, deps.keystore, deps.select_chain).into_rpc())?;
	let grandpa = Grandpa::new(
		executor,
		deps.authority_set,
		deps.voter_state,
		deps.justifications,
		deps.finality_proofs,
	);
	module.merge(grandpa.into_rpc())?;

	Ok(module)
}
