import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backstitch, type CommandResult, ensureDist } from '../helpers/dist.ts';
import { smallModule } from './small-modules.ts';

describe('a fault that comes to nothing', () => {
  let folder: string;
  const run = (faults: readonly object[], ...args: string[]): CommandResult => {
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ faults }));
    return backstitch(['run', 'small.wasm', '--faults', 'plan.json', ...args], { cwd: folder });
  };

  before(() => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-idle-'));
    writeFileSync(join(folder, 'small.wasm'), smallModule());
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is told at the end of a run, which is no failure', () => {
    const { code, stderr } = run([{ kind: 'crash', at: { effect: 'http.*', match: 2 } }]);
    assert.equal(code, 0);
    assert.match(
      stderr,
      /fault 1 never happened: the node that runs it crashes before http\.\* number 2/,
    );
  });

  it('is told when nothing is there for it to mend', () => {
    const { code, stderr } = run([{ kind: 'restart', node: 'node-b', at: { time: '0s' } }]);
    assert.equal(code, 0);
    assert.match(
      stderr,
      /plan\.json:1: warning: fault 1, restart: nothing in the plan crashes node-b/,
    );
  });

  it('is told with its line, in the order of the plan', () => {
    const faults = [
      { kind: 'restart', node: 'node-b', at: { time: '0s' } },
      { kind: 'pause', at: { effect: 'dns.*' } },
      { kind: 'crash', at: { time: '1ms' }, node: 'node-a' },
      { kind: 'resume', node: 'node-c', at: { effect: 'dns.*' } },
    ];
    const lines = faults.map((fault) => `  ${JSON.stringify(fault)}`).join(',\n');
    writeFileSync(join(folder, 'lines.json'), `{"faults": [\n${lines}\n]}\n`);
    const { stderr } = backstitch(['run', 'small.wasm', '--faults', 'lines.json'], { cwd: folder });
    assert.deepEqual(
      [...stderr.matchAll(/lines\.json:(\d+): warning: (fault \d)/g)].map((match) =>
        match.slice(1),
      ),
      [
        ['2', 'fault 1'],
        ['3', 'fault 2'],
        ['5', 'fault 4'],
      ],
    );
  });

  it('is not told where chance decides', () => {
    const { code, stderr } = run([{ kind: 'crash', at: { effect: '*', probability: 0.1 } }]);
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /never happened/);
  });
});
