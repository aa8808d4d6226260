import { bareType, type Type } from '../types/type.ts';
import { integerBytes } from '../values/scalar.ts';
import type { Value } from '../values/value.ts';
import type { ValueWorld } from '../values/value-world.ts';
import { builtinType } from './builtin-types.ts';
import { memberOf } from './evaluate.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { temporary } from './number-of-value.ts';

/** A variable that can be named in a frame. */
export interface NamedVariable {
  readonly name: string;
  readonly read: () => Value;
}

/** What a program's debug information knows by names, wherever it is. */
export interface ProgramNames {
  type(name: string): Type | undefined;
  variable(name: string): Value | undefined;
  enumerator(name: string): { readonly type: Type; readonly value: bigint } | undefined;
}

/** The names of one frame: its variables, members of its object, its unit's and all globals. */
export class FrameScope implements ExpressionScope {
  constructor(
    readonly world: ValueWorld,
    private readonly locals: readonly NamedVariable[],
    private readonly globals: readonly NamedVariable[],
    private readonly program: ProgramNames,
  ) {}

  value(name: string): Value | undefined {
    const plain = name.replace(/^::/, '');
    const local = this.locals.find((each) => each.name === plain);
    if (local !== undefined && plain === name) return local.read();
    return this.ownMember(plain) ?? this.global(plain) ?? this.enumerator(plain);
  }

  type(name: string): Type | undefined {
    const plain = name.replace(/^::/, '');
    return builtinType(plain) ?? this.program.type(plain);
  }

  names(): readonly string[] {
    const own = this.locals.find(({ name }) => name === 'this')?.read();
    const members = own?.named().map(({ name }) => name) ?? [];
    const variables = [...this.locals, ...this.globals].map(({ name }) => name);
    return [...new Set([...variables, ...members])];
  }

  /** In a method of C++, members need no `this`. */
  private ownMember(name: string): Value | undefined {
    const object = this.locals
      .find((each) => each.name === 'this')
      ?.read()
      .dereferenced();
    if (object === undefined || bareType(object.type).kind !== 'record') return undefined;
    return memberOf(object, name);
  }

  /** One of the unit, by its full name or the end of it; else one of the whole program. */
  private global(name: string): Value | undefined {
    const own =
      this.globals.find((each) => each.name === name) ??
      this.globals.find((each) => each.name.endsWith(`::${name}`));
    return own?.read() ?? this.program.variable(name);
  }

  private enumerator(name: string): Value | undefined {
    const found = this.program.enumerator(name);
    if (found === undefined) return undefined;
    const type = bareType(found.type);
    const size = type.kind === 'enumeration' ? type.byteLength : 4;
    return temporary(found.type, integerBytes(found.value, size), this.world);
  }
}
