import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ProgramSymbols } from '../../debug-adapter/program-symbols.ts';
import { EffectLines } from '../../debug-adapter/travel/effect-lines.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { ProgramLocator } from '../../simulator/guest/symbols/index.ts';
import { lineOf, STEPS } from '../dap/helpers/programs.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

describe('the lines from which effects can be called', () => {
  let program: GuestProgram;
  let lines: EffectLines;
  let symbols: ProgramSymbols;
  before(async () => {
    program = await buildProgram('test/dap/programs/steps.c');
    const locator = new ProgramLocator(program);
    lines = new EffectLines(program, locator);
    symbols = new ProgramSymbols(program, locator, STEPS);
  });
  after(closeBuilder);

  for (const marker of ['SAY', 'FIRST', 'SECOND', 'CLOCK', 'START', 'LOOP', 'READ', 'END']) {
    it(`have the call at #${marker}`, () => assert.ok(lines.has(STEPS, lineOf(STEPS, marker))));
  }

  for (const marker of ['PURE', 'SUM', 'TRAP']) {
    it(`leave out #${marker}, which only computes`, () => {
      const line = lineOf(STEPS, marker);
      assert.ok(lines.hasCode(STEPS, line));
      assert.equal(lines.has(STEPS, line), false);
    });
  }

  it('are in order', () => {
    const found = lines.lines(STEPS);
    assert.deepEqual(
      found,
      [...found].sort((one, other) => one - other),
    );
    assert.deepEqual(lines.lines('/elsewhere.c'), []);
  });

  it('are where a breakpoint goes that stands before them in the same function', () => {
    const at = (line: number) => symbols.stopLine(STEPS, line)?.line;
    assert.equal(at(lineOf(STEPS, 'SUM')), lineOf(STEPS, 'LOOP'));
    // An empty line goes with the code after it.
    assert.equal(at(lineOf(STEPS, 'LOOP') - 1), lineOf(STEPS, 'LOOP'));
    assert.equal(at(lineOf(STEPS, 'PURE')), undefined);
    assert.equal(at(1_000_000), undefined);
  });

  it('belong to functions that are known by their names', () => {
    assert.ok(symbols.hasFunction('twice'));
    assert.ok(symbols.hasFunction('main'));
    assert.equal(symbols.hasFunction('thrice'), false);
  });
});
