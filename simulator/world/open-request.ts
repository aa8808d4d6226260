/**
 * A request whose body a service takes as it comes. It owns what has come and what was answered.
 *
 * O1  The ledger gets its row once: when the response is over, when the program fails, or when the
 *     client breaks it off; with what had come and what was answered by then.
 */
import type { LedgerRow } from '../journal/records.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import { type AskedRow, answered } from './ledger-row.ts';
import type { RequestPiece, ServiceContext, ServiceStream, StreamStep } from './service.ts';

export class OpenRequest {
  private readonly body: Uint8Array[] = [];
  private readonly sent: Uint8Array[] = [];
  private readonly notes: string[] = [];
  private head: StreamStep['head'];
  private isOver = false;

  constructor(
    private readonly stream: ServiceStream,
    private readonly row: AskedRow,
    private readonly random: ServiceContext['random'],
    private readonly onLedgerRow: (row: LedgerRow) => void,
  ) {}

  /** What the service does now; undefined when it reads no more. Throws ServiceError. */
  receive(piece: RequestPiece, wallNanos: bigint): StreamStep | undefined {
    if (this.isOver) return undefined;
    this.body.push(piece.bytes);
    const { random, row } = this;
    let step: StreamStep;
    try {
      step = this.stream.receive(piece, { wallNanos, random, key: row.key });
    } catch (error) {
      this.head = undefined;
      this.finish();
      throw error;
    }
    this.head ??= step.head;
    for (const { bytes } of step.pieces) this.sent.push(bytes);
    if (step.note !== undefined) this.notes.push(step.note);
    if (step.ended) this.finish();
    return step;
  }

  /** The client sends no more of it and wants no more of the response. */
  breakOff(): void {
    if (!this.isOver) this.finish();
  }

  private finish(): void {
    this.isOver = true;
    const { head, notes, row } = this;
    const response = head === undefined ? undefined : { ...head, body: concatBytes(this.sent) };
    const note = notes.length === 0 ? undefined : notes.join('; ');
    this.onLedgerRow(answered({ ...row, body: concatBytes(this.body) }, response, note));
  }
}
