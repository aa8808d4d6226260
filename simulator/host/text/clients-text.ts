/** What the clients of a simulation sent, and what they got. */
import type { History } from '../../journal/history.ts';
import { type ClientReport, clientReports, failureText } from '../client-reports.ts';
import { countText, visibleText } from './bytes-text.ts';
import { middle } from './middle.ts';
import { shortDuration } from './short-duration.ts';
import { type Span, sign, span, spread, type TextStyle } from './style.ts';

/** Sendings that are shown of a client with more, besides those that failed. */
export const FIRST_SENDINGS_SHOWN = 6;
export const LAST_SENDINGS_SHOWN = 3;
/** Characters of a body. */
const BODY_SHOWN_MAX = 60;

export interface ClientsTextOptions {
  readonly style: TextStyle;
  readonly all: boolean;
}

/** Without a newline at its end; empty when no client sent anything. */
export function clientsText(history: History, { style, all }: ClientsTextOptions): string {
  const byClient = new Map<string, ClientReport[]>();
  for (const report of clientReports(history)) {
    const reports = byClient.get(report.client) ?? [];
    reports.push(report);
    byClient.set(report.client, reports);
  }
  return [...byClient]
    .flatMap(([client, reports]) => [
      spread([span(client, 'bold'), ...verdict(reports)], [], style),
      ...sendingLines(reports, all, style),
    ])
    .join('\n');
}

/** `sent 3 times, 1 of them in vain`. */
function verdict(reports: readonly ClientReport[]): readonly Span[] {
  const spans = [span(` sent ${countText(reports.length, 'time')}`)];
  const failed = reports.filter((report) => failureText(report) !== undefined).length;
  const open = reports.filter(({ answer }) => answer === undefined).length;
  if (failed > 0) spans.push(span(`, ${failed} of them in vain`, 'red'));
  if (open > 0) spans.push(span(`, ${open} still waiting`, 'yellow'));
  return spans;
}

function sendingLines(
  reports: readonly ClientReport[],
  all: boolean,
  style: TextStyle,
): readonly string[] {
  const hidden = all ? [] : middle(reports, FIRST_SENDINGS_SHOWN, LAST_SENDINGS_SHOWN);
  // What failed is what people look for; it is never left out.
  const plain = new Set(hidden.filter((report) => failureText(report) === undefined));
  return reports.flatMap((report) => {
    const lines = plain.has(report) ? [] : [sendingLine(report, style)];
    if (report !== hidden[0] || plain.size === 0) return lines;
    const text = `${sign(style, 'later')} ${plain.size} more (--all shows them)`;
    return [spread([span(`        ${text}`, 'dim')], [], style), ...lines];
  });
}

function sendingLine(report: ClientReport, style: TextStyle): string {
  const { number, what, execution, sentAt, answer } = report;
  const paint = failureText(report) === undefined ? 'green' : 'red';
  const left = [
    span(`  ${`${number}.`.padEnd(4)}`, 'dim'),
    span(`${visibleText(what)} ${sign(style, 'arrow')} `),
    answer === undefined ? span('it waits', 'yellow') : span(answerText(answer), paint),
  ];
  const body = (answer?.text ?? '').replace(/\s+/g, ' ').trim();
  if (body !== '') left.push(span(`  ${visibleText(body.slice(0, BODY_SHOWN_MAX))}`));
  const took = answer === undefined ? '' : `, took ${shortDuration(answer.tookNanos)}`;
  const by = execution === undefined ? '' : `${execution}, `;
  const right = `${by}at ${shortDuration(sentAt)}${took}`;
  return spread(left, [span(right, 'dim')], style);
}

function answerText({ outcome, status, bytes }: NonNullable<ClientReport['answer']>): string {
  const got = status ?? countText(bytes, 'byte');
  switch (outcome) {
    case 'answered':
      return `${got}`;
    case 'cut':
      return `${got}, cut off`;
    case 'nothing':
      return 'no answer';
    case 'left':
      return 'gone before the answer';
  }
}
