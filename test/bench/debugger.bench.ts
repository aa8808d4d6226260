/** The debugger as a client sees it: from a request to the stop and the stack that it leads to. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import { lineOf } from '../dap/helpers/programs.ts';
import { closeTestHost } from '../dap/helpers/test-host.ts';
import { compile } from '../guest/symbols/clang.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { inlineClient, launch, type MeasuredClient, move, stdioClient } from './debug-client.ts';
import { DEEP, WALKED, WALKED_END, WALKED_STATEMENTS } from './debugger-programs.ts';
import { reportFirstStops } from './first-stop.ts';
import { inspectorStepsMs } from './inspector-peer.ts';
import { median, percentile95, report } from './report.ts';

const PEER = 'step over a statement, V8 inspector';
const STEPS = 60;
const COLD_STEPS = 30;
/** Farther than what is kept around a stop. */
const COLD_STRIDE = 2500;
const MIDDLE_OF_END = 60_000;
const MOTIONS = ['next', 'stepBack', 'stepIn', 'backstitch/reverseStepIn'] as const;
/** As fast as a key repeats that is held down. */
const PAUSE_MS = 30;
/** While steps are being prepared, if there is anything to prepare. */
const DISTURBANCE_MS = [11, 12, 13, 15, 17, 20];
const EXECUTION = 'walked-1';

const build = join(projectRoot, 'build');
mkdirSync(build, { recursive: true });
// Sources find the compiler that is installed above them.
const folder = mkdtempSync(join(build, 'debugger-'));
const walked = source('walked.c', WALKED);
const deep = source('deep.c', DEEP);

