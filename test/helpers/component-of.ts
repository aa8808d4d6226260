import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentProgram } from '../../simulator/guest/component/component-program.ts';
import { loadProgram } from '../../simulator/guest/program.ts';
import { testComponents } from './components.ts';
import { buildProgram } from './programs.ts';
import { projectRoot } from './project-root.ts';

const PACKAGES = join(projectRoot, 'node_modules/@bytecodealliance');
const ADAPTER = join(PACKAGES, 'jco/lib/wasi_snapshot_preview1.command.wasm');
const TOOLS = join(PACKAGES, 'jco-transpile/vendor/wasm-tools.js');
const MEMORY_MIB = 64;

interface WasmTools {
  readonly $init: Promise<void>;
  readonly tools: {
    componentNew(module: Uint8Array, adapters: [name: string, bytes: Uint8Array][]): Uint8Array;
  };
}

/** The component that the adapter of preview 1 makes of a command. */
export async function componentBytes(module: Uint8Array): Promise<Uint8Array> {
  const { $init, tools } = (await import(TOOLS)) as WasmTools;
  await $init;
  return tools.componentNew(module, [['wasi_snapshot_preview1', readFileSync(ADAPTER)]]);
}

/** A C source of this project as a component, transpiled and compiled. */
export async function buildComponent(source: string): Promise<ComponentProgram> {
  const bytes = await componentBytes((await buildProgram(source)).bytes);
  const transpiled = await testComponents().in(undefined).transpile(bytes);
  return loadProgram(bytes, MEMORY_MIB, transpiled) as ComponentProgram;
}
