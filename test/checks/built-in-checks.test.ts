import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { COMPLETES } from '../../simulator/checks/completes.ts';
import { NO_DIVERGENCE } from '../../simulator/checks/no-divergence.ts';
import { NO_ZOMBIE_COMMIT } from '../../simulator/checks/no-zombie-commit.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { seqOf } from '../../simulator/journal/entry.ts';
import { virtualNanos } from '../../simulator/kernel/time.ts';
import type { ServiceProgram } from '../../simulator/world/service.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { countingService } from '../helpers/simulate.ts';
import { type TrialOptions, trialOf, trialRunner, violationLines } from '../helpers/trials.ts';
import { clockEntry } from '../journal/sample-entries.ts';
import { attemptRow, executionRow, observedRun, RUN_ID } from './observed-run.ts';

const POST = ['post', 'http://counter/a', 'x'];
const LOSE_RESPONSE = { kind: 'lose-response', at: { effect: 'http.request' } };
const NO_ALIKE = (): never => assert.fail('nothing is compared with a run alike');

/** Answers alike, keeps what it did in its state, and heeds keys or does not. */
function bookkeeper(heeds: 'keys' | 'nothing', counts: boolean): () => ServiceProgram {
  return () => {
    const state = { requests: 0, done: {} as Record<string, string> };
    return {
      stateText: () => JSON.stringify(state),
      handle: ({ body }, { key = '' }) => {
        if (counts) state.requests++;
        const name = heeds === 'keys' ? key : `${Object.keys(state.done).length}`;
        state.done[name] ??= new TextDecoder().decode(body);
        return { status: 200, headers: [], pieces: [], delayNanos: 0n, note: undefined };
      },
    };
  };
}

/** Looks at no key: each request is another one. */
function forgetful(note: boolean): () => ServiceProgram {
  return () => {
    const service = countingService();
    return {
      handle: (request, context) => {
        const answer = service.handle(request, { ...context, key: undefined });
        return note ? answer : { ...answer, note: undefined };
      },
    };
  };
}

