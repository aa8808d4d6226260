/**
 * What happens when the plan is over: nothing goes wrong from then on, and what is wrong is mended,
 * as at the end of a Jepsen test, or when TigerBeetle's simulator turns to liveness. What has
 * befallen an effect already, such as a response that is late, takes its course.
 */
import type { ClockName } from './clocks.ts';
import type { Engine } from './engine.ts';

const CLOCKS: readonly ClockName[] = ['wall', 'monotonic'];

/** Links and volumes are whole, nodes run, and their clocks are right; no fault fires any more. */
export function giveAllClear(engine: Engine): void {
  const { faults, links, volumeFaults, cluster, clocks } = engine;
  faults.end();
  engine.trace({ kind: 'faults.ended' });
  for (const node of cluster.nodes) {
    for (const clock of CLOCKS) {
      if (node[clock].isDisturbed(engine.agenda.now)) clocks.setRight(node, clock);
    }
  }
  links.heal('all');
  volumeFaults.heal('all');
  for (const node of cluster.nodes) {
    cluster.resume(node);
    cluster.restart(node);
  }
}
