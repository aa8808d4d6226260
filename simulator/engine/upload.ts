import type { HttpRequestArgs, HttpWriteArgs } from '../effects/http.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { Entry, ExecutionId } from '../journal/entry.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import type { RequestPiece } from '../world/service.ts';

/** A piece of a request's body, and the effect that sends it. */
export interface UploadPiece extends RequestPiece {
  readonly site: EffectSite;
}

/** The body of a request as far as its program has written it, in the pieces that it was sent in. */
export class Upload {
  /** At least one: the first comes with the head. */
  readonly pieces: UploadPiece[];
  /** Bytes of all pieces. */
  size: number;

  /** @param entry the effect that begins the exchange */
  constructor(
    private readonly execution: ExecutionId,
    entry: Entry,
  ) {
    const { body, open, trailers } = entry.args as HttpRequestArgs;
    this.pieces = [this.piece(entry, { bytes: body, ended: open !== true, ...given(trailers) })];
    this.size = body.length;
  }

  /** The program wrote all of it. */
  get ended(): boolean {
    return this.pieces.at(-1)?.ended === true;
  }

  /** @param entry an `http.write` */
  add(entry: Entry): UploadPiece {
    const { body, ended, trailers } = entry.args as HttpWriteArgs;
    const piece = this.piece(entry, { bytes: body, ended, ...given(trailers) });
    this.pieces.push(piece);
    this.size += body.length;
    return piece;
  }

  private piece({ seq, operation }: Entry, piece: RequestPiece): UploadPiece {
    return { ...piece, site: { execution: this.execution, seq, effect: operation.name } };
  }
}

/** Pieces in one. */
export function wholePiece(pieces: readonly RequestPiece[]): RequestPiece {
  const { ended = false, trailers } = pieces.at(-1) ?? {};
  return { bytes: concatBytes(pieces.map(({ bytes }) => bytes)), ended, ...given(trailers) };
}

function given(trailers: RequestPiece['trailers']): Pick<RequestPiece, 'trailers'> {
  return trailers === undefined ? {} : { trailers };
}
