/** What an effect asked and what it got, in one line; a row of the table for each operation. */
import type { ClockArgs, ClockResult } from '../../effects/clock.ts';
import type {
  ExchangeArgs,
  HttpBodyArgs,
  HttpBodyResult,
  HttpRequestArgs,
  HttpResult,
} from '../../effects/http.ts';
import type { EffectValue } from '../../effects/operation.ts';
import type { RandomArgs } from '../../effects/random.ts';
import type {
  AcceptArgs,
  AcceptResult,
  ReceiveArgs,
  ReceiveResult,
  SendArgs,
  ShutdownArgs,
} from '../../effects/sockets.ts';
import type { StdinArgs } from '../../effects/stdio.ts';
import type { Deadline, PollArgs, PollResult } from '../../effects/wait.ts';
import type { Entry } from '../../journal/entry.ts';
import { formatDuration, formatWallTime } from '../../kernel/time.ts';
import { bodyLine, countText, hexBeginning, quoteBytes, visibleText } from './bytes-text.ts';
import { type InodeNames, NO_NAMES } from './volume-names.ts';
import { VOLUME_TEXTS } from './volume-text.ts';

/** The parts of an effect's line. */
export interface EffectParts {
  /** The operation's name. */
  readonly name: string;
  readonly asked: string;
  /** Empty when there is nothing to tell but that it is done; undefined while it is not. */
  readonly got: string | undefined;
  /** It got an error. */
  readonly failed: boolean;
}

/** How one operation's arguments and result read. */
export interface OperationText<A, R> {
  asked(args: A, names: InodeNames): string;
  got(result: R, args: A): string;
  failed?(result: R): boolean;
}

const QUOTE_LENGTH_MAX = 80;
const BODY_LENGTH_MAX = 100;
const EMPTY = new Uint8Array(0);

const clock: OperationText<ClockArgs, ClockResult> = {
  asked: (args) => args.clock,
  got: ({ nanos }, args) =>
    args.clock === 'wall' ? formatWallTime(BigInt(nanos)) : formatDuration(BigInt(nanos)),
};

const random: OperationText<RandomArgs, EffectValue> = {
  asked: ({ length }) => countText(length, 'byte'),
  got: ({ body }) => hexBeginning(body ?? EMPTY),
};

const poll: OperationText<PollArgs, PollResult> = {
  asked: askedOfPoll,
  got: gotByPoll,
};

const stdin: OperationText<StdinArgs, EffectValue> = {
  asked: ({ length }) => `up to ${countText(length, 'byte')}`,
  got: ({ body = EMPTY }) => (body.length === 0 ? 'end of input' : quote(body)),
};

const output: OperationText<EffectValue, EffectValue> = {
  asked: ({ body = EMPTY }) => quote(body),
  got: () => '',
};

const http: OperationText<HttpRequestArgs, HttpResult> = {
  asked: ({ method, url }) => `${method} ${visibleText(url)}`,
  got: responseText,
  failed: isFailedResponse,
};

const httpSent: OperationText<HttpRequestArgs, ExchangeArgs> = {
  asked: http.asked,
  got: () => '',
};

const httpAwaited: OperationText<ExchangeArgs, HttpResult> = {
  asked: ({ exchange }) => `to #${exchange}`,
  got: responseText,
  failed: isFailedResponse,
};

const httpBodyRead: OperationText<HttpBodyArgs, HttpBodyResult> = {
  asked: ({ exchange, length }) => `of #${exchange}, up to ${countText(length, 'byte')}`,
  got: (result) => {
    if ('failure' in result) return `${result.failure}: ${result.detail}`;
    if (result.body.length === 0) return 'end of body';
    return `${quote(result.body)}${result.ended ? ', its end' : ''}`;
  },
  failed: (result) => 'failure' in result,
};

const httpCancelled: OperationText<ExchangeArgs, EffectValue> = {
  asked: ({ exchange }) => `#${exchange}`,
  got: () => '',
};

const accept: OperationText<AcceptArgs, AcceptResult> = {
  asked: ({ listener }) => listener,
  got: ({ connection }) => connection ?? 'nobody there',
};

const receive: OperationText<ReceiveArgs, ReceiveResult> = {
  asked: ({ connection, length, peek }) =>
    `${connection}${peek ? ' (peek)' : ''}, up to ${countText(length, 'byte')}`,
  got: ({ body, ended, again }) => {
    if (again) return 'nothing there yet';
    return body.length === 0 && ended ? 'end of input' : quote(body);
  },
};

const send: OperationText<SendArgs, EffectValue> = {
  asked: ({ connection, body }) => `${connection} ${quote(body)}`,
  got: () => '',
};

