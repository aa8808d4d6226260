import type { PROCESS_FAULTS } from '../../faults/kinds/process.ts';
import type { Happenings } from './happening.ts';
import { nodeOf } from './node-of.ts';

export const PROCESS_HAPPENINGS: Happenings<keyof typeof PROCESS_FAULTS> = {
  crash: (scene) => {
    const { engine, fault } = scene;
    const downNanos = fault.restartAfterNanos ?? engine.world.restartAfterNanos;
    engine.cluster.crash(nodeOf(scene), downNanos);
  },
  pause: (scene) => scene.engine.cluster.pause(nodeOf(scene), scene.fault.forNanos),
};
