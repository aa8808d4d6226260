/**
 * Whatever is changed in the past: the branch shares what came before, goes live, is recorded, can
 * be travelled, and can be compared with what it comes of and with another branch.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { openRecorded } from '../../simulator/host/recorded-simulation.ts';
import { SourceSites } from '../../simulator/host/source-sites.ts';
import { effectText } from '../../simulator/host/text/effect-text.ts';
import { verifyExecution } from '../../simulator/host/verify.ts';
import { lineWith, ORDER, ORDER_SOURCE } from './helpers/programs.ts';
import { frameLine, TestClient } from './helpers/test-client.ts';
import { closeTestHost, testHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-kinds-'));
const original = join(folder, 'order.backstitch');
/** Where `charge` is about to write the amount into its request, which is effect #3. */
const LINE = lineWith(
  ORDER_SOURCE,
  'snprintf(body, sizeof body, "{\\"order\\":\\"%s\\",\\"cents\\"',
);
const SEQ = 3;

before(async () => {
  const recorder = new TestClient();
  await recorder.launchTo({ program: ORDER, record: original });
  await recorder.disconnectRequest();
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

interface Kind {
  readonly name: string;
  change(client: TestClient): Promise<unknown>;
  /** What the comparison with the original tells of the first difference. */
  readonly differs: RegExp;
}

const KINDS: readonly Kind[] = [
  {
    name: 'a response',
    change: async (client) => {
      const { body } = await client.evaluateRequest({ expression: '.seek 3', context: 'repl' });
      assert.match(body.result, /going/);
      await client.waitForEvent('stopped');
      await client.evaluate('.edit result.status 402', 'repl');
    },
    differs: /#3 got another result at order\.c:\d+/,
  },
  {
    name: 'a variable',
    change: (client) => set(client, 'Locals', 'cents', '9900'),
    differs: /#3 asked for something else at order\.c:\d+/,
  },
  {
    name: 'memory',
    change: async (client) => {
      const memoryReference = (await client.scope('Locals')).get('cents')?.memoryReference ?? '';
      await client.customRequest('writeMemory', { memoryReference, data: 'AQAAAA==' });
    },
    differs: /#3 asked for something else at order\.c:\d+/,
  },
  {
    name: 'a clock',
    change: (client) => set(client, 'Execution', "node's wall clock", '+1d'),
    differs: /#4 got another result at order\.c:\d+/,
  },
  {
    name: 'a fault',
    change: (client) => client.evaluate('.inject {"kind": "lose-response"}', 'repl'),
    differs: /#3 .*order\.c:\d+/,
  },
];

async function set(client: TestClient, scope: string, name: string, value: string) {
  const [frame] = await client.frames();
  const { body } = await client.scopesRequest({ frameId: frame?.id ?? 0 });
  const { variablesReference } = body.scopes.find((each) => each.name === scope) ?? {};
  return client.customRequest('setVariable', { variablesReference, name, value });
}

/** The effects of a recording, as text, and whether replaying it performs anything. */
async function read(path: string): Promise<{ effects: string[]; verified: string }> {
  const recorded = await openRecorded(testHost(), path);
  try {
    const [row] = recorded.history.executions();
    assert.ok(row !== undefined);
    const entries = recorded.history.entries(row.id);
    const verified = verifyExecution(recorded, new SourceSites(recorded), row).kind;
    return { effects: entries.map((entry) => `${entry.startedAt} ${effectText(entry)}`), verified };
  } finally {
    recorded.close();
  }
}

async function compared(client: TestClient, recording: string): Promise<string> {
  const { body } = (await client.customRequest('backstitch/compare', {
    recording,
  })) as DebugProtocol.Response;
  return body.text;
}

describe('a branch that begins with a change of', () => {
  const branches: string[] = [];

  for (const [index, { name, change, differs }] of KINDS.entries()) {
    it(name, async () => {
      const untouched = readFileSync(original);
      const client = new TestClient();
      const launch = { recording: original, steps: 'statements' };
      await client.launchTo(launch, () => stopAt(client, [LINE]));
      await client.move('continue');
      assert.equal(await client.line(), LINE);
      await stopAt(client, []);
      await branchStop(client, () => change(client));
      const path = join(folder, `order.branch-${index + 1}.backstitch`);
      const listed = await client.evaluate('.branches', 'repl');
      assert.ok(listed.includes(path), listed);
      // It goes live: the rest is performed now.
      const there = await seen(client);
      const end = await client.move('continue');
      assert.match(end.description, /order-1 exited with/);
      assert.match(await compared(client, original), differs);
      for (const other of branches) assert.match(await compared(client, other), /#\d/);
      await client.disconnectRequest();
      branches.push(path);

      // What came before is shared, and what it comes of is as it was.
      assert.deepEqual(readFileSync(original), untouched);
      const before = await read(original);
      const branch = await read(path);
      assert.deepEqual(branch.effects.slice(0, SEQ), before.effects.slice(0, SEQ));
      assert.notDeepEqual(branch.effects, before.effects);
      assert.equal(branch.verified, 'same');

      // It can be travelled like any other.
      const again = new TestClient();
      await again.launchTo({ recording: path, steps: 'statements', stopOnEntry: true });
      await again.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'take_field' }] });
      const visits = async (motion: string): Promise<string[]> => {
        const found: string[] = [];
        for (;;) {
          const { reason } = await again.move(motion);
          if (reason === 'end' || reason === 'entry' || reason === 'exception') return found;
          found.push(await again.snapshot());
        }
      };
      const forwards = await visits('continue');
      assert.deepEqual((await visits('reverseContinue')).reverse(), forwards);
      assert.ok(forwards.length > 0);
      await stopAt(again, [LINE]);
      await again.move('continue');
      if (name !== 'a response' && name !== 'a fault') assert.deepEqual(await seen(again), there);
      await again.disconnectRequest();
    });
  }
});

/** The calls and the variables of the innermost one. */
async function seen(client: TestClient): Promise<string[]> {
  const frames = (await client.frames()).filter(({ line }) => line > 0).map(frameLine);
  const locals = [...(await client.scope('Locals'))].map(([name, { value }]) => `${name}=${value}`);
  return [...frames, ...locals];
}

function stopAt(client: TestClient, lines: readonly number[]): Promise<unknown> {
  const breakpoints = lines.map((line) => ({ line }));
  return client.setBreakpointsRequest({ source: { path: ORDER_SOURCE }, breakpoints });
}

/** Waits for the first stop of the branch. */
async function branchStop(client: TestClient, change: () => Promise<unknown>): Promise<void> {
  const begun = new Promise<void>((resolve) => {
    client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
      if (body.output.includes('A branch begins before order-1')) {
        client.waitForEvent('stopped').then(() => resolve());
      }
    });
  });
  await change();
  await begun;
}
