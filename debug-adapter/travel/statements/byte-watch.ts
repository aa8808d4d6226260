/**
 * Notices what happens to watched bytes of a program while it runs, whoever writes to them: the
 * program by stores, its host while it returns from an import, or a person by hand.
 *
 * B1  A change is told once, at the first look after it: right after a store, or when the import
 *     that made it returns.
 * B2  What lies on the stack belongs to its call. Once the call is over others use the bytes, and
 *     nothing is told any more.
 */
import type { ProbeHit, StoreHit } from '../../../simulator/guest/instrument/index.ts';
import type { ByteChange, WatchedBytes } from './reruns.ts';

/** Where a program is in the middle of an import. */
export interface ImportMoment {
  readonly tick: number;
  /** Functions with statements on the stack. */
  readonly depth: number;
}

export class ByteWatch {
  private known: Uint8Array = new Uint8Array(0);
  private latest: { readonly seq: number; readonly tick: number } | undefined;
  /** Whether the call that the bytes belong to is under way. */
  private lasts: boolean;

  /** @param memory the first memory of the program as it is at the time */
  constructor(
    private readonly watched: WatchedBytes,
    private readonly memory: () => Uint8Array,
    private readonly visit: (change: ByteChange) => boolean,
  ) {
    this.lasts = watched.call === undefined;
  }

  /** Before anything of the program runs. */
  begin(): void {
    this.known = this.bytes(this.memory());
  }

  /** An effect is called. */
  called(seq: number, tick: number): void {
    this.latest = { seq, tick };
  }

  /** A statement at most as deep as the call begins; true when the call is over. */
  visited({ activation }: Pick<ProbeHit, 'activation'>): boolean {
    const own = activation === this.watched.call?.activation;
    const isOver = this.lasts && !own;
    this.lasts = own;
    return isOver;
  }

  /** After a store; true stops. */
  stored({ tick, depth, activation, codeOffset }: Omit<StoreHit, 'address' | 'length'>): boolean {
    const { call } = this.watched;
    // A function stores its parameters before its first statement begins.
    if (call !== undefined && activation === call.activation) this.lasts = true;
    const isWithin = call === undefined || depth > call.depth || activation === call.activation;
    // A library's function that the call itself has called has no number.
    const isHelper = depth === call?.depth && activation < 0;
    return this.look({ tick, depth, offset: codeOffset }, isWithin || isHelper);
  }

  /** An import has returned; true stops. */
  returned({ tick, depth }: ImportMoment): boolean {
    const { call } = this.watched;
    return this.look({ tick, depth, offset: undefined }, call === undefined || depth >= call.depth);
  }

  /** Somebody has changed memory by hand; true stops. */
  patched(tick: number): boolean {
    return this.look({ tick, depth: this.watched.call?.depth ?? 0, offset: undefined }, true);
  }

  private look(at: Pick<ByteChange, 'tick' | 'depth' | 'offset'>, isWithin: boolean): boolean {
    const memory = this.memory();
    const now = this.bytes(memory);
    const before = this.known;
    if (isEqual(before, now)) return false;
    this.known = now;
    if (!this.lasts || !isWithin) return false;
    const effect = this.latest?.tick === at.tick ? this.latest.seq : undefined;
    return this.visit({ ...at, effect, before, memory });
  }

  /** A copy of the watched bytes; zeroes where the memory has not grown to yet. */
  private bytes(memory: Uint8Array): Uint8Array {
    const { start, length } = this.watched;
    const bytes = new Uint8Array(length);
    bytes.set(memory.subarray(start, start + length));
    return bytes;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, index) => byte === other[index]);
}
