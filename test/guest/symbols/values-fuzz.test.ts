import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import {
  ExpressionError,
  type FrameState,
  SourceLocator,
  type Value,
} from '../../../simulator/guest/symbols/index.ts';
import { type CoreModule, findCustomSection } from '../../../simulator/guest/wasm/index.ts';
import { coreModule } from '../wasm/errors.ts';
import { compile } from './clang.ts';
import { debugModule } from './debug-line-builder.ts';

const SOURCE = `
struct node { int v; struct node *next; unsigned flags : 3; char name[8]; };
union number { int i; double f; };
enum color { RED, GREEN = 5 };
typedef int (*callback)(int);
int counter = 42;
static inline int twice(int x) { int y = x * 2; return y + counter; }
__attribute__((noinline)) int work(int a, struct node n, callback call) {
  union number u = {1};
  enum color c = GREEN;
  int grid[2][3] = {{1, 2, 3}};
  for (int i = 0; i < a; i++) { int inner = twice(i); u.i += call(inner) + grid[1][i % 3]; }
  return u.i + c + n.v + (int)n.next->flags;
}
int main(int argc, char **argv) {
  struct node n = {argc, &n, 3, "abc"};
  return work(argc, n, twice) + (argv != 0);
}
`;

const SECTIONS = [
  '.debug_info',
  '.debug_abbrev',
  '.debug_str',
  '.debug_loc',
  '.debug_loclists',
  '.debug_ranges',
  '.debug_rnglists',
  '.debug_addr',
  '.debug_str_offsets',
  '.debug_line',
] as const;

const programs: { bytes: Uint8Array; module: CoreModule }[] = [];

before(async () => {
  for (const options of [
    ['-O0', '-gdwarf-4'],
    ['-O2', '-gdwarf-5'],
    ['-O2', '-gdwarf-4'],
  ]) {
    const bytes = await compile({ 'a.c': SOURCE }, '-g', ...options);
    programs.push({ bytes, module: coreModule(bytes) });
  }
});

/** A frame whose memory and locals are full of addresses of themselves. */
function stateAt(codeOffset: number): FrameState {
  const memory = new Uint8Array(new Uint32Array(256).fill(512).buffer);
  const i32 = (value: number) => ({ type: 'i32', value }) as const;
  return {
    codeOffset,
    memory,
    local: (index) => i32(64 * index),
    global: () => i32(512),
    operand: (index) => i32(index),
  };
}

const DEPTH = 3;

function explore(value: Value, depth = DEPTH): void {
  assert.equal(typeof value.text, 'string');
  assert.equal(typeof value.typeName, 'string');
  assert.ok(value.indexedCount >= 0);
  if (depth === 0) return;
  for (const child of [...value.named().slice(0, 6), ...value.indexed(0, 3)]) {
    explore(child.value, depth - 1);
  }
}

/** Asks everything that can be asked; fails when it throws, whatever it throws. */
function exercise(bytes: Uint8Array, module: CoreModule, step = 60): number {
  const { debug } = new SourceLocator(bytes, module);
  const codeLength = (module.code?.end ?? 0) - (module.code?.start ?? 0);
  let variableCount = 0;
  for (let offset = 1; offset < Math.min(codeLength, 1200); offset += step) {
    const state = stateAt(offset);
    debug.framesAt(offset).forEach((_, level) => {
      for (const variable of debug.variables(offset, level)) {
        explore(variable.read(state));
        variableCount++;
      }
    });
    for (const variable of debug.globals(offset)) explore(variable.read(state), 1);
    for (const text of ['n.next->v + a', '*(struct node *)64', 'GREEN', 'counter = 3']) {
      try {
        debug.evaluate(text, state);
      } catch (error) {
        assert.ok(error instanceof ExpressionError, String(error));
      }
    }
    debug.completions('n.', state);
  }
  for (let index = 0; index < 12; index++) debug.localsNamed(index);
  assert.ok(debug.problems.length <= 20);
  return variableCount;
}

test('the variables of the programs that are damaged below can be read', () => {
  for (const { bytes, module } of programs) assert.ok(exercise(bytes, module) > 20);
});

test('debug information with any bytes changed gives values or says why not', () => {
  const change = fc.record({
    section: fc.constantFrom(...SECTIONS),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
  });
  fc.assert(
    fc.property(fc.nat(2), fc.array(change, { minLength: 1, maxLength: 4 }), (program, changes) => {
      const { bytes, module } = programs[program] ?? assert.fail();
      const mutated = new Uint8Array(bytes);
      for (const { section, place, value } of changes) {
        const payload = findCustomSection(module.sections, section)?.payload;
        if (payload === undefined) continue;
        mutated[payload.start + Math.floor(place * (payload.end - payload.start))] = value;
      }
      exercise(mutated, module, 150);
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 300) },
  );
});

test('debug information that is cut anywhere gives values or says why not', () => {
  const { bytes, module } = programs[0] ?? assert.fail();
  const contents = Object.fromEntries(
    SECTIONS.map((name) => {
      const { start, end } = findCustomSection(module.sections, name)?.payload ?? {
        start: 0,
        end: 0,
      };
      return [name, [...bytes.subarray(start, end)]];
    }),
  );
  const cut = fc.record({
    section: fc.constantFrom('.debug_info', '.debug_abbrev', '.debug_str'),
    place: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(cut, ({ section, place }) => {
      const content = contents[section] ?? [];
      const kept = content.slice(0, Math.floor(content.length * place));
      const damaged = debugModule({ ...contents, [section]: kept });
      // The code is that of the whole program: what is cut is only what tells of it.
      exercise(damaged, { ...coreModule(damaged), code: module.code, bodies: module.bodies }, 150);
    }),
    { numRuns: 200 },
  );
});

test('sections of any content give nothing, and say so', () => {
  const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => [...bytes]);
  const sections = fc.record(Object.fromEntries(SECTIONS.map((name) => [name, noise])));
  const { module } = programs[0] ?? assert.fail();
  fc.assert(
    fc.property(sections, (contents) => {
      const bytes = debugModule(contents);
      exercise(bytes, { ...coreModule(bytes), code: module.code }, 400);
    }),
    { numRuns: 300 },
  );
});
