import type { HttpHeaders } from '../effects/http.ts';
import type { LedgerRow } from '../journal/records.ts';

/** A request that a service has seen, and not what came of it. */
export type AskedRow = Omit<LedgerRow, 'status' | 'responseHeaders' | 'responseBody' | 'note'>;

/** What a service answered: its head and all that it sent of the body. */
export interface AnsweredWith {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

/** The row of a request whose end is known; without a response when the service failed. */
export function answered(
  row: AskedRow,
  response: AnsweredWith | undefined,
  note: string | undefined,
): LedgerRow {
  const { status, headers = [], body = new Uint8Array(0) } = response ?? {};
  return { ...row, status, responseHeaders: headers, responseBody: body, note };
}
