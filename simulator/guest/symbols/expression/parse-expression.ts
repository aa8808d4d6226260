import type { Type } from '../types/type.ts';
import { arithmeticType, BUILTIN, isArithmeticWord, pointerTo } from './builtin-types.ts';
import { ExpressionError } from './expression-error.ts';
import { characterLiteral, numberLiteral, textLiteral } from './literal.ts';
import type { BinaryOperator, Syntax, UnaryOperator } from './syntax.ts';
import { type Token, tokenize } from './token.ts';

/** Parentheses, brackets and signs inside each other. */
export const EXPRESSION_DEPTH_MAX = 100;

/** From what binds least to what binds most: those of C. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const UNARY: ReadonlySet<string> = new Set(['*', '&', '-', '+', '!', '~']);
const QUALIFIERS: ReadonlySet<string> = new Set(['const', 'volatile', 'mut', 'restrict']);
const KEYWORDS: ReadonlySet<string> = new Set(['struct', 'class', 'union', 'enum', 'typename']);

/** Knows the types of a program by their names. */
export type TypeLookup = (name: string) => Type | undefined;

/**
 * Reads an expression such as `items[i].price > 3 && !done`: what C, C++, Rust and Zig have in
 * common. Throws ExpressionError.
 */
export function parseExpression(text: string, types: TypeLookup): Syntax {
  return new Parser(tokenize(text), types).whole();
}

