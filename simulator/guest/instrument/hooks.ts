/**
 * What an instrumented module calls of its host. Functions cannot be imported without renumbering
 * the module's own, so they are put into a table that is added to it, by slot.
 */
import { CodeWriter } from './code-writer.ts';

type Numeric = 'i32' | 'i64' | 'f32' | 'f64';
type HookType = Numeric | 'funcref' | 'externref';

interface Hook {
  readonly slot: number;
  readonly parameters: readonly HookType[];
  readonly results: readonly Numeric[];
}

/**
 * Fuel goes by as a float, which JavaScript reads faster than a 64-bit integer, and which is exact
 * below 2^53. A site is that of site.ts.
 */
export const HOOKS = {
  /** A frame begins: function, site, depth, activation. */
  frame: { slot: 0, parameters: ['i32', 'i32', 'i32', 'f64'], results: [] },
  /** The value of a local of the frame, and the local's index. */
  i32: { slot: 1, parameters: ['i32', 'i32'], results: [] },
  i64: { slot: 2, parameters: ['i64', 'i32'], results: [] },
  f32: { slot: 3, parameters: ['f32', 'i32'], results: [] },
  f64: { slot: 4, parameters: ['f64', 'i32'], results: [] },
  /** Its two halves, the low one first. */
  v128: { slot: 5, parameters: ['i64', 'i64', 'i32'], results: [] },
  function: { slot: 6, parameters: ['funcref', 'i32'], results: [] },
  external: { slot: 7, parameters: ['externref', 'i32'], results: [] },
  /** A due probe: fuel, site, depth, activation, level. Gives the next fuel; 0 stops. */
  tick: { slot: 8, parameters: ['f64', 'i32', 'i32', 'f64', 'i32'], results: ['f64'] },
  /** A breakpoint: fuel, site, depth, activation. Gives 1 to stop. */
  breakpoint: { slot: 9, parameters: ['f64', 'i32', 'i32', 'f64'], results: ['i32'] },
  /** A store into the watched bytes: fuel, site, depth, activation, address, length. 1 stops. */
  store: {
    slot: 10,
    parameters: ['f64', 'i32', 'i32', 'f64', 'f64', 'f64'],
    results: ['i32'],
  },
  /** Many probes went by: fuel. Gives 1 to stop. */
  checkIn: { slot: 11, parameters: ['f64'], results: ['i32'] },
  /** An instruction: fuel, site, depth, activation, level. Gives 1 to stop. */
  look: { slot: 12, parameters: ['f64', 'i32', 'i32', 'f64', 'i32'], results: ['i32'] },
  /** A tick that the host has chosen: fuel, site. Gives 1 to stop. */
  appointment: { slot: 13, parameters: ['f64', 'i32'], results: ['i32'] },
  /** A call has come back to a frame: function, site, activation, level. */
  returned: { slot: 14, parameters: ['i32', 'i32', 'f64', 'i32'], results: [] },
  /** What was above a level is over, and was not told: level. */
  lost: { slot: 15, parameters: ['i32'], results: [] },
} as const satisfies Readonly<Record<string, Hook>>;

export type HookName = keyof typeof HOOKS;
export const HOOK_NAMES = Object.keys(HOOKS) as readonly HookName[];
export const HOOK_COUNT = HOOK_NAMES.length;

interface JsTypes {
  readonly i32: number;
  readonly i64: bigint;
  readonly f32: number;
  readonly f64: number;
  readonly funcref: unknown;
  readonly externref: unknown;
}
type Arguments<P extends readonly HookType[]> = { -readonly [I in keyof P]: JsTypes[P[I]] };

/** The host's side of the hooks. */
export type HookFunctions = {
  readonly [N in HookName]: (
    ...args: Arguments<(typeof HOOKS)[N]['parameters']>
  ) => (typeof HOOKS)[N]['results'] extends readonly [] ? void : number;
};

const TYPE_BYTES: { readonly [type in HookType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  funcref: 0x70,
  externref: 0x6f,
};
const SECTION = { type: 1, import: 2, export: 7 };
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const FUNCTION_FORM = 0x60;
const FUNCTION_KIND = 0;
const IMPORT_MODULE = 'hooks';

/** Writes the type of a hook as an entry of a type section. */
export function writeHookType(writer: CodeWriter, name: HookName): void {
  const { parameters, results } = HOOKS[name];
  writer.byte(FUNCTION_FORM);
  writer.unsigned(parameters.length);
  for (const type of parameters) writer.byte(TYPE_BYTES[type]);
  writer.unsigned(results.length);
  for (const type of results) writer.byte(TYPE_BYTES[type]);
}

const HOOK_MODULE = new WebAssembly.Module(hookModule() as Uint8Array<ArrayBuffer>);

/**
 * Functions of WebAssembly that call the host's: only those can be put into a table. They pass
 * through a module that imports and exports them.
 */
export function wasmHooks(functions: HookFunctions): Readonly<Record<HookName, () => unknown>> {
  const instance = new WebAssembly.Instance(HOOK_MODULE, { [IMPORT_MODULE]: functions });
  return instance.exports as Record<HookName, () => unknown>;
}

function hookModule(): Uint8Array {
  const writer = new CodeWriter(512);
  writer.all(HEADER);
  writeSection(writer, SECTION.type, (name) => writeHookType(writer, name));
  writeSection(writer, SECTION.import, (name, index) => {
    writer.name(IMPORT_MODULE);
    writer.name(name);
    writer.byte(FUNCTION_KIND);
    writer.unsigned(index);
  });
  writeSection(writer, SECTION.export, (name, index) => {
    writer.name(name);
    writer.byte(FUNCTION_KIND);
    writer.unsigned(index);
  });
  return writer.bytes.slice();
}

function writeSection(
  writer: CodeWriter,
  id: number,
  writeItem: (name: HookName, index: number) => void,
): void {
  writer.byte(id);
  const mark = writer.reserveSize();
  writer.unsigned(HOOK_COUNT);
  HOOK_NAMES.forEach(writeItem);
  writer.fillSize(mark);
}
