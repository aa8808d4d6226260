/** The laws of DESIGN and of the engine's files, as checks of what a finished simulation wrote. */
import assert from 'node:assert/strict';
import type { ClockResult } from '../../simulator/effects/clock.ts';
import type { HttpRequestArgs } from '../../simulator/effects/http.ts';
import type { PollArgs } from '../../simulator/effects/wait.ts';
import { type ReplayEnd, replay } from '../../simulator/engine/replayer.ts';
import type { Entry, ExecutionId } from '../../simulator/journal/entry.ts';
import type { Simulated } from '../helpers/simulate.ts';

export function entriesOf({ sink }: Simulated, execution: string): readonly Entry[] {
  return sink.entries.get(execution as ExecutionId) ?? [];
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

/** Every execution has come to its own end, with the exit code 0. */
export function expectCompleted({ simulation }: Simulated): void {
  for (const { id, status, reason, exitCode } of simulation.executions) {
    assert.equal(status, 'completed', `${id}: ${reason}`);
    assert.equal(exitCode, 0);
  }
}

/** What was shown is what the journals hold, each output once and in order. */
export function expectShownOnce(simulated: Simulated): void {
  for (const { id } of simulated.simulation.executions) {
    const outputs = entriesOf(simulated, id).filter(({ operation: { name } }) =>
      /^std(out|err)\.write$/.test(name),
    );
    const shown = simulated.outputs.filter(({ execution }) => execution === id);
    assert.deepEqual(
      shown.map(({ seq, bytes }) => [seq, textOf(bytes)]),
      outputs.map(({ seq, args }) => [seq, textOf(args.body)]),
    );
  }
}

/** The effects that faults of a kind have changed, as `<execution>/<seq>`. */
export function hitBy({ sink }: Simulated, ...kinds: string[]): ReadonlySet<string> {
  return new Set(
    sink.traces.flatMap(({ kind, data, execution, seq }) =>
      kind === 'fault.fired' && kinds.includes(String(data?.kind)) ? [`${execution}/${seq}`] : [],
    ),
  );
}

/** Every unsafe call reached its service, and under one key only one body, counted once. */
export function expectKeysKept(simulated: Simulated): void {
  const corrupted = hitBy(simulated, 'corrupt-request');
  const bodies = new Map<string, string>();
  for (const row of simulated.sink.ledgerRows) {
    if (row.method !== 'POST') continue;
    assert.ok(row.key !== undefined, 'a POST without a key');
    assert.equal(row.key, `${row.execution}/${row.seq}`);
    const body = `${row.url} ${textOf(row.body)}`;
    const first = bodies.get(row.key);
    assert.equal(row.duplicateOf === undefined, first === undefined);
    if (first !== undefined && !corrupted.has(row.key)) assert.equal(body, first);
    bodies.set(row.key, body);
  }
  const counted = simulated.sink.ledgerRows.filter(
    ({ method, note }) => method === 'POST' && note?.startsWith('counted') === true,
  );
  assert.equal(counted.length, bodies.size, 'each key is counted once');
}

/** Each POST of the journals is one key in the ledger. */
export function expectPostsOnce(simulated: Simulated): void {
  const posts = simulated.simulation.executions.flatMap(({ id }) =>
    entriesOf(simulated, id).filter(({ args }) => (args as HttpRequestArgs).method === 'POST'),
  );
  const rows = simulated.sink.ledgerRows.filter(({ method }) => method === 'POST');
  assert.equal(new Set(rows.map(({ key }) => key)).size, posts.length);
}

/** No request was sent again, under whatever key: nothing had made its outcome unknown. */
export function expectSentOnce({ sink }: Simulated): void {
  const calls = sink.ledgerRows.map(({ execution, seq }) => `${execution}/${seq}`);
  assert.deepEqual(calls, [...new Set(calls)]);
}

/** The journals have no gaps, and the program saw everything in them. */
export function expectWholeJournals(simulated: Simulated): void {
  for (const { id } of simulated.simulation.executions) {
    entriesOf(simulated, id).forEach((entry, index) => {
      assert.equal(entry.seq, index);
      assert.ok(entry.result !== undefined && entry.deliveredAt !== undefined, `${id}/${index}`);
      assert.ok((entry.endedAt ?? -1n) >= entry.startedAt);
      assert.ok(entry.deliveredAt >= (entry.endedAt ?? 0n));
    });
  }
}

/** Epochs rise with every attempt, and one attempt alone completed. */
export function expectOneOwner({ sink, simulation }: Simulated): void {
  for (const { id } of simulation.executions) {
    const attempts = [...sink.attempts.values()].filter(({ execution }) => execution === id);
    attempts.forEach(({ number, epoch }, index) => {
      assert.equal(number, index + 1);
      assert.equal(epoch, index + 1);
    });
    const completed = attempts.filter(({ outcome }) => outcome === 'completed');
    assert.deepEqual(
      completed.map(({ number }) => number),
      [attempts.length],
    );
  }
}

/** The monotonic clock never runs backwards; undisturbed, it moves on by all that was slept. */
export function expectMonotonic(simulated: Simulated, sleeps: 'counted' | 'not counted'): void {
  for (const { id } of simulated.simulation.executions) {
    let last: bigint | undefined;
    let slept = 0n;
    for (const { operation, args, result } of entriesOf(simulated, id)) {
      if (operation.name === 'wait.poll') {
        const [deadline] = (args as PollArgs).deadlines;
        if (sleeps === 'counted' && deadline !== undefined) slept += BigInt(deadline.nanos);
      }
      if (operation.name !== 'clock.read') continue;
      if ((args as { clock: string }).clock !== 'monotonic') continue;
      const nanos = BigInt((result as ClockResult).nanos);
      if (last !== undefined) assert.ok(nanos >= last + slept, `${nanos} after ${last}, ${slept}`);
      last = nanos;
      slept = 0n;
    }
  }
}

/** When the journal store learned of each effect first, by `<execution>/<seq>`. */
export interface Arrivals {
  readonly intents: ReadonlyMap<string, bigint>;
  readonly results: ReadonlyMap<string, bigint>;
}

/**
 * The journal store learns nothing sooner than a commit can travel: what it holds was sent. Call it
 * before the simulation runs; the links to the store take `commitNanos` at least.
 */
export function watchArrivals({ sink, simulation }: Simulated, commitNanos: bigint): Arrivals {
  const intents = new Map<string, bigint>();
  const results = new Map<string, bigint>();
  const store = sink.entry.bind(sink);
  sink.entry = (execution, entry) => {
    const { now } = simulation.agenda;
    const id = `${execution}/${entry.seq}`;
    if (!intents.has(id)) intents.set(id, now);
    if (entry.result !== undefined && !results.has(id)) results.set(id, now);
    const known = [entry.startedAt, entry.endedAt ?? 0n, entry.deliveredAt ?? 0n];
    const latest = known.reduce((one, other) => (one > other ? one : other));
    assert.ok(latest + commitNanos <= now, `${id}: ${latest} known at ${now}`);
    store(execution, entry);
  };
  const write = sink.attempt.bind(sink);
  sink.attempt = (row) => {
    // Whoever goes on with it must find what it waits for.
    const last = sink.entries.get(row.execution)?.at(-1);
    if (row.outcome === 'suspended') {
      assert.equal(last?.operation.class, 'wait', `${row.execution} is suspended in no wait`);
      assert.equal(last.result, undefined);
    }
    write(row);
  };
  return { intents, results };
}

/** Output commit: no call leaves before its intent is durable, or is delivered before its result is. */
export function expectOutputCommit({ sink }: Simulated, { intents, results }: Arrivals): void {
  const expectStored = (stored: bigint | undefined, by: bigint | undefined, what: string): void => {
    assert.ok(stored !== undefined && by !== undefined && stored <= by, `${what} at ${by}`);
  };
  for (const { kind, execution, seq, at } of sink.traces) {
    if (kind !== 'request.sent') continue;
    const id = `${execution}/${seq}`;
    expectStored(intents.get(id), at, `${id} is durable from ${intents.get(id)}, and was sent`);
  }
  for (const [execution, entries] of sink.entries) {
    for (const { seq, operation, endedAt, deliveredAt } of entries) {
      if (operation.class !== 'call') continue;
      const id = `${execution}/${seq}`;
      expectStored(intents.get(id), endedAt, `${id} was performed`);
      expectStored(results.get(id), deliveredAt, `${id} was delivered`);
    }
  }
}

/** An attempt that has ended sends nothing more: neither for the first time nor again. */
export function expectSentByTheLiving({ sink }: Simulated): void {
  const attempts = [...sink.attempts.values()];
  for (const { kind, execution, seq, node, at } of sink.traces) {
    if (kind !== 'request.sent' && kind !== 'call.retried') continue;
    const sender = attempts.find(
      (each) =>
        each.execution === execution &&
        each.node === node &&
        each.startedAt <= at &&
        (each.endedAt ?? at) >= at,
    );
    assert.ok(sender !== undefined, `${execution}/${seq}: ${kind} at ${at} by nobody on ${node}`);
  }
}

interface Pause {
  readonly node: string;
  readonly from: bigint;
  readonly to: bigint;
}

function pausesOf({ sink, simulation }: Simulated): readonly Pause[] {
  return sink.traces.flatMap(({ kind, node, at: from }, index) => {
    if (kind !== 'node.paused' || node === undefined) return [];
    const end = sink.traces
      .slice(index)
      .find((row) => row.node === node && /^node\.(resumed|crashed)$/.test(row.kind));
    return [{ node, from, to: end?.at ?? simulation.agenda.now }];
  });
}

/** What a node does of its own accord; the rest befalls it, or happens elsewhere. */
const OWN_ACTS = new Set(['request.sent', 'call.retried', 'response.arrived', 'question.asked']);
const OWN_ENDS = new Set(['completed', 'suspended', 'fenced', 'trapped', 'diverged']);

/** A node that stands still does nothing: it sends, receives, answers and ends nothing. */
export function expectStillWhilePaused(simulated: Simulated): void {
  const { sink } = simulated;
  const pauses = pausesOf(simulated);
  const expectAwake = (node: string | undefined, at: bigint | undefined, what: string): void => {
    const pause = pauses.find(
      (each) => each.node === node && at !== undefined && at > each.from && at < each.to,
    );
    assert.equal(pause, undefined, `${what} on ${node}, which stands still`);
  };
  // By their order, since what a node does in the instant of its pause comes before or after it.
  const paused = new Set<string>();
  for (const { kind, node, at } of sink.traces) {
    if (node === undefined) continue;
    if (kind === 'node.paused') paused.add(node);
    if (kind === 'node.resumed' || kind === 'node.crashed') paused.delete(node);
    assert.ok(!(OWN_ACTS.has(kind) && paused.has(node)), `${kind} at ${at} on paused ${node}`);
  }
  for (const { node, outcome, endedAt, execution } of sink.attempts.values()) {
    if (OWN_ENDS.has(outcome ?? '')) expectAwake(node, endedAt, `${execution} ${outcome}`);
  }
  for (const [execution, entries] of sink.entries) {
    for (const { seq, attempt, endedAt } of entries) {
      const node = sink.attempts.get(`${execution}/${attempt}`)?.node;
      expectAwake(node, endedAt, `${execution}/${seq} ended`);
    }
  }
}

/** All that holds for a simulation whose executions completed, whatever went wrong in it. */
export function expectCrashLaw(simulated: Simulated): void {
  expectCompleted(simulated);
  expectShownOnce(simulated);
  expectKeysKept(simulated);
  expectWholeJournals(simulated);
  expectOneOwner(simulated);
}

/** What a program printed, without what depends on when and how often it was run. */
export function structureOf(text: string): string {
  return text.replace(/\b[0-9a-f]{8}\b/g, '<digest>').replace(/number \d+/g, 'number <n>');
}

/** Executes an execution again from these entries; performs nothing. */
export function replayOf(
  simulated: Simulated,
  id: ExecutionId,
  entries: readonly Entry[],
): ReplayEnd {
  const execution = simulated.simulation.executions.find((each) => each.id === id);
  assert.ok(execution !== undefined);
  const { engine } = simulated.simulation;
  const wallNanosOf = (entry: Entry | undefined): bigint =>
    engine.wallNanosAt(entry?.endedAt ?? entry?.startedAt ?? execution.startedAt);
  return replay({ execution: id, workflow: execution.workflow, entries, wallNanosOf });
}

/** Every journal replays to its end, and every part of one as far as it goes. */
export function expectReplayLaw(simulated: Simulated): void {
  const steps = simulated.simulation.agenda.steps;
  const rows = simulated.sink.ledgerRows.length;
  const choices = simulated.sink.choices.length;
  for (const { id, exitCode } of simulated.simulation.executions) {
    const entries = entriesOf(simulated, id);
    const end = replayOf(simulated, id, entries);
    assert.equal(
      end.kind,
      'finished',
      JSON.stringify(end.kind === 'diverged' && end.error.message),
    );
    if (end.kind !== 'finished') return;
    assert.deepEqual(end.outcome, { kind: 'exited', code: exitCode });
    assert.equal(end.replayed, entries.length);
    for (let length = 0; length < entries.length; length++) {
      const cut = replayOf(simulated, id, entries.slice(0, length));
      assert.equal(cut.kind, 'journal-ended');
      assert.equal(cut.replayed, length);
      const next = entries[length];
      if (next === undefined || cut.kind !== 'journal-ended') return;
      assert.equal(cut.next.name, next.operation.name);
      const intent = { ...next, result: undefined, deliveredAt: undefined };
      const cutInside = replayOf(simulated, id, [...entries.slice(0, length), intent]);
      assert.equal(cutInside.kind, 'journal-ended');
    }
  }
  assert.equal(simulated.simulation.agenda.steps, steps);
  assert.equal(simulated.sink.ledgerRows.length, rows);
  assert.equal(simulated.sink.choices.length, choices);
}
