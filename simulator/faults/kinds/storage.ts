/** What befalls shared volumes, and the work on them. */
import type { IntegerField, VolumeField } from '../fault-field.ts';
import type { FaultSpecs } from '../fault-spec.ts';
import { FOR, POINT } from './process.ts';

const TIMES = {
  type: 'integer',
  minimum: 1,
  maximum: 1000,
  default: 1,
  text: 'How many times it hits the same operation, when that is done again.',
} as const satisfies IntegerField;

const VOLUME = {
  type: 'volume',
  text: 'The volume that it befalls; all of them when left out.',
} as const satisfies VolumeField;

/** Errors that programs have to expect of files, as POSIX names them. */
export const VOLUME_ERRNOS = [
  'EIO',
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOENT',
  'EEXIST',
  'EBUSY',
  'EMFILE',
  'ENFILE',
  'EFBIG',
  'ESTALE',
  'ETIMEDOUT',
  'EINTR',
] as const;

export const STORAGE_FAULTS = {
  errno: {
    acts: 'interferes',
    text: 'An operation on a volume fails.',
    fields: {
      errno: { type: 'choice', values: VOLUME_ERRNOS, default: 'EIO', text: 'How it fails.' },
      when: {
        type: 'choice',
        values: ['before', 'after'],
        default: 'before',
        text: 'Before the volume has done anything, or after it has done it.',
      },
      times: TIMES,
    },
    effects: ['volume.*'],
  },
  'torn-write': {
    acts: 'interferes',
    text: 'Only the first part of what is written reaches the file.',
    fields: {
      keep: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        text: 'How many bytes are written; half of them when left out.',
      },
      told: {
        type: 'choice',
        values: ['all', 'part'],
        default: 'all',
        text: 'What the program is told: that all is written, or how much is.',
      },
      times: TIMES,
    },
    effects: ['volume.write'],
  },
  'misdirected-write': {
    acts: 'interferes',
    text: 'What is written lands at another place, over what is there.',
    fields: {
      file: {
        type: 'text',
        text: 'Another file that it lands in, by its path in the volume, in which * stands for anything; the same file when left out.',
      },
      offset: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        text: 'Where in that file it lands, in bytes from its beginning; drawn when left out.',
      },
      times: TIMES,
    },
    effects: ['volume.write'],
  },
  'stale-read': {
    acts: 'interferes',
    text: 'A read sees a file as it was before the last writes.',
    fields: {
      writes: {
        type: 'integer',
        minimum: 1,
        maximum: 64,
        default: 1,
        text: 'How many changes of the file it does not see.',
      },
      times: TIMES,
    },
    effects: ['volume.read'],
  },
  'corrupt-read': {
    acts: 'interferes',
    text: 'Bytes are read wrong; the file is as it was.',
    fields: {
      bytes: {
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        default: 1,
        text: 'How many bytes are wrong.',
      },
      times: TIMES,
    },
    effects: ['volume.read'],
  },
  full: {
    acts: 'happens',
    text: 'Volumes have no room for more.',
    fields: { point: POINT, volume: VOLUME, for: FOR },
  },
  'slow-volume': {
    acts: 'happens',
    text: 'Operations on volumes take longer.',
    fields: {
      point: POINT,
      volume: VOLUME,
      by: {
        type: 'duration',
        sign: 'positive',
        default: 1_000_000_000n,
        text: 'How much longer each operation takes.',
      },
      for: FOR,
    },
  },
  'lost-writes': {
    acts: 'happens',
    text: 'Volumes lose what was written and not synced, as in a crash of their server.',
    fields: { point: POINT, volume: VOLUME },
  },
} as const satisfies FaultSpecs;
