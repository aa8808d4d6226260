import { nearest } from '../config/suggest.ts';
import { parseDuration, VIRTUAL_END } from '../kernel/time.ts';

interface IntegerRule {
  readonly minimum: number;
  readonly maximum?: number;
  readonly fallback?: number;
}

/** More names than this in one list are a mistake. */
export const NAMES_MAX = 1000;

type DurationRule = 'any' | 'positive' | 'not negative';

/**
 * Reads the fields of an outside JSON object one by one and gathers every problem with its path;
 * `finish` reports the fields that nobody asked for.
 */
export class FieldReader {
  private readonly fields: Record<string, unknown>;
  private readonly known = new Set<string>();
  private readonly problems: string[];

  constructor(
    value: unknown,
    private readonly path: string,
    problems: string[],
  ) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      this.fields = value as Record<string, unknown>;
      this.problems = problems;
    } else {
      this.fields = {};
      // That it lacks all of its fields says nothing more.
      this.problems = [];
      problems.push(`${path}: expected an object, found ${describe(value)}`);
    }
  }

  problem(field: string, message: string): void {
    this.problems.push(`${this.path}.${field}: ${message}`);
  }

  missing(field: string, wanted: string): void {
    this.problem(field, `missing; expected ${wanted}`);
  }

  has(field: string): boolean {
    return Object.hasOwn(this.fields, field);
  }

  /** Whether a field that may be left out is. */
  lacks(field: string): boolean {
    this.known.add(field);
    return !this.has(field);
  }

  text(field: string): string | undefined {
    const value = this.take(field);
    if (value === undefined || typeof value === 'string') return value;
    this.problem(field, `expected a text, found ${describe(value)}`);
    return undefined;
  }

  integer(field: string, rule: IntegerRule): number {
    const { minimum, maximum = Number.MAX_SAFE_INTEGER, fallback } = rule;
    const value = this.take(field);
    if (value === undefined && fallback !== undefined) return fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      if (value >= minimum && value <= maximum) return value;
    }
    const isOpen = maximum === Number.MAX_SAFE_INTEGER;
    const range = isOpen ? `from ${minimum}` : `from ${minimum} to ${maximum}`;
    this.problem(field, `expected an integer ${range}, found ${describe(value)}`);
    return minimum;
  }

  /** A number from 0 to 1. */
  share(field: string, fallback: number | undefined, isRequired: boolean): number | undefined {
    const value = this.take(field);
    if (value === undefined && !isRequired) return fallback;
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    this.problem(field, `expected a number from 0 to 1, found ${describe(value)}`);
    return fallback;
  }

  /** A list of different names, at least one. */
  names(field: string): readonly string[] | undefined {
    const value = this.take(field);
    if (value === undefined) return undefined;
    const isList = Array.isArray(value) && value.length > 0 && value.length <= NAMES_MAX;
    if (isList && value.every((name) => typeof name === 'string')) {
      if (new Set(value).size === value.length) return value as string[];
    }
    this.problem(field, `expected a list of different names, found ${describe(value)}`);
    return undefined;
  }

  /** A list of integers; empty when it is left out. */
  integers(field: string, rule: { minimum: number; lengthMax: number }): readonly number[] {
    const value = this.take(field) ?? [];
    const { minimum, lengthMax } = rule;
    const fits = (each: unknown): boolean => Number.isSafeInteger(each) && Number(each) >= minimum;
    if (Array.isArray(value) && value.length <= lengthMax && value.every(fits)) return value;
    const wanted = `a list of at most ${lengthMax} integers from ${minimum}`;
    this.problem(field, `expected ${wanted}, found ${describe(value)}`);
    return [];
  }

  oneOf<T extends string>(field: string, allowed: readonly T[], fallback: T): T;
  oneOf<T extends string>(field: string, allowed: readonly T[], fallback: undefined): T | undefined;
  oneOf<T extends string>(
    field: string,
    allowed: readonly T[],
    fallback: T | undefined,
  ): T | undefined {
    const value = this.take(field);
    if (value === undefined && fallback !== undefined) return fallback;
    const found = allowed.find((item) => item === value);
    if (found === undefined) {
      const near = typeof value === 'string' ? nearest(value, allowed) : undefined;
      const all = `expected one of ${allowed.join(', ')}; found ${describe(value)}`;
      const guess = `there is no ${describe(value)}; did you mean "${near}"?`;
      this.problem(field, near === undefined ? all : guess);
    }
    return found ?? fallback;
  }

  duration(field: string, rule: DurationRule): bigint | undefined {
    const text = this.take(field);
    if (text === undefined) return undefined;
    const nanos = typeof text === 'string' ? parseDuration(text) : undefined;
    if (nanos === undefined) {
      this.problem(field, `expected a duration such as "30s", found ${describe(text)}`);
      return undefined;
    }
    const fits = rule === 'any' || (rule === 'positive' ? nanos > 0n : nanos >= 0n);
    const must = rule === 'positive' ? 'be positive' : 'not be negative';
    if (!fits) this.problem(field, `${describe(text)} must ${must}`);
    if (nanos > VIRTUAL_END || nanos < -VIRTUAL_END) {
      this.problem(field, `${describe(text)} is longer than 53375d, the most there is`);
    }
    return nanos;
  }

  /** @param wanted what is expected there, for a person */
  object(field: string, wanted = 'an object'): FieldReader | undefined {
    if (!this.has(field)) {
      this.known.add(field);
      this.missing(field, wanted);
      return undefined;
    }
    return new FieldReader(this.take(field), `${this.path}.${field}`, this.problems);
  }

  list(field: string, lengthMax: number): FieldReader[] {
    const value = this.take(field);
    if (!Array.isArray(value)) {
      this.problem(field, `expected a list, found ${describe(value)}`);
      return [];
    }
    if (value.length > lengthMax) {
      this.problem(field, `has ${value.length} items; the limit is ${lengthMax}`);
      return [];
    }
    return value.map(
      (item, index) => new FieldReader(item, `${this.path}.${field}[${index}]`, this.problems),
    );
  }

  finish(): void {
    for (const field of Object.keys(this.fields)) {
      if (this.known.has(field)) continue;
      const known = [...this.known];
      const near = nearest(field, known);
      const guess = near === undefined ? '' : ` did you mean "${near}"?`;
      this.problem(field, `unknown field;${guess} known here: ${known.join(', ')}`);
    }
  }

  private take(field: string): unknown {
    this.known.add(field);
    return this.has(field) ? this.fields[field] : undefined;
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = textOf(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (error) {
    // A text is parsed however deep it goes, and printed only so far.
    if (error instanceof RangeError) return 'what is nested too deep to be told';
    throw error;
  }
}
