/**
 * A fast 53-bit hash for arguments and content keys inside one simulation: two multiply-xor lanes
 * of 32 bits, finished as MurmurHash3 does. It is not cryptographic.
 */

const LANE_A = 0x9e3779b1;
const LANE_B = 0x85ebca77;

export class Hash53 {
  private a = 0x12345678;
  private b = 0x2545f491;

  text(value: string): this {
    let { a, b } = this;
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      a = Math.imul(a ^ unit, LANE_A);
      b = Math.imul(b ^ unit, LANE_B);
      a ^= a >>> 15;
    }
    this.a = a ^ value.length;
    this.b = b;
    return this;
  }

  bytes(value: Uint8Array): this {
    let { a, b } = this;
    for (let index = 0; index < value.length; index++) {
      const byte = value[index] as number;
      a = Math.imul(a ^ byte, LANE_A);
      b = Math.imul(b ^ byte, LANE_B);
      a ^= a >>> 15;
    }
    this.a = a ^ value.length;
    this.b = b;
    return this;
  }

  /** The hash of everything so far, an integer from 0 to 2^53-1. */
  digest(): number {
    let a = Math.imul(this.a ^ (this.a >>> 16), LANE_B);
    let b = Math.imul(this.b ^ (this.b >>> 13), LANE_A);
    a ^= Math.imul(b ^ (b >>> 15), LANE_A);
    b ^= Math.imul(a ^ (a >>> 16), LANE_B);
    return (b & 0x1fffff) * 0x100000000 + (a >>> 0);
  }
}

export function hashText(value: string): number {
  return new Hash53().text(value).digest();
}
