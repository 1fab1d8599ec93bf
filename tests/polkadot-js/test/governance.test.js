// The price of a class, set by holders of tokens: from the preimage to the first job at the new price, by
// a stock client and nothing else. Beside it three proposals that come to nothing, each with its own event.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { bnToU8a, compactAddLength, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex, randomAsU8a } from '@polkadot/util-crypto';

import { act, completion, connect, dev, eventsNamed, explain, send, total, view, walk } from '../src/chain.js';

const TRACK = 10;
const ORIGIN = { Origins: 'PricingAdmin' };

/** Names who knows the bounds. */
const OUT_OF_BOUNDS = /^origins\.OutOfBounds: .*effective_parameters/;

/** Blocks from the confirmation to the call: time to post jobs that run when it is made. */
const ENACTMENT = 7;

/**
 * Blocks before the call after which a job is posted, one after each: in the next block, and assigned two
 * blocks later. Those of the middle run when the call is made, and the last ones are assigned afterwards.
 */
const POSTED_BEFORE = 6;

/** Bytes of the longest preimage. */
const MAX_PREIMAGE = 4 * 1024 * 1024;

/** The name of the lock that votes have. */
const VOTES = 'pyconvot';

/** An account of its own for each number, that nobody has sent anything. */
const PENNILESS = 7;

