// Bundles the transpiler of components, which is loaded with the first component that is met.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ENTRY = 'simulator/cli/node/jco-bundle.ts';
const VENDOR = 'node_modules/@bytecodealliance/jco-transpile/vendor';
const WASM = ['.wasm', '2.wasm'].map((end) => `js-component-bindgen-component.core${end}`);

/** What has to be there before it can be built. */
export const JCO_SOURCES = [ENTRY, ...WASM.map((name) => `${VENDOR}/${name}`)];

/** Writes jco.js and the wasm that it reads from beside itself; returns what esbuild returns. */
export function buildJco(root, folder) {
  mkdirSync(join(root, folder), { recursive: true });
  for (const name of WASM) cpSync(join(root, VENDOR, name), join(root, folder, name));
  return build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    outfile: join(folder, 'jco.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    define: { 'import.meta.url': 'scriptUrl' },
    banner: { js: "const scriptUrl = require('node:url').pathToFileURL(__filename).href;" },
    // Its own WASI starts a worker and reads files; ours does neither.
    alias: Object.fromEntries(
      ['cli', 'filesystem', 'io', 'random'].map((name) => [
        `@bytecodealliance/preview2-shim/${name}`,
        './simulator/cli/node/jco-wasi.ts',
      ]),
    ),
  });
}
