import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { assertGolden } from '../golden/golden.ts';
import { lineOf, lineWith, ORDER, ORDER_SOURCE, STEPS } from './helpers/programs.ts';
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
    ...(await localTexts(client, stop.threadId)),
  ];
  const names = ['effect', 'state', 'args', 'result', 'started', 'duration'];
  for (const name of names) {
    const variable = effect.get(name);
    if (variable !== undefined) lines.push(`  ${name}: ${variable.value}`);
  }
  lines.push(`  ${execution.get('attempt')?.value}; ${execution.get('virtual time')?.value}`);
  return lines.join('\n');
}

/** The variables of the innermost frame of the user's own code. */
async function localTexts(client: TestClient, threadId: number): Promise<string[]> {
  const locals = await client.scope('Locals', threadId);
  return [...locals.values()].map(({ name, value }) => `  ${name} = ${value}`);
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
  const logged = client.outputs.filter(({ output }) => output.startsWith('notes '));
  const logs = logged.map(({ output, line }) => `  ${line}: ${output.trimEnd()}\n`).join('');
  const ending = logs === '' ? '' : `\nlogged:\n${logs}`;
  return `${stops.join('\n\n')}\n\nprinted:\n${printed.trimEnd()}\n${ending}`;
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

  it('walks over the statements of an order, through a crash and back', async () => {
    const line = (text: string) => lineWith(ORDER_SOURCE, text);
    const faults = join(ORDER, 'faults/crash-after-charge.json');
    const configure = async (client: TestClient) => {
      await client.setExceptionBreakpointsRequest({ filters: ['crash'] });
      await client.setBreakpointsRequest({
        source: { path: ORDER_SOURCE },
        breakpoints: [
          { line: line('backstitch_reply reply = request("POST", "https://payment') },
          { line: line('strftime(when'), logMessage: 'notes {what}: {detail}' },
        ],
      });
    };
    const commands = [
      ...['continue', 'stepBack', 'next', 'stepIn', 'next', 'next', 'continue'],
      ...['stepBack', 'reverseContinue', 'continue', 'next', 'backstitch/reverseStepOut'],
    ];
    const launch = { program: ORDER, faults, steps: 'statements', stopOnEntry: true };
    const text = await transcript(launch, configure, commands);
    assertGolden('dap/order-statements', text);
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
