/** Faults of volumes in words. */
import type { JsonObject } from '../../effects/operation.ts';
import type { STORAGE_FAULTS } from '../../faults/kinds/storage.ts';
import { countText } from './bytes-text.ts';
import { duration, type FaultWords, target, when } from './fault-words.ts';

export const STORAGE_WORDS: Readonly<Record<keyof typeof STORAGE_FAULTS, FaultWords>> = {
  errno: (plan, place) =>
    `${target(plan, place)} fails with ${plan.errno}` +
    (plan.when === 'after' ? ', though it is done' : ''),
  'torn-write': (plan, place) =>
    `${target(plan, place)} writes only ` +
    `${plan.keep === undefined ? 'half' : countText(Number(plan.keep), 'byte')}` +
    (plan.told === 'part' ? '' : ', and is told all'),
  'misdirected-write': (plan, place) =>
    `${target(plan, place)} writes to another place` +
    (plan.file === undefined ? '' : ` in ${plan.file === '*' ? 'another file' : plan.file}`) +
    (plan.offset === undefined ? '' : `, at byte ${plan.offset}`),
  'stale-read': (plan, place) =>
    `${target(plan, place)} does not see ` +
    (Number(plan.writes) === 1 ? 'the last write' : `the last ${plan.writes} writes`),
  'corrupt-read': (plan, place) =>
    `${target(plan, place)} reads ${countText(Number(plan.bytes), 'wrong byte')}`,
  full: (plan, place) => `${volume(plan)} full for ${duration(plan.for)}${when(plan, place)}`,
  'slow-volume': (plan, place) =>
    `${volume(plan)} slower by ${duration(plan.by)} for ${duration(plan.for)}${when(plan, place)}`,
  'lost-writes': (plan, place) =>
    `what is not synced on ${plan.volume ?? 'any volume'} is lost${when(plan, place)}`,
};

function volume(plan: JsonObject): string {
  return plan.volume === undefined ? 'all volumes are' : `${plan.volume} is`;
}
