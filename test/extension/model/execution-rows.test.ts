import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { awaitedPromises } from '../../../extension/model/awaited-promises.ts';
import {
  ExecutionRows,
  type ListedSimulation,
  type Row,
} from '../../../extension/model/execution-rows.ts';
import { rowLook } from '../../../extension/model/row-looks.ts';
import { SimulationModel } from '../../../extension/model/simulation-model.ts';
import type { ExecutionSummary } from '../../../simulator/host/protocol.ts';
import { attempt, changed, effect, execution, snapshot } from '../helpers/summaries.ts';

interface Given {
  readonly rows: ExecutionRows;
  readonly simulations: ListedSimulation[];
}

function given(...models: readonly SimulationModel[]): Given {
  const simulations = models.map((model, index) => ({
    id: index + 1,
    title: index === 0 ? 'order' : `order ${index + 1}`,
    parent: undefined,
    model,
  }));
  return { rows: new ExecutionRows(() => simulations), simulations };
}

/** The whole tree as text: an icon, a label and a description a row. */
function drawn({ rows, simulations }: Given, below?: Row, depth = 0): string[] {
  const children = below === undefined ? rows.roots() : rows.children(below);
  return children.flatMap((row) => {
    const simulation = simulations.find(({ id }) => id === row.simulation);
    assert.ok(simulation);
    const { icon, label, description } = rowLook(row, simulation, () => '');
    const line = `${'  '.repeat(depth)}${icon.id} ${label} | ${description}`;
    return [line, ...drawn({ rows, simulations }, row, depth + 1)];
  });
}

const SECOND = 1_000_000_000n;

function crashedOrder(): SimulationModel {
  const model = new SimulationModel();
  const call = { operation: 'http.request', class: 'call', endedAt: 10n * SECOND } as const;
  const text = 'http.request POST https://payment.example/charges -> 201';
  const summary = execution('order-1', {
    status: 'completed',
    exitCode: 0,
    endedAt: 12n * SECOND,
    effects: 3,
    attempts: [
      attempt(1, {
        outcome: 'crashed',
        detail: 'node-a crashed',
        endedAt: 2000n,
        lost: [effect(1, { ...call, text })],
      }),
      attempt(2, {
        node: 'node-b',
        outcome: 'completed',
        replayed: 2,
        startedAt: 10n * SECOND,
        endedAt: 12n * SECOND,
      }),
    ],
  });
  model.applySnapshot(snapshot({ state: { kind: 'ended' }, now: 12n * SECOND }));
  const traces = [
    { at: 2000n, kind: 'request.sent', text: 'sent', execution: 'order-1', seq: 1 },
    { at: 2000n, kind: 'fault.fired', text: 'node-a crashes', execution: 'order-1', seq: 1 },
    { at: 10n * SECOND, kind: 'lease.expired', text: 'lease is over', execution: 'order-1' },
    { at: 11n * SECOND, kind: 'node.resumed', text: 'node-b goes on', node: 'node-b' },
    { at: 11n * SECOND, kind: 'node.resumed', text: 'node-c goes on', node: 'node-c' },
  ];
  const effects = [
    effect(0),
    effect(1, { ...call, attempt: 2, text, startedAt: 1000n }),
    effect(2, { attempt: 2, startedAt: 12n * SECOND, endedAt: 12n * SECOND }),
  ];
  model.applyEvent(changed([summary], effects, traces));
  return model;
}

