import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  isUserFrame,
  readFrames,
  type SourceFrame,
  SourceLocator,
  userFrame,
} from '../../../simulator/guest/symbols/index.ts';
import { functionBody, limitMemory } from '../../../simulator/guest/wasm/index.ts';
import { coreModule } from '../wasm/errors.ts';
import { compile, symbolize } from './clang.ts';
import { SOURCES } from './sources.ts';

interface Visit {
  readonly expected: number[];
  readonly frames: SourceFrame[];
}

/** Runs a program and compares, at every effect, the lines it told with those of its stack. */
function visitsOf(bytes: Uint8Array, locator: SourceLocator): Visit[] {
  const visits: Visit[] = [];
  const lines: number[] = [];
  const visit = () => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 100;
    const frames = locator.frames(readFrames(new Error().stack ?? ''));
    Error.stackTraceLimit = stackTraceLimit;
    visits.push({ expected: lines.toReversed(), frames });
  };
  const test = {
    effect: visit,
    enter: (line: number) => lines.push(line),
    leave: () => lines.pop(),
  };
  const wasi = new Proxy({}, { get: (_, name) => (name === 'fd_write' ? write : () => 0) });
  const write = (_descriptor: number, vectors: number, count: number, result: number) => {
    visit();
    const { memory } = instance.exports as { memory: WebAssembly.Memory };
    const view = new DataView(memory.buffer);
    let size = 0;
    for (let index = 0; index < count; index++)
      size += view.getUint32(vectors + 8 * index + 4, true);
    view.setUint32(result, size, true);
    return 0;
  };
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const instance = new WebAssembly.Instance(module, { test, wasi_snapshot_preview1: wasi });
  (instance.exports._start as () => void)();
  return visits;
}

function userLines({ frames }: Visit): number[] {
  return frames.filter(isUserFrame).map(({ source }) => source?.line ?? 0);
}

const VERSIONS = [2, 3, 4, 5];
const built = new Map<number, Uint8Array>();

before(async () => {
  for (const version of VERSIONS) {
    built.set(version, await compile(SOURCES, '-g', `-gdwarf-${version}`, '-O0'));
  }
});

function program(version: number): Uint8Array {
  const bytes = built.get(version);
  assert.ok(bytes !== undefined);
  return bytes;
}

function locatorOf(bytes: Uint8Array): SourceLocator {
  return new SourceLocator(bytes, coreModule(bytes));
}

for (const version of VERSIONS) {
  test(`DWARF ${version}: every frame of a stack is at the line of its call`, () => {
    const bytes = program(version);
    const visits = visitsOf(bytes, locatorOf(bytes));
    assert.ok(visits.length >= 6);
    for (const visit of visits) assert.deepEqual(userLines(visit), visit.expected);
  });

  test(`DWARF ${version}: every byte of the code is at the place that LLVM says`, async () => {
    const bytes = program(version);
    const module = coreModule(bytes);
    const locator = locatorOf(bytes);
    const offsets: number[] = [];
    for (let index = module.functionsImported; index < module.functionTypes.length; index++) {
      if (!/main|inner|compare|header|other|puts/.test(locator.names.name(index))) continue;
      const range = functionBody(module, index) ?? { start: 0, end: 0 };
      for (let at = range.start; at < range.end; at++) offsets.push(at - (module.code?.start ?? 0));
    }
    const found = offsets.map((offset) => {
      const { file, line, column } = locator.lines.lineAt(offset) ?? {};
      return file === undefined ? '?' : `${file}:${line}:${column}`;
    });
    const expected = await symbolize(bytes, offsets);
    assert.ok(found.filter((place) => place !== '?').length > 300);
    // LLVM names the file also where no line made the code; we say nothing then.
    const stated = expected.map((place) => (/^\?\?|:0:\d+$/.test(place) ? '?' : place));
    assert.deepEqual(found, stated);
  });

  test(`DWARF ${version}: source files are told with their directories`, () => {
    const paths = locatorOf(program(version)).lines.files();
    assert.deepEqual(
      paths.map(({ path }) => path),
      ['/src/lib/calls.h', '/src/lib/other.c', '/src/main.c'],
    );
    assert.ok(paths.every(({ compilationDirectory }) => compilationDirectory === '/'));
  });
}

test('functions that the linker dropped have no place', () => {
  const source = SOURCES['src/main.c'] ?? '';
  const line = source.split('\n').findIndex((text) => text.includes('x * 77')) + 1;
  for (const version of VERSIONS) {
    const { lines } = locatorOf(program(version));
    assert.deepEqual(lines.locations('/src/main.c', line), []);
    assert.ok(!lines.lines('/src/main.c').includes(line));
    assert.deepEqual(lines.problems, []);
  }
});

