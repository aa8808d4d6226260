/** What the services saw: how many requests, which of them twice, and what they noted. */
import { isSafeMethod } from '../../effects/http.ts';
import type { History } from '../../journal/history.ts';
import type { LedgerRow } from '../../journal/records.ts';
import { countText, visibleText } from './bytes-text.ts';
import { middle } from './middle.ts';
import { shortDuration } from './short-duration.ts';
import { type Span, sign, span, spread, type TextStyle } from './style.ts';

/** Requests that are shown of a service with more, besides those that it saw twice. */
export const FIRST_REQUESTS_SHOWN = 6;
export const LAST_REQUESTS_SHOWN = 3;

export interface LedgerOptions {
  readonly style: TextStyle;
  readonly all: boolean;
}

/** Without a newline at its end; empty when no service saw anything. */
export function ledgerText(history: History, { style, all }: LedgerOptions): string {
  const byService = new Map<string, LedgerRow[]>();
  for (const row of history.ledger()) {
    const rows = byService.get(row.service) ?? [];
    rows.push(row);
    byService.set(row.service, rows);
  }
  return [...byService]
    .flatMap(([service, rows]) => {
      const repeats = repeatsOf(rows);
      return [
        spread([span(service, 'bold'), ...verdict(rows.length, repeats)], [], style),
        ...requestLines(rows, repeats, all, style),
      ];
    })
    .join('\n');
}

interface Repeat {
  /** The number of the request that it repeats. */
  readonly of: number;
  readonly how: keyof typeof REPEATS;
}

/** How a service can see one effect's request twice, and whether it can tell. */
const REPEATS = {
  key: { some: 'again with the same key', one: 'with the same key', paint: 'cyan' },
  content: { some: 'again WITHOUT a key', one: 'WITHOUT a key', paint: 'red' },
  'other-key': { some: 'again with ANOTHER key', one: 'with ANOTHER key', paint: 'red' },
} as const;

function repeatsOf(rows: readonly LedgerRow[]): ReadonlyMap<LedgerRow, Repeat> {
  const repeats = new Map<LedgerRow, Repeat>();
  const firstOf = new Map<string, number>();
  for (const row of rows) {
    const { number, duplicateOf, duplicateBy, execution, seq, method } = row;
    const effect = `${execution}/${seq} ${method}`;
    const first = firstOf.get(effect);
    if (first === undefined) firstOf.set(effect, number);
    if (duplicateOf !== undefined && duplicateBy !== undefined) {
      repeats.set(row, { of: duplicateOf, how: duplicateBy });
    } else if (first !== undefined && seq !== undefined && !isSafeMethod(method)) {
      // A program that began anew drew another key: to the service, this is another wish.
      repeats.set(row, { of: first, how: 'other-key' });
    }
  }
  return repeats;
}

/** `saw 2 requests, 1 of them again with the same key`. */
function verdict(requests: number, repeats: ReadonlyMap<LedgerRow, Repeat>): Span[] {
  const spans: Span[] = [span(` saw ${countText(requests, 'request')}`)];
  for (const [kind, { some, paint }] of Object.entries(REPEATS)) {
    const count = [...repeats.values()].filter(({ how }) => how === kind).length;
    if (count > 0) spans.push(span(`, ${count} of them ${some}`, paint));
  }
  return spans;
}

function requestLines(
  rows: readonly LedgerRow[],
  repeats: ReadonlyMap<LedgerRow, Repeat>,
  all: boolean,
  style: TextStyle,
): string[] {
  const hidden = all ? [] : middle(rows, FIRST_REQUESTS_SHOWN, LAST_REQUESTS_SHOWN);
  // What was seen twice is what people look for; it is never left out.
  const plain = new Set(hidden.filter((row) => !repeats.has(row)));
  const lines: string[] = [];
  for (const row of rows) {
    if (row === hidden[0] && plain.size > 0) {
      const text = `${sign(style, 'later')} ${countText(plain.size, 'request')} more (--all shows them)`;
      lines.push(spread([span(`        ${text}`, 'dim')], [], style));
    }
    if (!plain.has(row)) lines.push(requestLine(row, repeats.get(row), style));
  }
  return lines;
}

function requestLine(row: LedgerRow, repeat: Repeat | undefined, style: TextStyle): string {
  const { number, method, url, status, note, execution, seq } = row;
  const left: Span[] = [
    span(`  ${`${number}.`.padEnd(4)}`, 'dim'),
    span(`${method} ${visibleText(pathOf(url))} ${sign(style, 'arrow')} `),
    status === undefined ? span('it failed', 'red') : span(`${status}`, statusPaint(status)),
  ];
  if (note !== undefined) left.push(span(`  ${visibleText(note)}`, 'bold'));
  if (repeat !== undefined) {
    const { one, paint } = REPEATS[repeat.how];
    left.push(span(`  ${sign(style, 'again')} ${repeat.of}. again, ${one}`, paint));
  }
  const from =
    execution === undefined ? '' : `${execution}${seq === undefined ? '' : ` #${seq}`}, `;
  return spread(left, [span(`${from}${shortDuration(row.at)}`, 'dim')], style);
}

function statusPaint(status: number): 'green' | 'red' {
  return status < 400 ? 'green' : 'red';
}

/** The path and query of a URL, whose host is the service's; the port of a datagram's. */
function pathOf(url: string): string {
  const [, port] = /^udp:.*(:\d+)$/.exec(url) ?? [];
  if (port !== undefined) return port;
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/';
}
