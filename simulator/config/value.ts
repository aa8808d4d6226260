import type { Node } from 'jsonc-parser';
import { formatDuration, parseDuration } from '../kernel/time.ts';
import type { ConfigProblemCode } from './problem.ts';
import { hint } from './suggest.ts';

/** Longer than any sensible duration, and short enough for exact arithmetic to be quick. */
const DURATION_LENGTH_MAX = 40;
const SHOWN_LENGTH_MAX = 40;

/** Where a value reports what is wrong with it. */
export interface ProblemSink {
  report(offset: number, code: ConfigProblemCode, message: string): void;
}

/** Reads one value; reports a problem and gives undefined when it does not fit. */
export type Reader<T> = (value: Value) => T | undefined;

export interface Member {
  readonly key: string;
  /** The key itself, for problems with the name. */
  readonly name: Value;
  readonly value: Value;
}

/** One JSON value of a document, with its place. */
export class Value {
  readonly #sink: ProblemSink;
  readonly #node: Node;

  constructor(
    sink: ProblemSink,
    node: Node,
    /** What the value is called in messages, such as `workflows.order`; empty for the root. */
    readonly path: string,
  ) {
    this.#sink = sink;
    this.#node = node;
  }

  report(code: ConfigProblemCode, message: string): undefined {
    this.#sink.report(this.#node.offset, code, message);
    return undefined;
  }

  get isText(): boolean {
    return this.#node.type === 'string';
  }

  get isEmptyList(): boolean {
    return this.#node.type === 'array' && (this.#node.children ?? []).length === 0;
  }

  /** The members of an object, each key once. */
  members(expected = 'an object'): readonly Member[] | undefined {
    if (this.#node.type !== 'object') return this.#wrongType(expected);
    const members: Member[] = [];
    const seen = new Set<string>();
    for (const property of this.#node.children ?? []) {
      const [nameNode, valueNode] = property.children ?? [];
      if (nameNode === undefined || valueNode === undefined) continue;
      const key = String(nameNode.value);
      const shown = oneLine(key);
      const path = this.path === '' ? shown : `${this.path}.${shown}`;
      const name = new Value(this.#sink, nameNode, path);
      if (seen.has(key)) name.report('duplicate', `"${shorten(key)}" is given twice`);
      else members.push({ key, name, value: new Value(this.#sink, valueNode, path) });
      seen.add(key);
    }
    return members;
  }

  /** The members of an object that has no keys but these; unknown ones are reported. */
  fields<K extends string>(known: readonly K[]): ReadonlyMap<K, Value> | undefined {
    const members = this.members();
    if (members === undefined) return undefined;
    const fields = new Map<K, Value>();
    for (const { key, name, value } of members) {
      const field = known.find((candidate) => candidate === key);
      if (field !== undefined) fields.set(field, value);
      else {
        const where = this.path === '' ? '' : ` in ${this.path}`;
        const allowed = hint(key, known, 'known keys');
        name.report('unknown-key', `unknown key "${shorten(key)}"${where}${allowed}`);
      }
    }
    return fields;
  }

  list<T>(read: Reader<T>, countMax: number): readonly T[] | undefined {
    if (this.#node.type !== 'array') return this.#wrongType('a list');
    const children = this.#node.children ?? [];
    if (children.length > countMax) {
      return this.#outOfRange(`has ${children.length} items; at most ${countMax} are allowed`);
    }
    const items = children.map((child, index) =>
      read(new Value(this.#sink, child, `${this.path}[${index}]`)),
    );
    return items.filter((item) => item !== undefined);
  }

  text(): string | undefined {
    if (this.#node.type !== 'string') return this.#wrongType('text in double quotes');
    return String(this.#node.value);
  }

  boolean(): boolean | undefined {
    if (this.#node.type !== 'boolean') return this.#wrongType('true or false');
    return this.#node.value === true;
  }

  number(min: number, max: number): number | undefined {
    return this.#number(min, max, 'a number', Number.isFinite);
  }

  integer(min: number, max: number): number | undefined {
    return this.#number(min, max, 'a whole number', Number.isInteger);
  }

  oneOf<T extends string>(choices: readonly T[]): T | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    const allowed = hint(text, choices, 'allowed');
    return this.report('bad-value', `${this.path} cannot be "${shorten(text)}"${allowed}`);
  }

  /** Text that fits the pattern; `expected` says in words what the pattern asks for. */
  matching(pattern: RegExp, expected: string): string | undefined {
    const text = this.text();
    if (text === undefined || pattern.test(text)) return text;
    return this.report('bad-value', `${this.path}: "${shorten(text)}" is not ${expected}`);
  }

  /** A duration such as `"250ms"`, in nanoseconds. */
  duration(minNanos: bigint, maxNanos: bigint): bigint | undefined {
    const expected = 'a duration like "250ms", "10s" or "3d 4h"';
    if (this.#node.type !== 'string') return this.#wrongType(expected);
    const text = String(this.#node.value);
    const nanos = text.length > DURATION_LENGTH_MAX ? undefined : parseDuration(text);
    if (nanos === undefined) {
      return this.report('bad-value', `${this.path}: "${shorten(text)}" is not ${expected}`);
    }
    if (nanos >= minNanos && nanos <= maxNanos) return nanos;
    const range = `${formatDuration(minNanos)} to ${formatDuration(maxNanos)}`;
    return this.#outOfRange(`is ${shorten(text)}; allowed is ${range}`);
  }

  #number(
    min: number,
    max: number,
    expected: string,
    fits: (value: number) => boolean,
  ): number | undefined {
    if (this.#node.type !== 'number') return this.#wrongType(`${expected} from ${min} to ${max}`);
    const value = Number(this.#node.value);
    if (value < min || value > max) {
      return this.#outOfRange(`is ${value}; allowed is ${min} to ${max}`);
    }
    if (fits(value)) return value;
    return this.report('bad-value', `${this.path} is ${value}; it has to be ${expected}`);
  }

  #wrongType(expected: string): undefined {
    const name = this.path === '' ? 'the file' : this.path;
    return this.report('wrong-type', `${name} has to be ${expected}, not ${this.#found()}`);
  }

  #outOfRange(message: string): undefined {
    return this.report('out-of-range', `${this.path} ${message}`);
  }

  #found(): string {
    switch (this.#node.type) {
      case 'array':
        return 'a list';
      case 'object':
        return 'an object';
      case 'string':
        return `the text "${shorten(String(this.#node.value))}"`;
      default:
        return String(this.#node.value);
    }
  }
}

/** One line of at most 40 characters: messages quote what users wrote, of any length. */
export function shorten(text: string): string {
  const line = oneLine(text);
  return line.length <= SHOWN_LENGTH_MAX ? line : `${line.slice(0, SHOWN_LENGTH_MAX - 1)}…`;
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
