import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type GuestProgram, loadProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const ARGS = ['print', 'a', 'sleep', '2000', 'print', 'b'];

describe('a deployment', () => {
  let program: GuestProgram;
  /** Says goodbye in capitals. */
  let louder: GuestProgram;
  /** Prints another line first. */
  let other: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
    const text = Buffer.from(program.main.bytes).toString('latin1');
    louder = loadProgram(Buffer.from(text.replace('done %08x', 'DONE %08x'), 'latin1'), 64);
    other = loadProgram(Buffer.from(text.replace('%s %08x\n', '%s-%08x\n'), 'latin1'), 64);
  });
  after(closeBuilder);

  function run(faults: readonly object[], count = 1): Simulated {
    const programs = new Map([
      ['louder.wasm', louder],
      ['other.wasm', other],
    ]);
    const simulated = simulate(program, {
      ...{ args: ARGS, count, plan: { faults } },
      setup: { programs },
    });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  const deploy = { kind: 'deploy', module: 'louder.wasm', at: { time: '1s' } };
  const crash = { kind: 'crash', at: { time: '1500ms' }, node: '@owner' };

  it('is run by the next attempt, which replays what the earlier program did', () => {
    const simulated = run([deploy, crash]);
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    assert.match(simulated.text(), /^a .*\nb .*\nDONE/);
    const [execution] = simulated.simulation.executions;
    assert.equal(execution?.row().module, louder.hash);
    const [, row] = simulated.sink.executions.entries().next().value ?? [];
    assert.equal(row?.module, louder.hash);
  });

  it('changes nothing for an attempt that goes on', () => {
    const simulated = run([deploy]);
    assert.match(simulated.text(), /\ndone/);
    assert.equal(simulated.simulation.executions[0]?.row().module, program.hash);
  });

  it('is run by all executions of the workflow, and by those that begin later', () => {
    const simulated = run([{ ...deploy, at: { time: '0s' }, workflow: 'script' }, crash], 2);
    assert.match(simulated.text('script-1'), /\nDONE/);
    assert.match(simulated.text('script-2'), /\ndone/);
    const late = run([{ ...deploy, workflow: 'another' }, crash]);
    assert.match(late.text(), /\ndone/);
  });

  it('does not fit when it asks for something else, and the execution diverges there', () => {
    const simulated = run([{ ...deploy, module: 'other.wasm' }, crash]);
    const [execution] = simulated.simulation.executions;
    assert.equal(execution?.status, 'diverged');
    assert.match(execution.reason ?? '', /diverges at effect #0 \(body: byte 1 differs/);
  });

  it('of a module that was not loaded is refused', () => {
    assert.throws(
      () => run([{ ...deploy, module: 'new.wasm' }]),
      /PlanError: .*\n.*faults\[0\]\.module: new\.wasm was not loaded/,
    );
  });
});
