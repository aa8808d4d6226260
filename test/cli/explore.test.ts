import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ExploreReport } from '../../simulator/explore/report.ts';
import { backstitch, type CommandResult, ensureDist, startBackstitch } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

/** Does everything again that it is asked again. */
const FORGETFUL = `
let count = 0;
export function handle() {
  count += 1;
  return { status: 200, body: String(count), note: 'counted ' + count };
}
`;
const CHECKS = `
export function once(run) {
  const { length } = run.ledgers.counter;
  if (length > 1) return 'counted ' + length + ' times';
}
export function counted(run) { return run.ledgers.counter.length > 0; }
counted.kind = 'sometimes';
`;

interface Event {
  readonly event: string;
}

describe('backstitch explore and check', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  const run = (...args: string[]): CommandResult => backstitch(args, { cwd: folder });

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-explore-'));
    const script = await buildProgram('test/fixtures/programs/script.c');
    const hangs = await buildProgram('test/fixtures/programs/hangs-when-late.c');
    writeFileSync(path('script.wasm'), script.bytes);
    writeFileSync(path('hangs.wasm'), hangs.bytes);
    writeFileSync(path('counter.mjs'), FORGETFUL);
    writeFileSync(path('checks.mjs'), CHECKS);
    const args = ['post', 'http://counter/a', 'x', 'print', 'end'];
    const limits = { secondsBetweenEffects: 1 };
    const workflows = {
      pay: { module: 'script.wasm', args },
      right: { module: 'script.wasm', args: ['get', 'http://counter/a', 'print', 'end'] },
      hangs: { module: 'hangs.wasm', limits },
      spins: { module: 'script.wasm', args: ['print', 'a', 'spin'], limits },
    };
    const services = { counter: { script: 'counter.mjs', hosts: ['counter'] } };
    writeFileSync(path('backstitch.json'), JSON.stringify({ workflows, world: { services } }));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  function eventsOf({ stdout }: Pick<CommandResult, 'stdout'>): readonly Event[] {
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
  }

  function reportOf(result: Pick<CommandResult, 'stdout'>): ExploreReport & { exitCode: number } {
    const report = eventsOf(result).find(({ event }) => event === 'report');
    assert.ok(report !== undefined, result.stdout);
    return report as unknown as ExploreReport & { exitCode: number };
  }

  it('finds what breaks, saves it as a scenario, and checks that', () => {
    const found = run('explore', 'pay', '--only', 'crashes', '--save', 'scenarios');
    assert.equal(found.code, 71, found.stderr);
    // As a problem matcher has it.
    assert.match(found.stdout, /^✗ \/\S+script\.c:\d+: error: exactly-once: counter did POST/m);
    assert.match(
      found.stdout,
      /smallest plan \(seed 1\): \{"version":1,"faults":\[\{"kind":"crash"/,
    );
    assert.match(found.stdout, /it passes when the crash comes at the point before/);
    assert.match(found.stdout, /crashes {9}16 of 16 tried/);
    const [file = ''] = readdirSync(path('scenarios'));
    assert.match(file, /^pay-exactly-once-script\.c-\d+\.scenario\.json$/);

    const failed = run('check');
    assert.equal(failed.code, 71);
    assert.match(failed.stdout, /^\/\S+script\.c:\d+: error: exactly-once: /m);
    const scenario = JSON.parse(readFileSync(path(`scenarios/${file}`), 'utf8')) as object;
    const calm = { ...scenario, plan: { faults: [] }, note: 'nothing goes wrong' };
    writeFileSync(path('calm.scenario.json'), JSON.stringify(calm));
    const passed = run('check', 'calm.scenario.json');
    assert.equal(passed.code, 0);
    assert.match(passed.stdout, /1 of 1 passed/);
    const both = run('check', 'scenarios', 'calm.scenario.json', '--json');
    assert.equal(both.code, 71);
    const lines = eventsOf(both);
    assert.ok(lines.some((line) => line.event === 'checked'));
    assert.deepEqual(lines.at(-1), { event: 'summary', exitCode: 71, passed: 1, failed: 2 });
    rmSync(path('scenarios'), { recursive: true });
  });

  it('passes when nothing breaks', () => {
    const { code, stdout } = run('explore', 'right', '--only', 'crashes,clocks');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /✓ \d+ runs, 0 errors, \d+ warnings?; everything was tried/);
  });

  it('prints JSON lines, of which the last is a report', () => {
    const result = run('explore', 'pay', '--only', 'crashes', '--json', '--workers', '1');
    const report = reportOf(result);
    assert.equal(report.exitCode, 71);
    assert.equal(report.stopped, 'complete');
    assert.ok(eventsOf(result).some(({ event }) => event === 'finding'));
    assert.equal(result.stderr, '');
  });

  it('comes to the same in shards that are merged, and in however many threads', () => {
    const only = ['--only', 'crashes,swarms', '--runs', '60', '--json'];
    const parts = ['1/2', '2/2'].map((shard, index) => {
      const file = `part-${index}.json`;
      run('explore', 'pay', ...only, '--shard', shard, '--report', file);
      return file;
    });
    const merged = reportOf(run('explore', '--merge', ...parts, '--json'));
    const alone = reportOf(run('explore', 'pay', ...only, '--workers', '1'));
    const threads = reportOf(run('explore', 'pay', ...only, '--workers', '3'));
    const told = ({ findings }: ExploreReport) =>
      findings.map(({ key, trial, runs }) => JSON.stringify({ key, trial, runs })).sort();
    assert.ok(alone.findings.length > 0);
    for (const other of [merged, threads]) {
      assert.equal(other.runs, alone.runs);
      assert.deepEqual(told(other), told(alone));
      assert.deepEqual(other.coverage.effects, alone.coverage.effects);
    }
  });

  it('goes on where a report ends', () => {
    const args = ['explore', 'pay', '--only', 'crashes', '--resume', 'so-far.json', '--json'];
    const half = reportOf(run(...args, '--runs', '7'));
    assert.equal(half.runs, 7);
    const whole = reportOf(run(...args));
    assert.equal(whole.runs, 16);
    assert.equal(whole.stopped, 'complete');
    const again = JSON.parse(readFileSync(path('so-far.json'), 'utf8')) as ExploreReport;
    assert.equal(again.next, 16);
  });

  it('keeps what was found when it is interrupted', async () => {
    const child = startBackstitch(['explore', 'pay', '--only', 'swarms', '--json'], {
      cwd: folder,
    });
    child.stdin.end();
    let stdout = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      stdout += chunk;
      if (!child.killed && stdout.includes('"event":"finding"')) child.kill('SIGINT');
    }
    const report = reportOf({ stdout });
    assert.equal(report.stopped, 'cancelled');
    assert.equal(report.exitCode, 130);
    assert.ok(report.findings.length > 0 && report.runs > 0);
  });

  it('names the plan under which a program computes for ever, and goes on', () => {
    const args = ['--only', 'faults', '--runs', '60', '--workers', '1', '--json'];
    const result = run('explore', 'hangs', ...args);
    const report = reportOf(result);
    const [finding] = report.findings.filter(({ check }) => check === 'computes-for-ever');
    assert.ok(finding !== undefined, result.stdout);
    assert.match(finding.message, /hangs-1, asking for #\d last, computes for ever/);
    assert.equal((finding.trial.plan.faults as unknown[]).length, 1);
    assert.ok(report.runs > finding.original.trial, 'it went on behind it');
    assert.equal(report.exitCode, 71);
  });

  it('says so when a program computes for ever although nothing goes wrong', () => {
    const { code, stderr } = run('explore', 'spins', '--workers', '1');
    assert.equal(code, 124, stderr);
    assert.match(stderr, /computes for ever.*without anything going wrong/);
  });

  it('asks the checks of a module, and says which never held', () => {
    const found = run(
      'explore',
      'pay',
      '--only',
      'faults',
      '--checks',
      'checks.mjs',
      '--runs',
      '40',
    );
    assert.equal(found.code, 71, found.stderr);
    assert.match(found.stdout, /error: once: counted 2 times/);
    writeFileSync(path('never.mjs'), "export const never = () => false; never.kind = 'sometimes';");
    const never = run('explore', 'right', '--only', 'crashes', '--checks', 'never.mjs');
    assert.equal(never.code, 71, never.stdout);
    assert.match(never.stdout, /never never held, in no run/);
  });

  it('is not content when a check gives no answer', () => {
    writeFileSync(path('throws.mjs'), 'export function odd() { throw new Error("I am odd"); }');
    const args = ['explore', 'right', '--only', 'crashes', '--checks', 'throws.mjs'];
    const { code, stdout } = run(...args);
    assert.equal(code, 65, stdout);
    assert.match(stdout, /odd gave no answer in some run/);
    assert.match(stdout, /check odd failed at throws\.mjs:1.*: I am odd/);
    assert.match(stdout, /^✗ \d+ runs, 0 errors/m);
  });

  it('ends a check that does not end under some fault, names it, and asks the others on', () => {
    const loops = `
export function loopsOnce({ faults }) {
  while (faults.some(({ point, fired }) => point === 'performed' && fired > 0));
}
export function crashesLate({ faults }) {
  if (faults.some(({ point, fired }) => point === 'recorded' && fired > 0)) return 'it crashed';
}`;
    writeFileSync(path('loops.mjs'), loops);
    const args = ['--only', 'crashes', '--checks', 'loops.mjs', '--workers', '1', '--json'];
    const report = reportOf(run('explore', 'right', ...args));
    assert.equal(report.exitCode, 71);
    assert.equal(report.stopped, 'complete');
    assert.deepEqual(report.unanswered, ['loopsOnce']);
    assert.deepEqual(
      report.problems.map((text) =>
        /check (\w+) failed .*: (no answer within \S+ s)/.exec(text)?.slice(1),
      ),
      [['loopsOnce', 'no answer within 5 s']],
    );
    const checks = report.findings.map(({ check }) => check);
    assert.ok(checks.includes('crashesLate') && !checks.includes('computes-for-ever'));
    assert.equal(report.runs, report.strategies[0]?.planned);
  });

  it('says so when the time was over before anything was tried', () => {
    const { code, stdout, stderr } = run('explore', 'spins', '--time', '200ms', '--workers', '1');
    assert.equal(code, 124, stdout);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /time was over before the undisturbed run had ended, so nothing was tried/,
    );
  });

  it('asks checks about one run, and exits with 71 when one fails', () => {
    const plan = { faults: [{ kind: 'lose-response', at: { effect: 'http.*' } }] };
    writeFileSync(path('lost.json'), JSON.stringify(plan));
    const args = ['run', 'pay', '--faults', 'lost.json', '--no-timeline', '--quiet'];
    const plain = run(...args);
    assert.equal(plain.code, 0, plain.stderr);
    const failed = run(...args, '--check', 'all');
    assert.equal(failed.code, 71, failed.stderr);
    assert.ok(failed.stdout.startsWith(plain.stdout), 'the program prints the same');
    assert.match(failed.stdout, /^✗ pay fails its checks$/m);
    assert.match(failed.stdout, /^\/\S+script\.c:\d+: error: exactly-once: counter did POST/m);
    const passed = run(...args, '--check', 'no-divergence');
    assert.equal(passed.code, 0, passed.stdout);
    assert.match(passed.stdout, /✓ pay passes its checks/);
    const own = run(...args, '--check', 'checks.mjs', '--check', 'once', '--json');
    assert.equal(own.code, 71);
    const checked = eventsOf(own).find(({ event }) => event === 'checked') as unknown as {
      passed: boolean;
      violations: { check: string; message: string }[];
    };
    assert.equal(checked.passed, false);
    assert.deepEqual(
      checked.violations.map(({ check, message }) => [check, message]),
      [['once', 'counted 2 times']],
    );
    assert.equal(eventsOf(own).at(-1)?.event, 'summary');
    const calm = run(
      'run',
      'pay',
      '--faults',
      'none',
      '--quiet',
      '--no-timeline',
      '--check',
      'all',
    );
    assert.equal(calm.code, 0, calm.stdout);
    rmSync(path('.backstitch/recordings'), { recursive: true });
  });

  const wrong: readonly (readonly [code: number, text: RegExp, ...args: string[]])[] = [
    [64, /explore what\?/, 'explore'],
    [64, /--shard 3\/2: write which of how many/, 'explore', 'pay', '--shard', '3/2'],
    [
      64,
      /--only crush: there is no such strategy; there is crashes, /,
      'explore',
      'pay',
      '--only',
      'crush',
    ],
    [64, /--workers 0/, 'explore', 'pay', '--workers', '0'],
    [64, /one module of checks/, 'run', 'pay', '--check', 'a.mjs', '--check', 'b.mjs'],
    [64, /--check: a recording that goes on/, 'run', '--resume', 'x', '--check', 'all'],
    [64, /unexpected argument "more"/, 'explore', 'pay', 'more'],
    [64, /--merge what\?/, 'explore', '--merge'],
    [64, /has no workflow named "pya"/, 'explore', 'pya'],
    [
      65,
      /backstitch\.json is no report of an exploration/,
      'explore',
      '--merge',
      'backstitch.json',
    ],
    [65, /backstitch\.json is no report/, 'explore', 'pay', '--resume', 'backstitch.json'],
    [66, /gone\.json: cannot be read as a report/, 'explore', '--merge', 'gone.json'],
    [66, /gone\.mjs does not exist; correct --checks/, 'explore', 'pay', '--checks', 'gone.mjs'],
    [66, /gone does not exist/, 'check', 'gone'],
    [65, /is not a usable scenario:\n {2}\$\.version/, 'check', 'bad.scenario.json'],
    [64, /there is no check exactly-twice; there is exactly-once/, 'check', 'odd.scenario.json'],
  ];
  for (const [code, text, ...args] of wrong) {
    it(`refuses ${args.join(' ')}`, () => {
      writeFileSync(path('bad.scenario.json'), '{"version": 9, "workflow": "pay", "plan": {}}');
      const odd = { workflow: 'pay', plan: { faults: [] }, checks: ['exactly-twice'] };
      writeFileSync(path('odd.scenario.json'), JSON.stringify(odd));
      const result = run(...args);
      assert.match(result.stderr + result.stdout, text);
      assert.equal(result.code, code);
      assert.ok(!existsSync(path('.backstitch/recordings')), 'nothing is recorded');
    });
  }
});
