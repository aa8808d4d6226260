/** What a simulated client has got of its answer. */
import type { ResponsePart } from '../effects/request.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';

/** Bytes that are kept from the beginning of an answer, to be shown and for the head of HTTP. */
const KEPT_BYTES_MAX = 16 * 1024;
/** Characters of the body that are kept with a recording. */
const TEXT_LENGTH_MAX = 200;

const STATUS_LINE = /^HTTP\/1\.\d (\d{3})\b/;
/** The end of a head; programs that print it by hand may leave out the carriage returns. */
const HEAD_END = /\r?\n\r?\n/;

/** An answer as far as it has come. */
export interface AnswerSummary {
  /** Undefined for what is no HTTP. */
  readonly status: number | undefined;
  /** Of the body. */
  readonly bytes: number;
  /** The beginning of the body. */
  readonly text: string;
}

export class ClientAnswer {
  private status: number | undefined;
  private readonly kept: Uint8Array[] = [];
  private keptBytes = 0;
  private bytes = 0;
  /** The last part that was taken. */
  private seq = -1;

  /** Whether anything of it has come. */
  get hasBegun(): boolean {
    return this.seq >= 0;
  }

  /** Part of a response; true for the last. */
  takeResponse(seq: number, part: ResponsePart): boolean {
    // An interim response is no part of the answer.
    if (!('body' in part) || !this.take(seq, part.body)) return false;
    if ('status' in part) this.status = part.status;
    return part.ended;
  }

  /** Bytes of a connection. A program that began anew gives them once more. */
  takeBytes(seq: number, bytes: Uint8Array): void {
    this.take(seq, bytes);
  }

  /** @param asHttp its bytes are those of an HTTP connection */
  summary(asHttp: boolean): AnswerSummary {
    const kept = concatBytes(this.kept);
    const { status, length } = asHttp ? headIn(kept) : { status: this.status, length: 0 };
    const text = new TextDecoder().decode(kept.subarray(length)).slice(0, TEXT_LENGTH_MAX);
    return { status, bytes: this.bytes - length, text };
  }

  private take(seq: number, bytes: Uint8Array): boolean {
    if (seq <= this.seq) return false;
    this.seq = seq;
    this.bytes += bytes.length;
    if (this.keptBytes < KEPT_BYTES_MAX) {
      this.kept.push(bytes.slice(0, KEPT_BYTES_MAX - this.keptBytes));
      this.keptBytes += bytes.length;
    }
    return true;
  }
}

/** The status in the head of a response, and the bytes of the head; none where there is no whole head. */
function headIn(bytes: Uint8Array): { status: number | undefined; length: number } {
  // A character for each byte.
  const text = new TextDecoder('latin1').decode(bytes);
  const status = STATUS_LINE.exec(text)?.[1];
  const end = HEAD_END.exec(text);
  if (status === undefined || end === null) return { status: undefined, length: 0 };
  return { status: Number(status), length: end.index + end[0].length };
}
