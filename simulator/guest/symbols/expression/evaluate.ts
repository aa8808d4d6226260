import { DebugInfoError } from '../debug-info-error.ts';
import { Unavailable } from '../locations/unavailable.ts';
import { bareType, byteLength, type Type } from '../types/type.ts';
import { typeName } from '../types/type-name.ts';
import { pointee, readPointer } from '../values/present-pointer.ts';
import { findMember } from '../values/present-record.ts';
import { integerBytes } from '../values/scalar.ts';
import type { Value } from '../values/value.ts';
import {
  balance,
  complement,
  compute,
  convert,
  float,
  integer,
  isTrue,
  literalInteger,
  negate,
  promote,
  promoteBits,
  type TypedNumber,
  truth,
} from './arithmetic.ts';
import { BUILTIN, pointerTo } from './builtin-types.ts';
import { ExpressionError } from './expression-error.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { numberOf, temporary, valueOfNumber } from './number-of-value.ts';
import type { Syntax } from './syntax.ts';

type Of<K extends Syntax['kind']> = Extract<Syntax, { kind: K }>;

/** Elements of a map that are searched for a key. */
const KEY_SEARCH_MAX = 100_000;
const KEY_PAGE = 500;

/** Computes expressions in one scope. Each function throws ExpressionError and Unavailable. */
export class Evaluator {
  constructor(private readonly scope: ExpressionScope) {}

  value(syntax: Syntax): Value {
    switch (syntax.kind) {
      case 'integer':
        return this.number(literalInteger(syntax.value, syntax.suffix, syntax.isDecimal));
      case 'float':
        return this.number(float(syntax.value, syntax.isSingle ? BUILTIN.float : BUILTIN.double));
      case 'character':
        return this.character(syntax);
      case 'text':
        return this.text(syntax.text);
      case 'name':
        return this.named(syntax);
      case 'member':
        return this.member(syntax);
      case 'index':
        return this.element(syntax);
      case 'unary':
        return this.unary(syntax);
      case 'binary':
        return this.binary(syntax);
      case 'cast':
        return this.cast(syntax);
      case 'size':
        return this.size(syntax);
      case 'choice':
        return this.choice(syntax);
      case 'assignment':
        throw new ExpressionError('an assignment cannot be inside of an expression', syntax.at);
    }
  }

  /** Of two numbers, the chosen one has the type that both have together: C11, section 6.5.15. */
  private choice({ condition, yes, no }: Of<'choice'>): Value {
    const holds = this.holds(condition);
    const chosen = throughReferences(this.value(holds ? yes : no));
    const number = numberOf(chosen);
    const other = number && this.numberIfAny(holds ? no : yes);
    if (number === undefined || other === undefined) return chosen;
    if (number.type.name === other.type.name) return chosen;
    return this.number(balance(number, other)[0]);
  }

  /** The number of an expression that need not have a value: the part that was not chosen. */
  private numberIfAny(syntax: Syntax): TypedNumber | undefined {
    try {
      return numberOf(throughReferences(this.value(syntax)));
    } catch (error) {
      const known = [ExpressionError, Unavailable, DebugInfoError];
      if (known.some((kind) => error instanceof kind)) return undefined;
      throw error;
    }
  }

  private number(number: TypedNumber): Value {
    return valueOfNumber(number, this.scope.world);
  }

  private character({ point, isWide }: Of<'character'>): Value {
    const type = isWide || point > 0x7f ? BUILTIN.character : BUILTIN.char;
    return this.number(integer(BigInt(point), type));
  }

  private text(text: string): Value {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const type: Type = { kind: 'array', element: () => BUILTIN.char, count: bytes.length };
    return temporary(type, bytes, this.scope.world);
  }

  private named({ name, at }: Of<'name'>): Value {
    const value = this.scope.value(name) ?? this.constant(name);
    if (value === undefined) throw new ExpressionError(`nothing here is called ${name}`, at);
    return value;
  }

  private constant(name: string): Value | undefined {
    if (name === 'true' || name === 'false') return this.number(truth(name === 'true'));
    if (name !== 'NULL' && name !== 'nullptr') return undefined;
    return temporary(
      pointerTo({ kind: 'void', name: 'void' }),
      new Uint8Array(4),
      this.scope.world,
    );
  }

  /** `.` and `->` are the same: what people have is often a pointer or a reference. */
  private member({ of, name, at }: Of<'member'>): Value {
    let holder = this.value(of);
    for (let steps = 0; steps < POINTER_STEPS_MAX; steps++) {
      const found = memberOf(holder, name);
      if (found !== undefined) return found;
      const inner = holder.dereferenced();
      if (inner === undefined) break;
      holder = inner;
    }
    if (holder.missing !== undefined) throw new Unavailable(holder.missing);
    throw new ExpressionError(`${holder.typeName} has no member ${name}`, at);
  }

