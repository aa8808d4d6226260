/** What to tell when a run did not end well: what happened, where, and what to do next. */
import type {
  ExecutionSummary,
  ProblemReport,
  SimulationSnapshot,
  SimulationState,
  SourcePlace,
  StackFrameView,
} from '../host/protocol.ts';
import { visibleText } from '../host/text/bytes-text.ts';
import { promiseWaitText } from '../host/text/promise-text.ts';
import { placeText, stackText } from '../host/text/stack-text.ts';
import { HostClient } from './node/host-client.ts';
import type { RunPlan } from './run-plan.ts';

/** Executions of which something is told when very many did not end well. */
const EXECUTIONS_MAX = 5;
/** Promises that are named besides the first. */
const OTHERS_NAMED_MAX = 3;
/** How long it may take to find the source line of the last effect. */
const LOCATE_MS_MAX = 5000;

/** The code of the problem that a client of the world has not got what it can use. */
export const CLIENT_FAILED = 'client-failed';

/** Problems of the executions that have no exit code of their own choosing, and of clients. */
export async function endingProblems(
  client: HostClient,
  snapshot: SimulationSnapshot | undefined,
  recording: string,
): Promise<readonly ProblemReport[]> {
  const bad = (snapshot?.executions ?? []).filter(({ status }) => status !== 'completed');
  const told = bad.filter(({ endedAt }) => endedAt !== undefined).slice(0, EXECUTIONS_MAX);
  const problems: ProblemReport[] = [];
  for (const execution of told) problems.push(await endingProblem(client, execution, recording));
  for (const message of snapshot?.clients?.failures ?? []) {
    problems.push({ severity: 'error', code: CLIENT_FAILED, message });
  }
  return [...problems, ...(snapshot?.idleFaults ?? [])];
}

async function endingProblem(
  client: HostClient,
  { id, status, reason }: ExecutionSummary,
  recording: string,
): Promise<ProblemReport> {
  const severity = 'error';
  if (status !== 'trapped') {
    const message = reason === undefined || reason === status ? status : `${status}: ${reason}`;
    return { severity, code: status, message: `${id} ${message}` };
  }
  const stack = await client.request({ kind: 'trap', execution: id });
  const next = `Step through what led there: open ${recording} in the editor and debug it.`;
  const lines = stack.length === 0 ? '' : `\n${stackText(stack, { indent: '    at ' })}`;
  return withPlace(
    { severity, code: 'trapped', message: `${id} ${reason}${lines}\n${next}` },
    stack,
  );
}

export type WaitingState = Extract<SimulationState, { kind: 'waiting' }>;

/** Somebody has to do something for it to go on: says who waits for what, and what to do. */
export async function waitingProblem(
  client: HostClient,
  { questions, promises }: WaitingState,
  snapshot: SimulationSnapshot | undefined,
  recording: string,
): Promise<ProblemReport> {
  const [question] = questions;
  if (question !== undefined) {
    const { execution, seq, call } = question;
    const message =
      `${execution} #${seq} waits for an answer: ${call}\n` +
      'It was sent, and what became of it is not known. Run again with --answer retry or ' +
      '--answer fail, or set another policy for this route under "unknownOutcome".';
    return { severity: 'error', code: 'asking', message };
  }
  const [promise] = promises;
  if (promise !== undefined) return promiseProblem(promise, promises, recording);
  const waits = (snapshot?.executions ?? []).filter(({ endedAt }) => endedAt === undefined);
  const [first] = waits;
  const last =
    first === undefined || first.effects === 0
      ? []
      : await client.request({
          kind: 'effects',
          execution: first.id,
          from: first.effects - 1,
          count: 1,
        });
  const call = last[0] === undefined ? '' : `: #${last[0].seq} ${last[0].text}`;
  const others = waits.length > 1 ? `, as do ${waits.length - 1} more` : '';
  const message =
    `${first?.id ?? 'the program'} waits for something that never comes${call}${others}.\n` +
    (last[0]?.operation === 'message.receive'
      ? `Send it one: backstitch run --resume ${recording} --message ${first?.id}=TEXT`
      : 'Give it input with --stdin FILE or a pipe, and see that every wait has a deadline.');
  return { severity: 'error', code: 'waiting', message };
}

function promiseProblem(
  promise: string,
  promises: readonly string[],
  recording: string,
): ProblemReport {
  const others = promises.slice(1, 1 + OTHERS_NAMED_MAX).map((name) => visibleText(name));
  const more = promises.length - 1 - others.length;
  const rest = others.length === 0 ? '' : `; others wait for ${others.join(', ')}`;
  const keep = `--promise ${visibleText(promise)}=VALUE`;
  const message =
    `${promiseWaitText(promise)}, which nobody has kept${rest}${more > 0 ? ` and ${more} more` : ''}.\n` +
    `Go on from here: backstitch run --resume ${recording} ${keep}\n` +
    `Or keep it from the beginning: run again with ${keep}`;
  return { severity: 'error', code: 'waiting', message };
}

export interface StuckSetup {
  readonly plan: RunPlan;
  readonly script: string;
  readonly silentMs: number;
  readonly lastEffect: { readonly execution: string; readonly seq: number } | undefined;
}

/** A program that computes for ever: names the last effect that it asked for, and its line. */
export async function stuckProblem(setup: StuckSetup): Promise<ProblemReport> {
  const { plan, silentMs, lastEffect } = setup;
  const seconds = Math.round(silentMs / 1000);
  const name = plan.workflow ?? 'the program';
  const next = 'It may loop for ever; if it only needs longer, raise limits.secondsBetweenEffects.';
  if (lastEffect === undefined) {
    const message = `${name} computed for ${seconds} s without any effect, and was ended. ${next}`;
    return { severity: 'error', code: 'stuck', message };
  }
  const { execution } = lastEffect;
  const stack = await locate(setup, execution, lastEffect.seq);
  const site = stack.find(({ user, source }) => user && source !== undefined);
  const where = site?.source === undefined ? '' : ` at ${placeText(site.source)}`;
  const message =
    `${execution} computed for ${seconds} s without an effect after #${lastEffect.seq}${where}, ` +
    `and was ended. ${next}`;
  return withPlace({ severity: 'error', code: 'stuck', message }, stack);
}

async function locate(
  { plan, script }: StuckSetup,
  execution: string,
  seq: number,
): Promise<readonly StackFrameView[]> {
  const { request } = plan;
  if (request.kind !== 'run') return [];
  const client = new HostClient({ script, shortLived: true, onEvent: () => {} });
  const timer = setTimeout(() => void client.terminate(), LOCATE_MS_MAX);
  try {
    return await client.request({ kind: 'locate', options: request.options, execution, seq });
  } catch {
    // Without a source line the message is still true.
    return [];
  } finally {
    clearTimeout(timer);
    await client.terminate();
  }
}

function withPlace(problem: ProblemReport, stack: readonly StackFrameView[]): ProblemReport {
  const place: SourcePlace | undefined = stack.find(({ user }) => user)?.source;
  return place === undefined ? problem : { ...problem, place };
}
