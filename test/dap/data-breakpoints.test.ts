import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { CELLS, lineOf } from './helpers/programs.ts';
import { type Arrival, TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

const at = (marker: string) => lineOf(CELLS, marker);
const LAUNCH = { program: CELLS, stdin: 'yes', steps: 'statements', stopOnEntry: true };

async function launched(markers: readonly string[] = []): Promise<TestClient> {
  const client = new TestClient();
  const breakpoints = markers.map((marker) => ({ line: at(marker) }));
  await client.launchTo(LAUNCH, () =>
    client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints }),
  );
  return client;
}

type Info = DebugProtocol.DataBreakpointInfoResponse['body'];

async function info(client: TestClient, args: object): Promise<Info> {
  const response = (await client.customRequest(
    'dataBreakpointInfo',
    args,
  )) as DebugProtocol.DataBreakpointInfoResponse;
  return response.body;
}

async function watch(
  client: TestClient,
  ...wanted: (object & { readonly dataId?: string | null })[]
): Promise<DebugProtocol.Breakpoint[]> {
  const { body } = (await client.customRequest('setDataBreakpoints', {
    breakpoints: wanted,
  })) as DebugProtocol.SetDataBreakpointsResponse;
  return body.breakpoints;
}

/** Watches an expression in the innermost frame. */
async function watchExpression(client: TestClient, name: string, rest: object = {}) {
  const [frame] = await client.frames();
  const { dataId } = await info(client, { name, frameId: frame?.id });
  assert.ok(dataId !== null, `${name} can be watched`);
  return watch(client, { dataId, ...rest });
}

/** Goes on until nothing more comes. */
async function stops(client: TestClient, command: string): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const stop = await client.move(command);
    if (stop.reason === 'end' || stop.reason === 'entry') return found;
    assert.equal(stop.reason, 'data breakpoint');
    found.push(`${await client.line()} ${stop.description}`);
  }
}

describe('a data breakpoint', () => {
  it('stops where a global variable is about to change, and says how', async () => {
    const client = await launched();
    await watchExpression(client, 'total');
    assert.deepEqual(await stops(client, 'continue'), [
      `${at('ADD')} total: 0 -> 2`,
      `${at('ADD')} total: 2 -> 6`,
      `${at('ADD')} total: 6 -> 13`,
      `${at('ADD')} total: 13 -> 33`,
      `${at('SEVEN')} total: 33 -> 7`,
    ]);
  });
});
