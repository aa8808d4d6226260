/** How an effect looks in a timeline: one line, or several for what a program printed. */
import { stderrWrite } from '../../effects/stdio.ts';
import type { Entry } from '../../journal/entry.ts';
import type { VirtualNanos } from '../../kernel/time.ts';
import type { SourcePlace } from '../protocol.ts';
import { hexBeginning, textOf, visibleText } from './bytes-text.ts';
import { effectParts } from './effect-text.ts';
import { shortDuration } from './short-duration.ts';
import { placeText } from './stack-text.ts';
import { type Span, sign, span, spansWidth, type TextStyle } from './style.ts';
import type { EffectContent, TimelineRow } from './timeline-rows.ts';
import type { InodeNames } from './volume-names.ts';

/** Lines shown of what a program printed at once. */
const OUTPUT_LINES_MAX = 12;
/** Writes that are put together until their line ends. */
const MERGED_WRITES_MAX = 256;
const NAME_WIDTH = 13;
/** Columns of the time and the rail, left of everything here. */
const MARGIN_WIDTH = 12;
/** Narrower lines leave no room for source lines and durations. */
const WIDTH_WITH_PLACE_MIN = 72;

/** Writes of one stream that together make whole lines. */
export interface OutputsRow {
  readonly kind: 'outputs';
  readonly entries: readonly Entry[];
  readonly lost: EffectContent['lost'];
  readonly at: VirtualNanos;
  readonly number: number;
}

export type ShownRow = (TimelineRow & { readonly at: VirtualNanos }) | OutputsRow;

/** Puts together the writes that make one line: programs print in pieces. */
export function mergeOutputs(rows: readonly TimelineRow[]): readonly ShownRow[] {
  const shown: ShownRow[] = [];
  let collected: { row: TimelineRow & EffectContent; entries: Entry[] } | undefined;
  const flush = (): void => {
    if (collected === undefined) return;
    const { row, entries } = collected;
    const { at, number, lost } = row;
    shown.push({ kind: 'outputs', entries, at: at as VirtualNanos, number, lost });
    collected = undefined;
  };
  for (const row of rows) {
    if (row.kind !== 'effect' || row.entry.operation.class !== 'output' || !isStream(row.entry)) {
      flush();
      shown.push(row as ShownRow);
      continue;
    }
    if (collected !== undefined && !continues(collected, row)) flush();
    collected ??= { row, entries: [] };
    collected.entries.push(row.entry);
  }
  flush();
  return shown;
}

function isStream({ operation }: Entry): boolean {
  return operation.name === 'stdout.write' || operation.name === 'stderr.write';
}

function continues(
  { row, entries }: { row: TimelineRow & EffectContent; entries: readonly Entry[] },
  next: TimelineRow & EffectContent,
): boolean {
  const last = entries.at(-1);
  return (
    last !== undefined &&
    entries.length < MERGED_WRITES_MAX &&
    last.operation === next.entry.operation &&
    last.seq + 1 === next.entry.seq &&
    row.number === next.number &&
    row.lost === next.lost &&
    last.args.body?.at(-1) !== NEWLINE
  );
}

const NEWLINE = 0x0a;

export interface LineSetup {
  readonly style: TextStyle;
  /** The node of the attempt. */
  readonly node: string;
  readonly place: SourcePlace | undefined;
  readonly names: InodeNames;
  /** Columns of `#12` and what follows it. */
  readonly numberWidth: number;
}

export interface EffectLine {
  readonly left: readonly Span[];
  readonly right: readonly Span[];
}

export function effectLines(
  row: Extract<ShownRow, { kind: 'effect' | 'outputs' }>,
  setup: LineSetup,
): readonly EffectLine[] {
  if (row.kind === 'outputs') return outputLines(row, setup);
  const line = effectLine(row, setup);
  const width = setup.style.width - MARGIN_WIDTH - spansWidth(line.right) - 2;
  const tooLong = row.entry.operation.class === 'call' && spansWidth(line.left) > width;
  if (!tooLong || row.part === 'asked' || row.part === 'got') return [line];
  // What a call got is worth a line of its own.
  return [effectLine(row, setup, 'asked'), effectLine(row, setup, 'got')];
}

