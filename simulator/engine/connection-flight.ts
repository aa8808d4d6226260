/** A connection that is being opened: there and back once, before any byte of the program. */
import type {
  ConnectionFailed,
  ConnectionFailure,
  OpenArgs,
  Opened,
} from '../effects/connection.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { Entry } from '../journal/entry.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { isLoopbackHost } from '../world/addresses.ts';
import type { Service } from '../world/service.ts';
import type { Happening } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import { Connection } from './connection.ts';
import { connectionTarget } from './connection-target.ts';
import { disturb } from './disturb.ts';
import type { Execution } from './execution.ts';
import type { Flight } from './flights.ts';
import { joinPeers } from './peer-line.ts';
import { ServiceLine } from './service-line.ts';
import { CONNECTION_STALL_NANOS } from './traffic.ts';

export class ConnectionFlight implements Flight {
  private timer: QueuedEvent<Happening> | undefined;
  private over = false;
  /** An end whose other end is there, while word of that is on its way back. */
  private calling: Connection | undefined;
  private readonly args: OpenArgs;
  private readonly site: EffectSite;

  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
  ) {
    const { seq, operation } = entry;
    this.args = entry.args as OpenArgs;
    this.site = { execution: attempt.execution.id, seq, effect: operation.name };
  }

  start(): void {
    const { host, port } = this.args;
    const called = this.executionAt(host);
    if (called !== undefined) {
      this.call(called);
      return;
    }
    const { engine, node } = this.attempt;
    const target = connectionTarget(engine, host, port);
    switch (target.kind) {
      case 'unreachable':
        this.fail('unreachable', target.detail);
        return;
      case 'refused':
        if (target.service === undefined) this.fail('refused', target.detail);
        else this.knock(target.service, () => this.fail('refused', target.detail));
        return;
      case 'service':
        this.knock(target.service, () => {
          const { service, authority } = target;
          if (disturb(engine, 'refuse', this.site, node.name) !== undefined) {
            this.fail('refused', `${service.name} refused the connection`);
            return;
          }
          this.open(
            new Connection(this.attempt, (end) => new ServiceLine(end, service, authority)),
          );
        });
        return;
    }
  }

  abandon(): void {
    this.over = true;
    this.timer?.cancel();
    this.calling?.die('nobody waited for it any more');
  }

  /** The execution that has the address; a service may have a port of the machine itself. */
  private executionAt(host: string): Execution | undefined {
    const { engine, execution, sockets } = this.attempt;
    if (isLoopbackHost(host) && sockets.listenerAt(this.args) === undefined) return undefined;
    return engine.hosts.find(execution, host);
  }

  private knock(service: Service, answer: () => void): void {
    this.giveUpLater(service.name);
    if (this.loses('request', service.name)) return;
    this.sendTo(service.name, () => {
      if (this.loses('response', service.name)) return;
      this.sendBack(service.name, answer);
    });
  }

  /** Another execution may listen: on the node that owns it when the call comes there. */
  private call(called: Execution): void {
    this.giveUpLater(called.id);
    if (this.loses('request', called.id)) return;
    const place = called.owner?.node.name ?? this.attempt.node.name;
    this.sendTo(place, () => {
      const { owner } = called;
      if (owner !== undefined) owner.onNode(() => this.ring(owner));
      // One that has ended leaves a machine where nobody listens; one that is away answers nothing.
      else if (called.ended) this.sendRefusal(place, `${called.id} has ended`);
    });
  }

  /** The call has come to the machine of the one that is called. */
  private ring(called: Attempt): void {
    const { attempt, args } = this;
    if (this.loses('response', called.execution.id)) return;
    const { host, from } = args;
    const { hosts } = attempt.engine;
    if (disturb(attempt.engine, 'refuse', this.site, attempt.node.name) !== undefined) {
      this.sendRefusal(called.node.name, `${called.execution.id} refused the connection`);
      return;
    }
    const listener = called.sockets.listenerAt(args);
    if (listener === undefined || listener.isFull) {
      const why = listener === undefined ? 'does not listen at' : 'has a full backlog at';
      this.sendRefusal(called.node.name, `${called.execution.id} ${why} port ${args.port}`);
      return;
    }
    const peers = joinPeers(attempt, called);
    const remote = { host: hosts.addressTowards(attempt.execution.id, host), port: from };
    listener.offer({ connection: peers.called, remote, address: host });
    this.calling = peers.caller;
    if (this.over) this.abandon();
    else peers.wayBack.send(() => this.onNode(() => this.open(peers.caller)));
  }

  private sendRefusal(place: string, detail: string): void {
    this.sendBack(place, () => this.fail('refused', detail));
  }

  private sendTo(place: string, arrive: () => void): void {
    const { attempt } = this;
    const { engine, node } = attempt;
    const lateNanos = disturb(engine, 'delay-request', this.site, node.name)?.byNanos ?? 0n;
    const there = { from: node.name, to: place, lateNanos };
    engine.traffic.post(there, { care: 'stream', sender: attempt, arrive });
  }

  private sendBack(place: string, step: () => void): void {
    const { engine, node } = this.attempt;
    engine.traffic.post(
      { from: place, to: node.name },
      { care: 'stream', sender: undefined, arrive: () => this.onNode(step) },
    );
  }

  private loses(kind: 'request' | 'response', far: string): boolean {
    const { engine, node } = this.attempt;
    const { execution, seq } = this.site;
    if (engine.faults.take(`lose-${kind}`, this.site) === undefined) return false;
    engine.trace({ kind: `${kind}.lost`, node: node.name, service: far, execution, seq });
    return true;
  }

  private giveUpLater(far: string): void {
    this.timer = this.attempt.engine.agenda.in(CONNECTION_STALL_NANOS, () =>
      this.onNode(() => this.fail('timeout', `no answer from ${far}`)),
    );
  }

  private onNode(step: () => void): void {
    this.attempt.node.deliver(this.attempt.incarnation, () => {
      if (!this.over) step();
    });
  }

  private open(connection: Connection): void {
    const { attempt, entry, args } = this;
    this.calling = undefined;
    attempt.connections.add(entry.seq, connection);
    const address = attempt.engine.hosts.addressTowards(attempt.execution.id, args.host);
    this.land({ connection: entry.seq, address });
  }

  private fail(failure: ConnectionFailure, detail: string): void {
    this.land({ failure, detail });
  }

  private land(result: Opened | ConnectionFailed): void {
    this.abandon();
    this.attempt.land(this.entry, result);
  }
}
