import type { HttpHeaders } from '../../../effects/http.ts';
import type { EffectPort } from '../../../effects/operation.ts';
import { concatBytes } from '../../../kernel/concat-bytes.ts';
import type { Interest } from '../../waiting.ts';
import { WRITE_BYTES_MAX } from '../streams.ts';
import type { Beginning, TimerPort } from '../timer.ts';
import type { BodyTarget } from './outgoing-body.ts';

const READY: Interest = { kind: 'ready' };

/** A run of a body that is to be sent. */
export interface BodyPiece {
  /** Nothing comes after it. */
  readonly ended: boolean;
  /** Not empty only when the body has ended and trailers follow it. */
  readonly trailers: HttpHeaders;
  readonly body: Uint8Array;
}

/**
 * A body that goes out by effects. What is written is held until something else happens, so that
 * what is written at once is one piece: no time passes meanwhile, so that it leaves as soon.
 */
export abstract class HeldBody implements BodyTarget, Beginning {
  private parts: Uint8Array[] = [];
  private size = 0;
  private isHeld = false;

  constructor(protected readonly port: TimerPort) {}

  interest(): Interest {
    return READY;
  }

  room(): number {
    return WRITE_BYTES_MAX;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.parts.push(bytes);
    this.size += bytes.length;
    if (this.size >= WRITE_BYTES_MAX) this.sendNow();
    else this.hold();
  }

  /** It is sent before anything else happens, which is as good as at once. */
  flush(): void {}

  finish(trailers: HttpHeaders): void {
    this.release();
    this.send(this.port, { ended: true, trailers, body: this.take() });
  }

  abstract abort(): void;

  begin(port: EffectPort): void {
    this.isHeld = false;
    this.send(port, { ended: false, trailers: [], body: this.take() });
  }

  /** Sends a piece; one without bytes where there is more to say than bytes. */
  protected abstract send(port: EffectPort, piece: BodyPiece): void;

  /** There is something to send. */
  protected hold(): void {
    if (!this.isHeld) this.port.hold(this);
    this.isHeld = true;
  }

  /** Sends what is held, if anything is. */
  protected sendNow(): void {
    if (!this.isHeld && this.size === 0) return;
    this.release();
    this.begin(this.port);
  }

  /** Forgets what is held. */
  protected drop(): void {
    this.release();
    this.take();
  }

  private release(): void {
    if (this.isHeld) this.port.release(this);
    this.isHeld = false;
  }

  private take(): Uint8Array {
    const body = concatBytes(this.parts);
    this.parts = [];
    this.size = 0;
    return body;
  }
}

/** A piece as effects have it, with the keys in their order, on which the journal's hash depends. */
export function pieceArgs({ ended, trailers, body }: BodyPiece): {
  readonly ended: boolean;
  readonly trailers?: HttpHeaders;
  readonly body: Uint8Array;
} {
  return trailers.length > 0 ? { ended, trailers, body } : { ended, body };
}
