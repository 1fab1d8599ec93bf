// A provider from its stake to its exit, by a stock client and nothing else.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Keyring } from '@polkadot/keyring';
import { randomAsU8a } from '@polkadot/util-crypto';

import { act as actAs, completion, connect, dev, eventsNamed, total, view } from '../src/chain.js';
import { workerKeyPayload } from '../src/receipt.js';

/** Who may become the provider: the first that is none yet. */
const CANDIDATES = ['Charlie', 'Dave', 'Eve'];

const SLOTS = 2;

const ATTRIBUTES = { region: 'DE', retentionHours: 0, gpuMemoryGib: 80 };

describe('a provider', () => {
  let api;
  let account;
  let worker;
  let model;
  let minStake;
  /** What it asks for: twice what jobs of the model's class cost at least. */
  let asked;
  /** What it has bonded, by our own count. */
  let bonded;
  /** The parts that unbond, by our own count. */
  const parts = [];

  before(async () => {
    api = await connect();
    for (const candidate of CANDIDATES.map(dev)) {
      if (account) break;
      if ((await api.query.staking.providers(candidate.address)).isNone) account = candidate;
    }
    assert.ok(account, `${CANDIDATES} are providers already; start a new chain`);
    worker = new Keyring({ type: 'ed25519' }).addFromSeed(randomAsU8a(32));
    const models = await api.query.models.models.entries();
    const active = models.find(([, entry]) => entry.unwrap().status.isActive);
    assert.ok(active, 'the chain has no model');
    const { version, priceClass } = active[1].unwrap();
    model = { id: active[0].args[0], version, priceClass };
    minStake = api.consts.staking.minStake.toBigInt();
    const { floor } = await view(api, 'Pricing', 'bounds_of', priceClass);
    asked = { input: floor.input.toBigInt() * 2n, output: floor.output.toBigInt() * 2n };
  });

  after(() => api?.disconnect());

  const act = (...steps) => actAs(api, account, ...steps);

  /** The only event of this kind. */
  function the(events, name) {
    const found = eventsNamed(events, name);
    assert.equal(found.length, 1, `${found.length} events ${name}`);
    assert.equal(found[0].provider.toString(), account.address);
    return found[0];
  }

  async function record(at = api) {
    return (await at.query.staking.providers(account.address)).unwrap();
  }

  /** Units that an account has on hold for one reason, such as `Staking` `Stake`. */
  async function held(at, pallet, reason, who = account) {
    const holds = await at.query.balances.holds(who.address);
    const found = holds.find(({ id }) => id.type === pallet && id.value.type === reason);
    return found?.amount.toBigInt() ?? 0n;
  }

  /** The record and the ledger say what we counted. */
  async function agree(at) {
    const found = await record(at);
    assert.equal(found.bonded.toBigInt(), bonded);
    assert.deepEqual(
      found.unbonding.map(({ amount, unlocksAt }) => [amount.toBigInt(), unlocksAt.toNumber()]),
      parts,
    );
    const unbonding = parts.reduce((sum, [amount]) => sum + amount, 0n);
    assert.equal(await held(at, 'Staking', 'Stake'), bonded + unbonding);
    return found;
  }

  /** The client's structs are maps, which have `keys` of their own, so that it renames the field. */
  const keysOf = (found) => found.keys_.toNumber();

  /** What the chain says about the account if a job for anybody were posted now. */
  async function verdict() {
    const ceiling = { input: asked.input * 10n, output: asked.output * 10n };
    const request = completion(model.id, 'Once upon a time', 8, ceiling);
    const answer = await view(api, 'Jobs', 'simulate_request', dev('Alice').address, request, 0, 100);
    const ours = answer.asOk.find(({ provider }) => provider.toString() === account.address);
    return ours?.verdict;
  }

  it('registers with stake', async () => {
    const before = await total(api, account.address);
    bonded = 2n * minStake;
    const { events, at } = await act(
      [api.tx.staking.bond(minStake), /staking\.NotProvider: .*Register/],
      [api.tx.staking.register(minStake - 1n), /staking\.StakeTooLow: .*Stake more/],
      [api.tx.staking.register(bonded)],
      [api.tx.staking.register(bonded), /staking\.AlreadyProvider: .*`bond`/],
    );
    assert.equal(the(events, 'staking.ProviderRegistered').stake.toBigInt(), bonded);
    const found = await agree(at);
    assert.equal(keysOf(found), 0);
    assert.equal(found.chilled.isTrue, false);
    // Staked money stays on the account; only fees are gone.
    const gone = before - (await total(at, account.address));
    assert.ok(gone > 0n && gone < minStake, `${gone} units are gone`);
  });

  it('adds a worker key, with a proof that the key itself made', async () => {
    const genesis = api.genesisHash.toU8a();
    const add = (provider) =>
      api.tx.staking.addWorkerKey(worker.publicKey, worker.sign(workerKeyPayload(genesis, provider)));
    const { events, at } = await act(
      [add(dev('Alice').publicKey), /staking\.BadProof: .*Make it with/],
      [add(account.publicKey)],
      [add(account.publicKey), /staking\.KeyTaken: .*Make a new key/],
    );
    assert.deepEqual(the(events, 'staking.WorkerKeyAdded').key.toU8a(), worker.publicKey);
    assert.equal(keysOf(await agree(at)), 1);
    const owner = (await at.query.staking.workers(worker.publicKey)).unwrap();
    assert.equal(owner.provider.toString(), account.address);
    assert.ok(owner.retiredAt.isNone);
    const keys = await at.query.staking.keysOf.keys(account.address);
    assert.deepEqual(keys.map((key) => key.args[1].toU8a()), [worker.publicKey]);
  });

  it('stakes more', async () => {
    const more = minStake / 2n;
    bonded += more;
    const { events, at } = await act(
      [api.tx.staking.bond(0), /staking\.AmountZero: .*Name an amount/],
      [api.tx.staking.bond(more)],
    );
    const event = the(events, 'staking.Bonded');
    assert.equal(event.amount.toBigInt(), more);
    assert.equal(event.total.toBigInt(), bonded);
    await agree(at);
  });

  const setOffer = (changes = {}) => {
    const usual = { version: model.version, price: asked, slots: SLOTS, attributes: ATTRIBUTES };
    const { version, price, slots, attributes } = { ...usual, ...changes };
    return api.tx.pricing.setOffer(model.id, version, price, slots, attributes);
  };

  const offerAt = (at) => at.query.pricing.offers([model.id, model.version], account.address);

  it('is refused an offer that cannot be, each with its own error', async () => {
    const { bounds: { floor } } = await view(api, 'Pricing', 'policy_of', model.priceClass);
    assert.ok(floor.input.toBigInt() > 0n);
    const tooCheap = { input: floor.input.toBigInt() - 1n, output: floor.output };
    await act(
      [setOffer({ slots: 0 }), /pricing\.SlotsInvalid/],
      [setOffer({ slots: api.consts.pricing.maxSlots.toNumber() + 1 }), /pricing\.SlotsInvalid/],
      [setOffer({ price: tooCheap }), /pricing\.PriceOutOfBounds: .*`policy_of`/],
      [setOffer({ attributes: { ...ATTRIBUTES, region: 'de' } }), /pricing\.RegionInvalid: .*`DE`/],
      [setOffer({ version: 1_000 }), /pricing\.UnknownVersion: .*Look/],
      [api.tx.pricing.removeOffer(model.id, model.version), /pricing\.NoOffer: .*publish one/],
    );
    assert.ok((await offerAt(api)).isNone);
  });

  it('offers a version of a model, and reads the offer back', async () => {
    const { events, at } = await act([setOffer()]);
    const event = the(events, 'pricing.OfferSet');
    assert.ok(event.model.eq(model.id) && event.version.eq(model.version));
    const offer = (await offerAt(at)).unwrap();
    assert.equal(offer.price.toHex(), event.price.toHex());
    assert.equal(offer.price.input.toBigInt(), asked.input);
    assert.equal(offer.price.output.toBigInt(), asked.output);
    assert.equal(offer.slots.toNumber(), SLOTS);
    assert.equal(offer.busy.toNumber(), 0);
    assert.equal(offer.attributes.region.unwrap().toUtf8(), 'DE');
    assert.equal(offer.attributes.retentionHours.unwrap().toNumber(), 0);
    assert.equal(offer.attributes.gpuMemoryGib.toNumber(), 80);
    // The deposit, and the way back from the provider to its offers.
    assert.ok(!offer.held.isZero());
    assert.equal(await held(at, 'Pricing', 'OfferDeposit'), offer.held.toBigInt());
    const mine = await at.query.pricing.offersByProvider.keys(account.address);
    const key = [model.id.toNumber(), model.version.toNumber()];
    assert.deepEqual(mine.map(({ args }) => args[1].toJSON()), [key]);
    const free = await at.query.pricing.freeOffers([model.id, model.version]);
    assert.ok(free.gtn(0));
    assert.equal((await verdict()).asOk.toHex(), offer.price.toHex());
  });

  it('takes no new work while it is chilled', async () => {
    const chilled = await act(
      [api.tx.staking.unchill(), /staking\.NotChilled/],
      [api.tx.staking.chill()],
      [api.tx.staking.chill(), /staking\.AlreadyChilled: .*`unchill`/],
    );
    the(chilled.events, 'staking.ProviderChilled');
    assert.equal((await agree(chilled.at)).chilled.isTrue, true);
    assert.equal((await verdict()).asErr.type, 'Chilled');
    assert.ok((await offerAt(chilled.at)).isSome, 'the offer stays');

    const back = await act([api.tx.staking.unchill()]);
    the(back.events, 'staking.ProviderUnchilled');
    assert.equal((await agree(back.at)).chilled.isTrue, false);
    assert.ok((await verdict()).isOk);
  });

  it('changes its offer, at the same deposit', async () => {
    const old = (await offerAt(api)).unwrap();
    const price = { input: asked.input + 10_000n, output: asked.output + 10_000n };
    // A region can be given as bytes too: the letters FR.
    const attributes = { region: '0x4652', retentionHours: null, gpuMemoryGib: 24 };
    const { events, at } = await act([setOffer({ price, slots: 3, attributes })]);
    the(events, 'pricing.OfferSet');
    const offer = (await offerAt(at)).unwrap();
    assert.equal(offer.price.input.toBigInt(), price.input);
    assert.equal(offer.price.output.toBigInt(), price.output);
    assert.equal(offer.slots.toNumber(), 3);
    assert.equal(offer.attributes.region.unwrap().toUtf8(), 'FR');
    assert.ok(offer.attributes.retentionHours.isNone);
    assert.equal(offer.attributes.gpuMemoryGib.toNumber(), 24);
    assert.ok(offer.held.eq(old.held));
    assert.equal(await held(at, 'Pricing', 'OfferDeposit'), old.held.toBigInt());
  });

  it('is delegated to, by somebody whose stake stays in its own account', async () => {
    const { delegate, claim, setCommission } = api.tx.staking;
    const delegator = dev('Ferdie');
    const least = api.consts.staking.minDelegation.toBigInt();
    const terms = await act(
      [setCommission(1_000_000), /staking\.CommissionTooHigh: .*Ask for less/],
      [setCommission(100_000)],
    );
    assert.equal(the(terms.events, 'staking.CommissionSet').commission.toNumber(), 100_000);

    const amount = 10n * least;
    const { events, at } = await actAs(
      api,
      delegator,
      [delegate(delegator.address, amount), /staking\.OwnProvider: .*Use `bond`/],
      [delegate(randomAsU8a(32), amount), /staking\.NoSuchProvider: .*choose another one/],
      [delegate(account.address, least - 1n), /staking\.DelegationTooLow: .*Delegate or move more/],
      [delegate(account.address, 5n * bonded), /staking\.PoolFull: .*its own stake allows/],
      [claim(account.address), /staking\.NoDelegation: .*delegate first/],
      [delegate(account.address, amount)],
      [claim(account.address), /staking\.NothingToClaim: .*Wait until/],
    );
    const event = the(events, 'staking.Delegated');
    assert.equal(event.delegator.toString(), delegator.address);
    assert.equal(event.amount.toBigInt(), amount);
    const { pool, commission } = await at.query.staking.pools(account.address);
    assert.equal(pool.total.toBigInt(), amount);
    assert.equal(commission.toNumber(), 100_000);
    assert.equal(await held(at, 'Staking', 'Delegation', delegator), amount);
    await agree(at);
  });

  it('is asked for a part of that back, which stays on hold too', async () => {
    const { undelegate, withdrawDelegation } = api.tx.staking;
    const delegator = dev('Ferdie');
    const least = api.consts.staking.minDelegation.toBigInt();
    const period = api.consts.staking.unbondingPeriod.toNumber();
    const whole = await held(api, 'Staking', 'Delegation', delegator);
    const { events, at, number } = await actAs(
      api,
      delegator,
      [undelegate(account.address, whole + 1n), /staking\.NotEnoughDelegated: .*Ask for at most/],
      [undelegate(account.address, whole - 1n), /staking\.DelegationTooLow: .*for everything/],
      [undelegate(account.address, least)],
      [withdrawDelegation(account.address), /staking\.NothingToWithdraw/],
    );
    const event = the(events, 'staking.Undelegated');
    assert.equal(event.amount.toBigInt(), least);
    assert.equal(event.unlocksAt.toNumber(), number + period);
    assert.equal(await held(at, 'Staking', 'Delegation', delegator), whole);

    const answer = await view(api, 'Jobs', 'explain_account', delegator.address, 100);
    const ours = answer.filter(({ reason }) => reason.type.endsWith('Delegation'));
    assert.deepEqual(
      ours.map(({ reason, amount, freedBy }) => [reason.type, amount.toBigInt(), freedBy.type]),
      [
        ['Delegation', whole - least, 'StakingUndelegate'],
        ['UnbondingDelegation', least, 'StakingWithdrawDelegation'],
      ],
    );
    for (const { reason } of ours) assert.deepEqual(reason.value.provider.toU8a(), account.publicKey);
    assert.equal(ours[1].until.asCallableFrom.toNumber(), number + period);
  });

  it('removes its offer, and has the deposit back', async () => {
    const { events, at } = await act([api.tx.pricing.removeOffer(model.id, model.version)]);
    const event = the(events, 'pricing.OfferRemoved');
    assert.ok(event.model.eq(model.id) && event.version.eq(model.version));
    assert.ok((await offerAt(at)).isNone);
    assert.equal(await held(at, 'Pricing', 'OfferDeposit'), 0n);
    assert.equal(await verdict(), undefined);
  });

  it('unbonds a part, which stays on hold for the unbonding period', async () => {
    const period = api.consts.staking.unbondingPeriod.toNumber();
    const part = minStake / 4n;
    const { events, at, number } = await act(
      [api.tx.staking.unbond(bonded + 1n), /staking\.NotEnoughBonded: .*at most/],
      [api.tx.staking.unbond(bonded - minStake + 1n), /staking\.StakeTooLow: .*unbond less or everything/],
      [api.tx.staking.withdraw(), /staking\.NothingToWithdraw: .*Ask for some back first/],
      [api.tx.staking.unbond(part)],
      [api.tx.staking.withdraw(), /staking\.NothingToWithdraw: .*wait for the block/],
    );
    const event = the(events, 'staking.Unbonding');
    assert.equal(event.amount.toBigInt(), part);
    assert.equal(event.unlocksAt.toNumber(), number + period);
    bonded -= part;
    parts.push([part, number + period]);
    await agree(at);
  });

  it('removes its worker key, for which it answers on', async () => {
    const period = api.consts.staking.unbondingPeriod.toNumber();
    const { events, at, number } = await act(
      [api.tx.staking.forgetWorkerKey(worker.publicKey), /staking\.KeyInUse: .*`remove_worker_key`/],
      [api.tx.staking.removeWorkerKey(worker.publicKey)],
      [api.tx.staking.removeWorkerKey(worker.publicKey), /staking\.KeyRetired/],
      [api.tx.staking.forgetWorkerKey(worker.publicKey), /staking\.KeyStillAnswers: .*`answers_until`/],
    );
    const event = the(events, 'staking.WorkerKeyRemoved');
    assert.equal(event.answersUntil.toNumber(), number + period);
    const found = await agree(at);
    assert.equal(keysOf(found), 0);
    assert.equal(found.retiredKeys.toNumber(), 1);
    const owner = (await at.query.staking.workers(worker.publicKey)).unwrap();
    assert.equal(owner.retiredAt.unwrap().toNumber(), number);
  });

  it('exits: everything unbonds, and nothing can be taken before its time', async () => {
    const period = api.consts.staking.unbondingPeriod.toNumber();
    const { events, at, number } = await act(
      [api.tx.staking.exit()],
      [api.tx.staking.exit(), /staking\.AlreadyExited: .*Withdraw/],
      [api.tx.staking.unchill(), /staking\.StakeTooLow: .*Stake more/],
      [api.tx.staking.deregister(), /staking\.StakeRemains: .*withdraw it/],
      [api.tx.staking.withdraw(), /staking\.NothingToWithdraw/],
    );
    the(events, 'staking.ProviderChilled');
    const event = the(events, 'staking.Unbonding');
    assert.equal(event.amount.toBigInt(), bonded);
    assert.equal(event.unlocksAt.toNumber(), number + period);
    parts.push([bonded, number + period]);
    bonded = 0n;
    assert.equal((await agree(at)).chilled.isTrue, true);
  });

  it('is told what it has on hold, until when, and what frees it', async () => {
    const answer = await view(api, 'Jobs', 'explain_account', account.address, 10);
    assert.deepEqual(
      answer.map(({ reason, amount, until, freedBy }) => [
        reason.type, amount.toBigInt(), until.asCallableFrom.toNumber(), freedBy.type,
      ]),
      parts.map(([amount, from]) => ['UnbondingStake', amount, from, 'StakingWithdraw']),
    );
  });

  it('can come back before the last withdrawal', async () => {
    bonded = minStake;
    const { events, at } = await act([api.tx.staking.bond(minStake)], [api.tx.staking.unchill()]);
    assert.equal(the(events, 'staking.Bonded').total.toBigInt(), minStake);
    the(events, 'staking.ProviderUnchilled');
    assert.equal((await agree(at)).chilled.isTrue, false);

    // And goes again, so that nobody counts on it.
    const gone = await act([api.tx.staking.exit()]);
    parts.push([bonded, the(gone.events, 'staking.Unbonding').unlocksAt.toNumber()]);
    bonded = 0n;
    await agree(gone.at);
  });
});
