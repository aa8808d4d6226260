/** What a person changes of what happens at an effect. */
import type { ResultEdit } from '../../simulator/effects/result-edit.ts';
import type { UpcomingEffect } from '../../simulator/engine/simulation.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { faultJson } from '../../simulator/faults/plan.ts';
import { faultText } from '../../simulator/host/text/fault-text.ts';
import type { LiveDriver } from './live-driver.ts';

export type Change =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'edit'; readonly edit: ResultEdit };

/** Throws PlanError, ResultEditError. */
export function applyChange(live: LiveDriver, upcoming: UpcomingEffect, change: Change): void {
  const { inputs } = live.run.simulation;
  if (change.kind === 'fault') inputs.inject(change.fault);
  else inputs.edit(upcoming, change.edit);
}

/** For lists of branches: `its result has another status, body`. */
export function changeText(change: Change): string {
  if (change.kind === 'fault') return faultText(faultJson(change.fault), { effect: 'it' });
  const { fields, body } = change.edit;
  const names = [...Object.keys(fields), ...(body === undefined ? [] : ['body'])];
  return `its result has another ${names.join(', ') || 'value'}`;
}
