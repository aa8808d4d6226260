import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HttpHeaders } from '../../../simulator/effects/http.ts';
import { HTTP_BODY_BYTES_MAX } from '../../../simulator/kernel/limits.ts';
import {
  CHUNK_LINE_BYTES_MAX,
  HEAD_BYTES_MAX,
  RequestParser,
  type WireMessage,
} from '../../../simulator/world/http-wire/request-parser.ts';
import { requestUrl } from '../../../simulator/world/http-wire/request-url.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const HOST = 'Host: shop.example\r\n';

/** All messages of a stream that comes in these runs. */
function parse(...runs: readonly (string | Uint8Array)[]): readonly WireMessage[] {
  const parser = new RequestParser();
  const messages: WireMessage[] = [];
  for (const run of runs) {
    parser.push(typeof run === 'string' ? bytes(run) : run);
    for (let next = parser.next(); next !== undefined; next = parser.next()) messages.push(next);
  }
  return messages;
}

/** Each message in a line. */
function shown(messages: readonly WireMessage[]): readonly string[] {
  return messages.map((message) => {
    if (message.kind === 'continue') return 'continue';
    if (message.kind === 'malformed') return `${message.status}`;
    const { method, target, minor, headers, body, trailers, keepAlive } = message.request;
    const joined = (fields: HttpHeaders): string =>
      `[${fields.map(([name, value]) => `${name}=${value}`).join(';')}]`;
    const text = Buffer.from(body).toString('latin1');
    const after = trailers === undefined ? '' : ` ${joined(trailers)}`;
    const end = keepAlive ? '' : ' close';
    return `${method} ${target} 1.${minor} ${joined(headers)} "${text}"${after}${end}`;
  });
}

