/** wasi:filesystem: private files, which are pure, and mounted volumes, whose calls are effects. */
import { Devices } from '../../files/devices.ts';
import { guarded, type Preopen } from '../../files/preopen.ts';
import { VolumeProxy } from '../../files/volume-proxy.ts';
import type { HostInterface, Preview2Host } from '../host.ts';
import type { TimerPort } from '../timer.ts';
import { Descriptor, type FilesHost } from './descriptor.ts';
import { directoryFlags } from './descriptor-flags.ts';
import { DirectoryEntryStream } from './directory-entry-stream.ts';
import { filesystemErrorCode } from './error-code.ts';
import { OpenNode, OpenNodes } from './open-node.ts';

export function filesystemInterfaces(
  host: Preview2Host,
  port: TimerPort,
): Record<string, HostInterface> {
  const preopens = host.preopens.map((preopen) => guarded(throughPort(preopen, port)));
  const devices = new Devices(preopens.map(({ store }) => store));
  const shared: FilesHost = { port, devices, nodes: new OpenNodes() };
  return {
    'wasi:filesystem/types': { Descriptor, DirectoryEntryStream, filesystemErrorCode },
    'wasi:filesystem/preopens': {
      getDirectories: (): [Descriptor, string][] =>
        preopens.map((preopen) => [directoryOf(preopen, shared), preopen.path]),
    },
  };
}

/** Timers that have just begun are fixed before any effect, and so also before a volume's. */
function throughPort(preopen: Preopen, port: TimerPort): Preopen {
  const { store } = preopen;
  return store instanceof VolumeProxy ? { ...preopen, store: store.through(port) } : preopen;
}

function directoryOf({ store, root }: Preopen, shared: FilesHost): Descriptor {
  // It was not opened through its store, so it is not closed there either.
  const node = new OpenNode(store, root ?? store.root, undefined);
  return new Descriptor(shared, node, 'directory', directoryFlags(store, {}));
}