  private element({ of, index, at }: Of<'index'>): Value {
    const base = throughReferences(this.value(of));
    const key = this.value(index);
    const number = numberOf(key);
    if (base.kind === 'map') {
      const found = findKey(base, key);
      if (found !== undefined) return found;
      throw new ExpressionError(`there is no element ${key.text}`, at);
    }
    if (number?.kind !== 'integer') throw new ExpressionError('an index must be a number', at);
    const type = bareType(base.type);
    if (type.kind === 'pointer' && base.indexedCount === 0) {
      return pointedAt(base, type.target(), number.value);
    }
    if (type.kind === 'array' && base.storage.address !== undefined) {
      return elementAt(base, type.element(), number.value);
    }
    const [found] = base.indexed(Number(number.value), 1);
    if (number.value >= 0n && found !== undefined) return found.value;
    const character = base.character(Number(number.value));
    if (character !== undefined) return character;
    const count = Math.max(base.indexedCount, base.characterCount);
    throw new ExpressionError(
      count > 0
        ? `there is no element ${number.value}: there are ${count}`
        : `${base.typeName} has no elements`,
      at,
    );
  }

  private unary({ operator, operand, at }: Of<'unary'>): Value {
    const value = this.value(operand);
    switch (operator) {
      case '*': {
        const inner = value.dereferenced();
        if (inner !== undefined) return inner;
        throw new ExpressionError(`${value.typeName} is not a pointer`, at);
      }
      case '&':
        return this.addressOf(throughReferences(value), at);
      case '!':
        return this.number(truth(!truthOf(value, at)));
      case '-':
        return this.number(negate(this.arithmetic(value, at)));
      case '~':
        return located(at, () => this.number(complement(this.arithmetic(value, at))));
      case '+':
        return this.number(promote(this.arithmetic(value, at)));
    }
  }

  private addressOf(value: Value, at: number): Value {
    const { address } = value;
    if (address === undefined || value.options.bits !== undefined) {
      throw new ExpressionError('it is not in memory, so it has no address', at);
    }
    return this.pointer(pointerTo(value.type), address);
  }

  private pointer(type: Type, address: number): Value {
    const bytes = integerBytes(BigInt(address), byteLength(type) ?? 4);
    return temporary(type, bytes, this.scope.world);
  }

  private binary(syntax: Of<'binary'>): Value {
    const { operator, at } = syntax;
    if (operator === '&&' || operator === '||') {
      const left = this.holds(syntax.left);
      const decided = left === (operator === '||');
      return this.number(truth(decided ? left : this.holds(syntax.right)));
    }
    const left = throughReferences(this.value(syntax.left));
    const right = throughReferences(this.value(syntax.right));
    return (
      this.comparedTexts(syntax, left, right) ??
      this.pointerArithmetic(syntax, left, right) ??
      located(at, () =>
        this.number(compute(operator, this.arithmetic(left, at), this.arithmetic(right, at))),
      )
    );
  }

  /** Texts are compared by what they say, as soon as one of them is written in the expression. */
  private comparedTexts(
    { operator, left: one, right: other }: Of<'binary'>,
    left: Value,
    right: Value,
  ): Value | undefined {
    if (one.kind !== 'text' && other.kind !== 'text') return undefined;
    const [first, second] = [left.string(), right.string()];
    if (first === undefined || second === undefined) return undefined;
    if (operator === '==') return this.number(truth(first === second));
    if (operator === '!=') return this.number(truth(first !== second));
    return undefined;
  }

  private pointerArithmetic(
    { operator, at }: Of<'binary'>,
    left: Value,
    right: Value,
  ): Value | undefined {
    const one = decayed(left);
    const other = decayed(right);
    if (one === undefined && other === undefined) return undefined;
    if (COMPARISONS.has(operator)) {
      const numbers = [addressOrNumber(left, at), addressOrNumber(right, at)] as const;
      return located(at, () => this.number(compute(operator, ...numbers)));
    }
    if (operator === '-' && one !== undefined && other !== undefined) {
      const distance = (one.address - other.address) / elementSize(one.target, at);
      return this.number(integer(BigInt(Math.trunc(distance))));
    }
    const [pointer, count] = one === undefined ? [other, left] : [one, right];
    if (pointer === undefined || (operator !== '+' && !(operator === '-' && one !== undefined))) {
      throw new ExpressionError(`${operator} is not for pointers`, at);
    }
    const steps = this.arithmetic(count, at);
    if (steps.kind !== 'integer') throw new ExpressionError('a pointer moves by integers', at);
    const signed = Number(operator === '-' ? -steps.value : steps.value);
    const address = pointer.address + signed * elementSize(pointer.target, at);
    return this.pointer(pointerTo(pointer.target), address);
  }

