/**
 * Datagrams on their way: from executions to others and to services, and back. Each takes the time
 * of its link and may overtake another, as links with jitter let it.
 *
 * D1  A datagram arrives whole or not at all, and once at most under one key unless a fault makes
 *     two of it; nobody is told of that.
 * D2  It arrives at whoever has the address when it comes: at the attempt that then owns the
 *     execution, or at nobody.
 */
import type { Endpoint } from '../effects/connection.ts';
import type { DatagramSendArgs, DatagramSent } from '../effects/datagram.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { Entry, Seq } from '../journal/entry.ts';
import { after } from '../kernel/time.ts';
import { indexOfAddress, isLoopbackHost, loopbackName } from '../world/addresses.ts';
import { type Service, ServiceError } from '../world/service.ts';
import type { DatagramAnswer } from '../world/service-datagram.ts';
import type { Attempt } from './attempt.ts';
import type { ConnectionTrace } from './connection.ts';
import { corrupt } from './corrupt.ts';
import { disturb } from './disturb.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import type { Departure } from './traffic.ts';

/** Keys of one execution that are remembered after their datagrams have arrived, the latest. */
export const DATAGRAM_KEYS_MAX = 1024;

/** The port of a host that names none, as for connections. */
const PORT_DEFAULT = 80;

/** A datagram that an effect sends. */
interface Packet {
  readonly entry: Entry;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly body: Uint8Array;
  readonly site: EffectSite;
  /** The network has made two of one, and this is the second. */
  readonly isCopy?: boolean;
}

export class Datagrams {
  private readonly arrived = new WeakMap<Execution, Set<Seq>>();

  constructor(private readonly engine: Engine) {}

  /** Sends what an effect sends, for the first time or again. */
  send(attempt: Attempt, entry: Entry): DatagramSent {
    const { engine } = this;
    const { socket, host, port, body } = entry.args as DatagramSendArgs;
    const { execution } = attempt;
    const from = {
      host: engine.hosts.addressTowards(execution.id, host),
      port: attempt.sockets.datagramSocket(socket)?.local.port ?? 0,
    };
    const site = { execution: execution.id, seq: entry.seq, effect: entry.operation.name };
    const packet: Packet = { entry, from, to: { host, port }, body, site };
    const service = this.serviceAt(attempt, packet.to);
    if (service !== undefined) {
      this.leave(attempt, service.name, service.name, packet, (arrived) =>
        this.arriveAtService(attempt, service, arrived),
      );
      return {};
    }
    const receiver = engine.hosts.find(execution, host);
    if (receiver === undefined) return { nobody: true };
    const place = receiver.owner?.node.name ?? attempt.node.name;
    this.leave(attempt, receiver.id, place, packet, (arrived) =>
      this.arriveAtExecution(attempt, receiver, arrived),
    );
    return {};
  }

  private leave(
    sender: Attempt,
    far: string,
    place: string,
    packet: Packet,
    arrive: (packet: Packet) => void,
  ): void {
    const { engine } = this;
    const { traffic, faults, agenda } = engine;
    const { site } = packet;
    const onLoss = (): void => this.trace('request.lost', sender, far, site);
    this.trace('request.sent', sender, far, site);
    if (faults.take('lose-request', site) !== undefined) {
      onLoss();
      return;
    }
    const [from, to] = [sender.node.name, place];
    const lateNanos = disturb(engine, 'delay-request', site, from)?.byNanos ?? 0n;
    const body = this.corrupted('corrupt-request', packet.body, site, from);
    const sent = { ...packet, body };
    const instant = traffic.arrival({ from, to, bytes: body.length, lateNanos });
    const parcel = { from, to, onLoss, sentAt: agenda.now, care: 'datagram' } as const;
    traffic.carry(instant, { ...parcel, isCounted: true, arrive: () => arrive(sent) });
    const twice = disturb(engine, 'duplicate-request', site, from);
    if (twice === undefined) return;
    const again = after(instant, twice.byNanos);
    const copy = { ...sent, isCopy: true };
    traffic.carry(again, { ...parcel, isCounted: true, arrive: () => arrive(copy) });
  }

  private corrupted(
    kind: 'corrupt-request' | 'corrupt-response',
    body: Uint8Array,
    site: EffectSite,
    node: string,
  ): Uint8Array {
    if (body.length === 0) return body;
    const fault = disturb(this.engine, kind, site, node);
    if (fault === undefined) return body;
    return corrupt(this.engine.choices, kind, body, fault.bytes);
  }

  private arriveAtExecution(sender: Attempt, receiver: Execution, packet: Packet): void {
    // A machine that is away, or gone for good, answers nobody.
    const { owner } = receiver;
    owner?.onNode(() => {
      if (this.hasArrived(sender, packet)) return;
      const { from, to, body, site } = packet;
      const socket = owner.sockets.datagramSocketAt(to);
      if (socket === undefined) {
        this.refuse(sender, owner.node.name, packet);
        return;
      }
      if (!socket.arrive(from, body)) return;
      this.noteArrival(sender, packet);
      this.trace('request.arrived', sender, receiver.id, site);
      owner.poke();
    });
  }

