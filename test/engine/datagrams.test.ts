import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatagramSendArgs } from '../../simulator/effects/datagram.ts';
import { DATAGRAM_BUFFER_BYTES } from '../../simulator/engine/datagram-socket.ts';
import { ServiceError, type ServiceProgram } from '../../simulator/world/service.ts';
import type { ServiceDatagram } from '../../simulator/world/service-datagram.ts';
import { addressOf, linesOf, runSideBySide } from '../helpers/side-by-side.ts';
import type { ScriptOptions, Simulated } from '../helpers/simulate.ts';
import { ipv4, LOOPBACK, type SocketScript, type UdpEnd } from '../helpers/socket-script.ts';
import { entriesOf } from '../property/laws.ts';

const COUNTER = ipv4([10, 0, 0, 1], 80);
const LINK = { latencyNanos: 5_000_000n, jitterNanos: 0n };

/** A service that says what it got, twice: at once and 1 s later. */
function echoing(seen: ServiceDatagram[] = []): ServiceProgram {
  return {
    handle: () => {
      throw new ServiceError('counter', 'it answers no requests', undefined);
    },
    takeDatagram: (datagram, { key }) => {
      seen.push(datagram);
      const text = Buffer.from(datagram.body).toString();
      const later = (bytes: string, delayNanos: bigint) => ({
        bytes: Buffer.from(bytes),
        delayNanos,
      });
      const datagrams = [later(`${text}!`, 0n), later(`${text}?`, 1_000_000_000n)];
      return { datagrams, note: `took ${key}` };
    },
  };
}

function served(program: ServiceProgram): Partial<ScriptOptions> {
  return { setup: { servicePrograms: new Map([['counter', program]]) } };
}

/** All that comes within so many milliseconds after one another. */
function all(script: SocketScript, end: UdpEnd, ms = 2000): string {
  const got: string[] = [];
  for (;;) {
    const more = end.await(script, ms);
    if (more.length === 0) return got.join(', ');
    got.push(...more);
  }
}

function secondsSince({ simulation }: Simulated): number {
  return Number(simulation.agenda.now / 1_000_000_000n);
}