/** @param part what is shown of it on this line */
function effectLine(
  row: EffectContent & { readonly number: number },
  setup: LineSetup,
  part: EffectContent['part'] = row.part,
): EffectLine {
  const { entry, lost } = row;
  const { style, node, numberWidth } = setup;
  const { name, asked, got, failed } = effectParts(entry, setup.names);
  const gone = lost === 'all';
  const result: Span[] = [];
  if (part === 'asked') {
    result.push(span(entry.result === undefined ? ' (no result yet)' : '', 'dim'));
  } else {
    const words = got === '' && part !== 'whole' ? doneText(entry) : (got ?? '');
    if (words !== '') {
      result.push(span(` ${sign(style, 'arrow')} `, 'dim'));
      result.push(span(visibleText(words), gone ? 'dim' : failed ? 'red' : undefined));
    }
  }
  const left =
    part === 'got'
      ? [span(' '.repeat(numberWidth - 1)), ...result]
      : [
          span(`#${entry.seq}`.padEnd(numberWidth), 'dim'),
          span(pad(name), gone ? 'dim' : 'cyan'),
          span(visibleText(asked), gone ? 'dim' : undefined),
          ...result,
        ];
  const notes: Span[] = [];
  const isLast = part !== 'asked' || entry.endedAt === undefined;
  if (lost !== 'nothing' && isLast) {
    notes.push(span(`${lost === 'all' ? 'lost' : 'result lost'} with ${node}`, 'red'));
  }
  if (row.part === 'resumed' && part !== 'asked' && entry.attempt < row.number) {
    notes.push(span('from the journal', 'dim'));
  }
  const took = part === 'asked' ? undefined : tookText(entry);
  return { left, right: right(notes, took, part === 'got' ? undefined : setup.place, style) };
}

/** For what gets nothing but its end. */
function doneText({ operation }: Entry): string {
  return operation.class === 'wait' ? 'over' : 'done';
}

function tookText({ operation, startedAt, endedAt }: Entry): string | undefined {
  const takesTime = operation.class === 'call' || operation.class === 'wait';
  if (!takesTime || endedAt === undefined) return undefined;
  return shortDuration(endedAt - startedAt);
}

function right(
  notes: readonly Span[],
  took: string | undefined,
  place: SourcePlace | undefined,
  style: TextStyle,
): readonly Span[] {
  const parts: Span[] = [...notes];
  if (style.width >= WIDTH_WITH_PLACE_MIN) {
    if (took !== undefined) parts.push(span(took, 'dim'));
    if (place !== undefined) parts.push(span(placeText(place), 'dim'));
  }
  return parts.flatMap((part, index) => (index === 0 ? [part] : [span('  '), part]));
}

function outputLines(
  row: OutputsRow,
  { style, node, place, numberWidth }: LineSetup,
): readonly EffectLine[] {
  const { entries, lost } = row;
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return [];
  const isError = first.operation.name === stderrWrite.name;
  const paint = lost === 'all' ? 'dim' : isError ? 'yellow' : 'bold';
  const all = printedLines(entries);
  const shown = all.slice(0, OUTPUT_LINES_MAX);
  if (all.length > shown.length)
    shown.push(`${sign(style, 'ellipsis')} ${all.length - shown.length} lines more`);
  const numbers = first === last ? `#${first.seq}` : `#${first.seq}-${last.seq}`;
  const head = headText(numbers, first.operation.name, numberWidth);
  const indent = span(' '.repeat(numberWidth + NAME_WIDTH));
  const notes = lost === 'nothing' ? [] : [span(`lost with ${node}`, 'red')];
  return shown.map((line, index) => ({
    left: [
      index === 0 ? span(head, 'dim') : indent,
      span(sign(style, 'output'), isError ? 'yellow' : 'green'),
      span(line, paint),
    ],
    right: index === 0 ? right(notes, undefined, place, style) : [],
  }));
}

/** A range of numbers that needs more room takes it from the space after the name. */
function headText(numbers: string, name: string, numberWidth: number): string {
  const head = `${numbers.padEnd(numberWidth - 1)} ${name}`;
  const width = numberWidth + NAME_WIDTH;
  return head.length < width ? head.padEnd(width) : `${head} `;
}

function printedLines(entries: readonly Entry[]): string[] {
  const length = entries.reduce((sum, { args }) => sum + (args.body?.length ?? 0), 0);
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const { args } of entries) {
    bytes.set(args.body ?? new Uint8Array(0), offset);
    offset += args.body?.length ?? 0;
  }
  const text = textOf(bytes);
  if (text === undefined) return [hexBeginning(bytes)];
  return text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map((line) => visibleText(line.replaceAll('\t', '    ')));
}

/** A name in its column, and at least one space after it. */
function pad(name: string): string {
  return name.length < NAME_WIDTH ? name.padEnd(NAME_WIDTH) : `${name} `;
}
