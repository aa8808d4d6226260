import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { importsOf } from '../../../simulator/guest/preview1/imports.ts';
import { KNOWN_IMPORTS } from '../../../simulator/guest/preview1/signatures.ts';
import { unknownImports } from '../../../simulator/guest/preview1/unknown-imports.ts';
import { Harness } from './guest-harness.ts';

const i32 = { parameters: ['i32'], results: ['i32'] };

function reasons(...imports: Parameters<typeof unknownImports>[0]): string[] {
  return unknownImports(imports).map(({ reason }) => reason);
}

test('every import that is known is there, and nothing else is', () => {
  const { imports } = new Harness();
  assert.deepEqual([...KNOWN_IMPORTS.keys()], Object.keys(imports));
  for (const [module, functions] of KNOWN_IMPORTS) {
    const provided = imports[module as keyof ReturnType<typeof importsOf>];
    for (const name of functions.keys()) {
      assert.equal(typeof provided[name as keyof typeof provided], 'function', name);
    }
  }
  assert.equal(KNOWN_IMPORTS.get('wasi_snapshot_preview1')?.size, 46);
  assert.equal(KNOWN_IMPORTS.get('backstitch')?.size, 3);
});

test('a module that imports what is known can run', () => {
  for (const [module, functions] of KNOWN_IMPORTS) {
    for (const [name, type] of functions) {
      assert.deepEqual(reasons({ module, name, kind: 'function', type }), []);
      assert.deepEqual(reasons({ module, name, kind: 'function' }), []);
    }
  }
});

test('unknown imports are named with their signature', () => {
  assert.deepEqual(
    reasons(
      { module: 'env', name: 'foo', kind: 'function', type: i32 },
      { module: 'env', name: 'bar', kind: 'function' },
      { module: 'env', name: 'memory', kind: 'memory' },
      { module: 'wasi_snapshot_preview1', name: 'fd_teleport', kind: 'function', type: i32 },
      { module: 'constructor', name: 'name', kind: 'function' },
    ),
    [
      'imports env.foo (i32) -> i32, which nothing provides',
      'imports env.bar, which nothing provides',
      'imports env.memory (a memory), which nothing provides',
      'imports wasi_snapshot_preview1.fd_teleport (i32) -> i32, which nothing provides',
      'imports constructor.name, which nothing provides',
    ],
  );
});

test('known imports of another kind or signature are refused', () => {
  const module = 'wasi_snapshot_preview1';
  assert.deepEqual(
    reasons(
      { module, name: 'fd_close', kind: 'global' },
      { module, name: 'fd_tell', kind: 'function', type: i32 },
      { module, name: 'proc_exit', kind: 'function', type: i32 },
    ),
    [
      'imports wasi_snapshot_preview1.fd_close (a global), but it is a function (i32) -> i32',
      'imports wasi_snapshot_preview1.fd_tell (i32) -> i32, but it is (i32, i32) -> i32',
      'imports wasi_snapshot_preview1.proc_exit (i32) -> i32, but it is (i32) -> nothing',
    ],
  );
});

test('the snapshot of 2019 is refused with what to do', () => {
  assert.deepEqual(reasons({ module: 'wasi_unstable', name: 'fd_write', kind: 'function' }), [
    'imports wasi_unstable.fd_write, which is WASI’s snapshot of 2019: ' +
      'rebuild it for wasi_snapshot_preview1',
  ]);
});
