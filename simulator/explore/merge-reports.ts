/** Puts together what shards of one exploration came to. */
import { CoverageBook } from './coverage-book.ts';
import { type Shard, STRATEGY_NAMES } from './explore-options.ts';
import type { Finding, SourceSpot } from './finding.ts';
import type { Coverage, ExploreReport, StopReason, StrategyReport } from './report.ts';
import { siteKey } from './site.ts';

/** Reports that do not belong to one exploration. */
export class MergeError extends Error {
  override readonly name = 'MergeError';
  readonly code = 'merge';
}

/** The one that tells most comes first. */
const REASONS: readonly StopReason[] = [
  'failed',
  'cancelled',
  'time',
  'saturated',
  'runs',
  'complete',
];

/**
 * Throws MergeError.
 *
 * @param shard what the whole is a shard of itself, when it is one
 */
export function mergeReports(
  reports: readonly ExploreReport[],
  shard: Shard = { index: 1, count: 1 },
): ExploreReport {
  const [first] = reports;
  if (first === undefined) throw new MergeError('there is nothing to merge');
  for (const { workflow, seed, version } of reports) {
    if (workflow === first.workflow && seed === first.seed && version === first.version) continue;
    throw new MergeError(
      `a report of ${workflow} with seed ${seed} does not belong to one of ${first.workflow} with seed ${first.seed}`,
    );
  }
  return {
    version: first.version,
    workflow: first.workflow,
    seed: first.seed,
    shard,
    stopped:
      REASONS.find((reason) => reports.some(({ stopped }) => stopped === reason)) ?? 'complete',
    runs: reports.reduce((sum, { runs }) => sum + runs, 0),
    next: Math.min(...reports.map(({ next }) => next)),
    strategies: mergeStrategies(reports),
    coverage: mergeCoverage(reports.map(({ coverage }) => coverage)),
    findings: mergeFindings(reports.map(({ findings }) => findings)),
    sometimes: mergeSometimes(reports),
    problems: [...new Set(reports.flatMap(({ problems }) => problems))],
    unanswered: [...new Set(reports.flatMap(({ unanswered = [] }) => unanswered))],
    ...failureOf(reports),
  };
}

/** Of findings with the same key, the one that was found at the lowest number. */
export function mergeFindings(lists: readonly (readonly Finding[])[]): readonly Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of lists.flat()) {
    const known = merged.get(finding.key);
    merged.set(finding.key, known === undefined ? finding : mergeTwo(known, finding));
  }
  return [...merged.values()].sort((one, other) => one.original.trial - other.original.trial);
}

function mergeTwo(one: Finding, other: Finding): Finding {
  // One that is not shrunk to the end is told only where there is no other.
  const isOther =
    one.unfinished === other.unfinished
      ? other.original.trial < one.original.trial
      : one.unfinished === true;
  return { ...(isOther ? other : one), runs: one.runs + other.runs };
}

function failureOf(reports: readonly ExploreReport[]): Pick<ExploreReport, 'failure'> {
  const failure = reports.find((report) => report.failure !== undefined)?.failure;
  return failure === undefined ? {} : { failure };
}

function mergeStrategies(reports: readonly ExploreReport[]): readonly StrategyReport[] {
  return STRATEGY_NAMES.flatMap((name) => {
    const rows = reports.flatMap(({ strategies }) =>
      strategies.filter((strategy) => strategy.name === name),
    );
    const [first] = rows;
    if (first === undefined) return [];
    const sum = (of: (row: StrategyReport) => number): number =>
      rows.reduce((total, row) => total + of(row), 0);
    return [{ ...first, runs: sum((row) => row.runs), broken: sum((row) => row.broken) }];
  });
}

function mergeCoverage(coverages: readonly Coverage[]): Coverage {
  const sources = new Map<string, SourceSpot | undefined>();
  const book = new CoverageBook(coverages[0]?.idleKinds ?? []);
  for (const coverage of coverages) {
    book.restore(coverage);
    for (const [key, { line }] of Object.entries(coverage.effects)) {
      sources.set(key, sources.get(key) ?? coverage.lines[line]?.source);
    }
  }
  return book.report((site) => {
    const source = sources.get(siteKey(site));
    return source === undefined ? site : { ...site, source };
  });
}

function mergeSometimes(reports: readonly ExploreReport[]): Readonly<Record<string, boolean>> {
  const merged: Record<string, boolean> = {};
  for (const { sometimes } of reports) {
    for (const [check, held] of Object.entries(sometimes)) {
      merged[check] = held || merged[check] === true;
    }
  }
  return merged;
}
