/** A request that cannot be done now, and what to do instead. */
export class HostRequestError extends Error {
  override readonly name = 'HostRequestError';

  /** @param code as in ProblemReport */
  constructor(
    message: string,
    options?: ErrorOptions,
    readonly code: 'request' | 'time-up' = 'request',
  ) {
    super(message, options);
  }
}
