import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ClientConfig, defaultWorkflow, defaultWorld } from '../../simulator/config/config.ts';
import {
  type LoadedSimulation,
  readSetup,
  recordSetup,
} from '../../simulator/host/loaded-simulation.ts';
import { decodePlain, encodePlain } from '../../simulator/host/plain-codec.ts';
import { SILENT_SINK } from '../../simulator/journal/history.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** The setup as a recording keeps it. */
class SetupRows {
  readonly metas = new Map<string, string>();
  private readonly blobs = new Map<string, { readonly bytes: Uint8Array }>();

  constructor(loaded: LoadedSimulation) {
    recordSetup(loaded, {
      ...SILENT_SINK,
      meta: (key, value) => this.metas.set(key, value),
      blob: (hash, _label, bytes) => this.blobs.set(hash, { bytes }),
    });
  }

  get text(): string {
    return this.metas.get('setup') ?? '';
  }

  meta(): ReadonlyMap<string, string> {
    return this.metas;
  }

  blob(hash: string): { readonly bytes: Uint8Array } | undefined {
    return this.blobs.get(hash);
  }
}

function simulation(): LoadedSimulation {
  const config = defaultWorkflow('web', { kind: 'module', module: 'web.wasm', build: undefined });
  const client: ClientConfig = {
    ...{
      name: 'alice',
      workflow: 'web',
      message: { kind: 'bytes' },
      content: { kind: 'text', text: 'hello' },
    },
    ...{ atNanos: 0n, count: 1, everyNanos: 0n, jitterNanos: 0n, timeoutNanos: 1n },
  };
  return {
    world: { ...defaultWorld(), clients: [client], maxConcurrent: 3 },
    workflows: [
      {
        config: { ...config, starts: ['web'] },
        wasm: utf8('a program'),
        origin: '/work/web.wasm',
        stdin: utf8('input'),
        stdinEnds: false,
        mounts: [
          {
            ...{ kind: 'image', path: '/data', readOnly: true },
            image: [{ path: 'a', type: 'file', bytes: utf8('a') }],
          },
        ],
      },
    ],
    services: new Map([['till', { entry: 'till.js', files: new Map([['till.js', 'text']]) }]]),
    volumes: new Map([['shared', [{ path: 'b', type: 'directory' }]]]),
    contents: new Map([['alice', utf8('hello')]]),
    followsRealTime: true,
  };
}

describe('the setup of a recording', () => {
  it('is the same text when what was read from it is recorded again', () => {
    const rows = new SetupRows(simulation());
    assert.equal(new SetupRows(readSetup(rows)).text, rows.text);
  });

  it('of an earlier version has no clients, and is then as it would be now', () => {
    const now = { ...simulation(), world: defaultWorld() };
    const rows = new SetupRows(now);
    const { world, ...rest } = decodePlain(rows.text) as { world: Record<string, unknown> };
    const { clients: _none, maxConcurrent: _default, ...earlier } = world;
    rows.metas.set('setup', encodePlain({ ...rest, world: earlier }));
    const { followsRealTime, world: read } = readSetup(rows);
    assert.equal(followsRealTime, true);
    assert.equal(encodePlain(read), encodePlain(now.world));
  });
});
