const ROOM_MIN = 1024;

/** Bytes that come in runs of any size, and are taken from the front in others. */
export class ByteQueue {
  private bytes = new Uint8Array(0);
  private start = 0;
  private end = 0;

  get length(): number {
    return this.end - this.start;
  }

  push(added: Uint8Array): void {
    this.makeRoom(added.length);
    this.bytes.set(added, this.end);
    this.end += added.length;
  }

  /** The byte at `index`; undefined where there is none. */
  at(index: number): number | undefined {
    return index < this.length ? this.bytes[this.start + index] : undefined;
  }

  /** Where `byte` is, at `from` or after it; -1 when it is nowhere. */
  indexOf(byte: number, from: number): number {
    const found = this.bytes.subarray(0, this.end).indexOf(byte, this.start + from);
    return found < 0 ? -1 : found - this.start;
  }

  /** A copy of up to `count` bytes from the front, which are then gone. */
  take(count: number): Uint8Array {
    const end = Math.min(this.start + count, this.end);
    const taken = this.bytes.slice(this.start, end);
    this.start = end;
    return taken;
  }

  private makeRoom(added: number): void {
    if (this.end + added <= this.bytes.length) return;
    const { length } = this;
    const isTight = 2 * (length + added) > this.bytes.length;
    const room = isTight ? Math.max(2 * (length + added), ROOM_MIN) : this.bytes.length;
    const moved = isTight ? new Uint8Array(room) : this.bytes;
    moved.set(this.bytes.subarray(this.start, this.end));
    this.bytes = moved;
    this.start = 0;
    this.end = length;
  }
}
