import type { WasmValue } from '../frame-state.ts';
import type { Value } from './value.ts';

/** What to change so that a value becomes another one. */
export type ValueWrite =
  | { readonly kind: 'memory'; readonly address: number; readonly bytes: Uint8Array }
  | {
      readonly kind: 'local' | 'global' | 'operand';
      readonly index: number;
      readonly value: WasmValue;
    };

export function planWrite(_value: Value, _text: string): ValueWrite {
  throw new Error('not yet');
}
