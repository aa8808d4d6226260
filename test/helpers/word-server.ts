/** A program that answers words over TCP and UDP, and one that asks it until it has every answer. */
import assert from 'node:assert/strict';
import { ComponentError } from '../../simulator/guest/preview2/component-error.ts';
import type { TcpSocket } from '../../simulator/guest/preview2/sockets/tcp-socket.ts';
import { type Address, ipv4, type SocketScript, type UdpEnd } from './socket-script.ts';
import { Lost, TcpClient } from './tcp-script.ts';

const PORT = 7;
/** How long a client waits for the answer to a datagram before it sends it again. */
const DATAGRAM_MS = 3_000;
/** How long it waits before it connects again. */
const AGAIN_MS = 500;
/** More than any fault plan can break. */
const TRIES_MAX = 60;
const LAST = 'end';

/** Prints each word that is new to it, and answers all, until it is asked to end. */
export function serveWords(script: SocketScript): void {
  const listener = script.listen(PORT);
  const datagrams = script.udp(PORT);
  const clients: TcpClient[] = [];
  const known = new Set<string>();
  const answer = (word: string): string => {
    if (!known.has(word)) script.print(word);
    known.add(word);
    return `${word}!`;
  };
  while (!known.has(LAST)) {
    const [first, ...others] = [
      listener.subscribe(),
      datagrams.subscribe(),
      ...clients.map(({ input }) => input.subscribe()),
    ];
    if (first === undefined) return;
    const ready = script.poll([first, ...others]);
    for (const index of ready) {
      const client = clients[index - 2];
      if (client !== undefined && !answerClient(client, answer)) {
        client.close();
        clients.splice(clients.indexOf(client), 1);
      }
    }
    if (ready.includes(1)) answerDatagrams(datagrams, answer);
    if (ready.includes(0)) takeCaller(listener, clients);
  }
}

/** False when the connection is over. */
function answerClient(client: TcpClient, answer: (word: string) => string): boolean {
  try {
    const word = client.receive();
    if (word !== undefined) client.send(answer(word));
    return word !== undefined;
  } catch (error) {
    if (error instanceof Lost) return false;
    throw error;
  }
}

function answerDatagrams(end: UdpEnd, answer: (word: string) => string): void {
  for (const line of end.receive()) {
    const [word = '', address = ''] = line.split(' from ');
    const [host = '', port] = address.split(':');
    end.send(answer(word), ipv4(host.split('.').map(Number) as unknown as Address, Number(port)));
  }
}

function takeCaller(listener: TcpSocket, clients: TcpClient[]): void {
  try {
    clients.push(new TcpClient(...listener.accept()));
  } catch (error) {
    if (!(error instanceof ComponentError) || error.payload !== 'would-block') throw error;
  }
}

/** Asks for its arguments, two words each: how, and what. It prints every answer, and ends the server. */
export function askWords(script: SocketScript): void {
  const [server] = script.resolve('script-1.executions.backstitch');
  assert.ok(server !== undefined);
  const end = script.udp();
  let client: TcpClient | undefined;
  const call = (word: string): string | undefined => {
    try {
      client ??= script.connect(PORT, ...server);
      client.send(word);
      const answer = client.receive();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!(error instanceof Lost) && !(error instanceof ComponentError)) throw error;
      // The server has ended once it has been asked to, whatever has become of its answer.
      if (word === LAST && isRefused(error)) return `${LAST}!`;
    }
    client?.close();
    client = undefined;
    script.timer(AGAIN_MS).block();
    return undefined;
  };
  const send = (word: string): string | undefined => {
    end.send(word, ipv4(server, PORT));
    const [answer] = end.await(script, DATAGRAM_MS).map((line) => line.split(' from ')[0]);
    // An answer that came late is for an earlier word.
    return answer === `${word}!` ? answer : undefined;
  };
  const { args } = script;
  for (let at = 0; at + 1 < args.length; at += 2) {
    const [how = '', value = ''] = [args[at], args[at + 1]];
    if (how === 'sleep') script.timer(Number(value)).block();
    else script.print(insist(how === 'tcp' ? call : send, `${value}${at}`));
  }
  script.print(insist(call, LAST));
}

function isRefused(error: unknown): boolean {
  return (error as { payload?: unknown }).payload === 'connection-refused';
}

function insist(ask: (word: string) => string | undefined, word: string): string {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const answer = ask(word);
    if (answer !== undefined) return answer;
  }
  throw new Error(`nobody answers ${word}`);
}
