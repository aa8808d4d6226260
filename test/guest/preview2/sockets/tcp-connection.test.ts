import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SocketAddress } from '../../../../simulator/guest/preview2/sockets/network.ts';
import type { TcpSocket } from '../../../../simulator/guest/preview2/sockets/tcp-socket.ts';
import type { IoError } from '../../../../simulator/guest/preview2/streams.ts';
import type { Answer } from '../../preview1/fake-port.ts';
import { decode, encode, errorOf, Harness } from '../component-harness.ts';

const REMOTE: SocketAddress = { tag: 'ipv4', val: { port: 80, address: [10, 0, 0, 1] } };
const RESET = { failure: 'reset', detail: 'it is gone' };

function part(text: string, ended = false): object {
  return { ended, body: encode(text) };
}

/** A socket that is connected, and a world that answers what it receives in this order. */
function connected(parts: readonly object[] = [], answers: Readonly<Record<string, Answer>> = {}) {
  const left = [...parts];
  const guest = new Harness({
    answers: {
      'connection.open': () => ({ connection: 7, address: '10.128.0.1' }),
      'connection.send': () => ({}),
      'connection.receive': () => left.shift() ?? RESET,
      'connection.shutdown': () => ({}),
      'connection.close': () => ({}),
      'wait.poll': () =>
        left.length === 0
          ? { passed: [0], readable: [] }
          : { passed: [], readable: [{ inbox: 0, available: 1, ended: false }] },
      ...answers,
    },
  });
  const link = guest.interface('wasi:sockets/instance-network').instanceNetwork?.();
  const socket: TcpSocket = guest
    .interface('wasi:sockets/tcp-create-socket')
    .createTcpSocket?.('ipv4');
  socket.startConnect(link, REMOTE);
  const [input, output] = socket.finishConnect();
  const codeOf = (step: () => unknown): unknown => {
    const error = errorOf(step) as { tag: string; val?: IoError };
    if (error.tag !== 'last-operation-failed') return error.tag ?? error;
    return guest.interface('wasi:sockets/network').networkErrorCode?.(error.val);
  };
  const send = (text: string) => {
    output.checkWrite();
    output.write(encode(text));
  };
  return { guest, link, socket, input, output, codeOf, send };
}

