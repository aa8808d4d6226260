import fc from 'fast-check';
import type { EffectValue, JsonObject } from '../../simulator/effects/operation.ts';
import { type Entry, type ExecutionId, executionId, seqOf } from '../../simulator/journal/entry.ts';
import type {
  AttemptRow,
  ChoiceRow,
  ExecutionRow,
  FaultRow,
  InputRow,
  LedgerRow,
  RecordingSink,
  TraceRow,
} from '../../simulator/journal/records.ts';
import { type VirtualNanos, virtualNanos } from '../../simulator/kernel/time.ts';
import { operation } from './sample-entries.ts';

/** A call of a sink, as data. `entry` keeps one object for each name, as the engine does. */
export type Write =
  | { readonly kind: 'meta'; readonly key: string; readonly value: string }
  | { readonly kind: 'blob'; readonly label: string; readonly bytes: Uint8Array }
  | { readonly kind: 'execution'; readonly row: ExecutionRow }
  | { readonly kind: 'attempt'; readonly row: AttemptRow }
  | { readonly kind: 'entry'; readonly execution: ExecutionId; readonly entry: Entry }
  | { readonly kind: 'change'; readonly index: number; readonly to: Changes }
  | {
      readonly kind: 'lost';
      readonly execution: ExecutionId;
      readonly attempt: number;
      readonly entry: Entry;
    }
  | { readonly kind: 'restart'; readonly execution: ExecutionId }
  | { readonly kind: 'ledger'; readonly row: LedgerRow }
  | { readonly kind: 'trace'; readonly row: TraceRow }
  | { readonly kind: 'fault'; readonly row: FaultRow }
  | { readonly kind: 'input'; readonly row: InputRow }
  | { readonly kind: 'choice'; readonly row: ChoiceRow }
  | { readonly kind: 'flush' };

type Changes = Pick<Entry, 'attempt' | 'endedAt' | 'deliveredAt' | 'pending'> & {
  readonly withResult: boolean;
};

/** Rows have a prototype, so records that stand for them have too. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true } as fc.RecordConstraints<
    keyof T
  >) as fc.Arbitrary<T>;
}

const nanos: fc.Arbitrary<VirtualNanos> = fc
  .oneof(
    fc.bigInt(0n, 1000n),
    fc.bigInt(2n ** 53n - 2n, 2n ** 53n + 2n),
    fc.bigInt(0n, 2n ** 63n - 1n),
  )
  .map(virtualNanos);
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 8 }));
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => new Uint8Array(array));
const execution = fc.constantFrom('a-1', 'a-2', 'b-1').map(executionId);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const small = fc.nat(300);
const data: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 4 }).map((key) => `k${key}`),
  fc.oneof(
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 3 }),
  ),
  { maxKeys: 3, noNullPrototype: true },
);
const headers = fc.array(fc.tuple(text, text), { maxLength: 2 });

interface Call {
  readonly name: string;
  readonly args: EffectValue;
  readonly result: EffectValue;
}
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.bigInt(0n, 2n ** 62n).map((now) => ({
    name: 'clock.read',
    args: { clock: 'wall' } as EffectValue,
    result: { nanos: now.toString() } as EffectValue,
  })),
  bytes.map((body) => ({ name: 'stdout.write', args: { body }, result: {} })),
  fc.tuple(small, bytes).map(([length, body]) => ({
    name: 'stdin.read',
    args: { length } as EffectValue,
    result: { body },
  })),
  record({ method: text, url: text, headers, body: bytes }).chain((args) =>
    fc
      .oneof(
        record({ status: small, headers, body: bytes }),
        text.map((detail) => ({ failure: 'timeout', detail }) as EffectValue),
      )
      .map((result) => ({ name: 'http.request', args, result })),
  ),
);

const changes: fc.Arbitrary<Changes> = record({
  attempt: fc.integer({ min: 1, max: 400 }),
  endedAt: maybe(nanos),
  deliveredAt: maybe(nanos),
  pending: maybe(record({ dueAt: maybe(nanos) })),
  withResult: fc.boolean(),
});

const entry: fc.Arbitrary<Entry> = fc
  .record({
    seq: fc.nat(4),
    call,
    key: maybe(text),
    startedAt: nanos,
    changes,
    hash: fc.maxSafeNat(),
  })
  .map(({ seq, call, key, startedAt, changes, hash }) => ({
    seq: seqOf(seq),
    operation: operation(call.name),
    argsHash: hash,
    args: call.args,
    key,
    attempt: changes.attempt,
    startedAt,
    result: changes.withResult ? call.result : undefined,
    endedAt: changes.endedAt,
    deliveredAt: changes.deliveredAt,
    pending: changes.pending,
  }));

const executionRow: fc.Arbitrary<ExecutionRow> = record({
  id: execution,
  workflow: text,
  module: text,
  level: fc.constantFrom('none', 'workflow', 'effect'),
  status: fc.constantFrom('running', 'completed', 'lost'),
  exitCode: maybe(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  reason: maybe(text),
  startedAt: nanos,
  endedAt: maybe(nanos),
});

const attemptRow: fc.Arbitrary<AttemptRow> = record({
  execution,
  number: fc.integer({ min: 1, max: 3 }),
  node: fc.constantFrom('north', 'south'),
  epoch: small,
  replayed: small,
  startedAt: nanos,
  endedAt: maybe(nanos),
  outcome: maybe(fc.constantFrom('completed', 'crashed', 'fenced')),
  detail: maybe(text),
});

const ledgerRow: fc.Arbitrary<LedgerRow> = record({
  service: fc.constantFrom('payments', 'mail'),
  number: small,
  at: nanos,
  execution: maybe(execution),
  seq: maybe(small.map(seqOf)),
  key: maybe(text),
  method: text,
  url: text,
  headers,
  body: bytes,
  status: maybe(small),
  responseHeaders: headers,
  responseBody: bytes,
  duplicateOf: maybe(small),
  duplicateBy: maybe(fc.constantFrom('key', 'content')),
  note: maybe(text),
});

const traceRow: fc.Arbitrary<TraceRow> = fc.record(
  {
    at: nanos,
    kind: fc.constantFrom('node.crashed', 'request.sent'),
    node: fc.constantFrom('north', 'south'),
    service: fc.constantFrom('payments', 'mail'),
    execution,
    seq: small.map(seqOf),
    data,
  },
  { requiredKeys: ['at', 'kind'], noNullPrototype: true },
);

const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Write>({ kind: 'flush' }) },
  { weight: 5, arbitrary: record({ kind: fc.constant('entry'), execution, entry }) },
  {
    weight: 5,
    arbitrary: record({ kind: fc.constant('change'), index: fc.nat(), to: changes }),
  },
  record({
    kind: fc.constant('lost'),
    execution,
    attempt: fc.integer({ min: 1, max: 9 }),
    entry,
  }),
  record({ kind: fc.constant('restart'), execution }),
  record({ kind: fc.constant('meta'), key: fc.constantFrom('seed', 'plan', 'x'), value: text }),
  record({ kind: fc.constant('blob'), label: text, bytes }),
  record({ kind: fc.constant('execution'), row: executionRow }),
  record({ kind: fc.constant('attempt'), row: attemptRow }),
  record({ kind: fc.constant('ledger'), row: ledgerRow }),
  record({ kind: fc.constant('trace'), row: traceRow }),
  record({
    kind: fc.constant('fault'),
    row: record({
      number: fc.integer({ min: 1, max: 4 }),
      plan: data,
      injected: fc.boolean(),
      fired: small,
    }),
  }),
  record({
    kind: fc.constant('input'),
    row: record({
      number: small,
      step: fc.maxSafeNat(),
      kind: fc.constantFrom('request', 'inbox', 'answer', 'cancel', 'fault'),
      data,
      body: maybe(bytes),
    }),
  }),
  record({
    kind: fc.constant('choice'),
    row: record({ stream: fc.constantFrom('net', 'order'), value: fc.maxSafeNat() }),
  }),
) as fc.Arbitrary<Write>;

/** What a simulation might write down, in any order, with flushes anywhere. */
export const writes: fc.Arbitrary<readonly Write[]> = fc.array(write, { maxLength: 40 });

