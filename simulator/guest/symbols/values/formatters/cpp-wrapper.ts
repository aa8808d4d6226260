import { Unavailable } from '../../locations/unavailable.ts';
import { bareType } from '../../types/type.ts';
import { pointee } from '../present-pointer.ts';
import { findMember, memberValue } from '../present-record.ts';
import { listText, PLAIN_BRACES, type Presentation } from '../presentation.ts';
import type { NamedValue, Value } from '../value.ts';
import type { Formatter, FormatterTable } from './formatter.ts';
import { addressIn, anyField, countIn, deepField, field, pointerIn } from './raw-field.ts';
import { shownAsInner, shownAsWord } from './shown-as.ts';

const optional: Formatter = (value) => {
  const engaged = countIn(deepField(value, '__engaged_'));
  if (engaged === undefined) return optionalReference(value);
  if (engaged === 0) return shownAsWord(value, 'nullopt');
  const inner = deepField(value, '__val_');
  return inner && shownAsInner(value, inner);
};

const optionalReference: Formatter = (value) => {
  const pointer = deepField(value, '__value_');
  const address = addressIn(pointer);
  if (pointer === undefined || address === undefined) return undefined;
  return address === 0
    ? shownAsWord(value, 'nullopt')
    : shownAsInner(value, pointer.dereferenced() ?? pointer);
};

/** The index that a variant without a value has, by the size of its index. */
const VALUELESS: ReadonlySet<number> = new Set([0xff, 0xffff, 0xffffffff, -1]);
const ALTERNATIVE_COUNT_MAX = 256;

const variant: Formatter = (value) => {
  const index = countIn(deepField(value, '__index'));
  let union = deepField(value, '__data');
  if (index === undefined || union === undefined) return undefined;
  if (VALUELESS.has(index)) return shownAsWord(value, 'valueless');
  if (index >= ALTERNATIVE_COUNT_MAX) throw new Unavailable('there is no such alternative');
  for (let at = 0; at < index; at++) union = union && field(union, '__tail');
  const inner = union && field(union, '__head', '__value');
  return inner && shownAsInner(value, inner);
};

/** The member is `__ptr_`, in some versions with a deleter beside it in a pair. */
const pointer: Formatter = (value) => {
  const member = deepField(value, '__ptr_');
  const inner = member && pointerIn(member);
  if (inner === undefined) return undefined;
  const owners = countIn(ownersOf(value));
  // The count of owners begins at 0 for the first.
  return pointerShown(value, inner, owners === undefined ? '' : ` (${owners + 1} owners)`);
};

function ownersOf(value: Value): Value | undefined {
  const control = deepField(value, '__cntrl_');
  const type = control && bareType(control.type);
  if (control === undefined || type?.kind !== 'pointer' || addressIn(control) === 0) {
    return undefined;
  }
  return deepField(pointee(control, type), '__shared_owners_');
}

function pointerShown(value: Value, inner: Value, note: string): Presentation {
  if (addressIn(inner) === 0) return shownAsWord(value, 'nullptr');
  const target = inner.dereferenced();
  if (target === undefined) return shownAsInner(value, inner);
  return shownAsInner(value, target, (text) => `${text}${note}`);
}

/** The elements of a tuple are bases, each with one member. */
const tuple: Formatter = (value) => {
  const base = deepField(value, '__base_');
  const type = base && bareType(base.type);
  if (base === undefined || type?.kind !== 'record') return undefined;
  const elements = type
    .members()
    .filter(({ role }) => role === 'base')
    .map((member, index): NamedValue => {
      const leaf = memberValue(base, member);
      const leafType = bareType(leaf.type);
      const inner = leafType.kind === 'record' ? findMember(leaf, leafType, '__value_') : undefined;
      return { name: `[${index}]`, value: inner ?? leaf };
    });
  return {
    kind: 'record',
    named: () => elements,
    text: (depth) => listText(elements, depth, PLAIN_BRACES),
  };
};

const inside =
  (...names: readonly string[]): Formatter =>
  (value) => {
    const inner = anyField(value, ...names);
    return inner && shownAsInner(value, inner);
  };

export const CPP_WRAPPERS: FormatterTable = [
  ['optional', optional],
  ['variant', variant],
  ['unique_ptr', pointer],
  ['shared_ptr', pointer],
  ['weak_ptr', pointer],
  ['tuple', tuple],
  ['atomic', inside('__a_value', '__a_')],
  ['reference_wrapper', inside('__f_')],
  ['__wrap_iter', inside('__i_', '__i')],
];
