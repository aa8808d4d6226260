/** What happened in the world, as a sentence without a full stop. */
import type { Json, JsonObject } from '../../effects/operation.ts';
import type { TraceKind, TraceRow } from '../../journal/records.ts';
import { formatDuration, NANOS_PER_MILLI } from '../../kernel/time.ts';
import { countText } from './bytes-text.ts';
import { faultText } from './fault-text.ts';

export interface TraceContext {
  /** How to name an effect: in full, or only by its number inside its own execution. */
  readonly naming: 'full' | 'brief';
  /** The effect that it belongs to carries a key. */
  readonly keyed: boolean;
}

type Sentence = (row: TraceRow, context: TraceContext) => string;

/** `order-1 #3`, or `#3` where the execution goes without saying. */
function effect({ execution, seq }: TraceRow, { naming }: TraceContext): string {
  const number = seq === undefined ? '' : `#${seq}`;
  if (naming === 'brief' && number !== '') return number;
  return [execution ?? '', number].filter(Boolean).join(' ');
}

function field({ data }: TraceRow, name: string): Json | undefined {
  return (data as JsonObject | undefined)?.[name];
}

function node(row: TraceRow): string {
  return row.node ?? 'a node';
}

function service(row: TraceRow): string {
  return row.service ?? 'the service';
}

/** `the real `, for a service whose hosts are real. */
function real(row: TraceRow): string {
  return field(row, 'real') === true ? 'the real ' : '';
}

/** `again `, for what the network has made twice. */
function again(row: TraceRow): string {
  return field(row, 'again') === true ? 'again ' : '';
}

/** ` after 84 ms`, for what took real time. */
function took(row: TraceRow): string {
  const nanos = field(row, 'took');
  if (typeof nanos !== 'string') return '';
  const millis = (BigInt(nanos) + NANOS_PER_MILLI / 2n) / NANOS_PER_MILLI;
  return ` after ${formatDuration(millis * NANOS_PER_MILLI)}`;
}

/** `, try 2`, for every try but the first. */
function tryText(row: TraceRow): string {
  const number = field(row, 'try');
  return typeof number === 'number' && number > 1 ? `, try ${number}` : '';
}

function clock(row: TraceRow): string {
  return `the ${field(row, 'clock') ?? 'wall'} clock of ${node(row)}`;
}

function length(row: TraceRow, name: string): string {
  return formatDuration(BigInt(String(field(row, name) ?? '0')));
}

function jump(row: TraceRow): string {
  const nanos = BigInt(String(field(row, 'byNanos') ?? '0'));
  const length = formatDuration(nanos < 0n ? -nanos : nanos);
  const clock = `the ${field(row, 'clock') ?? 'wall'} clock of ${node(row)}`;
  return `${clock} jumped ${length} ${nanos < 0n ? 'back' : 'ahead'}`;
}

function drift(row: TraceRow): string {
  const ppm = Number(field(row, 'ppm') ?? 0);
  const clock = `the ${field(row, 'clock') ?? 'wall'} clock of ${node(row)}`;
  if (ppm === 0) return `${clock} keeps time again`;
  return `${clock} runs ${ppm > 0 ? 'fast' : 'slow'} by ${Math.abs(ppm)} us a second`;
}

function input(row: TraceRow): string {
  const bytes = Number(field(row, 'bytes') ?? 0);
  const name = String(field(row, 'inbox') ?? 'stdin');
  const ends = field(row, 'ends') === true;
  const method = field(row, 'method');
  if (method !== undefined) return `${method} ${field(row, 'url') ?? ''} came in`;
  if (bytes === 0 && ends) return `${name} ended`;
  return `${countText(bytes, 'byte')} came in on ${name}${ends ? ', the last' : ''}`;
}

function started(row: TraceRow): string {
  const seq = field(row, 'bySeq');
  const by = `${field(row, 'by') ?? 'somebody'}${seq === undefined ? '' : ` #${seq}`}`;
  return `${by} started ${row.execution ?? 'an execution'}`;
}

