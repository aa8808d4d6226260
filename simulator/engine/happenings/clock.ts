import type { CLOCK_FAULTS } from '../../faults/kinds/clock.ts';
import { NANOS_PER_SECOND } from '../../kernel/time.ts';
import type { Happenings } from './happening.ts';
import { nodeOf, nodesOf } from './node-of.ts';

export const CLOCK_HAPPENINGS: Happenings<keyof typeof CLOCK_FAULTS> = {
  'clock-jump': (scene) => {
    const { clock, byNanos } = scene.fault;
    scene.engine.clocks.jump(nodeOf(scene), clock, byNanos);
  },
  'clock-offset': (scene) => {
    const { clock, byNanos, forNanos } = scene.fault;
    scene.engine.clocks.offset(nodeOf(scene), clock, byNanos, forNanos);
  },
  'clock-drift': (scene) => {
    const { clock, ppm, forNanos } = scene.fault;
    scene.engine.clocks.drift(nodeOf(scene), clock, ppm, forNanos);
  },
  'clock-freeze': (scene) => {
    const { clock, forNanos } = scene.fault;
    scene.engine.clocks.freeze(nodeOf(scene), clock, forNanos);
  },
  'clock-strobe': (scene) => {
    scene.engine.clocks.strobe(nodeOf(scene), scene.fault.clock, scene.fault);
  },
  'leap-second': (scene) => {
    const { clocks } = scene.engine;
    const { way, overNanos } = scene.fault;
    for (const node of nodesOf(scene)) {
      if (way === 'smear') clocks.smear(node, -NANOS_PER_SECOND, overNanos);
      else clocks.jump(node, 'wall', way === 'repeat' ? -NANOS_PER_SECOND : NANOS_PER_SECOND);
    }
  },
  'clock-reset': (scene) => {
    scene.engine.clocks.setRight(nodeOf(scene), scene.fault.clock);
  },
};
