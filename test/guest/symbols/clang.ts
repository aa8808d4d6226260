import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../helpers/project-root.ts';

const cache = join(projectRoot, 'build/clang-modules');

/** Sources by path; a path may have folders. */
export type Sources = { readonly [path: string]: string };

type Tree = { [name: string]: Tree | string | Uint8Array };

/** Loads the toolchain without its progress messages, which go to the console otherwise. */
async function toolchain() {
  const loaded = await import('@yowasp/clang');
  await loaded.runLLVM(undefined, {}, { fetchProgress: () => {} });
  return loaded;
}

/** Builds C or C++ sources; what was built once is taken from the build folder. */
export async function compile(sources: Sources, ...options: string[]): Promise<Uint8Array> {
  const version = readFileSync(join(projectRoot, 'node_modules/@yowasp/clang/package.json'));
  const key = createHash('sha256')
    .update(JSON.stringify([sources, options]))
    .update(version);
  const kept = join(cache, `${key.digest('hex').slice(0, 24)}.wasm`);
  try {
    return new Uint8Array(readFileSync(kept));
  } catch {
    // It was not built yet.
  }
  const inputs = Object.keys(sources).filter((path) => /\.(c|cpp)$/.test(path));
  const compiler = inputs.some((path) => path.endsWith('.cpp')) ? 'clang++' : 'clang';
  const { commands } = await toolchain();
  const files = await commands[compiler]([...options, ...inputs, '-o', 'out.wasm'], tree(sources));
  const bytes = files?.['out.wasm'] as Uint8Array;
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${kept}.${process.pid}`, bytes);
  renameSync(`${kept}.${process.pid}`, kept);
  return new Uint8Array(bytes);
}

/** What LLVM's own symbolizer says of code offsets: `file:line:column`, `?` for unknown. */
export async function symbolize(module: Uint8Array, offsets: number[]): Promise<string[]> {
  const { runLLVM } = await toolchain();
  let output = '';
  const decoder = new TextDecoder();
  await runLLVM(
    ['symbolizer', '--obj=a.wasm', '--no-inlines', '-f=none', ...offsets.map((each) => `${each}`)],
    { 'a.wasm': module },
    {
      stdout: (bytes) => {
        if (bytes !== null) output += decoder.decode(bytes, { stream: true });
      },
    },
  );
  return output.split('\n').filter((line) => line !== '');
}

function tree(sources: Sources): Tree {
  const root: Tree = {};
  for (const [path, text] of Object.entries(sources)) {
    const parts = path.split('/');
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      folder[part] ??= {};
      folder = folder[part] as Tree;
    }
    folder[parts.at(-1) ?? path] = text;
  }
  return root;
}
