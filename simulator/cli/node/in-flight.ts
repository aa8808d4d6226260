import type { AddressInfo, Server } from 'node:net';

/** Opens a port. Throws the system's error when it cannot be had; later ones are noted. */
export function listenOn(
  server: Server,
  host: string,
  port: number,
  onNote: (text: string) => void,
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      server.on('error', (error) => onNote(error.message));
      resolve(server.address() as AddressInfo);
    });
  });
}

/** What is being answered on a port. */
export class InFlight<T> {
  private readonly items = new Set<T>();
  /** Whoever waits until nothing is left, each once. */
  private readonly waiting = new Set<() => void>();

  get size(): number {
    return this.items.size;
  }

  add(item: T): void {
    this.items.add(item);
  }

  delete(item: T): void {
    this.items.delete(item);
    if (this.items.size > 0) return;
    for (const resolve of this.waiting) resolve();
  }

  /**
   * Waits until all are over, but no longer than that; returns those that are not. Several may wait
   * at a time, each as long as it says.
   */
  async drain(graceMs: number): Promise<readonly T[]> {
    if (this.items.size > 0) await this.idle(graceMs);
    return [...this.items];
  }

  private idle(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.waiting.delete(finish);
        resolve();
      };
      const timer = setTimeout(finish, graceMs);
      this.waiting.add(finish);
    });
  }
}
