import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkTest } from '../../simulator/world/link-condition.ts';
import {
  linksBesideBridge,
  linksBetween,
  linksOutsideRing,
} from '../../simulator/world/link-set.ts';

function meant(test: LinkTest, names: readonly string[]): string {
  const links = names.flatMap((from) =>
    names.flatMap((to) => (from !== to && test(from, to) ? [`${from}${to}`] : [])),
  );
  return links.join(' ');
}

const set = (names: string): ReadonlySet<string> => new Set(names);

describe('a set of links', () => {
  const all = [...'abcd'];

  it('leads from one side to the other, back, or both', () => {
    assert.equal(meant(linksBetween(set('ab'), set('c'), 'out'), all), 'ac bc');
    assert.equal(meant(linksBetween(set('ab'), set('c'), 'in'), all), 'ca cb');
    assert.equal(meant(linksBetween(set('a'), set('c'), 'both'), all), 'ac ca');
  });

  it('leads to or from everybody else where a side is left out', () => {
    assert.equal(meant(linksBetween(set('ab'), undefined, 'out'), all), 'ac ad bc bd');
    assert.equal(meant(linksBetween(undefined, set('d'), 'out'), all), 'ad bd cd');
    assert.equal(meant(linksBetween(undefined, undefined, 'out'), [...'ab']), 'ab ba');
  });

  it('leaves each node of a ring a majority of its own to hear from', () => {
    for (const count of [3, 4, 5, 6, 7]) {
      const nodes = [...'abcdefg'].slice(0, count);
      const cut = linksOutsideRing(nodes);
      const heard = nodes.map((to) =>
        nodes.filter((from) => from === to || !cut(from, to)).join(''),
      );
      for (const each of heard) assert.equal(each.length, Math.floor(count / 2) + 1);
      assert.equal(new Set(heard).size, count, heard.join(' '));
      for (const [index, each] of heard.entries()) assert.ok(each.includes(nodes[index] ?? '-'));
    }
    assert.ok(!linksOutsideRing(['a', 'b', 'c'])('a', 'pay'));
  });

  it('leaves a bridge between two halves', () => {
    assert.equal(meant(linksBesideBridge([...'abc']), [...'abc', 'pay']), 'ac ca');
    assert.equal(meant(linksBesideBridge([...'abcde']), [...'abcde']), 'ad ae bd be da db ea eb');
  });
});
