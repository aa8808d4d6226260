/**
 * Where effects come from: names the source line of an effect. It keeps what it learned, by effect:
 * an effect with the same execution, number and name is taken to come from the same line in every
 * run.
 */
import type { SimulationView } from '../host/simulation-run.ts';
import { SourceSites } from '../host/source-sites.ts';
import { type ExecutionId, executionId } from '../journal/entry.ts';
import type { EffectSpot, SourceSpot } from './finding.ts';
import { type Site, siteKey } from './site.ts';

export class Spots {
  private readonly known = new Map<string, SourceSpot | undefined>();

  /** The source line of an effect of a run; undefined when the program has no lines. */
  of(site: Omit<Site, 'class'>, view: SimulationView): EffectSpot {
    const { execution, seq, effect } = site;
    const key = siteKey(site);
    if (!this.known.has(key)) {
      this.learn(view, executionId(execution));
      // A journal that has begun anew may lack it.
      if (!this.known.has(key)) this.known.set(key, undefined);
    }
    const source = this.known.get(key);
    return source === undefined ? { execution, seq, effect } : { execution, seq, effect, source };
  }

  /** Takes over what another exploration knew of an effect. */
  restore(key: string, source: SourceSpot | undefined): void {
    this.known.set(key, source);
  }

  /** Learns of every effect of an execution that is not known yet. */
  private learn(view: SimulationView, execution: ExecutionId): void {
    const sites = new SourceSites(view);
    for (const { seq, operation } of view.history.entries(execution)) {
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

/** What effects have in common that count as one place: their line, or else their name. */
export function placeOf({ effect, source }: EffectSpot): string {
  return source === undefined ? effect : `${source.path}:${source.line}`;
}
