import { type GuestMemory, utf8 } from './guest-memory.ts';
import type { Host } from './host.ts';

/** The program's arguments and environment: pure, fixed when the execution starts. */
export function argsEnvironCalls({ memory, args, env }: Host) {
  const argStrings = new StringList(() => args);
  const envStrings = new StringList(() => {
    return Object.entries(env).map(([name, value]) => `${name}=${value}`);
  });
  return {
    args_sizes_get: (count: number, size: number) => argStrings.putSizes(memory, count, size),
    args_get: (pointers: number, buffer: number) => argStrings.put(memory, pointers, buffer),
    environ_sizes_get: (count: number, size: number) => envStrings.putSizes(memory, count, size),
    environ_get: (pointers: number, buffer: number) => envStrings.put(memory, pointers, buffer),
  };
}

/** Strings as C wants them: UTF-8, each with a zero byte after it. */
class StringList {
  private encoded: readonly Uint8Array[] | undefined;
  private readonly strings: () => readonly string[];

  constructor(strings: () => readonly string[]) {
    this.strings = strings;
  }

  putSizes(memory: GuestMemory, count: number, size: number): void {
    const list = this.list();
    memory.check(count, 4);
    memory.check(size, 4);
    memory.setU32(count, list.length);
    memory.setU32(size, totalLength(list));
  }

  put(memory: GuestMemory, pointers: number, buffer: number): void {
    const list = this.list();
    const first = memory.check(pointers, list.length * 4);
    let at = memory.check(buffer, totalLength(list));
    list.forEach((string, index) => {
      memory.setU32(first + index * 4, at);
      memory.set(at, string);
      at += string.length;
    });
  }

  private list(): readonly Uint8Array[] {
    this.encoded ??= this.strings().map((string) => utf8(`${string}\0`));
    return this.encoded;
  }
}

function totalLength(list: readonly Uint8Array[]): number {
  return list.reduce((total, string) => total + string.length, 0);
}
