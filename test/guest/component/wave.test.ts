import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseArguments, parseValue } from '../../../simulator/guest/component/wave-parse.ts';
import { printValue } from '../../../simulator/guest/component/wave-print.ts';
import { WaveError, WaveReader } from '../../../simulator/guest/component/wave-text.ts';
import type { WitType } from '../../../simulator/guest/component/wit-type.ts';
import { typedValue, witType } from './wave-arbitraries.ts';

const SHAPE: WitType = {
  kind: 'variant',
  cases: [
    { name: 'empty', type: undefined },
    { name: 'circle', type: { kind: 'f64' } },
    { name: 'none', type: { kind: 'list', element: { kind: 'u8' }, length: undefined } },
  ],
};
const POINT: WitType = {
  kind: 'record',
  fields: [
    { name: 'x', type: { kind: 's32' } },
    { name: 'the-label', type: { kind: 'option', some: { kind: 'string' } } },
  ],
};
const OPTION: WitType = { kind: 'option', some: { kind: 'u8' } };
const NESTED: WitType = { kind: 'option', some: OPTION };
const RESULT: WitType = { kind: 'result', ok: { kind: 'u8' }, err: { kind: 'string' } };

function parse(text: string, type: WitType): unknown {
  const reader = new WaveReader(text);
  const value = parseValue(reader, type);
  if (!reader.done) reader.fail(`there is more: ${reader.next}`);
  return value;
}

