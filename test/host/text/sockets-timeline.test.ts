import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ledgerText } from '../../../simulator/host/text/ledger-text.ts';
import { assertGolden } from '../../golden/golden.ts';
import { addressOf, programOf } from '../../helpers/side-by-side.ts';
import { ipv4, type SocketScript } from '../../helpers/socket-script.ts';
import { Lost } from '../../helpers/tcp-script.ts';
import { showSimulation } from './shown-simulation.ts';

const NO_SITES = { sites: () => undefined };

/** Waits for a call and a datagram, and answers both. */
function serve(script: SocketScript): void {
  const [listener, end] = [script.listen(7), script.udp(7)];
  const client = script.accept(listener);
  client.send(`${client.receive()}, too`);
  client.close();
  end.await(script, 60_000);
  end.close();
  listener[Symbol.dispose]();
}

/** Calls, and says so to a service; calls again when the connection is lost. */
function call(script: SocketScript): void {
  const end = script.udp();
  for (;;) {
    try {
      const client = script.connect(7, ...addressOf(1));
      client.send('hello');
      script.print(client.receive() ?? 'closed');
      break;
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      script.timer(60_000).block();
    }
  }
  end.send('calls:1|c', ipv4([10, 0, 0, 1], 80));
  end.send('to nobody', ipv4([10, 9, 9, 9], 80));
  end.send('bye', ipv4(addressOf(1), 7));
}

const statistics = {
  handle: () => ({ status: 404, headers: [], pieces: [], delayNanos: 0n, note: undefined }),
  takeDatagram: () => ({ datagrams: [], note: 'counted a call' }),
};

function shown(plan: object) {
  return showSimulation(programOf([serve, call]), {
    args: [],
    count: 2,
    plan,
    setup: { servicePrograms: new Map([['counter', statistics]]) },
  });
}

it('a timeline tells of sockets, and of what a crash did to them', () => {
  const at = { execution: 'script-1', effect: 'connection.receive' };
  const text = shown({ faults: [{ kind: 'crash', at, point: 'before' }] }).timeline(NO_SITES);
  for (const line of [
    /connection\.listen at 0\.0\.0\.0:7/,
    /connection\.accept at #1 -> from 10\.128\.0\.2:49152/,
    /reset: the node at the other end crashed/,
    /datagram\.send to 10\.9\.9\.9:80 "to nobody" -> nobody has this address/,
    /"bye" from 10\.128\.0\.2:49152/,
  ]) {
    assert.match(text.replaceAll('→', '->'), line);
  }
  assertGolden('timeline/sockets', text);
});

it('a ledger tells of datagrams', () => {
  const { history } = shown({ faults: [] });
  const style = { colors: false, unicode: false, width: 100 };
  const text = ledgerText(history, { style, all: false });
  assert.match(text, /counter saw 1 request\n +1\. +DATAGRAM :80 -> 204 +counted a call/);
});
