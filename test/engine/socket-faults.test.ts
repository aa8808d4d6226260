import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ComponentError } from '../../simulator/guest/preview2/component-error.ts';
import { ServiceError, type ServiceProgram } from '../../simulator/world/service.ts';
import { addressOf, linesOf, runSideBySide } from '../helpers/side-by-side.ts';
import type { ScriptOptions, Simulated } from '../helpers/simulate.ts';
import { ipv4, type SocketScript } from '../helpers/socket-script.ts';
import { Lost } from '../helpers/tcp-script.ts';

const COUNTER = ipv4([10, 0, 0, 1], 80);
const SEND = { effect: 'datagram.send' };

/** Says what it got. */
const echo: ServiceProgram = {
  handle: () => {
    throw new ServiceError('counter', 'it answers no requests', undefined);
  },
  takeDatagram: ({ body }) => ({
    datagrams: [{ bytes: Buffer.from(`${Buffer.from(body)}!`), delayNanos: 0n }],
    note: undefined,
  }),
};

/** What comes back of two datagrams to the service, and how many it got. */
function exchanged(fault: object): readonly [lines: string, rows: number] {
  const options: Partial<ScriptOptions> = {
    setup: { servicePrograms: new Map([['counter', echo]]) },
    plan: { faults: [{ at: SEND, ...fault }] },
  };
  const simulated = runSideBySide(
    [
      (script) => {
        const end = script.udp(9);
        for (const text of ['a', 'b']) end.send(text, COUNTER);
        const got: string[] = [];
        for (let more = end.await(script, 3000); more.length > 0; more = end.await(script, 3000)) {
          got.push(...more.map((line) => line.replace(/ from .*/s, '')));
        }
        script.print(got.join(' '));
      },
    ],
    options,
  );
  return [linesOf(simulated, 'script-1')[0] ?? '', simulated.sink.ledgerRows.length];
}

describe('a fault at a datagram', () => {
  it('makes it late, so that another overtakes it', () => {
    assert.deepEqual(exchanged({ kind: 'delay-request', by: '1s' }), ['b! a!', 2]);
    assert.deepEqual(exchanged({ kind: 'delay-response', by: '1s' }), ['b! a!', 2]);
  });

  it('makes two of it, of which the receiver gets both', () => {
    assert.deepEqual(exchanged({ kind: 'duplicate-request' }), ['a! b! a!', 3]);
    assert.deepEqual(exchanged({ kind: 'duplicate-response' }), ['a! b! a!', 2]);
  });

  it('changes its bytes', () => {
    const [there] = exchanged({ kind: 'corrupt-request' });
    assert.match(there, /^[^a]! b!$/s);
    const [back] = exchanged({ kind: 'corrupt-response', bytes: 2 });
    assert.match(back, /^[^a][^!] b!$/s);
  });

  it('loses it where the link is cut, and says nothing of that', () => {
    const cut = { kind: 'partition', from: ['counter'], for: '1h' };
    assert.deepEqual(exchanged({ ...cut, way: 'in' }), ['', 0]);
    assert.deepEqual(exchanged({ ...cut, way: 'out' }), ['', 2]);
  });

  it('holds it where the link is clogged, and lets all through at once', () => {
    const clog = { kind: 'clog', from: ['counter'], for: '2s' };
    assert.deepEqual(exchanged(clog), ['a! b!', 2]);
  });
});

/** Sends two words to the first execution, over one connection; the last one of `count` does. */
function told(fault: object, pauseMs = 100, count = 2): Simulated {
  const receive = (script: SocketScript): void => {
    const client = script.accept(script.listen(7));
    script.print(readAll(client.receive.bind(client)));
  };
  const send = (script: SocketScript): void => {
    script.timer(50).block();
    const client = connected(script);
    for (const text of ['one ', 'two ']) {
      script.print(attempt(() => client.send(text)));
      script.timer(pauseMs).block();
    }
    client.close();
  };
  const others = Array.from({ length: count - 2 }, () => () => {});
  const plan = { faults: [{ at: { effect: 'connection.send' }, ...fault }] };
  return runSideBySide([receive, ...others, send], { plan });
}

