import { ExpressionError } from './expression-error.ts';

/** Longer texts are refused. */
export const EXPRESSION_LENGTH_MAX = 2_000;

export type TokenKind = 'number' | 'character' | 'text' | 'name' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** From the start of the expression. */
  readonly at: number;
}

const NUMBER =
  /0[xX][\da-fA-F_']+[a-zA-Z]?\w*|0[bB][01_']+\w*|(?:\d[\d_']*(?:\.(?!\.)\d[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?\w*/y;
const CHARACTER = /(?:[bLuU]|u8)?'(?:[^'\\\n]|\\[^\n][^'\n]*)'/y;
const TEXT = /(?:[bLuU]|u8)?"(?:[^"\\\n]|\\.)*"/y;
/** Names may have namespaces in front; those of compilers begin with underscores or `$`. */
const NAME = /(?:::)?(?:[\p{L}_$][\p{L}\p{N}_$]*)(?:::[\p{L}_$][\p{L}\p{N}_$]*)*/uy;
const SIGN = /->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>=?:.,()[\]{}]/y;
const SPACE = /\s*/y;

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['character', CHARACTER],
  ['text', TEXT],
  ['name', NAME],
  ['number', NUMBER],
  ['sign', SIGN],
];

/** The tokens of an expression, with one of the kind `end` as the last. Throws ExpressionError. */
export function tokenize(text: string): Token[] {
  if (text.length > EXPRESSION_LENGTH_MAX) {
    throw new ExpressionError(`an expression has at most ${EXPRESSION_LENGTH_MAX} characters`);
  }
  const tokens: Token[] = [];
  let at = match(SPACE, text, 0).length;
  while (at < text.length) {
    const token = readToken(text, at, tokens.at(-1));
    tokens.push(token);
    at += token.text.length;
    at += match(SPACE, text, at).length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function readToken(text: string, at: number, before: Token | undefined): Token {
  // After a point stands the number of a field of a tuple, as in `pair.0.1`.
  if (before?.text === '.' && before.at === at - 1) {
    const field = match(/\d+/y, text, at);
    if (field !== '') return { kind: 'number', text: field, at };
  }
  // A point after a value leads to a member, and begins no number.
  if (text[at] === '.' && before !== undefined && endsValue(before)) {
    return { kind: 'sign', text: '.', at };
  }
  for (const [kind, pattern] of PATTERNS) {
    const found = match(pattern, text, at);
    if (found !== '') return { kind, text: found, at };
  }
  throw new ExpressionError(`${text[at]} is no part of an expression`, at);
}

function endsValue({ kind, text }: Token): boolean {
  return kind === 'name' || kind === 'number' || text === ')' || text === ']';
}

function match(pattern: RegExp, text: string, at: number): string {
  const sticky = new RegExp(pattern.source, pattern.flags);
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? '';
}
