/** What the Variables view shows: a tree whose inner parts are made when they are opened. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Value } from '../../simulator/guest/symbols/index.ts';
import { valueText } from '../travel/expression.ts';

export interface VariableNode {
  readonly name: string;
  /** One line. */
  readonly value: string;
  readonly type: string | undefined;
  /** Undefined for a leaf. */
  readonly children: (() => readonly VariableNode[]) | undefined;
  /** The number of items of a list, which clients read page by page; undefined for other nodes. */
  readonly indexed: number | undefined;
  /** The expression that gives this value; undefined when there is none. */
  readonly expression: string | undefined;
  /** Reads items of a list page by page; without it, `children` are all of them. */
  readonly elements?: (start: number, count: number) => readonly VariableNode[];
  /** Where the value lies in the memory of its program. */
  readonly address?: number;
  /** The value of the program that it shows. */
  readonly shows?: Value;
  /** What it shows that can be changed, besides values of the program. */
  readonly changes?: Changeable;
  /** What clients are told of its kind. */
  readonly hint?: DebugProtocol.VariablePresentationHint;
}

/** What a person can change that is no value of the program's own. */
export type Changeable =
  /** A clock of a node, which shows `nanos` since 1970 or since the node's boot. */
  | {
      readonly kind: 'clock';
      readonly node: string;
      readonly clock: 'wall' | 'monotonic';
      readonly nanos: bigint;
    }
  /** A number of WebAssembly in a frame. */
  | { readonly kind: 'local' | 'operand' | 'global'; readonly index: number };

/** Characters of a value in a list of variables. */
const VALUE_LENGTH_MAX = 1000;

export function leaf(name: string, value: string, type?: string): VariableNode {
  return {
    name,
    value: shorten(value),
    type,
    children: undefined,
    indexed: undefined,
    expression: undefined,
  };
}

export function group(
  name: string,
  value: string,
  children: () => readonly VariableNode[],
): VariableNode {
  return { name, value, type: undefined, children, indexed: undefined, expression: undefined };
}

/** A JSON value with everything in it. */
export function jsonNode(name: string, value: unknown, expression?: string): VariableNode {
  if (typeof value !== 'object' || value === null) {
    const text = typeof value === 'string' ? JSON.stringify(value) : valueText(value);
    const type = value === null ? 'null' : typeof value;
    return { ...leaf(name, text, type), expression };
  }
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    return {
      ...group(name, summary(items), () =>
        items.map((item, index) => jsonNode(`[${index}]`, item, step(expression, index))),
      ),
      type: `list of ${items.length}`,
      indexed: items.length,
      expression,
    };
  }
  return {
    ...group(name, summary(value), () =>
      Object.entries(value).map(([key, item]) => jsonNode(key, item, step(expression, key))),
    ),
    type: 'object',
    expression,
  };
}

function step(expression: string | undefined, key: string | number): string | undefined {
  if (expression === undefined) return undefined;
  if (typeof key === 'number') return `${expression}[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key)
    ? `${expression}.${key}`
    : `${expression}[${JSON.stringify(key)}]`;
}

function summary(value: object): string {
  return shorten(JSON.stringify(value), 120);
}

function shorten(text: string, lengthMax = VALUE_LENGTH_MAX): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 3)}...`;
}
