/**
 * Deterministic pseudo-random numbers: xoshiro128** (Blackman and Vigna, "Scrambled linear
 * pseudorandom number generators", 2018), seeded through SplitMix32. Not for secrets.
 */
import { hashText } from './hash.ts';

const TWO_POW_32 = 0x100000000;

export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** Streams with another seed or another name are independent. */
  constructor(seed: number, name: string) {
    const mixed = hashText(`${seed}/${name}`);
    let state = (mixed ^ Math.floor(mixed / TWO_POW_32)) | 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.a = next();
    this.b = next();
    this.c = next();
    // A state of all zeroes would stay there for ever.
    this.d = next() | 1;
  }

  /** An integer from 0 to 2^32-1. */
  nextUint32(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result >>> 0;
  }

  /** An integer from 0 to 2^53-1. */
  nextUint53(): number {
    const high = this.nextUint32() >>> 11;
    return high * TWO_POW_32 + this.nextUint32();
  }

  fill(bytes: Uint8Array): void {
    let index = 0;
    while (index < bytes.length) {
      let word = this.nextUint32();
      for (let left = 4; left > 0 && index < bytes.length; left--) {
        bytes[index++] = word & 0xff;
        word >>>= 8;
      }
    }
  }
}
