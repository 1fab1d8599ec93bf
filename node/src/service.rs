//! Puts the parts of a node together and starts them.

// `sc_service::Error` is large, and what the SDK's own builders return.
#![allow(clippy::result_large_err)]

use std::{sync::Arc, time::Duration};

use futures::FutureExt;
use jsonrpsee::RpcModule;
use polkadot_sdk::*;

use athanor_runtime::{RuntimeApi, opaque::Block};
use sc_basic_authorship::ProposerFactory;
use sc_client_api::Backend as _;
use sc_consensus::{DefaultImportQueue, LongestChain};
use sc_consensus_babe::{
	BabeBlockImport, BabeLink, BabeParams, BabeWorkerHandle, ImportQueueParams, SlotProportion,
};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaBlockImport, GrandpaParams, GrandpaPruningFilter, LinkHalf,
	SharedVoterState, VotingRulesBuilder, warp_proof::NetworkProvider,
};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network::{
	NetworkBackend, NotificationMetrics, NotificationService, ProtocolName,
	config::FullNetworkConfiguration, service::traits::NetworkService,
};
use sc_network_sync::SyncingService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_rpc::SubscriptionTaskExecutor;
use sc_service::{
	BuildNetworkParams, Configuration, Error, PartialComponents, Role, SpawnTasksParams,
	TaskManager, WarpSyncConfig,
};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_babe::{SlotDuration, inherents::BabeCreateInherentDataProviders};
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Block as BlockT;
use substrate_prometheus_endpoint::Registry;

use crate::rpc;

/// Blocks between justifications that are kept although no authority changed: often enough for
/// light clients and warp sync to find a recent one.
const JUSTIFICATION_PERIOD: u32 = 32;

/// How long GRANDPA gossips before it moves on to the next step of a round.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// Share of a slot that an author may spend on its block. The others have to receive and execute
/// it before the next slot begins, and that takes about as long.
const PROPOSAL_SHARE: f32 = 0.5;

/// Slots that authors wait at most between blocks while finality lags behind. Long enough to stop
/// the chain from running away, short enough to include transactions within half a minute.
const MAX_BACKOFF_SLOTS: u32 = 10;

/// Messages that wait for the telemetry server before more are dropped.
const TELEMETRY_BUFFER: usize = 16;

/// Block and state hash.
pub type Hash = <Block as BlockT>::Hash;

/// What the runtime may call: the standard functions only, so that stock tools run it too.
type HostFunctions = sp_io::SubstrateHostFunctions;

/// Executes the runtime.
type Executor = sc_executor::WasmExecutor<HostFunctions>;

/// Reads and imports blocks.
pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, Executor>;

/// Stores blocks and state.
pub type FullBackend = sc_service::TFullBackend<Block>;

/// Picks the chain to build on.
pub type SelectChain = LongestChain<FullBackend, Block>;

/// Holds transactions that are not in a block yet.
pub type TransactionPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;

/// Checks what GRANDPA says about a block.
type GrandpaImport = GrandpaBlockImport<FullBackend, Block, FullClient, SelectChain>;

/// Checks what BABE says about a block, then hands it to GRANDPA.
type BabeImport = BabeBlockImport<
	Block,
	FullClient,
	GrandpaImport,
	BabeCreateInherentDataProviders<Block>,
	SelectChain,
>;

/// The parts that exist with and without a network.
type Partial = PartialComponents<
	FullClient,
	FullBackend,
	SelectChain,
	DefaultImportQueue<Block>,
	TransactionPool,
	(Consensus, Option<Telemetry>),
>;

/// The ends of the block import pipeline that authoring, voting and RPC hold.
pub struct Consensus {
	/// Where an author puts its own blocks.
	block_import: BabeImport,
	/// BABE's configuration and epochs.
	babe_link: BabeLink<Block>,
	/// The task that answers questions about epochs.
	babe_worker: BabeWorkerHandle<Block>,
	/// GRANDPA's authorities and justifications.
	grandpa_link: LinkHalf<Block, FullClient, SelectChain>,
}

