import type { EffectValue } from '../../simulator/effects/operation.ts';
import { type Entry, executionId, seqOf } from '../../simulator/journal/entry.ts';
import type { RecordingSink } from '../../simulator/journal/records.ts';
import { NANOS_PER_DAY, virtualNanos } from '../../simulator/kernel/time.ts';
import { type Content, ModelSink } from './recording-model.ts';
import { operation } from './sample-entries.ts';

const A1 = executionId('a-1');
const B1 = executionId('b-1');
const utf8 = (text: string) => new TextEncoder().encode(text);

function entry(seq: number, name: string, fields: Partial<Entry> & { args: EffectValue }): Entry {
  return {
    seq: seqOf(seq),
    operation: operation(name),
    argsHash: operation(name).hash(fields.args),
    key: undefined,
    attempt: 1,
    startedAt: virtualNanos(BigInt(seq) * 1_000_000n),
    result: undefined,
    endedAt: undefined,
    deliveredAt: undefined,
    pending: undefined,
    ...fields,
  };
}

const charge: EffectValue & Record<string, unknown> = {
  method: 'POST',
  url: 'http://payments/charge',
  headers: [['content-type', 'application/json']],
  timeoutNanos: '1000000000',
  body: utf8('{"amount":4200}'),
};

/**
 * A small recording with every kind of row and every state of an entry. The fixture of format 1
 * holds exactly this, so it must not change; a later format has a sample of its own.
 */
export function writeSample(sink: RecordingSink): void {
  sink.meta('start_wall_ms', '1767225600000');
  sink.meta('seed', '7');
  sink.meta('host.version', '0.1.0');
  sink.blob('c0ffee', 'module a', Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  sink.fault({ number: 1, plan: { crash: 'a-1', at: 2 }, injected: false, fired: 1 });
  sink.input({ number: 1, step: 3, kind: 'inbox', data: { execution: 'a-1' }, body: utf8('hi\n') });
  sink.input({ number: 2, step: 4, kind: 'cancel', data: {}, body: undefined });
  writeExecutions(sink);
  writeEntries(sink);
  writeWorld(sink);
  sink.choice({ stream: 'network', value: 17 });
  sink.choice({ stream: 'random a-1', value: Number.MAX_SAFE_INTEGER });
  sink.flush();
}

function writeExecutions(sink: RecordingSink): void {
  const common = { module: 'c0ffee', level: 'effect', reason: undefined } as const;
  sink.execution({
    ...common,
    id: A1,
    workflow: 'a',
    status: 'completed',
    exitCode: 0,
    startedAt: virtualNanos(0n),
    endedAt: virtualNanos(150n * NANOS_PER_DAY),
  });
  sink.execution({
    ...common,
    id: B1,
    workflow: 'b',
    status: 'trapped',
    exitCode: undefined,
    reason: 'unreachable executed\nat main.c:7',
    startedAt: virtualNanos(5n),
    endedAt: virtualNanos(6n),
  });
  const attempt = { execution: A1, node: 'north', epoch: 1, replayed: 0 } as const;
  sink.attempt({
    ...attempt,
    number: 1,
    startedAt: virtualNanos(0n),
    endedAt: virtualNanos(3_000_000n),
    outcome: 'crashed',
    detail: 'before #3 was recorded',
  });
  sink.attempt({
    ...attempt,
    number: 2,
    node: 'south',
    epoch: 2,
    replayed: 3,
    startedAt: virtualNanos(4_000_000n),
    endedAt: undefined,
    outcome: undefined,
    detail: undefined,
  });
}

function writeEntries(sink: RecordingSink): void {
  const done = (at: bigint) => ({ endedAt: virtualNanos(at), deliveredAt: virtualNanos(at) });
  const value = (fields: Record<string, unknown>): EffectValue => fields;
  sink.entry(
    A1,
    entry(0, 'clock.read', {
      args: value({ clock: 'wall' }),
      result: value({ nanos: '1767225600000000000' }),
      ...done(0n),
    }),
  );
  sink.entry(
    A1,
    entry(1, 'stdout.write', { args: { body: utf8('héllo\n') }, result: {}, ...done(1_000_000n) }),
  );
  sink.entry(
    A1,
    entry(2, 'http.request', {
      args: charge,
      key: 'a-1/2',
      attempt: 2,
      result: value({ status: 200, headers: [], body: Uint8Array.of(0, 1, 2) }),
      endedAt: virtualNanos(2_500_000n),
      deliveredAt: virtualNanos(150n * NANOS_PER_DAY),
    }),
  );
  const due = virtualNanos(2n ** 62n + 1n);
  const poll = { deadlines: [], inboxes: ['stdin'] };
  sink.entry(A1, entry(3, 'wait.poll', { args: value(poll), pending: { dueAt: due } }));
  sink.entry(A1, entry(4, 'wait.poll', { args: value(poll), pending: { dueAt: undefined } }));
  sink.entry(
    A1,
    entry(5, 'stdin.read', {
      args: value({ length: 10 }),
      result: { body: new Uint8Array() },
      endedAt: virtualNanos(9_000_000n),
    }),
  );
  sink.lost(A1, 1, entry(3, 'random.read', { args: value({ length: 4 }), ...done(3_000_000n) }));
}

function writeWorld(sink: RecordingSink): void {
  const at = virtualNanos(2_200_000n);
  const row = {
    service: 'payments',
    at,
    execution: A1,
    seq: seqOf(2),
    key: 'a-1/2',
    method: 'POST',
    url: '/charge',
    headers: [['content-type', 'application/json']],
    body: utf8('{"amount":4200}'),
    status: 200,
    responseHeaders: [],
    responseBody: Uint8Array.of(0, 1, 2),
    duplicateOf: undefined,
    duplicateBy: undefined,
    note: 'charged 4200',
  } as const;
  sink.ledger({ ...row, number: 1 });
  sink.ledger({ ...row, number: 2, duplicateOf: 1, duplicateBy: 'key', note: undefined });
  sink.ledger({
    ...row,
    number: 3,
    execution: undefined,
    seq: undefined,
    key: undefined,
    headers: [],
    body: new Uint8Array(),
    status: undefined,
    responseBody: new Uint8Array(),
    note: undefined,
  });
  sink.trace({ at, kind: 'node.crashed', node: 'north', data: { point: 'before it' } });
  sink.trace({ at, kind: 'request.sent', service: 'payments', execution: A1, seq: seqOf(2) });
}

export function sampleContent(): Content {
  const model = new ModelSink();
  writeSample(model);
  return model.content();
}
