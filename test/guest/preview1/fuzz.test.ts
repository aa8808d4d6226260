import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Unwind } from '../../../simulator/effects/operation.ts';
import type {
  BackstitchName,
  Signature,
  WasiName,
} from '../../../simulator/guest/preview1/signatures.ts';
import { KNOWN_IMPORTS } from '../../../simulator/guest/preview1/signatures.ts';
import { ERRNO_NAMES } from '../../../simulator/world/files/errno.ts';
import type { InodeId } from '../../../simulator/world/files/file-store.ts';
import type { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import type { Answer } from './fake-port.ts';
import { Harness } from './guest-harness.ts';

interface Call {
  readonly name: WasiName | BackstitchName;
  readonly args: readonly (number | bigint)[];
}

const MEMORY_BYTES = 2 * 65_536;

// Small numbers are descriptors, flags and lengths; the others are pointers, good and bad.
const i32 = fc.oneof(
  { weight: 4, arbitrary: fc.nat(9) },
  { weight: 3, arbitrary: fc.nat(MEMORY_BYTES + 16) },
  { weight: 1, arbitrary: fc.constantFrom(-1, -8, 2 ** 31 - 1, -(2 ** 31), MEMORY_BYTES - 4) },
  { weight: 1, arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
);
const i64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 300n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-1n, 2n ** 40n, 2n ** 53n, 2n ** 62n),
);

function callOf(name: string, { parameters }: Signature): fc.Arbitrary<Call> {
  const args = parameters.map((type) => (type === 'i64' ? i64 : i32));
  return fc.tuple(...args).map((values) => ({ name: name as Call['name'], args: values }));
}

const calls = [...KNOWN_IMPORTS.values()].flatMap((functions) =>
  [...functions].map(([name, signature]) => callOf(name, signature)),
);

// The lower part of memory holds paths and lists of buffers that make sense more often than not.
const memory = fc.array(
  fc.oneof(
    fc
      .constantFrom(...['a', 'b/', '../', './a', 'c\0', 'http://pay/', 'GET', 'a: b\n'])
      .map((text) => [...new TextEncoder().encode(text)]),
    fc.nat(600).map((number) => [number & 255, number >> 8, 0, 0]),
    fc.array(fc.nat(255), { maxLength: 8 }),
  ),
  { maxLength: 60 },
);

const ANSWERS: Readonly<Record<string, Answer>> = {
  'clock.read': () => ({ nanos: '1764000000123456789' }),
  'random.read': ({ length }: { length: number }) => ({ body: new Uint8Array(length) }),
  'wait.poll': () => ({ passed: [0], readable: [{ inbox: 0, available: 3, ended: true }] }),
  'stdin.read': ({ length }: { length: number }) => ({ body: new Uint8Array(Math.min(length, 9)) }),
  'stdout.write': () => ({}),
  'stderr.write': () => ({}),
  'http.request': () => ({ status: 200, headers: [['a', 'b']], body: new Uint8Array(5) }),
  'socket.accept': () => ({ connection: 'connection:1' }),
  'socket.receive': ({ length }: { length: number }) => ({
    body: new Uint8Array(Math.min(length, 7)),
    ended: false,
    again: false,
  }),
  'socket.send': () => ({}),
  'socket.shutdown': () => ({}),
};

function newGuest(bytes: readonly (readonly number[])[]): Harness {
  const guest = new Harness({ answers: ANSWERS, listeners: ['web'], descriptorsMax: 12 });
  guest.writeFile('a', 'text of a');
  guest.tree.createDirectory(guest.tree.root, 'b');
  guest.open('a');
  guest.open('b', { oflags: 2 });
  const low = bytes.flat().slice(0, MEMORY_BYTES / 2);
  new Uint8Array(guest.memory.buffer).set(low);
  return guest;
}

/** Every name leads to an inode that counts it, and every directory knows its parent. */
function checkTree(tree: MemoryTree): void {
  const found = new Map<InodeId, number>();
  const visit = (directory: InodeId): void => {
    for (const { inode, type } of tree.readDirectory(directory)) {
      found.set(inode, (found.get(inode) ?? 0) + 1);
      assert.equal(tree.stat(inode).type, type);
      if (type !== 'directory') continue;
      assert.equal(tree.parent(inode), directory);
      visit(inode);
    }
  };
  visit(tree.root);
  for (const [inode, names] of found) {
    const { type, links } = tree.stat(inode);
    if (type !== 'directory') assert.equal(links, names);
  }
}

test('no arguments and no memory make an import throw, or answer with what is no errno', () => {
  const run = fc.array(fc.oneof(...calls), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(memory, run, (bytes, steps) => {
      const guest = newGuest(bytes);
      for (const { name, args } of steps) {
        try {
          assert.ok(ERRNO_NAMES.includes(guest.call(name, ...args)));
        } catch (error) {
          // Only the program's own end leaves through an import.
          if (error instanceof Unwind) return;
          throw error;
        }
      }
      checkTree(guest.tree);
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 2000) },
  );
});

test('the same calls give the same answers and the same memory', () => {
  const run = fc.array(fc.oneof(...calls), { minLength: 1, maxLength: 20 });
  const trace = (bytes: number[][], steps: readonly Call[]): unknown => {
    const guest = newGuest(bytes);
    const answers: unknown[] = [];
    for (const { name, args } of steps) {
      try {
        answers.push(guest.call(name, ...args));
      } catch (error) {
        answers.push(String(error));
        break;
      }
    }
    return [answers, guest.port.asked, Buffer.from(guest.memory.buffer).toString('base64')];
  };
  fc.assert(
    fc.property(memory, run, (bytes, steps) => {
      assert.deepEqual(trace(bytes, steps), trace(bytes, steps));
    }),
    { numRuns: 100 },
  );
});
