import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  checkModule,
  inspectModule,
  limitMemory,
  ModuleError,
  readNames,
} from '../../../simulator/guest/wasm/index.ts';
import {
  body,
  customSection,
  HEADER,
  module,
  name,
  SECTION,
  section,
  vector,
} from './module-builder.ts';

const I32 = 0x7f;

/** A valid module with some of everything that is read. */
const SAMPLE = module(
  section(SECTION.type, vector([0x60, 1, I32, 1, I32], [0x60, 0, 0])),
  section(
    SECTION.import,
    vector(
      [...name('env'), ...name('f'), 0, 0],
      [...name('env'), ...name('memory'), 2, 1, 1, 8],
      [...name('env'), ...name('global'), 3, I32, 0],
    ),
  ),
  section(SECTION.function, vector([1], [0])),
  section(SECTION.table, vector([0x70, 1, 1, 5])),
  section(SECTION.global, vector([I32, 1, 0x41, 0x7f, 0x0b], [0x70, 0, 0xd2, 1, 0x0b])),
  section(SECTION.export, vector([...name('run'), 0, 2], [...name('table'), 1, 0])),
  section(SECTION.start, [1]),
  section(
    SECTION.code,
    vector(
      body(0x41, 0xfe, 0x9e, 0x02, 0x1a, 0x42, 0xfe, 0x1e, 0x1a, 0x02, 0x40, 0x0c, 0, 0x0b),
      body(
        0x20,
        0,
        0x28,
        2,
        8,
        0xfd,
        0x0c,
        ...new Array<number>(16).fill(0xfe),
        0xfd,
        0x1b,
        0,
        0x6a,
      ),
    ),
  ),
  customSection('name', [0, 7], name('sample'), [1, 5], vector([2, ...name('go')])),
);

/** Reads all of a module; true when it was accepted, and throws only what is not a ModuleError. */
function accepts(bytes: Uint8Array): boolean {
  try {
    const info = inspectModule(bytes);
    if (info.kind === 'component') return false;
    readNames(bytes, info.sections);
    limitMemory(bytes, info, 16);
    checkModule(info);
    return true;
  } catch (error) {
    assert.ok(error instanceof ModuleError, String(error));
    assert.ok(error.offset >= 0 && error.offset <= bytes.length, error.message);
    return false;
  }
}

const byte = fc.nat(255);
const noise = fc.uint8Array({ maxLength: 200 });

test('the sample is valid and accepted', () => {
  assert.ok(WebAssembly.validate(SAMPLE as Uint8Array<ArrayBuffer>));
  assert.ok(accepts(SAMPLE));
});

test('bytes of any kind give a module or a ModuleError', () => {
  fc.assert(fc.property(noise, (bytes) => void accepts(bytes)));
  fc.assert(
    fc.property(noise, (bytes) => void accepts(Uint8Array.from([...HEADER, ...bytes]))),
    { numRuns: 2000 },
  );
});

test('sections of any content give a module or a ModuleError', () => {
  const anySection = fc.tuple(fc.nat(13), noise).map(([id, bytes]) => section(id, [...bytes]));
  fc.assert(
    fc.property(fc.array(anySection, { maxLength: 6 }), (sections) => {
      accepts(module(...sections));
    }),
    { numRuns: 2000 },
  );
});

test('a module that is cut anywhere is never accepted', () => {
  for (let length = 0; length < SAMPLE.length; length++) {
    const cut = SAMPLE.slice(0, length);
    // Between two sections that need no other, a shorter module is valid again.
    if (!WebAssembly.validate(cut)) assert.equal(accepts(cut), false, `cut at ${length}`);
  }
});

test('what V8 accepts of a mutated module is read with the same imports', () => {
  let accepted = 0;
  const offset = fc.integer({ min: HEADER.length, max: SAMPLE.length - 1 });
  fc.assert(
    fc.property(offset, byte, (at, value) => {
      const bytes = new Uint8Array(SAMPLE);
      bytes[at] = value;
      accepts(bytes);
      if (!WebAssembly.validate(bytes)) return;
      accepted += 1;
      const info = inspectModule(bytes);
      assert.ok(info.kind === 'module');
      assert.deepEqual(
        info.imports.map(({ module: from, name: title, kind }) => ({
          module: from,
          name: title,
          kind,
        })),
        WebAssembly.Module.imports(new WebAssembly.Module(bytes)),
      );
    }),
    { numRuns: 5000 },
  );
  assert.ok(accepted > 100);
});
