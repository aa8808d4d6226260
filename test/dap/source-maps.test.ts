import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectRoot } from '../helpers/project-root.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const COMPILER = join(projectRoot, 'node_modules/assemblyscript/bin/asc.js');
/** The compiler looks for libraries in the folders above. */
const BUILD_FOLDER = join(projectRoot, 'build');
const SHIM = join(projectRoot, 'node_modules/@assemblyscript/wasi-shim/asconfig.json');

const SOURCE = `function twice(n: i32): i32 {
  const doubled = n * 2;
  return doubled;
}
let sum = 0;
for (let i = 0; i < 3; i++) {
  sum += twice(i);
}
console.log(sum.toString());
`;

describe('a source map in a file beside the module', () => {
  let folder: string;
  let recording: string;

  before(() => {
    mkdirSync(BUILD_FOLDER, { recursive: true });
    folder = mkdtempSync(join(BUILD_FOLDER, 'source-map-'));
    recording = join(folder, 'sum.backstitch');
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'sum.ts'), SOURCE);
    writeFileSync(
      join(folder, 'backstitch.json'),
      JSON.stringify({ workflows: { sum: { module: 'out/sum.wasm' } } }),
    );
    const options = { outFile: 'out/sum.wasm', debug: true, sourceMap: true };
    const config = { extends: relative(folder, SHIM), entries: ['sum.ts'], options };
    writeFileSync(join(folder, 'asconfig.json'), JSON.stringify(config));
    const args = [COMPILER, '--config', 'asconfig.json'];
    execFileSync(process.execPath, args, { cwd: folder });
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeTestHost();
  });

  it('gives statements to step over and lines to stop at', async () => {
    const client = new TestClient();
    const launch = { program: folder, workflow: 'sum', steps: 'statements', record: recording };
    await client.launchTo(launch, () =>
      client.setBreakpointsRequest({
        source: { path: join(folder, 'sum.ts') },
        breakpoints: [{ line: 2 }],
      }),
    );
    const [frame] = await client.frames();
    assert.deepEqual([frame?.line, frame?.source?.path], [2, join(folder, 'sum.ts')]);
    await client.move('next');
    assert.equal(await client.line(), 3);
    await client.move('stepBack');
    assert.equal(await client.line(), 2);
    await client.disconnectRequest();
  });

  it('is kept in the recording, with its sources, which opens anywhere', async () => {
    rmSync(join(folder, 'out'), { recursive: true });
    rmSync(join(folder, 'sum.ts'));
    const client = new TestClient();
    await client.launchTo({ recording, steps: 'statements' }, () =>
      client.setBreakpointsRequest({
        source: { path: join(folder, 'sum.ts') },
        breakpoints: [{ line: 3 }],
      }),
    );
    await client.move('continue');
    const [frame] = await client.frames();
    assert.equal(frame?.line, 3);
    const { sourceReference = 0 } = frame?.source ?? {};
    const { body } = await client.sourceRequest({ sourceReference });
    assert.equal(body.content, SOURCE);
  });
});
