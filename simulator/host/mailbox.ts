/**
 * A little memory shared by a host and its client, so that a host that runs a guest can see without
 * a turn of its event loop that a request waits, and a client can see that the host lives, and where.
 */

const REQUESTS_POSTED = 0;
const BEATS = 1;
const BUSY = 2;
const ID_LENGTH = 3;
const SEQ = 4;
const URGENT = 5;
const MOTION = 6;
const REQUEST = 7;
const SESSION = 8;
const SLOTS = 9;
const SLOT_BYTES = SLOTS * 4;
/** An execution's id in UTF-8; a longer one is cut, which only shortens what people are told. */
const ID_BYTES_MAX = 256;

/**
 * What a message does not wait for: `all` that the host is at or comes to before it, a `motion` that is under
 * way, or the work on one request of the debug protocol, named by its seq in its session.
 */
export type Urgency = 'all' | 'motion' | number;

/** What the host is at. */
export interface Work {
  /** It moves on by itself; otherwise somebody waits for an answer. */
  readonly isMotion: boolean;
  /** The request of the debug protocol that it is for; 0 for none. */
  readonly request: number;
}

/** The debug session of a host that is there for it; others have numbers of their own. */
export const ONLY_SESSION = 0;

export class Mailbox {
  private readonly slots: Int32Array;
  private readonly id: Uint8Array;
  private received = 0;
  /** The execution that `beat` told of last. */
  private told = '';

  constructor(
    readonly shared: SharedArrayBuffer = new SharedArrayBuffer(SLOT_BYTES + ID_BYTES_MAX),
  ) {
    this.slots = new Int32Array(shared, 0, SLOTS);
    this.id = new Uint8Array(shared, SLOT_BYTES, ID_BYTES_MAX);
  }

  /** The client: a request is about to be posted. */
  notePosted(): void {
    Atomics.add(this.slots, REQUESTS_POSTED, 1);
  }

  /**
   * The client: the request that was posted last is not to wait for this.
   *
   * @param session whose request it is, if it names one: each session counts its own
   */
  interrupt(urgency: Urgency, session = ONLY_SESSION): void {
    if (typeof urgency === 'number') {
      Atomics.store(this.slots, REQUEST, 0);
      Atomics.store(this.slots, SESSION, session);
      Atomics.store(this.slots, REQUEST, urgency);
      return;
    }
    const slot = urgency === 'all' ? URGENT : MOTION;
    Atomics.store(this.slots, slot, Atomics.load(this.slots, REQUESTS_POSTED));
  }

  /** The host: whether a request waits that wants this work of a debug session broken off. */
  interrupts({ isMotion, request }: Work, session = ONLY_SESSION): boolean {
    if (this.isAhead(URGENT) || (isMotion && this.isAhead(MOTION))) return true;
    // The work that was meant may be over by now; what came after it goes on.
    if (request === 0 || Atomics.load(this.slots, REQUEST) !== request) return false;
    return Atomics.load(this.slots, SESSION) === session;
  }

  private isAhead(slot: number): boolean {
    return ((Atomics.load(this.slots, slot) - this.received) | 0) > 0;
  }

  /** The host: a request has been taken. */
  noteReceived(): void {
    this.received = (this.received + 1) | 0;
  }

  hasRequests(): boolean {
    return Atomics.load(this.slots, REQUESTS_POSTED) !== this.received;
  }

  /**
   * The host: another effect is about to happen in this execution; an empty id tells of none. Only
   * this thread writes, so no atomic add is needed.
   */
  beat(execution = '', seq = 0): void {
    if (execution !== this.told) this.tell(execution);
    this.slots[SEQ] = seq;
    this.slots[BEATS] = ((this.slots[BEATS] ?? 0) + 1) | 0;
  }

  get beats(): number {
    return Atomics.load(this.slots, BEATS);
  }

  /** The effect that the host told of last; undefined before the first. True of a silent host. */
  get lastEffect(): { readonly execution: string; readonly seq: number } | undefined {
    const length = Atomics.load(this.slots, ID_LENGTH);
    if (length === 0) return undefined;
    const execution = new TextDecoder().decode(this.id.slice(0, length));
    return { execution, seq: Atomics.load(this.slots, SEQ) };
  }

  /** The host: guests run, or may run, until this is taken back. */
  setBusy(busy: boolean): void {
    Atomics.store(this.slots, BUSY, busy ? 1 : 0);
  }

  get busy(): boolean {
    return Atomics.load(this.slots, BUSY) === 1;
  }

  private tell(execution: string): void {
    this.told = execution;
    const bytes = new TextEncoder().encode(execution).subarray(0, ID_BYTES_MAX);
    this.id.set(bytes);
    this.slots[ID_LENGTH] = bytes.length;
  }
}
