import { type VirtualNanos, virtualNanos } from '../kernel/time.ts';
import type { SqlCell } from './sql-engine.ts';

/** One row, read cell by cell, from the left. Each read throws TypeError on another type. */
export class Cells {
  private next = 0;

  constructor(private readonly row: readonly (SqlCell | bigint)[]) {}

  private take(): SqlCell | bigint {
    const cell = this.row[this.next];
    if (cell === undefined) throw new TypeError(`a row has only ${this.row.length} cells`);
    this.next += 1;
    return cell;
  }

  private wrong(expected: string, cell: SqlCell | bigint): TypeError {
    const found = cell === null ? 'NULL' : typeof cell;
    return new TypeError(`expected ${expected} in column ${this.next} of a row, found ${found}`);
  }

  optionalInteger(): number | undefined {
    const cell = this.take();
    if (cell === null) return undefined;
    if (Number.isSafeInteger(cell)) return cell as number;
    throw this.wrong('an integer', cell);
  }

  integer(): number {
    return this.optionalInteger() ?? this.missing('an integer');
  }

  optionalNanos(): VirtualNanos | undefined {
    const cell = this.take();
    if (cell === null) return undefined;
    if (typeof cell === 'bigint' || Number.isSafeInteger(cell)) {
      return virtualNanos(BigInt(cell as number));
    }
    throw this.wrong('nanoseconds', cell);
  }

  nanos(): VirtualNanos {
    return this.optionalNanos() ?? this.missing('nanoseconds');
  }

  optionalText(): string | undefined {
    const cell = this.take();
    if (cell === null) return undefined;
    if (typeof cell === 'string') return cell;
    throw this.wrong('text', cell);
  }

  text(): string {
    return this.optionalText() ?? this.missing('text');
  }

  optionalBytes(): Uint8Array | undefined {
    const cell = this.take();
    if (cell === null) return undefined;
    if (cell instanceof Uint8Array) return cell;
    throw this.wrong('bytes', cell);
  }

  optionalJson(): unknown {
    const text = this.optionalText();
    return text === undefined ? undefined : JSON.parse(text);
  }

  json(): unknown {
    return JSON.parse(this.text());
  }

  private missing(expected: string): never {
    throw this.wrong(expected, null);
  }
}
