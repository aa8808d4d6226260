import { randomRead } from '../../effects/random.ts';
import type { Host } from './host.ts';

/** Bytes drawn by one effect; a longer request takes several. */
const RANDOM_BYTES_MAX = 64 * 1024;

export function randomCalls({ port, memory }: Host) {
  return {
    random_get: (buffer: number, length: number) => {
      const end = memory.check(buffer, length >>> 0) + (length >>> 0);
      for (let at = buffer >>> 0; at < end; at += RANDOM_BYTES_MAX) {
        const count = Math.min(RANDOM_BYTES_MAX, end - at);
        memory.set(at, port.effect(randomRead, { length: count }).body.subarray(0, count));
      }
    },
  };
}
