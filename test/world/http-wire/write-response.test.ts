import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeRefusal, writeResponse } from '../../../simulator/world/http-wire/write-response.ts';

const GET = { method: 'GET', minor: 1, keepAlive: true } as const;

function piece(text: string, delayNanos = 0n) {
  return { bytes: new TextEncoder().encode(text), delayNanos };
}

function written(
  request: Parameters<typeof writeResponse>[0],
  status: number,
  headers: readonly (readonly [string, string])[],
  ...texts: readonly string[]
) {
  const pieces = texts.map((text) => piece(text));
  const { runs, closes } = writeResponse(request, { status, headers, pieces });
  const text = runs.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('|');
  return { text, closes };
}

describe('a response', () => {
  it('in one piece has a length', () => {
    const { text, closes } = written(GET, 201, [['x-a', 'b']], 'one');
    assert.equal(text, 'HTTP/1.1 201 Created\r\nx-a: b\r\ncontent-length: 3\r\n\r\none');
    assert.equal(closes, false);
  });

  it('without a body has the length 0', () => {
    assert.equal(written(GET, 200, []).text, 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });

  it('in several pieces comes in chunks, of which only the last is empty', () => {
    const { text } = written(GET, 200, [], 'one', '', 'three');
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
    assert.equal(text, `${head}3\r\none\r\n||5\r\nthree\r\n0\r\n\r\n`);
  });

  it('with trailers comes in chunks, whose end they are, where the client knows chunks', () => {
    const response = {
      status: 200,
      headers: [],
      pieces: [piece('one')],
      trailers: [
        ['x-sum', '7\r\nx'],
        ['Connection', 'close'],
      ],
    } as const;
    const textFor = (request: Parameters<typeof writeResponse>[0]): string =>
      writeResponse(request, response)
        .runs.map(({ bytes }) => Buffer.from(bytes).toString('latin1'))
        .join('|');
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
    assert.equal(textFor(GET), `${head}3\r\none\r\n0\r\nx-sum: 7  x\r\n\r\n`);
    assert.match(textFor({ ...GET, minor: 0 }), /content-length: 3\r\n[\s\S]*\r\n\r\none$/);
  });

  it('in several pieces has the length that the service says, where that is right', () => {
    const { text } = written(GET, 200, [['Content-Length', '6']], 'one', 'two');
    assert.equal(text, 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\none|two');
    assert.match(written(GET, 200, [['content-length', '5']], 'one', 'two').text, /chunked/);
    assert.match(written(GET, 200, [['content-length', '5']], 'one').text, /content-length: 3\r/);
  });

  it('keeps the delays of its pieces, and the head goes with the first', () => {
    const pieces = [piece('a', 5n), piece('b', 7n)];
    const { runs } = writeResponse(GET, { status: 200, headers: [], pieces });
    assert.deepEqual(
      runs.map(({ delayNanos }) => delayNanos),
      [5n, 7n],
    );
  });

  it('to HEAD has the head that GET would have, and no body', () => {
    const request = { ...GET, method: 'HEAD' };
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: ';
    assert.equal(written(request, 200, [], 'one', 'two').text, `${head}6\r\n\r\n`);
    assert.equal(written(request, 200, [['content-length', '99']]).text, `${head}99\r\n\r\n`);
  });

  it('that has no body by its status has neither length nor body', () => {
    assert.equal(written(GET, 204, [], 'one').text, 'HTTP/1.1 204 No Content\r\n\r\n');
    assert.equal(written(GET, 304, [], 'one').text, 'HTTP/1.1 304 Not Modified\r\n\r\n');
  });

  it('that is only interim ends the connection, so that nobody waits for the final one', () => {
    const { text, closes } = written(GET, 103, []);
    assert.equal(text, 'HTTP/1.1 103 \r\nconnection: close\r\n\r\n');
    assert.equal(closes, true);
  });

  it('ends the connection where the client says so', () => {
    const { text, closes } = written({ ...GET, keepAlive: false }, 200, [], 'x');
    assert.match(text, /\r\nconnection: close\r\n\r\nx$/);
    assert.equal(closes, true);
  });

  it('to HTTP/1.0 ends with the connection, or says that it keeps it', () => {
    const old = { method: 'GET', minor: 0, keepAlive: true } as const;
    const pieces = written(old, 200, [], 'one', 'two');
    assert.equal(pieces.text, 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\none|two');
    assert.equal(pieces.closes, true);
    const whole = written(old, 200, [], 'one');
    assert.match(whole.text, /content-length: 3\r\nconnection: keep-alive\r\n/);
    assert.equal(whole.closes, false);
  });

  it('has no line that the service has smuggled into a value', () => {
    const { text } = written(GET, 200, [
      ['a b', 'x\r\ny: z'],
      ['transfer-encoding', 'chunked'],
      ['name', '\u20ac'],
    ]);
    assert.match(
      text,
      /^HTTP\/1\.1 200 OK\r\na-b: x {2}y: z\r\nname: \xe2\x82\xac\r\ncontent-length: 0\r\n\r\n$/,
    );
  });

  it('that the server gives itself says why, and is the last', () => {
    const text = Buffer.from(writeRefusal({ status: 400, reason: 'no' })).toString();
    assert.equal(
      text,
      'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 3\r\nconnection: close\r\n\r\nno\n',
    );
  });
});
