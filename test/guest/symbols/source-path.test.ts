import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAbsolutePath, isRuntimeFile, joinPath } from '../../../simulator/guest/symbols/index.ts';

test('paths are joined from the outside in, and an absolute one starts anew', () => {
  assert.equal(joinPath('/home/me', 'src', 'a.c'), '/home/me/src/a.c');
  assert.equal(joinPath('/home/me/', undefined, '../a.c'), '/home/me/../a.c');
  assert.equal(joinPath('/home/me', '/usr/include', 'a.h'), '/usr/include/a.h');
  assert.equal(joinPath(undefined, '', 'a.c'), 'a.c');
  assert.equal(joinPath(undefined, undefined, ''), '');
});

test('Windows paths are joined in their own way', () => {
  assert.equal(joinPath('C:\\work', 'src', 'a.c'), 'C:\\work\\src\\a.c');
  assert.equal(joinPath('C:/work', 'a.c'), 'C:/work/a.c');
  assert.equal(joinPath('/work', 'D:\\x', 'a.c'), 'D:\\x\\a.c');
  assert.ok(isAbsolutePath('\\\\server\\share'));
  assert.ok(!isAbsolutePath('src/a.c'));
});

const RUNTIME = [
  '/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/io/stdio.rs',
  '/rust/deps/wasi-0.14.4+wasi-0.2.4/src/imports.rs',
  '/home/me/.cargo/registry/src/index.crates.io-1949/serde-1.0.0/src/lib.rs',
  'C:\\Users\\me\\.cargo\\registry\\src\\serde\\lib.rs',
  '/home/me/.rustup/toolchains/stable/lib/rustlib/src/rust/library/core/src/fmt.rs',
  '/opt/wasi-sdk-25.0/share/wasi-sysroot/include/stdio.h',
  '/build/wasi-libc/libc-top-half/musl/src/stdio/printf.c',
  '/usr/include/c++/v1/vector',
  '/usr/include/wasm32-wasip1/stdlib.h',
  '/usr/lib/clang/22/include/stddef.h',
  '/emsdk/upstream/emscripten/system/lib/libc/musl/src/exit.c',
  '/usr/lib/zig/std/start.zig',
  '/opt/zig-0.14.0/lib/std/io.zig',
  '/usr/local/go/src/runtime/proc.go',
  '/home/me/go/pkg/mod/example.org/x@v1/x.go',
  '/usr/local/tinygo/src/runtime/runtime_wasip1.go',
  '~lib/rt/itcms.ts',
  '/home/me/app/node_modules/lib/index.ts',
  '/home/me/order/include/backstitch.h',
  '../../assemblyscript/backstitch.ts',
];

const USER = [
  '/home/me/order/main.c',
  '/home/me/go/src/shop/main.go',
  '/home/me/rustc-playground/src/main.rs',
  '/home/me/zig/src/main.zig',
  '/projects/library/src/books.rs',
  'src/main.c',
  'C:\\work\\include\\shop.h',
  '/home/me/std/io.c',
  '/home/me/backstitch/shop.ts',
];

test('files of toolchains and packages are told from the user’s own', () => {
  for (const path of RUNTIME) assert.ok(isRuntimeFile(path), path);
  for (const path of USER) assert.ok(!isRuntimeFile(path), path);
});
