/** Rows as a host tells them, with only what a test is about spelled out. */
import type {
  AttemptSummary,
  EffectSummary,
  ExecutionSummary,
  HostEvent,
  SimulationSnapshot,
  TraceSummary,
} from '../../../simulator/host/protocol.ts';

export function effect(seq: number, fields: Partial<EffectSummary> = {}): EffectSummary {
  return {
    execution: 'order-1',
    seq,
    operation: 'clock.read',
    class: 'read',
    state: 'delivered',
    attempt: 1,
    text: `clock.read wall -> ${seq}`,
    startedAt: BigInt(seq) * 1000n,
    endedAt: BigInt(seq) * 1000n,
    ...fields,
  };
}

export function attempt(number: number, fields: Partial<AttemptSummary> = {}): AttemptSummary {
  return { number, node: 'node-a', epoch: number, replayed: 0, startedAt: 0n, ...fields };
}

export function execution(id: string, fields: Partial<ExecutionSummary> = {}): ExecutionSummary {
  return {
    id,
    workflow: 'order',
    origin: '/shop/order.c',
    status: 'running',
    startedAt: 0n,
    effects: 0,
    attempts: [attempt(1)],
    ...fields,
  };
}

export function snapshot(fields: Partial<SimulationSnapshot> = {}): SimulationSnapshot {
  return {
    state: { kind: 'running' },
    executions: [],
    nodes: [],
    now: 0n,
    recorded: false,
    plan: '{}',
    problems: [],
    ...fields,
  };
}

export function changed(
  executions: readonly ExecutionSummary[],
  effects: readonly EffectSummary[] = [],
  traces: readonly TraceSummary[] = [],
): HostEvent {
  return { kind: 'changed', executions, effects, traces };
}
