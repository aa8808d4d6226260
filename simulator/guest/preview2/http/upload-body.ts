import { httpWrite } from '../../../effects/http.ts';
import type { EffectPort } from '../../../effects/operation.ts';
import { closed } from '../streams.ts';
import type { TimerPort } from '../timer.ts';
import { type BodyPiece, HeldBody, pieceArgs } from './held-body.ts';

/** The rest of a request's body, by `http.write`: its head has been sent. */
export class UploadBody extends HeldBody {
  private isClosed = false;

  /**
   * @param exchange the seq of the `http.send`
   * @param onAbort called when the program drops the body before its end
   */
  constructor(
    port: TimerPort,
    private readonly exchange: number,
    private readonly onAbort: () => void,
  ) {
    super(port);
  }

  override room(): number {
    if (this.isClosed) closed();
    return super.room();
  }

  override write(bytes: Uint8Array): void {
    if (!this.isClosed) super.write(bytes);
  }

  abort(): void {
    if (this.isClosed) return;
    this.close();
    this.onAbort();
  }

  /** The exchange is over: nobody takes more of it. */
  close(): void {
    this.isClosed = true;
    this.drop();
  }

  protected send(port: EffectPort, piece: BodyPiece): void {
    if (this.isClosed) return;
    const { exchange } = this;
    const written = port.effect(httpWrite, { exchange, ...pieceArgs(piece) });
    if (piece.ended || written.closed === true) this.isClosed = true;
  }
}
