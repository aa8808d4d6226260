import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  functionAt,
  functionBody,
  functionSignature,
  readNames,
} from '../../../simulator/guest/wasm/index.ts';
import { coreModule, moduleErrorOf, refusalOf } from './errors.ts';
import {
  body,
  customSection,
  HEADER,
  module,
  moduleWithCode,
  name,
  SECTION,
  section,
  vector,
} from './module-builder.ts';

const I32 = 0x7f;
const I64 = 0x7e;

const SAMPLE = module(
  section(SECTION.type, vector([0x60, 2, I32, I64, 1, I32], [0x60, 0, 2, I32, 0x70])),
  section(
    SECTION.import,
    vector(
      [...name('env'), ...name('f'), 0, 0],
      [...name('env'), ...name('table'), 1, 0x70, 1, 2, 9],
      [...name('env'), ...name('memory'), 2, 1, 3, 4],
      [...name('env'), ...name('global'), 3, I64, 1],
      [...name('env'), ...name('tag'), 4, 0, 1],
    ),
  ),
  section(SECTION.function, vector([1], [0])),
  section(SECTION.table, vector([0x70, 0, 5])),
  section(SECTION.memory, vector([0x04, 0x80, 0x80, 0x04])),
  section(SECTION.global, vector([I32, 0, 0x41, 0x7f, 0x0b])),
  section(SECTION.export, vector([...name('run'), 0, 2], [...name('memory'), 2, 0])),
  section(SECTION.start, [1]),
  section(SECTION.code, vector(body(0x00), body(0x41, 0x05))),
  customSection('name', [0, 7], name('sample'), [1, 5], vector([2, ...name('go')])),
  customSection('producers'),
);

test('a module tells its imports with their types', () => {
  const { imports, functionsImported } = coreModule(SAMPLE);
  assert.deepEqual(
    imports.map(({ module: from, name: title, kind }) => `${from}.${title} ${kind}`),
    ['env.f function', 'env.table table', 'env.memory memory', 'env.global global', 'env.tag tag'],
  );
  assert.equal(functionsImported, 1);
  const [first] = imports;
  assert.ok(first?.kind === 'function' && first.type !== undefined);
  assert.equal(functionSignature(first.type), '(i32, i64) -> i32');
});

test('a signature shows no result and several results in parentheses', () => {
  assert.equal(functionSignature({ parameters: [], results: [] }), '() -> ()');
  const results = coreModule(SAMPLE).types[1];
  assert.ok(results !== undefined);
  assert.equal(functionSignature(results), '() -> (i32, funcref)');
});

test('a module tells its memories with limits, imported ones first', () => {
  const memories = coreModule(SAMPLE).memories.map(({ range, ...limits }) => limits);
  assert.deepEqual(memories, [
    { min: 3, max: 4, shared: false, address: 'i32' },
    { min: 65_536, shared: false, address: 'i64' },
  ]);
});

test('a module tells its other index spaces', () => {
  const info = coreModule(SAMPLE);
  assert.deepEqual(info.functionTypes, [0, 1, 0]);
  assert.deepEqual(info.globals, [
    { type: 'i64', mutable: true },
    { type: 'i32', mutable: false },
  ]);
  assert.equal(info.tables.length, 2);
  assert.equal(info.startFunction, 1);
  assert.deepEqual(info.exports, [
    { name: 'run', kind: 'function', index: 2 },
    { name: 'memory', kind: 'memory', index: 0 },
  ]);
  assert.deepEqual(info.customSections, ['name', 'producers']);
});

test('a function body is found by its index and by an offset into it', () => {
  const info = coreModule(SAMPLE);
  const range = functionBody(info, 2);
  assert.ok(range !== undefined);
  assert.deepEqual([...SAMPLE.subarray(range.start, range.end)], [0, 0x41, 0x05, 0x0b]);
  assert.equal(functionAt(info, range.start), 2);
  assert.equal(functionAt(info, range.end - 1), 2);
  assert.equal(functionAt(info, range.end), undefined);
  assert.equal(functionAt(info, (functionBody(info, 1)?.start ?? 0) + 1), 1);
  assert.equal(functionAt(info, info.code?.start ?? 0), undefined);
  assert.equal(functionBody(info, 0), undefined);
});

test('names of the module and its functions are read', () => {
  const names = readNames(SAMPLE, coreModule(SAMPLE).sections);
  assert.equal(names.module, 'sample');
  assert.deepEqual([...names.functions], [[2, 'go']]);
});

test('names are kept up to the damage in a name section', () => {
  const damaged = module(customSection('name', [1, 5], vector([2, ...name('go')]), [0, 99]));
  assert.deepEqual([...readNames(damaged, coreModule(damaged).sections).functions], [[2, 'go']]);
});

