import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { compile } from '../guest/symbols/clang.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { lineOf, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

/** The source of the innermost frame of the user's own code. */
async function shown(client: TestClient): Promise<DebugProtocol.Source> {
  const frames = await client.frames();
  const frame = frames.find(({ source }) => source !== undefined);
  assert.ok(frame?.source !== undefined);
  return frame.source;
}

async function textOf(client: TestClient, source: DebugProtocol.Source): Promise<string> {
  const { sourceReference = 0 } = source;
  const { body } = await client.sourceRequest({ source, sourceReference });
  return body.content;
}

/** Inside the checkout, where a compiler is found. */
function newFolder(): string {
  mkdirSync(join(projectRoot, 'build'), { recursive: true });
  return mkdtempSync(join(projectRoot, 'build/sources-'));
}

describe('the sources of a recording', () => {
  const folder = newFolder();
  const source = join(folder, 'src/steps.c');
  const recording = join(folder, 'steps.backstitch');
  const original = readFileSync(STEPS, 'utf8');

  before(async () => {
    mkdirSync(join(folder, 'src'));
    writeFileSync(source, original);
    const client = new TestClient();
    await client.launchTo({ program: source, record: recording });
    await client.disconnectRequest();
    await client.session.closed();
  });
  beforeEach(() => writeFileSync(source, original));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are the files of the machine while these are the same', async () => {
    const client = new TestClient();
    await client.launchTo({ recording });
    assert.deepEqual(await shown(client), { name: 'steps.c', path: source });
    assert.equal(await textOf(client, await shown(client)), original);
    assert.equal(client.text('console'), '');
  });

  it('are its own copies where there is no file, with breakpoints in them', async () => {
    rmSync(source);
    const client = new TestClient();
    await client.launchTo({ recording });
    const copy = await shown(client);
    assert.deepEqual(copy, {
      name: 'steps.c',
      path: source,
      sourceReference: 1,
      origin: 'the recording',
    });
    assert.equal(await textOf(client, copy), original);
    const { body } = await client.customRequest('loadedSources');
    assert.deepEqual(
      (body as { sources: DebugProtocol.Source[] }).sources.filter(({ path }) => path === source),
      [copy],
    );
    await client.setBreakpointsRequest({
      source: copy,
      breakpoints: [{ line: lineOf(STEPS, 'SECOND') }],
    });
    assert.equal((await client.move('continue')).reason, 'breakpoint');
    // The copy has the same number for the whole session.
    assert.equal((await shown(client)).sourceReference, 1);
  });

  it('are its own copies where a file has changed, which is told once', async () => {
    const client = new TestClient();
    await client.launchTo({ recording });
    appendFileSync(source, '// later\n');
    await client.move('next');
    const copy = await shown(client);
    assert.equal(copy.name, 'steps.c (as recorded)');
    assert.equal(await textOf(client, copy), original);
    await client.move('next');
    await shown(client);
    const told = `${source} has changed since it was recorded; the recorded copy is shown.\n`;
    assert.equal(client.text('console'), told);
    writeFileSync(source, original);
    await client.move('next');
    assert.equal((await shown(client)).name, 'steps.c');
  });

  it('are found where they have moved to, when the launch says so', async () => {
    const moved = join(folder, 'moved');
    renameSync(join(folder, 'src'), moved);
    try {
      const client = new TestClient();
      const path = join(moved, 'steps.c');
      await client.launchTo({ recording, sourceMap: { [join(folder, 'src')]: `${moved}/` } }, () =>
        client.setBreakpointsRequest({
          source: { path },
          breakpoints: [{ line: lineOf(STEPS, 'SECOND') }],
        }),
      );
      assert.deepEqual(await shown(client), { name: 'steps.c', path });
      assert.equal((await client.move('continue')).reason, 'breakpoint');
    } finally {
      renameSync(moved, join(folder, 'src'));
    }
  });

  it('that it does not have are refused', async () => {
    const client = new TestClient();
    await client.launchTo({ recording });
    for (const wanted of [{ path: '/nowhere/a.c' }, { path: '/a.c', sourceReference: 99 }]) {
      await assert.rejects(
        client.sourceRequest({ source: wanted, sourceReference: 0 }),
        /a\.c is not on this machine, and the recording has no copy of it/,
      );
    }
  });
});

describe('the sources of what runs', () => {
  it('are marked when they have changed since the program was built', async () => {
    const folder = newFolder();
    try {
      const source = join(folder, 'live.c');
      const text =
        '#include <unistd.h>\nint main(void) {\n  write(1, "x", 1);\n  write(1, "y", 1);\n}\n';
      const options = ['-g', '-gdwarf-5', `-fdebug-compilation-dir=/built`];
      const program = join(folder, 'live.wasm');
      writeFileSync(program, await compile({ 'live.c': text }, ...options));
      writeFileSync(source, text);
      const client = new TestClient();
      const sourceMap = { '/built': folder };
      await client.launchTo({ program, stopOnEntry: true, sourceMap });
      assert.deepEqual(await shown(client), { name: 'live.c', path: source });
      appendFileSync(source, '\n');
      await client.move('next');
      const { origin, checksums, sourceReference } = await shown(client);
      assert.equal(origin, 'changed since the build');
      const checksum = createHash('md5').update(text).digest('hex');
      assert.deepEqual(checksums, [{ algorithm: 'MD5', checksum }]);
      assert.equal(sourceReference, undefined);
      assert.match(client.text('console'), /live\.c has changed since the program was built/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
