import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { replay } from '../../simulator/engine/replayer.ts';
import { type GuestProgram, loadProgram } from '../../simulator/guest/program.ts';
import { LiveHistory } from '../../simulator/journal/history.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { simulate } from '../helpers/simulate.ts';

const ESBUILD = 'node_modules/@esbuild/wasi-preview1/esbuild.wasm';
const MEMORY_MIB = 512;
const limits = { memoryMiB: MEMORY_MIB, effects: 100_000, secondsBetweenEffects: 30 };
const stdin = 'const greet = (name: string): string => "hello " + name; console.log(greet("you"));';
const expected = 'const greet=o=>"hello "+o;console.log(greet("you"));\n';
const args = ['--loader=ts', '--minify'];

describe('a program that nobody here wrote (esbuild, built by Go)', () => {
  let program: GuestProgram;
  before(() => {
    program = loadProgram(new Uint8Array(readFileSync(join(projectRoot, ESBUILD))), MEMORY_MIB);
  });

  it('runs unmodified as a durable workflow, and replays', () => {
    const history = new LiveHistory(0n);
    const setup = { sink: history.sink };
    const { simulation, text, workflow } = simulate(program, {
      args,
      stdin,
      setup,
      workflow: { limits },
    });
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    const [execution] = history.executions();
    assert.ok(execution);
    assert.equal(execution.exitCode, 0, execution.reason);
    assert.equal(text(), expected);
    const entries = history.entries(execution.id);
    const end = replay({
      execution: execution.id,
      workflow,
      entries,
      wallNanosOf: () => history.startUnixNanos,
    });
    assert.equal(end.kind, 'finished');
    assert.equal(end.replayed, entries.length);
  });

  for (const point of ['before', 'performed', 'recorded']) {
    it(`gives the same output after a crash at its second read of input (${point})`, () => {
      const at = { effect: 'stdin.read', match: 2 };
      const plan = { faults: [{ kind: 'crash', point, at }] };
      const { simulation, text, sink } = simulate(program, {
        args,
        stdin,
        plan,
        workflow: { limits },
      });
      assert.deepEqual(simulation.run(), { kind: 'ended' });
      assert.equal(sink.faults.get(1)?.fired, 1);
      assert.equal(text(), expected);
    });
  }
});
