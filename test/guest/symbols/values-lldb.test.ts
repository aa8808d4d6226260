import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { numberOf } from '../../../simulator/guest/symbols/expression/number-of-value.ts';
import { Lldb, type Opinion } from './lldb.ts';
import { type StoppedProgram, stopAt } from './stopped-program.ts';

const EXPRESSIONS = 300;
const SOURCE = `
#include <stdio.h>
struct node { int v; struct node *next; unsigned flags : 3; int more : 5; long long far; };
enum color { RED, GREEN = 5, BLUE = 8 };
__attribute__((noinline)) int work(int a, long long b, double c) {
  struct node n = {a, 0, 5, -9, -7};
  n.next = &n;
  enum color k = GREEN;
  unsigned u = 4000000000u;
  unsigned long long ul = 18000000000000000000ull;
  short s = -300;
  unsigned short us = 65000;
  char letter = -65;
  unsigned char uc = 200;
  _Bool yes = 1;
  float third = 1.0f / 3;
  int grid[2][3] = {{1, 2, 3}, {4, -5, 6}};
  const char *text = "hello";
  short shorts[3] = {-1, 2, 3}, *p = shorts;
  for (int i = 0; i < a; i++) {
    u += a * i;
    c *= 1.5;
    printf("%u %f\\n", u, c); // #LOOP
  }
  printf("%d %lld %d %f\\n", a, b, k, c + n.v + letter + yes + third + grid[1][1]); // #END
  return n.next->v + (int)ul + s + us + uc + *text + *p + u;
}
int main(void) { return work(3, -(1LL << 40), 2.5) == 0; }
`;

const INTEGERS = [
  ...['a', 'b', 'u', 'ul', 's', 'us', 'letter', 'uc', 'yes', 'k', '*p', 'p[2]', 'text[1]', '*&a'],
  ...['n.v', 'n.flags', 'n.more', 'n.next->far', 'grid[1][2]', 'grid[1][1]'],
  ...['(p == shorts)', '(&grid[1][1] - &grid[0][0])', 'sizeof(n)', 'sizeof(long long)'],
  ...['0', '1', '7', '-1', '255', '2147483647', '4294967295u', '1ll', '3ul', '0x7f', "'x'"],
];
const FLOATS = ['c', 'third', '1.5', '0.25f', '-2.0', '1e10'];
const INTEGER_TYPES = [
  ...['char', 'signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned'],
  ...['unsigned long', 'long long', 'unsigned long long'],
];

/** Arithmetic as people write it in a watch, without what C leaves undefined. */
const { number: EXPRESSION } = fc.letrec<{ integer: string; number: string }>((tie) => {
  const [integer, number] = [tie('integer'), tie('number')];
  const depth = { maxDepth: 4, depthSize: 'small' } as const;
  const joined = (
    left: fc.Arbitrary<string>,
    operators: readonly string[],
    right: fc.Arbitrary<string>,
  ) =>
    fc
      .tuple(left, fc.constantFrom(...operators), right)
      .map(([one, operator, other]) => `(${one} ${operator} ${other})`);
  const applied = (prefixes: readonly string[], to: fc.Arbitrary<string>) =>
    fc.tuple(fc.constantFrom(...prefixes), to).map(([prefix, text]) => `(${prefix}(${text}))`);
  const casts = (types: readonly string[]) => types.map((type) => `(${type})`);
  return {
    integer: fc.oneof(
      depth,
      fc.constantFrom(...INTEGERS),
      joined(integer, ['+', '-', '*', '&', '|', '^'], integer),
      joined(integer, ['/', '%'], fc.constantFrom('3', '-7', '10u', '5ll', '9ull')),
      joined(integer, ['<<', '>>'], fc.nat(31).map(String)),
      joined(number, ['<', '>', '<=', '>=', '==', '!=', '&&', '||'], number),
      applied(['-', '~', '!', '+'], integer),
      applied(casts(INTEGER_TYPES), integer),
      applied(casts(['short', 'int', 'long long']), fc.constantFrom('c', 'third', '1.5')),
      fc.tuple(number, integer, integer).map(([one, yes, no]) => `(${one} ? ${yes} : ${no})`),
    ),
    number: fc.oneof(
      depth,
      fc.constantFrom(...FLOATS),
      integer,
      joined(number, ['+', '-', '*'], number),
      joined(number, ['/'], fc.constantFrom(...FLOATS)),
      applied(['-', '+'], number),
      applied(casts(['float', 'double']), number),
    ),
  };
});

function ours(stopped: StoppedProgram, text: string): Opinion {
  try {
    const value = stopped.evaluate(text);
    return { value: String(numberOf(value)?.value), byteLength: value.byteLength };
  } catch (error) {
    return { error: String(error) };
  }
}

describe('what LLDB says, too', () => {
  let stopped: StoppedProgram;
  let lldb: Lldb;
  before(async () => {
    stopped = await stopAt({ 'a.c': SOURCE }, '#END', ['-O0']);
    lldb = await Lldb.open(stopped, stopped.frames[0] ?? assert.fail('no frame'));
  });
  after(() => lldb.close());

  it('is what expressions give, with their types', async () => {
    const property = fc.asyncProperty(EXPRESSION, async (text) => {
      // A sum is a number in either's way to show it: an enumerator or a character would not be.
      const sum = `${text} + 0`;
      assert.deepEqual(ours(stopped, sum), await lldb.evaluate(sum), sum);
    });
    await fc.assert(property, { numRuns: EXPRESSIONS });
  });

  for (const level of ['-O0', '-O1', '-O2']) {
    it(`is what the variables hold that are left at ${level}`, async () => {
      const optimised = await stopAt({ 'a.c': SOURCE }, '#LOOP', [level], 2);
      const debugger_ = await Lldb.open(optimised, optimised.frames[0] ?? assert.fail('no frame'));
      let compared = 0;
      try {
        for (const name of await debugger_.variables()) {
          const their = await debugger_.evaluate(`${name} + 0`);
          if ('error' in their) continue;
          const type = optimised.evaluate(name).typeName;
          if (type.endsWith('*') || type.endsWith(']')) continue;
          const our = ours(optimised, `${name} + 0`);
          // LLDB shows constants also where their ranges have ended, as of `i`, which is 1 and not 0 here.
          if ('error' in our && level !== '-O0') continue;
          assert.deepEqual(our, their, name);
          compared++;
        }
      } finally {
        await debugger_.close();
      }
      assert.ok(compared >= 6, `${compared} variables`);
    });
  }
});
