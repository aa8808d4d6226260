/** How the rows of the Executions view look: text, icon, and the words that menus go by. */
import type {
  AttemptSummary,
  EffectSummary,
  ExecutionSummary,
} from '../../simulator/host/protocol.ts';
import { formatDuration, NANOS_PER_MILLI } from '../../simulator/kernel/time.ts';
import { awaitedText } from './awaited-promises.ts';
import { OUTCOME_ICONS, statusIcon, unfinishedIcon, worstIcon } from './execution-icons.ts';
import type { ListedSimulation, Row } from './execution-rows.ts';
import type { Icon } from './icon.ts';
import { shortMessage } from './next-steps.ts';
import type { ExecutionModel, Phase, SimulationModel } from './simulation-model.ts';
import { traceIcon } from './trace-looks.ts';

export interface RowLook {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  /** Words that menus look for: the kind of row first, then what can be done with it. */
  readonly words: readonly string[];
  readonly collapse: 'none' | 'collapsed' | 'expanded';
  readonly tooltip?: string;
}

/** Executions beyond this many begin closed, so that a large simulation can be overseen. */
const EXECUTIONS_OPEN_MAX = 3;
const ATTEMPTS_OPEN_MAX = 8;
/** What an effect asked and got is cut here; its document has the whole. */
const EFFECT_TEXT_MAX = 90;

const GREEN = 'testing.iconPassed';
const RED = 'testing.iconFailed';
const YELLOW = 'list.warningForeground';
const GREY = 'disabledForeground';

/** The source line of an effect, once somebody has asked for it: `order.c:87`. */
export type KnownSource = (simulation: number, execution: string, seq: number) => string;

export function rowLook(row: Row, simulation: ListedSimulation, sourceOf: KnownSource): RowLook {
  const { model } = simulation;
  if (row.kind === 'simulation') return simulationLook(simulation);
  if (row.kind === 'more-executions') {
    return moreLook(`${model.executions.size} executions`, 'show 500 more');
  }
  const execution = model.executions.get(row.execution);
  if (execution === undefined) return moreLook('gone', '');
  const { summary, window } = execution;
  const live = model.isLive ? ['live'] : ['ended'];
  switch (row.kind) {
    case 'execution':
      return executionLook(execution, live, model);
    case 'attempt': {
      const attempt = summary.attempts.find(({ number }) => number === row.attempt);
      return attempt === undefined ? moreLook('gone', '') : attemptLook(attempt, summary, model);
    }
    case 'effect': {
      const effect = window.at(row.seq);
      if (effect === undefined) return moreLook('gone', '');
      const source = sourceOf(row.simulation, row.execution, row.seq);
      return effectLook(effect, source, [...live, ...(model.isLive ? [] : ['past'])]);
    }
    case 'lost':
      return lostLook(row.effect);
    case 'trace':
      return traceLook(row.trace);
    case 'next':
      return nextLook(row.seq, summary.effects);
    case 'question':
      return questionLook(model.phase, row.execution, row.seq);
    case 'more-effects':
      return row.direction === 'earlier'
        ? moreLook(`${window.from} earlier effects`, 'show 500')
        : moreLook(`${summary.effects - window.to} later effects`, 'show 500');
  }
}

const PHASE_ICONS: Readonly<Record<Phase['kind'], Icon>> = {
  starting: { id: 'loading~spin' },
  running: { id: 'sync~spin' },
  paused: { id: 'debug-pause', color: 'debugIcon.pauseForeground' },
  waiting: { id: 'question', color: YELLOW },
  ended: { id: 'pass', color: GREEN },
  stopped: { id: 'debug-stop', color: GREY },
  failed: { id: 'error', color: RED },
};

function simulationLook({ title, parent, model }: ListedSimulation): RowLook {
  const { phase } = model;
  const summaries = [...model.executions.values()].map(({ summary }) => summary);
  const words = [
    'simulation',
    model.isLive ? 'live' : 'ended',
    phase.kind,
    ...(model.address === undefined || !model.isLive ? [] : ['serving']),
    ...(model.recording === undefined ? [] : ['recording']),
    ...(parent === undefined ? [] : ['branch']),
  ];
  return {
    label: title,
    description: servingText(model) ?? phaseText(phase, summaries, model.now),
    icon: simulationIcon(model, summaries),
    words,
    collapse: summaries.length > 0 || model.isLive ? 'expanded' : 'none',
    tooltip: phase.kind === 'failed' ? phase.problem.message : (model.recording ?? title),
  };
}

const SERVING: Icon = { id: 'broadcast', color: GREEN };

function simulationIcon(model: SimulationModel, summaries: readonly ExecutionSummary[]): Icon {
  const { phase } = model;
  if (phase.kind === 'ended') return worstIcon(summaries);
  return isServingFreely(model) ? SERVING : PHASE_ICONS[phase.kind];
}

