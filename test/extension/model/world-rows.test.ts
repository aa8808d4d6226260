import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  placeOfRow,
  type WorldRow,
  worldLook,
  worldRowId,
  worldRows,
} from '../../../extension/model/world-rows.ts';
import type { WorldLink, WorldNode, WorldSummary } from '../../../simulator/host/protocol.ts';

const NODE: WorldNode = {
  name: 'node-a',
  state: 'up',
  wallSkewNanos: 0n,
  monotonicSkewNanos: 0n,
  executions: ['order-1'],
  executionCount: 1,
};

const WORLD: WorldSummary = {
  now: 5n,
  nodes: [NODE, { ...NODE, name: 'node-b', state: 'down', executions: [], executionCount: 0 }],
  services: [
    { name: 'payment', hosts: ['payment.example'], real: false, requests: 3, duplicates: 1 },
  ],
  volumes: [{ name: 'shared', isFull: false, slowNanos: 0n }],
  links: [{ from: 'node-a', to: 'payment', isCut: true, faults: ['partition'] }],
  faults: [{ text: 'node-b crashes', injected: true, fired: 1 }],
};

function drawn(world: WorldSummary): readonly string[] {
  return worldRows(world).flatMap((group) => [
    worldLook(group).label,
    ...worldRows(world, group).map((row) => {
      const { label, description } = worldLook(row);
      return `  ${label} | ${description}`;
    }),
  ]);
}

describe('the World view', () => {
  it('shows nodes, services, storage, links in trouble and the plan', () => {
    assert.deepEqual(drawn(WORLD), [
      'Nodes',
      '  node-a | order-1',
      '  node-b | down',
      'Links in Trouble',
      '  node-a → payment | cut',
      'Fault Plan',
      '  1. node-b crashes | happened · by hand',
      'Services and Storage',
      '  payment | 3 requests, 1 repeated',
      '  shared | volume',
      '  journal store | every commit goes here',
    ]);
  });

  it('shows nothing that there is not', () => {
    assert.deepEqual(worldRows(undefined), []);
    const empty = { ...WORLD, nodes: [], services: [], links: [], faults: [] };
    assert.deepEqual(worldRows(empty), []);
  });

  it('says how wrong clocks are, and cuts long lists', () => {
    const skewed: WorldNode = {
      ...NODE,
      state: 'paused',
      wallSkewNanos: -3_600_000_000_000n,
      executionCount: 9,
    };
    const { description, words } = worldLook({ kind: 'node', node: skewed });
    assert.equal(description, 'stands still · wall -1 h · order-1, 8 more');
    assert.deepEqual(words, ['node', 'place', 'paused', 'skewed']);
  });

  it('shows a link that is cut both ways in one row', () => {
    const back: WorldLink = { from: 'payment', to: 'node-a', isCut: true, faults: ['partition'] };
    const faults = ['slow-link', 'lossy-link', 'store-slow'] as const;
    const slow: WorldLink = { from: 'payment', to: 'node-b', isCut: false, faults };
    const world = { ...WORLD, links: [...WORLD.links, back, slow] };
    assert.deepEqual(drawn(world).slice(3, 6), [
      'Links in Trouble',
      '  node-a ↔ payment | cut',
      '  payment → node-b | loses messages, slow',
    ]);
  });

  it('says what is wrong with a volume', () => {
    const texts = [
      { name: 'shared', isFull: true, slowNanos: 0n },
      { name: 'shared', isFull: true, slowNanos: 2_000_000_000n },
    ].map((volume) => worldLook({ kind: 'volume', volume }).description);
    assert.deepEqual(texts, ['full', 'full, 2 s slower']);
  });

  it('has rows that keep their identity, and know the place they stand for', () => {
    const rows: readonly WorldRow[] = worldRows(WORLD).flatMap((group) => [
      group,
      ...worldRows(WORLD, group),
    ]);
    const ids = rows.map(worldRowId);
    assert.equal(new Set(ids).size, ids.length);
    const places = rows.map(placeOfRow).filter((place) => place !== undefined);
    assert.deepEqual(places, ['node-a', 'node-b', 'payment', 'shared', 'journal-store']);
  });
});
