/** A connection that is being opened: there and back once, before any byte of the program. */
import type {
  ConnectionArgs,
  ConnectionFailed,
  ConnectionFailure,
  OpenArgs,
} from '../effects/connection.ts';
import type { Entry } from '../journal/entry.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import type { Service } from '../world/service.ts';
import type { Happening } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import { CONNECTION_STALL_NANOS } from './connection.ts';
import { connectionTarget } from './connection-target.ts';
import type { Flight } from './flights.ts';

export class ConnectionFlight implements Flight {
  private timer: QueuedEvent<Happening> | undefined;
  private over = false;

  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
  ) {}

  start(): void {
    const { host, port } = this.entry.args as OpenArgs;
    const target = connectionTarget(this.attempt.engine, host, port);
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
          this.attempt.connections.add(this.entry.seq, service, authority);
          this.land({ connection: this.entry.seq });
        });
        return;
    }
  }

  abandon(): void {
    this.over = true;
    this.timer?.cancel();
  }

  private knock(service: Service, answer: () => void): void {
    const { engine, node, execution } = this.attempt;
    const { seq, operation } = this.entry;
    const site = { execution: execution.id, seq, effect: operation.name };
    const loses = (kind: 'request' | 'response'): boolean => {
      if (!engine.faults.loses(`lose-${kind}`, site)) return false;
      const where = { node: node.name, service: service.name, execution: execution.id, seq };
      engine.trace({ kind: `${kind}.lost`, ...where });
      return true;
    };
    this.timer = engine.agenda.in(CONNECTION_STALL_NANOS, () =>
      this.onNode(() => this.fail('timeout', `no answer from ${service.name}`)),
    );
    if (loses('request')) return;
    engine.agenda.in(engine.network.delayNanos(node.name, service.name), () => {
      if (loses('response')) return;
      engine.agenda.in(engine.network.delayNanos(service.name, node.name), () =>
        this.onNode(answer),
      );
    });
  }

  private onNode(step: () => void): void {
    this.attempt.node.deliver(this.attempt.incarnation, () => {
      if (!this.over) step();
    });
  }

  private fail(failure: ConnectionFailure, detail: string): void {
    this.land({ failure, detail });
  }

  private land(result: ConnectionArgs | ConnectionFailed): void {
    this.abandon();
    this.attempt.land(this.entry, result);
  }
}
