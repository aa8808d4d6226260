/** What a person changes of what happens at an effect. */
import type { ResultEdit } from '../../simulator/effects/result-edit.ts';
import type { Patch } from '../../simulator/engine/patch.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { faultJson, parseFault } from '../../simulator/faults/plan.ts';
import { withOwnModule } from '../../simulator/host/deployed-modules.ts';
import type { HostEnvironment } from '../../simulator/host/host-environment.ts';
import { faultText } from '../../simulator/host/text/fault-text.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import { assert } from '../../simulator/kernel/assert.ts';
import { type ClockName, clockText } from './clock-text.ts';
import type { LiveDriver } from './live-driver.ts';
import { clocksAt } from './node-clocks.ts';

export type Change =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'edit'; readonly edit: ResultEdit }
  | { readonly kind: 'patch'; readonly patch: Patch }
  | { readonly kind: 'clock'; readonly clock: SetClock };

/** A clock of a node shows something else as soon as an effect begins. */
export interface SetClock {
  readonly node: string;
  readonly clock: ClockName;
  /** In nanoseconds since 1970, or since the node's boot. */
  readonly nanos: bigint;
  readonly execution: ExecutionId;
  readonly seq: number;
}

/**
 * A change that can be applied: a module that it deploys is there. Throws what reading and building
 * one throws, and HostRequestError.
 */
export async function readyChange(
  host: Pick<HostEnvironment, 'loadModule' | 'moduleName'>,
  { run }: LiveDriver,
  change: Change,
): Promise<Change> {
  if (change.kind !== 'fault' || change.fault.kind !== 'deploy') return change;
  return { kind: 'fault', fault: await withOwnModule(host, run, change.fault) };
}

/** Throws PlanError, StepError, ResultEditError, PatchError, ModuleError. */
export function applyChange(live: LiveDriver, change: Change): void {
  const { inputs } = live.run.simulation;
  switch (change.kind) {
    case 'fault':
      inputs.inject(change.fault);
      return;
    case 'patch':
      live.patch(change.patch);
      return;
    case 'clock':
      inputs.inject(jumpTo(live, change.clock));
      return;
    case 'edit':
      assert(live.upcoming !== undefined, 'a result is edited where its effect is to be performed');
      inputs.edit(live.upcoming, change.edit);
      return;
  }
}

function jumpTo({ run, view }: LiveDriver, { nanos, execution, seq, ...at }: SetClock): Fault {
  const { simulation, setup } = run;
  const { node, clock } = at;
  const moment = { at: simulation.agenda.now, execution, seq };
  const shown = clocksAt(view.history, setup.loaded.world.nodes, node, moment);
  const by = `${nanos - (clock === 'wall' ? shown.wallNanos : shown.monotonicNanos)}ns`;
  const plan = { kind: 'clock-jump', node, clock, by, at: { execution, seq } };
  return parseFault(plan, 'a clock that is set');
}

/** For lists of branches: `its result has another status, body`. */
export function changeText(change: Change): string {
  if (change.kind === 'fault') return faultText(faultJson(change.fault), { effect: 'it' });
  if (change.kind === 'patch') return change.patch.label;
  if (change.kind === 'clock') {
    const { node, clock, nanos } = change.clock;
    return `the ${clock} clock of ${node} is set to ${clockText(clock, nanos)}`;
  }
  const { fields, body } = change.edit;
  const names = [...Object.keys(fields), ...(body === undefined ? [] : ['body'])];
  return `its result has another ${names.join(', ') || 'value'}`;
}
