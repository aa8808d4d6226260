/** Reads the services of a world: what answers each, and for which hosts. */
import { NANOS_PER_MILLI, NANOS_PER_SECOND } from '../kernel/time.ts';
import {
  DEFAULT_REAL_TIMEOUT_NANOS,
  DEFAULT_SERVICE_LATENCY_NANOS,
  type ServiceConfig,
} from './config.ts';
import { namedMembers } from './named-members.ts';
import { COMPONENT_PATH, HOST, NAME, RECORDING_PATH, SCRIPT_PATH } from './patterns.ts';
import type { Member, Value } from './value.ts';

const HOSTS_MAX = 100;
const LATENCY_NANOS_MAX = 3600n * NANOS_PER_SECOND;
const REAL_TIMEOUT_SECONDS_MIN = 0.1;
const REAL_TIMEOUT_SECONDS_MAX = 3600;
const RATE_MIN = 0.001;
const RATE_MAX = 1000;

/** The fields that say what answers; a service has one of them. */
const ANSWERERS = ['script', 'recording', 'component', 'real'] as const;

type Answerer = (typeof ANSWERERS)[number];

/** The fields that go with one answerer only. */
const FIELDS_OF: Readonly<Record<Answerer, readonly Field[]>> = {
  script: ['latency'],
  recording: ['latency', 'service'],
  component: ['latency'],
  // How long a real host takes is not for us to say.
  real: ['timeoutSeconds', 'rateLimit'],
};

const FIELDS = [
  ...ANSWERERS,
  'hosts',
  'latency',
  'service',
  'timeoutSeconds',
  'rateLimit',
] as const;

type Field = (typeof FIELDS)[number];
type Fields = ReadonlyMap<Field, Value>;

/** @param nodes names that are taken */
export function readServices(
  value: Value | undefined,
  nodes: readonly string[],
): readonly ServiceConfig[] {
  const owners = new Map<string, string>();
  return namedMembers(value).flatMap((member) => {
    if (nodes.includes(member.key)) {
      member.name.report('duplicate', `"${member.key}" is already the name of a node`);
    }
    return readService(member, owners) ?? [];
  });
}

/** `owners` maps each host so far to its service. */
function readService(
  { key: name, value }: Member,
  owners: Map<string, string>,
): ServiceConfig | undefined {
  const fields = value.fields(FIELDS);
  if (fields === undefined) return undefined;
  const answerer = answererOf(value, fields);
  if (answerer !== undefined) refuseFieldsOfOthers(answerer, fields);
  const hosts = readHosts(name, value, fields.get('hosts'), owners);
  const latencyNanos =
    fields.get('latency')?.duration(0n, LATENCY_NANOS_MAX) ?? DEFAULT_SERVICE_LATENCY_NANOS;
  if (answerer === undefined || hosts === undefined) return undefined;
  const base = { name, hosts, latencyNanos };
  switch (answerer) {
    case 'script': {
      const script = fields.get('script')?.matching(SCRIPT_PATH.pattern, SCRIPT_PATH.words);
      return script === undefined ? undefined : { ...base, script };
    }
    case 'recording': {
      const { pattern, words } = RECORDING_PATH;
      const recording = fields.get('recording')?.matching(pattern, words);
      const service = fields.get('service')?.matching(NAME.pattern, NAME.words) ?? name;
      return recording === undefined ? undefined : { ...base, recording, service };
    }
    case 'component': {
      const { pattern, words } = COMPONENT_PATH;
      const component = fields.get('component')?.matching(pattern, words);
      return component === undefined ? undefined : { ...base, component };
    }
    case 'real':
      return readReal(base, fields);
  }
}

function readReal(
  base: Pick<ServiceConfig, 'name' | 'hosts'>,
  fields: Fields,
): ServiceConfig | undefined {
  const real = fields.get('real');
  if (real?.boolean() !== true) {
    return real?.report('bad-value', `${real.path} can only be true; leave it out otherwise`);
  }
  const seconds = fields
    .get('timeoutSeconds')
    ?.number(REAL_TIMEOUT_SECONDS_MIN, REAL_TIMEOUT_SECONDS_MAX);
  const timeoutNanos =
    seconds === undefined
      ? DEFAULT_REAL_TIMEOUT_NANOS
      : BigInt(Math.round(seconds * 1000)) * NANOS_PER_MILLI;
  const rateLimit = fields.get('rateLimit')?.number(RATE_MIN, RATE_MAX);
  return { ...base, latencyNanos: 0n, real: true, timeoutNanos, rateLimit };
}

function answererOf(service: Value, fields: Fields): Answerer | undefined {
  const [first, second] = ANSWERERS.filter((answerer) => fields.has(answerer));
  if (first === undefined) {
    const words = 'needs "script", "recording", "component" or "real": what answers its requests';
    return service.report('missing', `${service.path} ${words}`);
  }
  if (second !== undefined) {
    const words = `has "${first}" and "${second}"; only one of them can answer its requests`;
    return service.report('bad-value', `${service.path} ${words}`);
  }
  return first;
}

function refuseFieldsOfOthers(answerer: Answerer, fields: Fields): void {
  for (const [field, value] of fields) {
    const owners = ANSWERERS.filter((other) => FIELDS_OF[other].includes(field));
    if (owners.length === 0 || owners.includes(answerer)) continue;
    const list = owners.map((owner) => `"${owner}"`).join(' or ');
    value.report('bad-value', `${value.path} goes with ${list}, not with "${answerer}"`);
  }
}

function readHosts(
  service: string,
  serviceValue: Value,
  value: Value | undefined,
  owners: Map<string, string>,
): readonly string[] | undefined {
  if (value === undefined) {
    const words = 'needs "hosts", the names that requests reach it by';
    return serviceValue.report('missing', `${serviceValue.path} ${words}`);
  }
  const hosts = value.list((item) => {
    const host = item.matching(HOST.pattern, HOST.words);
    if (host === undefined) return undefined;
    const owner = owners.get(host);
    if (owner !== undefined) {
      return item.report('duplicate', `${item.path}: "${host}" already belongs to "${owner}"`);
    }
    owners.set(host, service);
    return host;
  }, HOSTS_MAX);
  if (value.isEmptyList) {
    return value.report('out-of-range', `${value.path} is empty; nothing could reach the service`);
  }
  return hosts;
}