/**
 * Calls the sink. Entries are mutable and shared between calls, as the engine's are, so every
 * replay of the same writes makes its own. `afterFlush` is given the count of writes so far.
 */
export function perform(
  sink: RecordingSink,
  all: readonly Write[],
  afterFlush: (writes: number) => void = () => {},
): void {
  const entries: { readonly execution: ExecutionId; readonly entry: Entry }[] = [];
  for (const [index, write] of all.entries()) {
    switch (write.kind) {
      case 'entry': {
        const made = { execution: write.execution, entry: { ...write.entry } };
        entries.push(made);
        sink.entry(made.execution, made.entry);
        break;
      }
      case 'change': {
        const made = entries[write.index % Math.max(1, entries.length)];
        if (made === undefined) break;
        change(made.entry, write.to);
        sink.entry(made.execution, made.entry);
        break;
      }
      case 'lost':
        sink.lost(write.execution, write.attempt, write.entry);
        break;
      case 'meta':
        sink.meta(write.key, write.value);
        break;
      case 'blob':
        sink.blob(`hash of ${write.bytes.join()}`, write.label, write.bytes);
        break;
      case 'restart':
        sink.restart(write.execution);
        break;
      case 'flush':
        sink.flush();
        afterFlush(index + 1);
        break;
      default:
        (sink[write.kind] as (row: unknown) => void).call(sink, write.row);
    }
  }
}

function change(entry: Entry, to: Changes): void {
  entry.attempt = to.attempt;
  entry.endedAt = to.endedAt;
  entry.deliveredAt = to.deliveredAt;
  entry.pending = to.pending;
  entry.result = to.withResult ? RESULTS[entry.operation.name] : undefined;
}

const RESULTS: Readonly<Record<string, EffectValue>> = {
  'clock.read': { nanos: '12' } as EffectValue,
  'stdout.write': {},
  'stdin.read': { body: new Uint8Array([1, 2]) },
  'http.request': { status: 200, headers: [], body: new Uint8Array() } as EffectValue,
};
