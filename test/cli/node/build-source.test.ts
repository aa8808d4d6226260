import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildFolderOf, SourceBuilder } from '../../../simulator/cli/node/build-source.ts';
import { BuildError } from '../../../simulator/cli/node/compile/build-error.ts';
import { projectRoot } from '../../helpers/project-root.ts';
import { scratchFolder, writeIn } from './scratch.ts';

const includeFolders = [join(projectRoot, 'examples/include')];
const builder = new SourceBuilder({
  includeFolders,
  environment: {},
  compilerFolders: [projectRoot],
});
const ended = {
  onProgress: () => {},
  builder: new SourceBuilder({
    includeFolders,
    environment: {},
    compilerFolders: [projectRoot],
    onProgress: () => ended.onProgress(),
  }),
};
after(() => Promise.all([builder.close(), ended.builder.close()]));

/** A builder that can only find what PATH and WASI_SDK_PATH name. */
function nativeBuilder(environment: NodeJS.ProcessEnv): SourceBuilder {
  return new SourceBuilder({ includeFolders: [], environment });
}

async function failureOf(build: Promise<unknown>): Promise<BuildError> {
  try {
    await build;
  } catch (error) {
    assert.ok(error instanceof BuildError, String(error));
    return error;
  }
  return assert.fail('the build succeeds');
}

function importsOf(wasm: Uint8Array): readonly string[] {
  const bytes = wasm as Uint8Array<ArrayBuffer>;
  return WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ module }) => module);
}

const hasText = (wasm: Uint8Array, text: string) => Buffer.from(wasm).includes(text);

test('a C source becomes a WASI module whose debug information names the files on disk', async (t) => {
  const folder = scratchFolder(t, {
    'src/order.c': '#include "../lib/total.h"\nint main(void) { return total(0, 0); }\n',
    'lib/total.h': '#include "more/sum.h"\n',
    'lib/more/sum.h': 'static int total(int a, int b) { return a + b; }\n',
  });
  const source = join(folder, 'src/order.c');
  const { wasm, cached, output } = await builder.build(source, buildFolderOf(folder));
  assert.equal(cached, false);
  assert.equal(output, '');
  assert.deepEqual([...new Set(importsOf(wasm))], ['wasi_snapshot_preview1']);
  assert.ok(hasText(wasm, '.debug_line'));
  assert.ok(hasText(wasm, source));
  assert.ok(!hasText(wasm, '@disk'));
});

test('a source is compiled once, and again when it or a file that it includes changes', async (t) => {
  const progress: string[] = [];
  const told = new SourceBuilder({
    includeFolders,
    environment: {},
    compilerFolders: [projectRoot],
    onProgress: (message) => progress.push(message),
  });
  t.after(() => told.close());
  const folder = scratchFolder(t, {
    'a.c': '#include "b.h"\nint main(void) { return B; }\n',
    'b.h': '#define B 1\n',
  });
  const source = join(folder, 'a.c');
  const build = () => told.build(source, buildFolderOf(folder));
  const first = await build();
  const second = await build();
  assert.deepEqual([first.cached, second.cached], [false, true]);
  assert.deepEqual(Buffer.from(second.wasm), Buffer.from(first.wasm));
  assert.deepEqual(progress, [`compiling ${source}`]);
  writeIn(folder, 'b.h', '#define B 2\n');
  const third = await build();
  assert.equal(third.cached, false);
  assert.notDeepEqual(Buffer.from(third.wasm), Buffer.from(first.wasm));
});

test('what is built is kept out of version control, and the oldest goes first', async (t) => {
  const folder = scratchFolder(t, { 'a.c': 'int main(void) { return 0; }\n' });
  const cache = buildFolderOf(folder);
  for (let index = 0; index < 60; index++) {
    const name = `old-${String(index).padStart(32, '0')}.wasm`;
    writeIn(cache, name, '');
    utimesSync(join(cache, name), index, index);
  }
  await builder.build(join(folder, 'a.c'), cache);
  const kept = readdirSync(cache);
  assert.equal(kept.length, 40);
  assert.ok(kept.includes(`old-${'59'.padStart(32, '0')}.wasm`));
  assert.ok(kept.some((name) => name.startsWith('a-')));
  assert.equal(readFileSync(join(folder, '.backstitch/.gitignore'), 'utf8'), '*\n');
});

test('a source is built even where nothing can be kept', async (t) => {
  const folder = scratchFolder(t, { 'a.c': 'int main(void) { return 0; }\n', taken: '' });
  const { wasm } = await builder.build(join(folder, 'a.c'), join(folder, 'taken/build'));
  assert.ok(wasm.length > 0);
});

