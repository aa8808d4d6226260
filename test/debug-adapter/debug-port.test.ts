import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { DebugPort } from '../../debug-adapter/debug-port.ts';

const ENDED = {
  severity: 'warning',
  code: 'host-ended',
  message: 'The command has ended.',
} as const;

const GONE_HOST = {
  request: () => Promise.reject(Object.assign(new Error(ENDED.message), { problem: ENDED })),
};
const NEVER = new Promise<void>(() => {});

/** A connection that its client leaves open, whatever comes. */
async function connectTo(address: string): Promise<Socket> {
  const port = Number(address.split(':')[1]);
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function whenBusy(port: DebugPort): Promise<void> {
  while (!port.isBusy) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('a port for debuggers whose command ends', () => {
  for (const [name, ready] of [
    ['before there was something to debug', NEVER],
    ['while a client is silent', Promise.resolve()],
  ] as const) {
    it(`lets go of its connections ${name}`, { timeout: 20_000 }, async () => {
      const port = new DebugPort(GONE_HOST, ready, () => {});
      const client = await connectTo(await port.listen(0));
      try {
        await whenBusy(port);
        let text = '';
        client.on('data', (bytes: Buffer) => {
          text += bytes;
        });
        const ended = once(client, 'end');
        port.stop();
        port.lose(ENDED);
        await ended;
        await port.idle();
        if (ready !== NEVER) assert.match(text, /The command has ended.*"terminated"/s);
      } finally {
        client.destroy();
      }
    });
  }

  it('keeps its connections while another host goes on', { timeout: 20_000 }, async () => {
    const port = new DebugPort(GONE_HOST, Promise.resolve(), () => {});
    const client = await connectTo(await port.listen(0));
    try {
      await whenBusy(port);
      port.lose(ENDED);
      const body = '{"type":"request","seq":7,"command":"disconnect"}';
      client.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
      let text = '';
      while (!text.includes('"request_seq":7')) text += String((await once(client, 'data'))[0]);
      assert.ok(port.isBusy);
    } finally {
      port.stop();
      client.destroy();
      await port.idle();
    }
  });
});
