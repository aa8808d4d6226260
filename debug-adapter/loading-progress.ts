/** Tells a client what a long launch is at, and takes it back when that is over. */
import type { ClientPort } from './client-port.ts';

export class LoadingProgress {
  private count = 0;
  private current: string | undefined;

  constructor(private readonly port: Pick<ClientPort, 'event'>) {}

  /** Loading has come to this; the first such message shows the progress. */
  tell(message: string): void {
    if (this.current !== undefined) {
      this.port.event('progressUpdate', { progressId: this.current, message });
      return;
    }
    this.current = `loading-${++this.count}`;
    const body = { progressId: this.current, title: 'Backstitch', message, cancellable: true };
    this.port.event('progressStart', body);
  }

  end(): void {
    if (this.current === undefined) return;
    this.port.event('progressEnd', { progressId: this.current });
    this.current = undefined;
  }
}
