import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ShownOutput } from '../../simulator/engine/journal-store.ts';
import { Simulation } from '../../simulator/engine/simulation.ts';
import type { Workflow } from '../../simulator/engine/workflow.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import { readyWorkflow } from '../../simulator/host/loaded-simulation.ts';
import type { InputRow } from '../../simulator/journal/records.ts';
import { MemorySink } from '../helpers/memory-sink.ts';
import type { Simulated } from '../helpers/simulate.ts';
import {
  entriesOf,
  expectOneOwner,
  expectReplayLaw,
  expectShownOnce,
  expectWholeJournals,
} from '../property/laws.ts';
import { closeExamples, type Example, loadExample } from './run-example.ts';

const APPROVED = [
  'A-17: being packed',
  'A-17: approved',
  'A-17: handed over, {"tracking":"PX-1"}',
  '',
].join('\n');
const TOO_LATE = [
  'A-17: being packed',
  'A-17: nobody decided in three days',
  'A-17: not shipped',
  '',
].join('\n');
const DAY_NANOS = 86_400_000_000_000n;

interface Approval {
  readonly value: string;
  /** Steps of the simulation before it; 0 when left out. */
  readonly step?: number;
}

interface Run extends Simulated {
  readonly notes: readonly string[];
}

describe('the approval example', () => {
  let example: Example;
  let workflows: ReadonlyMap<string, Workflow>;

  before(async () => {
    example = await loadExample('approval', 'order');
    const { startUnixNanos } = example.loaded.world;
    const ready = example.loaded.workflows.map((one) => readyWorkflow(one, startUnixNanos));
    workflows = new Map(ready.map((workflow) => [workflow.config.name, workflow]));
  });
  after(closeExamples);

  /** Runs an order to its end; without an approval nobody decides. */
  function run(approval: Approval | undefined, faults: readonly object[] = []): Run {
    const { loaded, loadService } = example;
    const workflow = workflows.get('order');
    assert.ok(workflow !== undefined);
    const sink = new MemorySink();
    const outputs: ShownOutput[] = [];
    const inputs = approval === undefined ? [] : [inputOf(approval)];
    const simulation = new Simulation({
      world: loaded.world,
      plan: parsePlan(JSON.stringify({ faults }), 'plan.json'),
      sink,
      servicePrograms: new Map(
        [...loaded.services].map(([name, source]) => [name, loadService(name, source)]),
      ),
      volumes: new Map(),
      workflowFor: (name) => workflows.get(name),
      observer: { onOutput: (output) => outputs.push(output) },
      inputs,
    });
    simulation.start(workflow);
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    const text = (execution = 'order-1'): string =>
      outputs
        .filter((output) => output.execution === execution)
        .map(({ bytes }) => Buffer.from(bytes).toString())
        .join('');
    const notes = sink.ledgerRows.flatMap(({ note }) => note ?? []);
    return { simulation, sink, outputs, workflow, text, notes };
  }

  function inputOf({ value, step = 0 }: Approval): InputRow {
    const data = { promise: 'order-1/approval', contentType: 'text/plain' };
    return { number: 1, step, kind: 'promise', data, body: Buffer.from(value) };
  }

  function exitCodes({ simulation }: Run): readonly unknown[] {
    return simulation.executions.map(({ id, exitCode }) => [id, exitCode]);
  }

  it('loads the workflow that an order starts, and does not run it by itself', () => {
    assert.deepEqual(
      example.loaded.workflows.map(({ config }) => [config.name, config.count]),
      [
        ['order', 1],
        ['ship', 0],
      ],
    );
  });

  it('ships an order that is approved, by a child that it starts', () => {
    const approved = run({ value: 'yes' });
    assert.equal(approved.text(), APPROVED);
    assert.equal(approved.text('ship-1'), 'handed over, {"tracking":"PX-1"}\n');
    assert.deepEqual(exitCodes(approved), [
      ['order-1', 0],
      ['ship-1', 0],
    ]);
    assert.deepEqual(approved.notes, ['took A-17 as PX-1']);
    expectReplayLaw(approved);
  });

  it('puts the parcel back when the order is turned down', () => {
    const refused = run({ value: 'no' });
    assert.match(refused.text(), /turned down\nA-17: not shipped\n$/);
    assert.equal(refused.text('ship-1'), 'A-17 is back in stock\n');
    assert.deepEqual(refused.notes, []);
    expectReplayLaw(refused);
  });

  it('gives up when nobody decides in three days', () => {
    const late = run(undefined);
    assert.equal(late.text(), TOO_LATE);
    assert.deepEqual(exitCodes(late), [
      ['order-1', 3],
      ['ship-1', 1],
    ]);
    assert.ok(late.simulation.agenda.now >= 3n * DAY_NANOS);
    expectReplayLaw(late);
  });

  it('takes an approval at any moment, also while it is on no node', () => {
    const { steps } = run(undefined).simulation.agenda;
    const endings = new Set<string>();
    for (let step = 1; step < steps; step++) {
      const one = run({ value: 'yes', step });
      endings.add(one.text());
      assert.deepEqual(one.notes, one.text() === APPROVED ? ['took A-17 as PX-1'] : []);
      expectReplayLaw(one);
    }
    assert.deepEqual(endings, new Set([APPROVED, TOO_LATE]));
  });

  it('starts one child and sends one message, whatever crashes', () => {
    const calm = run({ value: 'yes' });
    let crashes = 0;
    for (const execution of ['order-1', 'ship-1']) {
      for (let seq = 0; seq < entriesOf(calm, execution).length; seq++) {
        for (const point of EFFECT_POINTS) {
          const crash = { kind: 'crash', point, at: { execution, seq } };
          const recovered = run({ value: 'yes' }, [crash]);
          const what = `crash at the point ${point} of ${execution} #${seq}`;
          assert.equal(recovered.text(), calm.text(), what);
          assert.deepEqual(exitCodes(recovered), exitCodes(calm), what);
          assert.deepEqual(recovered.notes, calm.notes, what);
          assert.deepEqual(
            [...recovered.sink.faults.values()].map(({ fired }) => fired),
            [1],
          );
          expectShownOnce(recovered);
          expectWholeJournals(recovered);
          expectOneOwner(recovered);
          expectReplayLaw(recovered);
          crashes++;
        }
      }
    }
    assert.ok(crashes > 40);
  });
});
