/**
 * The transpiler's JavaScript, evaluated without files. It is given nothing of the machine: what
 * could make a run depend on where or when it happens is replaced by something that does not.
 */
import { Unwind } from '../../effects/operation.ts';
import { ProgramError } from '../program-error.ts';
import { SYNCHRONOUS_CALLS } from './synchronous-calls.ts';

/** Gives a component instance its exports, by name. */
export type Instantiate = (
  coreModule: (name: string) => WebAssembly.Module,
  imports: Readonly<Record<string, object>>,
  instantiateCore: (
    module: WebAssembly.Module,
    imports: WebAssembly.Imports,
  ) => WebAssembly.Instance,
) => Readonly<Record<string, unknown>>;

/** What the glue's own frames are called in a stack. */
const GLUE_SCRIPT = 'backstitch-glue';

/** How the glue says that an interface lacks a function or a resource. */
const MISSING_IMPORT = /^unexpectedly undefined instance import '([^']+)'/;

/** The innermost frame in the text of a stack. */
const STACK_LINE = /^\s+at .*$/m;

/** The function comes first, but for what synchronousGlue shares between its calls. */
const HEAD =
  /^\s*"use components";\s*(?:const \w+ = new Text(?:De|En)coder\([^()]*\);\s*)*export function instantiate\(/;
const ENTRY = 'export function instantiate(';
/** An object that transpilers add for tools, and that nothing here uses. */
const EXTRAS = /^export const _util = /m;
const MODULE_SYNTAX = /^\s*(?:export|import)\b/m;

/** Throws ProgramError when the source has another shape than that of the known transpiler. */
export function evaluateGlue(source: string): Instantiate {
  const body = source.replace(ENTRY, 'function instantiate(').replace(EXTRAS, 'const _util = ');
  if (!HEAD.test(source) || MODULE_SYNTAX.test(body)) throw unknownShape();
  const names = Object.keys(REPLACED);
  try {
    const text = `"use strict";${body}\nreturn instantiate;\n//# sourceURL=${GLUE_SCRIPT}`;
    const make = new Function(...names, text) as (...given: unknown[]) => unknown;
    const instantiate = make(...Object.values(REPLACED));
    if (typeof instantiate === 'function') return instantiate as Instantiate;
  } catch (cause) {
    throw unknownShape({ cause });
  }
  throw unknownShape();
}

/**
 * What the glue itself threw, because the program broke a rule of the component model: a handle
 * that is none, a text that is not UTF-8. Undefined for everything that others threw.
 * Throws ProgramError when the glue misses a part of an interface.
 */
export function glueFault(error: unknown): Error | undefined {
  if (!(error instanceof Error) || error instanceof Unwind || 'code' in error) return undefined;
  const [first] = STACK_LINE.exec(error.stack ?? '') ?? [];
  if (first?.includes(GLUE_SCRIPT) !== true) return undefined;
  const [, missing] = MISSING_IMPORT.exec(error.message) ?? [];
  if (missing === undefined) return error;
  throw new ProgramError(
    'unknown-import',
    `the component imports ${missing} of an interface of WASI that is provided without it`,
    'Build it for an earlier version of WASI 0.2, or report what it needs.',
    { cause: error },
  );
}

function unknownShape(options?: ErrorOptions): ProgramError {
  return new ProgramError(
    'invalid',
    'the transpiled component does not have the shape that is known',
    'Install the version of Backstitch anew, or report this with the component.',
    options,
  );
}

function asynchronous(): never {
  throw new WebAssembly.RuntimeError('the component waits asynchronously, which WASI 0.2 does not');
}

/** Everything of Math that gives the same on every call. */
function deterministicMath(): object {
  const own = Object.getOwnPropertyDescriptors(Math);
  const { random: _random, ...rest } = own;
  return Object.freeze(Object.create(Object.prototype, rest));
}

/** WebAssembly without stack switching, so that a run is the same on engines that have it. */
function synchronousWasm(): object {
  const { Module, Instance, Memory, Table, Global, RuntimeError, LinkError, CompileError } =
    WebAssembly;
  return Object.freeze({
    Module,
    Instance,
    Memory,
    Table,
    Global,
    RuntimeError,
    LinkError,
    CompileError,
    // The glue tries it for every instance and goes on without: an exception that costs half a run.
    promising: (wasmFunction: unknown) => wasmFunction,
  });
}

function silence(): void {}

const WASM = synchronousWasm();

/** The glue's globals by name; what is not here is part of the language. */
const REPLACED: Readonly<Record<string, unknown>> = {
  WebAssembly: WASM,
  globalThis: Object.freeze({ WebAssembly: WASM }),
  Math: deterministicMath(),
  console: Object.freeze({ debug: silence, error: silence, log: silence, warn: silence }),
  setTimeout: asynchronous,
  setInterval: asynchronous,
  setImmediate: asynchronous,
  queueMicrotask: asynchronous,
  Date: undefined,
  process: undefined,
  performance: undefined,
  crypto: undefined,
  fetch: undefined,
  require: undefined,
  module: undefined,
  exports: undefined,
  global: undefined,
  self: undefined,
  Buffer: undefined,
  // Only a source that was made synchronous does not declare these itself.
  ...Object.fromEntries(SYNCHRONOUS_CALLS),
};
