/**
 * One execution of a timeline: a header, a rail for each attempt, and what happened along it.
 * The column of times begins anew after every wait of a second or more.
 */
import type { Entry } from '../../journal/entry.ts';
import { type History, wallNanosOf } from '../../journal/history.ts';
import type { AttemptOutcome, AttemptRow, ExecutionRow, TraceRow } from '../../journal/records.ts';
import { formatWallTime, NANOS_PER_SECOND, type VirtualNanos } from '../../kernel/time.ts';
import { countText, visibleText } from './bytes-text.ts';
import { effectLines, mergeOutputs, type ShownRow } from './effect-lines.ts';
import { shortDuration } from './short-duration.ts';
import { placeText } from './stack-text.ts';
import { type Paint, type Sign, type Span, sign, span, spread, type TextStyle } from './style.ts';
import { EVENT_LOOKS } from './timeline-events.ts';
import { executionRows } from './timeline-rows.ts';
import type { SiteLookup, TimelineOptions } from './timeline-text.ts';
import { traceText } from './trace-text.ts';
import { type InodeNames, namesFrom } from './volume-names.ts';

/** A gap of this length in virtual time gets a line of its own. */
const GAP_NANOS = NANOS_PER_SECOND;
const TIME_WIDTH = 9;
/** Columns of `#12` and the space after it, at least. */
const NUMBER_WIDTH_MIN = 6;
const LOST_NAMES_MAX = 4;

export interface BlockSetup {
  readonly history: History;
  readonly execution: ExecutionRow;
  readonly style: TextStyle;
  readonly all: boolean;
  readonly sites: SiteLookup | undefined;
  readonly trapSites: TimelineOptions['trapSites'] | undefined;
}

interface OutcomeLook {
  readonly sign: Sign;
  readonly paint: Paint;
}

const LEFT_OUT: OutcomeLook = { sign: 'later', paint: 'dim' };

const OUTCOMES: Readonly<Record<AttemptOutcome, OutcomeLook>> = {
  completed: { sign: 'ok', paint: 'green' },
  suspended: { sign: 'suspended', paint: 'dim' },
  crashed: { sign: 'failed', paint: 'red' },
  fenced: { sign: 'refused', paint: 'yellow' },
  trapped: { sign: 'failed', paint: 'red' },
  failed: { sign: 'failed', paint: 'red' },
  diverged: { sign: 'failed', paint: 'red' },
  cancelled: { sign: 'failed', paint: 'yellow' },
};

export function executionBlock(setup: BlockSetup): readonly string[] {
  return new ExecutionBlock(setup).lines();
}

class ExecutionBlock {
  private readonly out: string[] = [];
  /** The attempt whose rail is being drawn. */
  private open: AttemptRow | undefined;
  /** Where the column of times counts from. */
  private anchor: VirtualNanos;
  private last: bigint;

  private readonly names: InodeNames;
  private readonly numberWidth: number;

  constructor(private readonly setup: BlockSetup) {
    const entries = setup.history.entries(setup.execution.id);
    this.names = namesFrom(entries);
    this.numberWidth = Math.max(NUMBER_WIDTH_MIN, `#${entries.length} `.length);
    this.anchor = setup.execution.startedAt;
    this.last = setup.execution.startedAt;
  }

  lines(): readonly string[] {
    const { history, execution, style, all } = this.setup;
    this.out.push(spread(header(history, execution), [], style));
    const rows = executionRows(history, execution.id, { all });
    for (const row of mergeOutputs(rows)) {
      this.gap(row.at);
      this.row(row);
    }
    this.ending();
    return this.out;
  }

  private row(row: ShownRow): void {
    switch (row.kind) {
      case 'began':
        this.open = row.attempt;
        this.rail(row.at, 'first', [span(this.beginning(row.attempt), 'bold')]);
        return;
      case 'ended':
        this.ended(row.attempt, row.at);
        return;
      case 'overtaken':
        if (this.open?.number === row.number) this.close(row.at, overtakenText(row.attempt));
        return;
      case 'event': {
        const look = EVENT_LOOKS[row.trace.kind] ?? { sign: 'resumed', paint: 'dim' };
        this.note(row.at, look, visibleText(this.eventText(row.trace)));
        return;
      }
      case 'hidden':
        this.note(row.at, LEFT_OUT, hiddenEffects(row.entries, this.setup.style));
        return;
      case 'hidden-attempts':
        this.note(row.at, LEFT_OUT, hiddenAttempts(row.attempts));
        return;
      default:
        this.effect(row);
    }
  }

  private eventText(trace: TraceRow): string {
    const { history, execution } = this.setup;
    const own = trace.execution === execution.id;
    const entry = own ? history.entries(execution.id)[trace.seq ?? -1] : undefined;
    const naming = own ? 'brief' : 'full';
    return traceText(trace, { naming, keyed: entry?.key !== undefined });
  }

