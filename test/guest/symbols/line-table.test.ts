import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DebugSections, LineTable } from '../../../simulator/guest/symbols/index.ts';
import { coreModule } from '../wasm/errors.ts';
import type { Bytes } from '../wasm/module-builder.ts';
import {
  ADD_CONSTANT,
  advanceAddress,
  advanceFixed,
  advanceLine,
  COPY,
  debugModule,
  END_SEQUENCE,
  extended,
  leb,
  lineUnit,
  NEGATE_STATEMENT,
  sequence,
  setAddress,
  setColumn,
  setFile,
  special,
  text,
  u16,
  u32,
  u64,
} from './debug-line-builder.ts';

const CODE_LENGTH = 1000;

function read(sections: { readonly [name: string]: Bytes }): LineTable {
  const bytes = debugModule(sections);
  return LineTable.read(new DebugSections(bytes, coreModule(bytes).sections), CODE_LENGTH);
}

function readLines(...units: Bytes[]): LineTable {
  return read({ '.debug_line': units.flat() });
}

/** The line at each of the offsets, 0 for none. */
function linesAt(table: LineTable, ...offsets: number[]): number[] {
  return offsets.map((offset) => table.lineAt(offset)?.line ?? 0);
}

test('a row holds from its address up to the next one, and the last up to the end', () => {
  const program = [
    ...[...setAddress(10), ...advanceLine(4), ...setColumn(3), ...COPY],
    ...special(2, 1),
    ...[...advanceAddress(5), ...END_SEQUENCE],
  ];
  const table = readLines(lineUnit(program));
  assert.equal(table.status, 'ok');
  assert.deepEqual(linesAt(table, 9, 10, 11, 12, 16, 17), [0, 5, 5, 6, 6, 0]);
  assert.deepEqual(table.lineAt(10), { file: '/home/a.c', line: 5, column: 3 });
});

test('the last of several rows at one address holds', () => {
  const program = [
    ...setAddress(10),
    ...COPY,
    ...special(0, 3),
    ...advanceAddress(5),
    ...END_SEQUENCE,
  ];
  const table = readLines(lineUnit(program));
  assert.deepEqual(linesAt(table, 10), [4]);
  assert.deepEqual(table.lines('/home/a.c'), [4]);
});

test('code that comes from no line has none, and ends the line before it', () => {
  const program = [
    ...[...setAddress(10), ...advanceLine(6), ...COPY],
    ...[...advanceAddress(4), ...advanceLine(-7), ...COPY],
    ...[...advanceAddress(4), ...END_SEQUENCE],
  ];
  assert.deepEqual(linesAt(readLines(lineUnit(program)), 10, 13, 14, 17), [7, 7, 0, 0]);
});

test('every way to move the address is followed', () => {
  const program = [
    ...[...setAddress(100), ...COPY],
    ...[...ADD_CONSTANT, ...advanceLine(1), ...COPY],
    ...[...advanceFixed(300), ...advanceLine(1), ...COPY],
    ...[...advanceAddress(1), ...END_SEQUENCE],
  ];
  // The constant is the advance of special opcode 255: (255 - 13) / 14.
  assert.deepEqual(linesAt(readLines(lineUnit(program)), 116, 117, 416, 417, 418), [1, 2, 2, 3, 0]);
});

test('instructions longer than a byte and several in one are counted as the header says', () => {
  const program = [
    ...setAddress(100),
    ...COPY,
    ...special(3, 1),
    ...special(1, 1),
    ...advanceAddress(2),
    ...END_SEQUENCE,
  ];
  const long = readLines(lineUnit(program, { version: 4, instructionLengthMin: 4 }));
  assert.deepEqual(linesAt(long, 111, 112, 115, 116, 123, 124), [1, 2, 2, 3, 3, 0]);
  const bundled = readLines(
    lineUnit(program, { version: 4, operationsMax: 2, instructionLengthMin: 8 }),
  );
  assert.deepEqual(linesAt(bundled, 107, 108, 115, 116, 123, 124), [1, 2, 2, 3, 3, 0]);
});

