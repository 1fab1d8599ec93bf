// A job from the post to its payment, by a stock client and nothing else.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { stringToU8a, u8aEq, u8aToString } from '@polkadot/util';

import { connect, dev, eventsNamed, send, total, view, walk } from '../src/chain.js';
import {
  deliveryPayload, encodeReceipt, inputHash, isSigned, outputHash, receiptPayload,
} from '../src/receipt.js';

const PROMPT = 'Once upon a time';
const MAX_OUTPUT_TOKENS = 24;

describe('a job', () => {
  let api;
  let alice;
  let model;
  let ceiling;
  /** Everything that happened, for the tests to look at. */
  const story = {};

  before(async () => {
    api = await connect();
    alice = dev('Alice');
    const models = await api.query.models.models.entries();
    const active = models.find(([, entry]) => entry.unwrap().status.isActive);
    assert.ok(active, 'the chain has no model');
    model = { id: active[0].args[0], entry: active[1].unwrap() };
    const offers = await api.query.pricing.offers.entries([model.id, model.entry.version]);
    assert.ok(offers.length > 0, 'the model has no offer');
    const { price } = offers[0][1].unwrap();
    const { floor } = await view(api, 'Pricing', 'bounds_of', model.entry.priceClass);
    const twice = (one, other) => 2n * (one.gt(other) ? one : other).toBigInt();
    ceiling = { input: twice(price.input, floor.input), output: twice(price.output, floor.output) };
  });

  after(() => api?.disconnect());

  it('is posted', async () => {
    const request = {
      model: model.id,
      version: null,
      input: { Inline: PROMPT },
      format: 'Completion',
      sampler: 'Greedy',
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      ceiling,
      assignment: 'Auto',
      eligibility: {
        allow: [],
        exclude: [],
        regions: [],
        maxRetentionHours: null,
        minGpuMemoryGib: null,
        numericClass: null,
      },
      timeLimit: 60,
    };
    const { hash, events } = await send(api.tx.jobs.post(request), alice);
    const [posted] = eventsNamed(events, 'jobs.JobPosted');
    assert.ok(posted, 'there is no event of the post');
    assert.equal(posted.requester.toString(), alice.address);
    story.posted = posted;
    const header = await api.rpc.chain.getHeader(hash);
    story.postedIn = header.number.toNumber();

    // The escrow is held, and nothing but the fee is gone.
    const [fee] = eventsNamed(events, 'transactionPayment.TransactionFeePaid');
    const earlier = await api.at(header.parentHash);
    const now = await api.at(hash);
    const [then, later] = await Promise.all(
      [earlier, now].map(async (at) => (await at.query.system.account(alice.address)).data),
    );
    const escrow = posted.escrow.toBigInt();
    const held = later.reserved.toBigInt() - then.reserved.toBigInt();
    const gone = then.free.toBigInt() - later.free.toBigInt();
    assert.equal(held, escrow);
    assert.equal(gone, escrow + fee.actualFee.toBigInt());
    const job = (await now.query.jobs.jobs(posted.job)).unwrap();
    assert.equal(
      escrow,
      ceiling.input * job.maxInputTokens.toBigInt() + ceiling.output * BigInt(MAX_OUTPUT_TOKENS),
    );
    assert.ok(job.state.isOpen);
  });

  it('is assigned, done and paid', async () => {
    const ours = (found) => found.find(({ job }) => job.eq(story.posted.job));
    await walk(api, story.postedIn, 'the job to close', (block) => {
      const seen = (name) => ours(eventsNamed(block.events, name));
      const assigned = seen('jobs.JobAssigned');
      const accepted = seen('jobs.ReceiptAccepted');
      const paid = seen('rewards.JobPaid');
      const closed = seen('jobs.JobClosed');
      if (assigned) story.assigned = assigned;
      if (accepted) Object.assign(story, { accepted, acceptedIn: block });
      if (paid) story.paid = paid;
      if (closed) Object.assign(story, { closed, closedIn: block });
      return closed;
    });
    assert.ok(story.assigned && story.accepted && story.paid, 'an event is missing');
    assert.ok(story.closed.reason.isPaid, `closed: ${story.closed.reason.type}`);
    assert.equal(story.accepted.provider.toString(), story.assigned.provider.toString());
    assert.equal(story.closedIn.number, story.accepted.settlesAt.toNumber());
  });

  it('leaves text and tokens that can be read', async () => {
    const { at } = story.closedIn;
    const stored = (await at.query.jobs.receipts(story.posted.job)).unwrap();
    story.stored = stored;
    const text = u8aToString(stored.text.toU8a(true));
    assert.ok(text.length > 0, 'there is no output');
    const { receipt } = stored.signed;
    assert.equal(stored.tokens.length, receipt.tokensOut.toNumber());
    assert.ok(stored.tokens.length > 0 && stored.tokens.length <= MAX_OUTPUT_TOKENS);
    assert.ok(receipt.job.eq(story.posted.job) && receipt.model.eq(model.id));
    assert.ok(receipt.modelVersion.eq(model.entry.version));
    const input = (await at.query.jobs.inputs(story.posted.job)).unwrap();
    assert.equal(u8aToString(input.toU8a(true)), PROMPT);
  });

  it('has a receipt that holds, hash by hash and signature by signature', async () => {
    const { signed, tokens, text, textSignature } = story.stored;
    const genesis = api.genesisHash.toU8a();
    const worker = signed.worker.toU8a();
    const bytes = text.toU8a(true);
    assert.ok(u8aEq(signed.genesis, genesis), 'it is for another chain');
    assert.equal(encodeReceipt(signed.receipt).length, 121);
    assert.ok(u8aEq(encodeReceipt(signed.receipt), signed.receipt.toU8a()));
    assert.ok(u8aEq(signed.receipt.inputHash, inputHash(stringToU8a(PROMPT))));
    assert.ok(u8aEq(signed.receipt.outputHash, outputHash(tokens.map((token) => token.toNumber()))));

    const payload = receiptPayload(genesis, signed.receipt);
    assert.ok(isSigned(payload, signed.signature.toU8a(), worker), 'the receipt is not signed');
    const delivered = deliveryPayload(genesis, story.posted.job.toBigInt(), bytes);
    assert.ok(isSigned(delivered, textSignature.toU8a(), worker), 'the text is not signed');
    // The check can fail.
    assert.ok(!isSigned(receiptPayload(new Uint8Array(32), signed.receipt), signed.signature.toU8a(), worker));

    const owner = (await story.acceptedIn.at.query.staking.workers(signed.worker)).unwrap();
    assert.equal(owner.provider.toString(), story.assigned.provider.toString());
    assert.ok(owner.retiredAt.isNone);
  });

  it('has a block with the receipt that decodes', async () => {
    const { block } = await api.rpc.chain.getBlock(story.acceptedIn.hash);
    const names = block.extrinsics.map(({ method }) => `${method.section}.${method.method}`);
    const extrinsic = block.extrinsics[names.indexOf('jobs.submitReceipt')];
    assert.ok(extrinsic, `no receipt among ${names}`);
    assert.equal(extrinsic.isSigned, false);
    const [signed, delivery] = extrinsic.method.args;
    assert.ok(u8aEq(signed.toU8a(), story.stored.signed.toU8a()));
    assert.ok(u8aEq(delivery.unwrap().text.toU8a(), story.stored.text.toU8a()));
  });

  it('has paid everybody what the payout event says, to the last unit', async () => {
    const { paid, closed, closedIn } = story;
    const units = Object.fromEntries(
      ['spent', 'toProvider', 'toDelegators', 'toAuthor', 'toTreasury', 'burned']
        .map((name) => [name, paid[name].toBigInt()]),
    );
    const parts = units.toProvider + units.toDelegators + units.toAuthor + units.toTreasury + units.burned;
    assert.equal(parts, units.spent);
    assert.equal(closed.spent.toBigInt(), units.spent);
    assert.equal(closed.spent.toBigInt() + closed.refund.toBigInt(), closed.escrow.toBigInt());
    assert.equal(closed.escrow.toBigInt(), story.posted.escrow.toBigInt());
    const { price } = story.assigned;
    const { receipt } = story.stored.signed;
    assert.equal(
      price.input.toBigInt() * receipt.tokensIn.toBigInt() +
        price.output.toBigInt() * receipt.tokensOut.toBigInt(),
      units.spent,
    );
    const share = (permill) => (units.spent * permill.toBigInt()) / 1_000_000n;
    assert.equal(units.toAuthor, share(model.entry.royalty));
    const governed = await view(api, 'Rewards', 'shares_of_payment');
    assert.equal(units.burned, share(governed.burn));
    assert.ok(units.toTreasury >= share(governed.treasury));
    assert.ok(units.toProvider > 0n && units.toAuthor > 0n && units.burned > 0n);

    // Before and after the closing block: nothing else moved in it.
    assert.equal(eventsNamed(closedIn.events, 'transactionPayment.TransactionFeePaid').length, 0);
    const header = await api.rpc.chain.getHeader(closedIn.hash);
    const earlier = await api.at(header.parentHash);
    const change = async (account) => (await total(closedIn.at, account)) - (await total(earlier, account));
    const treasury = api.consts.rewards.treasuryAccount;
    assert.equal(paid.requester.toString(), alice.address);
    assert.equal(paid.author.toString(), model.entry.owner.toString());
    assert.equal(await change(paid.requester), -units.spent);
    assert.equal(await change(paid.provider), units.toProvider);
    assert.equal(await change(paid.author), units.toAuthor);
    assert.equal(await change(treasury), units.toTreasury);
    const [issued, left] = await Promise.all(
      [earlier, closedIn.at].map((at) => at.query.balances.totalIssuance()),
    );
    assert.equal(issued.toBigInt() - left.toBigInt(), units.burned);
  });

  it('holds nothing of the requester any more', async () => {
    const holds = await story.closedIn.at.query.balances.holds(alice.address);
    const escrow = holds.filter(({ id }) => id.isJobs && id.asJobs.isEscrow);
    assert.ok(escrow.every(({ amount }) => amount.isZero()), holds.toString());
    const outcome = (await story.closedIn.at.query.jobs.outcomes(story.posted.job)).unwrap();
    assert.ok(outcome.reason.isPaid);
    assert.equal(outcome.refund.toBigInt(), story.closed.refund.toBigInt());
    assert.equal(outcome.payment.provider.toBigInt(), story.paid.toProvider.toBigInt());
  });

  it('is refused with an error that says what to do', async () => {
    const request = {
      model: model.id,
      version: null,
      input: { Inline: 'a'.repeat(8193) },
      format: 'Completion',
      sampler: 'Greedy',
      maxOutputTokens: 1,
      ceiling,
      assignment: 'Auto',
      eligibility: {
        allow: [],
        exclude: [],
        regions: [],
        maxRetentionHours: null,
        minGpuMemoryGib: null,
        numericClass: null,
      },
      timeLimit: 60,
    };
    await assert.rejects(send(api.tx.jobs.post(request), alice), /jobs\.InputTooLong: .*Shorten/);
  });
});
