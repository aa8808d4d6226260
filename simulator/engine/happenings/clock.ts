import type { CLOCK_FAULTS } from '../../faults/kinds/clock.ts';
import type { Happenings } from './happening.ts';
import { nodeOf } from './node-of.ts';

export const CLOCK_HAPPENINGS: Happenings<keyof typeof CLOCK_FAULTS> = {
  'clock-jump': (scene) => {
    const { clock, byNanos } = scene.fault;
    scene.engine.cluster.jump(nodeOf(scene), clock, byNanos);
  },
  'clock-drift': (scene) => {
    const { clock, ppm, forNanos } = scene.fault;
    scene.engine.cluster.drift(nodeOf(scene), clock, ppm, forNanos);
  },
};
