import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonLines, lineOf } from '../../simulator/faults/json-lines.ts';

describe('the lines of a JSON text', () => {
  it('are those on which keys and items begin', () => {
    const text = '{\n"a": [\n1, {"b\\"]": \n2}\n],\n\n"c": {}, "d":\nnull}';
    assert.deepEqual(Object.fromEntries(jsonLines(text)), {
      $: 1,
      '$.a': 2,
      '$.a[0]': 3,
      '$.a[1]': 3,
      '$.a[1].b"]': 3,
      '$.c': 7,
      '$.d': 7,
    });
  });

  it('of a value that is not there are those of what is around it', () => {
    const lines = jsonLines('{\n"faults": [{},\n{"at":\n{"x": 1}}]}');
    assert.equal(lineOf(lines, '$.faults[1].at.match'), 3);
    assert.equal(lineOf(lines, '$.faults[1].kind'), 3);
    assert.equal(lineOf(lines, '$.faults[7]'), 2);
    assert.equal(lineOf(lines, '$.schedule.order'), 1);
    assert.equal(lineOf(lines, 'elsewhere'), undefined);
    assert.equal(lineOf(lines, '$.schedule.order[of]'), 1);
  });

  it('are looked up by any text', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        assert.equal(lineOf(new Map(), path), undefined);
      }),
    );
  });

  it('are found for every value of any text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value, undefined, 1);
        const lines = jsonLines(text);
        const shown = text.split('\n');
        const look = (path: string, inner: unknown): void => {
          const line = shown[(lines.get(path) ?? 0) - 1] ?? '';
          const begins = JSON.stringify(inner)?.slice(0, 1) ?? '';
          assert.ok(line.includes(begins), `${path} on ${line}`);
          if (Array.isArray(inner)) {
            for (const [index, each] of inner.entries()) look(`${path}[${index}]`, each);
          } else if (typeof inner === 'object' && inner !== null) {
            for (const [key, each] of Object.entries(inner)) look(`${path}.${key}`, each);
          }
        };
        look('$', value);
        // A key or an item on each line but those that only close something.
        const opening = shown.filter((line) => !/^\s*[\]}],?$/.test(line));
        assert.equal(new Set(lines.values()).size, opening.length);
      }),
    );
  });
});