test('opcodes of other versions are stepped over', () => {
  const unknown = [...extended(0x80, 1, 2, 3), ...extended(4, 9), 13, 0x85, 1, 12, 5, 0, 0];
  const program = [...unknown, ...setAddress(10), ...COPY, ...advanceAddress(3), ...END_SEQUENCE];
  const table = readLines(lineUnit(program, { opcodeBase: 20 }));
  assert.deepEqual(table.problems, []);
  assert.deepEqual(linesAt(table, 10), [1]);
});

test('sequences of dropped functions are left out, wherever the linker put them', () => {
  const tombstones = [0, 0xffffffff, 0xfffffffe, CODE_LENGTH];
  const table = readLines(
    lineUnit([
      ...tombstones.flatMap((start) => sequence(start, start + 20, 7)),
      ...sequence(10, 20, 3),
    ]),
  );
  assert.deepEqual(table.lines('/home/a.c'), [3]);
  assert.deepEqual(linesAt(table, 0, 5, 10, 21, CODE_LENGTH - 1), [0, 0, 3, 0, 0]);
  const wide = extended(2, ...u64(2 ** 40));
  const far = readLines(lineUnit([...wide, ...COPY, ...advanceAddress(4), ...END_SEQUENCE]));
  assert.equal(far.status, 'line-table-empty');
});

test('sequences in any order are found, and of two that overlap the first holds', () => {
  const table = readLines(
    lineUnit([...sequence(500, 600, 5), ...sequence(100, 200, 1)]),
    lineUnit([...sequence(200, 300, 2), ...sequence(150, 160, 9), ...sequence(550, 700, 6)]),
  );
  assert.deepEqual(
    linesAt(table, 100, 150, 199, 200, 299, 300, 599, 600),
    [1, 1, 1, 2, 2, 0, 5, 0],
  );
});

test('a sequence whose addresses go backwards is left out', () => {
  const program = [
    ...[...setAddress(50), ...COPY, ...setAddress(40), ...COPY],
    ...[...advanceAddress(20), ...END_SEQUENCE],
  ];
  const table = readLines(lineUnit([...program, ...sequence(80, 90, 2)]));
  assert.deepEqual(linesAt(table, 45, 55, 80), [0, 0, 2]);
});

test('places of a line are where its statements begin, once for a run', () => {
  const program = [
    ...[...setAddress(10), ...COPY, ...special(1, 0), ...special(1, 1), ...special(1, -1)],
    ...[...NEGATE_STATEMENT, ...special(1, 2), ...special(1, -2), ...NEGATE_STATEMENT],
    ...[...special(1, 0), ...advanceAddress(1), ...END_SEQUENCE],
  ];
  const table = readLines(lineUnit(program));
  assert.deepEqual(table.locations('/home/a.c', 1), [10, 13, 16]);
  assert.deepEqual(table.locations('/home/a.c', 2), [12]);
  assert.deepEqual(table.locations('/home/a.c', 3), []);
  assert.deepEqual(table.lines('/home/a.c'), [1, 2]);
});

test('64-bit DWARF is read', () => {
  for (const version of [3, 4, 5]) {
    const table = readLines(lineUnit(sequence(10, 20, 3), { version, dwarf64: true }));
    assert.deepEqual(table.problems, []);
    assert.deepEqual(linesAt(table, 10), [3]);
  }
});