function message(row: TraceRow): string {
  const bytes = countText(Number(field(row, 'bytes') ?? 0), 'byte');
  return `a message of ${bytes} came from ${field(row, 'from') ?? 'outside'}`;
}

const HEALED: Readonly<Record<string, string>> = {
  partition: 'what was cut is connected again',
  'slow-link': 'the slow links are as fast as before',
  'lossy-link': 'the links lose nothing more',
  clog: 'the clogged links let everything through',
  'store-unreachable': 'the journal store can be reached again',
  'store-slow': 'the journal store is as fast as before',
};

function clientSent(row: TraceRow): string {
  return `client ${field(row, 'client') ?? ''} sent ${field(row, 'what') ?? 'something'}`;
}

function clientAnswered(row: TraceRow): string {
  const client = `client ${field(row, 'client') ?? ''}`;
  const what = String(field(row, 'what') ?? 'what it sent');
  const status = field(row, 'status');
  switch (field(row, 'outcome')) {
    case 'answered': {
      const bytes = countText(Number(field(row, 'bytes') ?? 0), 'byte');
      return `${client} got ${status ?? bytes} for ${what}`;
    }
    case 'cut':
      return `${client} got the beginning of an answer to ${what}`;
    case 'left':
      return `${client} waited no longer for ${what}`;
    default:
      return `${client} got no answer to ${what}`;
  }
}

