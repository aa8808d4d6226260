import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { defaultWorkflow, defaultWorld } from '../../simulator/config/config.ts';
import { EMPTY_PLAN } from '../../simulator/faults/fault.ts';
import type { HostEnvironment } from '../../simulator/host/host-environment.ts';
import { LiveSession } from '../../simulator/host/live-session.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

const EXECUTIONS = 12;
/** They sleep for longer than a lease, so that the executions take turns. */
const ARGS = ['wall', 'sleep', '20000', 'print', 'one', 'sleep', '20000', 'print', 'two'];

/** A host that nobody asks anything, and that notes each beat. */
function environmentOf(beats: [string, number][]): HostEnvironment {
  const refuse = (): never => assert.fail('a live session asks its host for no such thing');
  return {
    sql: refuse,
    transpilerFor: refuse,
    serviceLoader: refuse,
    loadChecks: refuse,
    load: refuse,
    readPlan: refuse,
    loadModule: refuse,
    moduleName: refuse,
    source: refuse,
    record: refuse,
    fold: refuse,
    removeLaterParts: refuse,
    replace: refuse,
    writeFiles: refuse,
    describe: refuse,
    hasRequests: () => false,
    beat: (execution = '', seq = 0) => beats.push([execution, seq]),
    now: () => 0,
    yieldToRequests: async () => {},
    sleep: async () => {},
    alarm: () => () => {},
    emit: () => {},
  };
}

describe('a live session', () => {
  after(closeBuilder);

  it('says at every effect which execution performs it', async () => {
    const program = await buildProgram('test/fixtures/programs/script.c');
    const origin = '/script.wasm';
    const build = { kind: 'module', module: origin, build: undefined } as const;
    const beats: [string, number][] = [];
    const live = new LiveSession(environmentOf(beats), {
      loaded: {
        world: defaultWorld(),
        workflows: [
          {
            config: { ...defaultWorkflow('script', build), args: ARGS, count: EXECUTIONS },
            wasm: program.bytes,
            origin,
            stdin: new Uint8Array(0),
            stdinEnds: true,
            mounts: [],
          },
        ],
        services: new Map(),
        volumes: new Map(),
        contents: new Map(),
      },
      plan: EMPTY_PLAN,
      loadService: () => assert.fail('there are no services'),
      recording: undefined,
      paceMs: 0,
      paused: false,
      changes: false,
      answer: undefined,
      realServices: new Set(),
    });
    const { executions } = live.run.simulation.engine;
    live.begin();
    await live.settled();
    const ids = [...executions.keys()];
    assert.equal(ids.length, EXECUTIONS);
    const performed = ids.flatMap((id) =>
      live.run.history.entries(id).map(({ seq }) => `${id} #${seq}`),
    );
    assert.ok(performed.length >= EXECUTIONS * 5);
    assert.deepEqual(
      beats.map(([execution, seq]) => `${execution} #${seq}`).sort(),
      performed.sort(),
    );
  });
});
