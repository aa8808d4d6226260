/** Makes components of programs and runs them against our interfaces. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '@bytecodealliance/jco/component';
import { GuestExit } from '../../../simulator/effects/operation.ts';
import type { Preview2Host } from '../../../simulator/guest/preview2/host.ts';
import { createPreview2 } from '../../../simulator/guest/preview2/preview2.ts';
import { projectRoot } from '../../helpers/project-root.ts';

const JCO = join(projectRoot, 'node_modules/@bytecodealliance/jco');
const ADAPTER = join(JCO, 'lib/wasi_snapshot_preview1.command.wasm');
const WASM_TOOLS = '../jco-transpile/vendor/wasm-tools.js';

interface WasmTools {
  readonly $init: Promise<void>;
  readonly tools: {
    componentNew(module: Uint8Array, adapters: [name: string, bytes: Uint8Array][]): Uint8Array;
  };
}

interface Glue {
  instantiate(
    getCoreModule: (path: string) => WebAssembly.Module,
    imports: object,
  ): Record<string, { run(): void }>;
}

export interface Component {
  readonly glue: Glue;
  readonly modules: ReadonlyMap<string, WebAssembly.Module>;
}

/** The component that the adapter makes of a command built for preview 1. */
export async function componentOf(module: Uint8Array): Promise<Component> {
  const { $init, tools } = (await import(join(JCO, WASM_TOOLS))) as WasmTools;
  await $init;
  return transpile(tools.componentNew(module, [['wasi_snapshot_preview1', readFileSync(ADAPTER)]]));
}

export async function transpile(component: Uint8Array): Promise<Component> {
  const { files } = await generate(component, {
    name: 'guest',
    instantiation: { tag: 'sync' },
    map: [],
    noTypescript: true,
    noNodejsCompat: true,
    tlaCompat: false,
    base64Cutoff: 0,
  });
  const modules = new Map<string, WebAssembly.Module>();
  let source: Uint8Array | undefined;
  for (const [name, bytes] of files) {
    if (name.endsWith('.js')) source = bytes;
    else modules.set(name, new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>));
  }
  if (source === undefined) throw new Error('jco made no glue');
  const url = `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
  return { glue: (await import(url)) as Glue, modules };
}

/** Runs a command to its end and returns its exit code. */
export function runComponent({ glue, modules }: Component, host: Preview2Host): number {
  const instance = glue.instantiate((path) => {
    const module = modules.get(path);
    if (module === undefined) throw new Error(`the component has no module ${path}`);
    return module;
  }, createPreview2(host));
  const entry = Object.entries(instance).find(([name]) => name.startsWith('wasi:cli/run'));
  if (entry === undefined) throw new Error('the component exports no wasi:cli/run');
  try {
    entry[1].run();
    return 0;
  } catch (error) {
    if (error instanceof GuestExit) return error.code;
    throw error;
  }
}
