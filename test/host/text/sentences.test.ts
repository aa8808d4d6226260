import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultText } from '../../../simulator/host/text/fault-text.ts';
import { traceText } from '../../../simulator/host/text/trace-text.ts';
import { executionId, seqOf } from '../../../simulator/journal/entry.ts';
import type { TraceKind, TraceRow } from '../../../simulator/journal/records.ts';
import { virtualNanos } from '../../../simulator/kernel/time.ts';

const PLACE = {
  at: virtualNanos(0n),
  node: 'node-a',
  service: 'payment',
  execution: executionId('order-1'),
  seq: seqOf(3),
};

const SENTENCES: Readonly<Record<TraceKind, readonly [data: TraceRow['data'], text: string]>> = {
  'node.crashed': [undefined, 'node-a crashed'],
  'node.restarted': [undefined, 'node-a is up again'],
  'node.paused': [undefined, 'node-a stands still'],
  'node.resumed': [undefined, 'node-a goes on'],
  'clock.jumped': [
    { clock: 'wall', byNanos: '-3600000000000' },
    'the wall clock of node-a jumped 1 h back',
  ],
  'clock.drifted': [
    { clock: 'monotonic', ppm: -50 },
    'the monotonic clock of node-a runs slow by 50 us a second',
  ],
  'clock.frozen': [{ clock: 'monotonic' }, 'the monotonic clock of node-a stands still'],
  'clock.thawed': [{ clock: 'monotonic' }, 'the monotonic clock of node-a goes on'],
  'clock.strobed': [
    { clock: 'wall', byNanos: '-2000000000', everyNanos: '100000000', forNanos: '5000000000' },
    'the wall clock of node-a jumps by -2 s and back every 100 ms',
  ],
  'clock.smeared': [
    { clock: 'wall', byNanos: '-1000000000', forNanos: '86400000000000' },
    'the wall clock of node-a gains -1 s over 1 d',
  ],
  'clock.reset': [{ clock: 'wall' }, 'the wall clock of node-a is set right'],
  'timer.moved': [{ byNanos: '-1000000000' }, 'the timer of order-1 #3 goes off 1 s too early'],
  'timer.lost': [
    { forNanos: '10000000000' },
    'the timer of order-1 #3 never goes off; that is noticed 10 s later',
  ],
  'timer.repeated': [
    { afterNanos: '100000000' },
    'the timer of order-1 #3 goes off twice, 100 ms apart',
  ],
  'journal.torn': [
    { stored: 1, cut: 2 },
    'of what node-a was committing for order-1, 1 entry came to be stored, and 2 not',
  ],
  'workflow.deployed': [{ workflow: 'order', module: 'v2.wasm' }, 'v2.wasm is deployed for order'],
  'fault.fired': [
    { kind: 'pause', for: '20s', point: 'intent', at: {} },
    'node-a stands still for 20 s after the intent of order-1 #3 is recorded, before it is performed',
  ],
  'faults.ended': [
    undefined,
    'the fault plan is over: what was wrong is mended, and nothing goes wrong',
  ],
  'lease.claimed': [{ epoch: 2 }, 'node-a claimed order-1 (epoch 2)'],
  'lease.expired': [undefined, 'the lease of node-a on order-1 is over'],
  'commit.held': [undefined, 'a commit of node-a does not get through to the journal store so far'],
  'commit.refused': [
    { entries: 2, epoch: 1, current: 2 },
    'a commit of 2 entries by node-a was refused: its epoch is 1, and the journal is at 2',
  ],
  'request.sent': [{ try: 2 }, 'node-a sent the request of order-1 #3 to payment, try 2'],
  'request.arrived': [undefined, 'the request of order-1 #3 arrived at payment'],
  'request.held': [undefined, 'the request of order-1 #3 does not get through to payment so far'],
  'request.lost': [undefined, 'the request of order-1 #3 was lost on its way to payment'],
  'response.sent': [{ status: 201 }, 'payment answered order-1 #3 with 201'],
  'response.arrived': [undefined, 'the response to order-1 #3 arrived at node-a'],
  'response.held': [
    undefined,
    'the response to order-1 #3 does not get through from payment so far',
  ],
  'volume.healed': [{ fault: 'full' }, 'payment is full no longer'],
  'volume.lost': [{ files: 2 }, 'payment lost unsynced writes to 2 files'],
  'write.misdirected': [
    { offset: 4, bytes: 2, file: 'a/index' },
    'what order-1 #3 wrote landed at byte 4 of a/index',
  ],
  'link.healed': [{ fault: 'clog' }, 'the clogged links let everything through'],
  'response.lost': [undefined, 'the response to order-1 #3 was lost on its way back from payment'],
  'call.retried': [
    { why: 'no response in time', try: 2 },
    'order-1 #3 is sent again (no response in time, try 2)',
  ],
  'question.asked': [
    undefined,
    "what became of order-1 #3 is not known: it waits for a person's answer",
  ],
  'question.answered': [{ answer: 'retry' }, 'a person answered what becomes of order-1 #3: retry'],
  'service.failed': [
    { message: 'service payment failed at pay.mjs:2: x' },
    'service payment failed at pay.mjs:2: x',
  ],
  'input.arrived': [{ inbox: 'stdin', bytes: 5, ends: true }, '5 bytes came in on stdin, the last'],
  'execution.started': [{ by: 'order-2', bySeq: 3 }, 'order-2 #3 started order-1'],
  'message.arrived': [{ bytes: 3, from: 'order-2' }, 'a message of 3 bytes came from order-2'],
  'client.sent': [{ client: 'alice', what: 'GET /' }, 'client alice sent GET /'],
  'client.answered': [
    { client: 'alice', what: 'GET /', outcome: 'answered', status: 200, bytes: 5 },
    'client alice got 200 for GET /',
  ],
  'result.edited': [
    { fields: 'status, body' },
    'the result of order-1 #3 is edited by hand: status, body',
  ],
  'memory.patched': [
    { label: 'total = 5' },
    'memory is changed by hand before order-1 #3: total = 5',
  ],
  'promise.kept': [{ promise: 'approval' }, 'the promise approval was kept'],
};

