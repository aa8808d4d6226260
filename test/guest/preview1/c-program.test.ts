import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GuestExit } from '../../../simulator/effects/operation.ts';
import type { Preopen } from '../../../simulator/guest/files/preopen.ts';
import { VolumeProxy } from '../../../simulator/guest/files/volume-proxy.ts';
import { createPreview1 } from '../../../simulator/guest/preview1/preview1.ts';
import { unknownImports } from '../../../simulator/guest/preview1/unknown-imports.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { buildProgram, closeBuilder } from '../../helpers/programs.ts';
import { WorldPort } from './world-port.ts';

const EXPECTED = `libc with 2, HOME=/home
mkdir: 0
mkdir again: File exists
read: line
offset: 11
stat: 0
size 29, regular 1, links 1
symlink: 0
link: 0
rename: 0
readlink: notes.txt
lstat link: 0
is link: 1
/work: notes.txt link moved
open missing: No such file or directory
open directory for writing: Is a directory
rmdir: Directory not empty
truncate: 0
access: 0
unlink: 0
read unlinked: first
unlink link: 0
unlink notes: 0
/work:
rmdir: 0
/work: No such file or directory
removed 300, rmdir 0
nanosleep: 0
slept 90 s
now Thu Jan  1 00:01:30 2026
getentropy: 0
entropy abab
tty: 1 1
poll: 2
events: 1 1
input: one
input: two
end of input: 1
lseek stdin: Invalid seek
to stderr
no newline`;

let module: WebAssembly.Module;

before(async () => {
  const { bytes } = await buildProgram('test/guest/preview1/programs/libc.c');
  // As the compiler made it, without what the engine changes for its own purposes.
  module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
});

after(closeBuilder);

function run(port: WorldPort, preopen: Preopen): number {
  let memory: WebAssembly.Memory | undefined;
  const imports = createPreview1({
    port,
    args: ['libc', 'a', 'b'],
    env: { HOME: '/home' },
    preopens: [preopen],
    memory: () => memory as WebAssembly.Memory,
  });
  const instance = new WebAssembly.Instance(module, imports);
  memory = instance.exports.memory as WebAssembly.Memory;
  try {
    (instance.exports._start as () => void)();
    return 0;
  } catch (error) {
    if (error instanceof GuestExit) return error.code;
    throw error;
  }
}

describe('a C program', () => {
  test('built by clang imports nothing unknown', () => {
    assert.deepEqual(unknownImports(WebAssembly.Module.imports(module)), []);
  });

  test('does with private files, clocks and streams what it would do on any POSIX system', () => {
    const port = new WorldPort('one\ntwo\n');
    const store = new MemoryTree({ now: () => port.latestWallNanos });
    assert.equal(run(port, { path: '/', store }), 42);
    assert.equal(port.shown, EXPECTED);
    assert.deepEqual(store.image(), []);
  });

  test('prints line by line, in order with its other effects', () => {
    const port = new WorldPort('');
    run(port, { path: '/', store: new MemoryTree({ now: () => port.latestWallNanos }) });
    const at = port.log.indexOf('nanosleep: 0\n');
    assert.deepEqual(port.log.slice(at - 3, at + 3), [
      'removed 300, rmdir 0\n',
      '<clock.read>',
      '<wait.poll>',
      'nanosleep: 0\n',
      '<clock.read>',
      'slept 90 s\n',
    ]);
  });

  test('does the same on a mounted volume', () => {
    const port = new WorldPort('one\ntwo\n');
    assert.equal(run(port, { path: '/', store: new VolumeProxy(port, 'shared') }), 42);
    assert.equal(port.shown.replace(/^now .*\n/m, ''), EXPECTED.replace(/^now .*\n/m, ''));
  });
});