describe('WAVE', () => {
  it('comes back as the same value, for any type and value', () => {
    fc.assert(
      fc.property(typedValue(), ({ type, value }) => {
        assert.deepEqual(parse(printValue(value, type), type), value);
      }),
    );
  });

  it('is printed as the same text again', () => {
    fc.assert(
      fc.property(typedValue(), ({ type, value }) => {
        const text = printValue(value, type);
        assert.equal(printValue(parse(text, type), type), text);
      }),
    );
  });

  it('that is damaged is refused with a place, or is another value', () => {
    const damaged = fc.tuple(typedValue(), fc.nat(), fc.nat(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(damaged, ([{ type, value }, at, length, insert]) => {
        const text = printValue(value, type);
        const from = at % (text.length + 1);
        const bad = text.slice(0, from) + insert + text.slice(from + (length % 4));
        assert.ok(isParsedOrRefused(bad, type));
      }),
    );
  });

  it('of any text is refused or read, for any type', () => {
    const marks = fc.string({
      unit: fc.constantFrom(...'{}[]()",:\'%-\\ua1.enso/\n '),
      maxLength: 40,
    });
    fc.assert(fc.property(witType, marks, (type, text) => isParsedOrRefused(text, type)));
  });

  const READ: readonly [text: string, type: WitType, value: unknown][] = [
    ['true', { kind: 'bool' }, true],
    [' 255 // the most', { kind: 'u8' }, 255],
    ['-9223372036854775808', { kind: 's64' }, -(2n ** 63n)],
    ['1e3', { kind: 'f64' }, 1000],
    ['-inf', { kind: 'f32' }, Number.NEGATIVE_INFINITY],
    ["'\\u{1f600}'", { kind: 'char' }, '😀'],
    ['"a\\tb\\"\\\'\\\\"', { kind: 'string' }, 'a\tb"\'\\'],
    ['[1, 2,]', { kind: 'list', element: { kind: 'u8' }, length: undefined }, Uint8Array.of(1, 2)],
    ['circle(2)', SHAPE, { tag: 'circle', val: 2 }],
    ['%none([])', SHAPE, { tag: 'none', val: new Uint8Array(0) }],
    ['{x: 1}', POINT, { x: 1, theLabel: undefined }],
    ['{the-label: "here", %x: -1}', POINT, { x: -1, theLabel: 'here' }],
    ['{:}', { kind: 'record', fields: [] }, {}],
    ['3', OPTION, 3],
    ['some(3)', OPTION, 3],
    ['none', OPTION, undefined],
    ['none', NESTED, { tag: 'none' }],
    ['some(none)', NESTED, { tag: 'some', val: undefined }],
    ['7', RESULT, { tag: 'ok', val: 7 }],
    ['err("no")', RESULT, { tag: 'err', val: 'no' }],
    ['ok', { kind: 'result', ok: undefined, err: undefined }, { tag: 'ok' }],
    [
      '{write-all}',
      { kind: 'flags', names: ['read', 'write-all'] },
      { read: false, writeAll: true },
    ],
  ];
  for (const [text, type, value] of READ) {
    it(`reads ${text}`, () => assert.deepEqual(parse(text, type), value));
  }

  const REFUSED: readonly [text: string, type: WitType, says: RegExp][] = [
    ['256', { kind: 'u8' }, /256 is not a u8: it goes from 0 to 255 \(at character 1\)/],
    ['1.5', { kind: 's16' }, /expected s16, not 1\.5/],
    ['', { kind: 'string' }, /expected string, not the end/],
    ['"open', { kind: 'string' }, /" is never closed \(at character 1\)/],
    ['"\\q"', { kind: 'string' }, /there is no character \\q/],
    ['"\\u{d800}"', { kind: 'string' }, /there is no character \\u\{d800\}/],
    ["'ab'", { kind: 'char' }, /a char is one character/],
    ['[1 2]', { kind: 'list', element: { kind: 'u8' }, length: undefined }, /expected , or \]/],
    ['[1]', { kind: 'list', element: { kind: 'u8' }, length: 2 }, /has 2 elements, and here are 1/],
    ['{y: 1}', POINT, /there is no field y \(at character 2\)/],
    ['{x: 1, x: 2}', POINT, /the field x is given twice/],
    ['{}', POINT, /the field x: s32 is missing/],
    ['square', SHAPE, /expected variant \{ empty, circle\(f64\).*not square/],
    ['circle', SHAPE, /expected \( after circle, not the end/],
    ['3', NESTED, /expected option<option<u8>>, not 3/],
    ['(1)', { kind: 'tuple', elements: [{ kind: 'u8' }, { kind: 'u8' }] }, /has more elements/],
    ['1', { kind: 'handle', what: 'a resource' }, /no text can stand for a resource/],
  ];
  for (const [text, type, says] of REFUSED) {
    it(`refuses ${text === '' ? 'nothing' : text} for ${type.kind}`, () => {
      assert.throws(() => parse(text, type), { name: 'WaveError', message: says });
    });
  }

  it('writes numbers of 32 bits as short as they are told apart', () => {
    assert.equal(printValue(Math.fround(0.1), { kind: 'f32' }), '0.1');
    assert.equal(printValue(-0, { kind: 'f64' }), '-0');
    assert.equal(printValue(Number.NaN, { kind: 'f64' }), 'nan');
  });
});

describe('arguments in WAVE', () => {
  const params = [
    { name: 'first', type: { kind: 'u32' } },
    { name: 'rest', type: OPTION },
  ] as const;
  const args = (text: string) => parseArguments(new WaveReader(text), params);

  it('may leave out options at the end', () => {
    assert.deepEqual(args('1'), [1, undefined]);
    assert.deepEqual(args('1, 2'), [1, 2]);
    assert.deepEqual(parseArguments(new WaveReader(' '), []), []);
  });

  it('are refused when there are too few, too many or none between commas', () => {
    assert.throws(() => args(''), /first: u32 is missing/);
    assert.throws(() => args('1, 2, 3'), /it takes 2 arguments, and here is one more/);
    assert.throws(() => args('1 2'), /expected , between arguments, not 2/);
    assert.throws(() => parseArguments(new WaveReader('1'), []), /it takes no arguments/);
  });
});

function isParsedOrRefused(text: string, type: WitType): boolean {
  try {
    parse(text, type);
  } catch (error) {
    if (!(error instanceof WaveError)) throw error;
    return error.at >= 0 && error.at <= text.length;
  }
  return true;
}
