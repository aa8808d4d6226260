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
