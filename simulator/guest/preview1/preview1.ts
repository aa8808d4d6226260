import type { EffectPort } from '../../effects/operation.ts';
import { stderrWrite, stdoutWrite } from '../../effects/stdio.ts';
import { Devices } from '../files/devices.ts';
import { guarded, type Preopen } from '../files/preopen.ts';
import { DESCRIPTORS_MAX, DescriptorTable } from './descriptor-table.ts';
import { GuestMemory } from './guest-memory.ts';
import { importsOf, type Preview1Imports } from './imports.ts';
import { RIGHTS_OF } from './rights.ts';

export interface Preview1Options {
  readonly port: EffectPort;
  /** The instance's exported memory; asked once, at the first call that touches memory. */
  readonly memory: () => WebAssembly.Memory;
  /** The first is the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Descriptors 3 and up, in this order. */
  readonly preopens: readonly Preopen[];
  /** Listening sockets, which take the descriptors after the directories. */
  readonly listeners?: readonly string[];
  readonly descriptorsMax?: number;
}

/**
 * The host side of one instance: wasi_snapshot_preview1 and the module `backstitch`. All that is
 * not pure goes through the port.
 */
export function createPreview1(options: Preview1Options): Preview1Imports {
  const { port, args, env } = options;
  const preopens = options.preopens.map(guarded);
  const descriptors = new DescriptorTable(options.descriptorsMax ?? DESCRIPTORS_MAX);
  openFromStart(descriptors, preopens, options.listeners ?? []);
  const devices = new Devices(preopens.map(({ store }) => store));
  const memory = new GuestMemory(options.memory);
  return importsOf({ port, memory, descriptors, devices, args, env });
}

function openFromStart(
  descriptors: DescriptorTable,
  preopens: readonly Preopen[],
  listeners: readonly string[],
): void {
  const stream = { rightsInheriting: 0, flags: 0 };
  descriptors.add({ kind: 'stdin', rightsBase: RIGHTS_OF.stdin, ...stream });
  for (const operation of [stdoutWrite, stderrWrite]) {
    descriptors.add({ kind: 'output', operation, rightsBase: RIGHTS_OF.output, ...stream });
  }
  for (const { path, store, root } of preopens) {
    descriptors.add({
      kind: 'directory',
      store,
      inode: root ?? store.root,
      preopenPath: path,
      listing: undefined,
      rightsBase: RIGHTS_OF.directory,
      rightsInheriting: RIGHTS_OF.directory | RIGHTS_OF.file,
      flags: 0,
    });
  }
  for (const listener of listeners) {
    descriptors.add({
      kind: 'listener',
      listener,
      rightsBase: RIGHTS_OF.listener,
      rightsInheriting: RIGHTS_OF.connection,
      flags: 0,
    });
  }
}
