import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ComponentError } from '../../simulator/guest/preview2/component-error.ts';
import { addressOf, linesOf, runSideBySide } from '../helpers/side-by-side.ts';
import type { Simulated } from '../helpers/simulate.ts';
import { ANY, LOOPBACK, type SocketScript, textOf } from '../helpers/socket-script.ts';
import { Lost, type TcpClient } from '../helpers/tcp-script.ts';
import { entriesOf } from '../property/laws.ts';

/** What a step of the program comes to, as it would tell. */
function tell(step: () => string | undefined): string {
  try {
    return step() ?? 'closed';
  } catch (error) {
    if (error instanceof Lost) return 'lost';
    if (error instanceof ComponentError) return String(error.payload);
    throw error;
  }
}

/** All that comes until the other end sends no more. */
function whole(client: TcpClient): string {
  let text = '';
  for (;;) {
    const part = client.receive();
    if (part === undefined) return text;
    text += part;
  }
}

/** Answers one connection after the other with what it got, until so many have their answer. */
function echo(script: SocketScript, count: number): void {
  const listener = script.listen(7);
  for (let answered = 0; answered < count; ) {
    const client = script.accept(listener);
    const outcome = tell(() => {
      client.send(`${client.receive()} back`);
      return 'answered';
    });
    if (outcome === 'answered') answered++;
    client.close();
  }
  listener[Symbol.dispose]();
}

function resetDetails(simulated: Simulated, execution: string): readonly string[] {
  return entriesOf(simulated, execution).flatMap(({ result }) => {
    const { failure, detail = '' } = result as { failure?: string; detail?: string };
    return failure === undefined ? [] : [`${failure}: ${detail}`];
  });
}

function secondsSince({ simulation }: Simulated): number {
  return Number(simulation.agenda.now / 1_000_000_000n);
}

