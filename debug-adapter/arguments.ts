import { debugErrors } from './debug-error.ts';

/** The arguments of a request, as a client sent them: read field by field, and named when wrong. */
export class Arguments {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    private readonly command: string,
    value: unknown,
  ) {
    this.fields = isRecord(value) ? value : {};
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.fail(name, 'a text is missing');
  }

  optionalText(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    return this.fail(name, `a text is wanted, not ${JSON.stringify(value)}`);
  }

  integer(name: string): number {
    return this.optionalInteger(name) ?? this.fail(name, 'a whole number is missing');
  }

  optionalInteger(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
    return this.fail(name, `a whole number is wanted, not ${JSON.stringify(value)}`);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.value(name);
    if (value === undefined) return fallback;
    return typeof value === 'boolean' ? value : this.fail(name, 'true or false is wanted');
  }

  /** A list of objects; empty when it is left out. */
  list(name: string): readonly Arguments[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value)) return this.fail(name, 'a list is wanted');
    return value.map((item: unknown) => new Arguments(`${this.command} ${name}`, item));
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string');
    return isTexts ? (value as string[]) : this.fail(name, 'a list of texts is wanted');
  }

  integers(name: string): readonly number[] {
    const value = this.value(name) ?? [];
    const isIntegers = Array.isArray(value) && value.every((item) => Number.isSafeInteger(item));
    return isIntegers ? (value as number[]) : this.fail(name, 'a list of whole numbers is wanted');
  }

  object(name: string): Arguments {
    const value = this.value(name);
    if (!isRecord(value)) return this.fail(name, 'an object is missing');
    return new Arguments(`${this.command} ${name}`, value);
  }

  optionalObject(name: string): Arguments | undefined {
    return this.value(name) === undefined ? undefined : this.object(name);
  }

  /** The texts of an object, by name; null leaves a name out. */
  record(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!isRecord(value)) return this.fail(name, 'an object of texts is wanted');
    const entries = Object.entries(value).filter(([, item]) => item !== null);
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
      return Object.fromEntries(entries);
    }
    return this.fail(name, 'an object of texts is wanted');
  }

  /** A field as it came; undefined when it is left out or null. */
  value(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? (this.fields[name] ?? undefined) : undefined;
  }

  fail(name: string, problem: string): never {
    throw debugErrors.badArguments(this.command, `"${name}": ${problem}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
