/** The rows of the Exploration view and how they look. */
import { basename } from 'node:path';
import type { Finding } from '../../simulator/explore/finding.ts';
import type { CoverageLine, StopReason } from '../../simulator/explore/report.ts';
import type { ExplorationModel } from './exploration-model.ts';
import { faultInWords } from './fault-by-hand.ts';
import type { Icon } from './icon.ts';

export type ExplorationRow =
  | { readonly kind: 'exploration'; readonly exploration: ExplorationModel }
  | {
      readonly kind: 'finding';
      readonly exploration: ExplorationModel;
      readonly finding: Finding;
    }
  | { readonly kind: 'coverage'; readonly exploration: ExplorationModel }
  | {
      readonly kind: 'line';
      readonly exploration: ExplorationModel;
      readonly line: CoverageLine;
    }
  | {
      readonly kind: 'problem';
      readonly exploration: ExplorationModel;
      readonly message: string;
    };

export interface ExplorationLook {
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: Icon;
  /** The words that menus go by. */
  readonly words: readonly string[];
  readonly collapse: 'none' | 'collapsed' | 'expanded';
}

export function explorationRows(
  explorations: readonly ExplorationModel[],
  row?: ExplorationRow,
): readonly ExplorationRow[] {
  if (row === undefined) {
    return explorations.map((exploration) => ({ kind: 'exploration', exploration }));
  }
  const { exploration } = row;
  switch (row.kind) {
    case 'exploration':
      return [
        ...bySeverity(exploration.findings).map(
          (finding) => ({ kind: 'finding', exploration, finding }) as const,
        ),
        ...exploration.problems.map(
          (message) => ({ kind: 'problem', exploration, message }) as const,
        ),
        ...(exploration.coverage === undefined ? [] : [{ kind: 'coverage', exploration } as const]),
      ];
    case 'coverage':
      return (exploration.coverage?.lines ?? []).map((line) => ({
        kind: 'line',
        exploration,
        line,
      }));
    default:
      return [];
  }
}

/** Stays the same while the view is drawn anew. */
export function explorationRowId(row: ExplorationRow): string {
  const id = `${row.exploration.id}`;
  switch (row.kind) {
    case 'exploration':
      return id;
    case 'finding':
      return `${id} finding ${row.finding.key}`;
    case 'coverage':
      return `${id} coverage`;
    case 'line':
      return `${id} line ${lineName(row.line)}`;
    case 'problem':
      return `${id} problem ${row.message}`;
  }
}

export function explorationLook(row: ExplorationRow): ExplorationLook {
  switch (row.kind) {
    case 'exploration':
      return explorationItem(row.exploration);
    case 'finding':
      return findingLook(row.finding);
    case 'coverage': {
      const { tried = 0, possible = 0 } = row.exploration.coverage ?? {};
      return {
        label: 'Coverage',
        description: `${tried} of ${possible} effects and faults tried together`,
        tooltip: 'Every effect with every fault that can happen to it; below, by source line.',
        icon: { id: 'checklist' },
        words: ['coverage'],
        collapse: 'collapsed',
      };
    }
    case 'line':
      return lineLook(row.line);
    case 'problem':
      return {
        label: row.message.split('\n')[0] ?? '',
        description: '',
        tooltip: row.message,
        icon: { id: 'warning', color: YELLOW },
        words: ['problem'],
        collapse: 'none',
      };
  }
}

const RED = 'testing.iconFailed';
const GREEN = 'testing.iconPassed';
const YELLOW = 'list.warningForeground';

const ENDS: Readonly<Record<StopReason, string>> = {
  complete: 'everything tried',
  runs: 'as many as asked for',
  time: 'time is over',
  saturated: 'nothing new any more',
  cancelled: 'cancelled',
  failed: 'broken off by an error',
};

