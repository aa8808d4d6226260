import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BUILT_IN_CHECKS, CheckSuite } from '../../simulator/checks/check-suite.ts';
import { loadChecks } from '../../simulator/cli/node/check-runtime.ts';
import type { Outcome } from '../../simulator/explore/trial.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { trialOf, trialRunner, violationLines } from '../helpers/trials.ts';

const POST = ['post', 'http://counter/a', 'x'];
const LOSE_RESPONSE = { kind: 'lose-response', at: { effect: 'http.request' } };

async function suiteOf(text: string): Promise<CheckSuite> {
  const source = { entry: 'checks.mjs', files: new Map([['checks.mjs', text]]) };
  return new CheckSuite([], await loadChecks(source));
}

const problemsOf = ({ problems }: Outcome) => problems.map(({ message }) => message);

describe('checks of a workspace', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  async function check(text: string, args: readonly string[], faults: readonly object[] = []) {
    const runner = trialRunner(program, { args, checks: await suiteOf(text) });
    return runner.run(trialOf(faults));
  }

  it('see executions, entries, ledgers, outputs, volumes, traces and faults', async () => {
    const text = `export const all = (run) => JSON.stringify(run, null, 1);`;
    const args = ['random', '2', ...POST, 'append', '/shared/f', 'two', 'warn', 'note'];
    const outcome = await check(text, args, [LOSE_RESPONSE]);
    assert.deepEqual(problemsOf(outcome), []);
    const run = JSON.parse(outcome.violations[0]?.message ?? '');
    const [execution] = run.executions;
    assert.deepEqual(
      [execution.id, execution.workflow, execution.status, execution.exitCode, execution.stderr],
      ['script-1', 'script', 'completed', 0, 'note\n'],
    );
    assert.match(execution.stdout, /^POST 200 POST is number 1\ndone/);
    const [random, request] = execution.entries;
    assert.deepEqual([random.effect, random.class, random.args.length], ['random.read', 'read', 2]);
    assert.deepEqual(
      [request.seq, request.effect, request.args.method, request.args.body, request.result.status],
      [1, 'http.request', 'POST', 'x', 200],
    );
    assert.ok(request.endedAt - request.startedAt > 5000, 'times are in milliseconds');
    const [first, second] = run.ledgers.counter;
    assert.deepEqual([first.method, first.url, first.body], ['POST', 'http://counter/a', 'x']);
    assert.deepEqual([first.key, first.status, first.note], ['script-1/1', 200, 'counted 1']);
    assert.equal(first.headers['idempotency-key'], 'script-1/1');
    assert.deepEqual([first.number, second.duplicateOf, second.seq], [1, 1, 1]);
    assert.deepEqual(run.volumes, { shared: { f: 'two' } });
    assert.ok(run.traces.some(({ kind }: { kind: string }) => kind === 'response.lost'));
    assert.deepEqual(
      run.faults.map(({ kind, fired, number }: Record<string, unknown>) => [kind, fired, number]),
      [['lose-response', 1, 1]],
    );
  });

  it('give a text, or several, for what is wrong', async () => {
    const text = `
      export function one({ ledgers }) { if (ledgers.counter.length > 0) return 'one is wrong'; }
      export const more = () => ['first', 'second'];
      export const no = () => false;
      export const fine = () => true;
      export const nothing = () => {};`;
    assert.deepEqual(violationLines(await check(text, POST)), [
      'error one: one is wrong',
      'error more: first',
      'error more: second',
      'error no: no does not hold',
    ]);
  });

  it('are asked after every step when they have to hold always', async () => {
    const text = `
      export function never2({ executions: [one] }) {
        const lines = one.stdout.split('\\n').length - 1;
        if (lines === 2) return 'it has printed ' + one.entries.length;
      }
      never2.kind = 'always';`;
    const args = ['print', 'a', 'print', 'b', 'print', 'c'];
    assert.deepEqual(violationLines(await check(text, args)), ['error never2: it has printed 2']);
    assert.deepEqual(violationLines(await check(text, ['print', 'a'])), [
      'error never2: it has printed 2',
    ]);
    assert.deepEqual(violationLines(await check(text, [])), []);
  });

  it('may hold at any time after the last fault when they have to hold eventually', async () => {
    const text = `
      export function printsOne({ executions: [one] }) {
        if (one.stdout.split('\\n').length !== 3) return 'never two lines';
      }
      printsOne.kind = 'eventually';`;
    const args = ['print', 'a', 'print', 'b', 'print', 'c'];
    const crashAt = (seq: number) => ({ kind: 'crash', at: { execution: 'script-1', seq } });
    assert.deepEqual(violationLines(await check(text, args, [])), []);
    assert.deepEqual(violationLines(await check(text, args, [crashAt(1)])), []);
    assert.deepEqual(violationLines(await check(text, args, [crashAt(3)])), [
      'error printsOne: never two lines',
    ]);
  });

  it('are asked eventually from the end of the plan on, where it has one', async () => {
    const text = `
      export function printsOne({ executions: [one] }) {
        if (one.stdout.split('\\n').length !== 3) return 'never two lines';
      }
      printsOne.kind = 'eventually';`;
    const args = ['print', 'a', 'print', 'b', 'sleep', '3000', 'print', 'c'];
    const runner = trialRunner(program, { args, checks: await suiteOf(text) });
    const drift = { kind: 'clock-drift', ppm: 1, node: 'node-c', at: { time: '0s' } };
    const endsAt = (untilNanos: bigint): readonly string[] => {
      const { plan } = trialOf([drift]);
      return violationLines(runner.run({ seed: 1, plan: { ...plan, untilNanos } }));
    };
    // While the program sleeps, two lines are there; afterwards there are three.
    assert.deepEqual(endsAt(2_000_000_000n), []);
    assert.deepEqual(endsAt(20_000_000_000n), []);
    const late = ['sleep', '1000', 'print', 'd'];
    const longer = trialRunner(program, { args: [...args, ...late], checks: await suiteOf(text) });
    const { plan } = trialOf([drift]);
    const outcome = longer.run({ seed: 1, plan: { ...plan, untilNanos: 3_500_000_000n } });
    assert.deepEqual(violationLines(outcome), ['error printsOne: never two lines']);
  });

  it('say whether they hold in this run when they have to hold sometimes', async () => {
    const text = `
      export const repeats = ({ ledgers }) => ledgers.counter.length > 1;
      repeats.kind = 'sometimes';`;
    const calm = await check(text, POST);
    assert.deepEqual([calm.sometimes, calm.violations], [{ repeats: false }, []]);
    const disturbed = await check(text, POST, [LOSE_RESPONSE]);
    assert.deepEqual([disturbed.sometimes, disturbed.violations], [{ repeats: true }, []]);
  });

  it('that throw are errors of their own, and the others are asked', async () => {
    const text = `
      export function broken({ ledgers }) {
        return ledgers.payment.length;
      }
      export const number = () => 7;
      export const wrong = () => 'wrong';`;
    const outcome = await check(text, POST);
    assert.deepEqual(violationLines(outcome), ['error wrong: wrong']);
    assert.deepEqual(problemsOf(outcome), [
      "check broken failed at checks.mjs:3:32: TypeError: Cannot read properties of undefined (reading 'length')",
      'check number failed at checks.mjs: TypeError: it returned 7; expected a text, a list of texts, or nothing when all is well',
    ]);
  });

  it('that never end are errors of their own, once, and the others are asked', async () => {
    const text = `
      export const loops = () => { for (;;); };
      export const wrong = () => 'wrong';`;
    const runner = trialRunner(program, { args: POST, checks: await suiteOf(text) });
    for (const outcome of [runner.calm, runner.run(trialOf([]))]) {
      assert.deepEqual(violationLines(outcome), ['error wrong: wrong']);
      assert.deepEqual(problemsOf(outcome), [
        'check loops failed at checks.mjs: no answer within 5 s of real time; does it loop?',
      ]);
    }
  });

  it('find nothing of earlier runs, and neither chance nor real time', async () => {
    const text = `
      let asked = 0;
      export const counts = () => String(++asked);
      export const global = () => { globalThis.seen = (globalThis.seen ?? 0) + 1; return String(globalThis.seen); };
      export const shared = () => { Array.prototype.seen = ([].seen ?? 0) + 1; return String([].seen); };
      export const random = () => String(Math.random());
      export const now = () => new Date().toISOString().slice(0, 13);`;
    const runner = trialRunner(program, { args: POST, checks: await suiteOf(text) });
    for (let index = 0; index < 3; index++) {
      const outcome = runner.run(trialOf([]));
      assert.deepEqual(violationLines(outcome), [
        'error counts: 1',
        'error global: 1',
        'error shared: 1',
        'error now: 2026-01-01T00',
      ]);
      assert.match(
        problemsOf(outcome).join(),
        /^check random failed at checks.mjs:6:\d+: .*random/,
      );
    }
  });

  it('are refused when they are no checks', async () => {
    const messageOf = (text: string) =>
      suiteOf(text).then(
        () => '',
        ({ message }: Error) => message,
      );
    assert.match(await messageOf('export const a = 1;'), /exports a, which is no function$/);
    assert.match(await messageOf('const a = 1;'), /exports no function$/);
    assert.match(await messageOf('export function a() {'), /not a module: .*\(1:\d+\)/);
    assert.match(
      await messageOf('export const a = () => {}; a.kind = "often";'),
      /a\.kind is often; expected one of end, always, sometimes, eventually$/,
    );
    assert.match(await messageOf('import "./b.mjs"; export const a = () => {};'), /cannot import/);
  });

  it('come after the built-in ones', async () => {
    const source = {
      entry: 'c.ts',
      files: new Map([['c.ts', 'export const mine = (): void => {};']]),
    };
    const suite = new CheckSuite(BUILT_IN_CHECKS, await loadChecks(source));
    const names = suite.checks.map(({ name }) => name);
    assert.equal(names[0], 'exactly-once');
    assert.equal(names.at(-1), 'mine');
  });
});
