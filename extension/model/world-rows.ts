/** The rows of the World view and how they look. */
import type {
  WorldFault,
  WorldLink,
  WorldNode,
  WorldService,
  WorldSummary,
  WorldVolume,
} from '../../simulator/host/protocol.ts';
import { formatDuration } from '../../simulator/kernel/time.ts';
import { JOURNAL_STORE } from '../../simulator/world/network.ts';
import type { Icon } from './icon.ts';

export type WorldRow =
  | { readonly kind: 'group'; readonly group: 'nodes' | 'services' | 'links' | 'faults' }
  | { readonly kind: 'node'; readonly node: WorldNode }
  | { readonly kind: 'service'; readonly service: WorldService }
  | { readonly kind: 'volume'; readonly volume: WorldVolume }
  | { readonly kind: 'store' }
  | { readonly kind: 'link'; readonly link: WorldLink; readonly bothWays: boolean }
  | { readonly kind: 'fault'; readonly fault: WorldFault; readonly number: number };

export interface WorldLook {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon | undefined;
  /** The words that menus go by. */
  readonly words: readonly string[];
  readonly isGroup: boolean;
}

export function worldRows(world: WorldSummary | undefined, row?: WorldRow): readonly WorldRow[] {
  if (world === undefined) return [];
  const { nodes, services, volumes, links, faults } = world;
  if (row === undefined) {
    const groups = [
      ...(nodes.length > 0 ? (['nodes'] as const) : []),
      ...(links.length > 0 ? (['links'] as const) : []),
      ...(faults.length > 0 ? (['faults'] as const) : []),
      ...(services.length > 0 || nodes.length > 0 ? (['services'] as const) : []),
    ];
    return groups.map((group) => ({ kind: 'group', group }));
  }
  if (row.kind !== 'group') return [];
  switch (row.group) {
    case 'nodes':
      return nodes.map((node) => ({ kind: 'node', node }));
    case 'services':
      return [
        ...services.map((service) => ({ kind: 'service', service }) as const),
        ...volumes.map((volume) => ({ kind: 'volume', volume }) as const),
        { kind: 'store' },
      ];
    case 'links':
      return linkRows(links);
    case 'faults':
      return faults.map((fault, index) => ({ kind: 'fault', fault, number: index + 1 }));
  }
}

/** One row for a link that is disturbed in the same way in both directions. */
function linkRows(links: readonly WorldLink[]): readonly WorldRow[] {
  const isBack = (link: WorldLink, other: WorldLink): boolean =>
    link.from === other.to && link.to === other.from && troubleText(link) === troubleText(other);
  return links.flatMap((link, index) => {
    const back = links.findIndex((other) => isBack(link, other));
    if (back >= 0 && back < index) return [];
    return [{ kind: 'link', link, bothWays: back >= 0 } as const];
  });
}

/** Stays the same while the view is drawn anew. */
export function worldRowId(row: WorldRow): string {
  switch (row.kind) {
    case 'group':
      return `group ${row.group}`;
    case 'node':
      return `node ${row.node.name}`;
    case 'service':
      return `service ${row.service.name}`;
    case 'volume':
      return `volume ${row.volume.name}`;
    case 'store':
      return 'store';
    case 'link':
      return `link ${row.link.from} ${row.link.to}`;
    case 'fault':
      return `fault ${row.number}`;
  }
}

/** The place of the network that a row stands for; undefined for one that is none. */
export function placeOfRow(row: WorldRow): string | undefined {
  switch (row.kind) {
    case 'node':
      return row.node.name;
    case 'service':
      return row.service.name;
    case 'volume':
      return row.volume.name;
    case 'store':
      return JOURNAL_STORE;
    default:
      return undefined;
  }
}

export function worldLook(row: WorldRow): WorldLook {
  switch (row.kind) {
    case 'group':
      return { ...PLAIN, ...GROUPS[row.group], isGroup: true, words: ['group', row.group] };
    case 'node':
      return nodeLook(row.node);
    case 'service':
      return serviceLook(row.service);
    case 'volume':
      return volumeLook(row.volume);
    case 'store':
      return look('journal store', 'every commit goes here', { id: 'database' }, [
        ...['store', 'place'],
      ]);
    case 'link': {
      const { from, to, isCut } = row.link;
      const arrow = row.bothWays ? '↔' : '→';
      const icon = isCut
        ? { id: 'debug-disconnect', color: RED }
        : { id: 'warning', color: YELLOW };
      return look(`${from} ${arrow} ${to}`, troubleText(row.link), icon, ['link']);
    }
    case 'fault':
      return faultLook(row.fault, row.number);
  }
}

