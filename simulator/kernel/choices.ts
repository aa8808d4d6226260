/**
 * The choice list: every random or scheduling decision that a simulation takes goes through here
 * and is written down. Each concern draws from a stream of its own, so that one more draw in one
 * place moves nothing elsewhere.
 *
 * C1  The same seed and the same calls give the same values.
 * C2  A stream that is given a list answers from that list first, then from the seed, which goes
 *     on as if it had given the answers of the list too.
 */
import { assert } from './assert.ts';
import { RandomStream } from './random-stream.ts';

export interface Choice {
  readonly stream: string;
  /** An integer from 0 to 2^53-1. */
  readonly value: number;
}

export interface ChoicesOptions {
  readonly seed: number;
  /** Decisions to take again, in their order. */
  readonly given?: readonly Choice[];
  readonly onChoice: (choice: Choice) => void;
}

export class Choices {
  private readonly streams = new Map<string, RandomStream>();
  private readonly given = new Map<string, number[]>();

  constructor(private readonly options: ChoicesOptions) {
    for (const choice of options.given ?? []) {
      const values = this.given.get(choice.stream) ?? [];
      values.push(choice.value);
      this.given.set(choice.stream, values);
    }
    for (const values of this.given.values()) values.reverse();
  }

  /** Draws an integer from 0 to `bound`-1; `bound` is 1 to 2^53. */
  below(stream: string, bound: number): number {
    assert(bound >= 1, `a choice in ${stream} among ${bound}`);
    const given = this.given.get(stream)?.pop();
    // Drawn also when it is given, so that what follows the list is what followed it before.
    const drawn = this.stream(stream).nextUint53();
    const value = (given ?? drawn) % bound;
    this.options.onChoice({ stream, value });
    return value;
  }

  /** Draws 53 bits. */
  bits(stream: string): number {
    return this.below(stream, Number.MAX_SAFE_INTEGER);
  }

  /** Chooses one of a list that is not empty. */
  pick<T>(stream: string, among: readonly T[]): T {
    assert(among.length > 0, `a choice in ${stream} among nothing`);
    // A list of one leaves nothing to decide.
    const index = among.length === 1 ? 0 : this.below(stream, among.length);
    return among[index] as T;
  }

  private stream(name: string): RandomStream {
    const existing = this.streams.get(name);
    if (existing !== undefined) return existing;
    const created = new RandomStream(this.options.seed, name);
    this.streams.set(name, created);
    return created;
  }
}