describe('an execution that listens', () => {
  it('is connected to by others, one after the other', () => {
    const call = (script: SocketScript): void => {
      const client = script.connect(7, ...addressOf(1));
      client.send(`hello from ${script.resolve('self.executions.backstitch')[0]?.[3]}`);
      script.print(whole(client));
    };
    const simulated = runSideBySide([(script) => echo(script, 2), call, call]);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['hello from 2 back']);
    assert.deepEqual(linesOf(simulated, 'script-3'), ['hello from 3 back']);
  });

  it('knows who has connected, and is known by its address', () => {
    const simulated = runSideBySide([
      (script) => {
        const client = script.accept(script.listen(7));
        const { socket } = client;
        script.print(`${textOf(socket.localAddress())} ${textOf(socket.remoteAddress())}`);
      },
      (script) => {
        const { socket } = script.connect(7, ...addressOf(1));
        script.print(`${textOf(socket.localAddress())} ${textOf(socket.remoteAddress())}`);
      },
    ]);
    const [here, there] = ['10.128.0.1:7', '10.128.0.2:49152'];
    assert.deepEqual(linesOf(simulated, 'script-1'), [`${here} ${there}`]);
    assert.deepEqual(linesOf(simulated, 'script-2'), [`${there} ${here}`]);
  });

  it('has bytes wait for it that were sent before it has accepted', () => {
    const simulated = runSideBySide([
      (script) => {
        const listener = script.listen(7);
        script.timer(5_000).block();
        const [first, second] = [script.accept(listener), script.accept(listener)];
        script.print(whole(second));
        script.print(whole(first));
      },
      (script) => {
        for (const text of ['first', 'second']) {
          const client = script.connect(7, ...addressOf(1));
          client.send(text);
          client.close();
        }
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-1'), ['second', 'first']);
  });

  it('has bytes come in their order, whatever each message takes', () => {
    const simulated = runSideBySide(
      [
        (script) => script.print(whole(script.accept(script.listen(7)))),
        (script) => {
          script.timer(1_000).block();
          const client = script.connect(7, ...addressOf(1));
          for (const letter of 'abcdefghijkl') client.send(letter);
          client.close();
        },
      ],
      { world: { defaultLink: { latencyNanos: 0n, jitterNanos: 900_000_000n }, links: [] } },
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['abcdefghijkl']);
  });

  it('may send first, and each end may end by itself', () => {
    const simulated = runSideBySide([
      (script) => {
        const client = script.accept(script.listen(7));
        client.send('welcome');
        script.print(whole(client));
        client.send('and thanks');
        client.close();
      },
      (script) => {
        const client = script.connect(7, ...addressOf(1));
        script.print(client.receive() ?? 'closed');
        client.send('all');
        client.socket.shutdown('send');
        script.print(whole(client));
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-1'), ['all']);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['welcome', 'and thanks']);
  });

  it('is reached on its own machine too, and there alone where it is bound to that', () => {
    const simulated = runSideBySide([
      (script) => {
        const [everywhere, inside] = [script.listen(7), script.listen(8, LOOPBACK)];
        for (const [listener, port] of [
          [everywhere, 7],
          [inside, 8],
        ] as const) {
          const client = script.connect(port, ...LOOPBACK);
          client.send(`to ${port}`);
          const accepted = script.accept(listener);
          script.print(`${accepted.receive()} from ${textOf(accepted.socket.remoteAddress())}`);
        }
        script.timer(60_000).block();
      },
      (script) => {
        script.timer(1_000).block();
        script.print(tell(() => `${script.connect(7, ...addressOf(1)).receive()}`));
        script.print(tell(() => `${script.connect(8, ...addressOf(1)).receive()}`));
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-1'), [
      'to 7 from 127.0.0.1:49152',
      'to 8 from 127.0.0.1:49153',
    ]);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['lost', 'connection-refused']);
  });

  it('refuses where it does not listen, where too many wait, and after its end', () => {
    const simulated = runSideBySide([
      (script) => {
        script.listen(7, ANY, 2);
        script.timer(5_000).block();
      },
      (script) => {
        const knock = (port: number): string =>
          tell(() => textOf(script.connect(port, ...addressOf(1)).socket.remoteAddress()));
        for (const port of [6, 7, 7, 7]) script.print(knock(port));
        script.timer(6_000).block();
        script.print(knock(7));
        script.print(tell(() => textOf(script.connect(7, 10, 128, 0, 9).socket.localAddress())));
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-2'), [
      'connection-refused',
      '10.128.0.1:7',
      '10.128.0.1:7',
      'connection-refused',
      'connection-refused',
      'remote-unreachable',
    ]);
    assert.deepEqual(resetDetails(simulated, 'script-2'), [
      'refused: script-1 does not listen at port 6',
      'refused: script-1 has a full backlog at port 7',
      'refused: script-1 has ended',
      'unreachable: no service has the host 10.128.0.9',
    ]);
  });

  it('lets go of those that it has not accepted when it stops listening', () => {
    const simulated = runSideBySide([
      (script) => {
        const listener = script.listen(7);
        script.timer(1_000).block();
        listener[Symbol.dispose]();
        script.timer(5_000).block();
      },
      (script) => {
        const client = script.connect(7, ...addressOf(1));
        script.print(tell(() => client.receive()));
        script.print(tell(() => textOf(script.connect(7, ...addressOf(1)).socket.localAddress())));
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['lost', 'connection-refused']);
    assert.equal(resetDetails(simulated, 'script-2')[0], 'reset: it was not accepted');
  });

  it('stays on its node while it waits for somebody, however long', () => {
    const simulated = runSideBySide([
      (script) => echo(script, 1),
      (script) => {
        script.timer(1e8).block();
        const client = script.connect(7, ...addressOf(1));
        client.send('late');
        script.print(whole(client));
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['late back']);
    const listening = [...simulated.sink.attempts.values()].filter(
      ({ execution }) => execution === 'script-1',
    );
    assert.deepEqual(
      listening.map(({ outcome }) => outcome),
      ['completed'],
    );
  });

  it('ends the connections of a program that comes to its end without closing them', () => {
    const simulated = runSideBySide([
      (script) => script.accept(script.listen(7)).send('bye'),
      (script) => script.print(whole(script.connect(7, ...addressOf(1)))),
    ]);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['bye']);
  });

  it('resets who goes on sending to what it has closed', () => {
    const simulated = runSideBySide([
      (script) => {
        script.accept(script.listen(7)).close();
        script.timer(5_000).block();
      },
      (script) => {
        const client = script.connect(7, ...addressOf(1));
        script.print(tell(() => client.receive()));
        client.send('still there?');
        script.timer(1_000).block();
        script.print(tell(() => String(client.send('hello?'))));
      },
    ]);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['closed', 'lost']);
    const [detail] = resetDetails(simulated, 'script-2');
    assert.equal(detail, 'reset: script-1 had closed the connection');
  });
});

describe('a crash of an execution that listens', () => {
  /** Sends until it has an answer, over as many connections as it takes. */
  const insist = (script: SocketScript): void => {
    for (;;) {
      const answer = tell(() => {
        const client = script.connect(7, ...addressOf(1));
        client.send('hello');
        return client.receive();
      });
      script.print(answer);
      if (answer.endsWith('back')) return;
    }
  };

  function crashed(effect: string): Simulated {
    const at = { execution: 'script-1', effect };
    return runSideBySide([(script) => echo(script, 1), insist], {
      plan: { faults: [{ kind: 'crash', at, point: 'before' }] },
    });
  }

  it('makes those who are connected lose the connection, and lets them connect again', () => {
    for (const effect of ['connection.accept', 'connection.receive', 'connection.send']) {
      // Whoever calls while the node is away waits in vain for 30 s.
      const lines = linesOf(crashed(effect), 'script-2');
      assert.deepEqual(lines, ['lost', 'timeout', 'hello back'], effect);
    }
  });

  it('leaves nothing listening until another node has taken over', () => {
    const simulated = crashed('connection.receive');
    assert.ok(secondsSince(simulated) >= 30);
    const details = resetDetails(simulated, 'script-2');
    assert.deepEqual(details, [
      'reset: the node at the other end crashed',
      'timeout: no answer from script-1',
    ]);
    const nodes = [...simulated.sink.attempts.values()]
      .filter(({ execution }) => execution === 'script-1')
      .map(({ node }) => node);
    assert.deepEqual(nodes, ['node-a', 'node-b']);
  });
});

describe('faults between executions', () => {
  it('end a connection whose caller is gone before it knows that it has come through', () => {
    const simulated = runSideBySide(
      [
        (script) => script.print(tell(() => whole(script.accept(script.listen(7))))),
        (script) => {
          script.timer(1_000).block();
          script.print(tell(() => String(script.connect(7, ...addressOf(1)).close())));
        },
      ],
      {
        world: { defaultLink: { latencyNanos: 1_000_000_000n, jitterNanos: 0n }, links: [] },
        plan: { faults: [{ kind: 'crash', at: { time: '2500ms' }, node: 'node-b' }] },
      },
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['lost']);
  });

  it('cut a connection off after bytes that are lost, for both ends', () => {
    const plan = { faults: [{ kind: 'lose-request', at: { effect: 'connection.send' } }] };
    const simulated = runSideBySide(
      [
        (script) => script.print(tell(() => whole(script.accept(script.listen(7))))),
        (script) => {
          const client = script.connect(7, ...addressOf(1));
          client.send('lost');
          client.send('not sent either');
          script.print(tell(() => client.receive()));
        },
      ],
      { plan },
    );
    assert.deepEqual(linesOf(simulated, 'script-1'), ['lost']);
    assert.deepEqual(linesOf(simulated, 'script-2'), ['lost']);
    assert.equal(secondsSince(simulated), 30);
  });

  it('keep a call from coming through', () => {
    for (const kind of ['lose-request', 'lose-response']) {
      const simulated = runSideBySide(
        [
          (script) => {
            script.listen(7);
            script.timer(60_000).block();
          },
          (script) => {
            script.print(
              tell(() => textOf(script.connect(7, ...addressOf(1)).socket.localAddress())),
            );
          },
        ],
        { plan: { faults: [{ kind, at: { effect: 'connection.open' } }] } },
      );
      assert.deepEqual(linesOf(simulated, 'script-2'), ['timeout']);
    }
  });
});
