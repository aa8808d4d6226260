import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from '../../simulator/kernel/glob.ts';

const RUNS = 1000;

describe('a glob', () => {
  it('matches what the same regular expression matches', () => {
    const pattern = fc.stringMatching(/^[ab.*]{0,8}$/);
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[ab.]{0,12}$/), (glob, text) => {
        const expression = glob.replaceAll('.', '\\.').replace(/\*+/g, '.*');
        assert.equal(matchesGlob(glob, text), new RegExp(`^${expression}$`).test(text));
      }),
      { numRuns: RUNS },
    );
  });

  it('takes no longer than pattern times text', () => {
    assert.equal(matchesGlob(`${'*a'.repeat(50)}b`, 'a'.repeat(10_000)), false);
  });
});
