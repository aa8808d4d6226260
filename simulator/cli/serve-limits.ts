import type { PartLimits } from '../host/parted-recording.ts';

/** What a port lets its clients do. */
export interface ServeLimits {
  /** Requests or connections at a time. */
  readonly maxConcurrent: number;
  /** Bytes of a request's body, or of all that comes in through a raw connection. */
  readonly maxBodyBytes: number;
  /** How long a client waits for a response, in real milliseconds. */
  readonly responseMs: number;
}

export const SERVE_LIMITS_DEFAULT: ServeLimits = {
  maxConcurrent: 256,
  maxBodyBytes: 16 * 1024 * 1024,
  responseMs: 120_000,
};

/** A part of a recording that is longer takes seconds to be folded and to be opened. */
export const PART_LIMITS_DEFAULT: PartLimits = {
  executions: 10_000,
  logBytes: 128 * 1024 * 1024,
};
