import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { replay } from '../../../simulator/engine/replayer.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import {
  captureFrames,
  ProgramLocator,
  readFrames,
  userFrame,
} from '../../../simulator/guest/symbols/index.ts';
import { executionId } from '../../../simulator/journal/entry.ts';
import { componentOfC, loadComponentProgram } from '../../helpers/build-component.ts';
import { buildProgram, closeBuilder } from '../../helpers/programs.ts';
import { projectRoot } from '../../helpers/project-root.ts';
import { type ScriptOptions, simulate } from '../../helpers/simulate.ts';

const SOURCE = 'test/fixtures/programs/component.c';
const EXECUTION = executionId('script-1');

function lineOf(marker: string): number {
  const lines = readFileSync(join(projectRoot, SOURCE), 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(`#${marker}`)) + 1;
}

describe('a component', () => {
  let core: GuestProgram;
  let program: GuestProgram;
  before(async () => {
    core = await buildProgram(SOURCE);
    program = await loadComponentProgram(await componentOfC(SOURCE));
  });
  after(closeBuilder);

  /** Runs it to the end. */
  function run(options: ScriptOptions, of = program) {
    const simulated = simulate(of, options);
    simulated.simulation.run();
    const [execution] = simulated.simulation.executions;
    assert.ok(execution);
    const entries = simulated.sink.entries.get(EXECUTION) ?? [];
    return {
      ...simulated,
      execution,
      entries,
      effects: entries.map((each) => each.operation.name),
    };
  }

  it('does what the core module inside of it does', () => {
    const args = ['clock', 'random', 'sleep', 'print', 'env', 'clock'];
    const workflow = { env: new Map([['COLOUR', 'blue']]) };
    const inside = run({ args, workflow }, core);
    const outside = run({ args, workflow });
    assert.equal(outside.text(), inside.text());
    assert.match(outside.text(), /here\nscript blue\n/);
    assert.deepEqual(outside.effects, inside.effects);
    assert.equal(outside.execution.exitCode, 0);
  });

  it('fails with exit code 1, the only one that WASI 0.2 has', () => {
    const { execution } = run({ args: ['fail'] });
    assert.deepEqual([execution.status, execution.exitCode], ['completed', 1]);
  });

  it('goes on after a crash at any of its effects, to the same end', () => {
    const args = ['clock', 'sleep', 'random', 'print'];
    const { effects, text } = run({ args });
    for (let seq = 0; seq < effects.length; seq++) {
      const crash = { kind: 'crash', point: 'recorded', at: { execution: EXECUTION, seq } };
      const broken = run({ args, plan: { faults: [crash] } });
      assert.equal(broken.execution.exitCode, 0);
      assert.equal(broken.text().split('\n').at(-2), text().split('\n').at(-2));
    }
  });

  it('is replayed from its journal, with the source line of every effect', () => {
    const { workflow, entries, effects } = run({ args: ['clock', 'sleep', 'print'] });
    const locator = new ProgramLocator(program);
    const lines: (number | undefined)[] = [];
    const end = replay({
      execution: EXECUTION,
      workflow,
      entries,
      wallNanosOf: () => 0n,
      onEffect: () => {
        const read = readFrames(new Error('here').stack ?? '');
        assert.deepEqual(captureFrames(program), read);
        lines.push(userFrame(locator.frames(read))?.source?.line);
        return false;
      },
    });
    assert.equal(end.kind, 'finished');
    assert.equal(effects.length, 4);
    const marks = ['CLOCK', 'SLEEP', 'PRINT'].map(lineOf);
    assert.deepEqual([lines[0], lines[2], lines[3]], marks);
  });

  it('says which frames are not the user’s own, and takes no line for them', () => {
    const { workflow, entries } = run({ args: ['clock'] });
    const locator = new ProgramLocator(program);
    replay({
      execution: EXECUTION,
      workflow,
      entries,
      wallNanosOf: () => 0n,
      onEffect: () => {
        const frames = locator.frames(readFrames(new Error('here').stack ?? ''));
        const adapter = frames.filter(({ module }) => module !== undefined);
        assert.ok(adapter.some(({ functionName }) => functionName.includes('clock_time_get')));
        assert.ok(adapter.every(({ source }) => source === undefined));
        assert.ok(frames.some(({ functionName }) => functionName === 'main'));
        return true;
      },
    });
  });

  it('tells where it trapped', () => {
    const { workflow, entries, execution } = run({ args: ['print', 'trap'] });
    assert.deepEqual([execution.status, execution.exitCode], ['trapped', 134]);
    const end = replay({ execution: EXECUTION, workflow, entries, wallNanosOf: () => 0n });
    assert.ok(end.kind === 'finished' && end.outcome.kind === 'trapped');
    assert.match(end.outcome.message, /^trapped: .*unreachable/);
    const frames = new ProgramLocator(program).frames(readFrames(end.outcome.stack));
    assert.equal(userFrame(frames)?.source?.line, lineOf('TRAP'));
  });

  it('says how deep an overflow of its stack went', () => {
    const { workflow, entries } = run({ args: ['overflow'] });
    const end = replay({ execution: EXECUTION, workflow, entries, wallNanosOf: () => 0n });
    assert.ok(end.kind === 'finished' && end.outcome.kind === 'trapped');
    assert.match(end.outcome.message, /stack|out of bounds/);
  });

  it('names the limit of memory when that is what it ran into', () => {
    const { workflow, entries } = run({ args: ['grow'] });
    const end = replay({ execution: EXECUTION, workflow, entries, wallNanosOf: () => 0n });
    assert.ok(end.kind === 'finished' && end.outcome.kind === 'trapped');
    assert.match(end.outcome.message, /its memory is at the limit of 64 MiB/);
  });

  it('leaves the frames of another program alone', () => {
    const { workflow, entries } = run({ args: ['clock'] }, core);
    replay({
      execution: EXECUTION,
      workflow,
      entries,
      wallNanosOf: () => 0n,
      onEffect: () => {
        const frames = readFrames(new Error('here').stack ?? '');
        assert.ok(new ProgramLocator(core).frames(frames).length > 0);
        assert.deepEqual(new ProgramLocator(program).frames(frames), []);
        assert.deepEqual(captureFrames(program), []);
        return true;
      },
    });
  });
});