describe('a request that is read off a connection', () => {
  const rows: readonly (readonly [what: string, text: string, shown: readonly string[]])[] = [
    [
      'without a body',
      `GET /a?b=c HTTP/1.1\r\n${HOST}Accept:  */* \r\n\r\n`,
      ['GET /a?b=c 1.1 [host=shop.example;accept=*/*] ""'],
    ],
    [
      'with a length',
      `POST /a HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\none`,
      ['POST /a 1.1 [host=shop.example;content-length=3] "one"'],
    ],
    [
      'in chunks, with an extension and trailers',
      `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: Chunked\r\n\r\n4;a="b"\r\none \r\n3\r\ntwo\r\n0\r\nSum: 7\r\n\r\n`,
      ['PUT / 1.1 [host=shop.example] "one two" [sum=7]'],
    ],
    [
      'in chunks, with trailers of which some concern the connection',
      `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\nTE: a\r\nA: 1\r\na: 2\r\n\r\n`,
      ['PUT / 1.1 [host=shop.example] "" [a=1;a=2]'],
    ],
    [
      'that waits for leave to send its body',
      `POST / HTTP/1.1\r\n${HOST}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx`,
      ['continue', 'POST / 1.1 [host=shop.example;content-length=1] "x"'],
    ],
    [
      'that waits for leave and has no body',
      `POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n\r\n`,
      ['POST / 1.1 [host=shop.example] ""'],
    ],
    [
      'after another, with an empty line too many and bare line ends',
      `GET /1 HTTP/1.1\r\n${HOST}\r\n\r\nGET /2 HTTP/1.1\nHost: x\n\n`,
      ['GET /1 1.1 [host=shop.example] ""', 'GET /2 1.1 [host=x] ""'],
    ],
    ['of HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', ['GET / 1.0 [] "" close']],
    [
      'of HTTP/1.0 that keeps the connection',
      'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n',
      ['GET / 1.0 [] ""'],
    ],
    [
      'that is the last, and names a field of its connection',
      `GET / HTTP/1.1\r\n${HOST}Connection: close, X-Mine\r\nX-Mine: 1\r\nX-Yours: 2\r\n\r\n`,
      ['GET / 1.1 [host=shop.example;x-yours=2] "" close'],
    ],
    [
      'of a later minor version',
      `GET / HTTP/1.7\r\n${HOST}\r\n`,
      ['GET / 1.1 [host=shop.example] ""'],
    ],
    [
      'with bytes above ASCII',
      `GET /\xe9 HTTP/1.1\r\n${HOST}Name: \xfcber\r\n\r\n`,
      ['GET /\xe9 1.1 [host=shop.example;name=\xfcber] ""'],
    ],
    [
      'with the same length twice',
      `GET / HTTP/1.1\r\n${HOST}Content-Length: 1, 1\r\nContent-Length: 1\r\n\r\nx`,
      ['GET / 1.1 [host=shop.example;content-length=1, 1;content-length=1] "x"'],
    ],
  ];
  for (const [what, text, expected] of rows) {
    it(what, () => assert.deepEqual(shown(parse(text)), expected));
  }

  const refused: readonly (readonly [what: string, text: string, status: number])[] = [
    ['no request line', 'hello\r\n', 400],
    ['two spaces', `GET  / HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['TLS', '\x16\x03\x01\x02\x00', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two hosts', `GET / HTTP/1.0\r\n${HOST}${HOST}\r\n`, 400],
    ['a field without a name', `GET / HTTP/1.1\r\n${HOST}: x\r\n\r\n`, 400],
    ['a space after a name', `GET / HTTP/1.1\r\n${HOST}A : x\r\n\r\n`, 400],
    ['a folded field', `GET / HTTP/1.1\r\n${HOST}A: x\r\n y\r\n\r\n`, 400],
    ['a bare carriage return', `GET / HTTP/1.1\r\n${HOST}A: x\ry\r\n\r\n`, 400],
    ['a control character', `GET / HTTP/1.1\r\n${HOST}A: \x01\r\n\r\n`, 400],
    ['two lengths', `GET / HTTP/1.1\r\n${HOST}Content-Length: 1, 2\r\n\r\n`, 400],
    ['no number', `GET / HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`, 400],
    [
      'a length and chunks',
      `GET / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
    ],
    ['chunks of HTTP/1.0', 'GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['a coding', `GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
    ['an expectation', `GET / HTTP/1.1\r\n${HOST}Expect: luck\r\n\r\n`, 417],
    [
      'a chunk without a size',
      `GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nx\r\n`,
      400,
    ],
    [
      'a chunk that is too long',
      `GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n`,
      400,
    ],
    [
      'a bad trailer',
      `GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\nx\r\n\r\n`,
      400,
    ],
    [
      'a body past the limit',
      `GET / HTTP/1.1\r\n${HOST}Content-Length: ${HTTP_BODY_BYTES_MAX + 1}\r\n\r\n`,
      413,
    ],
    [
      'a chunk past the limit',
      `GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${(HTTP_BODY_BYTES_MAX + 1).toString(16)}\r\n`,
      413,
    ],
  ];
  for (const [what, text, status] of refused) {
    it(`with ${what} is answered ${status}, and nothing follows it`, () => {
      const messages = parse(text, `GET / HTTP/1.1\r\n${HOST}\r\n`);
      assert.deepEqual(shown(messages), [`${status}`]);
    });
  }

  it('has a head of a limited size, whether its end has come or not', () => {
    const line = 'GET / HTTP/1.1\r\n';
    const room = HEAD_BYTES_MAX - line.length - HOST.length - 'A: \r\n\r\n'.length;
    const fields = (size: number): string => `${HOST}A: ${'x'.repeat(size)}\r\n\r\n`;
    assert.equal(parse(line + fields(room))[0]?.kind, 'request');
    assert.deepEqual(shown(parse(line + fields(room + 1))), ['431']);
    assert.deepEqual(shown(parse(line, `A: ${'x'.repeat(HEAD_BYTES_MAX)}`)), ['431']);
    assert.deepEqual(shown(parse(`GET /${'x'.repeat(HEAD_BYTES_MAX)}`)), ['414']);
    const chunked = `GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
    assert.deepEqual(shown(parse(chunked, `1;${'x'.repeat(CHUNK_LINE_BYTES_MAX)}`)), ['400']);
    assert.deepEqual(shown(parse(chunked, `0\r\n${'A: b\r\n'.repeat(HEAD_BYTES_MAX / 6 + 1)}`)), [
      '431',
    ]);
  });

  it('is known to be between others, or in the middle', () => {
    const parser = new RequestParser();
    assert.equal(parser.isBetween, true);
    parser.push(bytes('G'));
    assert.equal(parser.isBetween, false);
    parser.push(bytes(`ET / HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nx`));
    assert.equal(parser.next(), undefined);
    assert.equal(parser.isBetween, false);
    assert.equal(parser.buffered, 1);
    parser.push(bytes('y'));
    assert.equal(parser.next()?.kind, 'request');
    assert.equal(parser.isBetween, true);
  });
});

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/);
const value = fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/);
const body = fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each).toString('latin1'));
const chunks = fc.array(
  body.filter((each) => each !== ''),
  { maxLength: 4 },
);

const wireRequest = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'x-odd'),
    fields: fc.array(
      fc.tuple(
        token.map((name) => `x-${name}`),
        value,
      ),
      { maxLength: 3 },
    ),
    content: fc.oneof(fc.constant(undefined), body, chunks),
    waits: fc.boolean(),
  })
  .map(({ method, fields, content, waits }) => {
    const lines = [`${method} /p HTTP/1.1`, 'Host: x', ...fields.map((pair) => pair.join(': '))];
    if (waits) lines.push('Expect: 100-continue');
    if (content === undefined) return `${lines.join('\r\n')}\r\n\r\n`;
    if (typeof content === 'string') {
      return `${lines.join('\r\n')}\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
    }
    const sent = content.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('');
    return `${lines.join('\r\n')}\r\nTransfer-Encoding: chunked\r\n\r\n${sent}0\r\n\r\n`;
  });

/** Well-formed requests, with a few bytes of them changed, left out or doubled. */
const damaged = fc
  .tuple(
    fc.array(wireRequest, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('\r', '\n', ' ', ':', '\0', '9', '', 'xx')), {
      maxLength: 3,
    }),
  )
  .map(([requests, edits]) => {
    let text = requests.join('');
    for (const [place, change] of edits) {
      const at = place % text.length;
      text = text.slice(0, at) + change + text.slice(at + 1);
    }
    return text;
  });

/** The same bytes in runs that end at these places. */
function runsOf(text: string, cuts: readonly number[]): readonly string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [...places, text.length].map((end, index) => text.slice(places[index - 1] ?? 0, end));
}

