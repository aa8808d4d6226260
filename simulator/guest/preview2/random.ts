/** wasi:random: all three draw from the execution's own stream, which is journaled. */
import { randomRead } from '../../effects/random.ts';
import { trap } from './component-error.ts';
import type { HostInterface } from './host.ts';
import type { TimerPort } from './timer.ts';

/** Bytes drawn by one effect; a longer request takes several. */
const RANDOM_BYTES_MAX = 64 * 1024;
/** What 32-bit pointers can reach. */
const MEMORY_BYTES_MAX = 2n ** 32n - 1n;
const EIGHT = Object.freeze({ length: 8 });

export function randomInterfaces(port: TimerPort): Record<string, HostInterface> {
  const bytes = (length: bigint): Uint8Array => randomBytes(port, length);
  const u64 = (): bigint => randomU64(port);
  return {
    'wasi:random/random': { getRandomBytes: bytes, getRandomU64: u64 },
    'wasi:random/insecure': { getInsecureRandomBytes: bytes, getInsecureRandomU64: u64 },
    'wasi:random/insecure-seed': { insecureSeed: (): [bigint, bigint] => [u64(), u64()] },
  };
}

function randomBytes(port: TimerPort, length: bigint): Uint8Array {
  if (length > MEMORY_BYTES_MAX) {
    trap(`wasi:random: no memory of a program takes ${length} random bytes`);
  }
  const total = Number(length);
  if (total <= RANDOM_BYTES_MAX) return port.effect(randomRead, { length: total }).body;
  const all = new Uint8Array(total);
  for (let at = 0; at < total; at += RANDOM_BYTES_MAX) {
    const count = Math.min(RANDOM_BYTES_MAX, total - at);
    all.set(port.effect(randomRead, { length: count }).body.subarray(0, count), at);
  }
  return all;
}

function randomU64(port: TimerPort): bigint {
  const { body } = port.effect(randomRead, EIGHT);
  return new DataView(body.buffer, body.byteOffset, 8).getBigUint64(0, true);
}
