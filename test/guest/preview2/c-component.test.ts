import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { GuestExit } from '../../../simulator/effects/operation.ts';
import type { Preopen } from '../../../simulator/guest/files/preopen.ts';
import { VolumeProxy } from '../../../simulator/guest/files/volume-proxy.ts';
import { createPreview1 } from '../../../simulator/guest/preview1/preview1.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { buildProgram, closeBuilder } from '../../helpers/programs.ts';
import { WorldPort } from '../preview1/world-port.ts';
import { componentOf, runComponent } from './components.ts';

interface Case {
  readonly source: string;
  readonly input?: string;
  readonly mount: '/' | '/data';
}

const CASES: readonly Case[] = [
  { source: 'test/guest/preview1/programs/libc.c', input: 'one\ntwo\n', mount: '/' },
  { source: 'examples/effects/files.c', mount: '/' },
  { source: 'examples/effects/volume.c', mount: '/data' },
  { source: 'examples/effects/stdin.c', input: 'first\nsecond\nlast', mount: '/' },
  { source: 'examples/effects/stdio.c', mount: '/' },
  { source: 'examples/effects/random.c', mount: '/' },
];

after(closeBuilder);

interface Ran {
  readonly failed: boolean;
  readonly shown: string;
  readonly files: unknown;
}

type Run = (port: WorldPort, args: readonly string[], preopens: readonly Preopen[]) => number;

function ran(run: Run, { input = '', mount }: Case, onVolume: boolean): Ran {
  const port = new WorldPort(input);
  const tree = new MemoryTree({ now: () => port.latestWallNanos });
  const store = onVolume ? new VolumeProxy(port, 'shared') : tree;
  const code = run(port, ['program', 'a', 'b'], [{ path: mount, store }]);
  // The two take different numbers of effects, so their clocks differ.
  const shown = port.shown.replace(/^(now|slept) .*\n/gm, '');
  // The adapter ends a program with success or failure; it has no other exit codes.
  return { failed: code !== 0, shown, files: tree.image() };
}

function moduleRun(module: WebAssembly.Module): Run {
  return (port, args, preopens) => {
    let memory: WebAssembly.Memory | undefined;
    const imports = createPreview1({
      port,
      args,
      env: { HOME: '/home' },
      preopens,
      memory: () => memory as WebAssembly.Memory,
    });
    const instance = new WebAssembly.Instance(module, imports);
    memory = instance.exports.memory as WebAssembly.Memory;
    try {
      (instance.exports._start as () => void)();
      return 0;
    } catch (error) {
      if (error instanceof GuestExit) return error.code;
      throw error;
    }
  };
}

describe('a C program does as a component what it does as a module', () => {
  for (const one of CASES) {
    test(one.source, async () => {
      const { bytes } = await buildProgram(one.source);
      const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
      const component = await componentOf(bytes);
      const asComponent: Run = (port, args, preopens) =>
        runComponent(component, { port, args, env: { HOME: '/home' }, preopens });
      for (const onVolume of [false, true]) {
        const expected = ran(moduleRun(module), one, onVolume);
        assert.ok(expected.shown.length > 0, 'the program shows nothing');
        assert.deepEqual(ran(asComponent, one, onVolume), expected);
      }
    });
  }
});
