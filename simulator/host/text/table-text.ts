import { hexBeginning, visibleText } from './bytes-text.ts';
import { cellWidth, cutToWidth } from './cell-width.ts';

/** Wider cells are cut. */
const CELL_WIDTH_MAX = 60;

type Cell = string | number | bigint | Uint8Array | null;

/** Rows under their column's names; numbers to the right. Ends in a newline. */
export function tableText(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(cellText));
  const widths = columns.map((name, index) =>
    texts.reduce((width, row) => Math.max(width, cellWidth(row[index] ?? '')), cellWidth(name)),
  );
  const numeric = columns.map((_name, index) =>
    rows.every((row) => typeof row[index] === 'number' || typeof row[index] === 'bigint'),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - cellWidth(cell)));
        return numeric[index] === true ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return `${[line(columns), rule, ...texts.map(line)].join('\n')}\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  const text = cell instanceof Uint8Array ? hexBeginning(cell) : visibleText(String(cell));
  return cellWidth(text) <= CELL_WIDTH_MAX ? text : `${cutToWidth(text, CELL_WIDTH_MAX - 2)}..`;
}