describe('a connected socket', () => {
  test('was connected by one effect, and knows both ends', () => {
    const { guest, link, socket, codeOf } = connected();
    const args = { host: '10.0.0.1', port: 80, from: 49_152 };
    const opened = { name: 'connection.open', args };
    assert.deepEqual(guest.port.asked, [opened]);
    assert.deepEqual(socket.remoteAddress(), REMOTE);
    assert.deepEqual(socket.localAddress().val, { port: 49_152, address: [10, 128, 0, 1] });
    assert.equal(
      codeOf(() => socket.startConnect(link, REMOTE)),
      'invalid-state',
    );
    for (const step of [() => socket.finishConnect(), () => socket.finishBind()]) {
      assert.equal(codeOf(step), 'not-in-progress');
    }
    assert.equal(
      codeOf(() => socket.startListen()),
      'invalid-state',
    );
    assert.equal(socket.subscribe().ready(), true);
    assert.deepEqual(guest.port.names, ['connection.open']);
  });

  test('sends each write as it is', () => {
    const { guest, output, send } = connected();
    send('one');
    send('');
    output.flush();
    output.blockingWriteAndFlush(encode('two'));
    assert.equal(output.subscribe().ready(), true);
    const sent = guest.port.asked.slice(1).map(({ name, args }) => [name, args]);
    assert.deepEqual(sent, [
      ['connection.send', { connection: 7, body: encode('one') }],
      ['connection.send', { connection: 7, body: encode('two') }],
    ]);
  });

  test('receives what is there, and gives as much of it as is asked for', () => {
    const { guest, input, codeOf } = connected([part('hello'), part('you', true)]);
    assert.equal(decode(input.blockingRead(2n)), 'he');
    assert.equal(decode(input.read(9n)), 'llo');
    assert.equal(decode(input.read(9n)), 'you');
    assert.equal(
      codeOf(() => input.read(9n)),
      'closed',
    );
    assert.equal(input.subscribe().ready(), true);
    const expected = ['connection.receive', 'wait.poll', 'connection.receive'];
    assert.deepEqual(guest.port.names.slice(1), expected);
    assert.deepEqual(guest.port.asked[2]?.args, {
      deadlines: [{ clock: 'monotonic', nanos: '0', absolute: false }],
      inboxes: ['connection:7'],
    });
  });

  test('receives nothing while nothing is there', () => {
    const { input } = connected();
    assert.equal(input.read(9n).length, 0);
    assert.equal(input.subscribe().ready(), false);
  });

  test('is waited for by receiving, where it is waited for alone', () => {
    const { guest, input } = connected([part('x')]);
    input.subscribe().block();
    assert.equal(decode(input.read(9n)), 'x');
    assert.deepEqual(guest.port.names.slice(1), ['connection.receive']);
  });

  test('tells once in each direction that it was reset, and has closed streams from then on', () => {
    const { guest, socket, input, output, codeOf } = connected([part('x'), RESET]);
    assert.equal(decode(input.blockingRead(9n)), 'x');
    assert.equal(
      codeOf(() => input.blockingRead(9n)),
      'connection-reset',
    );
    assert.equal(
      codeOf(() => input.blockingRead(9n)),
      'closed',
    );
    assert.equal(
      codeOf(() => output.checkWrite()),
      'connection-reset',
    );
    assert.equal(
      codeOf(() => output.checkWrite()),
      'closed',
    );
    // Nobody is there who could be told that it is closed.
    socket[Symbol.dispose]();
    assert.deepEqual(guest.port.names.slice(1), ['connection.receive', 'connection.receive']);
  });

  test('tells that it was reset when it cannot send', () => {
    const { input, send, codeOf } = connected([part('x')], { 'connection.send': () => RESET });
    assert.equal(
      codeOf(() => send('one')),
      'connection-reset',
    );
    assert.equal(
      codeOf(() => send('two')),
      'closed',
    );
    assert.equal(
      codeOf(() => input.read(1n)),
      'connection-reset',
    );
  });

  test('sends no more after it was shut down, and still receives', () => {
    const { guest, socket, input, send, codeOf } = connected([part('x')]);
    socket.shutdown('send');
    socket.shutdown('send');
    assert.equal(
      codeOf(() => send('one')),
      'closed',
    );
    assert.equal(decode(input.blockingRead(1n)), 'x');
    assert.deepEqual(guest.port.names.slice(1), ['connection.shutdown', 'connection.receive']);
  });

  test('receives no more after it was shut down, whatever comes', () => {
    const { guest, socket, input, send, codeOf } = connected([part('hello')]);
    assert.equal(decode(input.blockingRead(1n)), 'h');
    socket.shutdown('receive');
    assert.equal(
      codeOf(() => input.read(9n)),
      'closed',
    );
    send('one');
    socket.shutdown('both');
    assert.equal(
      codeOf(() => send('two')),
      'closed',
    );
    const expected = ['connection.receive', 'connection.send', 'connection.shutdown'];
    assert.deepEqual(guest.port.names.slice(1), expected);
  });

  test('is closed, once, and lets go of its address', () => {
    const { guest, socket, input, output, codeOf } = connected([part('x')]);
    input[Symbol.dispose]();
    output[Symbol.dispose]();
    socket[Symbol.dispose]();
    assert.deepEqual(guest.port.asked[1], { name: 'connection.close', args: { connection: 7 } });
    assert.equal(
      codeOf(() => output.checkWrite()),
      'closed',
    );
    assert.equal(
      codeOf(() => input.read(1n)),
      'closed',
    );
    assert.equal(guest.port.asked.length, 2);
  });

  test('has no code of the network for errors of other streams', () => {
    const { guest } = connected();
    const code = guest.interface('wasi:sockets/network').networkErrorCode;
    assert.equal(code?.({ cause: undefined }), undefined);
  });
});
