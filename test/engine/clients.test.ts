import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Client } from '../../simulator/engine/client.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { clientReports, failureText } from '../../simulator/host/client-reports.ts';
import { LiveHistory, teeSinks } from '../../simulator/journal/history.ts';
import { NANOS_PER_SECOND } from '../../simulator/kernel/time.ts';
import { MemorySink } from '../helpers/memory-sink.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type ScriptOptions, type Simulated, simulate } from '../helpers/simulate.ts';

const SECOND = NANOS_PER_SECOND;

/** One that opens a connection at the start, says this, and leaves its side open. */
function client(name: string, text: string, more: Partial<Client> = {}): Client {
  const body = new TextEncoder().encode(text);
  return {
    ...{ name, workflow: 'script', what: `${body.length} bytes`, speaksHttp: false },
    sends: { head: undefined, body, ends: false },
    ...{ atNanos: 0n, count: 1, everyNanos: 0n, jitterNanos: 0n, timeoutNanos: undefined },
    ...more,
  };
}

describe('clients of a simulation', () => {
  let program: GuestProgram;

  before(async () => {
    program = await buildProgram('test/fixtures/programs/lines.c');
  });

  after(closeBuilder);

  function world(clients: readonly Client[], options: Partial<ScriptOptions> = {}) {
    const sink = new MemorySink();
    const history = new LiveHistory(0n);
    const simulated: Simulated = simulate(program, {
      args: [],
      count: 0,
      stdinEnds: false,
      ...options,
      setup: {
        workflowFor: () => simulated.workflow,
        clients,
        sink: teeSinks([sink, history.sink]),
        ...options.setup,
      },
    });
    const told = (): readonly string[] =>
      clientReports(history).map(({ client: name, number, execution, answer }) =>
        [name, number, execution, answer?.outcome, answer?.text.trim()].join(' '),
      );
    return { simulated, sink, history, told };
  }

  it('send when it is time, and the simulation ends when all is answered', () => {
    const often = { atNanos: 2n * SECOND, count: 3, everyNanos: 10n * SECOND };
    const { simulated, history, told } = world([
      client('late', 'say late\nquit\n', { atNanos: 15n * SECOND }),
      client('often', 'post\nquit\n', often),
    ]);
    assert.equal(simulated.simulation.run().kind, 'ended');
    assert.deepEqual(told(), [
      'often 1 script-1 answered POST is number 1',
      'often 2 script-2 answered POST is number 2',
      'late 1 script-3 answered late',
      'often 3 script-4 answered POST is number 3',
    ]);
    assert.deepEqual(
      clientReports(history).map(({ sentAt }) => sentAt / SECOND),
      [2n, 12n, 15n, 22n],
    );
  });

  it('take as long as their program does, in virtual time', () => {
    const { simulated, history } = world([client('slow', 'sleep 7000\nquit\n')]);
    simulated.simulation.run();
    const [report] = clientReports(history);
    assert.equal((report?.answer?.tookNanos ?? 0n) / SECOND, 7n);
  });

  it('wait their turn where too many are answered, in the order of their sending', () => {
    const clients = ['a', 'b', 'c'].map((name, index) =>
      client(name, `sleep ${name === 'a' ? 9000 : 1000}\nquit\n`, {
        atNanos: BigInt(index) * 1_000_000n,
      }),
    );
    const { simulated, history, told } = world(clients, { world: { maxConcurrent: 1 } });
    simulated.simulation.run();
    assert.deepEqual(told(), [
      'a 1 script-1 answered slept',
      'b 1 script-2 answered slept',
      'c 1 script-3 answered slept',
    ]);
    const took = clientReports(history).map(({ answer }) => (answer?.tookNanos ?? 0n) / SECOND);
    assert.deepEqual(took, [9n, 10n, 11n]);
    const started = simulated.simulation.executions.map(({ startedAt }) => startedAt / SECOND);
    assert.deepEqual(started, [0n, 9n, 10n]);
  });

  it('leave when their time is over, and what they started goes on without them', () => {
    const { simulated, told } = world([
      client('hasty', 'sleep 60000\nsay done\n', { timeoutNanos: 5n * SECOND }),
    ]);
    assert.equal(simulated.simulation.run().kind, 'ended');
    assert.deepEqual(told(), ['hasty 1 script-1 left ']);
    // The end of the connection is the end of its input.
    assert.equal(simulated.text(), 'slept\ndone\n');
    assert.equal(simulated.simulation.executions[0]?.status, 'completed');
  });

  it('leave also before they have had their turn, and start nothing then', () => {
    const hasty = client('hasty', 'say hello\nquit\n', {
      ...{ atNanos: SECOND, timeoutNanos: SECOND },
    });
    const { simulated, history, told } = world([client('slow', 'sleep 9000\nquit\n'), hasty], {
      world: { maxConcurrent: 1 },
    });
    simulated.simulation.run();
    assert.deepEqual(told(), ['slow 1 script-1 answered slept', 'hasty 1  left ']);
    assert.equal(simulated.simulation.executions.length, 1);
    const texts = clientReports(history).map(failureText);
    assert.deepEqual(texts, [
      undefined,
      'client hasty #1: 15 bytes waited for its turn, and no longer than its timeout',
    ]);
  });

  it('make room for the next when they leave', () => {
    const { simulated, told } = world(
      [
        client('hasty', 'sleep 60000\n', { timeoutNanos: SECOND }),
        client('next', 'say hello\nquit\n', { atNanos: 1n }),
      ],
      { world: { maxConcurrent: 1 } },
    );
    simulated.simulation.run();
    assert.deepEqual(told(), ['hasty 1 script-1 left ', 'next 1 script-2 answered hello']);
    const [, next] = simulated.simulation.executions;
    assert.equal((next?.startedAt ?? 0n) / SECOND, 1n);
  });

  it('are told of what broke off, and of what never came', () => {
    const { simulated, history, told } = world([
      client('cut', 'say one\ntrap\n'),
      client('trapped', 'trap\n'),
      client('silent', 'quit\n'),
      client('http', 'say no HTTP\nquit\n', { speaksHttp: true }),
    ]);
    simulated.simulation.run();
    assert.deepEqual(told(), [
      'cut 1 script-1 cut one',
      'trapped 1 script-2 nothing ',
      'silent 1 script-3 answered ',
      'http 1 script-4 nothing no HTTP',
    ]);
    assert.deepEqual(clientReports(history).map(failureText), [
      'client cut #1: 13 bytes got only the beginning of an answer from script-1',
      'client trapped #1: 5 bytes got no answer from script-2',
      undefined,
      'client http #1: 17 bytes got no answer from script-4',
    ]);
  });

  it('know the status of an answer that comes as the bytes of a connection', () => {
    const text = 'say HTTP/1.1 503 Busy\nsay x: y\nsay \nsay later\nquit\n';
    const { simulated, history } = world([client('http', text, { speaksHttp: true })]);
    simulated.simulation.run();
    const [report] = clientReports(history);
    assert.equal(report?.answer?.status, 503);
    assert.equal(report.answer.bytes, 6);
    assert.equal(report.answer.text, 'later\n');
    assert.equal(failureText(report), 'client http #1: 51 bytes got 503 from script-1');
  });

  it('get nothing twice from a program that begins anew', () => {
    const plan = { faults: [{ kind: 'crash', point: 'recorded', at: { effect: 'stdout.write' } }] };
    const { simulated, history, told } = world([client('one', 'say one\nsay two\nquit\n')], {
      plan,
      workflow: { persistence: 'workflow' },
    });
    simulated.simulation.run();
    assert.equal(simulated.simulation.executions[0]?.recoveries, 1);
    assert.deepEqual(told(), ['one 1 script-1 answered one\ntwo']);
    assert.equal(clientReports(history)[0]?.answer?.bytes, 8);
  });

  it('are late by what the seed says, the same in every run', () => {
    const late = client('late', 'quit\n', {
      ...{ count: 20, everyNanos: 10n * SECOND, jitterNanos: 5n * SECOND },
    });
    const sent = (seed: number): readonly bigint[] => {
      const { simulated, history } = world([late], { world: { seed } });
      simulated.simulation.run();
      return clientReports(history).map(({ sentAt }) => sentAt);
    };
    const times = sent(1);
    assert.deepEqual(sent(1), times);
    assert.notDeepEqual(sent(2), times);
    times.forEach((at, index) => {
      const lateBy = at - BigInt(index) * 10n * SECOND;
      assert.ok(lateBy >= 0n && lateBy <= 5n * SECOND, `${lateBy}`);
    });
    assert.ok(new Set(times.map((at, index) => at - BigInt(index) * 10n * SECOND)).size > 10);
  });

  it('are part of the world: the same run writes the same', () => {
    const clients = [
      client('a', 'post\nsleep 20000\npost\nquit\n', { count: 3, everyNanos: 7n * SECOND }),
      client('b', 'post\nquit\n', { count: 5, everyNanos: SECOND, jitterNanos: SECOND }),
    ];
    const first = world(clients, { world: { maxConcurrent: 2 } });
    const second = world(clients, { world: { maxConcurrent: 2 } });
    first.simulated.simulation.run();
    second.simulated.simulation.run();
    assert.deepEqual(second.sink, first.sink);
    assert.equal(first.sink.inputs.length, 0);
  });
});
