import { assert } from '../kernel/assert.ts';
import type { TableSpec } from './recording-schema.ts';
import type { SqlCell, SqlDatabase, SqlStatement } from './sql-engine.ts';

/** Values bound by one statement; more gains nothing (measured), fewer costs a step each. */
const BOUND_VALUES = 1000;

const VERBS = { latest: 'INSERT OR REPLACE', first: 'INSERT OR IGNORE', append: 'INSERT' } as const;

/** Rows of one table that have values in the same columns. */
interface Shape {
  /** The indices of its columns. */
  readonly columns: readonly number[];
  readonly rowsAtOnce: number;
  /** Room for that many rows; the first `filled` values wait. */
  readonly values: SqlCell[];
  filled: number;
  one: SqlStatement | undefined;
  many: SqlStatement | undefined;
}

/**
 * Inserts rows many at a time. Rows are gathered by which of their columns are NULL, because each
 * value that is bound costs 0.1 to 0.4 us and most columns of most rows are empty.
 */
export class RowInserter {
  private readonly shapes = new Map<number, Shape>();

  constructor(
    private readonly database: SqlDatabase,
    private readonly table: Pick<TableSpec, 'name' | 'keep' | 'columns'>,
  ) {
    assert(table.columns.length <= 31, `${table.name} has more columns than a mask has bits`);
  }

  /** Cells in the order of the table's columns; texts as strings or as UTF-8. */
  insert(row: readonly SqlCell[]): void {
    let mask = 0;
    for (let index = 0; index < row.length; index++) if (row[index] !== null) mask |= 1 << index;
    const shape = this.shapes.get(mask) ?? this.addShape(mask);
    const { values, columns } = shape;
    let { filled } = shape;
    for (let index = 0; index < columns.length; index++) {
      values[filled++] = row[columns[index] as number] as SqlCell;
    }
    shape.filled = filled;
    if (filled === columns.length * shape.rowsAtOnce) {
      shape.many ??= this.prepare(shape, shape.rowsAtOnce);
      shape.many.run(values);
      shape.filled = 0;
    }
  }

  /** Inserts what is still gathered. */
  flush(): void {
    for (const shape of this.shapes.values()) {
      const width = shape.columns.length;
      for (let start = 0; start < shape.filled; start += width) {
        shape.one ??= this.prepare(shape, 1);
        shape.one.run(shape.values.slice(start, start + width));
      }
      shape.filled = 0;
    }
  }

  free(): void {
    for (const shape of this.shapes.values()) {
      shape.one?.free();
      shape.many?.free();
    }
    this.shapes.clear();
  }

  private addShape(mask: number): Shape {
    const columns = this.table.columns.flatMap((_, index) => (mask & (1 << index) ? [index] : []));
    const rowsAtOnce = Math.floor(BOUND_VALUES / Math.max(1, columns.length));
    const shape: Shape = {
      columns,
      rowsAtOnce,
      values: [],
      filled: 0,
      one: undefined,
      many: undefined,
    };
    this.shapes.set(mask, shape);
    return shape;
  }

  private prepare(shape: Shape, rows: number): SqlStatement {
    const columns = shape.columns.map(
      (index) => this.table.columns[index] as readonly [string, string],
    );
    // A blob that is cast to text is taken as UTF-8 as it is, so no string need be made of it.
    const places = columns.map(([, kind]) => (kind === 'text' ? 'CAST(? AS text)' : '?'));
    const names = columns.map(([name]) => name);
    return this.database.prepare(
      `${VERBS[this.table.keep]} INTO ${this.table.name} (${names.join(', ')}) VALUES ` +
        Array<string>(rows)
          .fill(`(${places.join(', ')})`)
          .join(', '),
    );
  }
}
