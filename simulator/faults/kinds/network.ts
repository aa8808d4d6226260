/** What befalls messages on their way, and the links that they go over. */
import type { ChoiceField, DurationField, IntegerField, NamesField } from '../fault-field.ts';
import type { FaultSpecs, Values } from '../fault-spec.ts';
import { PAUSE_NANOS_DEFAULT, POINT } from './process.ts';

const TIMES = {
  type: 'integer',
  minimum: 1,
  maximum: 1000,
  default: 1,
  text: 'How many messages of the call it hits, one after the other.',
} as const satisfies IntegerField;

/** The effects that send something. */
const SENDING = ['http.*', 'connection.*', 'datagram.send'] as const;
/** Those that begin an exchange, and those whose bytes or whose call go over a connection. */
const EXCHANGES = ['http.request', 'http.send'] as const;
const STREAMS = [...EXCHANGES, 'http.write', 'connection.send'] as const;
const MESSAGES = [...STREAMS, 'datagram.send'] as const;
const ANSWERED = [...EXCHANGES, 'connection.send'] as const;

/** Longer than the engine waits for the response to its first try. */
const LATE = {
  type: 'duration',
  sign: 'positive',
  default: 10_000_000_000n,
  text: 'How much later it arrives.',
} as const satisfies DurationField;

const AGAIN = {
  type: 'duration',
  sign: 'not negative',
  default: 100_000_000n,
  text: 'How long after the first the second arrives.',
} as const satisfies DurationField;

const WRONG_BYTES = {
  type: 'integer',
  minimum: 1,
  maximum: 1000,
  default: 1,
  text: 'How many bytes of the body are wrong.',
} as const satisfies IntegerField;

const WHEN = {
  type: 'choice',
  values: ['before', 'after'],
  default: 'before',
  text: 'Before the service has done anything, or after it has done it.',
} as const satisfies ChoiceField;

const FROM = {
  type: 'names',
  text: 'One side of the links: nodes or their roles, services, volumes, journal-store; everybody who is not in "to" when left out.',
} as const satisfies NamesField;

const TO = {
  type: 'names',
  text: 'The other side of the links; everybody who is not in "from" when left out.',
} as const satisfies NamesField;

const WAY = {
  type: 'choice',
  values: ['both', 'out', 'in'],
  default: 'both',
  text: 'Which messages: both ways, only those from the first side, or only those to it.',
} as const satisfies ChoiceField;

const FOR_DEFAULT = {
  type: 'duration',
  sign: 'positive',
  default: PAUSE_NANOS_DEFAULT,
} as const;

const FOR = { ...FOR_DEFAULT, text: 'How long it lasts.' } as const satisfies DurationField;

const LINKS = { point: POINT, from: FROM, to: TO, way: WAY, for: FOR } as const;

