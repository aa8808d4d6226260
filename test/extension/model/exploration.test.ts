import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExplorationModel } from '../../../extension/model/exploration-model.ts';
import {
  type ExplorationRow,
  explorationLook,
  explorationRowId,
  explorationRows,
} from '../../../extension/model/exploration-rows.ts';
import {
  explorationStatus,
  explorationWords,
} from '../../../extension/model/exploration-status.ts';
import type { Finding } from '../../../simulator/explore/finding.ts';
import type { ExploreReport } from '../../../simulator/explore/report.ts';

const TARGET = { path: '/work/backstitch.json', workflow: 'order' };

const CHARGED_TWICE: Finding = {
  key: 'exactly-once order.c:42',
  check: 'exactly-once',
  message: 'order-1 #4 charged payment 2 times; the undisturbed run does it once.',
  severity: 'error',
  trial: {
    seed: 7,
    plan: {
      version: 1,
      faults: [{ kind: 'crash', at: { execution: 'order-1', seq: 4 }, point: 'performed' }],
    },
  },
  original: { faults: 3, strategy: 'swarms', trial: 12 },
  at: {
    execution: 'order-1',
    seq: 4,
    effect: 'http.request',
    source: { path: '/work/order.c', line: 42, function: 'charge' },
  },
  runs: 5,
  shrinkRuns: 17,
};

const BACKWARDS: Finding = {
  ...CHARGED_TWICE,
  key: 'clock-backwards order.c:42',
  check: 'clock-backwards',
  message: 'order-1 saw its wall clock run backwards.',
  severity: 'warning',
};

const REPORT: ExploreReport = {
  version: 1,
  workflow: 'order',
  seed: 7,
  shard: { index: 1, count: 1 },
  stopped: 'complete',
  runs: 1240,
  next: 1240,
  strategies: [],
  coverage: {
    tried: 3,
    possible: 4,
    lines: [
      {
        source: { path: '/work/order.c', line: 42, function: 'charge' },
        effects: ['http.request'],
        count: 1,
        tried: { 'crash@performed': 2, 'lose-response': 1 },
        untried: ['status'],
      },
    ],
    effects: {},
  },
  findings: [BACKWARDS, CHARGED_TWICE],
  sometimes: {},
  problems: ['chargedOnce threw an error'],
};

function explored(): ExplorationModel {
  let now = 0;
  const model = new ExplorationModel(1, 'order', TARGET, () => now);
  now = 4000;
  model.takeProgress({
    done: 1240,
    strategy: 'swarms',
    findings: 1,
    coverage: { tried: 3, possible: 4 },
  });
  return model;
}

function allRows(model: ExplorationModel): readonly ExplorationRow[] {
  const below = (row: ExplorationRow): readonly ExplorationRow[] => [
    row,
    ...explorationRows([model], row).flatMap(below),
  ];
  return explorationRows([model]).flatMap(below);
}

describe('an exploration', () => {
  it('tells how far it is and how fast, and what it has found', () => {
    const model = explored();
    const look = () => explorationLook({ kind: 'exploration', exploration: model });
    assert.equal(look().description, '1,240 runs, 310 a second · nothing found');
    model.takeFinding(CHARGED_TWICE);
    model.takeFinding({ ...CHARGED_TWICE, runs: 9 });
    assert.equal(model.findings.length, 1);
    assert.match(look().description, /· 1 finding$/);
    assert.deepEqual(look().words, ['exploration', 'live']);
    model.end(REPORT);
    assert.equal(look().description, '1,240 runs · 1 finding · 1 warning · everything tried');
    assert.deepEqual(look().words, ['exploration', 'ended']);
  });

  it('lists errors before warnings, problems, and what was not tried', () => {
    const model = explored();
    model.end(REPORT);
    const lines = allRows(model).map((row) => {
      const { label, description } = explorationLook(row);
      return `${label} | ${description}`;
    });
    assert.deepEqual(lines.slice(1), [
      'exactly-once | crash after performing #4 · order.c:42',
      'clock-backwards | crash after performing #4 · order.c:42',
      'chargedOnce threw an error | ',
      'Coverage | 3 of 4 effects and faults tried together',
      'order.c:42 | http.request · 3 faults · not tried: status',
    ]);
    const ids = allRows(model).map(explorationRowId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('lists only some of what was not tried, and all of it when pointed at', () => {
    const model = explored();
    const [line] = REPORT.coverage.lines;
    assert.ok(line);
    const untried = ['status', 'crash@before', 'crash@intent', 'crash@performed'];
    const look = explorationLook({ kind: 'line', exploration: model, line: { ...line, untried } });
    assert.match(look.description, /not tried: status, crash@before and 2 more$/);
    assert.match(look.tooltip, /crash@performed: never$/);
  });

  it('is told in the status bar while it goes on, and offers what can be done', () => {
    assert.equal(explorationStatus([]), undefined);
    const nothing = { exploring: false, hasExplorations: false, hasFindings: false };
    assert.deepEqual(explorationWords([]), nothing);
    const model = explored();
    assert.equal(explorationStatus([model]), 'order: 1,240 runs');
    assert.deepEqual(explorationWords([model]), {
      ...nothing,
      exploring: true,
      hasExplorations: true,
    });
    model.takeFinding(CHARGED_TWICE);
    const begun = new ExplorationModel(2, 'refund', TARGET, () => 0);
    assert.equal(explorationStatus([model, begun]), 'order: 1,240 runs, 1 found (+1)');
    assert.equal(explorationStatus([begun]), 'refund: exploring');
    model.end(REPORT);
    assert.equal(explorationStatus([model]), undefined);
    assert.deepEqual(explorationWords([model]), {
      exploring: false,
      hasExplorations: true,
      hasFindings: true,
    });
  });

  it('says why it could not be done', () => {
    const model = explored();
    model.fail({ severity: 'error', code: 'build', message: 'order.c does not compile\nmore' });
    const look = explorationLook({ kind: 'exploration', exploration: model });
    assert.equal(look.description, 'order.c does not compile');
    assert.ok(!model.isLive);
  });
});
