import type { ClockArgs } from '../../../simulator/effects/clock.ts';
import type { EffectPort, EffectValue, Operation } from '../../../simulator/effects/operation.ts';
import type { RandomArgs } from '../../../simulator/effects/random.ts';
import type { StdinArgs } from '../../../simulator/effects/stdio.ts';
import type { PollArgs, PollResult } from '../../../simulator/effects/wait.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { Volume } from '../../../simulator/world/files/volume.ts';

/** 2026-01-01. */
const WALL_START = 1_767_225_600_000_000_000n;

/** A small world that performs what a plain program needs; each effect takes a millisecond. */
export class WorldPort implements EffectPort {
  /** What was shown, and the names of all other effects in `<>`, in their order. */
  readonly log: string[] = [];
  private nanos = 0n;
  private readonly volume = new Volume(
    'shared',
    new MemoryTree({ now: () => this.latestWallNanos }),
  );
  private input: Uint8Array;

  constructor(input: string) {
    this.input = new TextEncoder().encode(input);
  }

  get latestWallNanos(): bigint {
    return WALL_START + this.nanos;
  }

  effect<A extends EffectValue, R extends EffectValue>(operation: Operation<A, R>, args: A): R {
    this.nanos += 1_000_000n;
    if (operation.name.startsWith('volume.')) {
      this.log.push(`<${operation.name}>`);
      return this.volume.perform(operation, args, `key ${this.log.length}`) as R;
    }
    const { body } = args;
    this.log.push(body === undefined ? `<${operation.name}>` : new TextDecoder().decode(body));
    return this.perform(operation.name, args) as R;
  }

  get shown(): string {
    return this.log.filter((line) => !/^<.*>$/.test(line)).join('');
  }

  private perform(name: string, args: EffectValue): object {
    switch (name) {
      case 'clock.read': {
        const isWall = (args as ClockArgs).clock === 'wall';
        return { nanos: String(isWall ? this.latestWallNanos : this.nanos) };
      }
      case 'random.read':
        return { body: new Uint8Array((args as RandomArgs).length).fill(0xab) };
      case 'wait.poll':
        return this.poll(args as PollArgs);
      case 'stdin.read': {
        const { length } = args as StdinArgs;
        const body = this.input.slice(0, length);
        this.input = this.input.slice(length);
        return { body };
      }
      case 'stdout.write':
      case 'stderr.write':
        return {};
      default:
        throw new Error(`this world has no ${name}`);
    }
  }

  private poll({ deadlines, inboxes }: PollArgs): PollResult {
    const readable = inboxes.map((_, inbox) => ({
      inbox,
      available: this.input.length,
      ended: this.input.length === 0,
    }));
    if (readable.length > 0) return { passed: [], readable };
    this.nanos += BigInt(deadlines[0]?.nanos ?? 0);
    return { passed: [0], readable };
  }
}
