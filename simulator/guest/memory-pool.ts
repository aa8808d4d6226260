import { WASM_PAGE_BYTES } from '../kernel/limits.ts';

/** Memories that are kept for the next instance. */
const KEPT_MAX = 4;

/** A larger memory is cheaper to make anew, with the system's zero pages, than to clear. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Gives each instance a memory of zeroes. One that has not grown is cleared and given again, since
 * making memories, and collecting them, is what starting an instance costs most.
 */
export class MemoryPool {
  private readonly kept: WebAssembly.Memory[] = [];

  constructor(
    private readonly initialPages: number,
    private readonly maximumPages: number,
  ) {}

  take(): WebAssembly.Memory {
    const kept = this.kept.pop();
    if (kept === undefined) {
      return new WebAssembly.Memory({ initial: this.initialPages, maximum: this.maximumPages });
    }
    new Uint8Array(kept.buffer).fill(0);
    return kept;
  }

  /** The instance is gone; nothing reads this memory any more. */
  giveBack(memory: WebAssembly.Memory): void {
    const { byteLength } = memory.buffer;
    const unchanged = byteLength === this.initialPages * WASM_PAGE_BYTES;
    if (unchanged && byteLength <= KEPT_BYTES_MAX && this.kept.length < KEPT_MAX) {
      this.kept.push(memory);
    }
  }
}
