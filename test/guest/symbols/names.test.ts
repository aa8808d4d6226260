import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { demangle, FunctionNames } from '../../../simulator/guest/symbols/index.ts';
import { coreModule } from '../wasm/errors.ts';
import {
  body,
  customSection,
  module,
  name,
  SECTION,
  section,
  vector,
} from '../wasm/module-builder.ts';

const DEMANGLED: readonly (readonly [mangled: string, shown: string])[] = [
  ['main', 'main'],
  ['core::fmt::write::h0123456789abcdef', 'core::fmt::write'],
  ['<T as a::B>::c::h0123456789abcdef', '<T as a::B>::c'],
  ['a::h0123456789abcdef.llvm.17', 'a.llvm.17'],
  ['a::hash', 'a::hash'],
  ['_ZN4core3fmt5write17h0123456789abcdefE', 'core::fmt::write'],
  [
    '_ZN39_$LT$T$u20$as$u20$a..B$LT$C$C$D$GT$$GT$4drop17h0123456789abcdefE',
    '<T as a::B<C,D>>::drop',
  ],
  ['_ZN4shop4Cart3addEi', 'shop::Cart::add'],
  ['_ZNK4shop4Cart5totalEv', 'shop::Cart::total'],
  ['_ZN4shop4CartC2Ev', 'shop::Cart::Cart'],
  ['_ZN4shop4CartD1Ev', 'shop::Cart::~Cart'],
  ['_Z6chargei', 'charge'],
  ['_ZN4shop4CartIiE3addEi', '_ZN4shop4CartIiE3addEi'],
  ['_ZNSt6vectorIiE4sizeEv', '_ZNSt6vectorIiE4sizeEv'],
  ['_RNvCs1234_7mycrate3foo', 'mycrate::foo'],
  ['_RNvNtCs1234_7mycrate3foo3bar', 'mycrate::foo::bar'],
  ['_RNCNvCs1234_7mycrate4main0B3_', 'mycrate::main::{closure}'],
  ['_RNvC7mycrate3_1st', 'mycrate::1st'],
  ['_RNvMs_C7mycrateNtB2_3Foo3bar', '_RNvMs_C7mycrateNtB2_3Foo3bar'],
  ['_ZN', '_ZN'],
  ['_R', '_R'],
  ['_Z9999x', '_Z9999x'],
];

for (const [mangled, shown] of DEMANGLED) {
  test(`${mangled} is shown as ${shown}`, () => {
    assert.equal(demangle(mangled), shown);
  });
}

test('any name is shown as something', () => {
  const part = fc.constantFrom(
    '_ZN',
    '_R',
    'Nv',
    'C',
    '1',
    '7',
    'foo',
    's_',
    '_',
    'E',
    '$LT$',
    '$u1$',
  );
  const mangled = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(mangled, fc.string()), (text) => {
      assert.equal(typeof demangle(text), 'string');
    }),
    { numRuns: 3000 },
  );
});

function named(...sections: number[][]): FunctionNames {
  const bytes = module(
    section(SECTION.type, vector([0x60, 0, 0])),
    section(SECTION.import, vector([...name('env'), ...name('f'), 0, 0])),
    section(SECTION.function, vector([0], [0], [0])),
    section(SECTION.export, vector([...name('run'), 0, 2], [...name('again'), 0, 2])),
    section(SECTION.code, vector(body(), body(), body())),
    ...sections,
  );
  return new FunctionNames(bytes, coreModule(bytes));
}

test('a function is named by the name section, else by its export, else by its place', () => {
  const names = named(customSection('name', [1, 4], vector([1, ...name('a')])));
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => names.name(index)),
    ['env.f', 'a', 'run', 'wasm-function[3]'],
  );
});

test('what compilers call a main function is called main', () => {
  const content = vector([1, ...name('__original_main')], [2, ...name('__main_argc_argv')]);
  const names = named(customSection('name', [1, content.length], content));
  assert.deepEqual([names.name(1), names.name(2)], ['main', 'main']);
});