  private arriveAtService(sender: Attempt, service: Service, packet: Packet): void {
    if (this.hasArrived(sender, packet)) return;
    const { engine } = this;
    const { site, from, to, body, entry } = packet;
    const host = this.nameOf(to.host);
    if (!service.takesDatagrams || !service.hosts.includes(authorityOf({ ...to, host }))) {
      this.refuse(sender, service.name, packet);
      return;
    }
    this.noteArrival(sender, packet);
    this.trace('request.arrived', sender, service.name, site);
    let answer: DatagramAnswer;
    try {
      const { now } = engine.agenda;
      const datagram = { from, host, port: to.port, body };
      answer = service.takeDatagram(now, engine.wallNanosAt(now), datagram, {
        ...site,
        key: entry.key,
      });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.trace('service.failed', sender, service.name, site, { message: error.message });
      engine.noteProblem(error);
      return;
    }
    for (const { bytes, delayNanos } of answer.datagrams) {
      engine.agenda.in(delayNanos, () => this.answer(sender, service, packet, bytes));
    }
  }

  private answer(sender: Attempt, service: Service, packet: Packet, bytes: Uint8Array): void {
    const { engine } = this;
    const { faults, agenda } = engine;
    const { site, from, to } = packet;
    const place = this.placeOf(sender);
    if (faults.take('lose-response', site) !== undefined) {
      this.trace('response.lost', sender, service.name, site);
      return;
    }
    const body = this.corrupted('corrupt-response', bytes, site, place);
    const lateNanos = disturb(engine, 'delay-response', site, place)?.byNanos ?? 0n;
    const way = { from: service.name, to: place, bytes: bytes.length, lateNanos };
    const send = (): void =>
      this.postBack(way, () => {
        const { owner } = sender.execution;
        owner?.onNode(() => {
          if (owner.sockets.datagramSocketAt(from)?.arrive(to, body) !== true) return;
          this.trace('response.arrived', owner, service.name, site);
          owner.poke();
        });
      });
    send();
    const twice = disturb(engine, 'duplicate-response', site, place);
    if (twice !== undefined) agenda.in(twice.byNanos, send);
  }

  /** Word of a closed port goes back to the sender. */
  private refuse(sender: Attempt, place: string, { from, to }: Packet): void {
    this.postBack({ from: place, to: this.placeOf(sender) }, () => {
      const { owner } = sender.execution;
      owner?.onNode(() => {
        owner.sockets.datagramSocketAt(from)?.arriveRefusal(to);
        owner.poke();
      });
    });
  }

  private postBack(way: Departure, arrive: () => void): void {
    this.engine.traffic.post(way, { care: 'datagram', sender: undefined, arrive });
  }

  private placeOf({ execution, node }: Attempt): string {
    return execution.owner?.node.name ?? node.name;
  }

  /**
   * The service that has this address and port, or else the address alone. A program's own sockets
   * come before it.
   */
  private serviceAt({ sockets }: Attempt, to: Endpoint): Service | undefined {
    if (isLoopbackHost(to.host) && sockets.datagramSocketAt(to) !== undefined) return undefined;
    const { engine } = this;
    const host = this.nameOf(to.host);
    return engine.serviceFor(authorityOf({ ...to, host })) ?? engine.serviceOn(host);
  }

  /** The name of the host with this address; the address itself where it has none. */
  private nameOf(host: string): string {
    if (this.engine.serviceOn(host) !== undefined) return host;
    const index = indexOfAddress(host);
    const name = index === undefined ? undefined : this.engine.hostAt(index);
    return loopbackName(host) ?? name ?? host;
  }

  private hasArrived({ execution }: Attempt, { entry, isCopy }: Packet): boolean {
    if (isCopy === true) return false;
    return entry.key !== undefined && this.arrived.get(execution)?.has(entry.seq) === true;
  }

  private noteArrival({ execution }: Attempt, { entry }: Packet): void {
    if (entry.key === undefined) return;
    const seqs = this.arrived.get(execution) ?? new Set();
    seqs.add(entry.seq);
    this.arrived.set(execution, seqs);
    const [oldest] = seqs;
    if (seqs.size > DATAGRAM_KEYS_MAX && oldest !== undefined) seqs.delete(oldest);
  }

  private trace(
    kind: ConnectionTrace,
    { node }: Attempt,
    service: string,
    { execution, seq }: EffectSite,
    data?: Record<string, string>,
  ): void {
    const row = { kind, node: node.name, service, execution, seq };
    this.engine.trace(data === undefined ? row : { ...row, data });
  }
}

/** A host with its port, as a service names it. */
function authorityOf({ host, port }: Endpoint): string {
  return port === PORT_DEFAULT ? host : `${host}:${port}`;
}
