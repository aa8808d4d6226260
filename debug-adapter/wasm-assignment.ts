/** Numbers of WebAssembly that a person assigns in the Variables view. */
import type { ValueWrite, WasmValue } from '../simulator/guest/symbols/index.ts';
import { frameAfter, patchWrite, type ShownFrame } from './assignment.ts';
import { debugErrors } from './debug-error.ts';
import type { Outcome } from './requests.ts';
import type { SessionState } from './session-state.ts';
import { wasmText } from './variables/frame-scopes.ts';
import type { Changeable } from './variables/variable-node.ts';

const WHOLE = /^[+-]?(?:\d+|0x[0-9a-f]+|0b[01]+)n?$/i;
const BITS = { i32: 32, i64: 64 } as const;

/** Gives a global another value. Throws DebugError `not-patchable` for what is none. */
export async function assignGlobal(
  state: SessionState,
  shown: ShownFrame,
  {
    kind,
    index,
    name,
  }: Changeable & { readonly kind: 'global' | 'local' | 'operand' } & {
    readonly name: string;
  },
  text: string,
): Promise<Outcome> {
  if (kind !== 'global') {
    const why = 'it is in no memory; of the numbers of WebAssembly, globals can be changed';
    throw debugErrors.notPatchable(name, why);
  }
  const old = shown.frame.state.global(index);
  const value = old === undefined ? undefined : numberIn(text.trim(), old.type);
  if (value === undefined) {
    throw debugErrors.notPatchable(name, `${text} is no value of the type ${old?.type}`);
  }
  const write = patchWrite(state, shown, { kind, index, value } as ValueWrite, name);
  const { place, after } = await state.patching.patch(shown.place, write, `${name} = ${text}`);
  const now = frameAfter(state, place, shown)?.state.global(index);
  return { body: { value: wasmText(now ?? value) }, after };
}

/** Undefined for a text that is no number of the type, or of a type that is not of numbers. */
function numberIn(text: string, type: WasmValue['type']): WasmValue | undefined {
  switch (type) {
    case 'i32': {
      const value = wholeIn(text, 'i32');
      return value === undefined ? undefined : { type, value: Number(value) };
    }
    case 'i64': {
      const value = wholeIn(text, 'i64');
      return value === undefined ? undefined : { type, value };
    }
    case 'f32':
    case 'f64': {
      const value = /^[+-]?(?:inf|infinity)$/i.test(text)
        ? Number(`${text.startsWith('-') ? '-' : ''}Infinity`)
        : Number(text);
      const isNumber = text !== '' && (!Number.isNaN(value) || /^nan$/i.test(text));
      return isNumber ? { type, value } : undefined;
    }
    default:
      return undefined;
  }
}

/** Signed or unsigned, as many bits as the type has. */
function wholeIn(text: string, type: 'i32' | 'i64'): bigint | undefined {
  if (!WHOLE.test(text)) return undefined;
  const digits = BigInt(text.replace(/^[+-]|n$/gi, ''));
  const value = text.startsWith('-') ? -digits : digits;
  const bits = BITS[type];
  const fits = value >= -(2n ** BigInt(bits - 1)) && value < 2n ** BigInt(bits);
  return fits ? BigInt.asIntN(bits, value) : undefined;
}
