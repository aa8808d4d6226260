import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from '../../simulator/kernel/glob.ts';
import { configErrorOf, configFixtures } from './fixtures.ts';

const texts = [...configFixtures('good'), ...configFixtures('bad')]
  .map(({ text }) => text)
  .filter((text) => text.length < 5000);

/** Throws when the text is refused with anything but a ConfigError whose places are in it. */
function check(text: string): void {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const { line, column, message } of configErrorOf(text)?.problems ?? []) {
    const length = lines[line - 1]?.length;
    assert.ok(length !== undefined && column >= 1 && column <= length + 1, `${line}:${column}`);
    assert.ok(message.length > 0 && !/\p{Cc}/u.test(message), JSON.stringify(message));
  }
}

test('any JSON value is read or refused with places inside the file', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 6 }), check));
});

test('any text is read or refused with places inside the file', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), check));
});

test('any value in the place of a known key is read or refused', () => {
  const keys = ['workflows', 'world', 'services', 'links', 'volumes', 'limits', 'mounts', 'order'];
  const others = ['source', 'stdin', 'hosts', 'script', 'nodes', 'lease', 'startTime', '/data'];
  const key = fc.constantFrom(...keys, ...others);
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.jsonValue({ maxDepth: 1 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 3 }), (json) => {
      check(JSON.stringify(json));
    }),
  );
});

test('a file with characters replaced, removed or put in is read or refused', () => {
  const edit = fc.record({
    at: fc.nat(5000),
    remove: fc.nat(6),
    insert: fc.oneof(
      fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '//', '/*', '\\', '-', '9'),
      fc.string({ maxLength: 3 }),
    ),
  });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(edit, { maxLength: 5 }), (text, edits) => {
      let mutated = text;
      for (const { at, remove, insert } of edits) {
        const place = at % (mutated.length + 1);
        mutated = mutated.slice(0, place) + insert + mutated.slice(place + remove);
      }
      check(mutated);
    }),
    { numRuns: 1000 },
  );
});

test('a glob matches what the same regular expression matches', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (glob, candidate) => {
      const expected = new RegExp(`^${glob.replaceAll('*', '.*')}$`, 's').test(candidate);
      assert.equal(matchesGlob(glob, candidate), expected);
    }),
    { numRuns: 2000 },
  );
});

test('a glob of many stars is quick against a long text that it does not match', () => {
  assert.equal(matchesGlob(`${'*a'.repeat(50)}b`, 'a'.repeat(10_000)), false);
});
