import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CheckSuite } from '../../simulator/checks/check-suite.ts';
import { dependenciesOf, judgeDependencies } from '../../simulator/checks/dependencies.ts';
import type { Observed } from '../../simulator/checks/observed.ts';
import type { Perturbation } from '../../simulator/explore/trial.ts';
import { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import { seqOf } from '../../simulator/journal/entry.ts';
import type { PersistenceLevel } from '../../simulator/journal/records.ts';
import { closeExamples, loadExample } from '../examples/run-example.ts';
import { violationLines } from '../helpers/trials.ts';
import { clockEntry, operation } from '../journal/sample-entries.ts';
import { executionRow, observedRun, RUN_ID } from './observed-run.ts';

const REQUEST = operation('http.request');
const DAY_NANOS = 86_400_000_000_000n;

/** What a made-up program does: reads the clock (`null`) and posts what it makes of the readings. */
type Script = readonly (null | ((readings: readonly bigint[]) => { body: string; key?: string }))[];

function runOf(
  script: Script,
  level: PersistenceLevel,
  perturb: readonly Perturbation[],
): Observed {
  const run = observedRun();
  const { sink } = run.history;
  sink.execution(executionRow({ level }));
  const readings: bigint[] = [];
  for (const [index, step] of script.entries()) {
    const clock = clockEntry(index);
    if (step === null) {
      const edited = perturb.find(({ seq }) => seq === index)?.edit.fields.nanos ?? `${index}`;
      readings.push(BigInt(String(edited)));
      sink.entry(RUN_ID, {
        ...clock,
        result: REQUEST.parseResult(`{"nanos":"${edited}"}`, undefined),
      });
      continue;
    }
    const { body, key } = step(readings);
    const headers = key === undefined ? [] : [['idempotency-key', key]];
    const args = {
      method: 'POST',
      url: 'http://a/b',
      headers,
      body: new TextEncoder().encode(body),
    };
    sink.entry(RUN_ID, { ...clock, operation: REQUEST, args, seq: seqOf(index) });
  }
  return run;
}

function found(script: Script, level: PersistenceLevel = 'effect') {
  const calm = runOf(script, level, []);
  const search = dependenciesOf(calm, (perturb) => runOf(script, level, perturb));
  let step = search.next();
  while (step.done !== true) step = search.next();
  const dependencies = step.value;
  const violations = judgeDependencies(calm, dependencies).map(({ violation }) => violation);
  return { dependencies, lines: violationLines({ violations }) };
}

const price = (at: number) => (readings: readonly bigint[]) => ({
  body: (readings[at] ?? 0n) < DAY_NANOS ? 'cheap' : 'dear',
});
const plain = () => ({ body: 'plain' });

describe('the perturbation check', () => {
  after(closeExamples);

  it('finds what each request depends on, and whether the time decides or is copied', () => {
    const stamp = ([first]: readonly bigint[]) => ({ body: `${first}` });
    const { dependencies } = found([null, stamp, null, price(1), plain]);
    assert.deepEqual(
      dependencies.map(({ read, request, part, decides }) => [
        read.seq,
        request.seq,
        part,
        decides,
      ]),
      [
        [0, 1, 'body', false],
        [2, 3, 'body', true],
      ],
    );
    assert.deepEqual(
      dependencies[1]?.changes.map(({ how, is }) => [how, is]),
      [
        ['a day later', 'dear'],
        ['two days later', 'dear'],
      ],
    );
  });

  it('warns of a decision after the first request, and of none before it', () => {
    assert.deepEqual(found([null, price(0), plain]).lines, []);
    assert.deepEqual(found([plain, null, price(0)]).lines, [
      'warning depends-on script-1 #2: the body of POST http://a/b (script-1 #2) depends on the reading of the wall clock script-1 #1: a day later, it is dear instead of cheap. Requests were sent before it was read, so that a crash or a slow answer decides; if that is not meant, read the clock before the first request',
    ]);
  });

  it('finds two readings that decide two requests alike', () => {
    const { lines } = found([null, price(0), null, price(1)]);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^error depends-on script-1 #3: .* So does the body of POST http:\/\/a\/b \(script-1 #1\), on #0: /,
    );
  });

  it('finds keys that a crash would change, where it has them read anew', () => {
    const keyed = ([first]: readonly bigint[]) => ({ body: 'x', key: `k${first}` });
    assert.deepEqual(found([null, keyed]).lines, []);
    assert.match(
      found([null, keyed], 'workflow').lines[0] ?? '',
      /^error depends-on script-1 #1: the idempotency key of POST http:\/\/a\/b \(script-1 #1\) depends on the reading of the wall clock script-1 #0: a second later, it is k1000000000 instead of k0\. At persistence level workflow, /,
    );
  });

  it('tells a branch on the time in a real program from its fix', async () => {
    for (const [name, expected] of [
      ['wrong', /^error depends-on wrong-1 #3: /],
      ['fixed', /^$/],
    ] as const) {
      const { loaded, loadService } = await loadExample('wrong/time-branch', name);
      const search = new TrialRunner(loaded, loadService, new CheckSuite()).dependencies();
      let step = search.next();
      while (step.done !== true) step = search.next();
      const violations = step.value.map(({ violation }) => violation);
      assert.match(violationLines({ violations }).join('\n'), expected);
    }
  });
});