const SENTENCES: Readonly<Record<TraceKind, Sentence>> = {
  'node.crashed': (row) => `${node(row)} crashed`,
  'node.restarted': (row) => `${node(row)} is up again`,
  'node.paused': (row) => `${node(row)} stands still`,
  'node.resumed': (row) => `${node(row)} goes on`,
  'clock.jumped': jump,
  'clock.drifted': drift,
  'clock.frozen': (row) => `${clock(row)} stands still`,
  'clock.thawed': (row) => `${clock(row)} goes on`,
  'clock.strobed': (row) =>
    field(row, 'byNanos') === undefined
      ? `${clock(row)} jumps no more`
      : `${clock(row)} jumps by ${length(row, 'byNanos')} and back every ${length(row, 'everyNanos')}`,
  'clock.smeared': (row) =>
    `${clock(row)} gains ${length(row, 'byNanos')} over ${length(row, 'forNanos')}`,
  'clock.reset': (row) => `${clock(row)} is set right`,
  'timer.moved': (row, context) => {
    const nanos = BigInt(String(field(row, 'byNanos') ?? '0'));
    const by = formatDuration(nanos < 0n ? -nanos : nanos);
    return `the timer of ${effect(row, context)} goes off ${by} too ${nanos < 0n ? 'early' : 'late'}`;
  },
  'timer.lost': (row, context) =>
    `the timer of ${effect(row, context)} never goes off; that is noticed ${length(row, 'forNanos')} later`,
  'timer.repeated': (row, context) =>
    `the timer of ${effect(row, context)} goes off twice, ${length(row, 'afterNanos')} apart`,
  'journal.torn': (row) =>
    `of what ${node(row)} was committing for ${row.execution ?? 'an execution'}, ` +
    `${countText(Number(field(row, 'stored') ?? 0), 'entry', 'entries')} came to be stored, and ` +
    `${field(row, 'cut') ?? '0'} not`,
  'workflow.deployed': (row) =>
    `${field(row, 'module') ?? 'another module'} is deployed for ${field(row, 'workflow') ?? 'a workflow'}`,
  'fault.fired': (row, context) =>
    faultText(row.data ?? {}, { node: row.node, effect: effect(row, context) }),
  'faults.ended': () => 'the fault plan is over: what was wrong is mended, and nothing goes wrong',
  'lease.claimed': (row) =>
    `${node(row)} claimed ${row.execution ?? 'the execution'} (epoch ${field(row, 'epoch') ?? '?'})`,
  'lease.expired': (row) =>
    `the lease of ${node(row)} on ${row.execution ?? 'the execution'} is over`,
  'commit.refused': (row) =>
    `a commit of ${countText(Number(field(row, 'entries') ?? 0), 'entry', 'entries')} by ` +
    `${node(row)} was refused: its epoch is ${field(row, 'epoch') ?? '?'}, and the journal is at ` +
    `${field(row, 'current') ?? '?'}`,
  'request.sent': (row, context) =>
    `${node(row)} sent the request of ${effect(row, context)} to ${service(row)}${tryText(row)}`,
  'request.arrived': (row, context) =>
    `the request of ${effect(row, context)} arrived ${again(row)}at ${real(row)}${service(row)}`,
  'request.lost': (row, context) =>
    `the request of ${effect(row, context)} was lost on its way to ${service(row)}`,
  'response.sent': (row, context) =>
    `${real(row)}${service(row)} answered ${effect(row, context)} with ` +
    `${field(row, 'status') ?? 'nothing'}${took(row)}`,
  'response.arrived': (row, context) =>
    `the response to ${effect(row, context)} arrived ${again(row)}at ${node(row)}`,
  'request.held': (row, context) =>
    `the request of ${effect(row, context)} does not get through to ${service(row)} so far`,
  'response.held': (row, context) =>
    `the response to ${effect(row, context)} does not get through from ${service(row)} so far`,
  'volume.healed': (row) => {
    const name = row.service === undefined ? 'the volumes are' : `${row.service} is`;
    return `${name} ${field(row, 'fault') === 'full' ? 'full' : 'slow'} no longer`;
  },
  'volume.lost': (row) =>
    `${row.service ?? 'a volume'} lost unsynced writes to ` +
    countText(Number(field(row, 'files') ?? 0), 'file'),
  'write.misdirected': (row, context) => {
    const offset = field(row, 'offset');
    const file = field(row, 'file') ?? 'the file';
    const where = offset === undefined ? 'outside of any file' : `at byte ${offset} of ${file}`;
    return `what ${effect(row, context)} wrote landed ${where}`;
  },
  'link.healed': (row) => HEALED[String(field(row, 'fault'))] ?? 'links are as they were',
  'commit.held': (row) =>
    `a commit of ${node(row)} does not get through to the journal store so far`,
  'response.lost': (row, context) =>
    field(row, 'real') === true
      ? `no response to ${effect(row, context)} came from ${real(row)}${service(row)}${took(row)}: ` +
        `${field(row, 'why') ?? 'it is not known why'}`
      : `the response to ${effect(row, context)} was lost on its way back from ${service(row)}`,
  'call.retried': (row, context) =>
    `${effect(row, context)} is sent again${context.keyed ? ' with the same key' : ''} ` +
    `(${field(row, 'why') ?? 'no reason given'}${tryText(row)})`,
  'question.asked': (row, context) =>
    `what became of ${effect(row, context)} is not known: it waits for a person's answer`,
  'question.answered': (row, context) =>
    `a person answered what becomes of ${effect(row, context)}: ${field(row, 'answer') ?? '?'}`,
  'service.failed': (row) => String(field(row, 'message') ?? `service ${service(row)} failed`),
  'input.arrived': input,
  'execution.started': started,
  'message.arrived': message,
  'client.sent': clientSent,
  'client.answered': clientAnswered,
  'result.edited': (row, context) =>
    `the result of ${effect(row, context)} is edited by hand: ${field(row, 'fields') ?? 'all of it'}`,
  'memory.patched': (row, context) =>
    `memory is changed by hand before ${effect(row, context)}: ${field(row, 'label') ?? ''}`,
  'promise.kept': (row) => `the promise ${field(row, 'promise') ?? ''} was kept`,
};

export function traceText(row: TraceRow, context: Partial<TraceContext> = {}): string {
  return SENTENCES[row.kind](row, { naming: 'full', keyed: false, ...context });
}
