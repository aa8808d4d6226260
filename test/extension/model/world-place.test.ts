import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExecutionRows, type Row } from '../../../extension/model/execution-rows.ts';
import { SimulationModel } from '../../../extension/model/simulation-model.ts';
import { branchPlace, pastText, placeOfRow } from '../../../extension/model/world-place.ts';
import type { SimulationState } from '../../../simulator/host/protocol.ts';
import { attempt, changed, effect, execution, snapshot } from '../helpers/summaries.ts';

const LOST = effect(2, { startedAt: 2_000n });

function rowsOf(state: SimulationState): { readonly model: SimulationModel; readonly rows: Row[] } {
  const model = new SimulationModel();
  const attempts = [
    attempt(1, { outcome: 'crashed', endedAt: 3_000n, lost: [LOST] }),
    attempt(2, { startedAt: 5_000_000n }),
  ];
  const executions = [execution('order-1', { effects: 2, attempts })];
  model.applySnapshot(snapshot({ executions, state }));
  const crash = {
    kind: 'fault.fired',
    at: 3_000n,
    node: 'node-a',
    text: 'node-a crashed',
  } as const;
  model.applyEvent(changed(executions, [effect(0), effect(1)], [crash]));
  const rows = new ExecutionRows(() => [{ id: 1, title: 'order', parent: undefined, model }]);
  const below = (row: Row): Row[] => [row, ...rows.children(row).flatMap(below)];
  return { model, rows: rows.roots().flatMap(below) };
}

function textsOf(state: SimulationState): readonly string[] {
  const { model, rows } = rowsOf(state);
  return rows.map((row) => {
    const place = placeOfRow(row, model);
    const branches = branchPlace(place);
    const at = place === undefined ? 'nowhere' : `${place.past.at} ${place.text}`;
    return `${row.kind}: ${at}${branches === undefined ? '' : ` / #${branches.seq}`}`;
  });
}

describe('the instant at which a world is looked at', () => {
  it('is that of the row of a simulation that has ended', () => {
    assert.deepEqual(textsOf({ kind: 'ended' }), [
      'simulation: nowhere',
      'execution: nowhere',
      'attempt: 0 when attempt 1 of order-1 began',
      'effect: 0 before #0 of order-1 / #0',
      'effect: 1000 before #1 of order-1 / #1',
      'lost: 2000 before #2 of order-1 / #2',
      'trace: 3000 at 3 us',
      'attempt: 5000000 when attempt 2 of order-1 began',
    ]);
  });

  it('is the present while a simulation runs', () => {
    const texts = textsOf({ kind: 'running' });
    assert.ok(texts.length > 5);
    assert.deepEqual(
      texts.filter((text) => !text.endsWith(': nowhere')),
      [],
    );
  });

  it('is told above the rows, with what a click does there', () => {
    assert.equal(pastText(undefined), 'As it was at its end. What is broken here begins a branch.');
    const { model, rows } = rowsOf({ kind: 'ended' });
    const row = rows.find(({ kind }) => kind === 'effect');
    assert.ok(row);
    assert.match(pastText(placeOfRow(row, model)), /^As it was before #0 of order-1\. /);
  });
});
