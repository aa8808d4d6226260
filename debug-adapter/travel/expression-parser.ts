import { type BinaryOperator, type Expression, ExpressionError } from './expression.ts';

/** Longer texts are refused. */
export const EXPRESSION_LENGTH_MAX = 2000;
/** Parentheses and negations inside each other. */
export const EXPRESSION_DEPTH_MAX = 100;

type Token =
  | {
      readonly kind: 'number' | 'text' | 'name' | 'sign';
      readonly text: string;
      readonly at: number;
    }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number };

const TOKEN =
  /\s*(?:(?<number>-?\d+(?:\.\d+)?)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<name>[A-Za-z_]\w*)|(?<sign>==|!=|<=|>=|&&|\|\||[<>!().[\]]))/y;

/** From what binds least to what binds most. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
];

const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Reads a text such as `args.method == "POST" && result.status >= 500`; throws ExpressionError. */
export function parseExpression(text: string): Expression {
  if (text.length > EXPRESSION_LENGTH_MAX) {
    throw new ExpressionError(`an expression has at most ${EXPRESSION_LENGTH_MAX} characters`);
  }
  return new Parser(text).whole();
}

class Parser {
  private readonly tokens: readonly Token[];
  private index = 0;
  private depth = 0;

  constructor(private readonly text: string) {
    this.tokens = tokenize(text);
  }

  whole(): Expression {
    const expression = this.level(0);
    if (this.token.kind !== 'end') this.fail('an operator or the end');
    return expression;
  }

  private get token(): Token {
    // The last token is the end, which nothing steps over.
    return this.tokens[this.index] ?? { kind: 'end', text: '', at: this.text.length };
  }

  private level(number: number): Expression {
    const operators = LEVELS[number];
    if (operators === undefined) return this.unary();
    let left = this.level(number + 1);
    for (;;) {
      const operator = operators.find((each) => this.isSign(each));
      if (operator === undefined) return left;
      this.index++;
      left = { kind: 'binary', operator, left, right: this.level(number + 1) };
    }
  }

  private unary(): Expression {
    if (++this.depth > EXPRESSION_DEPTH_MAX) {
      throw new ExpressionError(`more than ${EXPRESSION_DEPTH_MAX} parentheses and negations`);
    }
    const expression = this.takeSign('!')
      ? ({ kind: 'not', operand: this.unary() } as const)
      : this.primary();
    this.depth--;
    return expression;
  }

  private primary(): Expression {
    const { token } = this;
    if (this.takeSign('(')) {
      const inner = this.level(0);
      if (!this.takeSign(')')) this.fail('")"');
      return inner;
    }
    if (token.kind === 'number' || token.kind === 'text') {
      this.index++;
      return { kind: 'literal', value: literalValue(token) };
    }
    if (token.kind !== 'name') return this.fail('a field, a number or a text');
    this.index++;
    const constant = CONSTANTS.get(token.text);
    if (constant !== undefined) return { kind: 'literal', value: constant };
    return { kind: 'path', root: token.text, steps: this.steps() };
  }

  private steps(): (string | number)[] {
    const steps: (string | number)[] = [];
    for (;;) {
      if (this.takeSign('.')) {
        if (this.token.kind !== 'name') this.fail('the name of a field');
        steps.push(this.token.text);
        this.index++;
      } else if (this.takeSign('[')) {
        const { token } = this;
        if (token.kind !== 'number' && token.kind !== 'text') this.fail('a number or a text');
        steps.push(literalValue(token));
        this.index++;
        if (!this.takeSign(']')) this.fail('"]"');
      } else return steps;
    }
  }

  private isSign(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.text === sign;
  }

  private takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.index++;
    return true;
  }

  private fail(wanted: string): never {
    const { at, kind, text } = this.token;
    const found = kind === 'end' ? 'the end' : text;
    throw new ExpressionError(
      `${this.text}: expected ${wanted} at column ${at + 1}, found ${found}`,
    );
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < end) {
    TOKEN.lastIndex = at;
    const { groups } = TOKEN.exec(text) ?? {};
    const [kind, found] =
      Object.entries(groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (kind === undefined || found === undefined) {
      const column = at + 1 + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
      throw new ExpressionError(`${text}: column ${column} is no part of an expression`);
    }
    at = TOKEN.lastIndex;
    tokens.push({ kind: kind as 'name', text: found, at: at - found.length });
  }
  return tokens;
}

function literalValue({ kind, text }: Token): string | number {
  if (kind === 'number') return Number(text);
  return text
    .slice(1, -1)
    .replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