describe('the rows of the executions', () => {
  it('tell a crash and the recovery as it happened', () => {
    assert.deepEqual(drawn(given(crashedOrder())), [
      'pass order | 3 effects · 12 s',
      '  pass order-1 | completed · node-b · 3 effects · 2 attempts · 12 s',
      '    flame attempt 1 on node-a | crashed · node-a crashed',
      '      watch #0 clock.read | wall -> 0 · at 0 s',
      '      circle-slash #1 http.request | its result was lost with the crash',
      '      zap node-a crashes | at 2 us',
      '    pass attempt 2 on node-b | completed · 2 replayed',
      '      watch lease is over | at 10 s',
      '      globe #1 http.request | POST payment.example/charges -> 201 · 9.999 s · at 1 us',
      '      debug-start node-b goes on | at 11 s',
      '      watch #2 clock.read | wall -> 2 · at 12 s',
    ]);
  });

  it('are the same objects as long as they mean the same (R1)', () => {
    const { rows } = given(crashedOrder());
    const all = (row?: Row): readonly Row[] =>
      (row === undefined ? rows.roots() : rows.children(row)).flatMap((one) => [one, ...all(one)]);
    const before = all();
    const after = all();
    assert.equal(before.length, 11);
    before.forEach((row, index) => {
      assert.equal(row, after[index]);
    });
    assert.equal(new Set(before.map(({ id }) => id)).size, before.length);
  });

  it('know their parents', () => {
    const { rows } = given(crashedOrder());
    const check = (parent: Row): void => {
      for (const row of rows.children(parent)) {
        if (row.kind !== 'lost' && row.kind !== 'trace') assert.equal(rows.parent(row), parent);
        check(row);
      }
    };
    for (const root of rows.roots()) check(root);
  });

  it('show what was begun last at the top', () => {
    const { rows } = given(crashedOrder(), crashedOrder(), crashedOrder());
    assert.deepEqual(
      rows.roots().map(({ simulation }) => simulation),
      [3, 2, 1],
    );
  });

  it('show the effect before which a simulation is paused, and what can be done there', () => {
    const model = new SimulationModel();
    const state = { kind: 'paused', execution: 'order-1', seq: 1 } as const;
    model.applySnapshot(snapshot({ state, executions: [execution('order-1', { effects: 1 })] }));
    model.applyEvent(changed([], [effect(0)]));
    const tree = given(model);
    assert.deepEqual(drawn(tree).slice(-1), [
      '      debug-stackframe #1 comes next | paused before it',
    ]);
    assert.equal(drawn(tree)[0], 'debug-pause order | paused before #1');
    // Nothing of it moves.
    const [, held, attempted] = drawn(tree).map((line) => line.trim().split(' ')[0]);
    assert.deepEqual([held, attempted], ['debug-pause', 'debug-pause']);
    model.applyEvent({ kind: 'state', state: { kind: 'running' }, now: 0n });
    const [, moving, going] = drawn(tree).map((line) => line.trim().split(' ')[0]);
    assert.deepEqual([moving, going], ['sync~spin', 'sync~spin']);
  });

  it('say which effects nobody can see yet, because they are not durable', () => {
    const model = new SimulationModel();
    const state = { kind: 'paused', execution: 'order-1', seq: 3 } as const;
    model.applySnapshot(snapshot({ state, executions: [execution('order-1', { effects: 1 })] }));
    assert.deepEqual(drawn(given(model)).slice(-1), [
      '      debug-stackframe #3 comes next | paused before it · #1-#2 are not durable yet',
    ]);
  });

  it('ask what to do about a call whose outcome is unknown', () => {
    const model = new SimulationModel();
    const question = { execution: 'order-1', seq: 1, call: 'POST https://payment.example/charges' };
    model.applySnapshot(
      snapshot({
        state: { kind: 'waiting', questions: [question], promises: [] },
        executions: [execution('order-1', { status: 'asking' })],
      }),
    );
    assert.deepEqual(drawn(given(model)).slice(-1), [
      '    question #1 Did POST https://payment.example/charges happen? | ' +
        'its outcome is unknown: retry it or fail it',
    ]);
  });

  it('say which promise an execution waits for, and offer to keep it', () => {
    const model = new SimulationModel();
    const promises = ['order-1/approval', 'shared'];
    const waiting = execution('order-1', { status: 'waiting', promises });
    model.applySnapshot(
      snapshot({
        state: { kind: 'waiting', questions: [], promises },
        executions: [waiting, execution('order-2', { status: 'waiting' })],
      }),
    );
    const tree = given(model);
    const lines = drawn(tree);
    assert.equal(
      lines[0],
      'question order | waits for order-1/approval and 1 more · 0 effects · 0 s',
    );
    assert.equal(lines[1], '  history order-1 | waits for approval, shared · node-a · 0 effects');
    assert.equal(lines[3], '  history order-2 | waiting · node-a · 0 effects');
    assert.deepEqual(
      awaitedPromises(model).map(({ promise, execution }) => [promise, execution]),
      [
        ['order-1/approval', 'order-1'],
        ['shared', 'order-1'],
      ],
    );
    assert.deepEqual(awaitedPromises(model, 'order-2'), []);
    const [simulation] = tree.simulations;
    assert.ok(simulation);
    const words = (id: string): readonly string[] =>
      rowLook(tree.rows.executionRow(1, id), simulation, () => '').words;
    assert.deepEqual(words('order-1'), ['execution', 'live', 'waiting', 'promise']);
    assert.deepEqual(words('order-2'), ['execution', 'live', 'waiting']);
    model.applyEvent(changed([execution('order-1')]));
    assert.equal(drawn(tree)[1], '  sync~spin order-1 | running · node-a · 0 effects');
    model.stop('stopped');
    assert.deepEqual(awaitedPromises(model), []);
  });

  it('tell who started an execution', () => {
    const model = new SimulationModel();
    const text = 'order-1 #3 started ship-1';
    const started = { at: 5n, kind: 'execution.started', text, execution: 'ship-1' };
    model.applySnapshot(snapshot({ executions: [execution('ship-1')], traces: [started] }));
    const tree = given(model);
    const [simulation] = tree.simulations;
    assert.ok(simulation);
    const { tooltip = '' } = rowLook(tree.rows.executionRow(1, 'ship-1'), simulation, () => '');
    assert.match(tooltip, /^ship-1: running, .*\norder-1 #3 started ship-1$/);
  });

  it('do not turn for ever for what was broken off', () => {
    const model = new SimulationModel();
    model.applySnapshot(snapshot({ executions: [execution('loop-1', { workflow: 'loop' })] }));
    model.stop('cancelled');
    assert.deepEqual(drawn(given(model)), [
      'debug-stop order | cancelled · 0 effects · 0 s',
      '  debug-stop loop-1 | was running · node-a · 0 effects',
      '    debug-stop attempt 1 on node-a | was running',
    ]);
  });

  it('page through executions (R2)', () => {
    const model = new SimulationModel();
    const ids = Array.from({ length: 1200 }, (_, index) => `order-${index + 1}`);
    model.applySnapshot(snapshot({ executions: ids.map((id) => execution(id)) }));
    const { rows } = given(model);
    const [root] = rows.roots();
    assert.ok(root);
    assert.equal(rows.children(root).length, 501);
    assert.equal(rows.children(root).at(-1)?.kind, 'more-executions');
    rows.showMoreExecutions(1);
    rows.showMoreExecutions(1);
    assert.equal(rows.children(root).length, 1200);
  });

  it('offer the effects that are not held, on the side where they are missing (R2)', () => {
    const model = new SimulationModel();
    const summary = execution('order-1', { effects: 3000 });
    model.applySnapshot(snapshot({ state: { kind: 'ended' }, executions: [summary] }));
    const window = model.executions.get('order-1')?.window;
    window?.addPage([effect(1000), effect(1001)], 3000);
    const lines = drawn(given(model));
    assert.equal(lines[3], '      ellipsis 1000 earlier effects | show 500');
    assert.equal(lines.at(-1), '      ellipsis 1998 later effects | show 500');
  });

  it('are forgotten with their simulation', () => {
    const { rows } = given(crashedOrder());
    const before = rows.simulationRow(1);
    rows.forget(1);
    assert.notEqual(rows.simulationRow(1), before);
  });
});

describe('the words that menus go by', () => {
  const wordsOf = (model: SimulationModel, kind: Row['kind']): string | undefined => {
    const tree = given(model);
    const find = (row?: Row): Row | undefined => {
      for (const one of row === undefined ? tree.rows.roots() : tree.rows.children(row)) {
        const found = one.kind === kind ? one : find(one);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    const row = find();
    const [simulation] = tree.simulations;
    return row && simulation && rowLook(row, simulation, () => '').words.join(' ');
  };

  it('say what a row is, and whether anything can still happen to it', () => {
    assert.equal(wordsOf(crashedOrder(), 'simulation'), 'simulation ended ended');
    assert.equal(wordsOf(crashedOrder(), 'effect'), 'effect ended past read delivered');
    assert.equal(wordsOf(crashedOrder(), 'attempt'), 'attempt crashed');
    const live = new SimulationModel();
    live.applySnapshot(snapshot({ executions: [execution('order-1')], recording: '/r' }));
    assert.equal(wordsOf(live, 'simulation'), 'simulation live running recording');
    assert.equal(wordsOf(live, 'execution'), 'execution live running');
  });

  it('say which executions have failed, to be debugged from their end', () => {
    const ended = { status: 'completed', endedAt: 5n } as const;
    const wordsAt = (fields: Partial<ExecutionSummary>) => {
      const model = new SimulationModel();
      model.applySnapshot(snapshot({ executions: [execution('order-1', fields)] }));
      return wordsOf(model, 'execution');
    };
    assert.equal(wordsAt({ ...ended, exitCode: 3 }), 'execution live completed failing');
    assert.equal(wordsAt({ ...ended, status: 'trapped' }), 'execution live trapped failing');
    assert.equal(wordsAt({ ...ended, status: 'diverged' }), 'execution live diverged failing');
    assert.equal(wordsAt({ ...ended, exitCode: 0 }), 'execution live completed');
    assert.equal(wordsAt({ ...ended, status: 'cancelled' }), 'execution live cancelled');
  });

  it('say whether it serves, and so can be held before its next client', () => {
    const model = serving();
    assert.equal(wordsOf(model, 'simulation'), 'simulation live waiting serving');
    model.stop('stopped');
    assert.equal(wordsOf(model, 'simulation'), 'simulation ended stopped');
  });
});

function serving(): SimulationModel {
  const model = new SimulationModel();
  model.address = 'http://127.0.0.1:8080/';
  const state = { kind: 'waiting', questions: [], promises: [], serving: true } as const;
  const executions = [1, 2].map((number) => execution(`till-${number}`));
  model.applySnapshot(snapshot({ state, executions }));
  return model;
}

describe('the row of what serves', () => {
  const described = (model: SimulationModel): string => {
    const [simulation] = given(model).simulations;
    const [row] = given(model).rows.roots();
    assert.ok(simulation && row);
    return rowLook(row, simulation, () => '').description;
  };

  it('says where, and what keeps it from answering', () => {
    const model = serving();
    assert.equal(described(model), 'serving http://127.0.0.1:8080/');
    const paused = { kind: 'paused', execution: 'till-2', seq: 3 } as const;
    model.applyEvent({ kind: 'state', state: paused, now: 0n });
    assert.equal(described(model), 'serving http://127.0.0.1:8080/ · paused before #3');
    model.isStopping = true;
    assert.equal(described(model), 'stopping http://127.0.0.1:8080/');
    model.stop('stopped');
    assert.equal(described(model), 'stopped · 0 effects · 0 s');
  });

  it('has the last execution first', () => {
    const tree = given(serving());
    const [root] = tree.rows.roots();
    assert.ok(root);
    const ids = tree.rows.children(root).map((row) => 'execution' in row && row.execution);
    assert.deepEqual(ids, ['till-2', 'till-1']);
  });
});
