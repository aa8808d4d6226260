import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as volumeOperations from '../../../simulator/effects/files.ts';
import { operationByName } from '../../../simulator/effects/registry.ts';
import {
  effectParts,
  effectText,
  NAMED_OPERATIONS,
} from '../../../simulator/host/text/effect-text.ts';
import { namesFrom } from '../../../simulator/host/text/volume-names.ts';
import { bytes, entryOf } from './entries.ts';

const WALL = (BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n + 1_000_000n).toString();
const HOW = {
  followLast: true,
  create: false,
  exclusive: false,
  directory: false,
  truncate: false,
};
const AT = { volume: 'shared', directory: 1 };
const POLL = { deadlines: [], inboxes: ['stdin'] };
const REQUEST = {
  method: 'POST',
  url: 'https://payment.example/charges',
  headers: [],
  timeoutNanos: '0',
  body: bytes('{}'),
};
const FAILED = { failure: 'timeout', detail: 'no response from payment after 3 tries' };
const RESPONSE = { status: 200, headers: [], body: bytes('{"ok":true}') };
const deadline = (nanos: string, absolute = false, clock = 'monotonic') => ({
  clock,
  nanos,
  absolute,
});

type Row = readonly [name: string, args: object, result: object | undefined, text: string];

const ROWS: readonly Row[] = [
  ['http.send', REQUEST, { exchange: 4 }, 'http.send POST https://payment.example/charges'],
  [
    'http.send',
    { ...REQUEST, open: true },
    { exchange: 4 },
    'http.send POST https://payment.example/charges (more to come)',
  ],
  [
    'http.write',
    { exchange: 4, ended: false, body: bytes('more') },
    {},
    'http.write to #4: "more"',
  ],
  [
    'http.write',
    { exchange: 4, ended: true, body: bytes('more') },
    { closed: true },
    'http.write to #4: "more", its end -> nobody takes it any more',
  ],
  ['http.response', { exchange: 4 }, RESPONSE, 'http.response to #4 -> 200 {"ok":true}'],
  [
    'http.response',
    { exchange: 4 },
    { ...RESPONSE, more: 4 },
    'http.response to #4 -> 200 {"ok":true} (more to come)',
  ],
  ['http.response', { exchange: 4 }, FAILED, `http.response to #4 -> timeout: ${FAILED.detail}`],
  [
    'http.body',
    { exchange: 4, length: 100 },
    { ended: true, body: bytes('rest') },
    'http.body of #4, up to 100 bytes -> "rest", its end',
  ],
  [
    'http.body',
    { exchange: 4, length: 100 },
    { ended: true, body: bytes('') },
    'http.body of #4, up to 100 bytes -> end of body',
  ],
  ['http.cancel', { exchange: 4 }, {}, 'http.cancel #4'],
  [
    'connection.open',
    { host: '10.0.0.1', port: 80, from: 49_152 },
    { connection: 2, address: '10.128.0.1' },
    'connection.open to 10.0.0.1:80',
  ],
  [
    'connection.open',
    { host: '10.0.0.1', port: 81, from: 49_153 },
    { failure: 'refused', detail: 'nobody is there' },
    'connection.open to 10.0.0.1:81 -> refused: nobody is there',
  ],
  [
    'connection.send',
    { connection: 2, body: bytes('GET / HTTP/1.1') },
    {},
    'connection.send to #2 "GET / HTTP/1.1"',
  ],
  [
    'connection.send',
    { connection: 2, body: bytes('x') },
    { failure: 'reset', detail: 'it is gone' },
    'connection.send to #2 "x" -> reset: it is gone',
  ],
  [
    'connection.receive',
    { connection: 2, length: 9 },
    { ended: true, body: bytes('rest') },
    'connection.receive from #2, up to 9 bytes -> "rest", its end',
  ],
  [
    'connection.receive',
    { connection: 2, length: 9 },
    { ended: true, body: bytes('') },
    'connection.receive from #2, up to 9 bytes -> end of connection',
  ],
  [
    'connection.receive',
    { connection: 2, length: 9 },
    { failure: 'reset', detail: 'it is gone' },
    'connection.receive from #2, up to 9 bytes -> reset: it is gone',
  ],
  ['connection.shutdown', { connection: 2 }, {}, 'connection.shutdown #2'],
  ['connection.close', { connection: 2 }, {}, 'connection.close #2'],
  [
    'connection.listen',
    { host: '0.0.0.0', port: 7, backlog: 128 },
    { listener: 3 },
    'connection.listen at 0.0.0.0:7',
  ],
  [
    'connection.listen',
    { host: '0:0:0:0:0:0:0:1', port: 7, backlog: 128 },
    { listener: 3 },
    'connection.listen at [0:0:0:0:0:0:0:1]:7',
  ],
  [
    'connection.accept',
    { listener: 3 },
    { connection: 5, host: '10.128.0.2', port: 49_152, address: '10.128.0.1' },
    'connection.accept at #3 -> from 10.128.0.2:49152',
  ],
  [
    'connection.accept',
    { listener: 3 },
    { again: true },
    'connection.accept at #3 -> nobody there',
  ],
  ['connection.unlisten', { listener: 3 }, {}, 'connection.unlisten #3'],
  [
    'wait.poll',
    { deadlines: [], inboxes: ['listener:3', 'datagrams:4'] },
    {
      passed: [],
      readable: [
        { inbox: 0, available: 1, ended: false },
        { inbox: 1, available: 9, ended: false },
      ],
    },
    'wait.poll for a connection at #3, a datagram at #4 -> ' +
      'a connection at #3 is there, a datagram at #4 is there',
  ],
  [
    'datagram.open',
    { host: '0.0.0.0', port: 7 },
    { socket: 4, address: '10.128.0.1' },
    'datagram.open at 0.0.0.0:7',
  ],
  [
    'datagram.connect',
    { socket: 4, remote: { host: '10.0.0.1', port: 53 } },
    {},
    'datagram.connect #4 to 10.0.0.1:53',
  ],
  ['datagram.connect', { socket: 4 }, {}, 'datagram.connect #4 to everybody'],
  [
    'datagram.send',
    { socket: 4, host: '10.0.0.1', port: 53, body: bytes('where?') },
    {},
    'datagram.send to 10.0.0.1:53 "where?"',
  ],
  [
    'datagram.send',
    { socket: 4, host: '10.0.9.9', port: 53, body: bytes('where?') },
    { nobody: true },
    'datagram.send to 10.0.9.9:53 "where?" -> nobody has this address',
  ],
  [
    'datagram.receive',
    { socket: 4, count: 16 },
    {
      datagrams: [
        { host: '10.0.0.1', port: 53, length: 4 },
        { host: '10.128.0.2', port: 7, length: 2 },
      ],
      body: bytes('herego'),
    },
    'datagram.receive at #4, up to 16 datagrams -> ' +
      '"here" from 10.0.0.1:53, "go" from 10.128.0.2:7',
  ],
  [
    'datagram.receive',
    { socket: 4, count: 1 },
    { datagrams: [], body: bytes('') },
    'datagram.receive at #4, up to 1 datagram -> nothing there',
  ],
  [
    'datagram.receive',
    { socket: 4, count: 1 },
    { failure: 'refused', detail: 'nobody is at port 53 of 10.0.0.1' },
    'datagram.receive at #4, up to 1 datagram -> refused: nobody is at port 53 of 10.0.0.1',
  ],
  ['datagram.close', { socket: 4 }, {}, 'datagram.close #4'],
  [
    'wait.poll',
    { deadlines: [], inboxes: ['connection:2'] },
    { passed: [], readable: [{ inbox: 0, available: 3, ended: false }] },
    'wait.poll for connection #2 -> connection #2 has 3 bytes',
  ],
  [
    'execution.start',
    { workflow: 'ship', body: bytes('A-17') },
    { execution: 'ship-1' },
    'execution.start ship A-17 -> ship-1',
  ],
  [
    'execution.start',
    { workflow: 'gone', body: bytes('') },
    { failure: 'unknown-workflow', detail: 'gone is no workflow' },
    'execution.start gone -> unknown-workflow: gone is no workflow',
  ],
  [
    'execution.look',
    { execution: 'ship-1' },
    { status: 'running' },
    'execution.look ship-1 -> running',
  ],
  [
    'execution.result',
    { execution: 'ship-1', timeoutNanos: '30000000000' },
    { timedOut: true },
    'execution.result of ship-1 for up to 30 s -> the time is over',
  ],
  [
    'execution.result',
    { execution: 'ship-1' },
    { status: 'completed', exitCode: 3, body: bytes('done') },
    'execution.result of ship-1 -> completed with exit code 3 done',
  ],
  ['execution.cancel', { execution: 'ship-1' }, { settled: true }, 'execution.cancel ship-1'],
  [
    'message.send',
    { execution: 'ship-1', contentType: 'text/plain', body: bytes('hi') },
    { settled: true },
    'message.send to ship-1 hi',
  ],
  [
    'message.receive',
    {},
    { from: 'order-1', contentType: 'text/plain', body: bytes('hi') },
    'message.receive -> "hi" from order-1',
  ],
  [
    'promise.wait',
    { promise: 'self/approval' },
    { contentType: 'text/plain', body: bytes('yes') },
    'promise.wait for self/approval -> "yes"',
  ],
  [
    'promise.keep',
    { promise: 'approval', contentType: 'text/plain', body: bytes('yes') },
    { settled: false },
    'promise.keep approval yes -> it was kept before',
  ],
  [
    'request.receive',
    {},
    { method: 'GET', url: 'http://localhost/x', headers: [], body: bytes('') },
    'request.receive -> GET http://localhost/x',
  ],
  [
    'request.body',
    { length: 9 },
    { ended: false, body: bytes('part') },
    'request.body up to 9 bytes -> "part"',
  ],
  [
    'response.send',
    { status: 200, headers: [], ended: false, body: bytes('') },
    {},
    'response.send 200 (more to come)',
  ],
  ['response.body', { ended: true, body: bytes('') }, {}, 'response.body end of body'],
  [
    'wait.poll',
    { deadlines: [], inboxes: ['response:4', 'body:3'] },
    {
      passed: [],
      readable: [
        { inbox: 0, available: 0, ended: false },
        { inbox: 1, available: 7, ended: false },
      ],
    },
    'wait.poll for the response to #4, the body of #3 -> the response to #4 is there, the body of #3 has 7 bytes',
  ],
  ['clock.read', { clock: 'wall' }, { nanos: WALL }, 'clock.read wall -> 2026-01-01 00:00:00.001'],
  ['clock.read', { clock: 'monotonic' }, { nanos: '3600000000000' }, 'clock.read monotonic -> 1 h'],
  [
    'dns.lookup',
    { name: 'shop.example' },
    { addresses: ['10.0.0.1'] },
    'dns.lookup shop.example -> 10.0.0.1',
  ],
  [
    'dns.lookup',
    { name: 'nobody.example' },
    { addresses: [] },
    'dns.lookup nobody.example -> no such name',
  ],
  [
    'random.read',
    { length: 2 },
    { body: Uint8Array.of(0x3f, 0x9a) },
    'random.read 2 bytes -> 3f9a',
  ],
  [
    'random.read',
    { length: 16 },
    { body: new Uint8Array(16) },
    'random.read 16 bytes -> 0000000000000000.. (16 bytes)',
  ],
  [
    'wait.poll',
    { deadlines: [deadline('259200000000000')], inboxes: [] },
    { passed: [0], readable: [] },
    'wait.poll sleep 3 d',
  ],
  [
    'wait.poll',
    { deadlines: [deadline('-5')], inboxes: [] },
    undefined,
    'wait.poll sleep 0 s ... no result yet',
  ],
  [
    'wait.poll',
    { deadlines: [deadline(WALL, true, 'wall')], inboxes: [] },
    undefined,
    'wait.poll sleep until the wall clock shows 2026-01-01 00:00:00.001 ... no result yet',
  ],
  ['wait.poll', { deadlines: [], inboxes: [] }, undefined, 'wait.poll for ever ... no result yet'],
  [
    'wait.poll',
    POLL,
    { passed: [], readable: [{ inbox: 0, available: 5, ended: false }] },
    'wait.poll for stdin -> stdin has 5 bytes',
  ],
  [
    'wait.poll',
    { ...POLL, deadlines: [deadline('1000000000')] },
    { passed: [], readable: [{ inbox: 0, available: 0, ended: true }] },
    'wait.poll for stdin, or 1 s -> stdin is at its end',
  ],
  ['stdin.read', { length: 256 }, { body: bytes('hi\n') }, 'stdin.read up to 256 bytes -> "hi\\n"'],
  ['stdin.read', { length: 1 }, { body: bytes('') }, 'stdin.read up to 1 byte -> end of input'],
  ['stdout.write', { body: bytes('Charged 42.00\n') }, {}, 'stdout.write "Charged 42.00\\n"'],
  ['stderr.write', { body: Uint8Array.of(0, 255) }, {}, 'stderr.write 00ff'],
  [
    'http.request',
    REQUEST,
    { status: 201, headers: [], body: bytes('{"id":\n  "ch_1"}') },
    'http.request POST https://payment.example/charges -> 201 {"id": "ch_1"}',
  ],
  [
    'http.request',
    REQUEST,
    { status: 204, headers: [], body: bytes('') },
    'http.request POST https://payment.example/charges -> 204',
  ],
  [
    'http.request',
    REQUEST,
    FAILED,
    'http.request POST https://payment.example/charges -> timeout: no response from payment after 3 tries',
  ],
  [
    'http.request',
    REQUEST,
    undefined,
    'http.request POST https://payment.example/charges ... no result yet',
  ],
  [
    'socket.accept',
    { listener: 'web', nonblocking: true },
    {},
    'socket.accept web -> nobody there',
  ],
  [
    'socket.receive',
    { connection: 'c1', length: 4, peek: true, waitAll: false, nonblocking: false },
    { body: bytes('GET '), ended: false, again: false },
    'socket.receive c1 (peek), up to 4 bytes -> "GET "',
  ],
  ['socket.send', { connection: 'c1', body: bytes('x') }, {}, 'socket.send c1 "x"'],
  [
    'socket.shutdown',
    { connection: 'c1', read: true, write: true },
    {},
    'socket.shutdown c1 reading and writing',
  ],
  [
    'volume.open',
    { ...AT, path: 'log', how: HOW },
    { inode: 2, type: 'file' },
    'volume.open shared:/log -> file, inode 2',
  ],
  [
    'volume.open',
    { ...AT, path: 'log', how: { ...HOW, create: true, truncate: true } },
    { errno: 'ENOSPC', message: 'no space' },
    'volume.open shared:/log (create, truncate) -> ENOSPC: no space',
  ],
  [
    'volume.write',
    { volume: 'shared', inode: 2, offset: 'append', body: bytes('x') },
    { end: '4' },
    'volume.write shared:(inode 2) at its end "x" -> up to 4',
  ],
  [
    'volume.read',
    { volume: 'shared', inode: 2, offset: '8', length: 4 },
    { body: bytes('') },
    'volume.read shared:(inode 2) 4 bytes at 8 -> end of file',
  ],
  ['volume.sync', { volume: 'shared', inode: 1 }, {}, 'volume.sync shared:/'],
  [
    'volume.read-directory',
    { volume: 'shared', inode: 1 },
    { entries: [{ name: 'a', inode: 2, type: 'file' }] },
    'volume.read-directory shared:/ -> a',
  ],
  [
    'volume.rename',
    { volume: 'shared', from: 1, fromPath: 'a', to: 3, toPath: 'b' },
    {},
    'volume.rename shared:/a to shared:(inode 3)/b',
  ],
  [
    'volume.read-link',
    { ...AT, path: 'l' },
    { target: '../x' },
    'volume.read-link shared:/l -> ../x',
  ],
];

