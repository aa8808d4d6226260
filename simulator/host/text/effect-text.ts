/** What an effect asked and what it got, in one line; a row of the table for each operation. */
import type { ClockArgs, ClockResult } from '../../effects/clock.ts';
import type { DnsArgs, DnsResult } from '../../effects/dns.ts';
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
import { countText, hexBeginning, quote } from './bytes-text.ts';
import { CONNECTION_TEXTS } from './connection-text.ts';
import { CONVERSATION_TEXTS } from './conversation-text.ts';
import { DATAGRAM_TEXTS } from './datagram-text.ts';
import { HTTP_TEXTS, inboxText } from './http-text.ts';
import type { OperationText } from './operation-text.ts';
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

const lookup: OperationText<DnsArgs, DnsResult> = {
  asked: ({ name }) => name,
  got: ({ addresses }) => (addresses.length === 0 ? 'no such name' : addresses.join(', ')),
  failed: ({ addresses }) => addresses.length === 0,
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
  'dns.lookup': lookup,
  'wait.poll': poll,
  'stdin.read': stdin,
  'stdout.write': output,
  'stderr.write': output,
  ...HTTP_TEXTS,
  ...CONNECTION_TEXTS,
  ...DATAGRAM_TEXTS,
  ...CONVERSATION_TEXTS,
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

function sleepText(deadline: Deadline): string {
  return `sleep ${deadlineText(deadline)}`;
}

function deadlineText({ clock, nanos, absolute }: Deadline): string {
  const value = BigInt(nanos);
  if (!absolute) return formatDuration(value < 0n ? 0n : value);
  const reading = clock === 'wall' ? formatWallTime(value) : formatDuration(value);
  return `until the ${clock} clock shows ${reading}`;
}

/** What is in these inboxes is not counted in bytes. */
const WHOLE_THINGS = /^(the response|a connection|a datagram)/;

function gotByPoll({ passed, readable }: PollResult, { deadlines, inboxes }: PollArgs): string {
  // A sleep that is over says nothing more.
  if (inboxes.length === 0 && deadlines.length === 1) return '';
  const parts = readable.map(({ inbox, available, ended }) => {
    const name = inboxText(inboxes[inbox] ?? 'input');
    if (WHOLE_THINGS.test(name)) return `${name} is there`;
    if (available === 0 && ended) return `${name} is at its end`;
    return `${name} has ${countText(available, 'byte')}`;
  });
  const times = passed.map((index) => {
    const deadline = deadlines[index];
    return deadline === undefined ? 'a deadline passed' : `${deadlineText(deadline)} passed`;
  });
  return [...parts, ...times].join(', ');
}
