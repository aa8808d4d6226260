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

const FOR = {
  type: 'duration',
  sign: 'positive',
  default: PAUSE_NANOS_DEFAULT,
  text: 'How long it lasts.',
} as const satisfies DurationField;

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
    text: 'Links are as they were before faults befell them.',
    fields: {
      point: POINT,
      links: {
        type: 'choice',
        values: [
          'all',
          'partition',
          'slow-link',
          'lossy-link',
          'clog',
          'store-unreachable',
          'store-slow',
        ],
        default: 'all',
        text: 'Which faults of links end.',
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