/// Builds the RPC methods of one server.
type RpcBuilder = Box<dyn Fn(SubscriptionTaskExecutor) -> Result<RpcModule<()>, Error>>;

/// Builds what every command needs that looks into the chain.
pub fn new_partial(config: &Configuration) -> Result<Partial, Error> {
	let (telemetry_worker, telemetry) = new_telemetry(config)?.unzip();
	let telemetry_handle = telemetry.as_ref().map(Telemetry::handle);

	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry_handle.clone(),
			sc_service::new_wasm_executor::<HostFunctions>(&config.executor),
			// A node that prunes blocks still has to prove finality to others.
			vec![Arc::new(GrandpaPruningFilter)],
		)?;
	let client = Arc::new(client);
	if let Some(worker) = telemetry_worker {
		task_manager
			.spawn_handle()
			.spawn("telemetry", None, worker.run());
	}

	let select_chain = LongestChain::new(backend.clone());
	let transaction_pool = Arc::new(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);
	let (consensus, import_queue) = new_consensus(
		config,
		&client,
		&select_chain,
		OffchainTransactionPoolFactory::new(transaction_pool.clone()),
		&task_manager,
		telemetry_handle,
	)?;

	Ok(PartialComponents {
		client,
		backend,
		task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: (consensus, telemetry),
	})
}

/// Prepares telemetry, if the operator or the chain specification asks for it.
fn new_telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, Error> {
	let Some(endpoints) = config
		.telemetry_endpoints
		.clone()
		.filter(|list| !list.is_empty())
	else {
		return Ok(None);
	};
	let worker = TelemetryWorker::new(TELEMETRY_BUFFER)?;
	let telemetry = worker.handle().new_telemetry(endpoints);
	Ok(Some((worker, telemetry)))
}

/// Chains the block imports (BABE, then GRANDPA, then the client) and the queue in front of them.
///
/// Both report equivocations that they see, through `pool`.
fn new_consensus(
	config: &Configuration,
	client: &Arc<FullClient>,
	select_chain: &SelectChain,
	pool: OffchainTransactionPoolFactory<Block>,
	task_manager: &TaskManager,
	telemetry: Option<TelemetryHandle>,
) -> Result<(Consensus, DefaultImportQueue<Block>), Error> {
	let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		client,
		select_chain.clone(),
		telemetry.clone(),
	)?;

	let babe_config = sc_consensus_babe::configuration(&**client)?;
	let slot_duration = babe_config.slot_duration();
	let (block_import, babe_link) = sc_consensus_babe::block_import(
		babe_config,
		grandpa_import.clone(),
		client.clone(),
		inherent_data_providers(slot_duration),
		select_chain.clone(),
		pool,
	)?;

	let (import_queue, babe_worker) = sc_consensus_babe::import_queue(ImportQueueParams {
		link: babe_link.clone(),
		block_import: block_import.clone(),
		justification_import: Some(Box::new(grandpa_import)),
		client: client.clone(),
		slot_duration,
		spawner: &task_manager.spawn_essential_handle(),
		registry: config.prometheus_registry(),
		telemetry,
	})?;

	Ok((
		Consensus {
			block_import,
			babe_link,
			babe_worker,
			grandpa_link,
		},
		import_queue,
	))
}

/// What the runtime is told from outside in every block: the slot and the time.
fn inherent_data_providers(slot_duration: SlotDuration) -> BabeCreateInherentDataProviders<Block> {
	Arc::new(move |_, ()| async move {
		let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
		let slot =
			sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
				*timestamp,
				slot_duration,
			);
		Ok((slot, timestamp))
	})
}

