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
  private onIdle: () => void = () => {};

  get size(): number {
    return this.items.size;
  }

  add(item: T): void {
    this.items.add(item);
  }

  delete(item: T): void {
    this.items.delete(item);
    if (this.items.size === 0) this.onIdle();
  }

  /** Waits until all are over, but no longer than that; returns those that are not. */
  async drain(graceMs: number): Promise<readonly T[]> {
    if (this.items.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    }
    return [...this.items];
  }
}
