import { existsSync } from 'node:fs';
import { nodeEnvironment } from '../simulator/cli/node/node-environment.ts';
import type { DebugHost } from './debug-host.ts';

/** A debug session's host in a process of its own. `distFolder` is the folder of the bundles. */
export function nodeDebugHost(distFolder: string): DebugHost {
  const environment = nodeEnvironment({
    distFolder,
    // Views of an editor would hear these; a session tells its client in its own way.
    emit: () => {},
    hasRequests: () => false,
    beat: () => {},
  });
  return { ...environment, nowMs: () => performance.now(), hasFile: existsSync };
}