test('the tables of DWARF 5 may have columns of every form', () => {
  const lineStrings = [...text('/root'), ...text('sub'), ...text('b.c')];
  const strings = [...text('unused'), ...text('c.c')];
  const columns = [
    ...[1, 0x1f, 2, 0x05, 5, 0x1e, 3, 0x06, 4, 0x07, 0x2001, 0x08].flatMap((each) => leb(each)),
  ];
  const file = (name: number, directory: number) => [
    ...[...u32(name), ...u16(directory), ...new Array<number>(16).fill(7)],
    ...[...u32(1), ...u64(2), ...text('the source')],
  ];
  const tables = [
    ...[1, 1, 0x1f, 2, ...u32(0), ...u32(6)],
    ...[6, ...columns, 2, ...file(10, 0), ...file(10, 1)],
  ];
  const other = [
    ...[1, 1, 0x08, 2, ...text('/root'), ...text('/absolute')],
    ...[4, 1, 0x0e, 2, 0x0f, 3, 0x09, 4, 0x0a],
    ...[1, ...u32(7), 1, 2, 8, 8, 3, 9, 9, 9],
  ];
  const program = (start: number, file: number) => [
    ...setFile(file),
    ...sequence(start, start + 10, 1),
  ];
  const table = read({
    '.debug_line_str': lineStrings,
    '.debug_str': strings,
    '.debug_line': [
      ...lineUnit([...program(10, 0), ...program(20, 1)], { tables }),
      ...lineUnit(program(30, 0), { tables: other }),
    ],
  });
  assert.deepEqual(table.problems, []);
  assert.deepEqual(
    [10, 20, 30].map((offset) => table.lineAt(offset)?.file),
    ['/root/b.c', '/root/sub/b.c', '/absolute/c.c'],
  );
  assert.deepEqual(table.files()[2], {
    path: '/root/sub/b.c',
    name: 'b.c',
    directory: 'sub',
    compilationDirectory: '/root',
    md5: '07'.repeat(16),
  });
});

/** `.debug_abbrev` and `.debug_info` with one unit that has a name and a directory. */
function unitSections(version: number, stringOffsets: boolean): { [name: string]: number[] } {
  const form = stringOffsets ? 0x25 : 0x08;
  const attributes = [
    ...[0x25, 0x08, 0x03, form, 0x10, 0x17, 0x1b, form],
    ...(stringOffsets ? [0x72, 0x17] : [0x3e, 0x0b]),
  ];
  const abbreviations = [...leb(9), ...leb(0x2e), 0, 0x49, 0x21, 5, 0, 0];
  const values = stringOffsets
    ? [...text('compiler'), 0, ...u32(0), 1, ...u32(8)]
    : [...text('compiler'), ...text('main.c'), ...u32(0), ...text('/project'), 1];
  const header =
    version >= 5 ? [...u16(version), 1, 4, ...u32(0)] : [...u16(version), ...u32(0), 4];
  const unit = [...header, 1, ...values];
  return {
    '.debug_abbrev': [...abbreviations, 1, 0x11, 1, ...attributes.flatMap(leb), 0, 0, 0],
    '.debug_info': [...u32(unit.length), ...unit],
    '.debug_str': [...text('main.c'), ...text('/project')],
    '.debug_str_offsets': [...u32(12), ...u16(5), ...u16(0), ...u32(0), ...u32(7)],
  };
}

const OLD_TABLES = [
  ...[...text('include'), ...text('/usr/include'), 0],
  ...[...text('a.c'), 0, 0, 0],
  ...[...text('a.h'), 1, 0, 0],
  ...[...text('b.h'), 2, 0, 0],
  0,
];

for (const [version, infoVersion, indexed] of [
  [2, 2, false],
  [4, 4, false],
  [4, 5, true],
] as const) {
  test(`files of line table ${version} are in the directory of their unit ${infoVersion}`, () => {
    const program = [1, 2, 3].flatMap((file) => [
      ...setFile(file),
      ...sequence(file * 10, file * 10 + 10, 1),
    ]);
    const table = read({
      ...unitSections(infoVersion, indexed),
      '.debug_line': lineUnit(program, { version, tables: OLD_TABLES }),
    });
    assert.deepEqual(table.problems, []);
    assert.deepEqual(
      [10, 20, 30].map((offset) => table.lineAt(offset)?.file),
      ['/project/a.c', '/project/include/a.h', '/usr/include/b.h'],
    );
  });
}

