/** What the clients of a simulation sent and got, as its traces tell: the ledgers' other side. */
import type { ClientOutcome } from '../engine/client.ts';
import type { History } from '../journal/history.ts';
import type { TraceRow } from '../journal/records.ts';
import type { ClientsView } from './protocol.ts';

/** Failures that a view tells of. */
const FAILURES_TOLD_MAX = 5;

/** One thing that a client sent, and what came of it. */
export interface ClientReport {
  readonly client: string;
  /** Counts from 1 in each client. */
  readonly number: number;
  /** `POST /charges`, `12 bytes`. */
  readonly what: string;
  /** In virtual nanoseconds. */
  readonly sentAt: bigint;
  /** What it started; undefined for one that never had its turn. */
  readonly execution: string | undefined;
  /** Undefined while it goes on. */
  readonly answer: ClientAnswerReport | undefined;
}

export interface ClientAnswerReport {
  readonly outcome: ClientOutcome;
  /** Of HTTP. */
  readonly status: number | undefined;
  /** Of the body. */
  readonly bytes: number;
  /** The beginning of the body. */
  readonly text: string;
  /** From the sending to the end, in virtual nanoseconds. */
  readonly tookNanos: bigint;
}

/** In the order in which they were sent. */
export function clientReports(history: History): readonly ClientReport[] {
  const reports = new Map<string, ClientReport>();
  for (const { kind, at, execution, data = {} } of history.traces()) {
    if (kind !== 'client.sent' && kind !== 'client.answered') continue;
    const id = `${data.client} ${data.number}`;
    const sent = reports.get(id);
    if (kind === 'client.sent') {
      const number = Number(data.number);
      const what = String(data.what);
      const sending = { client: String(data.client), number, what, sentAt: at };
      reports.set(id, { ...sending, execution: undefined, answer: undefined });
    } else if (sent !== undefined) reports.set(id, { ...sent, execution, answer: answerIn(data) });
  }
  return [...reports.values()];
}

function answerIn(data: NonNullable<TraceRow['data']>): ClientAnswerReport {
  return {
    outcome: data.outcome as ClientOutcome,
    status: data.status === undefined ? undefined : Number(data.status),
    bytes: Number(data.bytes),
    text: String(data.text),
    tookNanos: BigInt(String(data.tookNanos)),
  };
}

/** How all clients fare. */
export function clientsView(history: History): ClientsView {
  const reports = clientReports(history);
  const failures = reports.flatMap((report) => failureText(report) ?? []);
  return {
    sent: reports.length,
    failed: failures.length,
    failures: failures.slice(0, FAILURES_TOLD_MAX),
  };
}

/** What failed for its client; undefined when it got what it can use, or nothing yet. */
export function failureText({
  client,
  number,
  what,
  execution,
  answer,
}: ClientReport): string | undefined {
  if (answer === undefined) return undefined;
  const sent = `client ${client} #${number}: ${what}`;
  const by = execution === undefined ? '' : ` from ${execution}`;
  switch (answer.outcome) {
    case 'answered':
      return (answer.status ?? 0) < 500 ? undefined : `${sent} got ${answer.status}${by}`;
    case 'cut':
      return `${sent} got only the beginning of an answer${by}`;
    case 'nothing':
      return `${sent} got no answer${by}`;
    case 'left':
      return execution === undefined
        ? `${sent} waited for its turn, and no longer than its timeout`
        : `${sent} got no whole answer${by} within its timeout`;
  }
}
