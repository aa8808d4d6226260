import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseHitCondition } from '../../debug-adapter/travel/breakpoint.ts';
import {
  ExpressionError,
  evaluate,
  ResultPendingError,
} from '../../debug-adapter/travel/expression.ts';
import {
  EXPRESSION_DEPTH_MAX,
  EXPRESSION_LENGTH_MAX,
  parseExpression,
} from '../../debug-adapter/travel/expression-parser.ts';
import { logText, needsResult, parseLogMessage } from '../../debug-adapter/travel/log-message.ts';
import { type EffectFields, valueFields } from '../../debug-adapter/travel/seen-effect.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const FIELDS: EffectFields = {
  execution: 'order-1',
  seq: 3,
  effect: 'http.request',
  class: 'call',
  state: 'delivered',
  attempt: 1,
  key: 'order-1/3',
  startedMs: 1.5,
  endedMs: 40,
  durationMs: 38.5,
  args: valueFields(
    '{"method":"POST","headers":[["accept","a"],["x-a","1"],["accept","b"]],"nanos":"9007199254740993"}',
    encode('{"cents": 4200, "tags": ["a", "b"]}'),
  ),
  result: valueFields('{"status":503}', encode('busy')),
};

const value = (text: string): unknown => evaluate(parseExpression(text), FIELDS);

describe('expressions over an effect', () => {
  const cases: readonly (readonly [text: string, expected: unknown])[] = [
    ['effect', 'http.request'],
    ['args.method == "POST" && result.status >= 500', true],
    ["args.method == 'GET' || seq == 3", true],
    ['!(seq == 3)', false],
    ['!args.nothing', true],
    ['args.headers["accept"]', 'a, b'],
    ['args.headers["x-a"] == 1', true],
    ['args.json.cents > 4000', true],
    ['args.json.tags[1]', 'b'],
    ['args.json.tags.length', 2],
    ['args.body.length', 35],
    ['args.nanos == 9007199254740992', false],
    ['args.nanos > 9007199254740992', true],
    ['result.body', 'busy'],
    ['result.bytes', 4],
    ['args.json == null', false],
    ['args.missing == null', true],
    ['1 < 2 == true', true],
    ['"a" < "b"', true],
    ['"a" < 1', false],
    ['"a" != 1', true],
    ['-1 < 0.5', true],
    ['"say \\"it\\"\\n"', 'say "it"\n'],
    ['durationMs', 38.5],
    ['args["__proto__"]', undefined],
    ['args.constructor', undefined],
  ];
  for (const [text, expected] of cases) {
    it(`gives ${JSON.stringify(expected)} for ${text}`, () =>
      assert.deepEqual(value(text), expected));
  }

  it('tells that a result is not there yet, unless it does not matter', () => {
    const upcoming = { ...FIELDS, result: undefined };
    const at = (text: string) => evaluate(parseExpression(text), upcoming);
    assert.throws(() => at('result.status == 200'), ResultPendingError);
    assert.equal(at('seq == 4 && result.status == 200'), false);
    assert.equal(at('seq == 3 || result.status == 200'), true);
  });

  it('names the fields that there are when a name is unknown', () => {
    assert.throws(() => value('order'), /there is no order here.*args, result/);
  });

  const wrong: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /expected a field, a number or a text at column 1, found the end/],
    ['args.', /expected the name of a field at column 6/],
    ['args[seq]', /expected a number or a text at column 6, found seq/],
    ['(1', /expected "\)" at column 3/],
    ['1 2', /expected an operator or the end at column 3, found 2/],
    ['a = 1', /column 3 is no part of an expression/],
    ['"open', /column 1 is no part/],
    ['f(1)', /found \(/],
    ['x'.repeat(EXPRESSION_LENGTH_MAX + 1), /at most 2000 characters/],
    [`${'('.repeat(EXPRESSION_DEPTH_MAX + 1)}1`, /more than 100 parentheses/],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${text.slice(0, 20)}`, () => assert.throws(() => parseExpression(text), message));
  }

  it('allows the most parentheses and characters that there may be', () => {
    const depth = EXPRESSION_DEPTH_MAX - 1;
    assert.equal(value(`${'('.repeat(depth)}1${')'.repeat(depth)}`), 1);
    assert.equal(value(`1${' '.repeat(EXPRESSION_LENGTH_MAX - 1)}`), 1);
  });

  it('are read or refused, and never anything else, whatever the text', () => {
    const piece = fc.constantFrom(
      'args',
      '.',
      '[',
      ']',
      '"a"',
      '1',
      '&&',
      '==',
      '!',
      '(',
      ')',
      ' ',
      'result',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          evaluate(parseExpression(text), FIELDS);
        } catch (error) {
          assert.ok(error instanceof ExpressionError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hit conditions', () => {
  const cases: readonly (readonly [text: string, hits: readonly number[]])[] = [
    ['3', [3]],
    ['== 2', [2]],
    ['>= 4', [4, 5, 6]],
    ['> 5', [6]],
    ['< 2', [1]],
    ['<= 2', [1, 2]],
    [' % 3 ', [3, 6]],
    ['% 0', []],
  ];
  for (const [text, hits] of cases) {
    it(`"${text}" stops at ${hits.join(', ') || 'nothing'} of six`, () => {
      const test = parseHitCondition(text);
      assert.deepEqual([1, 2, 3, 4, 5, 6].filter(test), hits);
    });
  }

  for (const text of ['', 'x', '1.5', '=> 2', '-1', '9999999999']) {
    it(`refuses "${text}"`, () => assert.throws(() => parseHitCondition(text), ExpressionError));
  }
});

describe('log messages', () => {
  it('put the values of expressions between braces', () => {
    const message = parseLogMessage(
      '{effect} \\{as is\\} {args.headers["x-a"]} {args.json.tags} {"}"}',
    );
    assert.equal(logText(message, FIELDS), 'http.request {as is} 1 ["a","b"] }');
  });

  it('say what cannot be told', () => {
    const text = logText(parseLogMessage('{result.status} {nothing}'), {
      ...FIELDS,
      result: undefined,
    });
    assert.match(text, /^\(no result yet\) \(there is no nothing here/);
  });

  it('know whether they need a result', () => {
    assert.equal(needsResult(parseLogMessage('{!(args == 1 || result.status)}')), true);
    assert.equal(needsResult(parseLogMessage('result {args}')), false);
  });

  it('refuse a brace that is not closed', () => {
    assert.throws(() => parseLogMessage('a {args'), /the brace at column 3 is not closed/);
  });
});
