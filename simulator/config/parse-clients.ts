/** Reads the clients of a world: who sends what to which workflow, and when. */
import type { HttpHeaders } from '../effects/http.ts';
import { EXECUTIONS_MAX } from '../kernel/limits.ts';
import { NANOS_PER_DAY, NANOS_PER_MILLI } from '../kernel/time.ts';
import type { ClientConfig, ClientMessageConfig, ContentConfig } from './config.ts';
import { namedMembers } from './named-members.ts';
import { FILE_PATH, HEADER_NAME, HEADER_VALUE, METHOD, REQUEST_PATH } from './patterns.ts';
import { hint } from './suggest.ts';
import { type Member, shorten, type Value } from './value.ts';

const CLIENTS_MAX = 1000;
const COUNT_MAX = 100_000;
const TIME_NANOS_MAX = 3650n * NANOS_PER_DAY;
/** Drawn as one number, which has 53 bits. */
const JITTER_NANOS_MAX = 100n * NANOS_PER_DAY;
const TIMEOUT_NANOS_MIN = NANOS_PER_MILLI;

const FIELDS = [
  'workflow',
  'request',
  'send',
  'at',
  'every',
  'count',
  'jitter',
  'timeout',
] as const;

type Fields = ReadonlyMap<(typeof FIELDS)[number], Value>;

/** Headers that say how the message is sent, which is not the configuration's to say. */
const SENDER_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** What it sends: how, and the bytes. */
type Message = Pick<ClientConfig, 'message' | 'content'>;

const NO_CONTENT: ContentConfig = { kind: 'text', text: '' };

/** @param workflows the names of the file's workflows */
export function readClients(
  value: Value | undefined,
  workflows: readonly string[],
): readonly ClientConfig[] {
  const members = namedMembers(value);
  if (members.length > CLIENTS_MAX) {
    value?.report('out-of-range', `more than ${CLIENTS_MAX} clients in one world`);
    return [];
  }
  const clients = members.flatMap((member) => readClient(member, workflows) ?? []);
  const sendings = clients.reduce((sum, { count }) => sum + count, 0);
  if (sendings > EXECUTIONS_MAX) {
    const words = `send ${sendings} times; a simulation has ${EXECUTIONS_MAX} executions at most`;
    value?.report('out-of-range', `${value.path} ${words}`);
  }
  return clients;
}

function readClient(
  { key: name, value }: Member,
  workflows: readonly string[],
): ClientConfig | undefined {
  const fields = value.fields(FIELDS);
  if (fields === undefined) return undefined;
  const workflow = readWorkflowName(value, fields.get('workflow'), workflows);
  const message = readMessage(value, fields);
  checkRepetition(value, fields);
  const times = {
    atNanos: fields.get('at')?.duration(0n, TIME_NANOS_MAX) ?? 0n,
    everyNanos: fields.get('every')?.duration(0n, TIME_NANOS_MAX) ?? 0n,
    jitterNanos: fields.get('jitter')?.duration(0n, JITTER_NANOS_MAX) ?? 0n,
    timeoutNanos: fields.get('timeout')?.duration(TIMEOUT_NANOS_MIN, TIME_NANOS_MAX),
  };
  const count = fields.get('count')?.integer(1, COUNT_MAX) ?? 1;
  if (workflow === undefined || message === undefined) return undefined;
  return { name, workflow, ...message, ...times, count };
}

function readWorkflowName(
  client: Value,
  value: Value | undefined,
  workflows: readonly string[],
): string | undefined {
  if (value === undefined) {
    return client.report('missing', `${client.path} needs a "workflow", which it sends to`);
  }
  const name = value.text();
  if (name === undefined || workflows.includes(name)) return name;
  const allowed = hint(name, workflows, 'workflows');
  return value.report('unknown-name', `no workflow is named "${shorten(name)}"${allowed}`);
}

function readMessage(client: Value, fields: Fields): Message | undefined {
  const request = fields.get('request');
  const send = fields.get('send');
  if ((request === undefined) === (send === undefined)) {
    const words = 'needs either "request", for HTTP, or "send", for plain bytes';
    return client.report('missing', `${client.path} ${words}`);
  }
  if (request !== undefined) return readRequest(request);
  return { message: { kind: 'bytes' }, content: readContent(send) ?? NO_CONTENT };
}

function readRequest(value: Value): Message | undefined {
  const fields = value.fields(['method', 'path', 'headers', 'body']);
  if (fields === undefined) return undefined;
  const body = fields.get('body');
  const method = fields.get('method')?.matching(METHOD.pattern, METHOD.words);
  const path = fields.get('path')?.matching(REQUEST_PATH.pattern, REQUEST_PATH.words);
  const message: ClientMessageConfig = {
    kind: 'request',
    method: method?.toUpperCase() ?? (body === undefined ? 'GET' : 'POST'),
    path: path ?? '/',
    headers: readHeaders(fields.get('headers')),
  };
  return { message, content: readContent(body) ?? NO_CONTENT };
}

function readHeaders(value: Value | undefined): HttpHeaders {
  return (value?.members() ?? []).map(({ key, name, value: text }) => {
    if (!HEADER_NAME.pattern.test(key)) {
      name.report('bad-value', `"${shorten(key)}" is not ${HEADER_NAME.words}`);
    } else if (SENDER_HEADERS.has(key.toLowerCase())) {
      name.report('bad-value', `"${key}" follows from the request; leave it out`);
    }
    const header = text.matching(HEADER_VALUE.pattern, HEADER_VALUE.words);
    return [key.toLowerCase(), header ?? ''] as const;
  });
}

function readContent(value: Value | undefined): ContentConfig | undefined {
  if (value === undefined) return undefined;
  if (value.isText) return { kind: 'text', text: value.text() ?? '' };
  if (value.members('text or {"file": "order.json"}') === undefined) return undefined;
  const file = value.fields(['file'])?.get('file');
  if (file === undefined) return value.report('missing', `${value.path} needs a "file"`);
  const path = file.matching(FILE_PATH.pattern, FILE_PATH.words);
  return path === undefined ? undefined : { kind: 'file', file: path };
}

/** A simulation has an end, so who sends again and again says how often. */
function checkRepetition(client: Value, fields: Fields): void {
  for (const [one, other] of [
    ['every', 'count'],
    ['count', 'every'],
  ] as const) {
    if (!fields.has(one) || fields.has(other)) continue;
    client.report('missing', `${client.path} has "${one}" and needs "${other}", too`);
  }
}