describe('governance', () => {
  let api;
  // Nobody special: no validator, no provider.
  let proposer;
  // A provider, whose stake votes too.
  let convinced;
  let unconvinced;
  let delegator;
  let requester;
  let model;
  let policyBefore;
  /** What jobs shall cost at least from now on: more than any provider asks. */
  let price;
  /** What is proposed, with what is known of each. */
  let proposals;
  let reservedBefore;
  let submittedIn;
  /** What happened to each job, by its number. */
  const jobs = new Map();

  before(async () => {
    api = await connect();
    [proposer, convinced, unconvinced, delegator, requester] =
      ['Eve', 'Bob', 'Dave', 'Ferdie', 'Alice'].map(dev);
    const models = await api.query.models.models.entries();
    const active = models.find(([, entry]) => entry.unwrap().status.isActive);
    assert.ok(active, 'the chain has no model');
    const { version, priceClass } = active[1].unwrap();
    model = { id: active[0].args[0], version, priceClass };
    policyBefore = await view(api, 'Pricing', 'policy_of', priceClass);
    price = await moreThanAnybodyAsks();
    const { bounds, low, high, step } = policyBefore;
    const policy = (ceiling) => ({ bounds: { floor: price, ceiling }, low, high, step });
    const beyond = (units) => units.toBigInt() + 1n;
    const limit = api.consts.pricing.limits.bounds.ceiling;
    const setPolicy = (set) => api.tx.pricing.setPolicy(priceClass, set).method.toU8a();
    proposals = {
      good: { bytes: setPolicy(policy(bounds.ceiling)), enactment: ENACTMENT },
      beyondLimits: {
        bytes: setPolicy(policy({ input: beyond(limit.input), output: beyond(limit.output) })),
        enactment: 0,
      },
      // No pallet has this number.
      noCall: { bytes: u8aConcat([255], randomAsU8a(32)), enactment: 0 },
      // Prices that move in every block.
      outOfBounds: {
        bytes: api.tx.origins.setParameter({ Pricing: { Period: [null, 1] } }).method.toU8a(),
        enactment: 0,
      },
    };
    reservedBefore = await reserved(api);
  });

  after(() => api?.disconnect());

  async function moreThanAnybodyAsks() {
    const { floor } = await view(api, 'Pricing', 'bounds_of', model.priceClass);
    const offers = await api.query.pricing.offers.entries([model.id, model.version]);
    assert.ok(offers.length > 0, 'the model has no offer');
    const prices = [floor, ...offers.map(([, offer]) => offer.unwrap().price)];
    const most = (part) => prices.map((one) => one[part].toBigInt()).reduce((a, b) => (a > b ? a : b));
    return { input: (most('input') * 6n) / 5n + 1n, output: (most('output') * 6n) / 5n + 1n };
  }

  const all = () => Object.values(proposals);
  const hashOf = ({ bytes }) => blake2AsHex(bytes);
  const note = ({ bytes }) => api.tx.preimage.notePreimage(u8aToHex(bytes));

  function submit(proposal, { origin = ORIGIN, len = proposal.bytes.length } = {}) {
    const lookup = { Lookup: { hash: hashOf(proposal), len } };
    return api.tx.referenda.submit(origin, lookup, { After: proposal.enactment });
  }

  /** What the scheduler calls the call of a referendum. */
  function taskOf({ index }) {
    const parts = [stringToU8a('assembly'), compactAddLength(stringToU8a('enactment'))];
    return blake2AsHex(u8aConcat(...parts, bnToU8a(index, { bitLength: 32, isLe: true })));
  }

  /** The call, made by an account that has nothing. The sender pays the fee. */
  const penniless = (call) => api.tx.utility.asDerivative(PENNILESS, call);

  const vote = ({ index }, conviction, balance) =>
    api.tx.convictionVoting.vote(index, { Standard: { vote: { aye: true, conviction }, balance } });

  async function voteLock(account, at = api) {
    const locks = await at.query.balances.locks(account.address);
    return locks.find(({ id }) => id.toUtf8() === VOTES)?.amount.toBigInt() ?? 0n;
  }

  async function reserved(at) {
    return (await at.query.system.account(proposer.address)).data.reserved.toBigInt();
  }

  const trackInfo = () => api.consts.referenda.tracks.find(([id]) => id.eq(TRACK))[1];

  it('can be tried before it is proposed', async () => {
    const trial = ({ bytes }) => api.call.governanceApi.tryCall(ORIGIN, u8aToHex(bytes));
    const [good, beyondLimits, noCall, outOfBounds] = await Promise.all(all().map(trial));
    assert.ok(good.asMade.result.isOk, good.toString());
    const names = good.asMade.events.map((event) => `${event.section}.${event.method}`);
    assert.deepEqual(names, ['pricing.PolicySet']);
    const refused = explain(api.registry, beyondLimits.asMade.result.asErr);
    assert.match(refused, /pricing\.BeyondLimits: .*Stay within/);
    assert.ok(noCall.isNoCall, noCall.toString());
    assert.match(explain(api.registry, outOfBounds.asMade.result.asErr), OUT_OF_BOUNDS);
    const told = await api.call.governanceApi.effectiveParameters();
    const period = told.find(({ name }) => name.eq('Pricing.Period'));
    const blocks = (bytes) => api.registry.createType('u32', bytes.toU8a(true)).toNumber();
    assert.deepEqual([blocks(period.least), blocks(period.most)], [200, 201_600]);
    const wrong = await api.call.governanceApi.tryCall(
      { Origins: 'MarketAdmin' },
      u8aToHex(proposals.good.bytes),
    );
    assert.ok(wrong.asMade.result.asErr.isBadOrigin, wrong.toString());

    const policy = { ...policyBefore.toJSON(), bounds: { ...policyBefore.bounds.toJSON(), floor: price } };
    const simulated = await view(api, 'Pricing', 'simulate_policy', model.priceClass, policy);
    assert.equal(simulated.policy.bounds.floor.input.toBigInt(), price.input);
    assert.ok(simulated.next.input.toBigInt() >= price.input);
    // Nothing came of any of it.
    const now = await view(api, 'Pricing', 'policy_of', model.priceClass);
    assert.equal(now.toHex(), policyBefore.toHex());
  });

  it('has the preimages of its proposals noted', async () => {
    const { events, at } = await act(
      api,
      proposer,
      ...all().map((proposal) => [note(proposal)]),
      [note(proposals.good), /preimage\.AlreadyNoted/],
    );
    const noted = eventsNamed(events, 'preimage.Noted').map((event) => event.hash_.toHex());
    assert.deepEqual(noted, all().map(hashOf));
    for (const proposal of all()) {
      const key = [hashOf(proposal), proposal.bytes.length];
      const stored = (await at.query.preimage.preimageFor(key)).unwrap();
      assert.deepEqual(stored.toU8a(true), proposal.bytes);
    }
    // More than there can be of a preimage is more than a block takes.
    const huge = api.tx.preimage.notePreimage(compactAddLength(new Uint8Array(MAX_PREIMAGE + 1)));
    await assert.rejects(send(huge, proposer), /exhaust the block limits/);
  });

  it('is proposed by anybody, for an origin that has a track', async () => {
    const { good } = proposals;
    const { events, at, number } = await act(
      api,
      proposer,
      [submit(good, { origin: { system: 'None' } }), /referenda\.NoTrack/],
      [submit(good, { origin: { system: { Signed: proposer.address } } }), /referenda\.NoTrack/],
      [submit(good, { len: good.bytes.length + 1 }), /referenda\.PreimageStoredWithDifferentLength/],
      [penniless(submit(good)), /balances\.InsufficientBalance/],
      ...all().map((proposal) => [submit(proposal)]),
    );
    submittedIn = number;
    const submitted = eventsNamed(events, 'referenda.Submitted');
    assert.deepEqual(submitted.map(({ track }) => track.toNumber()), all().map(() => TRACK));
    all().forEach((proposal, position) => {
      proposal.index = submitted[position].index.toNumber();
    });
    const status = (await at.query.referenda.referendumInfoFor(good.index)).unwrap().asOngoing;
    assert.equal(status.origin.asOrigins.type, ORIGIN.Origins);
    assert.equal(status.submissionDeposit.who.toString(), proposer.address);
    assert.ok(status.submissionDeposit.amount.eq(api.consts.referenda.submissionDeposit));
    assert.ok(status.deciding.isNone);
  });

  it('waits for its decision deposit, which takes a balance', async () => {
    const { index } = proposals.good;
    const place = (number) => api.tx.referenda.placeDecisionDeposit(number);
    const { events, at } = await act(
      api,
      proposer,
      [place(1_000_000), /referenda\.NotOngoing/],
      [penniless(place(index)), /balances\.InsufficientBalance/],
      ...all().map((proposal) => [place(proposal.index)]),
      [place(index), /referenda\.HasDeposit/],
      [api.tx.referenda.refundDecisionDeposit(index), /referenda\.Unfinished/],
    );
    const { decisionDeposit } = trackInfo();
    const placed = eventsNamed(events, 'referenda.DecisionDepositPlaced');
    assert.deepEqual(placed.map((event) => event.index.toNumber()), all().map((one) => one.index));
    assert.ok(placed.every(({ amount }) => amount.eq(decisionDeposit)));
    const each = decisionDeposit.toBigInt() + api.consts.referenda.submissionDeposit.toBigInt();
    const deposits = (await reserved(at)) - reservedBefore;
    assert.ok(deposits > BigInt(all().length) * each, 'the deposits for the preimages are missing');
  });

  it('is voted on, with conviction, without, and by who delegates', async () => {
    const { good } = proposals;
    const [ofConvinced, ofUnconvinced, ofDelegator] = await Promise.all(
      [convinced, unconvinced, delegator].map(async ({ address }) => ((await total(api, address)) * 9n) / 10n),
    );
    const delegate = (track, to) =>
      api.tx.convictionVoting.delegate(track, to.address, 'Locked1x', ofDelegator);
    const delegated = await act(
      api,
      delegator,
      [delegate(99, convinced), /convictionVoting\.BadClass/],
      [delegate(TRACK, delegator), /convictionVoting\.Nonsense/],
      [delegate(TRACK, convinced)],
      [delegate(TRACK, convinced), /convictionVoting\.AlreadyDelegating/],
      [vote(good, 'None', 1n), /convictionVoting\.AlreadyDelegating/],
    );
    const upstream = await delegated.at.query.convictionVoting.votingFor(convinced.address, TRACK);
    assert.equal(upstream.asCasting.delegations.capital.toBigInt(), ofDelegator);

    const voted = await Promise.all([
      act(
        api,
        convinced,
        [vote(good, 'Locked1x', 2n * ofConvinced), /convictionVoting\.InsufficientFunds/],
        [penniless(vote(good, 'Locked1x', 1n)), /convictionVoting\.InsufficientFunds/],
        [vote({ index: 1_000_000 }, 'Locked1x', 1n), /convictionVoting\.NotOngoing/],
        ...all().map((proposal) => [vote(proposal, 'Locked1x', ofConvinced)]),
      ),
      act(api, unconvinced, ...all().map((proposal) => [vote(proposal, 'None', ofUnconvinced)])),
    ]);
    const { at } = voted.reduce((one, other) => (one.number > other.number ? one : other));
    const { tally } = (await at.query.referenda.referendumInfoFor(good.index)).unwrap().asOngoing;
    assert.equal(tally.ayes.toBigInt(), ofConvinced + ofDelegator + ofUnconvinced / 10n);
    assert.equal(tally.support.toBigInt(), ofConvinced + ofDelegator + ofUnconvinced);
    assert.ok(tally.nays.isZero());
    const voters = [[convinced, ofConvinced], [unconvinced, ofUnconvinced], [delegator, ofDelegator]];
    for (const [account, units] of voters) assert.equal(await voteLock(account, at), units);
  });

  it('is prepared, decided on and confirmed', async () => {
    const steps = new Map(all().map((proposal) => [proposal, []]));
    const { at } = await walk(api, submittedIn, 'the referenda to pass', (block) => {
      for (const step of ['DecisionStarted', 'ConfirmStarted', 'ConfirmAborted', 'Confirmed']) {
        for (const { index } of eventsNamed(block.events, `referenda.${step}`)) {
          const proposal = all().find((one) => index.eq(one.index));
          steps.get(proposal)?.push(step);
          if (proposal && step === 'Confirmed') proposal.confirmedIn = block.number;
        }
      }
      return all().every(({ confirmedIn }) => confirmedIn) ? block : undefined;
    });
    for (const [{ index }, seen] of steps) {
      assert.deepEqual(seen, ['DecisionStarted', 'ConfirmStarted', 'Confirmed']);
      const info = (await at.query.referenda.referendumInfoFor(index)).unwrap();
      assert.ok(info.isApproved, info.toString());
    }
  });

  it('is enacted by the scheduler, while jobs run', async () => {
    const { good } = proposals;
    const due = good.confirmedIn + ENACTMENT;
    const task = (await api.query.scheduler.lookup(taskOf(good))).unwrap();
    assert.equal(task[0].toNumber(), due);
    const first = Math.min(...all().map(({ confirmedIn }) => confirmedIn));
    const ceiling = { input: price.input * 2n, output: price.output * 2n };
    const request = completion(model.id, 'Once upon a time', 24, ceiling);
    await walk(api, first, 'the call and jobs before and after it', async (block) => {
      noteTasks(block);
      noteJobs(block);
      if (block.number >= due - POSTED_BEFORE && block.number < due) {
        const { events } = await send(api.tx.jobs.post(request), requester);
        jobs.set(eventsNamed(events, 'jobs.JobPosted')[0].job.toNumber(), {});
      }
      const closed = [...jobs.values()].every((job) => job.closed);
      return block.number > due && closed ? block : undefined;
    });
    const { done } = good;
    assert.equal(done.block.number, due);
    assert.ok(done.result.isOk, done.result.toString());
    const [set] = eventsNamed(done.block.events, 'pricing.PolicySet');
    assert.equal(set.class.toString(), model.priceClass.toString());
    assert.equal(set.price.input.toBigInt(), price.input);
    assert.equal(set.price.output.toBigInt(), price.output);
    const stored = (await done.block.at.query.pricing.policies(model.priceClass)).unwrap();
    assert.equal(stored.toHex(), set.policy.toHex());
    assert.equal(stored.bounds.floor.input.toBigInt(), price.input);
    assert.ok(stored.bounds.ceiling.eq(policyBefore.bounds.ceiling));
  });

  /** What became of the calls of the referenda in this block. */
  function noteTasks(block) {
    for (const proposal of all()) {
      const ofIt = ({ id }) => id.isSome && id.unwrap().toHex() === taskOf(proposal);
      const dispatched = eventsNamed(block.events, 'scheduler.Dispatched').find(ofIt);
      const unavailable = eventsNamed(block.events, 'scheduler.CallUnavailable').find(ofIt);
      if (dispatched) proposal.done = { block, result: dispatched.result };
      if (unavailable) proposal.unavailable = { block };
    }
  }

  /** What happened in this block to the jobs that were posted. */
  function noteJobs(block) {
    const kinds = {
      assigned: 'jobs.JobAssigned',
      accepted: 'jobs.ReceiptAccepted',
      closed: 'jobs.JobClosed',
    };
    for (const [kind, name] of Object.entries(kinds)) {
      for (const event of eventsNamed(block.events, name)) {
        const job = jobs.get(event.job.toNumber());
        if (job) job[kind] = { ...event, block };
      }
    }
  }

  /** What a job cost by a price, for the tokens of its receipt. */
  function cost(by, { tokensIn, tokensOut }) {
    return by.input.toBigInt() * tokensIn.toBigInt() + by.output.toBigInt() * tokensOut.toBigInt();
  }

  it('leaves the price of a job that runs as it was', async () => {
    const { block: enactedIn } = proposals.good.done;
    const running = [...jobs].filter(
      ([, { assigned, closed }]) =>
        assigned.block.number < enactedIn.number && closed.block.number > enactedIn.number,
    );
    assert.ok(running.length > 0, 'no job was running');
    for (const [number, { assigned, accepted, closed }] of running) {
      assert.ok(assigned.price.input.toBigInt() < price.input, assigned.price.toString());
      // It has the price of its assignment after the call, and is paid at it.
      const { state } = (await enactedIn.at.query.jobs.jobs(number)).unwrap();
      assert.ok(state.value.work.price.eq(assigned.price), state.toString());
      assert.ok(closed.reason.isPaid, closed.reason.toString());
      assert.equal(closed.spent.toBigInt(), cost(assigned.price, accepted));
    }
  });

  it('sets the price of the next job', async () => {
    const { block: enactedIn } = proposals.good.done;
    const next = [...jobs.values()].filter(({ assigned }) => assigned.block.number > enactedIn.number);
    assert.ok(next.length > 0, 'there was no job afterwards');
    for (const { assigned, accepted, closed } of next) {
      const { at } = assigned.block;
      const ofClass = (await at.query.pricing.prices(model.priceClass)).unwrap();
      assert.ok(assigned.price.eq(ofClass), `${assigned.price} and not ${ofClass}`);
      assert.ok(assigned.price.input.toBigInt() >= price.input);
      // The provider asks for less, and is paid what the class costs.
      const offer = await at.query.pricing.offers([model.id, model.version], assigned.provider);
      assert.ok(offer.unwrap().price.input.lt(assigned.price.input));
      assert.ok(closed.reason.isPaid, closed.reason.toString());
      assert.equal(closed.spent.toBigInt(), cost(assigned.price, accepted));
    }
  });

  it('fails beyond the limits with an error that says what to do, and changes nothing', async () => {
    const { block, result } = proposals.beyondLimits.done;
    assert.match(explain(api.registry, result.asErr), /^pricing\.BeyondLimits: .*Stay within/);
    assert.equal(eventsNamed(block.events, 'pricing.PolicySet').length, 0);
    const stored = await block.at.query.pricing.policies(model.priceClass);
    assert.equal(stored.unwrapOr(policyBefore).toHex(), policyBefore.toHex());
  });

  it('fails beyond the bounds of a parameter with an error that says where they are, and changes nothing', async () => {
    const { block, result } = proposals.outOfBounds.done;
    assert.match(explain(api.registry, result.asErr), OUT_OF_BOUNDS);
    assert.equal(eventsNamed(block.events, 'parameters.Updated').length, 0);
    assert.equal((await block.at.query.parameters.parameters.entries()).length, 0);
  });

  it('comes to nothing where the preimage is no call', async () => {
    assert.ok(proposals.noCall.unavailable, 'there is no event');
    assert.equal(proposals.noCall.done, undefined);
  });

  it('gives all deposits back', async () => {
    const { good } = proposals;
    const unnote = (proposal) => api.tx.preimage.unnotePreimage(hashOf(proposal));
    await act(api, requester, [unnote(good), /preimage\.NotAuthorized/]);
    const { events, at } = await act(
      api,
      proposer,
      ...all().flatMap((proposal) => [
        [api.tx.referenda.refundDecisionDeposit(proposal.index)],
        [api.tx.referenda.refundSubmissionDeposit(proposal.index)],
        [unnote(proposal)],
      ]),
      [api.tx.referenda.refundDecisionDeposit(good.index), /referenda\.NoDeposit/],
      [api.tx.referenda.refundSubmissionDeposit(good.index), /referenda\.NoDeposit/],
      [unnote(good), /preimage\.NotNoted/],
    );
    for (const name of ['DecisionDepositRefunded', 'SubmissionDepositRefunded']) {
      const refunded = eventsNamed(events, `referenda.${name}`);
      assert.deepEqual(refunded.map(({ index }) => index.toNumber()), all().map(({ index }) => index));
      assert.ok(refunded.every(({ who }) => who.toString() === proposer.address));
    }
    assert.equal(await reserved(at), reservedBefore);
  });

  it('unlocks votes: at once without conviction, later with it', async () => {
    const { removeVote, undelegate, unlock } = api.tx.convictionVoting;
    const release = (account) =>
      act(
        api,
        account,
        [removeVote(null, proposals.good.index), /convictionVoting\.ClassNeeded/],
        ...all().map(({ index }) => [removeVote(TRACK, index)]),
        [removeVote(TRACK, proposals.good.index), /convictionVoting\.NotVoter/],
        [unlock(TRACK, account.address)],
      );
    const before = await voteLock(convinced);
    const [bound, free, lent] = await Promise.all([
      release(convinced),
      release(unconvinced),
      act(api, delegator, [undelegate(TRACK)], [undelegate(TRACK), /convictionVoting\.NotDelegating/]),
    ]);
    assert.equal(await voteLock(unconvinced, free.at), 0n);
    const lockPeriod = api.consts.convictionVoting.voteLockingPeriod.toNumber();
    const until = async (account, at) => {
      const { prior } = (await at.query.convictionVoting.votingFor(account.address, TRACK)).asCasting;
      assert.equal(prior[1].toBigInt(), await voteLock(account, at));
      return prior[0].toNumber();
    };
    assert.equal(await voteLock(convinced, bound.at), before);
    const last = Math.max(...all().map(({ confirmedIn }) => confirmedIn));
    assert.equal(await until(convinced, bound.at), last + lockPeriod);
    assert.equal(await until(delegator, lent.at), lent.number + lockPeriod);
  });
});