describe('the bytes of requests', () => {
  it('give the same messages wherever they are split', () => {
    fc.assert(
      fc.property(damaged, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        const whole = parse(text);
        assert.deepEqual(parse(...runsOf(text, cuts)), whole);
        assert.deepEqual(parse(...text), whole);
      }),
      { numRuns: 400 },
    );
  });

  it('give back what was written into them', () => {
    fc.assert(
      fc.property(fc.array(wireRequest, { minLength: 1, maxLength: 4 }), (requests) => {
        const messages = parse(requests.join('')).filter(({ kind }) => kind !== 'continue');
        assert.deepEqual(
          shown(messages),
          requests.flatMap((request) =>
            shown(parse(request)).filter((each) => each !== 'continue'),
          ),
        );
        assert.equal(messages.length, requests.length);
      }),
    );
  });

  it('never break the parser, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (runs) => {
        const messages = parse(...runs);
        const broken = messages.findIndex(({ kind }) => kind === 'malformed');
        assert.ok(broken < 0 || broken === messages.length - 1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the URL of a request', () => {
  const rows: readonly (readonly [line: string, fields: string, url: string | undefined])[] = [
    ['GET /a?b HTTP/1.1', 'Host: shop.example:81\r\n', 'http://shop.example:81/a?b'],
    ['GET http://other/a HTTP/1.1', 'Host: shop.example\r\n', 'http://other/a'],
    ['GET /a HTTP/1.0', '', 'http://connected:8080/a'],
    ['GET /a HTTP/1.1', 'Host:\r\n', 'http://connected:8080/a'],
    ['OPTIONS * HTTP/1.1', 'Host: shop.example\r\n', 'http://shop.example'],
    ['GET * HTTP/1.1', 'Host: shop.example\r\n', undefined],
    ['CONNECT shop.example:80 HTTP/1.1', 'Host: shop.example\r\n', undefined],
    ['GET /a HTTP/1.1', 'Host: a/b\r\n', undefined],
    ['GET /a HTTP/1.1', 'Host: a:port\r\n', undefined],
    ['GET http:// HTTP/1.1', 'Host: a\r\n', undefined],
  ];
  for (const [line, fields, url] of rows) {
    it(`of ${line} ${JSON.stringify(fields)} is ${url}`, () => {
      const [message] = parse(`${line}\r\n${fields}\r\n`);
      assert.ok(message?.kind === 'request');
      assert.equal(requestUrl(message.request, 'connected:8080'), url);
    });
  }
});
