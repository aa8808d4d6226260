/** What is wrong with links at the moment: it begins with a fault, and ends with time or by hand. */
import type { LinkCondition } from '../world/link-condition.ts';
import type { Engine } from './engine.ts';

export class LinkFaults {
  private lasting: readonly LinkCondition[] = [];

  constructor(private readonly engine: Engine) {}

  begin(condition: LinkCondition, forNanos: bigint): void {
    const { network, cluster, agenda } = this.engine;
    this.lasting = [...this.lasting, condition];
    network.begin(condition);
    cluster.reviewLinks();
    agenda.in(forNanos, () => this.end([condition]));
  }

  /** Ends those of one kind, or all. */
  heal(kind: string): void {
    this.end(this.lasting.filter((each) => kind === 'all' || each.kind === kind));
  }

  private end(conditions: readonly LinkCondition[]): void {
    const { network, cluster, traffic } = this.engine;
    const ended = conditions.filter((each) => network.end(each));
    if (ended.length === 0) return;
    this.lasting = this.lasting.filter((each) => !ended.includes(each));
    for (const { kind } of ended) this.engine.trace({ kind: 'link.healed', data: { fault: kind } });
    cluster.reviewLinks();
    traffic.proceed();
  }
}