describe('what happens in the world', () => {
  for (const [kind, [data, text]] of Object.entries(SENTENCES)) {
    it(`reads: ${text}`, () => {
      const row = { ...PLACE, kind: kind as TraceKind, ...(data === undefined ? {} : { data }) };
      assert.equal(traceText(row), text);
    });

    it(`reads without any of its fields: ${kind}`, () => {
      const bare = traceText({ at: PLACE.at, kind: kind as TraceKind });
      assert.ok(bare.length > 0);
      assert.doesNotMatch(bare, /undefined|NaN|\[object/);
    });
  }

  it('names an effect briefly inside its own execution, and says when a key is sent again', () => {
    const row: TraceRow = { ...PLACE, kind: 'call.retried', data: { why: 'lost' } };
    assert.equal(
      traceText(row, { naming: 'brief', keyed: true }),
      '#3 is sent again with the same key (lost)',
    );
  });
});

describe('a fault', () => {
  const seq = { execution: 'order-1', seq: 3 };
  const FAULTS: readonly (readonly [plan: Parameters<typeof faultText>[0], text: string])[] = [
    [
      { kind: 'crash', point: 'before', at: seq },
      'the node that runs it crashes before order-1 #3',
    ],
    [
      { kind: 'crash', point: 'performed', at: { effect: 'http.*', match: 2 }, node: 'node-b' },
      'node-b crashes after http.* number 2 is performed, before its result is recorded',
    ],
    [
      { kind: 'crash', point: 'recorded', at: { effect: 'http.*', execution: 'order-1' } },
      'the node that runs it crashes after the result of http.* of order-1 is recorded, ' +
        'before it is delivered',
    ],
    [
      { kind: 'clock-jump', clock: 'wall', by: '1h', at: { time: '3d' }, node: 'node-a' },
      'the wall clock of node-a jumps 1 h ahead at 3 d',
    ],
    [{ kind: 'lose-request', at: seq, times: 1 }, 'the request of order-1 #3 is lost'],
    [
      { kind: 'out-of-memory', at: seq, point: 'performed' },
      'the process of order-1 is killed for want of memory after order-1 #3 is performed, before ' +
        'its result is recorded',
    ],
    [
      { kind: 'deploy', module: 'v2.wasm', workflow: 'order', at: { time: '1s' } },
      'v2.wasm is deployed for order at 1 s',
    ],
    [{ kind: 'timer-early', by: '2s', at: seq }, 'the timer of order-1 #3 goes off 2 s too early'],
    [{ kind: 'timer-late', by: '2s', at: seq }, 'the timer of order-1 #3 goes off 2 s too late'],
    [
      { kind: 'timer-twice', after: '1s', at: seq },
      'the timer of order-1 #3 goes off twice, 1 s apart',
    ],
    [
      { kind: 'timer-never', at: seq },
      'the timer of order-1 #3 never goes off, which is noticed a lease length later',
    ],
    [
      { kind: 'store-unreachable', for: '15s', at: { time: '1s' } },
      'the journal store cannot be reached from any node for 15 s at 1 s',
    ],
    [
      { kind: 'store-slow', node: 'a', by: '1s', for: '15s', at: { time: '1s' } },
      'commits of a take 1 s longer for 15 s at 1 s',
    ],
    [
      { kind: 'torn-tail', node: 'a', share: 0.5, at: { time: '1s' } },
      'a crashes while it commits, and 50% of that is stored, at 1 s',
    ],
    [{ kind: 'resume', node: '@owner', at: { time: '5s' } }, '@owner goes on at 5 s'],
    [{ kind: 'restart', node: 'a', at: { time: '5s' } }, 'a is started again at 5 s'],
    [
      { kind: 'crash', point: 'replay', node: 'a', at: { line: 'order.c:42', match: 2 } },
      'a crashes when effect from order.c:42 number 2 is replayed',
    ],
    [
      { kind: 'pause', for: '5s', node: 'a', at: { effect: 'http.*', probability: 0.25 } },
      'a stands still for 5 s before any http.* with a probability of 0.25',
    ],
    [
      { kind: 'clock-offset', clock: 'wall', by: '2s', for: '5s', node: 'a', at: { time: '0s' } },
      'the wall clock of a is off by +2 s for 5 s at 0 s',
    ],
    [
      { kind: 'clock-freeze', clock: 'wall', for: '5s', node: 'a', at: seq },
      'the wall clock of a stands still for 5 s before order-1 #3',
    ],
    [
      {
        kind: 'clock-strobe',
        clock: 'wall',
        by: '-2s',
        every: '1s',
        for: '5s',
        node: 'a',
        at: seq,
      },
      'the wall clock of a jumps by -2 s and back every 1 s for 5 s before order-1 #3',
    ],
    [
      { kind: 'leap-second', way: 'repeat', at: seq },
      'all wall clocks show one second twice before order-1 #3',
    ],
    [
      { kind: 'leap-second', way: 'smear', node: 'a', at: seq },
      'the wall clock of a spreads a leap second before order-1 #3',
    ],
    [
      { kind: 'clock-reset', clock: 'wall', node: 'a', at: seq },
      'the wall clock of a is set right before order-1 #3',
    ],
    [{ kind: 'lose-response', at: seq, times: 3 }, '3 responses to order-1 #3 are lost'],
    [
      { kind: 'delay-request', at: seq, by: '10s', times: 1 },
      'the request of order-1 #3 takes 10 s longer',
    ],
    [
      { kind: 'delay-response', at: seq, by: '10s', times: 2 },
      '2 responses to order-1 #3 take 10 s longer',
    ],
    [{ kind: 'duplicate-request', at: seq, times: 1 }, 'the request of order-1 #3 arrives twice'],
    [{ kind: 'duplicate-response', at: seq, times: 2 }, '2 responses to order-1 #3 arrive twice'],
    [
      { kind: 'corrupt-request', at: seq, bytes: 1, times: 1 },
      'the request of order-1 #3 arrives with 1 wrong byte',
    ],
    [
      { kind: 'corrupt-response', at: seq, bytes: 3, times: 2 },
      '2 responses to order-1 #3 arrive with 3 wrong bytes',
    ],
    [{ kind: 'truncate-response', at: seq }, 'the response to order-1 #3 breaks off halfway'],
    [
      { kind: 'truncate-response', at: seq, keep: 7 },
      'the response to order-1 #3 breaks off after 7 bytes',
    ],
    [
      { kind: 'slow-body', at: seq, for: '20s', pieces: 10 },
      'the body of the response to order-1 #3 comes within 20 s, in 10 pieces',
    ],
    [
      { kind: 'reset', at: seq, when: 'after' },
      'the connection of order-1 #3 is reset after the service has done it',
    ],
    [{ kind: 'refuse', at: seq }, 'the connection of order-1 #3 is refused'],
    [{ kind: 'dns-failure', at: seq }, 'the name in order-1 #3 does not resolve'],
    [
      { kind: 'status', at: seq, status: 503, when: 'before' },
      'a proxy answers order-1 #3 with 503 before the service has done it',
    ],
    [
      { kind: 'partition', isolate: ['a', 'pay'], way: 'out', for: '5s', at: { time: '1s' } },
      'a, pay are cut off in what they send for 5 s at 1 s',
    ],
    [
      { kind: 'partition', way: 'both', for: '5s', point: 'performed', at: seq },
      'the node that runs it is cut off for 5 s after order-1 #3 is performed, before its result ' +
        'is recorded',
    ],
    [
      { kind: 'partition', from: ['a'], way: 'both', for: '5s', at: seq },
      'the links between a and the others are cut for 5 s before order-1 #3',
    ],
    [
      { kind: 'partition', shape: 'ring', for: '5s', at: { time: '1s' } },
      'every node hears only its own majority of the nodes for 5 s at 1 s',
    ],
    [
      {
        ...{ kind: 'slow-link', from: ['a'], to: ['pay'], way: 'in', for: '5s', at: seq },
        ...{ latency: '1s', jitter: '500ms', bandwidth: 9 },
      },
      'the links from pay to a take 1 s to 1.5 s longer, with 9 bytes a second, for 5 s before ' +
        'order-1 #3',
    ],
    [
      { kind: 'lossy-link', share: 0.25, for: '5s', at: seq },
      'all links lose 25% of their messages for 5 s before order-1 #3',
    ],
    [
      { kind: 'clog', to: ['pay'], way: 'out', for: '5s', at: seq },
      'the links from the others to pay hold all messages for 5 s before order-1 #3',
    ],
    [{ kind: 'heal', what: 'all', at: { time: '9s' } }, 'all links and volumes heal at 9 s'],
    [
      { kind: 'errno', errno: 'EIO', when: 'after', at: seq },
      'order-1 #3 fails with EIO, though it is done',
    ],
    [{ kind: 'torn-write', told: 'all', at: seq }, 'order-1 #3 writes only half, and is told all'],
    [{ kind: 'torn-write', told: 'part', keep: 1, at: seq }, 'order-1 #3 writes only 1 byte'],
    [{ kind: 'misdirected-write', at: seq }, 'order-1 #3 writes to another place'],
    [
      { kind: 'misdirected-write', file: '*', at: seq },
      'order-1 #3 writes to another place in another file',
    ],
    [
      { kind: 'misdirected-write', file: 'a/index', offset: 0, at: seq },
      'order-1 #3 writes to another place in a/index, at byte 0',
    ],
    [{ kind: 'stale-read', writes: 1, at: seq }, 'order-1 #3 does not see the last write'],
    [{ kind: 'stale-read', writes: 2, at: seq }, 'order-1 #3 does not see the last 2 writes'],
    [{ kind: 'corrupt-read', bytes: 2, at: seq }, 'order-1 #3 reads 2 wrong bytes'],
    [{ kind: 'full', volume: 'v', for: '5s', at: seq }, 'v is full for 5 s before order-1 #3'],
    [
      { kind: 'slow-volume', by: '1s', for: '5s', at: seq },
      'all volumes are slower by 1 s for 5 s before order-1 #3',
    ],
    [
      { kind: 'lost-writes', at: { time: '1s' } },
      'what is not synced on any volume is lost at 1 s',
    ],
    [{ kind: 'meteor' }, 'fault {"kind":"meteor"}'],
  ];
  for (const [plan, text] of FAULTS) {
    it(`reads: ${text}`, () => assert.equal(faultText(plan), text));
  }
});
