import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import {
  compareHistories,
  isSameExecution,
  seqOfDifference,
} from '../../simulator/host/compare-histories.ts';
import { comparisonText } from '../../simulator/host/text/comparison-text.ts';
import { PLAIN_STYLE } from '../../simulator/host/text/style.ts';
import { LiveHistory } from '../../simulator/journal/history.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { simulate } from '../helpers/simulate.ts';

describe('comparing two simulations', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function history(args: readonly string[], count = 1): LiveHistory {
    const live = new LiveHistory(0n);
    const { simulation } = simulate(program, { args, count, setup: { sink: live.sink } });
    simulation.run();
    return live;
  }

  it('finds nothing between a simulation and itself, run again', () => {
    const args = ['random', '8', 'wall', 'get', 'http://counter/a', 'print', 'x'];
    const found = compareHistories(history(args, 2), history(args, 2));
    assert.equal(found.length, 2);
    assert.ok(found.every(isSameExecution));
    const text = comparisonText(found, { style: PLAIN_STYLE, all: false });
    assert.match(text, /^✓ script-1: the same, \d effects\n✓ script-2: the same/);
  });

  it('tells other arguments, other effects, and what only one has', () => {
    const one = history(['print', 'a', 'wall', 'exit', '0']);
    const other = history(['print', 'b', 'random', '1', 'wall', 'exit', '3'], 2);
    const [first, second] = compareHistories(one, other);
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual(
      first.differences.map((each) => [each.kind, seqOfDifference(each)]),
      [
        ['asked', 0],
        ['asked', 1],
        ['only-other', 2],
      ],
    );
    assert.equal(first.endsAlike, false);
    assert.equal(isSameExecution(second), false);
    const text = comparisonText([first, second], { style: PLAIN_STYLE, all: false });
    assert.match(text, /^✗ script-1: 0 effects the same, 3 different\n {2}#0 asked for something/);
    assert.match(text, /- there is no such execution/);
  });

  it('tells another result of the same effect, and shows only so many', () => {
    const args = Array.from({ length: 25 }, () => ['random', '4']).flat();
    const one = history(args);
    const other = history(['get', 'http://counter/a', ...args]);
    const [shifted] = compareHistories(one, other);
    assert.ok(shifted !== undefined && shifted.differences.length > 20);
    const results = shifted.differences.filter(({ kind }) => kind === 'got');
    assert.ok(results.length > 0);
    const short = comparisonText([shifted], { style: PLAIN_STYLE, all: false });
    assert.match(short, /\d+ differences? more \(--all\)/);
    const long = comparisonText([shifted], { style: PLAIN_STYLE, all: true });
    assert.doesNotMatch(long, /--all/);
    assert.ok(long.length > short.length);
  });
});
