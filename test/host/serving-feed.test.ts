import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { ServingFeed } from '../../simulator/host/serving-feed.ts';
import { LiveHistory, teeSinks } from '../../simulator/journal/history.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';

/** How many that have ended can still be looked at. */
const KEPT = 1_000;
const MORE = 25;

describe('what a simulation that serves keeps', () => {
  let program: GuestProgram;

  before(async () => {
    program = await buildProgram('test/fixtures/programs/lines.c');
  });

  after(closeBuilder);

  it('is the executions that are in flight and the latest that have ended', () => {
    const history = new LiveHistory(0n);
    const feed = new ServingFeed({ handler: 'connection' });
    const simulated: Simulated = simulate(program, {
      ...{ args: [], count: 0, stdinEnds: false },
      setup: {
        sink: teeSinks([history.sink, feed.sink]),
        workflowFor: () => simulated.workflow,
      },
    });
    const { simulation } = simulated;
    const serve = (text: string): void => {
      simulation.inputs.connect('script', new TextEncoder().encode(text), false);
      simulation.run();
      feed.publish(simulation, history);
    };
    serve('say one\n');
    for (let count = 0; count < KEPT + MORE; count++) serve('quit\n');

    const idOf = ({ id }: { readonly id: string }): string => id;
    assert.deepEqual(simulation.executions.map(idOf), ['script-1']);
    const [inFlight, oldest, ...others] = history.executions().map(idOf);
    assert.equal(inFlight, 'script-1');
    assert.equal(oldest, `script-${MORE + 2}`);
    assert.equal(others.length, KEPT - 1);
  });
});