test('a compile error is shown as the compiler says it, with file and line', async (t) => {
  const folder = scratchFolder(t, {
    'a b/ä.c': '#include "gone.h"\nint main(void) { return x; }\n',
  });
  const source = join(folder, 'a b/ä.c');
  const error = await failureOf(builder.build(source, buildFolderOf(folder)));
  assert.equal(error.code, 'compile-failed');
  assert.equal(error.file, source);
  assert.ok(
    error.output.startsWith(`${source}:1:10: fatal error: 'gone.h' file not found`),
    error.output,
  );
  assert.ok(error.message.includes(error.output));
});

test('a function that nothing defines is an error that names it', async (t) => {
  const folder = scratchFolder(t, {
    'a.c': 'int gone(void);\nint main(void) { return gone(); }\n',
  });
  const error = await failureOf(builder.build(join(folder, 'a.c'), buildFolderOf(folder)));
  assert.equal(error.code, 'compile-failed');
  assert.match(error.output, /undefined symbol: gone/);
});

test('warnings come with the module', async (t) => {
  const folder = scratchFolder(t, { 'a.c': 'int main(void) { int unused; return 0; }\n' });
  const { output } = await builder.build(join(folder, 'a.c'), buildFolderOf(folder));
  assert.ok(output.startsWith(`${join(folder, 'a.c')}:1:22: warning: unused variable`), output);
});

test('C++ is compiled too, and an exception is refused with its line', async (t) => {
  const folder = scratchFolder(t, {
    'good.cpp': 'template <class T> T same(T x) { return x; }\nint main() { return same(0); }\n',
    'bad.cc': 'int main() {\n  throw 1;\n}\n',
  });
  const good = await builder.build(join(folder, 'good.cpp'), buildFolderOf(folder));
  assert.deepEqual([...new Set(importsOf(good.wasm))], ['wasi_snapshot_preview1']);
  const error = await failureOf(builder.build(join(folder, 'bad.cc'), buildFolderOf(folder)));
  assert.match(error.output, /bad\.cc:2:3: error: cannot use 'throw' with exceptions disabled/);
});

