import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Choice, Choices } from '../../simulator/kernel/choices.ts';

const RUNS = 200;

function draw(seed: number, streams: readonly string[], given?: readonly Choice[]): Choice[] {
  const taken: Choice[] = [];
  const onChoice = (choice: Choice): void => void taken.push(choice);
  const choices = new Choices({ seed, onChoice, ...(given === undefined ? {} : { given }) });
  for (const stream of streams) choices.below(stream, 1000);
  return taken;
}

const streams = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 });

describe('the choice list', () => {
  it('is the same for the same seed', () => {
    assert.deepEqual(draw(5, ['a', 'b', 'a']), draw(5, ['a', 'b', 'a']));
  });

  it('is drawn for each stream apart from the others', () => {
    const alone = draw(5, ['a', 'a']).map(({ value }) => value);
    const among = draw(5, ['a', 'b', 'b', 'a']).filter(({ stream }) => stream === 'a');
    assert.deepEqual(
      among.map(({ value }) => value),
      alone,
    );
  });

  it('is taken again when it is given, whatever the seed', () => {
    const taken = draw(5, ['a', 'b', 'a']);
    assert.deepEqual(draw(6, ['a', 'b', 'a'], taken), taken);
  });

  it('goes on after any part of it that is given as it went on before', () => {
    fc.assert(
      fc.property(streams, fc.nat(30), (drawn, length) => {
        const whole = draw(5, drawn);
        assert.deepEqual(draw(5, drawn, whole.slice(0, length)), whole);
      }),
      { numRuns: RUNS },
    );
  });

  it('fits what is given into the bound that is asked for', () => {
    const [choice] = draw(5, ['a'], [{ stream: 'a', value: 12_345 }]);
    assert.equal(choice?.value, 345);
  });

  it('has nothing to decide in a list of one', () => {
    let asked = 0;
    const choices = new Choices({ seed: 1, onChoice: () => asked++ });
    assert.equal(choices.pick('a', ['x']), 'x');
    assert.equal(asked, 0);
    assert.ok(['x', 'y'].includes(choices.pick('a', ['x', 'y'])));
    assert.throws(() => choices.pick('a', []), /among nothing/);
    assert.throws(() => choices.below('a', 0), /among 0/);
  });
});
