import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  connectStreams,
  HEADER_BYTES_MAX,
  MESSAGE_BYTES_MAX,
  MessageSplitter,
} from '../../debug-adapter/message-stream.ts';

function framed(text: string): Buffer {
  const body = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

describe('a stream of DAP messages', () => {
  it('gives the same messages however its bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (texts, cuts) => {
          const bytes = Buffer.concat(texts.map(framed));
          const splitter = new MessageSplitter();
          const found: string[] = [];
          let at = 0;
          for (let index = 0; at < bytes.length; index++) {
            const length = cuts.length === 0 ? bytes.length : (cuts[index % cuts.length] ?? 1);
            found.push(...splitter.take(bytes.subarray(at, at + length)));
            at += length;
          }
          assert.deepEqual(found, texts);
        },
      ),
    );
  });

  it('knows other headers and does not mind how they are written', () => {
    const splitter = new MessageSplitter();
    const text = 'Content-Type: x\r\ncontent-length:  2 \r\n\r\n{}';
    assert.deepEqual(splitter.take(Buffer.from(text)), ['{}']);
  });

  const wrong: readonly (readonly [name: string, text: string, message: RegExp])[] = [
    ['without a length', 'Content-Type: x\r\n\r\n', /no Content-Length/],
    ['with a line of another protocol', 'Content-Length: 2\r\nHost: x\r\n\r\n{}', /a line/],
    ['with a length that is no number', 'Content-Length: -1\r\n\r\n', /no Content-Length/],
    [
      'with a message that is too long',
      `Content-Length: ${MESSAGE_BYTES_MAX + 1}\r\n\r\n`,
      /bytes/,
    ],
    ['without an end', 'x'.repeat(HEADER_BYTES_MAX), /has no end/],
  ];
  for (const [name, text, message] of wrong) {
    it(`ends at a header ${name}`, () => {
      assert.throws(() => new MessageSplitter().take(Buffer.from(text)), message);
    });
  }

  it('takes a header that is as long as it may be', () => {
    const splitter = new MessageSplitter();
    const start = 'Content-Length: 0\r\nContent-Type: ';
    const padding = 'x'.repeat(HEADER_BYTES_MAX - start.length - 4);
    assert.deepEqual(splitter.take(Buffer.from(`${start}${padding}\r\n\r\n`)), ['']);
  });

  it('gives text that is no JSON to the session, which refuses it in words', async () => {
    const input = new PassThrough();
    const taken: unknown[] = [];
    const session = {
      handleMessage: (message: unknown) => taken.push(message),
      onDidSendMessage: () => {},
    };
    const over = connectStreams(session, input, new PassThrough());
    input.write(framed('{"type": '));
    input.end(framed('{"type":"request"}'));
    await over;
    assert.deepEqual(taken, ['{"type": ', { type: 'request' }]);
  });

  it('is over when the other side stops speaking the protocol', async () => {
    const input = new PassThrough();
    const session = {
      handleMessage: () => assert.fail('no message came'),
      onDidSendMessage: () => {},
    };
    const over = connectStreams(session, input, new PassThrough());
    input.write('GET / HTTP/1.1\r\n\r\n');
    await over;
  });

  it('takes nothing that a web page posts', async () => {
    const input = new PassThrough();
    const session = {
      handleMessage: () => assert.fail('a message came'),
      onDidSendMessage: () => {},
    };
    const over = connectStreams(session, input, new PassThrough());
    const body = framed('{"type":"request","seq":1,"command":"attach"}');
    const head = 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n';
    input.write(`${head}Content-Length: ${body.length}\r\n\r\n`);
    input.write(body);
    await over;
  });
});
