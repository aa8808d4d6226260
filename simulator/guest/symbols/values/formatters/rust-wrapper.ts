import { bareType } from '../../types/type.ts';
import type { Presentation } from '../presentation.ts';
import type { Value } from '../value.ts';
import type { Formatter, FormatterTable } from './formatter.ts';
import {
  addressIn,
  aligned,
  countIn,
  deepField,
  field,
  pointerIn,
  sizeOf,
  targetType,
  typeParameter,
} from './raw-field.ts';
import { slice, utf8 } from './rust-pointer.ts';
import { shownAsInner } from './shown-as.ts';

/** The value inside of wrappers, by the first member of these names. */
const inside =
  (...path: readonly string[]): Formatter =>
  (value) => {
    const inner = field(value, ...path);
    return inner && shownAsInner(value, inner);
  };

/** The two counts in front of what is shared. */
const COUNTS_BYTES = 8;

/** `Rc` and `Arc`: the value is behind two counts. */
const shared: Formatter = (value) => {
  const pointer = field(value, 'ptr', 'pointer');
  if (pointer === undefined) return undefined;
  const data = field(pointer, 'data_ptr');
  if (data !== undefined) return sharedSlice(value, pointer, data);
  const thin = pointerIn(pointer);
  const box = thin?.dereferenced();
  const inner = box && (field(box, 'value') ?? field(box, 'data'));
  if (box === undefined || inner === undefined) return undefined;
  const owners = countIn(field(box, 'strong'));
  return shownAsInner(value, inner, (text) => text + owned(owners));
};

function owned(owners: number | undefined): string {
  return owners === undefined || owners === 1 ? '' : ` (${owners} owners)`;
}

/** `Rc<str>` and `Rc<[T]>`. */
function sharedSlice(value: Value, pointer: Value, data: Value): Presentation | undefined {
  const element = typeParameter(value, 0);
  const start = addressIn(data);
  const length = countIn(field(pointer, 'length'));
  if (element === undefined || start === undefined || length === undefined) return undefined;
  const bare = bareType(element);
  if (/<str\b/.test(value.typeName)) return utf8(value, element, start + COUNTS_BYTES, length);
  return bare.kind === 'array'
    ? slice(value, bare.element(), aligned(start + COUNTS_BYTES, bare.element()), length)
    : undefined;
}

const refCell: Formatter = (value) => {
  const inner = field(value, 'value', 'value');
  const borrows = countIn(field(value, 'borrow'));
  if (inner === undefined || borrows === undefined) return undefined;
  const note =
    borrows === 0 ? '' : borrows > 0 ? ` (borrowed ${borrows} times)` : ' (borrowed mutably)';
  return shownAsInner(value, inner, (text) => text + note);
};

const locked: Formatter = (value) => {
  const inner = field(value, 'data', 'value');
  return inner && shownAsInner(value, inner);
};

const atomic: Formatter = (value) => {
  const inner = deepField(value, 'value');
  return inner && shownAsInner(value, inner);
};

/** Wrappers in wrappers around a number that is never zero. */
const nonZero: Formatter = (value) => {
  const inner = deepField(value, '__0');
  const innermost = inner && (deepField(inner, '__0') ?? inner);
  return innermost && shownAsInner(value, innermost);
};

const pointer: Formatter = (value) => {
  const inner = field(value, 'pointer');
  const target = targetType(inner);
  return inner && target && sizeOf(inner.type) > 0 ? shownAsInner(value, inner) : undefined;
};

const ATOMICS = ['Bool', 'I8', 'I16', 'I32', 'I64', 'Isize', 'U8', 'U16', 'U32', 'U64', 'Usize'];

export const RUST_WRAPPERS: FormatterTable = [
  ['Rc', shared],
  ['Arc', shared],
  ['Cell', inside('value', 'value')],
  ['UnsafeCell', inside('value')],
  ['RefCell', refCell],
  ['Mutex', locked],
  ['RwLock', locked],
  ['ManuallyDrop', inside('value')],
  ['MaybeDangling', inside('__0')],
  ['Wrapping', inside('__0')],
  ['Reverse', inside('__0')],
  ['NonZero', nonZero],
  ['NonNull', pointer],
  ...ATOMICS.map((name) => [`Atomic${name}`, atomic] as const),
];