/// Builds and starts a node on network backend `N`.
pub fn new_full<N>(config: Configuration) -> Result<TaskManager, Error>
where
	N: NetworkBackend<Block, Hash>,
{
	let PartialComponents {
		client,
		backend,
		mut task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: (consensus, mut telemetry),
	} = new_partial(&config)?;

	let (net_config, metrics, gossip) = new_network_config::<N>(&config, &client);
	let warp_proofs = NetworkProvider::new(
		backend.clone(),
		consensus.grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	);
	let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_proofs))),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	let node = Node {
		client,
		backend,
		pool: transaction_pool,
		keystore: keystore_container.keystore(),
		select_chain,
		network,
		sync: sync_service,
		registry: config.prometheus_registry().cloned(),
		telemetry: telemetry.as_ref().map(Telemetry::handle),
		role: config.role,
		name: config.network.node_name.clone(),
	};
	let voter_state = SharedVoterState::empty();
	let force_authoring = config.force_authoring;
	let votes = !config.disable_grandpa;
	if config.offchain_worker.enabled {
		node.start_offchain_workers(&task_manager)?;
	}
	sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client: node.client.clone(),
		backend: node.backend.clone(),
		task_manager: &mut task_manager,
		keystore: node.keystore.clone(),
		transaction_pool: node.pool.clone(),
		rpc_builder: node.rpc_builder(&consensus, voter_state.clone()),
		network: node.network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: node.sync.clone(),
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	let Consensus {
		block_import,
		babe_link,
		grandpa_link,
		..
	} = consensus;
	if node.role.is_authority() {
		node.start_authoring(&task_manager, block_import, babe_link, force_authoring)?;
	}
	if votes {
		node.start_voter(&task_manager, grandpa_link, gossip, voter_state)?;
	}
	Ok(task_manager)
}

/// GRANDPA's place on the network.
struct Gossip {
	/// Name of its protocol, which differs per chain.
	protocol: ProtocolName,
	/// Its end of the protocol.
	notifications: Box<dyn NotificationService>,
}

/// Configures the network and makes a place on it for GRANDPA.
fn new_network_config<N>(
	config: &Configuration,
	client: &FullClient,
) -> (
	FullNetworkConfiguration<Block, Hash, N>,
	NotificationMetrics,
	Gossip,
)
where
	N: NetworkBackend<Block, Hash>,
{
	let registry = config.prometheus_registry();
	let mut net_config = FullNetworkConfiguration::new(&config.network, registry.cloned());
	let metrics = N::register_notification_metrics(registry);
	let protocol = sc_consensus_grandpa::protocol_standard_name(
		&client.chain_info().genesis_hash,
		&config.chain_spec,
	);
	let (grandpa_config, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
		protocol.clone(),
		metrics.clone(),
		net_config.peer_store_handle(),
	);
	net_config.add_notification_protocol(grandpa_config);
	(
		net_config,
		metrics,
		Gossip {
			protocol,
			notifications,
		},
	)
}

/// Handles into a running node that its tasks share.
struct Node {
	/// The client.
	client: Arc<FullClient>,
	/// The database.
	backend: Arc<FullBackend>,
	/// Transactions on their way into a block.
	pool: Arc<TransactionPool>,
	/// Session keys.
	keystore: KeystorePtr,
	/// The rule that picks the best chain.
	select_chain: SelectChain,
	/// Connections to other nodes.
	network: Arc<dyn NetworkService>,
	/// Synchronisation with other nodes.
	sync: Arc<SyncingService<Block>>,
	/// Prometheus metrics, if they are served.
	registry: Option<Registry>,
	/// Telemetry, if there is any.
	telemetry: Option<TelemetryHandle>,
	/// Whether this node takes part in consensus.
	role: Role,
	/// What the operator called this node.
	name: String,
}