export const NETWORK_FAULTS = {
  'lose-request': {
    acts: 'interferes',
    text: 'The request never arrives.',
    fields: { times: TIMES },
    effects: SENDING,
  },
  'lose-response': {
    acts: 'interferes',
    text: 'The service has done it, and its response never arrives.',
    fields: { times: TIMES },
    effects: SENDING,
  },
  'delay-request': {
    acts: 'interferes',
    text: 'The request takes longer, and others overtake it.',
    fields: { by: LATE, times: TIMES },
    effects: [...MESSAGES, 'connection.open'],
  },
  'delay-response': {
    acts: 'interferes',
    text: 'The response takes longer.',
    fields: { by: LATE, times: TIMES },
    effects: [...ANSWERED, 'datagram.send'],
  },
  'duplicate-request': {
    acts: 'interferes',
    text: 'The request arrives twice.',
    fields: { by: AGAIN, times: TIMES },
    effects: [...EXCHANGES, 'datagram.send'],
  },
  'duplicate-response': {
    acts: 'interferes',
    text: 'The response arrives twice.',
    fields: { by: AGAIN, times: TIMES },
    effects: [...EXCHANGES, 'datagram.send'],
  },
  'corrupt-request': {
    acts: 'interferes',
    text: 'Bytes of the request arrive wrong.',
    fields: { bytes: WRONG_BYTES, times: TIMES },
    effects: MESSAGES,
  },
  'corrupt-response': {
    acts: 'interferes',
    text: 'Bytes of the response arrive wrong.',
    fields: { bytes: WRONG_BYTES, times: TIMES },
    effects: [...ANSWERED, 'datagram.send'],
  },
  'truncate-response': {
    acts: 'interferes',
    text: 'The connection closes within the body of the response.',
    fields: {
      keep: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        text: 'How many bytes of the body arrive; half of them when left out.',
      },
      times: TIMES,
    },
    effects: ANSWERED,
  },
  'slow-body': {
    acts: 'interferes',
    text: 'The body of the response comes slowly, in pieces.',
    fields: {
      for: { ...FOR_DEFAULT, text: 'How long the body takes, from its head to its end.' },
      pieces: {
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        default: 10,
        text: 'In how many pieces it comes.',
      },
      times: TIMES,
    },
    effects: ANSWERED,
  },
  reset: {
    acts: 'interferes',
    text: 'The connection is reset.',
    fields: { when: WHEN, times: TIMES },
    effects: STREAMS,
  },
  refuse: {
    acts: 'interferes',
    text: 'The service refuses the connection.',
    fields: { times: TIMES },
    effects: [...EXCHANGES, 'connection.open'],
  },
  'dns-failure': {
    acts: 'interferes',
    text: 'The name of the host does not resolve.',
    fields: { times: TIMES },
    effects: [...EXCHANGES, 'dns.*'],
  },
  status: {
    acts: 'interferes',
    text: 'A proxy answers in place of the service, with a status of its own.',
    fields: {
      status: { type: 'integer', minimum: 200, maximum: 599, default: 503, text: 'The status.' },
      when: WHEN,
      times: TIMES,
    },
    effects: ANSWERED,
  },
  partition: {
    acts: 'happens',
    text: 'Links are cut: what goes over them is lost.',
    fields: {
      point: POINT,
      isolate: {
        type: 'names',
        text: 'Those that are cut off from everybody else; the node that runs the effect when nothing is said.',
      },
      from: FROM,
      to: TO,
      way: WAY,
      shape: {
        type: 'choice',
        values: ['isolate', 'ring', 'bridge'],
        default: 'isolate',
        text: 'Sides that do not hear each other, or among the nodes a ring of majorities, or two halves with one node between them.',
      },
      for: FOR,
    },
    check: partitionProblems,
  },
  'slow-link': {
    acts: 'happens',
    text: 'Messages over some links take longer.',
    fields: {
      ...LINKS,
      latency: {
        type: 'duration',
        sign: 'not negative',
        default: 1_000_000_000n,
        text: 'How much longer each message takes.',
      },
      jitter: {
        type: 'duration',
        sign: 'not negative',
        default: 0n,
        text: 'Up to this much is added, drawn for each message.',
      },
      bandwidth: {
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000_000_000,
        text: 'Bytes a second in each direction of each link; as many as there are when left out.',
      },
    },
    check: (values: Values) => [...sideProblems(values), ...jitterProblems(values)],
  },
  'lossy-link': {
    acts: 'happens',
    text: 'Some of the messages over some links are lost.',
    fields: {
      ...LINKS,
      share: {
        type: 'share',
        default: 0.5,
        text: 'The share of the messages that is lost, 0 to 1.',
      },
    },
    check: sideProblems,
  },
  clog: {
    acts: 'happens',
    text: 'Links hold all messages, and let them through at once when it is over.',
    fields: LINKS,
    check: sideProblems,
  },
  heal: {
    acts: 'happens',
    text: 'Links and volumes are as they were before faults befell them.',
    fields: {
      point: POINT,
      what: {
        type: 'choice',
        values: [
          'all',
          'partition',
          'slow-link',
          'lossy-link',
          'clog',
          'store-unreachable',
          'store-slow',
          'full',
          'slow-volume',
        ],
        default: 'all',
        text: 'Which faults end.',
      },
    },
  },
} as const satisfies FaultSpecs;

type Problem = readonly [field: string, message: string];

function partitionProblems(values: Values, isTimed: boolean): readonly Problem[] {
  const { isolate, from, to, shape } = values;
  const hasSides = from !== undefined || to !== undefined;
  if (shape !== 'isolate') {
    if (isolate === undefined && !hasSides) return [];
    return [['shape', `a ${shape} is one of all nodes; leave out "isolate", "from" and "to"`]];
  }
  if (isolate !== undefined && hasSides) {
    return [['isolate', 'say either who is isolated, or what is cut with "from" and "to"']];
  }
  if (isolate === undefined && !hasSides && isTimed) {
    return [['isolate', 'a partition at a time needs names, or a "shape"']];
  }
  return sideProblems(values);
}

function sideProblems({ from, to }: Values): readonly Problem[] {
  const names = (from ?? []) as readonly string[];
  const both = names.find((name) => (to as readonly string[] | undefined)?.includes(name));
  return both === undefined ? [] : [['to', `${both} is on both sides`]];
}

/** The most that can be drawn is a safe integer. */
function jitterProblems({ jitterNanos }: Values): readonly Problem[] {
  const isSafe = (jitterNanos as bigint) < BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? [] : [['jitter', 'more than 104 days cannot be drawn']];
}