test('the places of a line lead back to it', () => {
  const { lines } = locatorOf(program(5));
  const found = lines.lines('/src/main.c');
  assert.ok(found.length > 15);
  for (const line of found) {
    const locations = lines.locations('/src/main.c', line);
    assert.ok(locations.length > 0);
    for (const offset of locations) assert.equal(lines.lineAt(offset)?.line, line);
  }
  assert.deepEqual(lines.locations('/src/main.c', 3), []);
  assert.deepEqual(lines.locations('/src/none.c', 3), []);
});

test('libc is not user code: an effect inside it is at the line that called libc', () => {
  const bytes = program(5);
  const visits = visitsOf(bytes, locatorOf(bytes));
  const output = visits.find(({ frames }) => frames[0]?.functionName.includes('fd_write'));
  assert.ok(output !== undefined);
  assert.equal(userFrame(output.frames)?.functionName, 'main');
  assert.equal(userFrame(output.frames)?.source?.line, output.expected[0]);
  const sorting = visits.find(({ frames }) => frames[0]?.functionName === 'compare');
  assert.ok(sorting?.frames.some((frame) => /qsort/.test(frame.functionName)));
});

test('frames of a module whose memory was limited are at the same lines', () => {
  const bytes = program(5);
  const module = coreModule(bytes);
  const limited = limitMemory(bytes, module, 1000);
  assert.ok(limited.codeShift > 0);
  const locator = new SourceLocator(bytes, module, limited.codeShift);
  for (const visit of visitsOf(limited.bytes, locator)) {
    assert.deepEqual(userLines(visit), visit.expected);
  }
});

test('a trap is at the line that trapped', async () => {
  const source = `int main(int argc, char **argv) {
  int zero = argc - argc;
  int sum = 1 +
            2 / zero; // the division
  return sum;
}
`;
  const bytes = await compile({ 'trap.c': source }, '-g', '-O0');
  const locator = locatorOf(bytes);
  let stack = '';
  try {
    visitsOf(bytes, locator);
  } catch (error) {
    stack = (error as Error).stack ?? '';
  }
  assert.equal(locator.frames(readFrames(stack)).find(isUserFrame)?.source?.line, 4);
});

test('an optimised program has the lines of what was inlined', async () => {
  const bytes = await compile(SOURCES, '-g', '-O2');
  const visits = visitsOf(bytes, locatorOf(bytes));
  for (const { expected, frames } of visits) {
    assert.equal(userFrame(frames)?.source?.line, expected[0]);
  }
});

test('a C++ frame in the standard library is not user code', async () => {
  const source = `#include <functional>
#include "src/lib/calls.h"
namespace shop {
struct Cart {
  bool operator()(std::function<void(int)> f) const { f(1); return true; }
};
}
int main() {
  shop::Cart cart;
  cart([](int) { effect(); });
}
`;
  const header = SOURCES['src/lib/calls.h'] ?? '';
  const wrapped = `extern "C" {\n${header}}\n`;
  const bytes = await compile(
    { 'cart.cpp': source, 'src/lib/calls.h': wrapped },
    ...['-g', '-O0', '-fno-exceptions'],
  );
  const locator = locatorOf(bytes);
  const [visit] = visitsOf(bytes, locator);
  assert.ok(visit !== undefined);
  assert.deepEqual(userLines(visit), [10, 5, 10]);
  assert.ok(visit.frames.length > 6);
  assert.ok(visit.frames.some(({ source: at }) => at?.file.includes('/c++/v1/')));
  assert.match(
    visit.frames.filter(isUserFrame)[1]?.functionName ?? '',
    /^shop::Cart::operator\(\)/,
  );
  assert.deepEqual(
    locator.userFiles().map(({ path }) => path),
    ['/cart.cpp'],
  );
});

test('a program without debug information is called stripped and still has names', async () => {
  const bytes = await compile(SOURCES, '-g0', '-O0');
  const locator = locatorOf(bytes);
  assert.equal(locator.status, 'stripped');
  const [visit] = visitsOf(bytes, locator);
  assert.equal(visit?.frames[0]?.functionName, 'inner');
  assert.equal(visit?.frames[0]?.source, undefined);
  assert.equal(userFrame(visit?.frames ?? []), undefined);
});

test('debug information without lines is told apart from none', () => {
  const bytes = new Uint8Array(program(5));
  const text = new TextDecoder('latin1').decode(bytes);
  bytes[text.indexOf('.debug_line') + 1] = 'X'.charCodeAt(0);
  const { status, lines } = locatorOf(bytes);
  assert.equal(status, 'line-table-empty');
  assert.deepEqual(lines.files(), []);
  assert.equal(lines.lineAt(100), undefined);
});
