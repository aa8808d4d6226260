import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SocketAddress } from '../../../../simulator/guest/preview2/sockets/network.ts';
import type { UdpSocket } from '../../../../simulator/guest/preview2/sockets/udp-socket.ts';
import type { Answer } from '../../preview1/fake-port.ts';
import { decode, encode, errorOf, Harness } from '../component-harness.ts';

function ipv4(port: number, ...address: number[]): SocketAddress {
  return { tag: 'ipv4', val: { port, address } };
}

const ANY = ipv4(7, 0, 0, 0, 0);
const REMOTE = ipv4(53, 10, 0, 0, 1);
const OTHER = ipv4(9, 10, 128, 0, 2);
const DATA = encode('where?');

function bound(answers: Readonly<Record<string, Answer>> = {}) {
  const guest = new Harness({
    answers: {
      'datagram.open': () => ({ socket: 4, address: '10.128.0.1' }),
      'datagram.send': () => ({}),
      'datagram.receive': () => ({ datagrams: [], body: new Uint8Array(0) }),
      'datagram.connect': () => ({}),
      'datagram.close': () => ({}),
      'wait.poll': () => ({ passed: [0], readable: [] }),
      ...answers,
    },
  });
  const link = guest.interface('wasi:sockets/instance-network').instanceNetwork?.();
  const socket: UdpSocket = guest
    .interface('wasi:sockets/udp-create-socket')
    .createUdpSocket?.('ipv4');
  const unbound = errorOf(() => socket.stream(undefined));
  socket.startBind(link, ANY);
  socket.finishBind();
  return { guest, link, socket, unbound };
}

describe('a UDP socket', () => {
  test('receives from the moment that it is bound', () => {
    const { guest, socket, unbound } = bound();
    assert.equal(unbound, 'invalid-state');
    const opened = { name: 'datagram.open', args: { host: '0.0.0.0', port: 7 } };
    assert.deepEqual(guest.port.asked, [opened]);
    socket.stream(undefined);
    socket.stream(undefined);
    assert.deepEqual(guest.port.asked, [opened]);
    assert.deepEqual(socket.localAddress(), ANY);
    assert.equal(
      errorOf(() => socket.remoteAddress()),
      'invalid-state',
    );
  });

  test('is connected to one remote address, which tells the local one', () => {
    const { guest, socket } = bound();
    socket.stream(REMOTE);
    const connected = (args: object) => ({ name: 'datagram.connect', args });
    const remote = { host: '10.0.0.1', port: 53 };
    assert.deepEqual(guest.port.asked.slice(1), [connected({ socket: 4, remote })]);
    assert.deepEqual(socket.remoteAddress(), REMOTE);
    assert.deepEqual(socket.localAddress(), ipv4(7, 10, 128, 0, 1));
    socket.stream(ipv4(9, 127, 0, 0, 1));
    assert.deepEqual(socket.localAddress(), ipv4(7, 127, 0, 0, 1));
    socket.stream(undefined);
    assert.deepEqual(guest.port.asked.slice(3), [connected({ socket: 4 })]);
    assert.equal(
      errorOf(() => socket.remoteAddress()),
      'invalid-state',
    );
    assert.deepEqual(socket.localAddress(), ANY);
  });

  test('is connected to no address that nobody can have', () => {
    const { guest, socket } = bound();
    for (const address of [ipv4(0, 10, 0, 0, 1), ipv4(1, 0, 0, 0, 0), ipv4(1, 224, 0, 0, 1)]) {
      assert.equal(
        errorOf(() => socket.stream(address)),
        'invalid-argument',
      );
    }
    assert.deepEqual(guest.port.names, ['datagram.open']);
  });

  test('is closed once, and not at all where it was not bound', () => {
    const { guest, socket } = bound();
    socket[Symbol.dispose]();
    guest.interface('wasi:sockets/udp-create-socket').createUdpSocket?.('ipv4')[Symbol.dispose]();
    assert.deepEqual(guest.port.names, ['datagram.open', 'datagram.close']);
  });

  test('has a hop limit that is kept', () => {
    const { socket } = bound();
    socket.setUnicastHopLimit(3);
    assert.equal(socket.unicastHopLimit(), 3);
    assert.equal(
      errorOf(() => socket.setUnicastHopLimit(0)),
      'invalid-argument',
    );
  });
});

