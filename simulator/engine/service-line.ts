/** The line from a program's end of a connection to a service. */
import type { EffectSite } from '../faults/injector.ts';
import type { Service } from '../world/service.ts';
import type { Connection, ConnectionTrace, Line } from './connection.ts';
import { OneWay } from './one-way.ts';
import { type ConnectionClient, ServiceEnd } from './service-end.ts';

export class ServiceLine implements Line, ConnectionClient {
  readonly far: string;
  private readonly there: OneWay;
  private readonly back: OneWay;
  private readonly server: ServiceEnd;

  /** @param authority the host that is connected to, with its port where that is not 80 */
  constructor(
    private readonly end: Connection,
    service: Service,
    authority: string,
  ) {
    const { engine, node } = end.attempt;
    this.far = service.name;
    const lost = (way: string) => () => end.giveUpLater(`nothing came through ${way}`, 0n);
    this.there = new OneWay(engine, {
      ...{ from: node.name, to: service.name, sender: end.attempt },
      onLoss: lost(`to ${service.name}`),
    });
    this.back = new OneWay(engine, {
      ...{ from: service.name, to: node.name, sender: undefined },
      onLoss: lost(`from ${service.name}`),
    });
    this.server = new ServiceEnd(engine, service, authority, this);
  }

  get nodeName(): string {
    return this.end.attempt.node.name;
  }

  send(bytes: Uint8Array, site: EffectSite, lateNanos: bigint): void {
    this.there.send(() => this.server.receive(bytes, site), bytes.length, lateNanos);
  }

  sendEnd(): void {
    this.there.send(() => this.server.clientEnds());
  }

  forget(): void {
    this.server.forget();
  }

  hangUp(): void {
    // It answers what has arrived, to nobody.
    this.server.forget();
  }

  // The service's side.

  deliver(bytes: Uint8Array, answered?: EffectSite): void {
    this.back.send(() => this.end.arrive(bytes, answered), bytes.length);
  }

  deliverEnd(): void {
    this.back.send(() => this.end.arriveEnd());
  }

  deliverReset(detail: string): void {
    this.back.send(() => this.end.arriveReset(detail));
  }

  /** What the service has just sent is lost. */
  loseResponse(): void {
    this.back.isStalled = true;
    this.end.giveUpLater(`bytes were lost on their way from ${this.far}`);
  }

  trace(kind: ConnectionTrace, site: EffectSite, data?: Record<string, string | number>): void {
    this.end.trace(kind, site, data);
  }
}
