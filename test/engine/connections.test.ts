import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PIPELINED_MAX } from '../../simulator/engine/service-end.ts';
import type { SimulationSetup } from '../../simulator/engine/simulation.ts';
import { ServiceError, type ServiceProgram } from '../../simulator/world/service.ts';
import { errorOf } from '../guest/preview2/component-harness.ts';
import { scriptedComponent } from '../helpers/scripted-component.ts';
import { type ScriptOptions, type Simulated, simulate } from '../helpers/simulate.ts';
import { Lost, requestText, type TcpClient, TcpScript } from '../helpers/tcp-script.ts';
import { entriesOf, expectReplayLaw } from '../property/laws.ts';

/** Runs a program that speaks for itself, to its end. */
function run(script: (tcp: TcpScript) => void, options: Partial<ScriptOptions> = {}): Simulated {
  const program = scriptedComponent((imports) => script(new TcpScript(imports)));
  const simulated = simulate(program, { args: [], ...options });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  expectReplayLaw(simulated);
  return simulated;
}

function linesOf(simulated: Simulated): readonly string[] {
  return simulated.text().split('\n').slice(0, -1);
}

/** What a step of the program comes to, as it would tell. */
function attemptTo(step: () => string): string {
  try {
    return step();
  } catch (error) {
    if (error instanceof Lost) return `lost: ${error.message}`;
    throw error;
  }
}

/** A service with this program instead of the counting one. */
function served(handle: ServiceProgram['handle']): Partial<SimulationSetup> {
  return { servicePrograms: new Map([['counter', { handle }]]) };
}

function secondsSince(simulated: Simulated): number {
  return Number(simulated.simulation.agenda.now / 1_000_000_000n);
}

const LOSE_REQUEST = {
  faults: [{ kind: 'lose-request', at: { effect: 'connection.send', match: 2 } }],
};
const LOSE_RESPONSE = {
  faults: [{ kind: 'lose-response', at: { effect: 'connection.send', match: 2 } }],
};

/** Why the connection was reset, as the journal has it. */
function resetDetails(simulated: Simulated): readonly string[] {
  return entriesOf(simulated, 'script-1').flatMap(({ result }) => {
    const { failure, detail = '' } = result as { failure?: string; detail?: string };
    return failure === 'reset' ? [detail] : [];
  });
}

/** Two requests on one connection, of which the second fails under the plans above. */
function twoRequests(tcp: TcpScript): void {
  const client = tcp.connect();
  for (const path of ['/a', '/b']) {
    tcp.print(
      attemptTo(() => {
        client.send(requestText('POST', path, [], 'x'));
        return client.response();
      }),
    );
  }
  tcp.print(attemptTo(() => (client.receive() === undefined ? 'closed' : 'more')));
  client.close();
}

