/**
 * Where effects come from: names the source line of an effect. It keeps what it learned, by effect:
 * an effect with the same execution, number and name is taken to come from the same line in every
 * run.
 */

import type { ProgramLocator } from '../guest/symbols/index.ts';
import type { SimulationView } from '../host/simulation-run.ts';
import { SourceSites } from '../host/source-sites.ts';
import { type ExecutionId, executionId } from '../journal/entry.ts';
import type { EffectSpot, SourceSpot } from './finding.ts';
import { type SiteName, siteKey } from './site.ts';

/** Effects behind the one that is asked for whose lines are learned with it. */
const LEARNED_AHEAD = 250;

export class Spots {
  private readonly known = new Map<string, SourceSpot | undefined>();
  private readonly locators = new Map<string, ProgramLocator>();

  /**
   * The source line of an effect, from a run that has it; without one when the program has no lines, or
   * neither this run nor one before has the effect.
   */
  of(site: SiteName, view: SimulationView): EffectSpot {
    const { execution, seq, effect } = site;
    const key = siteKey(site);
    if (!this.known.has(key) && has(view, site)) {
      this.learn(view, executionId(execution), seq + 1 + LEARNED_AHEAD);
    }
    const source = this.known.get(key);
    return source === undefined ? { execution, seq, effect } : { execution, seq, effect, source };
  }

  /** Takes over what another exploration knew of an effect. */
  restore(key: string, source: SourceSpot | undefined): void {
    this.known.set(key, source);
  }

  /** Learns of the first effects of an execution those that are not known yet. */
  private learn(view: SimulationView, execution: ExecutionId, entriesMax: number): void {
    const { locators } = this;
    const sites = new SourceSites(view, { entriesMax, locators });
    for (const { seq, operation } of view.history.entries(execution).slice(0, entriesMax)) {
      const key = siteKey({ execution, seq, effect: operation.name });
      if (this.known.has(key)) continue;
      const frame = sites.siteOf(execution, seq);
      const { file: path, line } = frame?.source ?? {};
      this.known.set(
        key,
        path === undefined || line === undefined
          ? undefined
          : { path, line, function: frame?.functionName ?? '' },
      );
    }
  }
}

function has({ history }: SimulationView, { execution, seq, effect }: SiteName): boolean {
  return history.entries(executionId(execution))[seq]?.operation.name === effect;
}

/** What effects have in common that count as one place: their line, or else their name. */
export function placeOf({ effect, source }: EffectSpot): string {
  return source === undefined ? effect : `${source.path}:${source.line}`;
}