try {
  report(
    PEER,
    median(await inspectorStepsMs(await compile({ 'walked.c': WALKED }, '-g', '-O0'))),
    'ms',
    null,
  );
  for (const statements of [1e6, 1e7]) {
    await reportSteps('in process, processor time', inlineClient(), statements);
    await reportSteps('stdio', stdioClient(), statements);
  }
  await reportPauses(1e7);
  await reportReverse();
  await reportFirstStops(folder);
  await reportStack();
} finally {
  await closeTestHost();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

function source(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function at(path: string, marker: string) {
  return { source: { path }, breakpoints: [{ line: lineOf(path, marker) }] };
}

function walk(statements: number): object {
  const rounds = Math.round((statements - WALKED_END) / WALKED_STATEMENTS);
  return { program: walked, args: [`${rounds}`] };
}

/** Steps near the end of an execution: one after the other, and each far from the one before. */
async function reportSteps(
  how: string,
  { client, close, clock }: MeasuredClient,
  statements: number,
): Promise<void> {
  await launch(client, walk(statements), at(walked, 'NEAR'));
  await move(client, 'continue');
  const size = `of ${statements.toExponential()} statements, ${how}`;
  await seek(client, statements - MIDDLE_OF_END);
  for (const motion of MOTIONS) {
    // The first one looks around.
    await move(client, motion);
    const times: number[] = [];
    for (let step = 0; step < STEPS; step++) times.push(await clock(() => move(client, motion)));
    reportTimes(`${motion} in the window, ${size}`, times);
  }
  const jumps: number[] = [];
  for (const motion of MOTIONS) {
    const times: number[] = [];
    for (let step = 1; step <= COLD_STEPS; step++) {
      jumps.push(await clock(() => seek(client, statements - step * COLD_STRIDE)));
      times.push(await clock(() => move(client, motion)));
    }
    reportTimes(`${motion} after a jump, ${size}`, times);
  }
  reportTimes(`a jump, ${size}`, jumps);
  await close();
}

/** Steps as a person makes them, and what other requests wait for that come in between. */
async function reportPauses(statements: number): Promise<void> {
  const { client, close, clock } = stdioClient();
  await launch(client, walk(statements), at(walked, 'NEAR'));
  await move(client, 'continue');
  await seek(client, statements - MIDDLE_OF_END);
  const size = `of ${statements.toExponential()} statements, stdio`;
  for (const motion of MOTIONS) {
    const times: number[] = [];
    for (let step = 0; step < STEPS * 2; step++) {
      await pause(PAUSE_MS);
      times.push(await clock(() => move(client, motion)));
    }
    reportTimes(`${motion} every ${PAUSE_MS} ms, ${size}`, times);
  }
  const waits: number[] = [];
  const others: number[] = [];
  const look = () => client.threadsRequest().then(() => {});
  for (let time = 0; time < STEPS; time++) {
    await seek(client, statements - MIDDLE_OF_END - time * COLD_STRIDE);
    for (let step = 0; step < 50; step++) await move(client, 'next');
    await pause(DISTURBANCE_MS[time % DISTURBANCE_MS.length] ?? 0);
    waits.push(await clock(look));
    others.push(await clock(look));
  }
  reportTimes(`a request while steps are prepared, ${size}`, waits);
  reportTimes(`the same request while nothing is, ${size}`, others);
  await close();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function seek(client: DebugClient, tick: number): Promise<void> {
  return move(client, 'backstitch/seek', { execution: EXECUTION, tick });
}

function reportTimes(what: string, times: readonly number[]): void {
  report(`${what}, p50`, median(times), 'ms', PEER);
  report(`${what}, p95`, percentile95(times), 'ms', PEER);
}

/** All the way back to a breakpoint that is met four times, and giving that up. */
async function reportReverse(): Promise<void> {
  const { client, close, clock } = stdioClient();
  await launch(client, walk(1e8), at(walked, 'NEAR'));
  await move(client, 'continue');
  await client.setBreakpointsRequest(at(walked, 'RARE'));
  const times: number[] = [];
  for (let time = 0; time < 4; time++) {
    times.push(await clock(() => move(client, 'reverseContinue')));
  }
  report('reverseContinue over 1e+8 statements, first', times[0] ?? Number.NaN, 'ms', null);
  report('reverseContinue over 1e+8 statements', median(times), 'ms', null);
  await client.setBreakpointsRequest(at(walked, 'NEAR'));
  await move(client, 'continue');
  report('cancel of a reverseContinue', median(await cancelMs(client)), 'ms', null);
  await close();
}

async function cancelMs(client: DebugClient): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < 5; time++) {
    // A breakpoint that is never met: all is run through.
    const condition = `sum == ${time + 1}u && sum == 0`;
    await client.setBreakpointsRequest({
      source: { path: walked },
      breakpoints: [{ line: lineOf(walked, 'RARE'), condition }],
    });
    const stopped = client.waitForEvent('stopped');
    await client.customRequest('reverseContinue', { threadId: 1 });
    const start = performance.now();
    await client.customRequest('cancel', {});
    await stopped;
    times.push(performance.now() - start);
  }
  return times;
}

/** A stack of fifty frames with the variables of each, and a page of an array. */
async function reportStack(): Promise<void> {
  const { client, close } = inlineClient();
  await launch(client, { program: deep }, at(deep, 'DEEPEST'));
  await move(client, 'continue');
  const stacks: number[] = [];
  const pages: number[] = [];
  const scrolls: number[] = [];
  for (let time = 0; time < 20; time++) {
    await move(client, 'next');
    await move(client, 'stepBack');
    const start = performance.now();
    const { body } = await client.stackTraceRequest({ threadId: 1 });
    for (const { id } of body.stackFrames.slice(0, 50)) {
      const scopes = await client.scopesRequest({ frameId: id });
      const locals = scopes.body.scopes.find(({ name }) => name === 'Locals');
      const variablesReference = locals?.variablesReference ?? 0;
      if (variablesReference > 0) await client.variablesRequest({ variablesReference });
    }
    stacks.push(performance.now() - start);
    const [frame] = body.stackFrames;
    const { result } = await evaluate(client, frame?.id ?? 0);
    const from = performance.now();
    await client.variablesRequest({
      variablesReference: result,
      filter: 'indexed',
      start: 5000,
      count: 100,
    });
    pages.push(performance.now() - from);
    for (let start = 0; start < 10_000; start += 100) {
      const began = performance.now();
      const page = { variablesReference: result, filter: 'indexed', start, count: 100 } as const;
      const { body: told } = await client.variablesRequest(page);
      if (told.variables.length !== 100) throw new Error('a page is not whole');
      scrolls.push(performance.now() - began);
    }
  }
  report('stack with locals of 50 frames', median(stacks), 'ms', null);
  report('a page of 100 of 10,000 elements', median(pages), 'ms', null);
  report('10,000 elements in 100 pages, each, p95', percentile95(scrolls), 'ms', null);
  await close();
}

async function evaluate(client: DebugClient, frameId: number): Promise<{ result: number }> {
  const { body } = await client.evaluateRequest({ expression: 'values', frameId });
  return { result: body.variablesReference };
}