describe('a connection to a service', () => {
  it('carries one request after the other, in order, each with a row in the ledger', () => {
    const simulated = run((tcp) => {
      const client = tcp.connect();
      client.send(requestText('POST', '/a', ['Idempotency-Key: mine'], 'one'));
      tcp.print(client.response());
      client.send(requestText('GET', '/p3') + requestText('GET', '/b?c=d'));
      tcp.print(client.response());
      tcp.print(client.response());
      client.close();
    });
    assert.deepEqual(linesOf(simulated), [
      '200 POST is number 1',
      '200 GET is number 2',
      '200 GET is number 3',
    ]);
    const rows = simulated.sink.ledgerRows;
    assert.deepEqual(
      rows.map(({ method, url, key, seq }) => [method, url, key, seq]),
      [
        ['POST', 'http://counter/a', 'mine', 1],
        ['GET', 'http://counter/p3', undefined, 4],
        ['GET', 'http://counter/b?c=d', undefined, 4],
      ],
    );
    assert.equal(Buffer.from(rows[0]?.body ?? []).toString(), 'one');
  });

  it('carries trailers both ways', () => {
    const handle: ServiceProgram['handle'] = ({ trailers = [] }) => ({
      ...{ status: 200, headers: [], pieces: [], delayNanos: 0n, note: undefined },
      trailers: [['x-got', trailers.map((field) => field.join('=')).join(';')]],
    });
    const script = (tcp: TcpScript): void => {
      const client = tcp.connect();
      const head = requestText('PUT', '/', ['Transfer-Encoding: chunked', 'Connection: close']);
      client.send(`${head}3\r\none\r\n0\r\nSum: 7\r\n\r\n`);
      let answer = '';
      for (let text = client.receive(); text !== undefined; text = client.receive()) answer += text;
      tcp.print(answer);
    };
    const simulated = run(script, { setup: served(handle) });
    assert.match(simulated.text(), /\r\n\r\n0\r\nx-got: sum=7\r\n\r\n/);
  });

  it('takes the time of its link in both directions', () => {
    const simulated = run(
      (tcp) => {
        const client = tcp.connect();
        client.send(requestText('GET', '/'));
        tcp.print(client.response());
      },
      { world: { defaultLink: { latencyNanos: 10_000_000_000n, jitterNanos: 0n }, links: [] } },
    );
    const at = simulated.sink.ledgerRows[0]?.at ?? 0n;
    // There and back to connect, and there with the request; commits take less than a second.
    assert.equal(at / 1_000_000_000n, 30n);
  });

  it('waits for leave to send a body, and gets it', () => {
    const simulated = run((tcp) => {
      const client = tcp.connect();
      client.send('PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n');
      tcp.print(client.receive()?.trim() ?? 'closed');
      client.send('x');
      tcp.print(client.response());
    });
    assert.deepEqual(linesOf(simulated), ['HTTP/1.1 100 Continue', '200 PUT is number 1']);
  });

  it('says what is malformed, and ends', () => {
    const simulated = run((tcp) => {
      const client = tcp.connect();
      client.send('hello\r\n\r\n');
      tcp.print(client.response());
      tcp.print(client.receive() ?? 'closed');
    });
    const [first = '', , last] = linesOf(simulated);
    assert.match(first, /^400 the request line is not/);
    assert.equal(last, 'closed');
    assert.deepEqual(simulated.sink.ledgerRows, []);
  });

  it('ends when the client says that it sends no more, after the last response', () => {
    const simulated = run((tcp) => {
      const client = tcp.connect();
      client.send(requestText('GET', '/p2'));
      client.socket.shutdown('send');
      tcp.print(client.response());
      tcp.print(client.receive() ?? 'closed');
      tcp.print(String(errorOf(() => client.output.checkWrite()) !== 'no error'));
    });
    assert.deepEqual(linesOf(simulated), ['200 GET is number 1', 'closed', 'true']);
    assert.equal(secondsSince(simulated), 0);
  });

  it('is closed by the service when nothing happens on it', () => {
    const simulated = run((tcp) => {
      const client = tcp.connect();
      tcp.print(client.receive() ?? 'closed');
      const other = tcp.connect();
      other.send('GET / HT');
      tcp.print(other.response());
    });
    assert.match(simulated.text(), /^closed\n408 the rest of the request did not come\n/);
    assert.equal(secondsSince(simulated), 120);
  });

  it('is reset where the service fails, which is a problem of the workspace', () => {
    const simulated = run(
      (tcp) => {
        const client = tcp.connect();
        client.send(requestText('GET', '/'));
        tcp.print(attemptTo(() => client.response()));
      },
      {
        setup: served(() => {
          throw new ServiceError('counter', 'no luck', undefined);
        }),
      },
    );
    assert.equal(simulated.text(), 'lost: last-operation-failed\n');
    assert.equal(simulated.simulation.engine.problems.length, 1);
    assert.equal(simulated.sink.ledgerRows.length, 1);
  });

  it('is reset by more requests at a time than the service takes', () => {
    const simulated = run((tcp) => {
      for (const count of [PIPELINED_MAX, PIPELINED_MAX + 1]) {
        const client = tcp.connect();
        const text = 'GET / HTTP/1.1\r\nHost:x\r\n\r\n'.repeat(count);
        for (let at = 0; at < text.length; at += 65_536) {
          client.output.checkWrite();
          client.output.write(Buffer.from(text.slice(at, at + 65_536)));
        }
        const answers = attemptTo(() => {
          for (let number = 1; number < count; number++) client.response();
          return client.response();
        });
        tcp.print(answers);
        client.close();
      }
    });
    const last = `200 GET is number ${PIPELINED_MAX}`;
    assert.deepEqual(linesOf(simulated), [last, 'lost: last-operation-failed']);
    assert.equal(simulated.sink.ledgerRows.length, PIPELINED_MAX);
  });

  it('is reset a while after bytes were lost on the way there', () => {
    const simulated = run(twoRequests, { plan: LOSE_REQUEST });
    assert.deepEqual(linesOf(simulated), [
      '200 POST is number 1',
      'lost: last-operation-failed',
      'closed',
    ]);
    assert.equal(simulated.sink.ledgerRows.length, 1);
    assert.equal(secondsSince(simulated), 30);
    assert.deepEqual(resetDetails(simulated), ['bytes were lost on their way to counter']);
  });

  it('is reset a while after a response was lost, which the service has given', () => {
    const simulated = run(twoRequests, { plan: LOSE_RESPONSE });
    assert.deepEqual(linesOf(simulated), [
      '200 POST is number 1',
      'lost: last-operation-failed',
      'closed',
    ]);
    assert.equal(simulated.sink.ledgerRows.length, 2);
    assert.equal(secondsSince(simulated), 30);
    assert.deepEqual(resetDetails(simulated), ['bytes were lost on their way from counter']);
  });

  it('does not come about where nobody answers', () => {
    const world = {
      services: ['counter', 'counter:8080'].map((host, index) => ({
        name: `counter${index === 0 ? '' : index}`,
        script: 'none',
        hosts: [host, `127.0.0.1:${index}`],
        latencyNanos: 0n,
      })),
    };
    const places: readonly (readonly [port: number, ...address: number[]])[] = [
      [8080, 10, 0, 0, 1],
      [1, 127, 0, 0, 1],
      [443, 10, 0, 0, 1],
      [81, 10, 0, 0, 1],
      [80, 127, 0, 0, 2],
      [80, 10, 0, 0, 9],
      [80, 10, 1, 0, 0],
      [80, 192, 168, 0, 1],
    ];
    const counting = (): ServiceProgram => ({
      handle: () => ({ status: 200, headers: [], pieces: [], delayNanos: 0n, note: undefined }),
    });
    const simulated = run(
      (tcp) => {
        for (const [port, ...address] of places) {
          const code = errorOf(() => tcp.connect(port, ...address).close());
          tcp.print(`${address.join('.')}:${port} ${code}`);
        }
      },
      {
        world,
        setup: {
          servicePrograms: new Map([
            ['counter', counting()],
            ['counter1', counting()],
          ]),
        },
      },
    );
    assert.deepEqual(linesOf(simulated), [
      '10.0.0.1:8080 no error',
      '127.0.0.1:1 no error',
      '10.0.0.1:443 connection-refused',
      '10.0.0.1:81 connection-refused',
      '127.0.0.2:80 remote-unreachable',
      '10.0.0.9:80 remote-unreachable',
      '10.1.0.0:80 remote-unreachable',
      '192.168.0.1:80 remote-unreachable',
    ]);
  });

  it('does not come about when the way to it is lost', () => {
    for (const kind of ['lose-request', 'lose-response']) {
      const plan = { faults: [{ kind, at: { effect: 'connection.open' } }] };
      const simulated = run((tcp) => tcp.print(String(errorOf(() => tcp.connect()))), { plan });
      assert.equal(simulated.text(), 'timeout\n');
      assert.equal(secondsSince(simulated), 30);
    }
  });

  it('does not outlast a wait for which the execution is given back', () => {
    const simulated = run((tcp) => {
      const client = tcp.connect();
      client.send(requestText('GET', '/'));
      tcp.timer(30 * 24 * 3_600_000).block();
      tcp.print(attemptTo(() => client.response()));
      tcp.print(attemptTo(() => (client.receive() === undefined ? 'closed' : 'more')));
    });
    assert.deepEqual(linesOf(simulated), ['lost: last-operation-failed', 'closed']);
    const outcomes = [...simulated.sink.attempts.values()].map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ['suspended', 'completed']);
  });

  it('can be waited for together with time', () => {
    const simulated = run((tcp) => {
      const client = tcp.connect();
      const wait = (client_: TcpClient, ms: number) =>
        tcp.poll([client_.input.subscribe(), tcp.timer(ms)]).join();
      tcp.print(wait(client, 1000));
      client.send(requestText('GET', '/p3'));
      tcp.print(wait(client, 1000));
      tcp.print(client.response());
      tcp.print(String(client.input.read(9n).length));
    });
    assert.deepEqual(linesOf(simulated), ['1', '0', '200 GET is number 1', '0']);
  });
});
