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
function add(n: i32): void {
  sum += n;
}
for (let i = 0; i < 3; i++) {
  add(twice(i));
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

  describe('a global of WebAssembly, where the program has its variables', () => {
    interface AtLast {
      readonly client: TestClient;
      /** The global that holds the sum, which is 2 there and 6 at the end. */
      readonly name: string;
    }
    const wasm = (client: TestClient) => client.scope('WebAssembly');
    /** Where `sum` is about to become 6. */
    const beforeLast = async (): Promise<AtLast> => {
      const client = new TestClient();
      const launch = { program: folder, workflow: 'sum', steps: 'statements' };
      await client.launchTo(launch, () =>
        client.setBreakpointsRequest({
          source: { path: join(folder, 'sum.ts') },
          breakpoints: [{ line: 7 }],
        }),
      );
      const first = await wasm(client);
      for (let visit = 1; visit < 3; visit++) await client.move('continue');
      const found = [...(await wasm(client))].filter(
        ([name, { value }]) =>
          name.startsWith('global') && value === '2' && first.get(name)?.value === '0',
      );
      assert.equal(found.length, 1);
      return { client, name: found[0]?.[0] ?? '' };
    };
    const set = async (client: TestClient, name: string, value: string) => {
      const [frame] = await client.frames();
      const { body } = await client.scopesRequest({ frameId: frame?.id ?? 0 });
      const { variablesReference } =
        body.scopes.find((scope) => scope.name === 'WebAssembly') ?? {};
      const answer = await client.customRequest('setVariable', { variablesReference, name, value });
      return (answer as { readonly body: { readonly value: string } }).body.value;
    };

    it('is changed in the past, in a branch that sees it from there on', async () => {
      const { client, name } = await beforeLast();
      await client.setBreakpointsRequest({ source: { path: join(folder, 'sum.ts') } });
      await client.move('continue');
      assert.equal(client.text('stdout'), '6\n');
      await client.move('stepBack');
      for (let step = 0; (await wasm(client)).get(name)?.value !== '2'; step++) {
        assert.ok(step < 20);
        await client.move('stepBack');
      }
      const place = await client.place();
      const answers: string[] = [];
      await client.arrival(async () => answers.push(await set(client, name, '0x64')));
      assert.deepEqual(answers, ['100']);
      assert.equal(await client.place(), place);
      assert.equal((await wasm(client)).get(name)?.value, '100');
      assert.match(await client.evaluate('.branches', 'repl'), /: global \d+ = 0x64 \(in memory\)/);
      await client.move('stepBack');
      assert.notEqual((await wasm(client)).get(name)?.value, '100');
      await client.move('continue');
      assert.equal(client.text('stdout'), '6\n104\n');
    });

    it('is changed at the live edge without a branch', async () => {
      const { client, name } = await beforeLast();
      await client.arrival(() => set(client, name, '-4'));
      assert.equal(await client.evaluate('.branches', 'repl'), 'no branch was begun yet');
      await client.setBreakpointsRequest({ source: { path: join(folder, 'sum.ts') } });
      await client.move('continue');
      assert.equal(client.text('stdout'), '0\n');
    });

    it('takes only what it can hold', async () => {
      const { client, name } = await beforeLast();
      for (const text of ['', 'x', '1.5', '4294967296', '-2147483649']) {
        await assert.rejects(set(client, name, text), /is no value of the type i32/, text);
      }
      await assert.rejects(set(client, 'memory', '5'), /memory cannot be changed/);
      assert.equal((await wasm(client)).get(name)?.value, '2');
    });
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
