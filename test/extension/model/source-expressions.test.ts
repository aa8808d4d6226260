import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  codeOf,
  expressionAt,
  expressionsOn,
  functionStart,
} from '../../../extension/model/source-expressions.ts';

/** The expression at the mark, which is no part of the line. */
function at(marked: string): string | undefined {
  const column = marked.indexOf('¦');
  return expressionAt(codeOf(marked.replace('¦', '')), column)?.text;
}

function on(line: string): readonly string[] {
  return expressionsOn(codeOf(line)).map(({ text }) => text);
}

describe('the expression at a column', () => {
  it('ends with the name that is pointed at', () => {
    assert.equal(at('x = a->b¦bb.c[i];'), 'a->bbb');
    assert.equal(at('x = ¦a->b.c[i];'), 'a');
    assert.equal(at('x = a->b.¦c[i];'), 'a->b.c');
    assert.equal(at('sum += cells[¦row].count;'), 'row');
    assert.equal(at('sum += cells[row].c¦ount;'), 'cells[row].count');
    assert.equal(at('let x = pair.¦0;'), 'pair.0');
    assert.equal(at('self.it¦ems[0]'), 'self.items');
  });

  it('is none for a call, a string, a comment and what is between names', () => {
    assert.equal(at('ch¦arge(order)'), undefined);
    assert.equal(at('list.pu¦sh(1)'), undefined);
    assert.equal(at('pri¦ntln!("x")'), undefined);
    assert.equal(at('puts("the or¦der");'), undefined);
    assert.equal(at('x = 1; // the or¦der'), undefined);
    assert.equal(at('a ¦+ b'), undefined);
  });

  it('is compared with !=, and belongs to a lifetime or not', () => {
    assert.equal(at('if (er¦ror != 0)'), 'error');
    assert.equal(at("fn f<'a>(na¦me: &'a str)"), 'name');
    assert.equal(at("if (c == 'x' && len¦gth)"), 'length');
  });
});

describe('the expressions of a line', () => {
  it('are its variables and their members, each once', () => {
    assert.deepEqual(on('if (error == 0 && reply.status < 500) return reply;'), [
      'error',
      'reply.status',
      'return',
      'reply',
    ]);
    assert.deepEqual(on('total = total + total;'), ['total']);
    assert.deepEqual(on('sleep(1u << try | 0xff);'), ['try']);
  });

  it('leave out what is called, and keep what it is called on', () => {
    assert.deepEqual(on('charge(order, atol(argv[2]));'), ['order', 'argv[2]']);
    assert.deepEqual(on('items.push(one);'), ['items', 'one']);
    assert.deepEqual(on('next().value;'), []);
    assert.deepEqual(on('puts("order"); /* cents */ // x'), []);
  });

  it('are no elements where arrays are declared', () => {
    assert.deepEqual(on('  char notes[64], id[8];').slice(1), ['notes', 'id']);
    assert.deepEqual(on('  const char *first[2] = { argv[1], argv[2] };').slice(2), [
      'first',
      'argv[1]',
      'argv[2]',
    ]);
    assert.deepEqual(on('  total += cells[2];'), ['total', 'cells[2]']);
  });

  it('know where they stand', () => {
    assert.deepEqual(expressionsOn('  sum = add(one);'), [
      { text: 'sum', column: 2, root: 'sum' },
      { text: 'one', column: 12, root: 'one' },
    ]);
  });
});

const SOURCE = `namespace shop {
static int request(const char *url,
                   const char *body) {
  for (int try = 1; try <= 4; try++) {
    if (try > 1) { wait(try); }
    send(url);
  }
  return 0;
}

int main() {
  // }
  request("{", "");
}
}`;

describe('the start of a function', () => {
  const lines = codeOf(SOURCE).split('\n');
  const startOf = (text: string) =>
    functionStart(
      lines,
      SOURCE.split('\n').findIndex((line) => line.includes(text)),
    );

  it('is the first line of its head, out of all blocks in it', () => {
    assert.equal(startOf('send(url)'), 1);
    assert.equal(startOf('return 0'), 1);
  });

  it('is not that of the function before, nor misled by strings and comments', () => {
    assert.equal(startOf('request("{"'), 10);
  });

  it('is the line itself outside of functions', () => {
    assert.equal(startOf('namespace'), 0);
    assert.equal(functionStart([], 0), 0);
  });
});
