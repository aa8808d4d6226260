/**
 * A JSON document with comments and trailing commas, read as values that know their place. Owns
 * the list of problems; reading a value that does not fit reports a problem and gives undefined,
 * so that one pass over the document finds them all.
 *
 * D1: every problem names a place inside the text.
 * D2: nothing is thrown for any text; `finish` throws the one ConfigError.
 */
import {
  createScanner,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { ConfigError, type ConfigProblem, type ConfigProblemCode } from './problem.ts';
import { Value } from './value.ts';

const TEXT_LENGTH_MAX = 4 * 1024 * 1024;
/** The parser recurses, so a file of nothing but brackets would overflow the stack. */
const DEPTH_MAX = 64;
const PROBLEMS_MAX = 100;

/** By the names that printParseErrorCode gives. */
const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  InvalidSymbol: 'not a JSON value; text needs double quotes',
  InvalidNumberFormat: 'not a JSON number',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected "," before this',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: 'expected the end of the file',
  UnexpectedEndOfComment: 'the comment is not closed with "*/"',
  UnexpectedEndOfString: 'the text is not closed with a double quote',
  UnexpectedEndOfNumber: 'the number is not finished',
  InvalidUnicode: 'expected four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'not an escape; allowed are \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u',
  InvalidCharacter: 'control characters in text are written as escapes, like \\n',
};

export class Document {
  readonly #problems: { problem: ConfigProblem; offset: number }[] = [];
  readonly #lineStarts: number[] = [0];
  readonly #text: string;

  constructor(
    text: string,
    readonly file: string,
  ) {
    // Editors do not count a byte order mark as a column either.
    this.#text = text.startsWith('\uFEFF') ? text.slice(1) : text;
    for (let at = this.#text.indexOf('\n'); at >= 0; at = this.#text.indexOf('\n', at + 1)) {
      this.#lineStarts.push(at + 1);
    }
  }

  /** The whole document as a value; undefined, with a problem reported, if it is not JSON. */
  root(): Value | undefined {
    if (this.#text.length > TEXT_LENGTH_MAX) {
      this.report(0, 'syntax', `the file is longer than ${TEXT_LENGTH_MAX} characters`);
      return undefined;
    }
    const tooDeep = offsetBeyondDepth(this.#text);
    if (tooDeep !== undefined) {
      this.report(tooDeep, 'syntax', `nested more than ${DEPTH_MAX} levels deep`);
      return undefined;
    }
    const errors: ParseError[] = [];
    const node: Node | undefined = parseTree(this.#text, errors, { allowTrailingComma: true });
    for (const { error, offset } of errors) {
      this.report(
        offset,
        'syntax',
        SYNTAX_MESSAGES[printParseErrorCode(error)] ?? 'not valid JSON',
      );
    }
    return node === undefined || errors.length > 0 ? undefined : new Value(this, node, '');
  }

  report(offset: number, code: ConfigProblemCode, message: string): void {
    if (this.#problems.length >= PROBLEMS_MAX) return;
    const { line, column } = this.#place(offset);
    this.#problems.push({ offset, problem: { code, line, column, message } });
  }

  /** Throws a ConfigError if anything was reported. */
  finish(): void {
    if (this.#problems.length === 0) return;
    const inOrder = this.#problems.toSorted((left, right) => left.offset - right.offset);
    throw new ConfigError(
      this.file,
      inOrder.map(({ problem }) => problem),
    );
  }

  #place(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}

/** Where the document is nested deeper than allowed; undefined when it is not. */
function offsetBeyondDepth(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    if (offset >= text.length) return undefined;
    // A bracket inside text or a comment is never the first character of a token.
    const first = text[offset];
    if (first === '{' || first === '[') depth++;
    if (first === '}' || first === ']') depth--;
    if (depth > DEPTH_MAX) return offset;
  }
}
