import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CommandError } from '../../simulator/cli/command-error.ts';
import { COMMANDS, REPLAY, RUN } from '../../simulator/cli/commands.ts';
import { commandHelp, generalHelp } from '../../simulator/cli/help.ts';
import { parseOptions } from '../../simulator/cli/option-parser.ts';
import { parseRun, type RunArguments } from '../../simulator/cli/run-arguments.ts';

const FOLDER = '/home/me';

function refused(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    assert.ok(error instanceof CommandError, String(error));
    assert.equal(error.exitCode, 64);
    return error.message;
  }
  return assert.fail('it was not refused');
}

const run = (...args: string[]): RunArguments => parseRun(args, FOLDER);

describe('options', () => {
  it('are read wherever they stand, with a value after a space or =', () => {
    const parsed = parseOptions(RUN, ['--seed', '4', 'a.wasm', '--faults=p.json', '-q']);
    assert.deepEqual(parsed.positionals, ['a.wasm']);
    assert.equal(parsed.text('seed'), '4');
    assert.equal(parsed.text('faults'), 'p.json');
    assert.equal(parsed.flag('quiet'), true);
    assert.equal(parsed.flag('json'), undefined);
    assert.equal(parsed.rest, undefined);
  });

  it('leave everything after -- to the program', () => {
    const parsed = parseOptions(RUN, ['a.wasm', '--', '--seed', '-x', '--', 'y']);
    assert.deepEqual(parsed.rest, ['--seed', '-x', '--', 'y']);
    assert.equal(parsed.text('seed'), undefined);
  });

  it('are suggested when they are misspelt', () => {
    assert.match(
      refused(() => run('--pace-ms', '3')),
      /unknown option --pace-ms/,
    );
    assert.match(
      refused(() => run('--sed', '3')),
      /did you mean "--seed"\?/,
    );
    assert.match(
      refused(() => run('a', '--no-timelin')),
      /did you mean "--no-timeline"\?/,
    );
    assert.match(
      refused(() => run('a', '-x')),
      /arguments of the program go after --/,
    );
  });

  const REFUSED: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /run what\?/],
    [['a', 'b'], /unexpected argument "b"/],
    [['a', '--seed'], /--seed needs a value: N/],
    [['a', '--seed', '1', '--seed', '2'], /--seed is given twice/],
    [['a', '--seed', '-1'], /whole number/],
    [['a', '--seed', '1e3'], /whole number/],
    [['a', '--seed', '9007199254740993'], /whole number/],
    [['a', '--pace', '3600001'], /from 0 to 3600000/],
    [['a', '--persistence', 'all'], /none, workflow, step, effect/],
    [['a', '--answer', 'maybe'], /retry, fail/],
    [['a', '--timeout', 'soon'], /a duration such as 30s/],
    [['a', '--timeout', '-1s'], /a duration/],
    [['a', '--env', 'KEY'], /KEY=VALUE/],
    [['a', '--env', '=x'], /KEY=VALUE/],
    [['a', '--dir', 'data'], /\/guest=folder/],
    [['a', '--dir', 'data=data'], /\/guest=folder/],
    [['a', '--quiet=yes'], /--quiet takes no value/],
    [['a', '--resume', 'r'], /one program too many/],
  ];
  for (const [args, says] of REFUSED) {
    it(`refuse ${JSON.stringify(args)} as usage`, () => {
      assert.match(
        refused(() => run(...args)),
        says,
      );
    });
  }

  it('refuse arguments of a program where there is none', () => {
    assert.match(
      refused(() => parseOptions(REPLAY, ['r', '--', 'x'])),
      /takes no arguments after/,
    );
  });

  it('become what the host is asked for, with absolute paths', () => {
    const given = run(
      'order',
      '--faults',
      'p.json',
      '--dir',
      '/d=data:ro',
      '-o',
      'x',
      '--pace',
      '5',
    );
    assert.deepEqual(given.options, { faults: '/home/me/p.json', paceMs: 5 });
    assert.deepEqual(given.mounts, ['/d=/home/me/data:ro']);
    assert.equal(given.record, '/home/me/x');
    assert.deepEqual(given.start, { kind: 'target', text: 'order' });
    assert.equal(given.timeline, true);
    assert.equal(run('a', '--faults', 'none').options.faults, 'none');
    assert.deepEqual(run('a', '--env', 'A=b=c').env, { A: 'b=c' });
    assert.equal(run('a', '--timeout', '1.5s').timeoutMs, 1500);
  });

  it('show a timeline unless something else is printed, or it is asked for', () => {
    assert.equal(run('a', '-q').timeline, false);
    assert.equal(run('a', '--json').timeline, false);
    assert.equal(run('a', '--json', '--timeline').timeline, true);
    assert.equal(run('a', '--no-timeline').timeline, false);
  });

  it('choose standard input', () => {
    assert.deepEqual(run('a').stdin, { kind: 'default' });
    assert.deepEqual(run('a', '--stdin', '-').stdin, { kind: 'ours' });
    assert.deepEqual(run('a', '--stdin', 'none').stdin, { kind: 'none' });
    assert.deepEqual(run('a', '--stdin', 'f').stdin, { kind: 'file', path: '/home/me/f' });
  });

  it('are parsed or refused as usage, whatever is given', () => {
    const words = fc.constantFrom(
      '--',
      '-',
      '-q',
      '--seed',
      '--seed=',
      '--no-timeline',
      '--json',
      'a',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string())), (args) => {
        for (const spec of COMMANDS) {
          try {
            parseOptions(spec, args);
          } catch (error) {
            assert.ok(error instanceof CommandError && error.exitCode === 64, String(error));
          }
        }
      }),
    );
  });
});

describe('help', () => {
  it('names every command and every option', () => {
    for (const spec of COMMANDS) {
      assert.ok(generalHelp('1.2.3').includes(spec.name));
      const help = commandHelp(spec);
      for (const { name, help: text } of spec.options) {
        assert.ok(help.includes(name) && help.includes(text), `${spec.name} --${name}`);
      }
      for (const line of help.split('\n')) assert.equal(line, line.trimEnd());
    }
  });
});