function connected(script: SocketScript): ReturnType<SocketScript['connect']> {
  return script.connect(7, ...addressOf(1));
}

function readAll(receive: () => string | undefined): string {
  let got = '';
  try {
    for (let more = receive(); more !== undefined; more = receive()) got += more;
    return `${got}end`;
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    return `${got}lost`;
  }
}

function attempt(step: () => void): string {
  try {
    step();
    return 'sent';
  } catch (error) {
    if (error instanceof Lost || error instanceof ComponentError) return 'lost';
    throw error;
  }
}

describe('a fault at a connection between executions', () => {
  it('makes bytes late, and those behind them', () => {
    const simulated = told({ kind: 'delay-request', by: '5s' });
    assert.deepEqual(linesOf(simulated, 'script-1'), ['one two end']);
    assert.ok(simulated.simulation.agenda.now > 5_000_000_000n);
  });

  it('changes bytes', () => {
    const [line = ''] = linesOf(told({ kind: 'corrupt-request', bytes: 4 }), 'script-1');
    assert.match(line, /^.{4}two end$/s);
    assert.doesNotMatch(line, /one/);
  });

  it('resets it at both ends', () => {
    const simulated = told({ kind: 'reset' });
    assert.deepEqual(linesOf(simulated, 'script-1'), ['lost']);
    assert.equal(linesOf(simulated, 'script-2').at(-1), 'lost');
  });

  it('cuts it: bytes arrive in order once the link is whole', () => {
    const cut = { kind: 'partition', isolate: ['node-a'], at: { time: '60ms' }, for: '5s' };
    const simulated = told(cut, 2000);
    assert.deepEqual(linesOf(simulated, 'script-1'), ['one two end']);
  });

  it('is cut in a ring or beside a bridge, but between neighbours', () => {
    for (const shape of ['ring', 'bridge']) {
      const fault = { kind: 'partition', shape, for: '1h' };
      // From node-b to node-a, which hear each other here, and from node-c to it.
      assert.deepEqual(linesOf(told(fault), 'script-1'), ['one two end'], shape);
      assert.deepEqual(linesOf(told(fault, 100, 3), 'script-1'), ['lost'], shape);
    }
  });

  it('resets it at both ends when it stays cut', () => {
    const cut = { kind: 'partition', from: ['node-b'], to: ['node-a'], way: 'out', for: '1h' };
    const simulated = told(cut, 40_000);
    assert.deepEqual(linesOf(simulated, 'script-1'), ['lost']);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['sent', 'lost']);
  });

  it('refuses it', () => {
    const simulated = runSideBySide(
      [
        (script) => {
          script.listen(7);
          script.timer(1000).block();
        },
        (script) => {
          script.timer(50).block();
          script.print(attempt(() => connected(script).close()));
        },
      ],
      { plan: { faults: [{ kind: 'refuse', at: { effect: 'connection.open' } }] } },
    );
    assert.deepEqual(linesOf(simulated, 'script-2'), ['lost']);
  });
});

describe('a fault at a name', () => {
  it('leaves a machine its own name', () => {
    const own = 'self.executions.backstitch';
    const simulated = runSideBySide(
      [(script) => script.print(attempt(() => assert.equal(script.resolve(own).length, 1)))],
      { plan: { faults: [{ kind: 'dns-failure', at: { effect: 'dns.*', match: 2 } }] } },
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['sent']);
  });

  it('lets it have no address, once', () => {
    const simulated = runSideBySide(
      [
        (script) => {
          for (let time = 0; time < 2; time++) {
            script.print(attempt(() => assert.equal(script.resolve('counter').length, 1)));
          }
        },
      ],
      // The first look-up is the helper's own.
      { plan: { faults: [{ kind: 'dns-failure', at: { effect: 'dns.*', match: 2 } }] } },
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['lost', 'sent']);
  });
});
