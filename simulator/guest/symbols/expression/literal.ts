import { ExpressionError } from './expression-error.ts';
import type { Syntax } from './syntax.ts';
import type { Token } from './token.ts';

const INTEGER =
  /^(0[xX][\da-fA-F]+|0[bB][01]+|0o[0-7]+|\d+)([uUlLzZ]*|[iu](?:8|16|32|64|128|size))$/;
const FLOAT = /^(\d*\.?\d*(?:[eE][+-]?\d+)?)([fFlL]|f32|f64)?$/;

/** Reads a number as C, C++, Rust and Zig write it. Throws ExpressionError. */
export function numberLiteral({ text, at }: Token): Syntax {
  const plain = text.replaceAll(/[_']/g, '');
  const [, digits, suffix] = INTEGER.exec(plain) ?? [];
  if (digits !== undefined) {
    const isDecimal = !/^0\w/.test(digits);
    return { kind: 'integer', at, value: integerOf(digits), suffix: suffix ?? '', isDecimal };
  }
  const [, number, kind] = FLOAT.exec(plain) ?? [];
  if (number === undefined || number === '' || number === '.') {
    throw new ExpressionError(`${text} is not a number`, at);
  }
  const isSingle = kind === 'f' || kind === 'F' || kind === 'f32';
  return { kind: 'float', at, value: Number(number), isSingle };
}

function integerOf(digits: string): bigint {
  // C writes octal numbers with a zero in front.
  return /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
}

export function characterLiteral({ text, at }: Token): Syntax {
  const [, prefix, content] = /^(\w*)'([\s\S]*)'$/.exec(text) ?? [];
  const characters = [...unescaped(content ?? '', at)];
  const [character] = characters;
  if (character === undefined || characters.length !== 1) {
    throw new ExpressionError(`${text} is not one character`, at);
  }
  return {
    kind: 'character',
    at,
    point: character.codePointAt(0) ?? 0,
    isWide: prefix !== '' && prefix !== 'b',
  };
}

export function textLiteral({ text, at }: Token): Syntax {
  const content = text.slice(text.indexOf('"') + 1, -1);
  return { kind: 'text', at, text: unescaped(content, at) };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

const ESCAPE = /\\(?:x([\da-fA-F]{1,2})|u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|([0-7]{1,3})|(.))/g;

function unescaped(text: string, at: number): string {
  return text.replaceAll(
    ESCAPE,
    (_, byte?: string, braced?: string, short?: string, octal?: string, letter?: string) => {
      const hexadecimal = byte ?? braced ?? short;
      if (hexadecimal !== undefined) return character(Number.parseInt(hexadecimal, 16), at);
      if (octal !== undefined) return character(Number.parseInt(octal, 8), at);
      return ESCAPES.get(letter ?? '') ?? letter ?? '';
    },
  );
}

function character(point: number, at: number): string {
  if (point > 0x10ffff) throw new ExpressionError('there is no such character', at);
  return String.fromCodePoint(point);
}
