import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { builtinType } from '../../../simulator/guest/symbols/expression/builtin-types.ts';
import { evaluateText } from '../../../simulator/guest/symbols/expression/evaluate-text.ts';
import type { ExpressionScope } from '../../../simulator/guest/symbols/expression/expression-scope.ts';
import { ExpressionError } from '../../../simulator/guest/symbols/index.ts';

const SCOPE: ExpressionScope = {
  world: {
    memory: new Uint8Array(64),
    functionName: () => undefined,
    staticValue: () => assert.fail(),
    typeNamed: () => undefined,
  },
  value: () => undefined,
  type: builtinType,
  names: () => [],
};

function textOf(expression: string): string {
  return evaluateText(expression, SCOPE).value.text;
}

function errorOf(expression: string): string {
  try {
    return `no error: ${textOf(expression)}`;
  } catch (error) {
    assert.ok(error instanceof ExpressionError, String(error));
    return error.message;
  }
}

describe('an expression', () => {
  const RESULTS: Readonly<Record<string, string>> = {
    '1 + 2 * 3': '7',
    '(1 + 2) * 3': '9',
    '7 / 2': '3',
    '-7 / 2': '-3',
    '-7 % 3': '-1',
    '7.0 / 2': '3.5',
    '1u - 2': '4294967295',
    '-1 < 1u': 'false',
    '0xff & ~0xf': '240',
    '1 << 31': '-2147483648',
    '1ll << 40': '1099511627776',
    '-8 >> 1': '-4',
    '0x80000000 >> 31': '1',
    '2147483647 + 1': '-2147483648',
    '4294967295': '4294967295',
    '0b101 | 010': '13',
    "'a' + 1": '98',
    "'\\n'": "10 '\\n'",
    "L'\\u00e9'": "'é'",
    '!0 && !!5': 'true',
    '1 ? 2 : 1 / 0': '2',
    '(1 ? -1 : 1u) > 0': 'true',
    '0 && 1 / 0': 'false',
    '1 || 1 / 0': 'true',
    '(unsigned char)300': '44',
    '(signed char)200': '-56',
    '(float)0.1': '0.1',
    '(int)-2.9': '-2',
    '(long long)1 << 40': '1099511627776',
    '300 as u8': '44',
    'sizeof(double)': '8',
    'sizeof(int *)': '4',
    '1_000_000u64': '1000000',
    '1.5e3': '1500',
    'true + true': '2',
    'NULL == 0': 'true',
    '(int *)16 + 2': '0x18',
    '(int *)16 - (int *)8': '2',
    '"abc"[1]': "98 'b'",
    '"abc" == "abc"': 'true',
    '1 == 1.0': 'true',
  };
  for (const [expression, text] of Object.entries(RESULTS)) {
    it(`${expression} is ${text}`, () => assert.equal(textOf(expression), text));
  }

  const ERRORS: Readonly<Record<string, string>> = {
    '': 'expected a value, but the expression ends (at column 1)',
    '1 +': 'expected a value, but the expression ends (at column 4)',
    '1 2': 'expected an operator or the end, but there is 2 (at column 3)',
    '(1': 'expected ), but the expression ends (at column 3)',
    '1 / 0': 'a division by zero (at column 3)',
    '1 << 99': 'a shift by 99 of a number with 32 bits (at column 3)',
    '1.5 % 2': '% is not for floats (at column 5)',
    '~1.5': '~ is not for floats (at column 1)',
    '@': '@ is no part of an expression (at column 1)',
    nothing: 'nothing here is called nothing (at column 1)',
    'f(1)': 'functions cannot be called: the program stands still (at column 2)',
    '*5': 'int is not a pointer (at column 1)',
    '*(int *)0': 'the pointer is null',
    '(int *)1 * 2': '* is not for pointers (at column 10)',
    '&5': 'it is not in memory, so it has no address (at column 1)',
    '5 = 6': 'it cannot be changed: it is in no place',
    '5.x': 'int has no member x (at column 3)',
    '1 + (2 = 3)': 'an assignment cannot be inside of an expression (at column 8)',
    '99999999999999999999999999999999999999999':
      '99999999999999999999999999999999999999999 is too large a number',
  };
  for (const [expression, message] of Object.entries(ERRORS)) {
    it(`${expression || '(empty)'} is refused`, () => assert.equal(errorOf(expression), message));
  }

  it('is refused when it is too long or too deep', () => {
    assert.match(errorOf('1'.repeat(2_001)), /at most 2000 characters/);
    assert.match(errorOf(`${'('.repeat(150)}1`), /nested too deeply/);
    assert.match(errorOf(`${'-'.repeat(150)}1`), /nested too deeply/);
  });

  it('of any text gives a value or says what is wrong', () => {
    const piece = fc.constantFrom(
      ...['1', '2.5', "'a'", '"s"', 'x', '(', ')', '[', ']', '.', '->', '*', '&', '-', '!', '~'],
      ...[
        '+',
        '/',
        '%',
        '<<',
        '==',
        '<',
        '&&',
        '?',
        ':',
        '=',
        ',',
        'int',
        'sizeof',
        'as',
        '::',
        ' ',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const expression = pieces.join('');
        try {
          assert.equal(typeof textOf(expression), 'string');
        } catch (error) {
          assert.ok(error instanceof ExpressionError, `${expression}: ${String(error)}`);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** A tree of operations on 64-bit numbers, with what it must give. */
type Computed = { readonly text: string; readonly value: bigint };

const WRAP = (value: bigint) => BigInt.asIntN(64, value);

const OPERATIONS: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
};

const leaf = fc
  .bigInt({ min: 0n, max: 2n ** 63n - 1n })
  .map((value): Computed => ({ text: `${value}ll`, value }));

const { tree } = fc.letrec<{ tree: Computed }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    tie('tree').map(({ text, value }) => ({ text: `(-${text})`, value: WRAP(-value) })),
    tie('tree').map(({ text, value }) => ({ text: `(~${text})`, value: WRAP(~value) })),
    fc
      .tuple(fc.constantFrom(...Object.keys(OPERATIONS)), tie('tree'), tie('tree'))
      .map(([operator, left, right]): Computed => {
        const divides = operator === '/' || operator === '%';
        const by = divides && right.value === 0n ? { text: '1ll', value: 1n } : right;
        const compute = OPERATIONS[operator] ?? assert.fail();
        const value = WRAP(compute(left.value, by.value));
        return { text: `(${left.text} ${operator} ${by.text})`, value };
      }),
  ),
}));

describe('64-bit arithmetic', () => {
  it('is that of big integers, cut to 64 bits', () => {
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        fc.pre(text.length <= 2_000);
        assert.equal(textOf(text), `${value}`);
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 500) },
    );
  });

  it('binds as C does without parentheses', () => {
    const operators = fc.array(fc.constantFrom('+', '-', '*', '/', '%', '&', '|', '^', '<', '=='), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        operators,
        fc.infiniteStream(fc.integer({ min: 1, max: 99 })),
        (signs, stream) => {
          const text = signs.reduce(
            (left, sign) => `${left} ${sign} ${stream.next().value}ll`,
            `${stream.next().value}ll`,
          );
          assert.equal(textOf(`(long long)(${text})`), `${WRAP(reference(text))}`);
        },
      ),
    );
  });
});

/** The value of an expression by big integers of JavaScript. */
function reference(text: string): bigint {
  const levels = [['|'], ['^'], ['&'], ['=='], ['<'], ['+', '-'], ['*', '/', '%']];
  const tokens = text.split(' ');
  return level(0, 0, tokens.length);

  function level(index: number, first: number, last: number): bigint {
    const operators = levels[index];
    if (operators === undefined) return BigInt((tokens[first] ?? '0').slice(0, -2));
    for (let at = last - 1; at > first; at--) {
      if (!operators.includes(tokens[at] ?? '')) continue;
      const left = level(index, first, at);
      const right = level(index + 1, at + 1, last);
      return apply(tokens[at] ?? '', left, right);
    }
    return level(index + 1, first, last);
  }
}

function apply(operator: string, left: bigint, right: bigint): bigint {
  if (operator === '==') return left === right ? 1n : 0n;
  if (operator === '<') return left < right ? 1n : 0n;
  return (OPERATIONS[operator] ?? assert.fail())(left, right);
}
