import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import type { SqlEngine, SqlLoader } from '../../journal/sql-engine.ts';

/** Below this a recording is read and folded faster than V8 can optimise what reads it. */
const LITTLE_BYTES = 4 * 1024 * 1024;

/**
 * V8 flags under which a module is compiled whole and at once, and never optimised later. Without
 * the third, a function is compiled when it is first called, under the flags of that moment.
 */
const BASELINE_ON = [
  '--no-wasm-dynamic-tiering',
  '--no-wasm-tier-up',
  '--no-wasm-lazy-compilation',
];
const BASELINE_OFF = ['--wasm-dynamic-tiering', '--wasm-tier-up', '--wasm-lazy-compilation'];

/**
 * Loads sql.js when it is needed first, and keeps it. A process that ends soon must not optimise
 * it for little data: the end would wait for that, which was half the time of a small run.
 */
export function loadSql(wasmPath: string, shortLived: boolean): SqlLoader {
  const engines = new Map<boolean, Promise<SqlEngine>>();
  return (bytes) => {
    const baseline = shortLived && bytes < LITTLE_BYTES;
    const known = engines.get(baseline);
    if (known !== undefined) return known;
    const engine = loadEngine(wasmPath, baseline);
    engines.set(baseline, engine);
    return engine;
  };
}

async function loadEngine(wasmPath: string, baseline: boolean): Promise<SqlEngine> {
  const [{ default: initSqlJs }, wasm] = await Promise.all([import('sql.js'), readFile(wasmPath)]);
  if (!baseline) {
    const wasmBinary = new Uint8Array(wasm).buffer;
    return (await initSqlJs({ wasmBinary })) as unknown as SqlEngine;
  }
  const module = compileBaseline(wasm);
  const options = {
    instantiateWasm: (
      imports: WebAssembly.Imports,
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): object => {
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance, module);
      return instance.exports;
    },
  };
  return (await initSqlJs(options as object)) as unknown as SqlEngine;
}

/** Nothing else is compiled meanwhile, because this does not give way. */
function compileBaseline(wasm: Uint8Array): WebAssembly.Module {
  for (const flag of BASELINE_ON) setFlagsFromString(flag);
  try {
    return new WebAssembly.Module(new Uint8Array(wasm));
  } finally {
    for (const flag of BASELINE_OFF) setFlagsFromString(flag);
  }
}