  private cast({ type, operand, at }: Of<'cast'>): Value {
    const value = throughReferences(this.value(operand));
    const bare = bareType(type);
    if (bare.kind === 'record' || bare.kind === 'array') {
      if (typeName(type) === value.typeName) return value;
      throw new ExpressionError(`nothing can be cast to ${typeName(type)}`, at);
    }
    const number = addressOrNumber(value, at);
    if (bare.kind === 'base') {
      const converted = located(at, () => convert(number, bare));
      return temporary(type, valueOfNumber(converted, this.scope.world).bytes(), this.scope.world);
    }
    const size = byteLength(type);
    if (number.kind !== 'integer' || size === undefined || size === 0) {
      throw new ExpressionError(`a number cannot be cast to ${typeName(type)}`, at);
    }
    return temporary(type, integerBytes(number.value, size), this.scope.world);
  }

  private size({ of, at }: Of<'size'>): Value {
    const type = 'at' in of ? throughReferences(this.value(of)).type : of;
    const length = byteLength(type);
    if (length === undefined) throw new ExpressionError('its size is not known', at);
    return this.number(integer(BigInt(length), BUILTIN.size));
  }

  private holds(syntax: Syntax): boolean {
    return truthOf(throughReferences(this.value(syntax)), syntax.at);
  }

  private arithmetic(value: Value, at: number): TypedNumber {
    const held = throughReferences(value);
    const number = numberOf(held);
    const { bits } = held.options;
    if (number !== undefined) return bits ? promoteBits(number, bits.count) : number;
    if (value.missing !== undefined) throw new Unavailable(value.missing);
    throw new ExpressionError(`${value.typeName} is not a number`, at);
  }
}

/** Pointers to pointers that are gone through on the way to a member. */
const POINTER_STEPS_MAX = 8;

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** Whether a value counts as true in a condition. Throws ExpressionError. */
export function truthOf(value: Value, at?: number): boolean {
  return isTrue(addressOrNumber(value, at));
}

/** What a reference refers to; any other value is itself. */
export function throughReferences(value: Value): Value {
  const type = bareType(value.type);
  return type.kind === 'pointer' && type.flavour !== 'pointer' ? pointee(value, type) : value;
}

/** The member of a name, as it is shown or in what the record is derived from. */
export function memberOf(value: Value, name: string): Value | undefined {
  const shown = value.child(name);
  if (shown !== undefined) return shown;
  const type = bareType(value.type);
  if (type.kind !== 'record' || type.incomplete) return undefined;
  return findMember(value, type, name);
}

function findKey(map: Value, key: Value): Value | undefined {
  const wanted = `[${key.string() === undefined ? key.text : JSON.stringify(key.string())}]`;
  const count = Math.min(map.indexedCount, KEY_SEARCH_MAX);
  for (let start = 0; start < count; start += KEY_PAGE) {
    const found = map.indexed(start, KEY_PAGE).find(({ name }) => name === wanted);
    if (found !== undefined) return found.value;
  }
  return undefined;
}

function pointedAt(pointer: Value, target: Type, index: bigint): Value {
  const type = bareType(pointer.type);
  if (type.kind !== 'pointer') throw new ExpressionError(`${pointer.typeName} is not a pointer`);
  const address = readPointer(pointer, type) + Number(index) * elementSize(target);
  const path = pointer.evaluateName;
  const evaluateName = path === undefined ? undefined : `${path}[${index}]`;
  return pointer.at(target, address, { evaluateName });
}

/** As in C, an index may be beyond the array: what is there is shown. */
function elementAt(array: Value, element: Type, index: bigint): Value {
  const path = array.evaluateName;
  const evaluateName = path === undefined ? undefined : `${path}[${index}]`;
  return array.part(element, Number(index) * elementSize(element), { evaluateName });
}

function elementSize(type: Type, at?: number): number {
  const size = byteLength(type);
  // `void *` counts in bytes, as compilers have it.
  if (bareType(type).kind === 'void') return 1;
  if (size === undefined || size === 0) {
    throw new ExpressionError(`the size of ${typeName(type)} is not known`, at);
  }
  return size;
}

/** The address that a pointer holds or an array is at, and what is there; undefined for others. */
function decayed(value: Value): { readonly address: number; readonly target: Type } | undefined {
  const type = bareType(value.type);
  if (type.kind === 'pointer') {
    return { address: readPointer(value, type), target: type.target() };
  }
  const { address } = value;
  return type.kind === 'array' && address !== undefined
    ? { address, target: type.element() }
    : undefined;
}

function addressOrNumber(value: Value, at?: number): TypedNumber {
  const pointer = decayed(value);
  if (pointer !== undefined) return integer(BigInt(pointer.address), BUILTIN.unsigned);
  const number = numberOf(value);
  if (number !== undefined) return number;
  if (value.missing !== undefined) throw new Unavailable(value.missing);
  throw new ExpressionError(`${value.typeName} is neither a number nor a pointer`, at);
}

/** Gives an error of arithmetic its place in the text. */
function located<T>(at: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ExpressionError) || error.position !== undefined) throw error;
    throw new ExpressionError(error.message, at);
  }
}