  private effect(row: Extract<ShownRow, { kind: 'effect' | 'outputs' }>): void {
    const { style, sites, execution } = this.setup;
    const entry = row.kind === 'effect' ? row.entry : row.entries[0];
    const node = this.open?.node ?? 'the node';
    const place = row.lost === 'all' ? undefined : sites?.(execution.id, entry?.seq ?? 0);
    const { names, numberWidth } = this;
    const lines = effectLines(row, { style, node, place, names, numberWidth });
    for (const [index, { left, right }] of lines.entries()) {
      const margin = index === 0 ? this.margin(row.at) : this.margin(undefined);
      this.out.push(spread([...margin, ...left], right, style));
    }
  }

  /** Makes the passing of time visible, and lets the column of times begin anew. */
  private gap(at: VirtualNanos): void {
    const passed = at - this.last;
    this.last = at;
    if (passed < GAP_NANOS) return;
    this.anchor = at;
    const { history, style } = this.setup;
    const wall = formatWallTime(wallNanosOf(history, at));
    const rail = this.open === undefined ? ' ' : sign(style, 'gap');
    const text = `${sign(style, 'later')} ${shortDuration(passed, 2)} later, ${wall}`;
    const margin = span(`${' '.repeat(TIME_WIDTH)} ${rail}  `, 'dim');
    this.out.push(spread([margin, span(text, 'cyan')], [], style));
  }

  private beginning({ number, node, replayed }: AttemptRow): string {
    const title = `attempt ${number} on ${node}`;
    if (number === 1) return title;
    if (replayed > 0) return `${title}, replays ${countText(replayed, 'effect')} from the journal`;
    return `${title}, begins anew`;
  }

  private ended(attempt: AttemptRow, at: VirtualNanos): void {
    const { outcome } = attempt;
    if (outcome === undefined) return;
    const look = OUTCOMES[outcome];
    const { execution, history } = this.setup;
    const text = visibleText(endText(attempt, execution, history));
    if (this.open?.number === attempt.number) {
      this.open = undefined;
      const mark = sign(this.setup.style, look.sign);
      const place = outcome === 'trapped' ? this.setup.trapSites?.(execution.id) : undefined;
      const where = place === undefined ? '' : ` at ${placeText(place)}`;
      this.rail(at, 'last', [span(`${mark} ${text}${where}`, look.paint)]);
    } else {
      this.note(at, look, `attempt ${attempt.number}: ${text}`);
    }
  }

  /** Ends the rail of an attempt that lives on elsewhere, or of which no more is known. */
  private close(at: VirtualNanos | undefined, text: string): void {
    this.open = undefined;
    this.rail(at, 'open', [span(text, 'yellow')]);
  }

  /** How it stands, where the last attempt does not say so. */
  private ending(): void {
    const { execution, history, style } = this.setup;
    const now = STATUS_NOW[execution.status];
    if (this.open !== undefined) {
      this.close(undefined, now ?? endingText(execution));
      return;
    }
    const outcome = history.attempts(execution.id).at(-1)?.outcome;
    if (outcome !== undefined && outcome === OUTCOME_OF[execution.status]) return;
    const margin = ' '.repeat(TIME_WIDTH + 1);
    const [mark, paint]: [Sign, Paint] =
      now === undefined ? ['failed', 'red'] : ['later', 'yellow'];
    const text = visibleText(now ?? endingText(execution));
    this.out.push(spread([span(`${margin}${sign(style, mark)}  ${text}`, paint)], [], style));
  }

  /** A line that begins or ends a rail. */
  private rail(at: VirtualNanos | undefined, end: Sign, text: readonly Span[]): void {
    const { style } = this.setup;
    const time = at === undefined ? '' : this.time(at);
    const margin = span(`${time.padStart(TIME_WIDTH)} ${sign(style, end)} `, 'dim');
    this.out.push(spread([margin, ...text], [], style));
  }

  /** Something that happened along the rail, or after its end. */
  private note(at: VirtualNanos, look: OutcomeLook, text: string): void {
    const { style } = this.setup;
    const indent = ' '.repeat(this.numberWidth);
    const [first = '', ...more] = wrap(text, style.width - TIME_WIDTH - this.numberWidth - 5);
    const mark = `${indent}${sign(style, look.sign)} `;
    this.out.push(spread([...this.margin(at), span(mark + first, look.paint)], [], style));
    for (const line of more) {
      this.out.push(
        spread([...this.margin(undefined), span(`${indent}  ${line}`, look.paint)], [], style),
      );
    }
  }

  private margin(at: VirtualNanos | undefined): readonly Span[] {
    const time = at === undefined ? '' : this.time(at);
    const rail = this.open === undefined ? ' ' : sign(this.setup.style, 'rail');
    return [span(`${time.padStart(TIME_WIDTH)} ${rail} `, 'dim')];
  }

