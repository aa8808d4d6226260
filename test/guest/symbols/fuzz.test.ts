import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import {
  DebugSections,
  FunctionNames,
  LineTable,
  SourceLocator,
} from '../../../simulator/guest/symbols/index.ts';
import { type CoreModule, findCustomSection } from '../../../simulator/guest/wasm/index.ts';
import { coreModule } from '../wasm/errors.ts';
import { compile } from './clang.ts';
import { debugModule, lineUnit, sequence } from './debug-line-builder.ts';
import { SOURCES } from './sources.ts';

const CODE_LENGTH = 5000;
const DEBUG_SECTIONS = [
  '.debug_line',
  '.debug_line_str',
  '.debug_str',
  '.debug_info',
  '.debug_abbrev',
];

const programs: { bytes: Uint8Array; module: CoreModule }[] = [];

before(async () => {
  for (const version of [4, 5]) {
    const bytes = await compile(SOURCES, '-g', `-gdwarf-${version}`, '-O0');
    programs.push({ bytes, module: coreModule(bytes) });
  }
});

/** Asks a table everything it can be asked; fails when it throws, whatever it throws. */
function exercise(bytes: Uint8Array, module: CoreModule, codeLength: number): LineTable {
  const table = LineTable.read(new DebugSections(bytes, module.sections), codeLength);
  for (let offset = -1; offset < 400; offset += 7) {
    const place = table.lineAt(offset);
    if (place !== undefined) assert.ok(place.line > 0 && place.column >= 0);
  }
  for (const { path } of table.files().slice(0, 3)) {
    for (const line of table.lines(path).slice(0, 3)) {
      assert.ok(table.locations(path, line).length > 0);
    }
  }
  assert.equal(table.status === 'ok', table.files().length > 0);
  return table;
}

const noise = fc.uint8Array({ maxLength: 300 });

test('debug sections of any content give a table', () => {
  const sections = fc.record(
    Object.fromEntries(DEBUG_SECTIONS.map((name) => [name, noise.map((bytes) => [...bytes])])),
  );
  fc.assert(
    fc.property(sections, (contents) => {
      const bytes = debugModule(contents);
      exercise(bytes, coreModule(bytes), CODE_LENGTH);
    }),
    { numRuns: 1000 },
  );
});

test('programs of any opcodes give a table', () => {
  const choices = fc.record({
    version: fc.integer({ min: 2, max: 5 }),
    dwarf64: fc.boolean(),
    instructionLengthMin: fc.nat(4),
    operationsMax: fc.nat(3),
    lineBase: fc.integer({ min: -10, max: 3 }),
    lineRange: fc.nat(20),
    opcodeBase: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(noise, choices, (program, header) => {
      const unit = lineUnit([...sequence(10, 20, 3), ...program], header);
      const bytes = debugModule({ '.debug_line': unit });
      exercise(bytes, coreModule(bytes), CODE_LENGTH);
    }),
    { numRuns: 3000 },
  );
});

test('a real program with any byte of its debug information changed gives a table', () => {
  const at = fc.record({
    program: fc.nat(1),
    section: fc.constantFrom(...DEBUG_SECTIONS),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    value: fc.nat(255),
  });
  let kept = 0;
  fc.assert(
    fc.property(at, ({ program, section, place, value }) => {
      const { bytes, module } = programs[program] ?? assert.fail();
      const payload = findCustomSection(module.sections, section)?.payload;
      if (payload === undefined) return;
      const mutated = new Uint8Array(bytes);
      mutated[payload.start + Math.floor(place * (payload.end - payload.start))] = value;
      const table = exercise(mutated, module, (module.code?.end ?? 0) - (module.code?.start ?? 0));
      if (table.status === 'ok') kept += 1;
    }),
    { numRuns: 1500 },
  );
  assert.ok(kept > 100);
});

test('a real program whose line table is cut anywhere gives what comes before the cut', () => {
  const { bytes, module } = programs[1] ?? assert.fail();
  const content = (name: string) => {
    const payload = findCustomSection(module.sections, name)?.payload ?? { start: 0, end: 0 };
    return [...bytes.subarray(payload.start, payload.end)];
  };
  const strings = content('.debug_line_str');
  const lines = content('.debug_line');
  let most = 0;
  for (let length = 0; length <= lines.length; length++) {
    const cut = debugModule({ '.debug_line': lines.slice(0, length), '.debug_line_str': strings });
    const count = exercise(cut, coreModule(cut), CODE_LENGTH).files().length;
    assert.ok(count >= most);
    most = count;
  }
  assert.ok(most > 1);
});

test('a name section of any content gives names', () => {
  fc.assert(
    fc.property(noise, (content) => {
      const bytes = debugModule({ name: [...content] });
      const names = new FunctionNames(bytes, coreModule(bytes));
      assert.equal(typeof names.name(0), 'string');
    }),
    { numRuns: 1000 },
  );
});

test('a frame outside the program is located nowhere', () => {
  const { bytes, module } = programs[0] ?? assert.fail();
  const locator = new SourceLocator(bytes, module);
  for (const offset of [0, 5, bytes.length, 2 ** 48]) {
    const frame = locator.frame({ functionIndex: 123_456, offset });
    assert.equal(frame.source, undefined);
    assert.equal(frame.functionName, 'wasm-function[123456]');
  }
});
