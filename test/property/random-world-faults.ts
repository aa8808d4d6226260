/** Random faults of links, messages and volumes. */
import fc from 'fast-check';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';

const point = fc.constantFrom(...EFFECT_POINTS);
const duration = fc.integer({ min: 1, max: 60_000 }).map((ms) => `${ms}ms`);
const way = fc.constantFrom('both', 'out', 'in');
const ends = fc.uniqueArray(
  fc.constantFrom('node-a', 'node-b', '@owner', 'counter', 'shared', 'journal-store'),
  { minLength: 1, maxLength: 3 },
);

function effectOf(...patterns: string[]): fc.Arbitrary<object> {
  return fc.oneof(
    fc.record({
      execution: fc.constantFrom('script-1', 'script-2', 'script-3'),
      seq: fc.integer({ min: 0, max: 20 }),
    }),
    fc.record({
      effect: fc.constantFrom(...patterns),
      match: fc.integer({ min: 1, max: 8 }),
    }),
  );
}

const anywhere = fc.oneof(
  effectOf('*', 'http.*', 'clock.read', 'stdout.write', 'wait.poll', 'volume.*', 'connection.*'),
  fc.record({ time: duration }),
);

/** A fault of links, for a while. */
const anyLinkFault = fc.oneof(
  fc.record({ kind: fc.constant('partition'), at: anywhere, isolate: ends, way, for: duration }),
  fc.record({ kind: fc.constant('partition'), at: anywhere, from: ends, way, for: duration }),
  fc.record({
    kind: fc.constant('partition'),
    at: anywhere,
    shape: fc.constantFrom('ring', 'bridge'),
    for: duration,
  }),
  fc.record({
    kind: fc.constant('slow-link'),
    at: anywhere,
    to: ends,
    latency: fc.integer({ min: 0, max: 8_000 }).map((ms) => `${ms}ms`),
    jitter: duration,
    bandwidth: fc.integer({ min: 1, max: 1000 }),
    for: duration,
  }),
  fc.record({
    kind: fc.constant('lossy-link'),
    at: anywhere,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    for: duration,
  }),
  fc.record({ kind: fc.constant('clog'), at: anywhere, from: ends, point, for: duration }),
  fc.record({ kind: fc.constant('heal'), at: anywhere }),
);

const sending = effectOf('http.*', 'connection.*', 'datagram.send', '*');
const times = fc.integer({ min: 1, max: 3 });
const when = fc.constantFrom('before', 'after');

/** A fault that changes what becomes of a message. */
const anyMessageFault = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'delay-request',
      'delay-response',
      'duplicate-request',
      'duplicate-response',
    ),
    at: sending,
    by: duration,
    times,
  }),
  fc.record({
    kind: fc.constantFrom('corrupt-request', 'corrupt-response'),
    at: sending,
    bytes: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ kind: fc.constant('truncate-response'), at: sending, keep: fc.nat(9), times }),
  fc.record({ kind: fc.constant('slow-body'), at: sending, for: duration }),
  fc.record({ kind: fc.constant('reset'), at: sending, when, times }),
  fc.record({ kind: fc.constant('refuse'), at: sending }),
  // Not where a program looks up a name itself: those here do not look twice.
  fc.record({
    kind: fc.constant('dns-failure'),
    at: fc.record({ effect: fc.constant('http.*'), match: fc.integer({ min: 1, max: 8 }) }),
  }),
  fc.record({
    kind: fc.constant('status'),
    at: sending,
    status: fc.constantFrom(200, 204, 404, 503),
    when,
  }),
);

const writing = effectOf('volume.*', 'volume.write', 'volume.open');
const reading = effectOf('volume.*', 'volume.read');

/** A fault of volumes. */
const anyVolumeFault = fc.oneof(
  fc.record({
    kind: fc.constant('errno'),
    at: writing,
    errno: fc.constantFrom('EIO', 'ENOSPC', 'EACCES'),
    when,
  }),
  fc.record({
    kind: fc.constant('torn-write'),
    at: writing,
    keep: fc.nat(3),
    told: fc.constantFrom('all', 'part'),
  }),
  fc.record(
    {
      kind: fc.constant('misdirected-write'),
      at: writing,
      file: fc.constantFrom('*', 'log', 'none'),
      offset: fc.nat(9),
      times,
    },
    { requiredKeys: ['kind', 'at'] },
  ),
  fc.record({ kind: fc.constant('stale-read'), at: reading, writes: times }),
  fc.record({ kind: fc.constant('corrupt-read'), at: reading, bytes: times }),
  fc.record({ kind: fc.constant('full'), at: anywhere, for: duration }),
  fc.record({ kind: fc.constant('slow-volume'), at: anywhere, by: duration, for: duration }),
  fc.record({ kind: fc.constant('lost-writes'), at: anywhere, volume: fc.constant('shared') }),
);

/** A fault of any kind of the network or of volumes. */
export const anyWorldFault = fc.oneof(
  anyLinkFault,
  anyMessageFault,
  anyVolumeFault,
) as fc.Arbitrary<JsonObject>;