describe('sending datagrams', () => {
  test('is an effect for each', () => {
    const { guest, socket } = bound();
    const [, outgoing] = socket.stream(undefined);
    assert.equal(outgoing.subscribe().ready(), true);
    assert.equal(outgoing.checkSend(), 16n);
    const list = [
      { data: DATA, remoteAddress: REMOTE },
      { data: encode(''), remoteAddress: OTHER },
    ];
    assert.equal(outgoing.send(list), 2n);
    assert.deepEqual(guest.port.asked.slice(1), [
      { name: 'datagram.send', args: { socket: 4, host: '10.0.0.1', port: 53, body: DATA } },
      {
        name: 'datagram.send',
        args: { socket: 4, host: '10.128.0.2', port: 9, body: encode('') },
      },
    ]);
  });

  test('goes to the address that the streams are for, and to no other', () => {
    const { guest, socket } = bound();
    const [, outgoing] = socket.stream(REMOTE);
    for (const remoteAddress of [undefined, REMOTE]) {
      outgoing.checkSend();
      assert.equal(outgoing.send([{ data: DATA, remoteAddress }]), 1n);
    }
    outgoing.checkSend();
    assert.equal(
      errorOf(() => outgoing.send([{ data: DATA, remoteAddress: OTHER }])),
      'invalid-argument',
    );
    assert.equal(guest.port.names.filter((name) => name === 'datagram.send').length, 2);
  });

  const refused: readonly (readonly [string, SocketAddress | undefined, number, string])[] = [
    ['to no address', undefined, 1, 'invalid-argument'],
    ['to port 0', ipv4(0, 10, 0, 0, 1), 1, 'invalid-argument'],
    ['to another family', { ...REMOTE, tag: 'ipv6' }, 1, 'invalid-argument'],
    ['of more than a packet holds', REMOTE, 65_508, 'datagram-too-large'],
  ];
  for (const [what, remoteAddress, length, code] of refused) {
    test(`${what} is ${code}, unless others were sent before it`, () => {
      const { guest, socket } = bound();
      const [, outgoing] = socket.stream(undefined);
      const bad = { data: new Uint8Array(length), remoteAddress };
      outgoing.checkSend();
      assert.equal(
        errorOf(() => outgoing.send([bad])),
        code,
      );
      outgoing.checkSend();
      assert.equal(outgoing.send([{ data: DATA, remoteAddress: REMOTE }, bad]), 1n);
      assert.deepEqual(guest.port.names, ['datagram.open', 'datagram.send']);
    });
  }

  test('as large as a packet may be is sent', () => {
    const { socket } = bound();
    const [, outgoing] = socket.stream(REMOTE);
    outgoing.checkSend();
    assert.equal(outgoing.send([{ data: new Uint8Array(65_507), remoteAddress: REMOTE }]), 1n);
  });

  test('more than was permitted is a trap', () => {
    const { socket } = bound();
    const [, outgoing] = socket.stream(REMOTE);
    const list = Array.from({ length: 17 }, () => ({ data: DATA, remoteAddress: undefined }));
    assert.throws(() => outgoing.send(list.slice(0, 1)), WebAssembly.RuntimeError);
    outgoing.checkSend();
    assert.throws(() => outgoing.send(list), WebAssembly.RuntimeError);
    outgoing.checkSend();
    assert.equal(outgoing.send([]), 0n);
    assert.throws(() => outgoing.send(list.slice(0, 1)), WebAssembly.RuntimeError);
  });
});

describe('receiving datagrams', () => {
  const two = {
    datagrams: [
      { host: '10.0.0.1', port: 53, length: 4 },
      { host: '0:0:0:0:0:0:0:1', port: 9, length: 2 },
    ],
    body: encode('herego'),
  };

  test('gives each with where it comes from', () => {
    const { guest, socket } = bound({ 'datagram.receive': () => two });
    const [incoming] = socket.stream(undefined);
    const [first, second] = incoming.receive(1000n);
    assert.deepEqual([decode(first?.data ?? DATA), first?.remoteAddress], ['here', REMOTE]);
    const six = { port: 9, flowInfo: 0, address: [0, 0, 0, 0, 0, 0, 0, 1], scopeId: 0 };
    assert.deepEqual(second?.remoteAddress, { tag: 'ipv6', val: six });
    assert.equal(decode(second?.data ?? DATA), 'go');
    assert.deepEqual(guest.port.asked.at(-1)?.args, { socket: 4, count: 16 });
  });

  test('asks for no more than the program does, and nobody where it asks for none', () => {
    const { guest, socket } = bound();
    const [incoming] = socket.stream(undefined);
    assert.deepEqual(incoming.receive(0n), []);
    assert.deepEqual(guest.port.names, ['datagram.open']);
    assert.deepEqual(incoming.receive(3n), []);
    assert.deepEqual(guest.port.asked.at(-1)?.args, { socket: 4, count: 3 });
  });

  test('tells that nobody is there', () => {
    const refusal = { failure: 'refused', detail: 'nobody is there' };
    const { socket } = bound({ 'datagram.receive': () => refusal });
    const [incoming] = socket.stream(REMOTE);
    assert.equal(
      errorOf(() => incoming.receive(1n)),
      'connection-refused',
    );
  });

  test('is waited for at an inbox of its own', () => {
    const { guest, socket } = bound();
    const [incoming] = socket.stream(undefined);
    assert.equal(incoming.subscribe().ready(), false);
    assert.deepEqual(guest.port.asked.at(-1)?.args, {
      deadlines: [{ clock: 'monotonic', nanos: '0', absolute: false }],
      inboxes: ['datagrams:4'],
    });
  });
});