describe('the built-in checks', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function violations(args: readonly string[], fault: object, more: TrialOptions = {}) {
    const runner = trialRunner(program, { args, ...more });
    assert.deepEqual(violationLines(runner.calm), []);
    const outcome = runner.run(trialOf([fault]));
    assert.equal(outcome.fired.length, 1);
    return violationLines(outcome);
  }

  it('find what a service does again for one effect, by its state, its notes or its answers', () => {
    const expected =
      /^error exactly-once script-1 #0: counter did POST http:\/\/counter\/a twice.* for one effect, script-1 #0: both came with the idempotency key script-1\/0, and counter did not heed it$/;
    const wrong = [
      bookkeeper('nothing', false),
      bookkeeper('nothing', true),
      forgetful(true),
      forgetful(false),
    ];
    for (const service of wrong) {
      assert.match(violations(POST, LOSE_RESPONSE, { service })[0] ?? '', expected);
    }
  });

  /** Counts for each execution by itself. */
  const greeter = (): ServiceProgram => {
    const counts = new Map<string, number>();
    return {
      handle: (_request, { key = '' }) => {
        const [name = ''] = key.split('/');
        counts.set(name, (counts.get(name) ?? 0) + 1);
        const bytes = new TextEncoder().encode(`hello ${name} for the ${counts.get(name)}. time`);
        const pieces = [{ bytes, delayNanos: 0n }];
        return { status: 200, headers: [], pieces, delayNanos: 0n, note: undefined };
      },
    };
  };
  const crashOfSecond = (point: string) => ({
    kind: 'crash',
    point,
    at: { execution: 'script-2', seq: 0 },
  });
  const three = { workflow: { count: 3 } };

  it('compare what each of several executions prints, where it is the same whoever goes first', () => {
    const options = { ...three, service: greeter };
    const [, line = ''] = violations([...POST, 'print', 'x'], crashOfSecond('performed'), options);
    assert.match(line, /^error same-result script-2: the standard output of script-2 is /);
    assert.match(line, /random numbers, whoever goes first$/);
  });

  it('compare nothing of several executions that is a matter of who goes first', () => {
    // The second comes last, and is given the last number.
    const options = { ...three, service: countingService };
    assert.deepEqual(violations([...POST, 'print', 'x'], crashOfSecond('before'), options), []);
  });

  it('compare nothing with a program that is begun anew, and finds what it did before', () => {
    const args = ['read', '/shared/log', 'append', '/shared/log', 'a', 'wall', 'print', 'x'];
    const options: TrialOptions = { workflow: { persistence: 'workflow' } };
    const crash = { kind: 'crash', point: 'before', at: { execution: 'script-1', seq: 4 } };
    const lines = violations(args, crash, options);
    assert.deepEqual(lines, []);
  });

  it('let a repeat be that a service recognises, also one that counts its requests', () => {
    for (const service of [bookkeeper('keys', false), bookkeeper('keys', true), countingService]) {
      assert.deepEqual(violations(POST, LOSE_RESPONSE, { service }), []);
    }
  });

  it('let a repeat be that is recognised after one that was refused', () => {
    const heedful = bookkeeper('keys', false);
    const service = (): ServiceProgram => {
      const inner = heedful();
      return {
        ...inner,
        handle: (request, context) => {
          if (new TextDecoder().decode(request.body) === 'x') return inner.handle(request, context);
          return { status: 400, headers: [], pieces: [], delayNanos: 0n, note: undefined };
        },
      };
    };
    const corrupt = { kind: 'corrupt-request', at: { effect: 'http.request' } };
    const outcome = trialRunner(program, { args: POST, service }).run(
      trialOf([corrupt, { ...LOSE_RESPONSE, times: 2 }]),
    );
    const statuses = outcome.history.ledger().map(({ status }) => status);
    assert.deepEqual(statuses, [400, 200, 200]);
    assert.deepEqual(violationLines(outcome), []);
  });

  it('find what is done more often than undisturbed, under whatever keys', () => {
    const crash = { kind: 'crash', point: 'performed', at: { effect: 'http.request' } };
    const workflow = { persistence: 'workflow' } as const;
    const args = ['random', '4', 'print', 'x', ...POST];
    const service = bookkeeper('nothing', false);
    const [line] = violations(args, crash, { workflow, service });
    assert.match(line ?? '', /^error exactly-once script-1 #2: counter did POST .* twice/);
  });

  it('find another result, and the effect that it comes of', () => {
    const args = ['print', 'begin', ...POST];
    const [, line] = violations(args, LOSE_RESPONSE, { service: forgetful(true) });
    assert.match(
      line ?? '',
      /^error same-result script-1 #1: the standard output of script-1 is "POST 200 POST is number 2\\ndone \w+", and "POST 200 POST is number 1\\ndone \w+" in the undisturbed run with the same clock readings and random numbers. It comes of http.request #1, which gave something else$/,
    );
  });

  it('take it for no wonder that a service answers a repeat otherwise', () => {
    const service = (): ServiceProgram => {
      const known = new Set<string | undefined>();
      return {
        handle: (_request, { key }) => {
          const status = known.has(key) ? 200 : 201;
          known.add(key);
          const note = status === 201 ? 'charged' : 'charged already';
          return { status, headers: [], pieces: [], delayNanos: 0n, note };
        },
      };
    };
    const outcome = trialRunner(program, { args: POST, service }).run(trialOf([LOSE_RESPONSE]));
    assert.match(new TextDecoder().decode(outcome.outputs[0]?.bytes), /^POST 200/);
    assert.deepEqual(violationLines(outcome), []);
  });

  it('take it for no wonder that something looks otherwise later', () => {
    assert.deepEqual(violations(['get', 'http://counter/a'], LOSE_RESPONSE), []);
  });

  it('find an execution that is lost', () => {
    const crash = { kind: 'crash', point: 'before', at: { effect: 'stdout.write' } };
    const workflow = { persistence: 'none' } as const;
    assert.match(
      violations(['wall'], crash, { workflow })[0] ?? '',
      /^error same-result script-1: the end of script-1 is "lost", and "completed with exit code 0" /,
    );
  });

  it('take it for the same result when only clocks and random numbers differ', () => {
    const crash = { kind: 'crash', point: 'before', at: { execution: 'script-1', seq: 2 } };
    const args = ['wall', 'random', '4', 'print', 'x', ...POST];
    assert.deepEqual(violations(args, crash), []);
    const jump = { kind: 'clock-jump', by: '1h', at: { effect: 'clock.read' } };
    assert.deepEqual(violations(args, jump), []);
  });

  it('take it for no wonder that a program says what it was told', () => {
    const fault = { kind: 'lose-request', at: { effect: 'http.request' }, times: 1000 };
    const outcome = trialRunner(program, { args: POST }).run(trialOf([fault]));
    assert.match(new TextDecoder().decode(outcome.outputs[0]?.bytes), /^POST failed/);
    assert.deepEqual(violationLines(outcome), []);
  });

  it('warn of a wall clock that runs backwards, unless it is clamped', () => {
    const args = ['wall', 'wall', 'print', 'x'];
    const jump = { kind: 'clock-jump', by: '-1h', at: { effect: 'clock.read', match: 2 } };
    assert.deepEqual(violations(args, jump), [
      'warning clock-backwards script-1 #1: script-1 reads at #1 a time 59 min 59 s before that of #0. Measure with the monotonic clock, or set "clock": "clamped" for the workflow',
    ]);
    assert.deepEqual(violations(args, jump, { workflow: { clock: 'clamped' } }), []);
  });

  it('find a divergence', () => {
    const run = observedRun();
    run.history.sink.execution(executionRow({ status: 'diverged', reason: 'it diverges at #3' }));
    const judged = { run, calm: undefined, alike: NO_ALIKE, reordered: NO_ALIKE };
    assert.match(
      violationLines({ violations: NO_DIVERGENCE.judge(judged) }).join(),
      /^error no-divergence script-1: it diverges at #3\./,
    );
  });

  it('find what does not end, where it ends undisturbed', () => {
    const calm = observedRun();
    calm.history.sink.execution(executionRow());
    const run = observedRun({ ending: 'waiting' });
    run.history.sink.execution(executionRow({ status: 'waiting', endedAt: undefined }));
    const lines = (judged: Parameters<typeof COMPLETES.judge>[0]) =>
      violationLines({ violations: COMPLETES.judge(judged) });
    assert.deepEqual(lines({ run, calm, alike: NO_ALIKE, reordered: NO_ALIKE }), [
      'error completes script-1: script-1 never ends: it is waiting, and nothing is left to happen',
    ]);
    assert.deepEqual(lines({ run, calm: run, alike: NO_ALIKE, reordered: NO_ALIKE }), []);
    assert.deepEqual(lines({ run: calm, calm, alike: NO_ALIKE, reordered: NO_ALIKE }), []);
  });

  it('find what a zombie has committed', () => {
    const run = observedRun();
    const { sink } = run.history;
    sink.execution(executionRow());
    sink.attempt(attemptRow({ outcome: 'fenced' }));
    sink.attempt(attemptRow({ number: 2, epoch: 2, replayed: 1, startedAt: virtualNanos(5n) }));
    const judged = { run, calm: undefined, alike: NO_ALIKE, reordered: NO_ALIKE };
    const entry = { ...clockEntry(0), attempt: 1, endedAt: virtualNanos(4n) };
    sink.entry(RUN_ID, entry);
    sink.entry(RUN_ID, { ...entry, seq: seqOf(1), attempt: 2, endedAt: virtualNanos(6n) });
    assert.deepEqual(NO_ZOMBIE_COMMIT.judge(judged), []);
    sink.entry(RUN_ID, { ...entry, endedAt: virtualNanos(6n) });
    assert.equal(NO_ZOMBIE_COMMIT.judge(judged)[0]?.seq, 0);
    sink.entry(RUN_ID, entry);
    sink.entry(RUN_ID, { ...entry, seq: seqOf(2), attempt: 1 });
    assert.equal(NO_ZOMBIE_COMMIT.judge(judged)[0]?.seq, 2);
  });
});
