import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SocketAddress } from '../../../../simulator/guest/preview2/sockets/network.ts';
import type { TcpSocket } from '../../../../simulator/guest/preview2/sockets/tcp-socket.ts';
import type { UdpSocket } from '../../../../simulator/guest/preview2/sockets/udp-socket.ts';
import type { Answer } from '../../preview1/fake-port.ts';
import { errorOf, Harness } from '../component-harness.ts';

function ipv4(port: number, ...address: number[]): SocketAddress {
  return { tag: 'ipv4', val: { port, address } };
}

function ipv6(port: number, ...address: number[]): SocketAddress {
  return { tag: 'ipv6', val: { port, flowInfo: 0, address, scopeId: 0 } };
}

const LOOPBACK = ipv4(80, 127, 0, 0, 1);
const REMOTE = ipv4(80, 10, 0, 0, 1);
const MAPPED = ipv6(80, 0, 0, 0, 0, 0, 0xffff, 0x0a00, 1);

function network(more: Readonly<Record<string, Answer>> = {}) {
  const guest = new Harness({
    answers: {
      'dns.lookup': ({ name }: { name: string }) => ({
        addresses: name === 'shop.example' ? ['10.0.0.1', 'fd00::2'] : [],
      }),
      'connection.open': () => ({ failure: 'refused', detail: 'nobody is there' }),
      'datagram.open': () => ({ socket: 0, address: '10.128.0.1' }),
      ...more,
    },
  });
  const link = guest.interface('wasi:sockets/instance-network').instanceNetwork?.();
  const tcp = (family = 'ipv4'): TcpSocket =>
    guest.interface('wasi:sockets/tcp-create-socket').createTcpSocket?.(family);
  const udp = (family = 'ipv4'): UdpSocket =>
    guest.interface('wasi:sockets/udp-create-socket').createUdpSocket?.(family);
  const bind = (socket: TcpSocket | UdpSocket, address: SocketAddress) => {
    socket.startBind(link, address);
    socket.finishBind();
  };
  return { guest, link, tcp, udp, bind };
}

describe('binding a socket', () => {
  test('happens in two steps, each in its turn', () => {
    const { link, tcp } = network();
    const socket = tcp();
    assert.equal(
      errorOf(() => socket.finishBind()),
      'not-in-progress',
    );
    socket.startBind(link, LOOPBACK);
    assert.equal(
      errorOf(() => socket.localAddress()),
      'invalid-state',
    );
    assert.equal(
      errorOf(() => socket.startBind(link, LOOPBACK)),
      'concurrency-conflict',
    );
    assert.equal(
      errorOf(() => socket.startConnect(link, REMOTE)),
      'concurrency-conflict',
    );
    socket.finishBind();
    assert.deepEqual(socket.localAddress(), LOOPBACK);
    assert.equal(
      errorOf(() => socket.startBind(link, LOOPBACK)),
      'invalid-state',
    );
    assert.equal(socket.subscribe().ready(), true);
  });

  test('finds a free port when none is asked for', () => {
    const { udp, bind } = network();
    const [one, other] = [udp(), udp()];
    for (const socket of [one, other]) bind(socket, ipv4(0, 0, 0, 0, 0));
    assert.equal(one.localAddress().val.port, 49_152);
    assert.equal(other.localAddress().val.port, 49_153);
  });

  test('is refused while another socket of the protocol has the address', () => {
    const { link, tcp, udp, bind } = network();
    const first = tcp();
    bind(first, LOOPBACK);
    for (const taken of [LOOPBACK, ipv4(80, 0, 0, 0, 0)]) {
      assert.equal(
        errorOf(() => tcp().startBind(link, taken)),
        'address-in-use',
      );
    }
    bind(tcp(), ipv4(80, 127, 0, 0, 2));
    bind(udp(), LOOPBACK);
    first[Symbol.dispose]();
    bind(tcp(), LOOPBACK);
  });

  const refused: readonly (readonly [string, SocketAddress, string, string])[] = [
    ['another family', ipv6(1, 0, 0, 0, 0, 0, 0, 0, 1), 'ipv4', 'invalid-argument'],
    ['multicast', ipv4(1, 224, 0, 0, 1), 'ipv4', 'invalid-argument'],
    ['broadcast', ipv4(1, 255, 255, 255, 255), 'ipv4', 'invalid-argument'],
    ['a mapped address', MAPPED, 'ipv6', 'invalid-argument'],
    ['multicast of IPv6', ipv6(1, 0xff02, 0, 0, 0, 0, 0, 0, 1), 'ipv6', 'invalid-argument'],
    ['an address of another machine', REMOTE, 'ipv4', 'address-not-bindable'],
  ];
  for (const [what, address, family, code] of refused) {
    test(`to ${what} is ${code}`, () => {
      const { link, tcp, udp } = network();
      for (const socket of [tcp(family), udp(family)]) {
        assert.equal(
          errorOf(() => socket.startBind(link, address)),
          code,
        );
      }
    });
  }
});