test('a file that the program defines itself is known', () => {
  const define = extended(3, ...text('late.c'), 1, 0, 0);
  const program = [...define, ...setFile(4), ...sequence(10, 20, 3)];
  const table = readLines(lineUnit(program, { version: 3, tables: OLD_TABLES }));
  assert.equal(table.lineAt(10)?.file, 'include/late.c');
});

test('a row of a file that no table has is left without a place', () => {
  const program = [...setFile(77), ...sequence(10, 20, 3)];
  assert.equal(readLines(lineUnit(program)).lineAt(10), undefined);
});

const GOOD = lineUnit(sequence(100, 200, 5));

const DAMAGED: readonly (readonly [what: string, unit: Bytes, problem: RegExp])[] = [
  ['an unknown version', lineUnit(sequence(10, 20, 1), { version: 9 }), /unknown version 9/],
  ['a line range of 0', lineUnit(special(1, 1), { lineRange: 0 }), /line range of 0/],
  ['no opcodes', lineUnit([], { opcodeBase: 0 }), /first special opcode is 0/],
  ['a program cut short', lineUnit([...setAddress(10), ...COPY, 2, 0x80]), /is left|are left/],
  ['an unknown form', lineUnit([], { tables: [1, 1, 0x77, 1, 0] }), /unknown form 0x77/],
  [
    'entries that take no bytes',
    lineUnit([], { tables: [0, 0xff, 0xff, 3, ...new Array<number>(70_000).fill(0)] }),
    /entries of a table are empty/,
  ],
  [
    'more entries than bytes',
    lineUnit([], { tables: [1, 1, 0x08, 0xff, 0xff, 0xff, 0] }),
    /the number of entries is/,
  ],
  [
    'a string outside its section',
    lineUnit([], { tables: [1, 1, 0x1f, 1, ...u32(99)] }),
    /debug_line_str/,
  ],
  [
    'a header longer than its unit',
    [...u32(8), ...u16(4), ...u32(500), 0, 0],
    /header of a line table/,
  ],
];

for (const [what, unit, problem] of DAMAGED) {
  test(`a unit with ${what} is left out and told, and the units around it are read`, () => {
    const table = readLines(GOOD, unit, lineUnit(sequence(300, 400, 6)));
    assert.deepEqual(linesAt(table, 10, 150, 350), [0, 5, 6]);
    assert.equal(table.problems.length, 1);
    assert.match(table.problems[0] ?? '', problem);
    assert.match(table.problems[0] ?? '', /at byte \d+\)\. Build the program again with -g/);
  });
}

test('damage to the length of a unit ends the reading, with what came before it kept', () => {
  for (const length of [u32(0xfffffff5), u32(5000), [...u32(0xffffffff), ...u64(2 ** 60)]]) {
    const table = readLines(GOOD, [...length, 1, 2, 3]);
    assert.deepEqual(linesAt(table, 150), [5]);
    assert.equal(table.problems.length, 1);
  }
});

test('the sequences before damage inside a program are kept', () => {
  const table = readLines(lineUnit([...sequence(10, 20, 3), ...setAddress(30), ...COPY, 5]));
  assert.deepEqual(linesAt(table, 10, 30), [3, 0]);
});

test('damaged unit information costs directories, not lines', () => {
  const table = read({
    '.debug_info': [...u32(20), 1, 2, 3],
    '.debug_line': lineUnit(sequence(10, 20, 3), { version: 4 }),
  });
  assert.deepEqual(table.lineAt(10), { file: 'a.c', line: 3, column: 0 });
  assert.equal(table.problems.length, 1);
});

test('of many problems only the first twenty are told', () => {
  const bad = lineUnit([], { version: 9 });
  const table = readLines(...Array.from({ length: 100 }, () => bad));
  assert.equal(table.problems.length, 20);
});
