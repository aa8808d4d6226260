/**
 * Executions as hosts of the simulated network: each has an address and a name for as long as it is
 * known, on whichever node it runs.
 */
import { outerName } from '../effects/conversation.ts';
import type { ExecutionId } from '../journal/entry.ts';
import { executionAddress, isLoopbackHost } from '../world/addresses.ts';
import type { Execution } from './execution.ts';

/** The names of executions as hosts end in this; before it stands an id, a workflow or `self`. */
export const EXECUTION_DOMAIN = '.executions.backstitch';

/** Addresses that one look-up gives at most, as many as fit into a usual answer. */
export const LOOKUP_ADDRESSES_MAX = 28;

export class ExecutionHosts {
  private started = 0;
  private readonly addresses = new Map<ExecutionId, string>();
  private readonly executions = new Map<string, Execution>();

  add(execution: Execution): void {
    const address = executionAddress(this.started++);
    this.addresses.set(execution.id, address);
    this.executions.set(address, execution);
  }

  remove(id: ExecutionId): void {
    const address = this.addressOf(id);
    this.addresses.delete(id);
    if (this.executions.get(address)?.id === id) this.executions.delete(address);
  }

  addressOf(id: ExecutionId): string {
    return this.addresses.get(id) ?? '';
  }

  /** The execution that `from` reaches at an address or a name; undefined when it is none. */
  find(from: Execution, host: string): Execution | undefined {
    if (isLoopbackHost(host)) return from;
    const [address = host] = this.lookUp(from.id, host);
    return this.executions.get(address);
  }

  /** Which address others see when `from` sends to `host`. */
  addressTowards(from: ExecutionId, host: string): string {
    return isLoopbackHost(host) ? host : this.addressOf(from);
  }

  /**
   * The addresses of a name: of one execution, or of all of a workflow that have not ended, in the
   * order in which they were started. Names are compared without regard to case.
   */
  lookUp(asking: ExecutionId, name: string): readonly string[] {
    if (!name.endsWith(EXECUTION_DOMAIN)) return [];
    const wanted = outerName(name.slice(0, -EXECUTION_DOMAIN.length), asking).toLowerCase();
    const found: string[] = [];
    for (const [address, { id, ended, workflow }] of this.executions) {
      if (id.toLowerCase() === wanted) return [address];
      const isOne = !ended && workflow.config.name.toLowerCase() === wanted;
      if (isOne && found.length < LOOKUP_ADDRESSES_MAX) found.push(address);
    }
    return found;
  }
}
