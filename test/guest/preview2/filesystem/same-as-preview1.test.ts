import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ComponentPlayer } from './component-player.ts';
import { ModulePlayer } from './module-player.ts';
import { type Step, steps } from './steps.ts';

function sameThroughBoth(sequence: readonly Step[]): void {
  const component = new ComponentPlayer();
  const module = new ModulePlayer();
  for (const step of sequence) {
    assert.deepEqual(component.play(step), module.play(step), JSON.stringify(step));
  }
  assert.deepEqual(component.guest.tree.image(), module.guest.tree.image());
}

test('any sequence of steps gives the same through both ABIs, and leaves the same files', () => {
  fc.assert(fc.property(steps, sameThroughBoth), {
    numRuns: Number(process.env.FUZZ_RUNS ?? 2000),
  });
});

test('the sequences open, read and write files, and most kinds of failure happen', () => {
  const errors = new Set<string>();
  const shown = new Set<string>();
  for (const sequence of fc.sample(steps, { numRuns: 1000, seed: 1 })) {
    const player = new ComponentPlayer();
    for (const step of sequence) {
      const outcome = player.play(step);
      if ('error' in outcome) errors.add(outcome.error);
      else if (outcome.shown !== '') shown.add(step.kind);
    }
  }
  assert.equal(shown.size, 20, [...shown].join(', '));
  for (const code of [
    'bad-descriptor',
    'exist',
    'invalid',
    'is-directory',
    'loop',
    'name-too-long',
    'no-entry',
    'not-directory',
    'not-empty',
    'not-permitted',
  ]) {
    assert.ok(errors.has(code), `${code} never happens; these do: ${[...errors].join(', ')}`);
  }
});