/** Nothing keeps it from answering the next client. */
function isServingFreely({ address, phase, isStopping }: SimulationModel): boolean {
  if (address === undefined || isStopping) return false;
  return phase.kind === 'running' || (phase.kind === 'waiting' && phase.questions.length === 0);
}

/** Where it serves, with what keeps it from doing so; undefined when it serves no more. */
function servingText(model: SimulationModel): string | undefined {
  const { address, phase, isStopping } = model;
  if (address === undefined || !model.isLive) return undefined;
  if (isStopping) return `stopping ${address}`;
  const where = `serving ${address}`;
  if (phase.kind === 'paused') {
    return `${where} · ${phase.seq === undefined ? 'paused' : `paused before #${phase.seq}`}`;
  }
  if (phase.kind !== 'waiting') return where;
  const isIdle = phase.questions.length + phase.promises.length === 0;
  return isIdle ? where : `${where} · ${waitText(phase)}`;
}

function phaseText(phase: Phase, summaries: readonly ExecutionSummary[], now: bigint): string {
  const effects = summaries.reduce((sum, one) => sum + one.effects, 0);
  const amount = `${count(effects, 'effect')} · ${formatDuration(now)}`;
  switch (phase.kind) {
    case 'starting':
      return phase.message;
    case 'running':
      return `running · ${amount}`;
    case 'paused':
      return phase.seq === undefined ? `paused · ${amount}` : `paused before #${phase.seq}`;
    case 'waiting':
      return `${waitText(phase)} · ${amount}`;
    case 'ended':
      return amount;
    case 'stopped':
      return `${phase.message} · ${amount}`;
    case 'failed':
      return shortMessage(phase.problem);
  }
}

/** What a simulation waits for that does nothing until a person has done something. */
function waitText({ questions, promises }: Extract<Phase, { kind: 'waiting' }>): string {
  if (questions.length > 0) return 'asks what to do';
  const [promise, ...others] = promises;
  if (promise === undefined) return 'waits for input';
  return `waits for ${promise}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}

const FAILURES: ReadonlySet<string> = new Set(['trapped', 'failed', 'diverged', 'lost']);

function hasFailed({ status, exitCode = 0, endedAt }: ExecutionSummary): boolean {
  return endedAt !== undefined && (FAILURES.has(status) || exitCode !== 0);
}

function executionLook(
  { summary, traces }: ExecutionModel,
  live: readonly string[],
  model: SimulationModel,
): RowLook {
  const { isLive, executions } = model;
  const { id, status, exitCode, attempts, effects, startedAt, endedAt, reason } = summary;
  const brokenOff = !isLive && endedAt === undefined;
  const exit = exitCode !== undefined && exitCode !== 0 ? ` with exit code ${exitCode}` : '';
  const node = attempts.at(-1)?.node;
  const start = traces.find(({ kind }) => kind === 'execution.started');
  const awaited = isLive ? awaitedText(summary.promises ?? [], id) : undefined;
  const parts = [
    awaited ?? (brokenOff ? `was ${status}` : status + exit),
    ...(node === undefined ? [] : [node]),
    count(effects, 'effect'),
    ...(attempts.length > 1 ? [`${attempts.length} attempts`] : []),
    ...(endedAt === undefined ? [] : [formatDuration(endedAt - startedAt)]),
  ];
  return {
    label: id,
    description: parts.join(' · '),
    icon: brokenOff || status === 'running' ? unfinishedIcon(model) : statusIcon(summary),
    words: [
      'execution',
      ...live,
      status,
      ...(awaited === undefined ? [] : ['promise']),
      ...(hasFailed(summary) ? ['failing'] : []),
    ],
    collapse: executions.size <= EXECUTIONS_OPEN_MAX ? 'expanded' : 'collapsed',
    tooltip: [
      reason ?? `${id}: ${parts.join(', ')}`,
      ...(start === undefined ? [] : [start.text]),
    ].join('\n'),
  };
}

function attemptLook(
  attempt: AttemptSummary,
  summary: ExecutionSummary,
  model: SimulationModel,
): RowLook {
  const { number, node, outcome, detail, replayed, epoch } = attempt;
  const parts = [
    outcome ?? (model.isLive ? 'running' : 'was running'),
    ...(replayed > 0 ? [`${replayed} replayed`] : []),
    ...(detail === undefined || detail === '' ? [] : [firstLine(detail)]),
  ];
  const isLast = number === summary.attempts.at(-1)?.number;
  return {
    label: `attempt ${number} on ${node}`,
    description: parts.join(' · '),
    icon: outcome === undefined ? unfinishedIcon(model) : OUTCOME_ICONS[outcome],
    words: ['attempt', outcome ?? 'running'],
    // A program that sleeps often has many; then only the last one is looked at.
    collapse: isLast || summary.attempts.length <= ATTEMPTS_OPEN_MAX ? 'expanded' : 'collapsed',
    tooltip: [`attempt ${number} on ${node}, epoch ${epoch}`, ...parts].join('\n'),
  };
}

/** By family, the part of an effect's name before the dot. */
const FAMILY_ICONS: Readonly<Record<string, string>> = {
  clock: 'watch',
  random: 'symbol-numeric',
  wait: 'history',
  http: 'globe',
  stdin: 'keyboard',
  stdout: 'output',
  stderr: 'output',
  socket: 'plug',
  connection: 'plug',
  datagram: 'radio-tower',
  dns: 'search',
  request: 'arrow-right',
  response: 'arrow-left',
  execution: 'type-hierarchy-sub',
  message: 'mail',
  promise: 'milestone',
  volume: 'database',
};

export function effectIcon({ operation, state }: EffectSummary): Icon {
  const id = FAMILY_ICONS[operation.split('.')[0] ?? ''] ?? 'symbol-event';
  return state === 'intent' ? { id, color: YELLOW } : { id };
}

function effectLook(effect: EffectSummary, source: string, words: readonly string[]): RowLook {
  const { seq, operation, startedAt, endedAt, state } = effect;
  const took = endedAt === undefined ? 0n : endedAt - startedAt;
  const parts = [
    shortText(effect),
    ...(source === '' ? [] : [source]),
    ...(state === 'delivered' ? [] : [state === 'intent' ? 'in flight' : 'not delivered']),
    ...(took >= NANOS_PER_MILLI ? [formatDuration(took)] : []),
    `at ${formatDuration(startedAt)}`,
  ];
  return {
    label: `#${seq} ${operation}`,
    description: parts.join(' · '),
    icon: effectIcon(effect),
    words: ['effect', ...words, effect.class, state],
    collapse: 'none',
  };
}

