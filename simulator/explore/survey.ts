/**
 * Finds what there is to aim at: the effects of the undisturbed run, and those that come up only once
 * something has gone wrong.
 */
import type { FaultKind } from '../faults/fault.ts';
import { faultAt } from './aimed-fault.ts';
import { touches } from './aspect.ts';
import { type Site, siteKey, sitesOf, type Target } from './site.ts';
import type { Outcome, Trial } from './trial.ts';

/** Effects that something goes wrong at, to see what comes up then; evenly spread. */
const PROBED_MAX = 48;
/** Effects that come up by one fault and are aimed at. */
const NEW_PER_PROBE_MAX = 6;
const NEW_MAX = 200;

/** What goes wrong: a result that is lost, a response that is lost. */
const PROBES: readonly FaultKind[] = ['crash', 'lose-response'];

export interface Surveying {
  readonly calm: Outcome;
  readonly seed: number;
  readonly run: (trial: Trial) => Outcome;
  /** Told of each effect that comes up, and the run in which it did. */
  readonly onFresh: (site: Site, outcome: Outcome) => void;
}

/** Looks around; one run between two yields. */
export function* survey(surveying: Surveying): Generator<void, readonly Target[]> {
  const sites = sitesOf(surveying.calm.history);
  const targets: Target[] = sites.map((site) => ({ ...site, lead: [] }));
  const known = new Set(sites.map(siteKey));
  for (const site of spread(sites.filter(({ class: kind }) => kind !== 'output'))) {
    for (const kind of PROBES) {
      if (!touches(kind, site.effect)) continue;
      yield;
      targets.push(...broughtUp(kind, site, known, surveying));
      if (targets.length - sites.length >= NEW_MAX) return targets;
    }
  }
  return targets;
}

/** The effects that come up once a fault has happened at an effect. */
function broughtUp(
  kind: FaultKind,
  site: Site,
  known: Set<string>,
  { seed, run, onFresh }: Surveying,
): Target[] {
  const lead = faultAt(kind, site, kind === 'crash' ? { point: 'performed' } : {});
  if (lead === undefined) return [];
  const outcome = run({ seed, plan: { faults: [lead] } });
  const fresh = sitesOf(outcome.history).filter((each) => !known.has(siteKey(each)));
  const aimed = fresh.slice(0, NEW_PER_PROBE_MAX);
  for (const each of aimed) {
    known.add(siteKey(each));
    onFresh(each, outcome);
  }
  return aimed.map((each) => ({ ...each, lead: [lead] }));
}

function spread<T>(list: readonly T[]): readonly T[] {
  const step = list.length / Math.min(list.length, PROBED_MAX);
  return list.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
