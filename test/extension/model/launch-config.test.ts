import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type LaunchConfig,
  type LaunchSurroundings,
  resolveLaunch,
} from '../../../extension/model/launch-config.ts';

const NOTHING: LaunchSurroundings = { activeFile: undefined, workflows: [] };
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
    const config = ready({}, { activeFile: '/shop/notes.txt', workflows: [ORDER] });
    assert.deepEqual([config.program, config.workflow], ['/shop/backstitch.json', 'order']);
  });

  it('is asked for when several workflows could be meant', () => {
    const resolved = resolveLaunch({}, { activeFile: undefined, workflows: [ORDER, REFUND] });
    assert.equal(resolved.kind, 'choose');
  });

  it('finds the workflow that it names', () => {
    const surroundings = { activeFile: undefined, workflows: [ORDER, REFUND] };
    const config = ready({ workflow: 'refund' }, surroundings);
    assert.deepEqual([config.name, config.workflow], ['refund', 'refund']);
  });

  it('looks at a recording that is still written', () => {
    const config = ready({ request: 'attach', recording: '/shop/order.backstitch' });
    assert.deepEqual([config.request, config.name], ['attach', 'order']);
  });

  it('of F5 says how a source becomes a program that nothing here builds', () => {
    const message = wrong({}, { ...NOTHING, activeFile: '/shop/trip.rs' });
    assert.match(message, /trip\.rs is built by a command.*"module": "trip\.wasm"/);
  });

  it('says what is wrong and what to write instead', () => {
    assert.match(wrong({}), /Open a \.wasm/);
    assert.match(wrong({ workflow: 'ordr' }, { ...NOTHING, workflows: [ORDER] }), /named "ordr"/);
    assert.match(wrong({ request: 'attach', program: '/a.wasm' }), /needs the "recording"/);
    assert.match(wrong({ request: 'join', program: '/a.wasm' }), /Use "launch"/);
    assert.match(wrong({ program: '/a.wasm', recording: '/a.backstitch' }), /either/);
    assert.match(wrong({ recording: '/a.backstitch', seq: 3 }), /"execution"/);
  });
});