class Parser {
  private index = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly types: TypeLookup,
  ) {}

  whole(): Syntax {
    const expression = this.assignment();
    if (this.token.kind !== 'end') this.expected('an operator or the end');
    return expression;
  }

  private get token(): Token {
    // The last token is the end, which nothing steps over.
    return this.tokens[Math.min(this.index, this.tokens.length - 1)] as Token;
  }

  private assignment(): Syntax {
    const target = this.choice();
    const { at } = this.token;
    if (!this.take('=')) return target;
    return { kind: 'assignment', at, target, value: this.nested(() => this.assignment()) };
  }

  private choice(): Syntax {
    const condition = this.binary(0);
    const { at } = this.token;
    if (!this.take('?')) return condition;
    const yes = this.nested(() => this.choice());
    this.demand(':');
    return { kind: 'choice', at, condition, yes, no: this.nested(() => this.choice()) };
  }

  private binary(level: number): Syntax {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const { at } = this.token;
      const operator = operators.find((each) => this.is(each));
      if (operator === undefined) return left;
      this.index++;
      left = { kind: 'binary', at, operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): Syntax {
    const { token } = this;
    if (token.kind === 'sign' && UNARY.has(token.text)) {
      this.index++;
      const operand = this.nested(() => this.unary());
      return { kind: 'unary', at: token.at, operator: token.text as UnaryOperator, operand };
    }
    // `&&x` is the address of an address in Rust, and nothing in C.
    if (token.kind === 'name' && token.text === 'sizeof') return this.size();
    const cast = this.castType();
    if (cast !== undefined) {
      const operand = this.nested(() => this.unary());
      return { kind: 'cast', at: token.at, type: cast, operand };
    }
    return this.rustCast(this.postfix(this.primary()));
  }

  /** `x as u8` of Rust. */
  private rustCast(operand: Syntax): Syntax {
    let value = operand;
    while (this.token.kind === 'name' && this.token.text === 'as') {
      const { at } = this.token;
      this.index++;
      const named = this.typeName() ?? this.expected('a type');
      // Rust's `char` has four bytes.
      const type = named === BUILTIN.char ? BUILTIN.character : named;
      value = { kind: 'cast', at, type, operand: value };
    }
    return value;
  }

  private size(): Syntax {
    const { at } = this.token;
    this.index++;
    const type = this.castType();
    return { kind: 'size', at, of: type ?? this.nested(() => this.unary()) };
  }

  private primary(): Syntax {
    const { token } = this;
    switch (token.kind) {
      case 'number':
        this.index++;
        return numberLiteral(token);
      case 'character':
        this.index++;
        return characterLiteral(token);
      case 'text':
        this.index++;
        return textLiteral(token);
      case 'name':
        this.index++;
        return { kind: 'name', at: token.at, name: token.text };
      default:
        return this.parenthesised();
    }
  }

  private parenthesised(): Syntax {
    if (!this.take('(')) return this.expected('a value');
    const inner = this.nested(() => this.assignment());
    this.demand(')');
    return inner;
  }

  private postfix(first: Syntax): Syntax {
    let value = first;
    for (;;) {
      const { at } = this.token;
      if (this.take('.') || this.take('->')) {
        const { token } = this;
        if (token.kind !== 'name' && token.kind !== 'number') return this.expected('a member');
        this.index++;
        value = { kind: 'member', at: token.at, of: value, name: token.text };
      } else if (this.take('[')) {
        const index = this.nested(() => this.choice());
        this.demand(']');
        value = { kind: 'index', at, of: value, index };
      } else if (this.is('(')) {
        throw new ExpressionError('functions cannot be called: the program stands still', at);
      } else return value;
    }
  }

  /** The type in parentheses that stands here, if it is one; then it was stepped over. */
  private castType(): Type | undefined {
    const start = this.index;
    if (this.take('(')) {
      const type = this.typeName();
      if (type !== undefined && this.take(')')) return type;
    }
    this.index = start;
    return undefined;
  }

  /** A type such as `const struct node *` or `*const u8`; undefined when there is none. */
  private typeName(): Type | undefined {
    const start = this.index;
    let pointers = 0;
    while (this.is('*') || this.is('&')) {
      pointers++;
      this.index++;
      this.skipQualifiers();
    }
    this.skipQualifiers();
    let type = this.namedType();
    if (type === undefined) {
      this.index = start;
      return undefined;
    }
    this.skipQualifiers();
    while (this.take('*') || this.take('&')) {
      pointers++;
      this.skipQualifiers();
    }
    if (pointers > EXPRESSION_DEPTH_MAX) this.expected('fewer pointers');
    for (; pointers > 0; pointers--) type = pointerTo(type);
    return type;
  }

  private skipQualifiers(): void {
    while (this.token.kind === 'name' && QUALIFIERS.has(this.token.text)) this.index++;
  }

  private namedType(): Type | undefined {
    const words: string[] = [];
    while (this.token.kind === 'name' && isArithmeticWord(this.token.text)) {
      words.push(this.token.text);
      this.index++;
    }
    if (words.length > 0) return arithmeticType(words);
    if (this.token.kind === 'name' && KEYWORDS.has(this.token.text)) this.index++;
    if (this.token.kind !== 'name') return undefined;
    const { text } = this.token;
    this.index++;
    return this.types(this.is('<') ? text + this.templateArguments() : text);
  }

  /** `<int, 3>` as it stands in the names of types. */
  private templateArguments(): string {
    const first = this.index;
    let open = 0;
    let text = '';
    do {
      const { token } = this;
      if (token.kind === 'end') break;
      open += [...token.text].filter((sign) => sign === '<').length;
      open -= [...token.text].filter((sign) => sign === '>').length;
      text += token.text === ',' ? ', ' : token.text;
      this.index++;
    } while (open > 0);
    if (open !== 0) this.index = first;
    return text;
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > EXPRESSION_DEPTH_MAX) {
      throw new ExpressionError('an expression is nested too deeply', this.token.at);
    }
    const result = read();
    this.depth--;
    return result;
  }

  private is(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.text === sign;
  }

  private take(sign: string): boolean {
    if (!this.is(sign)) return false;
    this.index++;
    return true;
  }

  private demand(sign: string): void {
    if (!this.take(sign)) this.expected(sign);
  }

  private expected(what: string): never {
    const { at, kind, text } = this.token;
    const found = kind === 'end' ? 'the expression ends' : `there is ${text}`;
    throw new ExpressionError(`expected ${what}, but ${found}`, at);
  }
}