const DAMAGED: readonly (readonly [what: string, bytes: Uint8Array, code: string, text: RegExp])[] =
  [
    ['a header cut short', Uint8Array.from(HEADER.slice(0, 6)), 'truncated', /inside its header/],
    ['a section cut short', module([1, 9, 0]), 'truncated', /type section.*at byte 10/],
    ['a size cut short', module([1, 0x80]), 'truncated', /size of the type section/],
    ['an unknown section', module([77, 0]), 'malformed', /id 77 .*at byte 8/],
    [
      'sections out of order',
      module(section(3, [0]), section(1, [0])),
      'malformed',
      /type section is out of order/,
    ],
    ['a repeated section', module(section(1, [0]), section(1, [0])), 'malformed', /repeated/],
    ['leftover bytes', module(section(1, [0, 7])), 'malformed', /1 bytes too many/],
    ['a count beyond its section', module(section(1, [0x85, 1])), 'malformed', /only 0 bytes/],
    ['a count beyond the limit', module(section(1, [0xff, 0xff, 0xff, 1])), 'malformed', /limit/],
    [
      'a number that is too long',
      module(section(1, [0x80, 0x80, 0x80, 0x80, 0x80, 0])),
      'malformed',
      /more than 5 bytes/,
    ],
    ['a number beyond 32 bits', module([1, 255, 255, 255, 255, 31]), 'truncated', /32 bits/],
    [
      'a name that is not UTF-8',
      module(section(7, vector([2, 0xff, 0xff, 0, 0]))),
      'malformed',
      /not UTF-8/,
    ],
    ['an unknown type', module(section(1, vector([0x12]))), 'malformed', /0x12 is not a form/],
    [
      'an unknown value type',
      module(section(1, vector([0x60, 1, 1, 0]))),
      'malformed',
      /0x1 is not/,
    ],
    ['unknown limits', module(section(5, vector([0x18, 1]))), 'malformed', /unknown flags 0x18/],
    [
      'functions without code',
      module(section(1, vector([0x60, 0, 0])), section(3, vector([0]))),
      'malformed',
      /none has code/,
    ],
    ['code without functions', module(section(10, vector(body()))), 'malformed', /0 functions/],
    [
      'a constant without an end',
      module(section(6, vector([I32, 0, 0x41, 1]))),
      'malformed',
      /constant expression has no end/,
    ],
    [
      'a version of the future',
      Uint8Array.from([...HEADER.slice(0, 4), 2, 0, 0, 0]),
      'version',
      /version 2, layer 0/,
    ],
  ];

for (const [what, bytes, code, text] of DAMAGED) {
  test(`${what} is named with its place`, () => {
    const error = refusalOf(bytes);
    assert.equal(error.code, code);
    assert.match(error.message, text);
    assert.match(error.message, /at byte \d+\)\. [A-Z].*\.$/s);
  });
}

const LATIN = (text: string) => new TextEncoder().encode(text);

const OTHER_FILES: readonly (readonly [what: string, bytes: Uint8Array, text: RegExp])[] = [
  ['an ELF program', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]), /native Linux program/],
  ['a Windows program', LATIN('MZ\u0001'), /native Windows program/],
  ['a macOS program', Uint8Array.from([0xcf, 0xfa, 0xed, 0xfe]), /native macOS program/],
  ['text of a module', LATIN(';; hello\n  (module)'), /WebAssembly text.*wat2wasm/],
  ['a page', LATIN('\n<!DOCTYPE html><html>404'), /HTML.*download/],
  ['a zip archive', LATIN('PK\u0003\u0004'), /zip archive.*Unpack/],
  ['a gzip archive', Uint8Array.from([0x1f, 0x8b, 8]), /gzip archive/],
  ['an archive of objects', LATIN('!<arch>\nfoo.o/'), /library archive.*Link/],
  ['bitcode', Uint8Array.from([0x42, 0x43, 0xc0, 0xde]), /LLVM bitcode/],
  ['a recording', LATIN('SQLite format 3\u0000'), /recording/],
  ['a pointer of Git LFS', LATIN('version https://git-lfs.github.com/spec/v1'), /git lfs pull/],
  ['a script', LATIN('#!/bin/sh\n'), /script/],
  ['a C source', LATIN('int main(void) { return 0; }'), /looks like text/],
  ['noise', Uint8Array.from([1, 2, 3, 4, 5]), /looks like unknown data/],
];

for (const [what, bytes, text] of OTHER_FILES) {
  test(`${what} is told apart from WebAssembly`, () => {
    const error = refusalOf(bytes);
    assert.equal(error.code, 'not-wasm');
    assert.match(error.message, text);
  });
}

test('an empty file is called empty', () => {
  assert.equal(refusalOf(new Uint8Array()).code, 'empty');
});

test('text with many comments is recognised without delay', () => {
  const error = refusalOf(LATIN(`${';; '.repeat(300)}\n`));
  assert.equal(error.code, 'not-wasm');
});

test('a component is refused where a core module is needed', () => {
  const error = refusalOf(Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]));
  assert.equal(error.code, 'component');
  assert.match(error.message, /a core module is needed/);
});

test('an object file and a shared library are told to be linked', () => {
  const object = module(
    section(SECTION.import, vector([...name('env'), ...name('__linear_memory'), 2, 0, 1])),
    customSection('linking', [2]),
  );
  assert.match(refusalOf(object).message, /is an object file.*Link it/);
  assert.equal(refusalOf(module(customSection('dylink.0'))).code, 'object-file');
});

test('a module with the relocations of a linker is not an object file', () => {
  assert.deepEqual(coreModule(module(customSection('linking', [2]))).findings, []);
});

test('an unknown instruction in a suspect body is malformed', () => {
  const error = moduleErrorOf(() => coreModule(moduleWithCode(0xff, 0xfe, 0x03, 0x00)));
  assert.match(error.message, /unknown instruction ff/);
});
