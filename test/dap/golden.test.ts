import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { assertGolden } from '../golden/golden.ts';
import { lineOf, ORDER, STEPS } from './helpers/programs.ts';
import { type Arrival, frameLine, TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

/** A stop as a person sees it: why, the user's own frames, and the effect. */
async function stopText(client: TestClient, command: string, stop: Arrival): Promise<string> {
  const frames = await client.frames(stop.threadId);
  const own = frames.filter(({ presentationHint }) => presentationHint !== 'subtle');
  const effect = await client.scope('Effect', stop.threadId);
  const execution = await client.scope('Execution', stop.threadId);
  const lines = [
    `${command}: ${stop.reason}, ${stop.description}`,
    ...(stop.text === undefined ? [] : [`  ${stop.text}`]),
    `  ${own.map(frameLine).join(' < ')}`,
  ];
  const names = ['effect', 'state', 'args', 'result', 'started', 'duration'];
  for (const name of names) {
    const variable = effect.get(name);
    if (variable !== undefined) lines.push(`  ${name}: ${variable.value}`);
  }
  lines.push(`  ${execution.get('attempt')?.value}; ${execution.get('virtual time')?.value}`);
  return lines.join('\n');
}

async function transcript(
  launch: object,
  configure: (client: TestClient) => Promise<unknown>,
  commands: readonly string[],
): Promise<string> {
  const client = new TestClient();
  const first = await client.launchTo(launch, () => configure(client));
  const stops = [await stopText(client, 'launch', first)];
  for (const command of commands) {
    stops.push(await stopText(client, command, await client.move(command)));
  }
  const printed = client.text('stdout').replace(/^/gm, '  ');
  return `${stops.join('\n\n')}\n\nprinted:\n${printed.trimEnd()}\n`;
}

describe('a session as a person sees it', () => {
  it('steps through an order and back', async () => {
    const commands = [
      'next',
      'next',
      'next',
      'stepOut',
      'stepBack',
      'stepBack',
      'continue',
      'stepBack',
    ];
    const text = await transcript({ program: ORDER, stopOnEntry: true }, async () => {}, commands);
    assertGolden('dap/order-steps', text);
  });

  it('goes from fault to fault, and back over the recovery', async () => {
    const faults = join(ORDER, 'faults/crash-after-charge.json');
    const configure = (client: TestClient) =>
      client.setExceptionBreakpointsRequest({ filters: ['crash', 'retry', 'trap', 'divergence'] });
    const commands = [
      'next',
      'next',
      'continue',
      'reverseContinue',
      'reverseContinue',
      'reverseContinue',
    ];
    assertGolden(
      'dap/order-crash',
      await transcript({ program: ORDER, faults }, configure, commands),
    );
  });

  it('meets breakpoints and a trap', async () => {
    const configure = (client: TestClient) =>
      client.setBreakpointsRequest({
        source: { path: STEPS },
        breakpoints: [{ line: lineOf(STEPS, 'LOOP') }],
      });
    const commands = ['continue', 'continue', 'stepBack', 'reverseContinue'];
    const text = await transcript({ program: STEPS, args: ['2', 'trap'] }, configure, commands);
    assertGolden('dap/steps-trap', text);
  });
});
