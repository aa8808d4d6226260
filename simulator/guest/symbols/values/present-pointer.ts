import { hex, Unavailable } from '../locations/unavailable.ts';
import { bareType, type PointerType } from '../types/type.ts';
import type { Presentation } from './presentation.ts';
import { readInteger } from './scalar.ts';
import { characterUnit, quoteUnits, readUnits } from './string-text.ts';
import type { NamedValue, Value } from './value.ts';

/** A text that a pointer points to ends at a zero, and is cut here. */
const TEXT_LENGTH_MAX = 100_000;

/** The address that a pointer holds. Throws Unavailable. */
export function readPointer(value: Value, { byteLength }: PointerType): number {
  return Number(readInteger(value, byteLength, false));
}

/** What a pointer points to. Throws Unavailable when it points to nothing that is known. */
export function pointee(value: Value, type: PointerType): Value {
  const address = readPointer(value, type);
  if (address === 0) throw new Unavailable('the pointer is null');
  const { evaluateName } = value;
  const isReference = type.flavour !== 'pointer';
  const path =
    isReference || evaluateName === undefined ? evaluateName : dereferenced(evaluateName);
  return value.at(type.target(), address, { evaluateName: path });
}

function dereferenced(path: string): string {
  return /^[\w.:]+$/.test(path) ? `*${path}` : `*(${path})`;
}

export function presentPointer(value: Value, type: PointerType): Presentation {
  if (type.flavour !== 'pointer') return presentReference(value, type);
  const address = readPointer(value, type);
  const target = type.target();
  const bare = bareType(target);
  if (bare.kind === 'function') {
    const name = value.world.functionName(address);
    return { kind: 'function', text: () => functionText(address, name) };
  }
  if (address === 0) {
    return { kind: 'pointer', text: () => 'NULL', target: () => pointee(value, type) };
  }
  const unit = characterUnit(target);
  if (unit !== undefined) {
    const text = () =>
      `${hex(address)} ${quoteUnits(pointee(value, type), unit, TEXT_LENGTH_MAX, 'zero')}`;
    const string = () => readUnits(pointee(value, type), unit, TEXT_LENGTH_MAX, 'zero');
    const named = () => dereferencedChild(value, type);
    return { kind: 'pointer', text, string, target: () => pointee(value, type), named };
  }
  if (bare.kind === 'void' || bare.kind === 'unknown') {
    return { kind: 'pointer', text: () => hex(address) };
  }
  // A pointer to a struct opens to its members at once.
  const opens = bare.kind === 'record';
  return {
    kind: 'pointer',
    text: () => pointerText(value, address),
    target: () => pointee(value, type),
    named: () => (opens ? pointee(value, type).named() : dereferencedChild(value, type)),
    ...(opens && pointee(value, type).indexedCount > 0
      ? { indexed: indexedOf(pointee(value, type)) }
      : {}),
  };
}

function indexedOf(value: Value) {
  return {
    count: value.indexedCount,
    page: (start: number, count: number) => value.indexed(start, count),
  };
}

function pointerText(value: Value, address: number): string {
  return address < value.world.memory.length ? hex(address) : `${hex(address)} <outside of memory>`;
}

function functionText(slot: number, name: string | undefined): string {
  if (slot === 0) return 'NULL';
  return name === undefined ? `${hex(slot)} <no function>` : `${hex(slot)} <${name}>`;
}

function dereferencedChild(value: Value, type: PointerType): NamedValue[] {
  const target = pointee(value, type);
  return [{ name: `*${lastName(value.evaluateName)}`, value: target }];
}

function lastName(path: string | undefined): string {
  return /[\w]+$/.exec(path ?? '')?.[0] ?? '';
}

/** A reference is shown as what it refers to. */
function presentReference(value: Value, type: PointerType): Presentation {
  const target = pointee(value, type);
  return {
    kind: target.kind,
    text: (depth) => target.textAt(depth),
    target: () => target,
    ...(target.hasChildren ? { named: () => target.named(), indexed: indexedOf(target) } : {}),
    ...(target.missing === undefined ? {} : { missing: target.missing }),
  };
}