test('builds asked for at one time all come out right', async (t) => {
  const folder = scratchFolder(t, {
    'a.c': 'int main(void) { return 0; }\n',
    'b.c': 'int main(void) { return y; }\n',
    'c.c': 'int main(void) { return 2; }\n',
  });
  const results = await Promise.allSettled(
    ['a.c', 'b.c', 'c.c'].map((name) => builder.build(join(folder, name), buildFolderOf(folder))),
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('a build under way when the compilers are ended is an error, and the next one works', async (t) => {
  const folder = scratchFolder(t, { 'a.c': 'int main(void) { return 0; }\n' });
  const source = join(folder, 'a.c');
  const compiling = new Promise<void>((resolve) => {
    ended.onProgress = () => resolve();
  });
  const build = failureOf(ended.builder.build(source, buildFolderOf(folder)));
  await compiling;
  await ended.builder.close();
  assert.match((await build).message, /ended before it was done; build it again/);
  assert.ok((await ended.builder.build(source, buildFolderOf(folder))).wasm.length > 0);
});

test('a compiler that is only half installed is an error that says what is missing', async (t) => {
  const folder = scratchFolder(t, {
    'a.c': 'int main(void) { return 0; }\n',
    'node_modules/@yowasp/clang/package.json': '{ "version": "1.2.3" }',
  });
  const broken = nativeBuilder({});
  t.after(() => broken.close());
  const error = await failureOf(broken.build(join(folder, 'a.c'), buildFolderOf(folder)));
  assert.equal(error.code, 'compile-failed');
  assert.match(error.message, /Cannot find module .*bundle\.js/);
});

test('a missing source is named', async (t) => {
  const folder = scratchFolder(t);
  const error = await failureOf(builder.build(join(folder, 'gone.c'), buildFolderOf(folder)));
  assert.equal(error.code, 'source-missing');
  assert.match(error.message, /gone\.c: there is no such source file/);
});

test('a module is given as it is, and a missing one says how to get it', async (t) => {
  const folder = scratchFolder(t, { 'a.wasm': new Uint8Array([0, 97, 115, 109]) });
  const { wasm, cached } = await builder.build(join(folder, 'a.wasm'), buildFolderOf(folder));
  assert.deepEqual([...wasm], [0, 97, 115, 109]);
  assert.equal(cached, false);
  const error = await failureOf(builder.build(join(folder, 'b.wasm'), buildFolderOf(folder)));
  assert.equal(error.code, 'module-missing');
  assert.match(error.message, /build it first, or name the command that does as "build"/);
});

test('a build command runs in its folder and gives the module', async (t) => {
  const folder = scratchFolder(t, {
    'make.mjs': "import fs from 'node:fs';\nfs.writeFileSync('a.wasm', 'made');\n",
  });
  const command = `"${process.execPath}" make.mjs`;
  const built = await builder.runCommand(command, folder, join(folder, 'a.wasm'));
  assert.equal(Buffer.from(built.wasm).toString(), 'made');
});

test('a build command that fails is shown with its exit code and output', async (t) => {
  const folder = scratchFolder(t, { 'make.mjs': "console.log('no rule');\nprocess.exit(2);\n" });
  const command = `"${process.execPath}" make.mjs`;
  const error = await failureOf(builder.runCommand(command, folder, join(folder, 'a.wasm')));
  assert.equal(error.code, 'command-failed');
  assert.match(error.message, /failed \(exit code 2\)\.\nno rule/);
});

test('without any compiler the error says what was tried and what to install', async (t) => {
  const folder = scratchFolder(t, { 'a.c': 'int main(void) { return 0; }\n' });
  const build = nativeBuilder({ PATH: folder, WASI_SDK_PATH: join(folder, 'sdk') });
  const error = await failureOf(build.build(join(folder, 'a.c'), buildFolderOf(folder)));
  assert.equal(error.code, 'no-compiler');
  for (const part of [
    `@yowasp/clang: not installed in ${folder}`,
    `clang in WASI_SDK_PATH (${join(folder, 'sdk/bin')}): not found`,
    'clang on PATH: not found',
    'npm install --save-dev @yowasp/clang',
    'set WASI_SDK_PATH',
    '"module" in backstitch.json',
  ]) {
    assert.ok(error.message.includes(part), `${part} is not in: ${error.message}`);
  }
});

/** Stands in for a clang that builds for `target` only; notes its arguments in a file. */
function fakeClang(folder: string, target: string): void {
  const script = [
    '#!/bin/sh',
    `echo "$@" >> '${folder}/calls.txt'`,
    'if [ "$1" = --version ]; then echo "fake clang 1"; exit 0; fi',
    `if [ "$1" != "--target=${target}" ]; then echo "no such target"; exit 1; fi`,
    'for last; do :; done',
    'printf "module" > "$last"',
    '',
  ];
  for (const name of ['clang', 'clang++']) {
    writeIn(folder, `bin/${name}`, script.join('\n'));
    chmodSync(join(folder, 'bin', name), 0o755);
  }
}

const noShell = process.platform === 'win32' ? 'stands on a shell script' : false;

test('wasi-sdk is used under the target name that it knows', { skip: noShell }, async (t) => {
  const folder = scratchFolder(t, { 'a.cpp': 'int main() {}\n' });
  fakeClang(folder, 'wasm32-wasi');
  const build = nativeBuilder({ PATH: '/bin:/usr/bin', WASI_SDK_PATH: folder });
  const first = await build.build(join(folder, 'a.cpp'), buildFolderOf(folder));
  assert.equal(Buffer.from(first.wasm).toString(), 'module');
  const calls = readFileSync(join(folder, 'calls.txt'), 'utf8').trim().split('\n');
  const compile = '--target=wasm32-wasi -g -O0 -Wall -fno-exceptions';
  assert.ok(calls.at(-1)?.startsWith(`${compile} ${join(folder, 'a.cpp')} -o `), calls.at(-1));
  assert.equal((await build.build(join(folder, 'a.cpp'), buildFolderOf(folder))).cached, true);
});

test('a module without source lines comes with a warning', { skip: noShell }, async (t) => {
  const folder = scratchFolder(t, { 'a.c': 'int main(void) {}\n' });
  fakeClang(folder, 'wasm32-wasip1');
  const build = nativeBuilder({ PATH: `${join(folder, 'bin')}:/bin:/usr/bin` });
  const { output } = await build.build(join(folder, 'a.c'), buildFolderOf(folder));
  assert.match(output, /a\.c: warning: the built module has no source lines/);
});

test('a clang without WASI libraries is not used', { skip: noShell }, async (t) => {
  const folder = scratchFolder(t, { 'a.c': 'int main(void) {}\n' });
  fakeClang(folder, 'wasm64');
  const build = nativeBuilder({ PATH: `${join(folder, 'bin')}:/bin:/usr/bin` });
  const error = await failureOf(build.build(join(folder, 'a.c'), buildFolderOf(folder)));
  assert.equal(error.code, 'no-compiler');
  assert.match(error.message, /clang on PATH: found, but it has no WASI libraries/);
});