describe('a TCP socket', () => {
  test('is refused where it connects to, and closed from then on', () => {
    const { link, tcp, bind } = network();
    const socket = tcp();
    bind(socket, LOOPBACK);
    assert.equal(
      errorOf(() => socket.finishConnect()),
      'not-in-progress',
    );
    socket.startConnect(link, REMOTE);
    assert.equal(
      errorOf(() => socket.startConnect(link, REMOTE)),
      'concurrency-conflict',
    );
    assert.equal(
      errorOf(() => socket.finishConnect()),
      'connection-refused',
    );
    for (const step of [
      () => socket.startConnect(link, REMOTE),
      () => socket.startBind(link, LOOPBACK),
      () => socket.startListen(),
      () => socket.remoteAddress(),
      () => socket.localAddress(),
      () => socket.shutdown('both'),
      () => socket.setListenBacklogSize(1n),
      () => socket.accept(),
    ]) {
      assert.equal(errorOf(step), 'invalid-state');
    }
    // Its address is free again.
    bind(tcp(), LOOPBACK);
  });

  test('says why it could not connect', () => {
    const codes = {
      unreachable: 'remote-unreachable',
      timeout: 'timeout',
      reset: 'connection-reset',
    };
    for (const [failure, code] of Object.entries(codes)) {
      const { link, tcp } = network({ 'connection.open': () => ({ failure, detail: '' }) });
      const socket = tcp();
      socket.startConnect(link, REMOTE);
      assert.equal(
        errorOf(() => socket.finishConnect()),
        code,
      );
    }
  });

  test('connects to no address that nobody can have', () => {
    const { link, tcp } = network();
    const [four, six] = [tcp('ipv4'), tcp('ipv6')];
    for (const [socket, address] of [
      [four, ipv4(80, 0, 0, 0, 0)],
      [four, ipv4(0, 10, 0, 0, 1)],
      [four, ipv4(80, 224, 0, 0, 1)],
      [four, ipv6(80, 0, 0, 0, 0, 0, 0, 0, 1)],
      [six, MAPPED],
      [six, ipv6(80, 0, 0, 0, 0, 0, 0, 0, 0)],
    ] as const) {
      assert.equal(
        errorOf(() => socket.startConnect(link, address)),
        'invalid-argument',
      );
    }
  });

  test('keeps its options, of which none may be nothing', () => {
    const { tcp } = network();
    const socket = tcp('ipv6');
    assert.equal(socket.addressFamily(), 'ipv6');
    socket.setKeepAliveEnabled(true);
    socket.setKeepAliveIdleTime(5n);
    socket.setKeepAliveInterval(6n);
    socket.setKeepAliveCount(7);
    socket.setHopLimit(8);
    socket.setReceiveBufferSize(9n);
    socket.setSendBufferSize(10n);
    socket.setListenBacklogSize(11n);
    const options = [
      socket.keepAliveEnabled(),
      socket.keepAliveIdleTime(),
      socket.keepAliveInterval(),
      socket.keepAliveCount(),
      socket.hopLimit(),
      socket.receiveBufferSize(),
      socket.sendBufferSize(),
    ];
    assert.deepEqual(options, [true, 5n, 6n, 7, 8, 9n, 10n]);
    for (const step of [
      () => socket.setKeepAliveIdleTime(0n),
      () => socket.setKeepAliveInterval(0n),
      () => socket.setKeepAliveCount(0),
      () => socket.setHopLimit(0),
      () => socket.setReceiveBufferSize(0n),
      () => socket.setSendBufferSize(0n),
      () => socket.setListenBacklogSize(0n),
    ]) {
      assert.equal(errorOf(step), 'invalid-argument');
    }
  });

  test('is refused past the limit', () => {
    const { tcp } = network();
    const sockets = Array.from({ length: 1024 }, () => tcp());
    assert.equal(errorOf(tcp), 'new-socket-limit');
    sockets[5]?.[Symbol.dispose]();
    assert.equal(tcp().isListening(), false);
  });
});

describe('a look-up of a name', () => {
  function lookUp(name: string) {
    const { guest, link } = network();
    const stream = guest.interface('wasi:sockets/ip-name-lookup').resolveAddresses?.(link, name);
    return { guest, stream };
  }

  test('is one effect, and gives the addresses one by one', () => {
    const { guest, stream } = lookUp('Shop.Example.');
    const six = [0xfd00, 0, 0, 0, 0, 0, 0, 2];
    assert.deepEqual(stream.resolveNextAddress(), { tag: 'ipv4', val: [10, 0, 0, 1] });
    assert.deepEqual(stream.resolveNextAddress(), { tag: 'ipv6', val: six });
    assert.equal(stream.resolveNextAddress(), undefined);
    assert.equal(stream.subscribe().ready(), true);
    assert.deepEqual(guest.port.asked, [{ name: 'dns.lookup', args: { name: 'shop.example' } }]);
  });

  test('of a name that nobody has is name-unresolvable', () => {
    const { stream } = lookUp('nobody.example');
    assert.equal(
      errorOf(() => stream.resolveNextAddress()),
      'name-unresolvable',
    );
  });

  test('of an address is that address, and asks nobody', () => {
    const addresses: readonly (readonly [string, object])[] = [
      ['127.0.0.1', { tag: 'ipv4', val: [127, 0, 0, 1] }],
      ['::', { tag: 'ipv6', val: [0, 0, 0, 0, 0, 0, 0, 0] }],
      ['::1', { tag: 'ipv6', val: [0, 0, 0, 0, 0, 0, 0, 1] }],
      ['1:2:3:4:5:6:7:8', { tag: 'ipv6', val: [1, 2, 3, 4, 5, 6, 7, 8] }],
      ['2001:DB8::', { tag: 'ipv6', val: [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0] }],
    ];
    for (const [name, address] of addresses) {
      const { guest, stream } = lookUp(name);
      assert.deepEqual(stream.resolveNextAddress(), address);
      assert.deepEqual(guest.port.names, []);
    }
  });

  const nonsense = ['', '.', 'a..b', '-a', 'a b', '1::2::3', '1:2', ':::', `${'a'.repeat(64)}.b`];
  for (const name of [...nonsense, 'a.'.repeat(200), '1:2:3:4:5:6:7::8:9', '12345::']) {
    test(`of ${JSON.stringify(name.slice(0, 20))} is invalid-argument`, () => {
      assert.equal(
        errorOf(() => lookUp(name)),
        'invalid-argument',
      );
    });
  }
});