describe('datagrams between executions', () => {
  it('come to who has the port, from where they were sent', () => {
    const simulated = runSideBySide([
      (script) => {
        const end = script.udp(7);
        script.print(all(script, end));
      },
      (script) => {
        const end = script.udp(9);
        for (const text of ['a', '', 'bb']) end.send(text, ipv4(addressOf(1), 7));
        script.udp(10).send('c', ipv4(addressOf(1), 7));
        end.send('nobody is at this port', ipv4(addressOf(1), 8));
      },
    ]);
    const [line] = linesOf(simulated, 'script-1');
    const from = '10.128.0.2:9';
    assert.equal(line, `a from ${from},  from ${from}, bb from ${from}, c from 10.128.0.2:10`);
  });

  it('take the time of the link', () => {
    const second = { latencyNanos: 1_000_000_000n, jitterNanos: 0n };
    const simulated = runSideBySide(
      [
        (script) => script.print(script.udp(7).await(script, 10_000).join()),
        (script) => script.udp(9).send('x', ipv4(addressOf(1), 7)),
      ],
      { world: { links: [{ from: 'node-b', to: 'node-a', ...second }], defaultLink: LINK } },
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['x from 10.128.0.2:9']);
    assert.equal(secondsSince(simulated), 1);
  });

  it('can overtake one another, where the link lets them', () => {
    const simulated = runSideBySide(
      [
        (script) => script.print(all(script, script.udp(7))),
        (script) => {
          const end = script.udp(9);
          for (let number = 0; number < 9; number++) end.send(`${number}`, ipv4(addressOf(1), 7));
        },
      ],
      { world: { defaultLink: { latencyNanos: 0n, jitterNanos: 100_000_000n }, links: [] } },
    );
    const order =
      linesOf(simulated, 'script-1')
        .join()
        .match(/\d(?= from)/g) ?? [];
    assert.equal(order.length, 9);
    assert.notDeepEqual(order, [...order].sort());
  });

  it('stay on the machine when they are sent to it', () => {
    const simulated = runSideBySide([
      (script) => {
        const [end, other] = [script.udp(7), script.udp(8, LOOPBACK)];
        other.send('in', ipv4(LOOPBACK, 7));
        end.send('to', ipv4(LOOPBACK, 8));
        end.send('outside', ipv4(addressOf(1), 8));
        script.print(all(script, end));
        script.print(all(script, other));
      },
      (script) => script.udp(9).send('from outside', ipv4(addressOf(1), 8)),
    ]);
    const expected = ['in from 127.0.0.1:8', 'to from 127.0.0.1:7'];
    assert.deepEqual(linesOf(simulated, 'script-1'), expected);
  });

  it('are for one sender only, when the socket is connected', () => {
    const simulated = runSideBySide([
      (script) => {
        const end = script.udp(7);
        end.connect(ipv4(addressOf(2), 9));
        script.print(all(script, end));
        script.print(end.socket.localAddress().val.address.join('.'));
        end.connect(undefined);
        script.print(all(script, end, 100_000));
      },
      (script) => {
        const [end, other] = [script.udp(9), script.udp(10)];
        for (const each of [end, other]) each.send('early', ipv4(addressOf(1), 7));
        script.timer(10_000).block();
        for (const each of [end, other]) each.send('late', ipv4(addressOf(1), 7));
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-1'), [
      'early from 10.128.0.2:9',
      '10.128.0.1',
      'late from 10.128.0.2:9, late from 10.128.0.2:10',
    ]);
  });

  it('wait from the moment that the socket is bound, until it is connected to somebody else', () => {
    const simulated = runSideBySide([
      (script) => {
        const end = script.udp(7);
        script.timer(1_000).block();
        script.print(end.receive().join());
        script.timer(5_000).block();
        end.connect(ipv4(addressOf(2), 10));
        script.print(end.receive().join());
      },
      (script) => {
        const [end, other] = [script.udp(9), script.udp(10)];
        end.send('first', ipv4(addressOf(1), 7));
        script.timer(3_000).block();
        for (const each of [end, other]) each.send('second', ipv4(addressOf(1), 7));
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-1'), [
      'first from 10.128.0.2:9',
      'second from 10.128.0.2:10',
    ]);
  });

  it('come only from whom the socket is connected to, also after a crash', () => {
    const at = { execution: 'script-1', effect: 'datagram.receive' };
    const simulated = runSideBySide(
      [
        (script) => {
          const end = script.udp(7);
          end.connect(ipv4(addressOf(2), 10));
          script.print(end.receive().join());
          script.print(all(script, end, 200_000));
        },
        (script) => {
          const [end, other] = [script.udp(9), script.udp(10)];
          script.timer(100_000).block();
          for (const each of [end, other]) each.send('late', ipv4(addressOf(1), 7));
        },
      ],
      { plan: { faults: [{ kind: 'crash', at, point: 'before' }] } },
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['', 'late from 10.128.0.2:10']);
  });

  it('are dropped where nobody is, of which only a connected socket hears', () => {
    const simulated = runSideBySide([
      (script) => {
        const end = script.udp(7);
        for (const address of [addressOf(2), addressOf(9), [10, 0, 0, 1] as const]) {
          end.connect(undefined);
          end.send('x', ipv4(address, 6));
          script.print(all(script, end));
          end.connect(ipv4(address, 6));
          end.send('x');
          script.print(all(script, end));
        }
      },
      (script) => {
        const end = script.udp(9);
        script.timer(60_000).block();
        end.close();
      },
    ]);
    const refused = 'connection-refused';
    assert.deepEqual(linesOf(simulated, 'script-1'), ['', refused, '', '', '', refused]);
    const sent = entriesOf(simulated, 'script-1').filter(({ operation }) =>
      operation.name.startsWith('datagram.send'),
    );
    const nobody = sent.filter(({ result }) => 'nobody' in (result ?? {}));
    const hosts = nobody.map(({ args }) => (args as DatagramSendArgs).host);
    assert.deepEqual(hosts, ['10.128.0.9', '10.128.0.9']);
  });

  it('are dropped where too many wait to be received', () => {
    const size = 60_000;
    const fitting = Math.floor(DATAGRAM_BUFFER_BYTES / (size + 28));
    const simulated = runSideBySide([
      (script) => {
        const end = script.udp(7);
        script.timer(5_000).block();
        script.print(String(end.receive().length));
        script.timer(5_000).block();
        script.print(String(end.receive().length));
      },
      (script) => {
        const end = script.udp(9);
        const send = (): void => end.send('x'.repeat(size), ipv4(addressOf(1), 7));
        for (let count = 0; count <= fitting; count++) send();
        script.timer(5_000).block();
        send();
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-1'), [String(fitting), '1']);
  });

  it('are lost with the node that kept them, and nothing else is', () => {
    const plan = {
      faults: [{ kind: 'crash', at: { execution: 'script-1', seq: 4 }, point: 'before' }],
    };
    const simulated = runSideBySide(
      [
        (script) => {
          const end = script.udp(7);
          script.timer(1_000).block();
          script.print('slept');
          script.print(all(script, end, 60_000));
        },
        (script) => {
          const end = script.udp(9);
          end.send('early', ipv4(addressOf(1), 7));
          script.timer(5_000).block();
          end.send('while it is away', ipv4(addressOf(1), 7));
          script.timer(30_000).block();
          end.send('late', ipv4(addressOf(1), 7));
        },
      ],
      { plan },
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['slept', 'late from 10.128.0.2:9']);
  });

  it('keep the execution on its node while it waits, however long', () => {
    const simulated = runSideBySide([
      (script) => {
        const end = script.udp(7);
        script.print(end.await(script, 1e9).join());
      },
      (script) => {
        script.timer(1e8).block();
        script.udp(9).send('x', ipv4(addressOf(1), 7));
      },
    ]);
    const attempts = [...simulated.sink.attempts.values()];
    const outcomes = attempts.map(({ execution, outcome }) => `${execution} ${outcome}`);
    assert.deepEqual(outcomes.sort(), [
      'script-1 completed',
      'script-2 completed',
      'script-2 suspended',
    ]);
  });
});

describe('a datagram that is sent again after a crash', () => {
  for (const point of ['intent', 'performed'] as const) {
    it(`arrives once, when the crash was at its point "${point}"`, () => {
      const plan = {
        faults: [{ kind: 'crash', at: { execution: 'script-2', effect: 'datagram.send' }, point }],
      };
      const simulated = runSideBySide(
        [
          (script) => script.print(all(script, script.udp(7), 60_000)),
          (script) => {
            script.udp(9).send('x', ipv4(addressOf(1), 7));
            script.udp(10).send('to a service', COUNTER);
          },
        ],
        { ...served(echoing()), plan },
      );
      assert.deepEqual(linesOf(simulated, 'script-1'), ['x from 10.128.0.2:9']);
      const sent = simulated.sink.traces.filter(
        ({ kind, service }) => kind === 'request.sent' && service === 'script-1',
      );
      assert.equal(sent.length, point === 'intent' ? 1 : 2);
    });
  }

  it('comes to a service once, under its key', () => {
    const at = { execution: 'script-1', effect: 'datagram.send' };
    const simulated = runSideBySide(
      [
        (script) => {
          const end = script.udp(9);
          end.send('x', COUNTER);
          script.print(all(script, end, 60_000));
        },
      ],
      { ...served(echoing()), plan: { faults: [{ kind: 'crash', at, point: 'performed' }] } },
    );
    assert.equal(simulated.sink.ledgerRows.length, 1);
    const [row] = simulated.sink.ledgerRows;
    const [entry] = entriesOf(simulated, 'script-1').filter(({ key }) => key !== undefined);
    assert.equal(row?.key, `script-1/${entry?.seq}`);
    // What the service sent back came while nobody was there to take it.
    assert.deepEqual(linesOf(simulated, 'script-1'), ['']);
  });

  it('comes again to a service where the journal keeps nothing', () => {
    const at = { execution: 'script-1', effect: 'datagram.send' };
    const simulated = runSideBySide([(script) => script.udp(9).send('x', COUNTER)], {
      ...served(echoing()),
      plan: { faults: [{ kind: 'crash', at, point: 'performed' }] },
      workflow: { persistence: 'workflow' },
    });
    const rows = simulated.sink.ledgerRows.map(({ key, duplicateBy }) => [key, duplicateBy]);
    assert.deepEqual(rows, [
      [undefined, undefined],
      [undefined, 'content'],
    ]);
  });
});

describe('datagrams to services', () => {
  it('are answered, and have a row each in the ledger', () => {
    const seen: ServiceDatagram[] = [];
    const simulated = runSideBySide(
      [
        (script) => {
          const end = script.udp(9);
          end.send('x', COUNTER);
          script.print(all(script, end));
        },
      ],
      served(echoing(seen)),
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['x! from 10.0.0.1:80, x? from 10.0.0.1:80']);
    const [{ from, host, port } = {}] = seen as [ServiceDatagram?];
    assert.deepEqual([from, host, port], [{ host: '10.128.0.1', port: 9 }, 'counter', 80]);
    const [row] = simulated.sink.ledgerRows;
    assert.deepEqual(
      [
        row?.method,
        row?.url,
        row?.status,
        row?.note,
        Buffer.from(row?.responseBody ?? []).toString(),
      ],
      ['DATAGRAM', 'udp://counter:80', 200, 'took script-1/2', 'x!x?'],
    );
  });

  it('are refused at ports that are not its own, and by services that take none', () => {
    const ask = (script: SocketScript): void => {
      for (const port of [80, 81]) {
        const end = script.udp(port);
        end.connect(ipv4([10, 0, 0, 1], port));
        end.send('x');
        script.print(all(script, end).replaceAll(/ from \S+/g, ''));
      }
    };
    const taking = runSideBySide([ask], served(echoing()));
    assert.deepEqual(linesOf(taking, 'script-1'), ['x! x?', 'connection-refused']);
    const other = runSideBySide([ask]);
    assert.deepEqual(linesOf(other, 'script-1'), ['connection-refused', 'connection-refused']);
  });

  it('are lost where a fault says so, there or back', () => {
    for (const [kind, rows] of [
      ['lose-request', 0],
      ['lose-response', 1],
    ] as const) {
      const simulated = runSideBySide(
        [
          (script) => {
            const end = script.udp(9);
            end.send('x', COUNTER);
            script.print(all(script, end));
          },
        ],
        {
          ...served(echoing()),
          plan: { faults: [{ kind, at: { effect: 'datagram.send' }, times: 1 }] },
        },
      );
      assert.equal(simulated.sink.ledgerRows.length, rows);
      const left = kind === 'lose-request' ? '' : 'x? from 10.0.0.1:80';
      assert.deepEqual(linesOf(simulated, 'script-1'), [left]);
    }
  });

  it('have no answer where the service fails, which is a problem of the workspace', () => {
    const failing: ServiceProgram = {
      ...echoing(),
      takeDatagram: () => {
        throw new ServiceError('counter', 'no luck', undefined);
      },
    };
    const simulated = runSideBySide(
      [
        (script) => {
          const end = script.udp(9);
          end.send('x', COUNTER);
          script.print(all(script, end));
        },
      ],
      served(failing),
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['']);
    assert.equal(simulated.simulation.engine.problems.length, 1);
    assert.equal(simulated.sink.ledgerRows[0]?.status, undefined);
  });
});
