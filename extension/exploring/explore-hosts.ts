/** Explores in worker threads, as the command line does. */
import { availableParallelism } from 'node:os';
import { ExplorePool } from '../../simulator/cli/node/explore-pool.ts';
import type { StartExploring } from './explorations.ts';

/** The editor needs a core of its own. */
const WORKERS_MAX = Math.max(1, availableParallelism() - 1);

/** @param script the bundle of the host's worker, absolute */
export function exploreInHosts(script: string): StartExploring {
  return (options, heard) => {
    const pool = new ExplorePool({
      script,
      options,
      workers: WORKERS_MAX,
      onProgress: (progress) => heard({ kind: 'exploring', progress }),
      onFinding: (finding) => heard({ kind: 'finding', finding }),
      onEvent: heard,
    });
    return { done: pool.run(), cancel: () => pool.cancel() };
  };
}
