/** C programs that nobody wrote: functions that call each other, loops, recursion and effects. */
import fc from 'fast-check';

export interface GeneratedProgram {
  readonly source: string;
  /** Lines, counting from 1, with one statement that calls nothing. */
  readonly plainLines: readonly number[];
}

type Statement =
  | { readonly kind: 'assign'; readonly to: string; readonly value: string }
  | { readonly kind: 'loop'; readonly times: number; readonly body: readonly Statement[] }
  | { readonly kind: 'branch'; readonly left: string; readonly body: readonly Statement[] }
  | { readonly kind: 'call'; readonly callee: number }
  | { readonly kind: 'recur' }
  | { readonly kind: 'say' }
  | { readonly kind: 'clock' };

const NAMES = ['a', 'b', 'c', 'd'] as const;
const NESTING_MAX = 2;

const name = fc.constantFrom(...NAMES);
const value = fc
  .tuple(name, fc.constantFrom('+', '-', '*', '^'), fc.oneof(name, fc.nat(9).map(String)))
  .map((parts) => parts.join(' '));

const plain: fc.Arbitrary<Statement> = fc.record({
  kind: fc.constant('assign' as const),
  to: name,
  value,
});

const simple: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('call' as const), callee: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.constantFrom<Statement>({ kind: 'say' }, { kind: 'clock' }) },
  { weight: 1, arbitrary: fc.constant<Statement>({ kind: 'recur' }) },
);

function statements(nesting: number): fc.Arbitrary<readonly Statement[]> {
  if (nesting === 0) return fc.array(simple, { minLength: 1, maxLength: 3 });
  const body = statements(nesting - 1);
  const loop = fc.record({
    kind: fc.constant('loop' as const),
    times: fc.integer({ min: 1, max: 3 }),
    body,
  });
  const branch = fc.record({ kind: fc.constant('branch' as const), left: value, body });
  return fc.array(fc.oneof(simple, loop, branch), { minLength: 1, maxLength: 4 });
}

/** Each function calls only those before it, and itself no deeper than its first parameter says. */
export const generatedProgram: fc.Arbitrary<GeneratedProgram> = fc
  .array(statements(NESTING_MAX), { minLength: 3, maxLength: 5 })
  .map(render);

function render(functions: readonly (readonly Statement[])[]): GeneratedProgram {
  const lines = [
    '#include <time.h>',
    '#include <unistd.h>',
    'static int effects = 30;',
    'static int calls = 60;',
  ];
  const plainLines: number[] = [];
  functions.forEach((body, index) => {
    lines.push(`static int f${index}(int deep, int a, int b) {`, '  int c = a;', '  int d = 1;');
    for (const each of body) renderStatement(each, index, '  ');
    lines.push('  return (a + b + c + d) & 0xff;', '}');
  });
  lines.push('int main(void) {', '  int sum = 0;');
  functions.forEach((_, index) => {
    lines.push(`  sum += f${index}(2, ${index}, sum);`);
  });
  lines.push('  return sum == 1000;', '}', '');
  return { source: lines.join('\n'), plainLines };

  function renderStatement(statement: Statement, index: number, indent: string): void {
    const write = (text: string) => lines.push(indent + text);
    switch (statement.kind) {
      case 'assign':
        write(`${statement.to} = ${statement.value};`);
        plainLines.push(lines.length);
        return;
      case 'loop':
        write(`for (int i = 0; i < ${statement.times}; i++) {`);
        for (const each of statement.body) renderStatement(each, index, `${indent}  `);
        write('}');
        return;
      case 'branch':
        write(`if ((${statement.left}) % 2 == 0) {`);
        for (const each of statement.body) renderStatement(each, index, `${indent}  `);
        write('}');
        return;
      case 'call': {
        const callee = index === 0 ? undefined : statement.callee % index;
        write(callee === undefined ? 'd++;' : `if (calls-- > 0) c = f${callee}(deep, a, d);`);
        return;
      }
      case 'recur':
        write(`if (deep > 0) d = f${index}(deep - 1, b, c);`);
        return;
      case 'say':
        write('if (effects-- > 0) write(1, "said\\n", 5);');
        return;
      case 'clock':
        write('if (effects-- > 0) d += time(0) & 3;');
        return;
    }
  }
}
