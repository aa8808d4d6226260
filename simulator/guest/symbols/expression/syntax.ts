import type { Type } from '../types/type.ts';

export type UnaryOperator = '*' | '&' | '-' | '+' | '!' | '~';

export type BinaryOperator =
  | '||'
  | '&&'
  | '|'
  | '^'
  | '&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '<<'
  | '>>'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';

/** An expression over a program's variables; `at` is where it, or its operator, stands in the text. */
export type Syntax = { readonly at: number } & (
  | {
      readonly kind: 'integer';
      readonly value: bigint;
      readonly suffix: string;
      readonly isDecimal: boolean;
    }
  | { readonly kind: 'float'; readonly value: number; readonly isSingle: boolean }
  | { readonly kind: 'character'; readonly point: number; readonly isWide: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Syntax; readonly name: string }
  | { readonly kind: 'index'; readonly of: Syntax; readonly index: Syntax }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Syntax }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Syntax;
      readonly right: Syntax;
    }
  | { readonly kind: 'cast'; readonly type: Type; readonly operand: Syntax }
  | { readonly kind: 'size'; readonly of: Type | Syntax }
  | {
      readonly kind: 'choice';
      readonly condition: Syntax;
      readonly yes: Syntax;
      readonly no: Syntax;
    }
  | { readonly kind: 'assignment'; readonly target: Syntax; readonly value: Syntax }
);
