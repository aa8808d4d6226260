/**
 * Which combinations of an effect and a fault have happened. It owns the counts; what could happen
 * follows from the effects that are known.
 */
import type { FaultKind } from '../faults/fault.ts';
import type { FiredFault } from '../faults/injector.ts';
import { AspectTable, aspectOf } from './aspect.ts';
import type { EffectSpot } from './finding.ts';
import type { Coverage, CoverageLine, CoveredEffect } from './report.ts';
import { parseSiteKey, type SiteName, siteKey } from './site.ts';
import { placeOf } from './spots.ts';

/** Effects that are told apart; what happens at others counts for nobody. */
const SITES_MAX = 20_000;

interface CoveredSite {
  readonly site: SiteName;
  /** How often each aspect of a fault happened. */
  readonly counts: Map<string, number>;
  /** Aspects that did not happen when the effect came that they were aimed at. */
  readonly impossible: Set<string>;
}

export class CoverageBook {
  private readonly aspects: AspectTable;
  private readonly sites = new Map<string, CoveredSite>();
  private readonly progress = { tried: 0, possible: 0 };

  /** @param idleKinds those that do nothing in this world */
  constructor(private readonly idleKinds: readonly FaultKind[]) {
    this.aspects = new AspectTable(idleKinds);
  }

  /** Counts an effect as one that faults can happen at. */
  add(site: SiteName): void {
    const key = siteKey(site);
    if (this.sites.has(key) || this.sites.size >= SITES_MAX) return;
    this.sites.set(key, { site, counts: new Map(), impossible: new Set() });
    this.progress.possible += this.aspects.of(site.effect).length;
  }

  /** Takes in what happened in a run; true when there was something new. */
  take(fired: readonly FiredFault[]): boolean {
    const before = this.progress.tried;
    for (const { fault, site } of fired) {
      if (site !== undefined) this.count(site, aspectOf(fault), 1);
    }
    return this.progress.tried > before;
  }

  /** A fault did not happen at the effect that it was aimed at, which came: it cannot. */
  ruleOut(site: SiteName, aspect: string): void {
    const covered = this.sites.get(siteKey(site));
    if (covered === undefined || covered.counts.has(aspect)) return;
    if (covered.impossible.has(aspect) || !this.aspects.of(site.effect).includes(aspect)) return;
    covered.impossible.add(aspect);
    this.progress.possible--;
  }

  /** Takes in what an earlier or another exploration has counted. */
  restore(coverage: Pick<Coverage, 'effects'>): void {
    for (const [key, { tried, impossible = [] }] of Object.entries(coverage.effects)) {
      const site = parseSiteKey(key);
      if (site === undefined) continue;
      this.add(site);
      for (const [aspect, count] of Object.entries(tried)) this.count(site, aspect, count);
      for (const aspect of impossible) this.ruleOut(site, aspect);
    }
  }

  get summary(): { readonly tried: number; readonly possible: number } {
    return { ...this.progress };
  }

  /** @param spotOf where an effect comes from */
  report(spotOf: (site: SiteName) => EffectSpot): Coverage {
    const places = new Map<string, { spot: EffectSpot; sites: CoveredSite[] }>();
    for (const covered of this.sites.values()) {
      const spot = spotOf(covered.site);
      const place = places.get(placeOf(spot)) ?? { spot, sites: [] };
      place.sites.push(covered);
      places.set(placeOf(spot), place);
    }
    const lines = [...places.values()];
    const effects = lines.flatMap(({ sites }, line) =>
      sites.map((covered) => [siteKey(covered.site), coveredEffect(covered, line)] as const),
    );
    return {
      ...this.progress,
      ...(this.idleKinds.length === 0 ? {} : { idleKinds: this.idleKinds }),
      lines: lines.map(({ spot, sites }) => this.lineOf(spot, sites)),
      effects: Object.fromEntries(effects),
    };
  }

  private lineOf({ source }: EffectSpot, sites: readonly CoveredSite[]): CoverageLine {
    const effects = [...new Set(sites.map(({ site }) => site.effect))];
    const tried: Record<string, number> = {};
    for (const { counts } of sites) {
      for (const [aspect, count] of counts) tried[aspect] = (tried[aspect] ?? 0) + count;
    }
    const untried = new Set(
      sites.flatMap(({ site, impossible }) =>
        this.aspects.of(site.effect).filter((aspect) => !impossible.has(aspect)),
      ),
    );
    for (const aspect of Object.keys(tried)) untried.delete(aspect);
    const line = { effects, count: sites.length, tried, untried: [...untried] };
    return source === undefined ? line : { source, ...line };
  }

  private count(site: SiteName, aspect: string, times: number): void {
    this.add(site);
    const covered = this.sites.get(siteKey(site));
    if (covered === undefined) return;
    const { counts, impossible } = covered;
    if (impossible.delete(aspect)) this.progress.possible++;
    const before = counts.get(aspect) ?? 0;
    counts.set(aspect, before + times);
    if (before === 0 && this.aspects.of(site.effect).includes(aspect)) this.progress.tried++;
  }
}

function coveredEffect({ counts, impossible }: CoveredSite, line: number): CoveredEffect {
  const tried = Object.fromEntries(counts);
  return impossible.size === 0 ? { line, tried } : { line, tried, impossible: [...impossible] };
}
