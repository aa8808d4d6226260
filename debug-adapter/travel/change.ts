/** What a person changes of what happens at an effect. */
import type { ResultEdit } from '../../simulator/effects/result-edit.ts';
import type { Patch } from '../../simulator/engine/patch.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { faultJson } from '../../simulator/faults/plan.ts';
import { faultText } from '../../simulator/host/text/fault-text.ts';
import { assert } from '../../simulator/kernel/assert.ts';
import type { LiveDriver } from './live-driver.ts';

export type Change =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'edit'; readonly edit: ResultEdit }
  | { readonly kind: 'patch'; readonly patch: Patch };

/** Throws PlanError, ResultEditError, PatchError, ModuleError. */
export function applyChange(live: LiveDriver, change: Change): void {
  const { inputs } = live.run.simulation;
  switch (change.kind) {
    case 'fault':
      inputs.inject(change.fault);
      return;
    case 'patch':
      live.patch(change.patch);
      return;
    case 'edit':
      assert(live.upcoming !== undefined, 'a result is edited where its effect is to be performed');
      inputs.edit(live.upcoming, change.edit);
      return;
  }
}

/** For lists of branches: `its result has another status, body`. */
export function changeText(change: Change): string {
  if (change.kind === 'fault') return faultText(faultJson(change.fault), { effect: 'it' });
  if (change.kind === 'patch') return change.patch.label;
  const { fields, body } = change.edit;
  const names = [...Object.keys(fields), ...(body === undefined ? [] : ['body'])];
  return `its result has another ${names.join(', ') || 'value'}`;
}
