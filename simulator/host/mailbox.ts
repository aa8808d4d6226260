/**
 * A few shared integers between a host and its client, so that a host that runs a guest can see
 * without a turn of its event loop that a request waits, and a client can see that the host lives.
 */

const REQUESTS_POSTED = 0;
const BEATS = 1;
const BUSY = 2;
const EXECUTION = 3;
const SEQ = 4;
const SLOTS = 5;

export class Mailbox {
  private readonly slots: Int32Array;
  private received = 0;

  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(SLOTS * 4)) {
    this.slots = new Int32Array(shared);
  }

  /** The client: a request is about to be posted. */
  notePosted(): void {
    Atomics.add(this.slots, REQUESTS_POSTED, 1);
  }

  /** The host: a request has been taken. */
  noteReceived(): void {
    this.received = (this.received + 1) | 0;
  }

  hasRequests(): boolean {
    return Atomics.load(this.slots, REQUESTS_POSTED) !== this.received;
  }

  /**
   * The host: another effect is about to happen, in the execution with this number, counting from
   * 1; 0 tells of no effect. Only this thread writes, so no atomic add is needed.
   */
  beat(execution = 0, seq = 0): void {
    this.slots[EXECUTION] = execution;
    this.slots[SEQ] = seq;
    this.slots[BEATS] = ((this.slots[BEATS] ?? 0) + 1) | 0;
  }

  get beats(): number {
    return Atomics.load(this.slots, BEATS);
  }

  /** The effect that the host told of last; undefined before the first. */
  get lastEffect(): { readonly execution: number; readonly seq: number } | undefined {
    const execution = Atomics.load(this.slots, EXECUTION);
    return execution === 0 ? undefined : { execution, seq: Atomics.load(this.slots, SEQ) };
  }

  /** The host: guests run, or may run, until this is taken back. */
  setBusy(busy: boolean): void {
    Atomics.store(this.slots, BUSY, busy ? 1 : 0);
  }

  get busy(): boolean {
    return Atomics.load(this.slots, BUSY) === 1;
  }
}
