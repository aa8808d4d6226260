import type { Choices } from '../kernel/choices.ts';

/** A byte that is flipped becomes one of the others. */
const OTHER_BYTES = 255;

/** A copy of some bytes, at least one, of which `count` are wrong, as the choices have it. */
export function corrupt(
  choices: Choices,
  stream: string,
  bytes: Uint8Array,
  count: number,
): Uint8Array {
  const wrong = bytes.slice();
  const untouched = Array.from(bytes.keys());
  for (let left = Math.min(count, bytes.length); left > 0; left--) {
    const [at = 0] = untouched.splice(choices.below(stream, untouched.length), 1);
    wrong[at] = (wrong[at] ?? 0) ^ (1 + choices.below(stream, OTHER_BYTES));
  }
  return wrong;
}
