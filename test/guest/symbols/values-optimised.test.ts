import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stopAt } from './stopped-program.ts';

const SOURCE = `
#include <stdio.h>

struct range { long long from; int count; };

static inline int square(int side) {
  int area = side * side;
  printf("area %d\\n", area); // #SQUARE
  return area;
}

static inline int both(int left, int right) {
  int first = square(left);
  return first + square(right + 1);
}

__attribute__((noinline)) long long sum(struct range span, double scale) {
  long long total = 0;
  for (int i = 0; i < span.count; i++) {
    total += span.from + i;
    printf("%lld\\n", total); // #SUM
  }
  return total * (long long)scale;
}

int main(int argc, char **argv) {
  struct range span = {1LL << 40, argc + 2};
  int answer = both(argc + 2, argc + 3);
  long long total = sum(span, 2.5);
  printf("%d %lld\\n", answer, total); // #MAIN
  return 0;
}
`;

const BUILDS = ['-O1', '-O2', '-Os'].flatMap((level) =>
  ['-gdwarf-4', '-gdwarf-5'].map((dwarf) => [level, dwarf]),
);

describe('an optimised program', () => {
  for (const options of BUILDS) {
    const title = options.join(' ');

    it(`has frames for what was inlined, built with ${title}`, async () => {
      const { debug, frames } = await stopAt({ 'a.c': SOURCE }, '#SQUARE', options, 2);
      assert.deepEqual(
        frames.map(({ name }) => name),
        ['square', 'both', 'main'],
      );
      const line = (marked: string) =>
        SOURCE.split('\n').findIndex((each) => each.includes(marked)) + 1;
      assert.deepEqual(
        debug.framesAt(frames[0]?.state.codeOffset ?? 0).map(({ source, inlined }) => {
          return { line: source?.line, inlined };
        }),
        [
          { line: line('#SQUARE'), inlined: true },
          { line: line('square(right + 1)'), inlined: true },
          { line: line('both(argc + 2, argc + 3)'), inlined: false },
        ],
      );
      assert.deepEqual(debug.problems, []);
    });

    it(`has the variables that are left, built with ${title}`, async () => {
      const square = await stopAt({ 'a.c': SOURCE }, '#SQUARE', options, 2);
      assert.equal(square.value('side').text, '5');
      assert.equal(square.value('area').text, '25');
      assert.equal(square.value('left', 1).text, '<optimised out>');
      assert.equal(square.value('first', 1).text, '<not available at this line>');
      assert.equal(square.value('span', 2).text, '{from: 1099511627776, count: 3}');
      const sum = await stopAt({ 'a.c': SOURCE }, '#SUM', options, 2);
      assert.equal(sum.value('total').text, '2199023255553');
      assert.equal(sum.value('scale').text, '2.5');
      const end = await stopAt({ 'a.c': SOURCE }, '#MAIN', options);
      assert.equal(end.value('answer').text, '34');
    });
  }

  it('writes a variable that is in a local of WebAssembly, and none on its stack', async () => {
    const stopped = await stopAt({ 'a.c': SOURCE }, '#SUM', ['-O2', '-gdwarf-5'], 2);
    const scale = stopped.write('scale = 1.5');
    assert.deepEqual(scale.kind === 'local' && scale.value, { type: 'f64', value: 1.5 });
    assert.throws(() => stopped.write('total = 5'), /an operand of an instruction/);
  });

  it('names the locals of all that was inlined', async () => {
    const { debug, frames } = await stopAt({ 'a.c': SOURCE }, '#SQUARE', ['-O2', '-gdwarf-5']);
    const { functionIndex, state } = frames[0] ?? assert.fail();
    const named = debug.localsNamed(functionIndex);
    assert.ok(named.length > 1, `${named}`);
    assert.ok(named.every((index) => state.local(index) !== undefined));
  });
});
