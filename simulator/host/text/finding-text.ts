/** Findings and coverage as people read them in a terminal. */
import type { EffectSpot, Finding } from '../../explore/finding.ts';
import type { CoverageLine, ExploreReport } from '../../explore/report.ts';
import type { ScenarioViolation } from '../../explore/scenario.ts';
import { countText } from './bytes-text.ts';
import { paintLine, type Span, sign, span, type TextStyle } from './style.ts';

/** Aspects that are named of a line on which some were never tried. */
const UNTRIED_SHOWN_MAX = 4;

/**
 * What is wrong in one line that editors and their problem matchers find:
 * `order.c:42: error: exactly-once: ...`; without a line, the execution and effect stand for it.
 */
export function violationLine({ check, message, severity, at }: ScenarioViolation): string {
  return `${placeText(at)}${severity}: ${check}: ${message.replaceAll('\n', ' ')}`;
}

/** A finding in lines, without the last line's end. */
export function findingText(finding: Finding, style: TextStyle): string {
  const { trial, original, nearestPassing, shrinkRuns, shrinkMs, severity } = finding;
  const isSmallest = finding.unfinished !== true && finding.givenUp !== true;
  const mark = severity === 'error' ? sign(style, 'failed') : sign(style, 'question');
  const head = paintLine(
    [span(`${mark} `, severity === 'error' ? 'red' : 'yellow'), span(violationLine(finding))],
    style,
  );
  const plan = JSON.stringify(trial.plan);
  const seed = `seed ${trial.seed}`;
  const choices =
    trial.choices === undefined ? '' : `, ${countText(trial.choices.length, 'choice')}`;
  const took = shrinkMs === undefined ? '' : ` (${(shrinkMs / 1000).toFixed(1)} s)`;
  return [
    head,
    `    ${isSmallest ? 'smallest plan' : 'plan, as far as it was shrunk'} (${seed}${choices}): ${plan}`,
    `    found by ${original.strategy}, with ${countText(original.faults, 'fault')}; shrunk in ${countText(shrinkRuns, 'run')}${took}`,
    ...(nearestPassing === undefined
      ? []
      : [
          `    it passes when ${nearestPassing.change}`,
          `    what differs first: ${nearestPassing.difference.text}`,
        ]),
  ].join('\n');
}

/** What an exploration has covered and come to, in lines, with the last line's end. */
export function reportText(report: ExploreReport, style: TextStyle): string {
  const { coverage, strategies, runs, findings, stopped } = report;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const lines = [
    ...strategies.map(
      ({ name, runs: count, planned, broken }) =>
        `  ${name.padEnd(11)}${String(count).padStart(7)}${planned === undefined ? '' : ` of ${planned}`} tried, ${broken} broken`,
    ),
    '',
    `  ${coverage.tried} of ${coverage.possible} combinations of an effect and a fault tried`,
    ...coverage.lines.map((line) => `  ${coverageText(line)}`),
    ...(findings.length === 0 ? [] : ['', ...findings.map(countedText)]),
    ...neverHeld(report).map(
      (name) => `  ${name} never held, in no run (it is a check of the kind "sometimes")`,
    ),
    ...(report.unanswered ?? []).map(
      (name) => `  ${name} gave no answer in some run, which is an error of the check`,
    ),
    ...report.problems.map((problem) => `  note: ${problem}`),
    '',
  ];
  const { failure } = report;
  const why = failure === undefined ? ENDS[stopped] : `${ENDS[stopped]}: ${failure.message}`;
  const end = `${countText(runs, 'run')}, ${countText(errors, 'error')}, ${countText(warnings, 'warning')}; ${why}`;
  const verdict = paintLine([...VERDICT_SIGNS[verdictOf(report)](style), span(end)], style);
  return `${[...lines, verdict].join('\n')}\n`;
}

/** What an exploration says of its workflow. */
export type Verdict =
  | 'fine'
  /** Something is wrong with the workflow. */
  | 'broken'
  /** Something is wrong with its checks, or with the exploration, so that it says too little. */
  | 'unsure'
  /** It was ended before it could say anything. */
  | 'nothing'
  /** Nothing so far; it was interrupted. */
  | 'interrupted';

export function verdictOf(report: ExploreReport): Verdict {
  const { findings, stopped, runs, unanswered = [] } = report;
  // A shard alone cannot tell that something holds in no run.
  const isWhole = report.shard.count === 1;
  if (findings.some(({ severity }) => severity === 'error')) return 'broken';
  if (stopped === 'failed' || unanswered.length > 0) return 'unsure';
  if (stopped === 'cancelled') return 'interrupted';
  if (runs === 0 && stopped === 'time') return 'nothing';
  return isWhole && neverHeld(report).length > 0 ? 'broken' : 'fine';
}

const FAILED = (style: TextStyle): readonly Span[] => [span(`${sign(style, 'failed')} `, 'red')];

const VERDICT_SIGNS: Readonly<Record<Verdict, (style: TextStyle) => readonly Span[]>> = {
  fine: (style) => [span(`${sign(style, 'ok')} `, 'green')],
  broken: FAILED,
  unsure: FAILED,
  nothing: FAILED,
  interrupted: (style) => [span(`${sign(style, 'question')} `, 'yellow')],
};

function countedText({ check, at, runs }: Finding): string {
  const { source } = at ?? {};
  const place = source === undefined ? (at?.effect ?? 'the run') : `${source.path}:${source.line}`;
  return `  ${check} at ${place}: ${countText(runs, 'run')}`;
}

/** Checks that had to hold in one run at least, and did in none. */
export function neverHeld({ sometimes }: Pick<ExploreReport, 'sometimes'>): readonly string[] {
  return Object.entries(sometimes).flatMap(([name, held]) => (held ? [] : [name]));
}

const ENDS: Readonly<Record<ExploreReport['stopped'], string>> = {
  complete: 'everything was tried',
  runs: 'ended after the number of runs (--runs)',
  time: 'ended after its time (--time)',
  saturated: 'ended because nothing new came up any more',
  cancelled: 'interrupted',
  failed: 'broken off by an error',
};

function coverageText({ source, effects, count, tried, untried }: CoverageLine): string {
  const place = source === undefined ? '' : `${source.path}:${source.line} `;
  const kinds = Object.keys(tried).length;
  const missing =
    untried.length === 0
      ? ''
      : `; not ${untried.slice(0, UNTRIED_SHOWN_MAX).join(', ')}${untried.length > UNTRIED_SHOWN_MAX ? ` and ${untried.length - UNTRIED_SHOWN_MAX} more` : ''}`;
  return `${place}${effects.join(', ')} (${countText(count, 'effect')}): ${countText(kinds, 'fault')} tried${missing}`;
}

function placeText(at: EffectSpot | undefined): string {
  if (at === undefined) return '';
  const { source, execution, seq } = at;
  return source === undefined ? `${execution} #${seq}: ` : `${source.path}:${source.line}: `;
}
