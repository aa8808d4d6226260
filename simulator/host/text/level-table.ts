/** What a fault plan costs at each persistence level, as a table for a terminal. */
import type { LevelReport } from '../../explore/compare-levels.ts';
import { formatDuration } from '../../kernel/time.ts';
import { type Paint, paintLine, span, type TextStyle } from './style.ts';

const HEADS = [
  'level',
  'completed',
  'done twice',
  'sent again',
  'effects redone',
  'virtual time',
] as const;

/** Without the last line's end. */
export function levelTable(reports: readonly LevelReport[], style: TextStyle): string {
  const rows = reports.map(cellsOf);
  const widths = HEADS.map((head, column) =>
    Math.max(head.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], paints: readonly (Paint | undefined)[] = []): string => {
    const spans = cells.map((cell, column) =>
      span(`${cell.padEnd((widths[column] ?? 0) + 2)}`, paints[column]),
    );
    return paintLine(spans, style).trimEnd();
  };
  const reasons = reports
    .filter(({ reason }) => reason !== '')
    .map(({ level, reason }) => `${level}: ${reason}`);
  return [
    line(
      HEADS,
      HEADS.map(() => 'dim'),
    ),
    ...reports.map((report, index) => line(rows[index] ?? [], paintsOf(report))),
    ...(reasons.length === 0 ? [] : ['', ...reasons]),
  ].join('\n');
}

function cellsOf(report: LevelReport): readonly string[] {
  const { level, executions, completed, duplicates, repeats, redone, nowNanos } = report;
  return [
    level,
    `${completed} of ${executions}`,
    `${duplicates}`,
    `${repeats}`,
    `${redone}`,
    formatDuration(nowNanos),
  ];
}

function paintsOf({
  executions,
  completed,
  duplicates,
}: LevelReport): readonly (Paint | undefined)[] {
  return ['bold', completed === executions ? 'green' : 'red', duplicates === 0 ? undefined : 'red'];
}