describe('the line of an effect', () => {
  for (const [name, args, result, text] of ROWS) {
    it(`is ${text}`, () => assert.equal(effectText(entryOf(name, args, result)), text));
  }

  it('is known for every operation there is', () => {
    const families = ['clock.read', 'random.read', 'wait.poll', 'stdin.read', 'stdout.write'];
    const volumes = Object.values(volumeOperations).map((operation) => operation.name);
    const more = [
      'dns.lookup',
      'stderr.write',
      'http.request',
      'http.send',
      'http.write',
      'http.response',
      'http.body',
      'http.cancel',
      'execution.start',
      'execution.look',
      'execution.result',
      'execution.cancel',
      'message.send',
      'message.receive',
      'promise.wait',
      'promise.keep',
      'request.receive',
      'request.body',
      'response.inform',
      'response.send',
      'response.body',
      'socket.accept',
      'socket.receive',
      'socket.send',
      'socket.shutdown',
      'connection.open',
      'connection.send',
      'connection.receive',
      'connection.shutdown',
      'connection.close',
      'connection.listen',
      'connection.accept',
      'connection.unlisten',
      'datagram.open',
      'datagram.connect',
      'datagram.send',
      'datagram.receive',
      'datagram.close',
    ];
    const all = [...families, ...more, ...volumes];
    assert.deepEqual([...NAMED_OPERATIONS].sort(), all.sort());
    for (const name of all) assert.ok(operationByName(name) !== undefined, name);
  });

  it('stays one line that no byte of a program can break', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (body, url) => {
        const lines = [
          effectText(entryOf('stdout.write', { body }, {})),
          effectText(
            entryOf('http.request', { ...REQUEST, url }, { status: 200, headers: [], body }),
          ),
          effectText(entryOf('volume.open', { ...AT, path: url, how: HOW }, undefined)),
        ];
        for (const line of lines) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
          assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]/);
          assert.ok(line.length < 2600, `${line.length}`);
        }
      }),
    );
  });

  it('names a file by the path under which it was opened', () => {
    const open = (directory: number, path: string, inode: number) =>
      entryOf(
        'volume.open',
        { volume: 'shared', directory, path, how: HOW },
        { inode, type: 'file' },
      );
    const names = namesFrom([open(1, 'logs', 2), open(2, 'today', 3)]);
    const read = entryOf('volume.stat', { volume: 'shared', inode: 3 }, undefined);
    assert.equal(effectParts(read, names).asked, 'shared:/logs/today');
    assert.equal(names('other', 3), undefined);
  });
});