impl Node {
	/// Runs the runtime's offchain workers after every best block.
	fn start_offchain_workers(&self, task_manager: &TaskManager) -> Result<(), Error> {
		let workers = OffchainWorkers::new(OffchainWorkerOptions {
			runtime_api_provider: self.client.clone(),
			keystore: Some(self.keystore.clone()),
			offchain_db: self.backend.offchain_storage(),
			transaction_pool: Some(OffchainTransactionPoolFactory::new(self.pool.clone())),
			network_provider: Arc::new(self.network.clone()),
			is_validator: self.role.is_authority(),
			// Nothing in the runtime calls out, and what cannot call out leaks nothing.
			enable_http_requests: false,
			custom_extensions: |_| Vec::new(),
		})?;
		task_manager.spawn_handle().spawn(
			"offchain-workers-runner",
			"offchain-worker",
			workers
				.run(self.client.clone(), task_manager.spawn_handle())
				.boxed(),
		);
		Ok(())
	}

	/// Makes the function that builds the RPC methods, once per server.
	fn rpc_builder(&self, consensus: &Consensus, voter_state: SharedVoterState) -> RpcBuilder {
		let authority_set = consensus.grandpa_link.shared_authority_set().clone();
		let deps = rpc::Deps {
			client: self.client.clone(),
			pool: self.pool.clone(),
			select_chain: self.select_chain.clone(),
			keystore: self.keystore.clone(),
			babe_worker: consensus.babe_worker.clone(),
			authority_set: authority_set.clone(),
			voter_state,
			justifications: consensus.grandpa_link.justification_stream(),
			finality_proofs: FinalityProofProvider::new_for_service(
				self.backend.clone(),
				Some(authority_set),
			),
		};
		Box::new(move |executor| {
			rpc::create(&deps, executor).map_err(|error| Error::Application(error.into()))
		})
	}

	/// Authors blocks in the slots that this node's BABE key wins.
	fn start_authoring(
		&self,
		task_manager: &TaskManager,
		block_import: BabeImport,
		babe_link: BabeLink<Block>,
		force_authoring: bool,
	) -> Result<(), Error> {
		let proposer = ProposerFactory::new(
			task_manager.spawn_handle(),
			self.client.clone(),
			self.pool.clone(),
			self.registry.as_ref(),
			self.telemetry.clone(),
		);
		let babe = sc_consensus_babe::start_babe(BabeParams {
			keystore: self.keystore.clone(),
			client: self.client.clone(),
			select_chain: self.select_chain.clone(),
			env: proposer,
			block_import,
			sync_oracle: self.sync.clone(),
			justification_sync_link: self.sync.clone(),
			create_inherent_data_providers: inherent_data_providers(
				babe_link.config().slot_duration(),
			),
			force_authoring,
			backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging {
				max_interval: MAX_BACKOFF_SLOTS,
				..Default::default()
			}),
			babe_link,
			block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SHARE),
			max_block_proposal_slot_portion: None,
			telemetry: self.telemetry.clone(),
		})?;
		task_manager
			.spawn_essential_handle()
			.spawn_blocking("babe", Some("block-authoring"), babe);
		Ok(())
	}

	/// Follows GRANDPA, and votes if this node is an authority.
	fn start_voter(
		&self,
		task_manager: &TaskManager,
		link: LinkHalf<Block, FullClient, SelectChain>,
		gossip: Gossip,
		shared_voter_state: SharedVoterState,
	) -> Result<(), Error> {
		let config = sc_consensus_grandpa::Config {
			gossip_duration: GOSSIP_DURATION,
			justification_generation_period: JUSTIFICATION_PERIOD,
			observer_enabled: false,
			local_role: self.role,
			name: Some(self.name.clone()),
			keystore: self.role.is_authority().then(|| self.keystore.clone()),
			telemetry: self.telemetry.clone(),
			protocol_name: gossip.protocol,
		};
		let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
			config,
			link,
			network: self.network.clone(),
			sync: self.sync.clone(),
			notification_service: gossip.notifications,
			voting_rule: VotingRulesBuilder::default().build(),
			prometheus_registry: self.registry.clone(),
			shared_voter_state,
			telemetry: self.telemetry.clone(),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(self.pool.clone()),
		})?;
		task_manager
			.spawn_essential_handle()
			.spawn_blocking("grandpa-voter", None, voter);
		Ok(())
	}
}
