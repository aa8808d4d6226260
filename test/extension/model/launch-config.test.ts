import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type LaunchConfig,
  type LaunchSurroundings,
  resolveLaunch,
} from '../../../extension/model/launch-config.ts';

const NOTHING: LaunchSurroundings = { activeFile: undefined, workflows: [], live: [] };
const ORDER = { name: 'order', config: '/shop/backstitch.json' };
const REFUND = { name: 'refund', config: '/shop/backstitch.json' };

function ready(given: LaunchConfig, surroundings = NOTHING): LaunchConfig {
  const resolved = resolveLaunch(given, surroundings);
  assert.equal(resolved.kind, 'ready');
  return resolved.kind === 'ready' ? resolved.config : {};
}

function wrong(given: LaunchConfig, surroundings = NOTHING): string {
  const resolved = resolveLaunch(given, surroundings);
  return resolved.kind === 'wrong' ? resolved.message : resolved.kind;
}

describe('a launch configuration', () => {
  it('is taken as it is when it names a program', () => {
    const given = {
      type: 'backstitch',
      request: 'launch',
      name: 'Mine',
      program: '/shop/order.wasm',
      seed: 7,
      stopOnEntry: false,
    };
    assert.deepEqual(ready(given), given);
  });

  it('of F5 without a launch.json means the program in the editor', () => {
    assert.deepEqual(ready({}, { ...NOTHING, activeFile: '/shop/order.c' }), {
      type: 'backstitch',
      request: 'launch',
      name: 'order',
      program: '/shop/order.c',
    });
  });

  it('of F5 means a replay of the recording in the editor', () => {
    const config = ready({}, { ...NOTHING, activeFile: '/shop/order.backstitch' });
    assert.deepEqual([config.recording, config.program], ['/shop/order.backstitch', undefined]);
  });

  it('of F5 means the only workflow when another file is in the editor', () => {
    const config = ready({}, { ...NOTHING, activeFile: '/shop/notes.txt', workflows: [ORDER] });
    assert.deepEqual([config.program, config.workflow], ['/shop/backstitch.json', 'order']);
  });

  it('is asked for when several workflows could be meant', () => {
    const resolved = resolveLaunch({}, { ...NOTHING, workflows: [ORDER, REFUND] });
    assert.equal(resolved.kind, 'choose');
  });

  it('finds the workflow that it names', () => {
    const surroundings = { ...NOTHING, workflows: [ORDER, REFUND] };
    const config = ready({ workflow: 'refund' }, surroundings);
    assert.deepEqual([config.name, config.workflow], ['refund', 'refund']);
  });

  it('looks at a recording that is still written', () => {
    const config = ready({ request: 'attach', recording: '/shop/order.backstitch' });
    assert.deepEqual([config.request, config.name], ['attach', 'order']);
  });

  it('attaches to what runs here, asking when that could be several', () => {
    const order = { id: 1, title: 'order' };
    const again = { id: 4, title: 'order' };
    const refund = { id: 3, title: 'refund' };
    const attach = { request: 'attach' };
    const only = ready(attach, { ...NOTHING, live: [order] });
    assert.deepEqual([only.simulation, only.name, only.program], [1, 'order', undefined]);
    const named = ready({ ...attach, simulation: 'refund' }, { ...NOTHING, live: [order, refund] });
    assert.equal(named.simulation, 3);
    const byNumber = { ...attach, simulation: 4, name: 'Mine' };
    const numbered = ready(byNumber, { ...NOTHING, live: [order, again] });
    assert.deepEqual([numbered.simulation, numbered.name], [4, 'Mine']);
    const several = resolveLaunch(attach, { ...NOTHING, live: [order, refund] });
    assert.deepEqual(several, { kind: 'choose-live', from: [order, refund] });
    const equal = { ...attach, simulation: 'order' };
    const resolved = resolveLaunch(equal, { ...NOTHING, live: [order, refund, again] });
    assert.deepEqual(resolved, { kind: 'choose-live', from: [order, again] });
  });

  it('attaches to a port, whatever runs here', () => {
    const config = ready({ request: 'attach', port: 4711 });
    assert.deepEqual([config.port, config.name, config.simulation], [4711, 'port 4711', undefined]);
  });

  it('of F5 says how a source becomes a program that nothing here builds', () => {
    const message = wrong({}, { ...NOTHING, activeFile: '/shop/trip.rs' });
    assert.match(message, /trip\.rs is built by a command.*"module": "trip\.wasm"/);
  });

  it('says what is wrong and what to write instead', () => {
    assert.match(wrong({}), /Open a \.wasm/);
    assert.match(wrong({ workflow: 'ordr' }, { ...NOTHING, workflows: [ORDER] }), /named "ordr"/);
    assert.match(wrong({ request: 'attach', program: '/a.wasm' }), /"program" is for "launch"/);
    assert.match(wrong({ request: 'attach' }), /No simulation runs here.*--debug-port/);
    assert.match(wrong({ request: 'attach', simulation: 'x' }), /No simulation named "x" runs/);
    assert.match(wrong({ request: 'join', program: '/a.wasm' }), /Use "launch"/);
    assert.match(wrong({ program: '/a.wasm', recording: '/a.backstitch' }), /either/);
    assert.match(wrong({ recording: '/a.backstitch', seq: 3 }), /"execution"/);
  });
});
