import { NANOS_PER_DAY, NANOS_PER_MILLI, NANOS_PER_SECOND } from '../kernel/time.ts';
import {
  DEFAULT_LINK,
  DEFAULT_VOLUME_MIB,
  defaultWorld,
  type LinkConfig,
  type NamedLinkConfig,
  type VolumeConfig,
  type WorldConfig,
} from './config.ts';
import { namedMembers } from './named-members.ts';
import { readClients } from './parse-clients.ts';
import { readServices } from './parse-services.ts';
import { FILE_PATH, LINK, NAME, START_TIME } from './patterns.ts';
import { hint } from './suggest.ts';
import { shorten, type Value } from './value.ts';

const NODES_MAX = 100;
const CONCURRENT_MAX = 65_536;
const VOLUME_MIB_MAX = 4096;
const LATENCY_NANOS_MAX = 3600n * NANOS_PER_SECOND;
const LEASE_NANOS_MIN = 100n * NANOS_PER_MILLI;
const RESTART_NANOS_MAX = 365n * NANOS_PER_DAY;

const WORLD_KEYS = [
  'seed',
  'startTime',
  'nodes',
  'lease',
  'restartAfter',
  'links',
  'services',
  'volumes',
  'clients',
  'maxConcurrent',
] as const;

/** @param workflows the names of the file's workflows */
export function readWorld(value: Value | undefined, workflows: readonly string[]): WorldConfig {
  const defaults = defaultWorld();
  const fields = value?.fields(WORLD_KEYS);
  if (fields === undefined) return defaults;
  const nodes = readNodes(fields.get('nodes')) ?? defaults.nodes;
  const services = readServices(fields.get('services'), nodes);
  const ends = [...nodes, ...services.map(({ name }) => name)];
  return {
    seed: fields.get('seed')?.integer(0, Number.MAX_SAFE_INTEGER) ?? defaults.seed,
    startUnixNanos: readStartTime(fields.get('startTime')) ?? defaults.startUnixNanos,
    nodes,
    leaseNanos:
      fields.get('lease')?.duration(LEASE_NANOS_MIN, NANOS_PER_DAY) ?? defaults.leaseNanos,
    restartAfterNanos:
      fields.get('restartAfter')?.duration(0n, RESTART_NANOS_MAX) ?? defaults.restartAfterNanos,
    ...readLinks(fields.get('links'), ends),
    services,
    volumes: readVolumes(fields.get('volumes')),
    clients: readClients(fields.get('clients'), workflows),
    maxConcurrent:
      fields.get('maxConcurrent')?.integer(1, CONCURRENT_MAX) ?? defaults.maxConcurrent,
  };
}

function readNodes(value: Value | undefined): readonly string[] | undefined {
  const seen = new Set<string>();
  const nodes = value?.list((item) => {
    const name = item.matching(NAME.pattern, NAME.words);
    if (name === undefined) return undefined;
    if (seen.has(name)) return item.report('duplicate', `there are two nodes named "${name}"`);
    seen.add(name);
    return name;
  }, NODES_MAX);
  if (value?.isEmptyList === true) {
    return value.report('out-of-range', `${value.path} is empty; a world needs a node`);
  }
  return nodes;
}

function readStartTime(value: Value | undefined): bigint | undefined {
  const text = value?.matching(START_TIME.pattern, START_TIME.words);
  if (value === undefined || text === undefined) return undefined;
  const millis = Date.parse(text);
  // The engine's parser takes the 31st of February for the 3rd of March.
  const day = text.slice(0, 10);
  const midnight = Date.parse(day);
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  if (!exists || Number.isNaN(millis)) {
    return value.report('bad-value', `${value.path}: there is no such time as "${text}"`);
  }
  return BigInt(millis) * NANOS_PER_MILLI;
}

function readLinks(
  value: Value | undefined,
  ends: readonly string[],
): Pick<WorldConfig, 'defaultLink' | 'links'> {
  const members = value?.members() ?? [];
  const defaultMember = members.find(({ key }) => key === 'default');
  const defaultLink = readLink(defaultMember?.value, DEFAULT_LINK);
  const links: NamedLinkConfig[] = [];
  for (const { key, name, value: link } of members) {
    if (key === 'default') continue;
    const settings = readLink(link, defaultLink);
    const [from, to] = key.split('->').map((end) => end.trim());
    if (!LINK.pattern.test(key) || from === undefined || to === undefined) {
      name.report('bad-value', `"${shorten(key)}" is not ${LINK.words}`);
      continue;
    }
    checkEnds(name, from, to, ends);
    if (links.some((other) => other.from === from && other.to === to)) {
      name.report('duplicate', `the link from "${from}" to "${to}" is given twice`);
    }
    links.push({ from, to, ...settings });
  }
  return { defaultLink, links };
}

function checkEnds(name: Value, from: string, to: string, ends: readonly string[]): void {
  if (from === to) name.report('bad-value', `a link joins two ends; both are "${from}"`);
  for (const end of new Set([from, to])) {
    if (ends.includes(end)) continue;
    const allowed = hint(end, ends, 'nodes and services');
    name.report('unknown-name', `no node or service is named "${end}"${allowed}`);
  }
}

function readLink(value: Value | undefined, defaults: LinkConfig): LinkConfig {
  const fields = value?.fields(['latency', 'jitter']);
  const latency = fields?.get('latency')?.duration(0n, LATENCY_NANOS_MAX);
  const jitter = fields?.get('jitter')?.duration(0n, LATENCY_NANOS_MAX);
  return {
    latencyNanos: latency ?? defaults.latencyNanos,
    jitterNanos: jitter ?? defaults.jitterNanos,
  };
}

function readVolumes(value: Value | undefined): readonly VolumeConfig[] {
  return namedMembers(value).map(({ key: name, value: volume }) => {
    const fields = volume.fields(['from', 'sizeMiB']);
    const from = fields?.get('from')?.matching(FILE_PATH.pattern, FILE_PATH.words);
    const sizeMiB = fields?.get('sizeMiB')?.integer(1, VOLUME_MIB_MAX) ?? DEFAULT_VOLUME_MIB;
    return { name, from, sizeMiB };
  });
}
