import { setFlagsFromString } from 'node:v8';

/** A module with a global of `i32.const 0; i32.const 0; i32.add`. */
const EXTENDED_CONSTANT = Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x06, 0x09, 0x01, 0x7f, 0x00, 0x41, 0x00, 0x41,
  0x00, 0x6a, 0x0b,
]);

/**
 * Lets modules compute the place of their data, as every engine does by now: the shared libraries
 * of which JavaScript and Python components consist do so. Node 20 has it behind a flag.
 */
export function enableExtendedConstants(): void {
  if (WebAssembly.validate(EXTENDED_CONSTANT)) return;
  setFlagsFromString('--experimental-wasm-extended-const');
}