const RED = 'testing.iconFailed';
const YELLOW = 'list.warningForeground';
const GREEN = 'testing.iconPassed';

const PLAIN = { description: '', icon: undefined } as const;

const GROUPS = {
  nodes: { label: 'Nodes' },
  services: { label: 'Services and Storage' },
  links: { label: 'Links in Trouble' },
  faults: { label: 'Fault Plan' },
} as const;

const NODE_ICONS: Readonly<Record<WorldNode['state'], Icon>> = {
  up: { id: 'vm-running', color: GREEN },
  paused: { id: 'debug-pause', color: YELLOW },
  down: { id: 'vm-outline', color: RED },
};

const NODE_STATES: Readonly<Record<WorldNode['state'], string>> = {
  up: '',
  paused: 'stands still',
  down: 'down',
};

function nodeLook(node: WorldNode): WorldLook {
  const { executions, executionCount } = node;
  const more = executionCount - executions.length;
  const runs = [...executions, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const parts = [
    NODE_STATES[node.state],
    skewText('wall', node.wallSkewNanos),
    skewText('monotonic', node.monotonicSkewNanos),
    runs,
  ];
  const description = parts.filter((part) => part !== '').join(' · ');
  const skewed = node.wallSkewNanos !== 0n || node.monotonicSkewNanos !== 0n;
  const words = ['node', 'place', node.state, ...(skewed ? ['skewed'] : [])];
  return look(node.name, description, NODE_ICONS[node.state], words);
}

/** `wall +1h`; empty for a clock that is right. */
function skewText(clock: string, skewNanos: bigint): string {
  if (skewNanos === 0n) return '';
  const sign = skewNanos < 0n ? '-' : '+';
  return `${clock} ${sign}${formatDuration(skewNanos < 0n ? -skewNanos : skewNanos)}`;
}

/** What becomes of messages there, the worst first. */
const TROUBLES: Readonly<Record<WorldLink['faults'][number], string>> = {
  partition: 'cut',
  clog: 'clogged',
  'store-unreachable': 'clogged',
  'lossy-link': 'loses messages',
  'slow-link': 'slow',
  'store-slow': 'slow',
};

function troubleText({ faults }: WorldLink): string {
  const order = Object.values(TROUBLES);
  const words = new Set(faults.map((kind) => TROUBLES[kind]));
  return [...words].sort((left, right) => order.indexOf(left) - order.indexOf(right)).join(', ');
}

function volumeLook({ name, isFull, slowNanos }: WorldVolume): WorldLook {
  const troubles = [
    ...(isFull ? ['full'] : []),
    ...(slowNanos > 0n ? [`${formatDuration(slowNanos)} slower`] : []),
  ];
  const words = ['volume', 'place'];
  if (troubles.length === 0) return look(name, 'volume', { id: 'folder-library' }, words);
  return look(name, troubles.join(', '), { id: 'folder-library', color: YELLOW }, words);
}

function serviceLook({ name, real, requests, duplicates }: WorldService): WorldLook {
  const counted = requests === 1 ? '1 request' : `${requests} requests`;
  const repeated = duplicates === 0 ? '' : `, ${duplicates} repeated`;
  const description = `${real ? 'real · ' : ''}${requests === 0 ? '' : counted}${repeated}`;
  return look(name, description, { id: 'globe' }, ['service', 'place']);
}

function faultLook({ text, injected, fired }: WorldFault, number: number): WorldLook {
  const happened = fired === 0 ? 'to come' : fired === 1 ? 'happened' : `happened ${fired} times`;
  const description = injected ? `${happened} · by hand` : happened;
  const icon = fired === 0 ? { id: 'circle-outline' } : { id: 'zap', color: RED };
  return look(`${number}. ${text}`, description, icon, ['fault']);
}

function look(label: string, description: string, icon: Icon, words: readonly string[]): WorldLook {
  return { label, description, icon, words, isGroup: false };
}
