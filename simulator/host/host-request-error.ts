/** A request that cannot be done now, and what to do instead. */
export class HostRequestError extends Error {
  override readonly name = 'HostRequestError';
  readonly code = 'request';
}
