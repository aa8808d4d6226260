/** Faults of volumes in words. */
import type { STORAGE_FAULTS } from '../../faults/kinds/storage.ts';
import type { FaultWords } from './fault-words.ts';

export const STORAGE_WORDS: Readonly<Record<keyof typeof STORAGE_FAULTS, FaultWords>> = {};
