/** Makes components of what npm gives: C programs, JavaScript, WIT without any code, and text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { componentize } from 'componentize-qjs';
import { type GuestProgram, loadProgram } from '../../simulator/guest/program.ts';
import { testComponents } from './components.ts';
import { buildProgram } from './programs.ts';
import { projectRoot } from './project-root.ts';

const MEMORY_MIB = 64;
const ADAPTER = 'node_modules/@bytecodealliance/jco/lib/wasi_snapshot_preview1.command.wasm';
const BUILD_FOLDER = join(projectRoot, 'build/components');

/** A C program of this project as a component, through the adapter of preview 1. */
export async function componentOfC(path: string): Promise<Uint8Array> {
  const { bytes } = await buildProgram(path);
  const adapter = readFileSync(join(projectRoot, ADAPTER));
  return componentNew(bytes, [['wasi_snapshot_preview1', new Uint8Array(adapter)]]);
}

/** A component of JavaScript, by the paths of its WIT and its source. */
export async function componentOfJs(wit: string, source: string): Promise<Uint8Array> {
  const { component } = await componentize({
    witPath: join(projectRoot, wit),
    jsSource: readFileSync(join(projectRoot, source), 'utf8'),
    sync: true,
  });
  return new Uint8Array(component);
}

/** A component that imports and exports what a world says, and traps when it is called. */
export async function componentOfWit(witSource: string): Promise<Uint8Array> {
  return componentNew(await componentEmbed({ witSource, dummy: true }));
}

/** A component written as text. */
export function componentOfText(text: string): Promise<Uint8Array> {
  return parse(text);
}

/** Transpiles and loads a component as a host does. */
export async function loadComponentProgram(bytes: Uint8Array): Promise<GuestProgram> {
  const transpiled = await testComponents().in(BUILD_FOLDER).transpile(bytes);
  return loadProgram(bytes, MEMORY_MIB, transpiled);
}
