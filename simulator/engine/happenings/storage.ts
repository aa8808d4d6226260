import type { STORAGE_FAULTS } from '../../faults/kinds/storage.ts';
import type { Happenings } from './happening.ts';

type VolumeKind = {
  [K in keyof typeof STORAGE_FAULTS]: (typeof STORAGE_FAULTS)[K]['acts'] extends 'happens'
    ? K
    : never;
}[keyof typeof STORAGE_FAULTS];

export const STORAGE_HAPPENINGS: Happenings<VolumeKind> = {
  full: ({ engine, fault }) => {
    const { kind, volume, forNanos } = fault;
    engine.volumeFaults.begin({ kind, volume, byNanos: 0n }, forNanos);
  },
  'slow-volume': ({ engine, fault }) => {
    const { kind, volume, byNanos, forNanos } = fault;
    engine.volumeFaults.begin({ kind, volume, byNanos }, forNanos);
  },
  'lost-writes': ({ engine, fault }) => engine.volumeFaults.loseUnsynced(fault.volume),
};
