import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertGolden } from '../../golden/golden.ts';
import { stopAt } from './stopped-program.ts';

/** Every kind of type of C, and pointers in a circle. */
const SOURCE = `
#include <stdint.h>
#include <stdio.h>

struct node { int v; struct node *next; unsigned flags : 3; int more : 5; };
union number { int i; float f; };
enum color { RED, GREEN = 5, BLUE = 8 };
typedef struct {
  char name[16];
  const char *title;
  double price;
  int (*callback)(int);
  struct node nodes[3];
} item;

int counter = 42;
static int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};

static int twice(int x) {
  return x * 2; // #TWICE
}

int work(int a, long long b, struct node by_value) {
  struct node n = {a, 0, 5, -9};
  n.next = &n;
  item it = {"widget", "a \\"nice\\" one", 3.25, twice, {{1, 0}, {2, 0}, {3, 0}}};
  union number u;
  u.f = 1.5f;
  enum color c = GREEN, flags = GREEN | BLUE, odd = 77;
  unsigned char byte = 200;
  char letter = 'A';
  _Bool yes = 1;
  float third = 1.0f / 3;
  void *nothing = 0;
  int *here = &a;
  uint8_t bytes[4] = {1, 2, 3, 4};
  int total = 0;
  for (int i = 0; i < 3; i++) {
    int inner = i * 10;
    total += inner + it.callback(i); // #LOOP
  }
  printf("%d %d %d\\n", total, counter, grid[1][2]); // #END
  return total + n.v + byte + letter + yes + c + flags + odd + *here + bytes[1] + (int)b +
    by_value.v + (nothing == 0) + (int)third + u.i;
}

int main(void) {
  struct node z = {7, 0, 1, 2};
  return work(3, 1LL << 40, z) == 0;
}
`;

const BUILDS = [
  ['-O0', '-gdwarf-2'],
  ['-O0', '-gdwarf-3'],
  ['-O0', '-gdwarf-4'],
  ['-O0', '-gdwarf-5'],
  ['-O0', '-gdwarf-5', '-Xclang', '-gdwarf64'],
];

describe('variables of a C program at -O0', () => {
  for (const options of BUILDS) {
    it(`are read, built with ${options.join(' ')}`, async () => {
      const stopped = await stopAt({ 'a.c': SOURCE }, '#END', options);
      assert.deepEqual(stopped.debug.problems, []);
      assertGolden('symbols/values-c', stopped.describe(0) + stopped.describe(1));
    });
  }

  it('are those whose scopes hold the place', async () => {
    const stopped = await stopAt({ 'a.c': SOURCE }, '#LOOP', ['-O0'], 3);
    assert.equal(stopped.value('i').text, '2');
    assert.equal(stopped.value('inner').text, '20');
    const later = await stopAt({ 'a.c': SOURCE }, '#END');
    const { state, level } = later.frames[0] ?? assert.fail();
    const names = later.debug.variables(state.codeOffset, level).map(({ name }) => name);
    assert.ok(names.includes('total') && !names.includes('inner') && !names.includes('i'));
  });

  it('are given for every frame of the stack', async () => {
    const stopped = await stopAt({ 'a.c': SOURCE }, '#TWICE', ['-O0'], 2);
    assert.deepEqual(
      stopped.frames.map(({ name }) => name),
      ['twice', 'work', 'main'],
    );
    assert.equal(stopped.value('x').text, '1');
    assert.equal(stopped.value('inner', 1).text, '10');
    assert.equal(stopped.value('z', 2).text, '{v: 7, next: NULL, flags: 1, more: 2}');
  });

  it('name the locals that a dump must hold', async () => {
    const { debug, frames } = await stopAt({ 'a.c': SOURCE }, '#TWICE');
    // The frame of each function, and the address of what is passed by value.
    assert.deepEqual(
      frames.map(({ functionIndex }) => debug.localsNamed(functionIndex)),
      [[1], [2, 3], [0]],
    );
  });

  it('of the unit are given with their values', async () => {
    const { debug, frames } = await stopAt({ 'a.c': SOURCE }, '#END');
    const { state } = frames[0] ?? assert.fail();
    assert.deepEqual(
      debug.globals(state.codeOffset).map((each) => `${each.name} = ${each.read(state).text}`),
      ['counter = 42', 'grid = {{1, 2, 3}, {4, 5, 6}}'],
    );
  });
});
