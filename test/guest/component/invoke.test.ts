import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import { loadProgram } from '../../../simulator/guest/program.ts';
import { executionId } from '../../../simulator/journal/entry.ts';
import {
  componentOfJs,
  componentOfText,
  loadComponentProgram,
} from '../../helpers/build-component.ts';
import { simulate } from '../../helpers/simulate.ts';

/** What calling a function printed, with how the execution ended. */
function invoke(program: GuestProgram, call: string) {
  const { simulation, sink, text } = simulate(program, { args: [], workflow: { invoke: call } });
  simulation.run();
  const [execution] = simulation.executions;
  const entries = sink.entries.get(executionId('script-1')) ?? [];
  return { printed: text(), exitCode: execution?.exitCode, entries };
}

describe('calling a function of a component', () => {
  let program: GuestProgram;
  before(async () => {
    const folder = 'test/fixtures/programs';
    program = await loadComponentProgram(
      await componentOfJs(`${folder}/echo.wit`, `${folder}/echo.js`),
    );
  });

  const CALLS: readonly [call: string, printed: string][] = [
    ['add-up(1, 2)', '3'],
    ['maybe("ab")', '"ab"'],
    ['maybe("ab", 3)', '"ababab"'],
    [
      'test:echo/api#numbers(255, -128, 65535, -32768, 4294967295, -2147483648, 9, -9)',
      '(255, -128, 65535, -32768, 4294967295, -2147483648, 9, -9)',
    ],
    ['test:echo/api#floats(0.1, 1e300, [nan, -inf, -0])', '(0.1, 1e+300, [nan, -inf, -0])'],
    [`test:echo/api#text("a\\"\\u{1f600}", '☃', true)`, `("a\\"😀", '☃', true)`],
    [
      'test:echo/api@1.2.0#lists([1, 2], [3], ["x", ""], [true, false])',
      '([1, 2], [3], ["x", ""], [true, false])',
    ],
    ['test:echo/api#colors(%ok, {read, %none})', '(%ok, {read, %none})'],
    [
      'test:echo/api#shapes([empty, circle(1.5), named({x: 1, label: "hi"}), inner(err("no")), inner(5)])',
      '[empty, circle(1.5), named({x: 1, y-axis: none, label: "hi"}), inner(err("no")), inner(ok(5))]',
    ],
    [
      `test:echo/api#deeper({%some: some(none), nested: some(some(some(3))), pair: ('a', []), hues: [red]})`,
      `{%some: some(none), nested: some(some(some(3))), pair: ('a', []), hues: [red]}`,
    ],
    [
      `test:echo/api#deeper({nested: some(none), pair: ('b', [{x: 1, label: "", y-axis: 7}]), hues: []})`,
      `{%some: none, nested: some(none), pair: ('b', [{x: 1, y-axis: some(7), label: ""}]), hues: []}`,
    ],
    ['test:echo/api#checked(3)', 'ok(3)'],
    ['test:echo/api#checked(10)', 'err("too much")'],
    ['test:echo/api#plain(true)', 'ok'],
    ['test:echo/api#plain(false)', 'err'],
  ];
  for (const [call, printed] of CALLS) {
    it(`prints what ${call} gives`, () => {
      const done = invoke(program, call);
      assert.equal(done.printed, `${printed}\n`);
      assert.equal(done.exitCode, 0);
      assert.equal(done.entries.at(-1)?.operation.name, 'stdout.write');
    });
  }

  it('prints nothing for a function without a result', () => {
    assert.deepEqual(invoke(program, 'nothing'), { printed: '', exitCode: 0, entries: [] });
  });
});

describe('calling a function of a core reactor', () => {
  let program: GuestProgram;
  before(async () => {
    const bytes = await componentOfText(`
      (module
        (memory (export "memory") 1)
        (func (export "_initialize"))
        (func (export "add") (param i32 i32) (result i32)
          local.get 0 local.get 1 i32.add)
        (func (export "wide") (param i64 f32 f64) (result i64) local.get 0)
        (func (export "two") (result i32 f64) i32.const -1 f64.const 0.5)
        (func (export "none"))
        (func (export "vector") (param v128)))`);
    program = loadProgram(bytes, 64);
  });

  const CALLS: readonly [call: string, printed: string, exitCode: number][] = [
    ['add(1, -3)', '-2\n', 0],
    ['wide(9007199254740993, 1.5, 2)', '9007199254740993\n', 0],
    ['two()', '(-1, 0.5)\n', 0],
    ['none()', '', 0],
    ['none', '', 0],
  ];
  for (const [call, printed, exitCode] of CALLS) {
    it(`prints what ${call} gives`, () => {
      const done = invoke(program, call);
      assert.deepEqual([done.printed, done.exitCode], [printed, exitCode]);
    });
  }

  it('refuses what is not a number', () => {
    assert.throws(() => invoke(program, 'add("a", 1)'), /expected s32, not "/);
    assert.throws(() => invoke(program, 'vector(1)'), /takes or gives a v128/);
    assert.throws(() => invoke(program, 'sub(1)'), /exports no function sub/);
  });
});
