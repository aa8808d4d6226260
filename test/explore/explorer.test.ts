import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Check } from '../../simulator/checks/check.ts';
import { CheckSuite } from '../../simulator/checks/check-suite.ts';
import { Explorer, type ExplorerSetup } from '../../simulator/explore/explorer.ts';
import type { Finding } from '../../simulator/explore/finding.ts';
import { mergeReports } from '../../simulator/explore/merge-reports.ts';
import type { ExploreReport } from '../../simulator/explore/report.ts';
import type { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { ServiceProgram } from '../../simulator/world/service.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { countingService } from '../helpers/simulate.ts';
import { type TrialOptions, trialRunner } from '../helpers/trials.ts';

const NAMES = {
  nodes: ['node-a', 'node-b', 'node-c'],
  others: ['journal-store', 'counter'],
  volumes: [],
};
const ARGS = ['wall', 'post', 'http://counter/a', 'x', 'print', 'end'];

/** Does everything again that it is asked again. */
function forgetful(): ServiceProgram {
  let count = 0;
  return {
    handle: ({ method }) => ({
      status: 200,
      headers: [],
      pieces: [{ bytes: new TextEncoder().encode(`${method} ${++count}`), delayNanos: 0n }],
      delayNanos: 0n,
      note: `counted ${count}`,
    }),
  };
}

interface Explored {
  readonly report: ExploreReport;
  readonly told: readonly Finding[];
  readonly runner: TrialRunner;
}

describe('exploring', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function explore(
    options: ExplorerSetup['options'],
    trials: TrialOptions = { args: ARGS },
    steps = Number.POSITIVE_INFINITY,
  ): Explored {
    const runner = trialRunner(program, trials);
    const told: Finding[] = [];
    const explorer = new Explorer({
      runner,
      workflow: 'script',
      names: NAMES,
      seed: 1,
      options,
      onFinding: (finding) => told.push(finding),
    });
    const exploration = explorer.explore();
    for (let count = 0; count < steps; count++) {
      const step = exploration.next();
      if (step.done === true) return { report: explorer.report(step.value), told, runner };
    }
    explorer.breakOff();
    return { report: explorer.report('cancelled'), told, runner };
  }

  it('finds nothing wrong with a program that is right', () => {
    const { report } = explore({ runs: 900 });
    const errors = report.findings.filter(({ severity }) => severity === 'error');
    assert.deepEqual(errors, []);
    assert.equal(report.stopped, 'runs');
    const [crashes] = report.strategies;
    // Five effects, at four points each.
    assert.deepEqual(crashes, { name: 'crashes', runs: 20, planned: 20, broken: 0 });
  });

  it('finds a request that is done twice, with the smallest plan and what differs without it', () => {
    const { report, told } = explore({ only: ['crashes'] }, { args: ARGS, service: forgetful });
    assert.equal(report.stopped, 'complete');
    assert.deepEqual(report.findings, told);
    assert.deepEqual(
      report.findings.map(({ check }) => check),
      ['exactly-once', 'same-result'],
    );
    const [finding] = report.findings;
    assert.ok(finding !== undefined);
    assert.deepEqual(finding.trial, {
      seed: 1,
      plan: {
        version: 1,
        faults: [{ kind: 'crash', at: { execution: 'script-1', seq: 1 }, point: 'performed' }],
      },
    });
    assert.equal(finding.at?.source?.function, 'request');
    assert.equal(finding.original.strategy, 'crashes');
    const { change, difference } = finding.nearestPassing ?? {};
    assert.equal(change, 'the crash comes at the point before instead of performed');
    assert.match(
      difference?.text ?? '',
      /counter sees POST http:\/\/counter\/a again, as in row 1/,
    );
  });

  it('shrinks what is found to a plan that breaks, of which nothing can be left out', () => {
    const options: TrialOptions = { args: ARGS, service: forgetful };
    const { report, runner } = explore({ only: ['swarms'], runs: 60 }, options);
    assert.ok(report.findings.length > 0);
    for (const { check, trial } of report.findings) {
      const plan = parsePlan(JSON.stringify(trial.plan), 'a finding');
      const broken = (faults: typeof plan.faults) =>
        runner
          .run({ seed: trial.seed, plan: { ...plan, faults } })
          .violations.some((violation) => violation.check === check);
      assert.ok(broken(plan.faults), JSON.stringify(trial));
      for (const [index] of plan.faults.entries()) {
        assert.ok(!broken(plan.faults.toSpliced(index, 1)), JSON.stringify(trial));
      }
    }
  });

  it('comes to the same with the same seed, and tries other things with another', () => {
    const once = (seed: number) => {
      const { report } = explore(
        { seed, runs: 40, only: ['swarms'] },
        { args: ARGS, service: forgetful },
      );
      return report;
    };
    assert.deepEqual(once(1), once(1));
  });

  it('comes to the same in shards, whatever they are merged from', () => {
    const options: TrialOptions = { args: ARGS, service: forgetful };
    const only = ['crashes', 'clocks', 'swarms'] as const;
    const { report: alone } = explore({ runs: 160, only }, options);
    const shards = [1, 2, 3].map(
      (index) => explore({ runs: 160, only, shard: { index, count: 3 } }, options).report,
    );
    assert.ok(shards.every(({ runs }) => runs < alone.runs && runs > 0));
    const merged = mergeReports(shards);
    assert.equal(merged.runs, alone.runs);
    assert.deepEqual(merged.strategies, alone.strategies);
    assert.deepEqual(merged.coverage.effects, alone.coverage.effects);
    assert.deepEqual(merged.coverage.lines, alone.coverage.lines);
    const plain = (findings: readonly Finding[]) =>
      findings
        .map(({ key, trial, runs, original }) => ({ key, trial, runs, original }))
        .sort((one, other) => (one.key < other.key ? -1 : 1));
    assert.deepEqual(plain(merged.findings), plain(alone.findings));
  });

  it('goes on where an earlier exploration ended', () => {
    const options: TrialOptions = { args: ARGS, service: forgetful };
    const only = ['crashes', 'swarms'] as const;
    const { report: whole } = explore({ runs: 80, only }, options);
    const { report: half } = explore({ runs: 30, only }, options);
    const { report: resumed } = explore({ runs: 80, only, resume: half }, options);
    assert.ok(half.runs < whole.runs);
    assert.deepEqual(resumed, whole);
  });

  it('keeps what it has when it is broken off', () => {
    const { report } = explore({}, { args: ARGS, service: forgetful }, 40);
    assert.equal(report.stopped, 'cancelled');
    assert.ok(report.next > 0 && report.runs > 0);
    assert.ok(report.findings.length > 0);
  });

  it('comes to the same as a whole one, wherever it was broken off and gone on with', () => {
    const options: TrialOptions = { args: ARGS, service: forgetful };
    const only = ['crashes'] as const;
    const { report: whole } = explore({ only }, options);
    let unfinished = 0;
    for (let steps = 1; ; steps += 5) {
      const { report: part } = explore({ only }, options, steps);
      unfinished += part.findings.filter((finding) => finding.unfinished === true).length;
      const { report: resumed } = explore({ only, resume: part }, options);
      assert.deepEqual(resumed, whole, `broken off after ${steps} steps`);
      if (part.stopped === 'complete') break;
    }
    assert.ok(unfinished > 0, 'none was broken off while it was shrinking');
  });

  it('reports what it was shrinking as far as it had come, and that it breaks', () => {
    const options: TrialOptions = { args: ARGS, service: forgetful };
    for (let steps = 1; ; steps++) {
      const { report, told, runner } = explore({ only: ['swarms'] }, options, steps);
      const [finding] = report.findings.filter(({ unfinished }) => unfinished === true);
      if (finding === undefined) continue;
      assert.ok(told.includes(finding), 'it was told');
      const trial = {
        seed: finding.trial.seed,
        plan: parsePlan(JSON.stringify(finding.trial.plan), 'plan'),
        choices: finding.trial.choices ?? [],
      };
      const checks = runner.run(trial).violations.map(({ check }) => check);
      assert.ok(checks.includes(finding.check));
      assert.equal(
        report.runs,
        report.strategies.reduce((sum, { runs }) => sum + runs, 0),
      );
      return;
    }
  });

  it('names the lines of effects that only a fault brings up, also when it is asked meanwhile', () => {
    const options: TrialOptions = { args: ['get', 'http://counter/a', 'print', 'end'] };
    const { report } = explore({ only: ['crashes'] }, options, 3);
    assert.equal(report.stopped, 'cancelled');
    const runner = trialRunner(program, options);
    const setup = { runner, workflow: 'script', names: NAMES, seed: 1, onFinding: () => undefined };
    const explorer = new Explorer({ ...setup, options: { only: ['crashes'] } });
    const steps = explorer.explore();
    while (steps.next().done !== true) explorer.report('cancelled');
    const { lines } = explorer.report('complete').coverage;
    assert.deepEqual(
      lines.filter(({ source }) => source === undefined),
      [],
    );
  });

  it('is saturated when chance brings nothing new', () => {
    const { report } = explore({ only: ['swarms'], saturation: 25 });
    assert.equal(report.stopped, 'saturated');
    assert.ok(report.runs >= 25);
  });

  it('reports a trial whose program computes for ever instead of running it', () => {
    const stuck = { trial: 5, effect: { execution: 'script-1', seq: 1 }, silentMs: 10_000 };
    const { report } = explore({ only: ['crashes'], stuck: [stuck] });
    const [finding] = report.findings;
    assert.equal(finding?.check, 'computes-for-ever');
    assert.match(finding.message, /script-1, asking for #1 last, computes for ever: .* in 10 s/);
    assert.equal(finding.original.trial, 5);
    assert.deepEqual(finding.trial.plan.faults, [
      { kind: 'crash', at: { execution: 'script-1', seq: 1 }, point: 'intent' },
    ]);
    assert.equal(finding.at?.effect, 'http.request');
  });

  it('aims at what only comes up once something has gone wrong', () => {
    // Every request again and again, until it is answered in another way.
    const { report } = explore(
      { only: ['crashes', 'faults'], runs: 400 },
      { args: ['get', 'http://gone/a'] },
    );
    assert.ok(Object.keys(report.coverage.effects).length > 0);
    assert.equal(report.findings.filter(({ severity }) => severity === 'error').length, 0);
  });

  it('says of each source line what was tried on it and what was not', () => {
    const { report } = explore({ only: ['crashes'] });
    const line = report.coverage.lines.find(({ effects }) => effects.includes('http.request'));
    assert.equal(line?.source?.function, 'request');
    assert.equal(line.count, 1);
    assert.deepEqual(line.tried, {
      'crash@before': 1,
      'crash@intent': 1,
      'crash@performed': 1,
      'crash@recorded': 1,
    });
    assert.ok(line.untried.includes('lose-response'));
    assert.ok(report.coverage.tried === 20 && report.coverage.possible > 100);
  });

  it('calls untried only what could be tried', () => {
    const { report } = explore(
      { only: ['faults', 'crashes', 'clocks'] },
      { args: ['wall', 'sleep', '10', 'print', 'end'] },
    );
    const { tried, possible, lines, idleKinds } = report.coverage;
    assert.equal(report.stopped, 'complete');
    assert.equal(tried, possible);
    assert.deepEqual(
      lines.flatMap(({ untried }) => untried),
      [],
    );
    assert.deepEqual(idleKinds, ['full', 'slow-volume', 'lost-writes']);
    const aspects = lines.flatMap((line) => Object.keys(line.tried));
    assert.ok(aspects.includes('timer-late') && aspects.includes('partition@intent'));
    // A plan names no module, and there is no volume.
    for (const aspect of aspects) assert.doesNotMatch(aspect, /^(deploy|full|lost-writes)@/);
  });

  it('rules out the timers of a wait that has no end, also when reports are merged', () => {
    const names = ['timer-early', 'timer-late', 'timer-never', 'timer-twice'];
    const trials = { args: ['get', 'http://promises.backstitch/approval'] };
    const shards = [1, 2].map(
      (index) => explore({ only: ['faults'], shard: { index, count: 2 } }, trials).report,
    );
    for (const { coverage } of [
      mergeReports(shards),
      explore({ only: ['faults'] }, trials).report,
    ]) {
      const wait = Object.entries(coverage.effects).find(([key]) => key.includes('promise.wait'));
      // Nor does it end: nobody keeps the promise.
      const others = ['pause@performed', 'clog@recorded'];
      for (const name of [...names, ...others])
        assert.ok(wait?.[1].impossible?.includes(name), name);
      assert.ok(!wait?.[1].impossible?.includes('pause@before'));
      const [line] = coverage.lines.filter(({ effects }) => effects.includes('promise.wait'));
      assert.ok(line !== undefined && !line.untried.some((aspect) => names.includes(aspect)));
      assert.ok(line.untried.includes('crash@before'));
    }
  });

  it('counts what a check says without naming an effect as one finding', () => {
    const always: Check = {
      name: 'never-twice',
      says: 'nobody crashes',
      judge: ({ run: { fired } }) =>
        fired.length === 0
          ? []
          : [{ check: 'never-twice', message: `crashed ${fired.length} times`, severity: 'error' }],
    };
    const checks = new CheckSuite([always]);
    const { report } = explore(
      { only: ['crashes'] },
      { args: ARGS, checks, service: countingService },
    );
    assert.deepEqual(
      report.findings.map(({ key, runs }) => ({ key, runs })),
      [{ key: 'never-twice crashed N times', runs: 20 }],
    );
  });

  it('tells of what breaks when nothing goes wrong, with an empty plan', () => {
    const never: Check = {
      name: 'fails',
      says: 'nothing is right',
      judge: () => [{ check: 'fails', message: 'it fails', severity: 'error' }],
    };
    const { report } = explore(
      { only: ['crashes'] },
      { args: ARGS, checks: new CheckSuite([never]) },
    );
    assert.deepEqual(
      report.findings.map(({ trial }) => trial),
      [{ seed: 1, plan: { version: 1, faults: [] } }],
    );
    assert.equal(report.findings[0]?.runs, 21);
  });
});
