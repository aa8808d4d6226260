/** Where in the code a frame is, as one number of 32 bits: a code offset and what is there. */

/**
 * `probe`: before the instruction. `call`: in the call. `store`: after the store. `check-in`: at
 * the head of a function or loop, where the host ended a long run.
 */
export type SiteKind = 'probe' | 'call' | 'store' | 'check-in';

const KINDS: readonly SiteKind[] = ['probe', 'call', 'store', 'check-in'];
const KIND_NUMBERS: { readonly [kind in SiteKind]: number } = {
  probe: 0,
  call: 1,
  store: 2,
  'check-in': 3,
};
const KIND_BITS = 2;

/** V8's limit of the size of a module is 2^30, so the offset and its kind fit 32 bits. */
export function siteOf(codeOffset: number, kind: SiteKind): number {
  return (codeOffset << KIND_BITS) | KIND_NUMBERS[kind];
}

export function siteCodeOffset(site: number): number {
  return site >>> KIND_BITS;
}

export function siteKind(site: number): SiteKind {
  return KINDS[site & ((1 << KIND_BITS) - 1)] as SiteKind;
}