/** What it asked and got, without its name, which is said already. */
function shortText({ operation, text }: EffectSummary): string {
  const line = firstLine(text);
  const named = line.startsWith(`${operation} `) ? line.slice(operation.length + 1) : line;
  // Side bars are narrow: what every address begins with tells nothing.
  const rest = named.replace('https://', '');
  return rest.length <= EFFECT_TEXT_MAX ? rest : `${rest.slice(0, EFFECT_TEXT_MAX - 1)}…`;
}

function lostLook(effect: EffectSummary): RowLook {
  return {
    label: `#${effect.seq} ${effect.operation}`,
    // The outside has seen a call, and only its result is gone.
    description:
      effect.class === 'call'
        ? 'its result was lost with the crash'
        : 'lost with the crash, before anybody had seen it',
    tooltip: effect.text,
    icon: { id: 'circle-slash', color: GREY },
    words: ['lost'],
    collapse: 'none',
  };
}

function traceLook(trace: Extract<Row, { kind: 'trace' }>['trace']): RowLook {
  return {
    label: firstLine(trace.text),
    description: `at ${formatDuration(trace.at)}`,
    icon: traceIcon(trace),
    words: ['trace', trace.kind],
    collapse: 'none',
    tooltip: trace.text,
  };
}

function nextLook(seq: number, durable: number): RowLook {
  // What a node has done and not committed yet is told when it is durable.
  const pending = seq > durable ? ` · ${durableText(durable, seq - 1)}` : '';
  return {
    label: `#${seq} comes next`,
    description: `paused before it${pending}`,
    icon: { id: 'debug-stackframe', color: 'debugIcon.pauseForeground' },
    words: ['next', 'live', 'call'],
    collapse: 'none',
  };
}

function durableText(first: number, last: number): string {
  return first === last ? `#${first} is not durable yet` : `#${first}-#${last} are not durable yet`;
}

function questionLook(phase: Phase, execution: string, seq: number): RowLook {
  const questions = phase.kind === 'waiting' ? phase.questions : [];
  const question = questions.find((one) => one.execution === execution && one.seq === seq);
  return {
    label: `#${seq} Did ${callInWords(question?.call ?? 'this call')} happen?`,
    description: 'its outcome is unknown: retry it or fail it',
    icon: { id: 'question', color: YELLOW },
    words: ['question'],
    collapse: 'none',
  };
}

/** A call without what goes without saying: `POST https://payment.example/charges`. */
export function callInWords(call: string): string {
  return call.replace(/^http\.request /, '').replace(/ \.\.\. no result yet$/, '');
}

function moreLook(label: string, description: string): RowLook {
  return { label, description, icon: { id: 'ellipsis' }, words: ['more'], collapse: 'none' };
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

export function firstLine(text: string): string {
  const end = text.search(/[\r\n]/);
  return end < 0 ? text : `${text.slice(0, end)} …`;
}