  private time(at: VirtualNanos): string {
    return shortDuration(at - this.anchor);
  }
}

function header(history: History, execution: ExecutionRow): readonly Span[] {
  const { id, startedAt, endedAt } = execution;
  const counts = [
    countText(history.attempts(id).length, 'attempt'),
    countText(history.entries(id).length, 'effect'),
  ];
  const level = execution.level === 'effect' ? [] : [`persistence level ${execution.level}`];
  const took = endedAt === undefined ? [] : [shortDuration(endedAt - startedAt)];
  const good = execution.status === 'completed' && execution.exitCode === 0;
  const starter = starterText(history, id);
  const paint = good ? 'green' : execution.endedAt === undefined ? 'yellow' : 'red';
  return [
    span(id, 'bold'),
    ...(starter === '' ? [] : [span(starter, 'dim')]),
    span('  '),
    span(statusText(execution), paint),
    span(`  ${[...took, ...counts, ...level].join(', ')}`, 'dim'),
  ];
}

/** `, started by order-1 #3`; empty for an execution that no other one started. */
function starterText(history: History, id: ExecutionRow['id']): string {
  const start = history
    .traces()
    .find(({ kind, execution }) => kind === 'execution.started' && execution === id);
  if (start?.data?.by === undefined) return '';
  const { by, bySeq } = start.data;
  return `, started by ${by}${bySeq === undefined ? '' : ` #${bySeq}`}`;
}

/** `completed with exit code 0`, `waiting`. */
export function statusText({ status, exitCode }: ExecutionRow): string {
  return exitCode === undefined ? status : `${status} with exit code ${exitCode}`;
}

/** The outcome of a last attempt that says all there is to say. */
const OUTCOME_OF: Readonly<Partial<Record<ExecutionRow['status'], AttemptOutcome>>> = {
  completed: 'completed',
  trapped: 'trapped',
  failed: 'failed',
  diverged: 'diverged',
  cancelled: 'cancelled',
};

function endingText({ status, reason }: ExecutionRow): string {
  return reason === undefined || reason === status ? status : `${status}: ${reason}`;
}

const STATUS_NOW: Readonly<Partial<Record<ExecutionRow['status'], string>>> = {
  running: 'it goes on: this is how far it has come',
  waiting: 'it waits for time to pass or for input',
  asking: "it waits for a person's answer",
};

function endText(attempt: AttemptRow, execution: ExecutionRow, history: History): string {
  const { outcome, detail, node, number } = attempt;
  switch (outcome) {
    case 'completed':
      return statusText(execution);
    case 'suspended':
      return 'suspended: it needs no node while it waits';
    case 'crashed':
      return `${detail ?? `${node} crashed`}${lostText(history, execution, number)}`;
    case 'fenced':
      return `${node} was fenced: ${detail ?? 'another node has taken over'}`;
    case 'cancelled':
      return 'cancelled';
    default:
      return detail ?? outcome ?? 'ended';
  }
}

function lostText(history: History, { id, status }: ExecutionRow, number: number): string {
  if (status === 'lost' && history.attempts(id).length === number) return '';
  const lost = history.lostEntries(id).filter(({ attempt }) => attempt === number);
  if (lost.length === 0) return ', and nothing was lost';
  const names = lost.slice(0, LOST_NAMES_MAX).map(({ entry }) => lostName(entry, history, id));
  const more = lost.length - names.length;
  return `, and with it went ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function lostName(entry: Entry, history: History, id: ExecutionRow['id']): string {
  const stored = history.entries(id)[entry.seq];
  const kept = stored !== undefined && stored.startedAt === entry.startedAt;
  return `${kept ? 'the result of ' : ''}${entry.operation.name} #${entry.seq}`;
}

function overtakenText({ node }: AttemptRow): string {
  return `${node} does not know that it has lost its lease`;
}

function hiddenEffects(entries: readonly Entry[], style: TextStyle): string {
  const counts = new Map<string, number>();
  for (const { operation } of entries) {
    counts.set(operation.name, (counts.get(operation.name) ?? 0) + 1);
  }
  const kinds = [...counts].map(([name, count]) => `${name}${style.unicode ? ' ×' : ' x'}${count}`);
  const range = `#${entries[0]?.seq ?? 0} to #${entries.at(-1)?.seq ?? 0}`;
  return `${countText(entries.length, 'effect')} more, ${range}: ${kinds.join(', ')} (--all shows them)`;
}

function hiddenAttempts(attempts: readonly AttemptRow[]): string {
  const counts = new Map<string, number>();
  for (const { outcome = 'running' } of attempts) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const kinds = [...counts].map(([outcome, count]) => `${count} ${outcome}`);
  const range = `${attempts[0]?.number ?? 0} to ${attempts.at(-1)?.number ?? 0}`;
  return `attempts ${range}: ${kinds.join(', ')} (--all shows them)`;
}

/** Breaks a sentence at spaces. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
