import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClientAnswer } from '../../simulator/engine/client-answer.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('what a simulated client has got', () => {
  it('is a response whose parts are added up, the informational left out', () => {
    const answer = new ClientAnswer();
    assert.equal(answer.takeResponse(1, { informational: 103, headers: [] }), false);
    assert.equal(answer.hasBegun, false);
    const head = { status: 201, headers: [], ended: false, body: bytes('one ') };
    assert.equal(answer.takeResponse(2, head), false);
    assert.equal(answer.hasBegun, true);
    assert.equal(answer.takeResponse(4, { ended: true, body: bytes('two') }), true);
    assert.deepEqual(answer.summary(false), { status: 201, bytes: 7, text: 'one two' });
  });

  it('holds nothing twice', () => {
    const answer = new ClientAnswer();
    answer.takeBytes(3, bytes('one'));
    answer.takeBytes(3, bytes('one'));
    answer.takeBytes(2, bytes('before'));
    answer.takeBytes(5, bytes('two'));
    assert.deepEqual(answer.summary(false), { status: undefined, bytes: 6, text: 'onetwo' });
  });

  it('has the status of HTTP that comes in bytes, wherever they are cut', () => {
    const text = 'HTTP/1.1 404 Not Found\r\nx: \xe4\r\n\r\nnö';
    const whole = bytes(text);
    for (let cut = 1; cut < whole.length; cut++) {
      const answer = new ClientAnswer();
      answer.takeBytes(1, whole.slice(0, cut));
      answer.takeBytes(2, whole.slice(cut));
      assert.deepEqual(answer.summary(true), { status: 404, bytes: 3, text: 'nö' }, `${cut}`);
    }
  });

  it('has no status as long as its head has no end, or is none', () => {
    for (const text of ['HTTP/1.1 200 OK\r\nx: y\r\n', 'HELLO 200\r\n\r\nx', '']) {
      const answer = new ClientAnswer();
      answer.takeBytes(1, bytes(text));
      const { status, bytes: length } = answer.summary(true);
      assert.deepEqual([status, length], [undefined, text.length], text);
    }
  });

  it('counts all bytes, and keeps the beginning of the text', () => {
    const answer = new ClientAnswer();
    answer.takeBytes(1, bytes('HTTP/1.0 200 OK\n\n'));
    for (let seq = 2; seq < 102; seq++) answer.takeBytes(seq, bytes('x'.repeat(1000)));
    const summary = answer.summary(true);
    assert.equal(summary.bytes, 100_000);
    assert.equal(summary.text, 'x'.repeat(200));
  });

  it('has a head of 16 KiB at most', () => {
    const answer = new ClientAnswer();
    const field = `x: ${'y'.repeat(16 * 1024)}\r\n`;
    answer.takeBytes(1, bytes(`HTTP/1.1 200 OK\r\n${field}\r\nbody`));
    assert.equal(answer.summary(true).status, undefined);
  });
});
