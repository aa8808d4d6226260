import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Environment,
  type OutputStream,
  StatusLine,
  styleOf,
} from '../../../simulator/cli/node/terminal.ts';

class Screen implements OutputStream {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 80,
  ) {}
  write(text: string): void {
    this.text += text;
  }
}

const terminal = new Screen(true);
const pipe = new Screen(false);
const colors = (stream: OutputStream, environment: Environment): boolean =>
  styleOf(stream, environment).colors;
const unicode = (environment: Environment): boolean => styleOf(terminal, environment).unicode;

describe('the style of a stream', () => {
  it('has colours on a terminal only', () => {
    assert.equal(colors(terminal, {}), true);
    assert.equal(colors(pipe, {}), false);
    assert.equal(colors(terminal, { TERM: 'dumb' }), false);
  });

  it('has the colours that NO_COLOR and FORCE_COLOR ask for', () => {
    assert.equal(colors(terminal, { NO_COLOR: '1' }), false);
    assert.equal(colors(terminal, { NO_COLOR: '' }), true);
    assert.equal(colors(pipe, { FORCE_COLOR: '1' }), true);
    assert.equal(colors(terminal, { FORCE_COLOR: '0' }), false);
    assert.equal(colors(pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  });

  it('goes by the locale, the most specific first', () => {
    assert.equal(unicode({ LANG: 'de_DE.UTF-8' }), true);
    assert.equal(unicode({ LANG: 'C' }), false);
    assert.equal(unicode({ LANG: 'en_US.UTF-8', LC_ALL: 'C' }), false);
    assert.equal(unicode({ LANG: 'C', LC_ALL: '', LC_CTYPE: 'C.utf8' }), true);
    assert.equal(unicode({}), true);
    assert.equal(unicode({ TERM: 'linux' }), false);
  });

  it('is as wide as the window, up to a limit', () => {
    assert.equal(styleOf(terminal, {}).width, 80);
    assert.equal(styleOf(new Screen(true, 400), {}).width, 140);
    assert.equal(styleOf({ write: () => {} }, {}).width, 100);
    assert.equal(styleOf({ write: () => {} }, { COLUMNS: '60' }).width, 60);
  });
});

describe('a status line', () => {
  it('is written over, fits the window, and goes without a trace', () => {
    const screen = new Screen(true, 10);
    const status = new StatusLine(screen);
    status.show('a long message');
    status.show('b');
    status.clear();
    status.clear();
    assert.equal(screen.text, '\r\u001b[Ka long me\r\u001b[Kb\r\u001b[K');
  });

  it('is not there where it would stay', () => {
    const screen = new Screen(false);
    new StatusLine(screen).show('compiling');
    assert.equal(screen.text, '');
  });
});
