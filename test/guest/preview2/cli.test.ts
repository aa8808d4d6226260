import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GuestExit } from '../../../simulator/effects/operation.ts';
import type { InputStream, OutputStream } from '../../../simulator/guest/preview2/streams.ts';
import { decode, encode, errorOf, Harness } from './component-harness.ts';

const CLOSED = { tag: 'closed' };

/** A guest whose standard input has these pieces ready, then ends, and whose output is kept. */
function withInput(...pieces: string[]) {
  const shown: string[] = [];
  const show =
    (stream: string) =>
    ({ body }: { body: Uint8Array }) => {
      shown.push(`${stream}: ${decode(body)}`);
      return {};
    };
  const guest = new Harness({
    args: ['program', 'one', ''],
    env: { HOME: '/home', EMPTY: '' },
    answers: {
      'stdin.read': ({ length }: { length: number }) => {
        const piece = pieces.shift() ?? '';
        if (piece.length > length) pieces.unshift(piece.slice(length));
        return { body: encode(piece.slice(0, length)) };
      },
      'wait.poll': () => {
        const [piece] = pieces;
        if (piece === '') return { passed: [0], readable: [] };
        const available = piece?.length ?? 0;
        return { passed: [], readable: [{ inbox: 0, available, ended: piece === undefined }] };
      },
      'stdout.write': show('out'),
      'stderr.write': show('err'),
    },
  });
  const stdin = (): InputStream => guest.interface('wasi:cli/stdin').getStdin?.();
  const stdout = (): OutputStream => guest.interface('wasi:cli/stdout').getStdout?.();
  const stderr = (): OutputStream => guest.interface('wasi:cli/stderr').getStderr?.();
  return { guest, shown, stdin, stdout, stderr };
}

describe('the environment of a command', () => {
  test('is what its workflow says', () => {
    const environment = withInput().guest.interface('wasi:cli/environment');
    assert.deepEqual(environment.getArguments?.(), ['program', 'one', '']);
    assert.deepEqual(environment.getEnvironment?.(), [
      ['HOME', '/home'],
      ['EMPTY', ''],
    ]);
    assert.equal(environment.initialCwd?.(), '/');
  });

  test('shows its streams as terminals, as preview 1 does', () => {
    const { guest } = withInput();
    const { TerminalInput, TerminalOutput } = {
      ...guest.interface('wasi:cli/terminal-input'),
      ...guest.interface('wasi:cli/terminal-output'),
    };
    const stdin = guest.interface('wasi:cli/terminal-stdin').getTerminalStdin?.();
    const stdout = guest.interface('wasi:cli/terminal-stdout').getTerminalStdout?.();
    const stderr = guest.interface('wasi:cli/terminal-stderr').getTerminalStderr?.();
    assert.equal(stdin.constructor, TerminalInput);
    assert.equal(stdout.constructor, TerminalOutput);
    assert.equal(stderr.constructor, TerminalOutput);
  });
});

describe('the end of a command', () => {
  const ends: readonly (readonly [string, unknown, number])[] = [
    ['exit', { tag: 'ok' }, 0],
    ['exit', { tag: 'err' }, 1],
    ['exitWithCode', 42, 42],
  ];
  for (const [name, argument, code] of ends) {
    test(`${name}(${JSON.stringify(argument)}) is exit code ${code}`, () => {
      const exit = withInput().guest.interface('wasi:cli/exit');
      assert.throws(
        () => exit[name]?.(argument),
        (error) => error instanceof GuestExit && error.code === code,
      );
    });
  }
});

describe('standard input', () => {
  test('waits for bytes, and ends once', () => {
    const { guest, stdin } = withInput('hello', ' you');
    const stream = stdin();
    assert.equal(decode(stream.blockingRead(4n)), 'hell');
    assert.equal(decode(stream.blockingRead(9n)), 'o');
    assert.equal(decode(stream.blockingRead(9n)), ' you');
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(
        errorOf(() => stream.blockingRead(9n)),
        CLOSED,
      );
    }
    assert.deepEqual(guest.port.names, Array(4).fill('stdin.read'));
  });

  test('does not wait when it is not to block', () => {
    const { guest, stdin } = withInput('');
    assert.equal(stdin().read(9n).length, 0);
    assert.deepEqual(guest.port.names, ['wait.poll']);
    assert.equal(stdin().subscribe().ready(), false);
  });

  test('is one stream behind all its handles', () => {
    const { stdin } = withInput('ab');
    assert.equal(decode(stdin().read(1n)), 'a');
    assert.equal(decode(stdin().read(1n)), 'b');
    assert.deepEqual(
      errorOf(() => stdin().read(1n)),
      CLOSED,
    );
    const other = stdin();
    assert.deepEqual(
      errorOf(() => other.read(0n)),
      CLOSED,
    );
    assert.equal(other.subscribe().ready(), true);
  });

  test('asks for 64 KiB at most', () => {
    const { guest, stdin } = withInput('x');
    stdin().blockingRead(2n ** 60n);
    assert.deepEqual(guest.port.lastArgs, { length: 65_536 });
  });
});

describe('standard output and error', () => {
  test('are shown with one effect a write, and nothing for an empty one', () => {
    const { guest, shown, stdout, stderr } = withInput();
    stdout().blockingWriteAndFlush(encode('one\n'));
    const stream = stderr();
    stream.checkWrite();
    stream.write(encode('two'));
    stream.write(new Uint8Array(0));
    stream.blockingFlush();
    assert.deepEqual(shown, ['out: one\n', 'err: two']);
    assert.deepEqual(guest.port.names, ['stdout.write', 'stderr.write']);
  });

  test('take 64 KiB at once', () => {
    const { stdout } = withInput();
    assert.equal(stdout().checkWrite(), 65_536n);
    assert.equal(stdout().subscribe().ready(), true);
  });
});