const shutdown: OperationText<ShutdownArgs, EffectValue> = {
  asked: ({ connection, read, write }) =>
    `${connection} ${[read ? 'reading' : '', write ? 'writing' : ''].filter(Boolean).join(' and ')}`,
  got: () => '',
};

// Each row is only ever given values of its own operation.
const TEXTS = {
  'clock.read': clock,
  'random.read': random,
  'wait.poll': poll,
  'stdin.read': stdin,
  'stdout.write': output,
  'stderr.write': output,
  'http.request': http,
  'http.send': httpSent,
  'http.response': httpAwaited,
  'http.body': httpBodyRead,
  'http.cancel': httpCancelled,
  'socket.accept': accept,
  'socket.receive': receive,
  'socket.send': send,
  'socket.shutdown': shutdown,
  ...VOLUME_TEXTS,
} as unknown as Readonly<Record<string, OperationText<EffectValue, EffectValue>>>;

/** Names of the operations that this table knows; a test holds it against the registry. */
export const NAMED_OPERATIONS: readonly string[] = Object.keys(TEXTS);

/** @param names of files that were opened before; without it, they are named by number */
export function effectParts(
  { operation, args, result }: Entry,
  names: InodeNames = NO_NAMES,
): EffectParts {
  const { name } = operation;
  const text = TEXTS[name];
  if (text === undefined) {
    const got = result === undefined ? undefined : operation.resultJson(result);
    return { name, asked: operation.argsJson(args), got, failed: false };
  }
  const asked = text.asked(args, names);
  if (result === undefined) return { name, asked, got: undefined, failed: false };
  return {
    name,
    asked,
    got: text.got(result, args),
    failed: text.failed?.(result) ?? false,
  };
}

/** `http.request POST https://payment.example/charges -> 201 {"id":"ch_1"}`. */
export function effectText(entry: Entry): string {
  const { name, asked, got } = effectParts(entry);
  const call = asked === '' ? name : `${name} ${asked}`;
  if (got === undefined) return `${call} ... no result yet`;
  return got === '' ? call : `${call} -> ${got}`;
}

function quote(bytes: Uint8Array): string {
  return quoteBytes(bytes, QUOTE_LENGTH_MAX);
}

function responseText(result: HttpResult): string {
  if ('failure' in result) return `${result.failure}: ${result.detail}`;
  const body = bodyLine(result.body, BODY_LENGTH_MAX);
  const status = body === '' ? `${result.status}` : `${result.status} ${body}`;
  return result.more === undefined ? status : `${status} (more to come)`;
}

function isFailedResponse(result: HttpResult): boolean {
  return 'failure' in result || result.status >= 400;
}

function askedOfPoll({ deadlines, inboxes }: PollArgs): string {
  const [first, ...others] = deadlines;
  if (inboxes.length === 0) {
    if (first === undefined) return 'for ever';
    if (others.length === 0) return sleepText(first);
    return `until the first of ${deadlines.map(deadlineText).join(', ')}`;
  }
  const input = `for ${inboxes.map(inboxText).join(', ')}`;
  return first === undefined ? input : `${input}, or ${deadlines.map(deadlineText).join(', ')}`;
}

/** `the response to #3`, `the body of #3`, or the inbox's own name. */
function inboxText(inbox: string): string {
  const [, part, exchange] = /^(response|body):(\d+)$/.exec(inbox) ?? [];
  if (part === undefined) return inbox;
  return part === 'response' ? `the response to #${exchange}` : `the body of #${exchange}`;
}

function sleepText(deadline: Deadline): string {
  return `sleep ${deadlineText(deadline)}`;
}

function deadlineText({ clock, nanos, absolute }: Deadline): string {
  const value = BigInt(nanos);
  if (!absolute) return formatDuration(value < 0n ? 0n : value);
  const reading = clock === 'wall' ? formatWallTime(value) : formatDuration(value);
  return `until the ${clock} clock shows ${reading}`;
}

function gotByPoll({ passed, readable }: PollResult, { deadlines, inboxes }: PollArgs): string {
  // A sleep that is over says nothing more.
  if (inboxes.length === 0 && deadlines.length === 1) return '';
  const parts = readable.map(({ inbox, available, ended }) => {
    const name = inboxText(inboxes[inbox] ?? 'input');
    if (name.startsWith('the response')) return `${name} is there`;
    if (available === 0 && ended) return `${name} is at its end`;
    return `${name} has ${countText(available, 'byte')}`;
  });
  const times = passed.map((index) => {
    const deadline = deadlines[index];
    return deadline === undefined ? 'a deadline passed' : `${deadlineText(deadline)} passed`;
  });
  return [...parts, ...times].join(', ');
}
