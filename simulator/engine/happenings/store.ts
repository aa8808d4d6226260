import type { STORE_FAULTS } from '../../faults/kinds/store.ts';
import type { Happenings } from './happening.ts';
import { troubleLinks } from './network.ts';
import { nodeOf } from './node-of.ts';

export const STORE_HAPPENINGS: Happenings<keyof typeof STORE_FAULTS> = {
  'store-unreachable': troubleLinks,
  'store-slow': troubleLinks,
  'torn-tail': (scene) => {
    const { engine, fault } = scene;
    const node = nodeOf(scene);
    const downNanos = fault.restartAfterNanos ?? engine.world.restartAfterNanos;
    for (const attempt of engine.cluster.attemptsOn(node)) attempt.commits.tear(fault.share);
    engine.cluster.crash(node, downNanos);
  },
};
