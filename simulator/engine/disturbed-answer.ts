/** What faults make of a response before it leaves its service. */
import type { HttpHeaders } from '../effects/http.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { ResponsePiece } from '../world/service.ts';
import { wholeBody } from '../world/service.ts';
import { corrupt } from './corrupt.ts';
import { disturb } from './disturb.ts';
import type { Engine } from './engine.ts';

/** What is sent back at one time: the head goes with the first piece. */
export interface Answer {
  readonly head?: { readonly status: number; readonly headers: HttpHeaders } | undefined;
  readonly pieces: readonly ResponsePiece[];
  /** Nothing comes after it. */
  readonly ended: boolean;
  readonly trailers?: HttpHeaders | undefined;
}

export interface DisturbedAnswer extends Answer {
  /** How much later it leaves. */
  readonly lateNanos: bigint;
  /** Why the connection ends after it, or within it; undefined when it does not. */
  readonly breaks: string | undefined;
  /** Bytes of the body that do not come before that. */
  readonly missing: number;
  /** How long after the first it arrives again. */
  readonly againNanos: bigint | undefined;
}

type Change = (answer: DisturbedAnswer, of: Disturbance) => DisturbedAnswer;

/** The effect whose response it is, and who exchanges it. */
export interface Disturbance {
  readonly engine: Engine;
  readonly site: EffectSite;
  readonly node: string;
  readonly service: string;
  /** It goes over a connection of the program's own, on which nothing arrives twice. */
  readonly isStream: boolean;
}

/** A response's faults are asked for with its head, and those of its body with its first bytes. */
export function disturbAnswer(answer: Answer, of: Disturbance): DisturbedAnswer {
  const none = { breaks: undefined, missing: 0, againNanos: undefined };
  const calm = { ...answer, ...none, lateNanos: 0n };
  if (!of.engine.faults.watchesEffects) return calm;
  const hasBody = answer.ended || answer.pieces.some(({ bytes }) => bytes.length > 0);
  const changes = [...(answer.head === undefined ? [] : HEAD), ...(hasBody ? BODY : [])];
  return changes.reduce<DisturbedAnswer>((changed, change) => change(changed, of), calm);
}

const HEAD: readonly Change[] = [
  (answer, { engine, site, node, service }) => {
    const fault = disturb(engine, 'reset', site, node, ({ when }) => when === 'after');
    if (fault === undefined) return answer;
    return { ...answer, ...NOTHING, breaks: `${service} reset the connection` };
  },
  (answer, { engine, site, node }) => {
    const fault = disturb(engine, 'status', site, node, ({ when }) => when === 'after');
    return fault === undefined ? answer : { ...answer, ...statusOnly(fault.status) };
  },
  (answer, { engine, site, node }) => {
    const fault = disturb(engine, 'delay-response', site, node);
    return fault === undefined ? answer : { ...answer, lateNanos: fault.byNanos };
  },
  (answer, { engine, site, node, isStream }) => {
    if (isStream) return answer;
    const fault = disturb(engine, 'duplicate-response', site, node);
    return fault === undefined ? answer : { ...answer, againNanos: fault.byNanos };
  },
];

const BODY: readonly Change[] = [
  (answer, { engine, site, node, service }) => {
    if (answer.breaks !== undefined) return answer;
    const fault = disturb(engine, 'corrupt-response', site, node);
    if (fault === undefined) return answer;
    const body = wholeBody(answer.pieces);
    if (body.length === 0) {
      return { ...answer, ...NOTHING, breaks: `the response of ${service} was no HTTP` };
    }
    const wrong = corrupt(engine.choices, 'corrupt-response', body, fault.bytes);
    return { ...answer, pieces: dividedAs(answer.pieces, wrong) };
  },
  (answer, { engine, site, node, service }) => {
    if (answer.breaks !== undefined) return answer;
    const fault = disturb(engine, 'truncate-response', site, node);
    if (fault === undefined) return answer;
    const { length } = wholeBody(answer.pieces);
    const kept = Math.min(fault.keep ?? Math.floor(length / 2), length);
    const breaks = `${service} closed the connection after ${kept} bytes of the response`;
    return { ...answer, missing: length - kept, breaks };
  },
  (answer, { engine, site, node }) => {
    const fault = disturb(engine, 'slow-body', site, node);
    if (fault === undefined) return answer;
    const body = wholeBody(answer.pieces);
    return { ...answer, pieces: spread(body, fault.pieces, fault.forNanos) };
  },
];

const NOTHING = { head: undefined, pieces: [], ended: false, trailers: undefined };

/** An answer of a status alone, as a proxy gives it. */
export function statusOnly(status: number): Answer & { readonly trailers: undefined } {
  return { head: { status, headers: [] }, pieces: [], ended: true, trailers: undefined };
}

/** Pieces without so many of their last bytes. */
export function withoutLast(pieces: readonly ResponsePiece[], count: number): ResponsePiece[] {
  const bytes = wholeBody(pieces);
  return dividedAs(pieces, bytes.subarray(0, Math.max(0, bytes.length - count)));
}

/** The same pieces with other bytes, as far as those go. */
function dividedAs(pieces: readonly ResponsePiece[], bytes: Uint8Array): ResponsePiece[] {
  let at = 0;
  return pieces.map((piece) => {
    const part = bytes.subarray(at, at + piece.bytes.length);
    at += piece.bytes.length;
    return { ...piece, bytes: part };
  });
}

/** Bytes in pieces of about the same length, the last one a length of time after the head. */
function spread(body: Uint8Array, count: number, lengthNanos: bigint): ResponsePiece[] {
  const pieces = Math.max(1, Math.min(count, body.length));
  const delayNanos = lengthNanos / BigInt(pieces);
  return Array.from({ length: pieces }, (_, index) => {
    const [from, to] = [index, index + 1].map((at) => Math.floor((at * body.length) / pieces));
    return { bytes: body.subarray(from, to), delayNanos };
  });
}
