/**
 * Whether what runs is waited for, or only prepares what the next requests are likely to need. Work
 * that nobody waits for is broken off as soon as a request comes.
 */
export class Awaiting {
  private hasRequests: (() => boolean) | undefined;

  /** @param interrupted whether a request waits that wants what somebody waits for broken off */
  constructor(private readonly interrupted: () => boolean) {}

  get isAwaited(): boolean {
    return this.hasRequests === undefined;
  }

  breaksOff(): boolean {
    return this.hasRequests?.() ?? this.interrupted();
  }

  /** Does what nobody waits for. */
  meanwhile(hasRequests: () => boolean, work: () => void): void {
    this.hasRequests = hasRequests;
    try {
      work();
    } finally {
      this.hasRequests = undefined;
    }
  }
}
