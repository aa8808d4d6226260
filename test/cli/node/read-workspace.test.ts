import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SourceBuilder } from '../../../simulator/cli/node/build-source.ts';
import {
  buildProgram,
  readDefaultPlan,
  readDirectoryMounts,
  readServices,
  readStdin,
  readVolumes,
} from '../../../simulator/cli/node/read-inputs.ts';
import {
  findConfigFile,
  findTarget,
  openWorkspace,
  type Target,
  workflowNameOf,
} from '../../../simulator/cli/node/read-workspace.ts';
import {
  WorkspaceError,
  type WorkspaceErrorCode,
} from '../../../simulator/cli/node/workspace/workspace-error.ts';
import { defaultWorkflow, defaultWorld } from '../../../simulator/config/config.ts';
import { ConfigError } from '../../../simulator/config/problem.ts';
import { scratchFolder, writeIn } from './scratch.ts';

const TWO_WORKFLOWS = JSON.stringify({
  workflows: { order: { source: 'src/order.c' }, refund: { module: 'refund.wasm' } },
  world: { seed: 7 },
});

const noSql = (): never => assert.fail('nothing here reads a recording');

async function refuses(
  action: Promise<unknown>,
  code: WorkspaceErrorCode,
  message: RegExp,
): Promise<void> {
  await assert.rejects(action, (error: unknown) => {
    assert.ok(error instanceof WorkspaceError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

test('the nearest configuration above a folder is found', async (t) => {
  const folder = scratchFolder(t, { 'backstitch.json': '{}', 'a/b/c.txt': '' });
  const file = join(folder, 'backstitch.json');
  assert.equal(await findConfigFile(join(folder, 'a/b')), file);
  assert.equal(await findConfigFile(folder), file);
});

test('a workflow is found by its name from any folder below its configuration', async (t) => {
  const folder = scratchFolder(t, { 'backstitch.json': TWO_WORKFLOWS, 'a/b/c.txt': '' });
  const { workspace, workflow } = await findTarget('refund', join(folder, 'a/b'));
  assert.equal(workflow.name, 'refund');
  assert.equal(workspace.folder, folder);
  assert.equal(workspace.file, join(folder, 'backstitch.json'));
});

test('a workflow is found by its source or module', async (t) => {
  const folder = scratchFolder(t, {
    'backstitch.json': TWO_WORKFLOWS,
    'src/order.c': '',
    'refund.wasm': '',
  });
  assert.equal((await findTarget('src/order.c', folder)).workflow.name, 'order');
  assert.equal((await findTarget(join(folder, 'refund.wasm'), '/')).workflow.name, 'refund');
});

test('a program that no workflow names runs with the defaults in the world of the folder', async (t) => {
  const folder = scratchFolder(t, { 'backstitch.json': TWO_WORKFLOWS, 'src/2 more!.wasm': '' });
  const { workspace, workflow } = await findTarget('src/2 more!.wasm', folder);
  const module = join(folder, 'src/2 more!.wasm');
  const program = { kind: 'module', module, build: undefined } as const;
  assert.deepEqual(workflow, defaultWorkflow('program-2-more-', program));
  assert.equal(workspace.config.world.seed, 7);
});

test('a program without any configuration runs in the default world', async (t) => {
  const folder = scratchFolder(t, { 'a.c': '' });
  const { workspace, workflow } = await findTarget('a.c', folder);
  assert.equal(workspace.file, undefined);
  assert.deepEqual(workspace.config.world, defaultWorld());
  assert.deepEqual(workflow.program, { kind: 'source', source: join(folder, 'a.c') });
});

test('a configuration or a folder means its only workflow', async (t) => {
  const only = '{ "workflows": { "order": { "source": "order.c" } } }';
  const folder = scratchFolder(t, {
    'a/backstitch.json': only,
    'b/backstitch.json': TWO_WORKFLOWS,
    'c/backstitch.json': '{}',
  });
  assert.equal((await findTarget('a', folder)).workflow.name, 'order');
  assert.equal((await findTarget('a/backstitch.json', folder)).workflow.name, 'order');
  await refuses(
    findTarget('b', folder),
    'unclear-workflow',
    /which workflow\? name one of: order, refund/,
  );
  await refuses(
    findTarget('c', folder),
    'unclear-workflow',
    /which workflow\? add one under "workflows"/,
  );
});

test('a name that nothing has is refused with what there is', async (t) => {
  const folder = scratchFolder(t, { 'with/backstitch.json': TWO_WORKFLOWS, 'without/a.txt': '' });
  await refuses(
    findTarget('ordr', join(folder, 'with')),
    'unknown-workflow',
    /did you mean "order"\?/,
  );
  await refuses(
    findTarget('gone.wasm', join(folder, 'with')),
    'unreadable',
    /gone\.wasm does not exist/,
  );
  await refuses(
    findTarget('order', join(folder, 'without')),
    'no-config',
    /there is no backstitch\.json/,
  );
});

test('a configuration with problems is refused with its full path', async (t) => {
  const folder = scratchFolder(t, { 'backstitch.json': '{ "wrld": {} }' });
  await assert.rejects(openWorkspace(join(folder, 'backstitch.json')), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.ok(error.message.startsWith(`${join(folder, 'backstitch.json')}:1:3: unknown key`));
    return true;
  });
  await refuses(
    openWorkspace(join(folder, 'no.json')),
    'unreadable',
    /the configuration, does not exist/,
  );
});

test('names of files become names that workflows can have', () => {
  assert.equal(workflowNameOf('/x/order.c'), 'order');
  assert.equal(workflowNameOf('/x/.wasm'), 'program-.wasm');
  assert.equal(workflowNameOf('/x/päckchen v2.wasm'), 'p-ckchen-v2');
  assert.equal(workflowNameOf(`/x/${'a'.repeat(300)}.wasm`).length, 64);
});

/** Writes a configuration with one workflow and finds it. */
function target(folder: string, workflow: object, world: object = {}): Promise<Target> {
  const config = { workflows: { order: workflow }, world };
  writeIn(folder, 'backstitch.json', JSON.stringify(config));
  return findTarget('order', folder);
}

test('standard input comes from nowhere, text, a file or a person', async (t) => {
  const folder = scratchFolder(t, { 'in.txt': 'from a file' });
  const stdinOf = async (stdin?: unknown) => {
    const { bytes, ends } = await readStdin(await target(folder, { source: 'a.c', stdin }));
    return [new TextDecoder().decode(bytes), ends];
  };
  assert.deepEqual(await stdinOf(), ['', true]);
  assert.deepEqual(await stdinOf('grüße'), ['grüße', true]);
  assert.deepEqual(await stdinOf({ file: 'in.txt' }), ['from a file', true]);
  assert.deepEqual(await stdinOf({ interactive: true }), ['', false]);
  await refuses(
    stdinOf({ file: 'gone.txt' }),
    'unreadable',
    /gone\.txt, the standard input of workflow order, does not exist; correct the path/,
  );
});

test('a mounted directory is copied in the same order everywhere, links as links', async (t) => {
  const folder = scratchFolder(t, {
    'assets/b.txt': 'B',
    'assets/a/z.txt': 'Z',
    'assets/a/y.txt': 'Y',
  });
  symlinkSync('b.txt', join(folder, 'assets/link'));
  const images = await readDirectoryMounts(
    await target(folder, { source: 'a.c', mounts: { '/in': { directory: 'assets' } } }),
  );
  const bytes = (text: string) => Buffer.from(text);
  assert.deepEqual(images.get('/in'), [
    { path: 'a', type: 'directory' },
    { path: 'b.txt', type: 'file', bytes: bytes('B') },
    { path: 'link', type: 'symlink', target: 'b.txt' },
    { path: 'a/y.txt', type: 'file', bytes: bytes('Y') },
    { path: 'a/z.txt', type: 'file', bytes: bytes('Z') },
  ]);
});

test('volumes start with their directory, and one that does not fit is refused', async (t) => {
  const folder = scratchFolder(t, { 'data/a.bin': new Uint8Array(1024 * 1024 + 1) });
  const volumesOf = async (volume: object) => {
    const world = { volumes: { shared: volume, blank: {} } };
    return readVolumes((await target(folder, { source: 'a.c' }, world)).workspace);
  };
  const images = await volumesOf({ from: 'data', sizeMiB: 2 });
  assert.deepEqual([images.get('shared')?.length, images.get('blank')], [1, []]);
  await refuses(
    volumesOf({ from: 'data', sizeMiB: 1 }),
    'too-large',
    /data, the files of volume shared, holds more than 1 MiB;.* raise "sizeMiB"/,
  );
  await refuses(
    volumesOf({ from: 'gone' }),
    'unreadable',
    /gone, the files of volume shared, does/,
  );
});

test('a service comes with every file that it imports', async (t) => {
  const folder = scratchFolder(t, {
    'services/payment.mjs':
      "import { total } from '../shared/total.mjs';\nexport { x } from './x.js';\n" +
      "// import './only-in-a-comment.mjs'\nimport 'not-relative';\n",
    'shared/total.mjs': 'import "./deeper/sum";\nimport type { T } from "./types.js";\n',
    'shared/deeper/sum.ts': "export const lazy = () => import('../total.mjs');\n",
    'shared/types.ts': 'export type T = 1;\n',
    'services/x.js': '',
    'services/unrelated.js': '',
  });
  const world = { services: { payment: { script: 'services/payment.mjs', hosts: ['payment'] } } };
  const { workspace } = await target(folder, { source: 'a.c' }, world);
  const sources = await readServices(workspace, noSql);
  const payment = sources.get('payment');
  assert.ok(payment !== undefined && 'files' in payment);
  assert.equal(payment.entry, 'services/payment.mjs');
  assert.deepEqual([...payment.files.keys()].sort(), [
    'services/payment.mjs',
    'services/x.js',
    'shared/deeper/sum.ts',
    'shared/total.mjs',
    'shared/types.ts',
  ]);
});

test('a service without its script is refused', async (t) => {
  const folder = scratchFolder(t);
  const world = { services: { payment: { script: 'payment.mjs', hosts: ['payment'] } } };
  const { workspace } = await target(folder, { source: 'a.c' }, world);
  await refuses(
    readServices(workspace, noSql),
    'unreadable',
    /the script of service payment, does not exist/,
  );
});

test('the fault plan of a configuration is read beside it', async (t) => {
  const folder = scratchFolder(t, {
    'plans/a.json': '{ "version": 1 }',
    'backstitch.json': '{ "faults": "plans/a.json" }',
    'none/backstitch.json': '{}',
  });
  const plan = await readDefaultPlan(await openWorkspace(join(folder, 'backstitch.json')));
  assert.deepEqual(plan, { file: join(folder, 'plans/a.json'), text: '{ "version": 1 }' });
  const none = await openWorkspace(join(folder, 'none/backstitch.json'));
  assert.equal(await readDefaultPlan(none), undefined);
});

test('a program is read, or made by its build command first', async (t) => {
  const folder = scratchFolder(t, {
    'make.mjs': "import fs from 'node:fs';\nfs.writeFileSync('out.wasm', 'made');\n",
    'ready.wasm': 'ready',
  });
  const builder = new SourceBuilder({ includeFolders: [], environment: {} });
  const textOf = async (workflow: object) =>
    Buffer.from((await buildProgram(await target(folder, workflow), builder)).wasm).toString();
  assert.equal(await textOf({ module: 'ready.wasm' }), 'ready');
  const build = `"${process.execPath}" make.mjs`;
  assert.equal(await textOf({ module: 'out.wasm', build }), 'made');
});
