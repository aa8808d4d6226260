import { BRACKETS } from '../presentation.ts';
import type { NamedValue, Value } from '../value.ts';
import type { Formatter, FormatterTable } from './formatter.ts';
import {
  addressIn,
  countIn,
  deepField,
  field,
  plausible,
  sizeOf,
  typeParameter,
} from './raw-field.ts';
import { slice, utf8 } from './rust-pointer.ts';
import { shownAsList } from './shown-as.ts';

/** Where a `Vec` has its elements, whichever wrappers its version puts around the pointer. */
function bufferOf(value: Value): number | undefined {
  const buffer = field(value, 'buf');
  return addressIn(buffer && deepField(buffer, 'pointer'));
}

const vec: Formatter = (value) => {
  const element = typeParameter(value, 0);
  const start = bufferOf(value);
  const length = countIn(field(value, 'len'));
  if (element === undefined || start === undefined || length === undefined) return undefined;
  return slice(value, element, start, length);
};

/** `String`, `OsString`, `PathBuf`: wrappers around a `Vec` of bytes. */
const text: Formatter = (value) => {
  const bytes = deepField(value, 'vec') ?? vecInside(value);
  const element = bytes && typeParameter(bytes, 0);
  const start = bytes && bufferOf(bytes);
  const length = bytes && countIn(field(bytes, 'len'));
  if (element === undefined || start === undefined || length === undefined) return undefined;
  return utf8(value, element, start, length);
};

const WRAPPER_COUNT_MAX = 6;

function vecInside(value: Value): Value | undefined {
  let inner: Value | undefined = value;
  for (let depth = 0; depth < WRAPPER_COUNT_MAX && inner !== undefined; depth++) {
    if (field(inner, 'buf') !== undefined) return inner;
    inner = field(inner, 'inner');
  }
  return undefined;
}

/** A ring: the elements begin at `head` and go on at the start of the buffer. */
const vecDeque: Formatter = (value) => {
  const element = typeParameter(value, 0);
  const start = bufferOf(value);
  const head = countIn(field(value, 'head'));
  const length = countIn(field(value, 'len'));
  const buffer = field(value, 'buf');
  const capacity = countIn(buffer && deepField(buffer, 'cap'));
  if (element === undefined || start === undefined || head === undefined) return undefined;
  if (length === undefined || capacity === undefined) return undefined;
  const bytes = sizeOf(element);
  const count = plausible(value, length, bytes);
  return shownAsList(
    value,
    {
      count,
      page: (first, wanted) =>
        Array.from({ length: wanted }, (_, at): NamedValue => {
          const name = `[${first + at}]`;
          const place = (head + first + at) % Math.max(1, capacity);
          const path = value.evaluateName && value.evaluateName + name;
          const address = start + place * bytes;
          return { name, value: value.at(element, address, { evaluateName: path }) };
        }),
    },
    BRACKETS,
  );
};

export const RUST_SEQUENCES: FormatterTable = [
  ['Vec', vec],
  ['VecDeque', vecDeque],
  ['String', text],
  ['OsString', text],
  ['PathBuf', text],
];
