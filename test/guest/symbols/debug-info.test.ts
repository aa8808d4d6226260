import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceLocator } from '../../../simulator/guest/symbols/index.ts';
import { coreModule } from '../wasm/errors.ts';
import { compile } from './clang.ts';
import { debugModule, leb, text, u16, u32 } from './debug-line-builder.ts';

const COMPILE_UNIT = 0x11;
const FORM_STRING = 0x08;
const NAME = 0x03;

/** A unit of DWARF 4 with one entry, whose attributes are strings. */
function unit(attributes: Readonly<Record<number, string>>): Uint8Array {
  const entries = Object.entries(attributes);
  const abbreviation = [
    ...[1, COMPILE_UNIT, 0],
    ...entries.flatMap(([attribute]) => [...leb(Number(attribute)), FORM_STRING]),
    ...[0, 0, 0],
  ];
  const content = [...u16(4), ...u32(0), 4, 1, ...entries.flatMap(([, value]) => text(value))];
  return debugModule({
    '.debug_info': [...u32(content.length), ...content],
    '.debug_abbrev': abbreviation,
  });
}

function problemsOf(bytes: Uint8Array): readonly string[] {
  return new SourceLocator(bytes, coreModule(bytes)).debug.problems;
}

describe('debug information', () => {
  for (const attribute of [0x76, 0x2130]) {
    it(`in another file is refused, named by attribute 0x${attribute.toString(16)}`, () => {
      assert.deepEqual(problemsOf(unit({ [NAME]: 'a.c', [attribute]: 'a.dwo' })), [
        'a.c has its debug information in a.dwo, which is not read. Build it with -gno-split-dwarf.',
      ]);
    });
  }

  it('in the module itself is not', () => {
    assert.deepEqual(problemsOf(unit({ [NAME]: 'a.c' })), []);
  });

  it('of a version to come says so', () => {
    const bytes = debugModule({ '.debug_info': [...u32(3), ...u16(9), 0] });
    assert.match(problemsOf(bytes).join(), /unknown version 9/);
  });

  it('that there is none of gives no frames and no variables', async () => {
    const bytes = await compile({ 'a.c': 'int main(void) { return 0; }' }, '-O0');
    const { debug } = new SourceLocator(bytes, coreModule(bytes));
    assert.deepEqual(debug.framesAt(10), []);
    assert.deepEqual(debug.variables(10), []);
    assert.deepEqual(debug.globals(10), []);
    assert.deepEqual(debug.localsNamed(3), []);
    assert.deepEqual(debug.problems, []);
  });
});
