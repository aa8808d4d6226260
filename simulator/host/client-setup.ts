/** The clients of a run: which of the world's take part, and what they send to what. */
import type { ClientConfig } from '../config/config.ts';
import type { Client } from '../engine/client.ts';
import type { Incoming } from '../engine/incoming.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import { HostRequestError } from './host-request-error.ts';
import type { LoadedSimulation, LoadedWorkflow } from './loaded-simulation.ts';
import { answersHttp, checkStartedByNobody, servedWorkflow } from './serving-handler.ts';

/** The host that simulated clients ask for unless their headers name another. */
const HOST = 'localhost';

/**
 * A simulation with the clients of the workflow that is run; they alone start its executions then.
 * It stays as it is when it has been made so before. Throws HostRequestError for a client that
 * cannot send to it.
 */
export function withClients(loaded: LoadedSimulation): LoadedSimulation {
  const [workflow, ...others] = loaded.workflows;
  const clients = loaded.world.clients.filter((each) => each.workflow === workflow?.config.name);
  const world = { ...loaded.world, clients };
  if (workflow === undefined || clients.length === 0) return { ...loaded, world };
  checkStartedByNobody(workflow, loaded.workflows);
  const isHttp = answersHttp(workflow);
  const wrong = clients.find(({ message }) => isHttp && message.kind === 'bytes');
  if (wrong !== undefined) {
    throw new HostRequestError(
      `client ${wrong.name} has "send", but ${workflow.config.name} answers HTTP; give it a "request"`,
    );
  }
  const served = servedWorkflow(workflow, isHttp ? 'http' : 'connection');
  return { ...loaded, world, workflows: [served, ...others] };
}

/** A simulation whose executions others start. */
export function withoutClients(loaded: LoadedSimulation): LoadedSimulation {
  return { ...loaded, world: { ...loaded.world, clients: [] }, contents: new Map() };
}

/** What the clients of `withClients` are for the engine. */
export function readyClients({ world, workflows, contents }: LoadedSimulation): readonly Client[] {
  const [workflow] = workflows;
  if (workflow === undefined) return [];
  return world.clients.map((client) => {
    const { message, ...rest } = client;
    const content = contents.get(client.name) ?? new Uint8Array(0);
    return {
      ...rest,
      sends: incoming(client, content, workflow),
      what: whatOf(client, content),
      speaksHttp: message.kind === 'request',
    };
  });
}

function whatOf({ message }: ClientConfig, content: Uint8Array): string {
  return message.kind === 'request'
    ? `${message.method} ${message.path}`
    : `${content.length} bytes`;
}

function incoming(
  { message }: ClientConfig,
  content: Uint8Array,
  workflow: LoadedWorkflow,
): Incoming {
  if (message.kind === 'bytes') return { head: undefined, body: content, ends: true };
  const { method, path } = message;
  const host = message.headers.find(([name]) => name === 'host')?.[1] ?? HOST;
  const others = message.headers.filter(([name]) => name !== 'host');
  const hasBody = content.length > 0 || method === 'POST' || method === 'PUT';
  const length = hasBody ? ([['content-length', `${content.length}`]] as const) : [];
  const headers = [['host', host] as const, ...others, ...length];
  if (answersHttp(workflow)) {
    return { head: { method, url: `http://${host}${path}`, headers }, body: content, ends: true };
  }
  const lines = [...headers, ['connection', 'close']].map(([name, value]) => `${name}: ${value}`);
  const head = `${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
  // Like other HTTP clients, it leaves its side open while it waits.
  return { head: undefined, body: concatBytes([latin1(head), content]), ends: false };
}

/** A byte for each character, as the configuration allows no others. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
