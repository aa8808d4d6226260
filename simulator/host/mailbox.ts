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
const SLOTS = 6;
const SLOT_BYTES = SLOTS * 4;
/** An execution's id in UTF-8; a longer one is cut, which only shortens what people are told. */
const ID_BYTES_MAX = 256;

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

  /** The client: the request that was posted last is not to wait until the host's work is done. */
  interrupt(): void {
    Atomics.store(this.slots, URGENT, Atomics.load(this.slots, REQUESTS_POSTED));
  }

  /** The host: whether a request waits that wants the work at hand broken off. */
  get interrupted(): boolean {
    return ((Atomics.load(this.slots, URGENT) - this.received) | 0) > 0;
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
