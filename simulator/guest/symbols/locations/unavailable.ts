/** A value that cannot be had at this place, for the reason that its message says to people. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly code = 'unavailable';
}

export const OPTIMISED_OUT = 'optimised out';
export const NOT_HERE = 'not available at this line';
export const NOT_ENTERED = 'not available before the function has made its frame';

/** An address for people, such as `0x10a0`. */
export function hex(address: number | bigint): string {
  return `0x${address.toString(16)}`;
}
