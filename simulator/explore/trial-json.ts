import type { Json, JsonObject } from '../effects/operation.ts';
import { planJson } from '../faults/plan.ts';
import type { TrialJson } from './finding.ts';
import type { Perturbation, Trial } from './trial.ts';

/** A trial as JSON data. */
export function trialJson({ seed, plan, choices = [], perturb = [] }: Trial): TrialJson {
  return {
    seed,
    plan: planJson(plan),
    ...(choices.length === 0 ? {} : { choices }),
    ...(perturb.length === 0 ? {} : { perturb: perturb.map(perturbationJson) }),
  };
}

function perturbationJson({ execution, seq, edit }: Perturbation): Json {
  const { whole, fields, body } = edit;
  const edited: JsonObject = { whole, fields };
  return {
    execution,
    seq,
    edit: body === undefined ? edited : { ...edited, body: [...body] },
  };
}