function explorationItem(exploration: ExplorationModel): ExplorationLook {
  const { phase, title, findings, isLive } = exploration;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const words = ['exploration', isLive ? 'live' : 'ended'];
  const base = { label: title, words, collapse: 'expanded' } as const;
  const counts = countText(exploration, errors);
  switch (phase.kind) {
    case 'starting':
      return {
        ...base,
        ...{ description: phase.message, tooltip: phase.message },
        icon: { id: 'loading~spin' },
      };
    case 'exploring':
      return { ...base, description: counts, tooltip: counts, icon: { id: 'loading~spin' } };
    case 'failed': {
      const { message } = phase.problem;
      const icon = { id: 'error', color: RED };
      return { ...base, description: message.split('\n')[0] ?? '', tooltip: message, icon };
    }
    case 'ended': {
      const description = `${counts} · ${ENDS[phase.stopped]}`;
      const icon = endIcon(phase.stopped, errors);
      return { ...base, description, tooltip: description, icon };
    }
  }
}

function endIcon(stopped: StopReason, errors: number): { id: string; color: string } {
  if (errors > 0) return { id: 'bug', color: RED };
  return stopped === 'failed' ? { id: 'error', color: RED } : { id: 'pass', color: GREEN };
}

/** `1,240 runs, 310 a second · 2 findings · 82 %`. */
function countText(exploration: ExplorationModel, errors: number): string {
  const { progress, findings, rate, isLive } = exploration;
  const runs = (progress?.done ?? 0).toLocaleString('en');
  const speed = isLive && rate >= 1 ? `, ${Math.round(rate).toLocaleString('en')} a second` : '';
  const warnings = findings.length - errors;
  const found = [
    ...(errors > 0 ? [plural(errors, 'finding')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  const total = progress?.total === undefined ? '' : ` of ${progress.total.toLocaleString('en')}`;
  return [`${runs}${total} runs${speed}`, ...(found.length > 0 ? found : ['nothing found'])].join(
    ' · ',
  );
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function findingLook(finding: Finding): ExplorationLook {
  const { check, message, severity, at } = finding;
  const icon = severity === 'error' ? { id: 'bug', color: RED } : { id: 'warning', color: YELLOW };
  const source = at?.source;
  const where = source === undefined ? '' : ` · ${basename(source.path)}:${source.line}`;
  return {
    label: check,
    description: `${planInWords(finding)}${where}`,
    tooltip: `${message}\n\n${planInWords(finding)}`,
    icon,
    words: ['finding', severity, ...(at === undefined ? [] : ['effect'])],
    collapse: 'none',
  };
}

/** The faults of the minimal plan in a few words each. */
export function planInWords({ trial }: Finding): string {
  const faults = Array.isArray(trial.plan.faults) ? trial.plan.faults : [];
  const words = faults.map((fault) => faultInWords(fault as Parameters<typeof faultInWords>[0]));
  return words.length === 0 ? 'without any fault' : words.join(', ');
}

function lineLook(line: CoverageLine): ExplorationLook {
  const tried = Object.values(line.tried).reduce((sum, times) => sum + times, 0);
  const { untried } = line;
  const left = untried.length === 0 ? '' : ` · not tried: ${shortList(untried)}`;
  const all = Object.entries(line.tried).map(([aspect, times]) => `${aspect}: ${times}`);
  return {
    label: lineName(line),
    description: `${line.effects.join(', ')} · ${plural(tried, 'fault')}${left}`,
    tooltip: [lineName(line), ...all, ...untried.map((aspect) => `${aspect}: never`)].join('\n'),
    icon: untried.length === 0 ? { id: 'pass', color: GREEN } : { id: 'circle-outline' },
    words: ['line'],
    collapse: 'none',
  };
}

/** All of them are in the tooltip. */
const LISTED_MAX = 2;

function shortList(names: readonly string[]): string {
  const more = names.length - LISTED_MAX;
  const shown = names.slice(0, LISTED_MAX).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function lineName({ source, effects }: CoverageLine): string {
  return source === undefined ? effects.join(', ') : `${basename(source.path)}:${source.line}`;
}

function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return [...errors, ...findings.filter((finding) => !errors.includes(finding))];
}
