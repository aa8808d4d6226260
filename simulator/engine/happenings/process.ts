import type { PROCESS_FAULTS } from '../../faults/kinds/process.ts';
import type { Attempt } from '../attempt.ts';
import type { Happenings, Scene } from './happening.ts';
import { nodeOf } from './node-of.ts';

export const PROCESS_HAPPENINGS: Happenings<keyof typeof PROCESS_FAULTS> = {
  crash: (scene) => {
    const { engine, fault } = scene;
    const downNanos = fault.restartAfterNanos ?? engine.world.restartAfterNanos;
    engine.cluster.crash(nodeOf(scene), downNanos);
  },
  pause: (scene) => scene.engine.cluster.pause(nodeOf(scene), scene.fault.forNanos),
  'out-of-memory': (scene) => {
    const attempt = attemptOf(scene);
    if (attempt !== undefined) {
      scene.engine.cluster.kill(attempt, 'it was killed: its node had no memory left');
    }
  },
  resume: (scene) => scene.engine.cluster.resume(nodeOf(scene)),
  restart: (scene) => scene.engine.cluster.restart(nodeOf(scene)),
};

/** The attempt that performs the effect, or the one that owns the execution. */
function attemptOf({ engine, node, execution }: Scene): Attempt | undefined {
  if (execution === undefined) return undefined;
  return node === undefined ? execution.owner : engine.cluster.attemptOn(node, execution);
}
