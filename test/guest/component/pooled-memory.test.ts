import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ComponentProgram } from '../../../simulator/guest/component/component-program.ts';
import { HTTP_HANDLER } from '../../../simulator/guest/component/run-handler.ts';
import type { MemoryPool } from '../../../simulator/guest/memory-pool.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import {
  componentOfC,
  componentOfJs,
  loadComponentProgram,
} from '../../helpers/build-component.ts';
import { handlerComponent } from '../../helpers/handler-component.ts';
import { closeBuilder } from '../../helpers/programs.ts';
import { type Simulated, simulate } from '../../helpers/simulate.ts';

function poolsOf(program: GuestProgram): readonly MemoryPool[] {
  return (program as ComponentProgram).modules.flatMap(({ memories }) => memories ?? []);
}

/** Lets it answer a request for each path, and gives how they ended. */
function answer(program: GuestProgram, paths: readonly string[]): readonly string[] {
  const simulated: Simulated = simulate(program, {
    args: [],
    count: 0,
    workflow: { invoke: HTTP_HANDLER },
    setup: { workflowFor: () => simulated.workflow },
  });
  const { simulation } = simulated;
  for (const path of paths) {
    const head = { method: 'GET', url: `http://test${path}`, headers: [] };
    simulation.inputs.request('script', head, { body: new Uint8Array(0), ends: true });
    simulation.run();
  }
  return simulation.executions.map(({ status }) => status);
}

describe('the memory of a component', () => {
  let program: GuestProgram;

  before(async () => {
    program = await loadComponentProgram(await handlerComponent());
  });

  after(closeBuilder);

  it('is lent to one instance after the other, and is all zeroes for each', () => {
    const [pool] = poolsOf(program);
    assert.ok(pool !== undefined);
    const lent = pool.take();
    pool.giveBack(lent);
    assert.deepEqual(answer(program, ['/hello', '/bytes/9000']), ['completed', 'completed']);
    const bytes = new Uint8Array(lent.buffer);
    assert.ok(
      bytes.some((byte) => byte !== 0),
      'another memory was used',
    );
    assert.equal(pool.take(), lent);
    assert.ok(bytes.every((byte) => byte === 0));
    pool.giveBack(lent);
  });

  it('comes back from an instance that trapped', () => {
    const [pool] = poolsOf(program);
    assert.ok(pool !== undefined);
    const lent = pool.take();
    pool.giveBack(lent);
    assert.deepEqual(answer(program, ['/trap', '/hello']), ['trapped', 'completed']);
    assert.equal(pool.take(), lent);
    pool.giveBack(lent);
  });

  it('is only lent where one module has a memory of its own', async () => {
    const command = await componentOfC('test/fixtures/programs/ten.c');
    assert.equal(poolsOf(await loadComponentProgram(command)).length, 1);
    const programs = 'test/fixtures/programs';
    const several = await componentOfJs(`${programs}/echo.wit`, `${programs}/echo.js`);
    assert.equal(poolsOf(await loadComponentProgram(several)).length, 0);
  });
});
