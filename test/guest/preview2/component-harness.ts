import assert from 'node:assert/strict';
import type { Preopen } from '../../../simulator/guest/files/preopen.ts';
import { ComponentError } from '../../../simulator/guest/preview2/component-error.ts';
import type { Descriptor } from '../../../simulator/guest/preview2/filesystem/descriptor.ts';
import type {
  DescriptorFlags,
  OpenFlags,
} from '../../../simulator/guest/preview2/filesystem/descriptor-flags.ts';
import {
  createPreview2,
  type Preview2Imports,
} from '../../../simulator/guest/preview2/preview2.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { type Answer, FakePort } from '../preview1/fake-port.ts';

export interface HarnessOptions {
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly preopens?: (tree: MemoryTree, port: FakePort) => readonly Preopen[];
}

// biome-ignore lint/suspicious/noExplicitAny: the glue knows the shapes of WIT, TypeScript does not
type Interface = Readonly<Record<string, (...args: any[]) => any>>;

/** Plays a component's glue: calls the interfaces with the values that the glue would give. */
export class Harness {
  readonly port: FakePort;
  readonly tree: MemoryTree;
  readonly imports: Preview2Imports;

  constructor(options: HarnessOptions = {}) {
    const { answers = {}, args = ['program'], env = {} } = options;
    const port = new FakePort(answers);
    this.port = port;
    this.tree = new MemoryTree({ now: () => port.latestWallNanos });
    const preopens = options.preopens?.(this.tree, port) ?? [{ path: '/', store: this.tree }];
    this.imports = createPreview2({ port, args, env, preopens });
  }

  interface(name: string): Interface {
    const found = this.imports[name];
    assert.ok(found !== undefined, `there is no interface ${name}`);
    return found as Interface;
  }

  /** A preopened directory, by its place. */
  directory(index = 0): Descriptor {
    const list = this.interface('wasi:filesystem/preopens').getDirectories?.();
    const [descriptor] = (list as [Descriptor, string][])[index] ?? [];
    assert.ok(descriptor !== undefined, `there is no preopened directory ${index}`);
    return descriptor;
  }

  open(path: string, openFlags: OpenFlags = {}, flags: DescriptorFlags = READ_WRITE): Descriptor {
    return this.directory().openAt({}, path, openFlags, flags);
  }

  writeFile(path: string, text: string): void {
    const file = this.open(path, { create: true, truncate: true });
    file.write(encode(text), 0n);
    file[Symbol.dispose]();
  }
}

export const READ_WRITE: DescriptorFlags = { read: true, write: true };

/** The error case that a step gives its program. */
export function errorOf(step: () => unknown): unknown {
  try {
    step();
  } catch (error) {
    if (error instanceof ComponentError) return error.payload;
    throw error;
  }
  return 'no error';
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
