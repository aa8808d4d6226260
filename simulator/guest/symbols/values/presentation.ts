import type { NamedValue, Value } from './value.ts';

/** What a value is like, for icons and for the choice of what can be done with it. */
export type ValueKind =
  | 'scalar'
  | 'text'
  | 'pointer'
  | 'record'
  | 'list'
  | 'map'
  | 'enumeration'
  | 'function'
  | 'missing';

/** The elements of a value, of which only those are read that are asked for. */
export interface IndexedPart {
  readonly count: number;
  /** `start + count` is never above the count. */
  page(start: number, count: number): readonly NamedValue[];
}

/** How a value is shown. Each of its functions may throw Unavailable. */
export interface Presentation {
  readonly kind: ValueKind;
  /** @param depth how many values it is inside of, in one text */
  text(depth: number): string;
  readonly missing?: string;
  /** The characters of a text. */
  readonly string?: () => string;
  /** The same one by one, of a text that does not open to them. */
  readonly characters?: IndexedPart;
  /** What it points to, refers to or owns. */
  readonly target?: () => Value;
  readonly named?: () => readonly NamedValue[];
  readonly indexed?: IndexedPart;
}

/** Values inside each other in one text. */
const TEXT_DEPTH_MAX = 2;
/** Elements and members in one text. */
export const TEXT_ITEM_COUNT_MAX = 8;
/** Where a text is long enough for its line. */
const TEXT_LENGTH_FULL = 120;

/** `{a: 1, b: 2, ...}` of as many items as make one line. */
export function listText(
  items: Iterable<NamedValue>,
  depth: number,
  style: { readonly open: string; readonly close: string; readonly names: boolean },
  total?: number,
): string {
  if (depth >= TEXT_DEPTH_MAX) return `${style.open}...${style.close}`;
  const parts: string[] = [];
  let length = 0;
  let more = false;
  for (const { name, value } of items) {
    if (parts.length === TEXT_ITEM_COUNT_MAX || length > TEXT_LENGTH_FULL) {
      more = true;
      break;
    }
    const text = value.textAt(depth + 1);
    const part = style.names ? `${name}: ${text}` : text;
    parts.push(part);
    length += part.length;
  }
  if (more || (total !== undefined && total > parts.length)) parts.push('...');
  return `${style.open}${parts.join(', ')}${style.close}`;
}

export const BRACES = { open: '{', close: '}', names: true } as const;
export const PLAIN_BRACES = { open: '{', close: '}', names: false } as const;
export const BRACKETS = { open: '[', close: ']', names: false } as const;
export const PARENTHESES = { open: '(', close: ')', names: false } as const;
