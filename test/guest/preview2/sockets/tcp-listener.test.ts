import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SocketAddress } from '../../../../simulator/guest/preview2/sockets/network.ts';
import type { TcpSocket } from '../../../../simulator/guest/preview2/sockets/tcp-socket.ts';
import { decode, encode, errorOf, Harness } from '../component-harness.ts';

const CALLER = { connection: 9, host: '10.128.0.2', port: 50_000, address: '10.128.0.1' };

function ipv4(port: number, ...address: number[]): SocketAddress {
  return { tag: 'ipv4', val: { port, address } };
}

/** A socket at port 7, and callers that come in this order. */
function bound(callers: readonly object[] = []) {
  const left = [...callers];
  const guest = new Harness({
    answers: {
      'connection.listen': () => ({ listener: 3 }),
      'connection.accept': () => left.shift() ?? { again: true },
      'connection.unlisten': () => ({}),
      'connection.send': () => ({}),
      'connection.receive': () => ({ ended: true, body: encode('hi') }),
      'connection.close': () => ({}),
      'wait.poll': () =>
        left.length === 0
          ? { passed: [0], readable: [] }
          : { passed: [], readable: [{ inbox: 0, available: 1, ended: false }] },
    },
  });
  const link = guest.interface('wasi:sockets/instance-network').instanceNetwork?.();
  const create = guest.interface('wasi:sockets/tcp-create-socket').createTcpSocket;
  const socket: TcpSocket = create?.('ipv4');
  socket.startBind(link, ipv4(7, 0, 0, 0, 0));
  socket.finishBind();
  const listen = () => {
    socket.startListen();
    socket.finishListen();
  };
  return { guest, link, create, socket, listen };
}

describe('listening', () => {
  test('happens in two steps, each in its turn', () => {
    const { guest, link, create, socket } = bound();
    assert.equal(
      errorOf(() => create?.('ipv4').startListen()),
      'invalid-state',
    );
    assert.equal(
      errorOf(() => socket.finishListen()),
      'not-in-progress',
    );
    socket.startListen();
    for (const step of [
      () => socket.startListen(),
      () => socket.startConnect(link, ipv4(80, 10, 0, 0, 1)),
    ]) {
      assert.equal(errorOf(step), 'concurrency-conflict');
    }
    for (const step of [() => socket.accept(), () => socket.localAddress()]) {
      assert.equal(errorOf(step), 'invalid-state');
    }
    assert.equal(socket.isListening(), false);
    assert.deepEqual(guest.port.names, []);
    socket.finishListen();
    assert.equal(socket.isListening(), true);
    assert.deepEqual(socket.localAddress(), ipv4(7, 0, 0, 0, 0));
    for (const step of [
      () => socket.startListen(),
      () => socket.startConnect(link, ipv4(80, 10, 0, 0, 1)),
      () => socket.remoteAddress(),
      () => socket.shutdown('both'),
    ]) {
      assert.equal(errorOf(step), 'invalid-state');
    }
    assert.equal(
      errorOf(() => socket.finishListen()),
      'not-in-progress',
    );
  });

  test('asks for as many waiting as the program says, before it listens', () => {
    const { guest, socket, listen } = bound();
    socket.setListenBacklogSize(5n);
    listen();
    socket.setListenBacklogSize(6n);
    const args = { host: '0.0.0.0', port: 7, backlog: 5 };
    assert.deepEqual(guest.port.asked, [{ name: 'connection.listen', args }]);
  });

  test('ends with the socket, whose port is free again', () => {
    const { guest, link, create, socket, listen } = bound();
    listen();
    const other = create?.('ipv4');
    assert.equal(
      errorOf(() => other.startBind(link, ipv4(7, 127, 0, 0, 1))),
      'address-in-use',
    );
    socket[Symbol.dispose]();
    assert.deepEqual(guest.port.asked[1], { name: 'connection.unlisten', args: { listener: 3 } });
    other.startBind(link, ipv4(7, 127, 0, 0, 1));
  });
});

describe('accepting', () => {
  test('would block while nobody has connected, and is waited for', () => {
    const { guest, socket, listen } = bound();
    listen();
    assert.equal(
      errorOf(() => socket.accept()),
      'would-block',
    );
    assert.equal(socket.subscribe().ready(), false);
    assert.deepEqual(guest.port.asked.at(-1)?.args, {
      deadlines: [{ clock: 'monotonic', nanos: '0', absolute: false }],
      inboxes: ['listener:3'],
    });
  });

  test('a socket that would block uses up none of the sockets there may be', () => {
    const { socket, listen } = bound();
    listen();
    for (let tries = 0; tries < 1024; tries++) {
      assert.equal(
        errorOf(() => socket.accept()),
        'would-block',
      );
    }
  });

  test('gives a connected socket that knows both ends, and its streams', () => {
    const { guest, socket, listen } = bound([CALLER]);
    socket.setKeepAliveEnabled(true);
    socket.setKeepAliveCount(3);
    socket.setHopLimit(9);
    socket.setReceiveBufferSize(1000n);
    listen();
    assert.equal(socket.subscribe().ready(), true);
    const [accepted, input, output] = socket.accept();
    assert.deepEqual(accepted.localAddress(), ipv4(7, 10, 128, 0, 1));
    assert.deepEqual(accepted.remoteAddress(), ipv4(50_000, 10, 128, 0, 2));
    assert.equal(accepted.isListening(), false);
    const inherited = [
      accepted.keepAliveEnabled(),
      accepted.keepAliveCount(),
      accepted.hopLimit(),
      accepted.receiveBufferSize(),
    ];
    assert.deepEqual(inherited, [true, 3, 9, 1000n]);
    output.blockingWriteAndFlush(encode('hello'));
    assert.equal(decode(input.blockingRead(9n)), 'hi');
    const sent = { name: 'connection.send', args: { connection: 9, body: encode('hello') } };
    assert.deepEqual(guest.port.asked.at(-2), sent);
    accepted[Symbol.dispose]();
    assert.deepEqual(guest.port.asked.at(-1), {
      name: 'connection.close',
      args: { connection: 9 },
    });
    assert.deepEqual(socket.localAddress(), ipv4(7, 0, 0, 0, 0));
  });

  test('is refused past the limit of sockets, and nobody is taken', () => {
    const { guest, create, socket, listen } = bound([CALLER]);
    listen();
    for (let count = 1; count < 1024; count++) create?.('ipv4');
    assert.equal(
      errorOf(() => socket.accept()),
      'new-socket-limit',
    );
    assert.deepEqual(guest.port.names, ['connection.listen']);
  });
});
