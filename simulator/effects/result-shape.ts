/**
 * What results of effects look like, as far as a person may make one by hand: a row for each
 * operation. An operation without a row is not to be edited: its result names what the engine
 * keeps, such as a connection, or says nothing.
 */
import { ERRNO_NAMES } from '../world/files/errno.ts';
import type { Json } from './operation.ts';

/** What a field holds: one of the names of a list, or what KINDS tells. */
export type FieldKind = 'text' | 'decimal' | 'count' | 'flag' | 'status' | 'headers' | 'texts';

export interface FieldShape {
  readonly kind: FieldKind | readonly string[];
  /** What it is in a result made by hand that says nothing of it; undefined leaves it out. */
  readonly fallback: Json | undefined;
}

/** One form that a result can have. */
export interface ResultShape {
  readonly fields: Readonly<Record<string, FieldShape>>;
  /** How long its bytes may be by the `length` that was asked for; undefined when it has none. */
  readonly body: 'any' | 'at-most' | 'exactly' | undefined;
}

interface KindRow {
  /** For people, as in "status must be ...". */
  readonly text: string;
  fits(value: Json): boolean;
}

const isTexts = (value: Json): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

export const KINDS: Readonly<Record<FieldKind, KindRow>> = {
  text: { text: 'a text', fits: (value) => typeof value === 'string' },
  decimal: {
    text: 'a whole number as a text, such as "1500"',
    fits: (value) => typeof value === 'string' && /^-?\d{1,19}$/.test(value),
  },
  count: {
    text: 'a whole number, 0 or more',
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  },
  flag: { text: 'true or false', fits: (value) => typeof value === 'boolean' },
  status: {
    text: 'a status from 200 to 599',
    fits: (value) => Number.isInteger(value) && (value as number) >= 200 && (value as number) < 600,
  },
  headers: {
    text: 'a list of pairs of texts, such as [["content-type", "text/plain"]]',
    fits: (value) =>
      Array.isArray(value) && value.every((pair) => isTexts(pair) && (pair as Json[]).length === 2),
  },
  texts: { text: 'a list of texts', fits: isTexts },
};

const field = (kind: FieldShape['kind'], fallback?: Json): FieldShape => ({ kind, fallback });

function shape(
  fields: Readonly<Record<string, FieldShape>>,
  body?: ResultShape['body'],
): ResultShape {
  return { fields, body };
}

const HTTP_ANSWER = shape(
  {
    status: field('status', 200),
    headers: field('headers', []),
    trailers: field('headers'),
    more: field('count'),
  },
  'any',
);
const HTTP_FAILURES = [
  'timeout',
  'refused',
  'reset',
  'unknown-host',
  'outcome-unknown',
  'service-failed',
];
const HTTP_FAILED = shape({
  failure: field(HTTP_FAILURES, 'reset'),
  detail: field('text', 'edited by hand'),
});
const BODY_PART = shape({ ended: field('flag', false), trailers: field('headers') }, 'at-most');
const STATE = {
  status: field('text', 'completed'),
  exitCode: field('count'),
  reason: field('text'),
};
const CONVERSATION_FAILED = shape({
  failure: field(['unknown-workflow', 'unknown-execution', 'ended', 'full'], 'unknown-execution'),
  detail: field('text', 'edited by hand'),
});
const VALUE = { contentType: field('text', 'text/plain; charset=utf-8') };
const TIMED_OUT = shape({ timedOut: field('flag', true) });
const VOLUME_FAILED = shape({
  errno: field(ERRNO_NAMES.slice(1), 'io'),
  message: field('text', 'edited by hand'),
});
const DONE = shape({});
const FILE_STATE = shape({
  inode: field('count', 0),
  type: field('text', 'file'),
  links: field('count', 1),
  size: field('decimal', '0'),
  accessedNanos: field('decimal', '0'),
  modifiedNanos: field('decimal', '0'),
  changedNanos: field('decimal', '0'),
});

const volume = (...shapes: readonly ResultShape[]): readonly ResultShape[] => [
  ...shapes,
  VOLUME_FAILED,
];

export const RESULT_SHAPES: Readonly<Record<string, readonly ResultShape[]>> = {
  'clock.read': [shape({ nanos: field('decimal', '0') })],
  'random.read': [shape({}, 'exactly')],
  'dns.lookup': [shape({ addresses: field('texts', []) })],
  'stdin.read': [shape({}, 'at-most')],
  'http.request': [HTTP_ANSWER, HTTP_FAILED],
  'http.response': [HTTP_ANSWER, HTTP_FAILED],
  'http.body': [BODY_PART, HTTP_FAILED],
  'request.body': [BODY_PART],
  'execution.look': [shape(STATE), CONVERSATION_FAILED],
  'execution.result': [shape(STATE, 'any'), CONVERSATION_FAILED, TIMED_OUT],
  'message.receive': [shape({ from: field('text'), ...VALUE }, 'any'), TIMED_OUT],
  'promise.wait': [shape(VALUE, 'any'), TIMED_OUT],
  // What names an inode can only be made to fail: the volume keeps them.
  'volume.open': volume(),
  'volume.parent': volume(),
  'volume.read-directory': volume(),
  'volume.read': volume(shape({}, 'at-most')),
  'volume.write': volume(shape({ end: field('decimal', '0') })),
  'volume.stat': volume(FILE_STATE),
  'volume.stat-path': volume(FILE_STATE),
  'volume.read-link': volume(shape({ target: field('text', '') })),
  'volume.set-size': volume(DONE),
  'volume.allocate': volume(DONE),
  'volume.set-times': volume(DONE),
  'volume.set-times-path': volume(DONE),
  'volume.create-directory': volume(DONE),
  'volume.remove-directory': volume(DONE),
  'volume.unlink': volume(DONE),
  'volume.rename': volume(DONE),
  'volume.link': volume(DONE),
  'volume.symlink': volume(DONE),
  'volume.sync': volume(DONE),
};
