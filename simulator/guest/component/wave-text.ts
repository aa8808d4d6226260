/** Words and characters of WAVE, the text form of values of the component model. */

/** A text that is not a value of its type; `at` counts characters of the text from 0. */
export class WaveError extends Error {
  override readonly name = 'WaveError';
  constructor(
    readonly what: string,
    readonly at: number,
  ) {
    super(`${what} (at character ${at + 1})`);
  }
}

/** Words with a meaning of their own; a name that is one of them is written with a `%`. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'true',
  'false',
  'inf',
  'nan',
  'some',
  'none',
  'ok',
  'err',
]);

export function nameText(name: string): string {
  return KEYWORDS.has(name) ? `%${name}` : name;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  t: '\t',
  n: '\n',
  r: '\r',
};
const ESCAPED = new Map(Object.entries(ESCAPES).map(([letter, text]) => [text, `\\${letter}`]));
const CONTROL_MAX = 0x1f;
const DELETE = 0x7f;

/** A string or character in its quotes. */
export function quoted(text: string, quote: '"' | "'"): string {
  let result = quote as string;
  for (const each of text) {
    const other = each === '"' || each === "'" ? each !== quote : false;
    result += other ? each : (ESCAPED.get(each) ?? controlText(each));
  }
  return result + quote;
}

function controlText(each: string): string {
  const code = each.codePointAt(0) ?? 0;
  return code <= CONTROL_MAX || code === DELETE ? `\\u{${code.toString(16)}}` : each;
}

const NAME = /%?[A-Za-z][A-Za-z0-9-]*/y;
const NUMBER = /-?(?:inf|nan|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;
const BLANK = /(?:\s+|\/\/[^\n]*)*/y;
const UNICODE_ESCAPE = /u\{([0-9a-fA-F]{1,6})\}/y;
const SURROGATES = { first: 0xd800, last: 0xdfff };

/** Reads WAVE word by word; blanks and comments between words are skipped. */
export class WaveReader {
  at = 0;

  constructor(readonly text: string) {
    this.skipBlank();
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  fail(what: string, at = this.at): never {
    throw new WaveError(what, at);
  }

  /** What comes next, for messages. */
  get next(): string {
    if (this.done) return 'the end';
    const word = this.peekMatch(NAME) ?? this.peekMatch(NUMBER);
    return word ?? `${String.fromCodePoint(this.text.codePointAt(this.at) ?? 0)}`;
  }

  /** Takes a punctuation mark when it comes next. */
  take(mark: string): boolean {
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    this.skipBlank();
    return true;
  }

  expect(mark: string, what: string): void {
    if (!this.take(mark)) this.fail(`expected ${mark} ${what}, not ${this.next}`);
  }

  peekName(): string | undefined {
    return this.peekMatch(NAME);
  }

  takeName(): string | undefined {
    return this.takeMatch(NAME);
  }

  takeNumber(): string | undefined {
    return this.takeMatch(NUMBER);
  }

  /** A string, or a character, in its quotes; undefined when no quote comes next. */
  takeQuoted(quote: '"' | "'"): string | undefined {
    if (this.text[this.at] !== quote) return undefined;
    const start = this.at;
    this.at++;
    let result = '';
    for (;;) {
      const code = this.text.codePointAt(this.at);
      if (code === undefined) this.fail(`a ${quote} is never closed`, start);
      if (code >= SURROGATES.first && code <= SURROGATES.last) {
        this.fail('half a character stands alone');
      }
      const each = String.fromCodePoint(code);
      this.at += each.length;
      if (each === quote) break;
      result += each === '\\' ? this.takeEscape() : each;
    }
    this.skipBlank();
    return result;
  }

  private takeEscape(): string {
    const start = this.at - 1;
    const letter = this.text[this.at] ?? '';
    const simple = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (simple !== undefined) {
      this.at++;
      return simple;
    }
    UNICODE_ESCAPE.lastIndex = this.at;
    const [whole, digits] = UNICODE_ESCAPE.exec(this.text) ?? [];
    const code = Number.parseInt(digits ?? '', 16);
    const isSurrogate = code >= SURROGATES.first && code <= SURROGATES.last;
    if (whole === undefined || code > 0x10ffff || isSurrogate) {
      this.fail(`there is no character \\${letter}${whole?.slice(1) ?? ''}`, start);
    }
    this.at += whole.length;
    return String.fromCodePoint(code);
  }

  private peekMatch(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0];
  }

  private takeMatch(pattern: RegExp): string | undefined {
    const word = this.peekMatch(pattern);
    if (word === undefined) return undefined;
    this.at += word.length;
    this.skipBlank();
    return word;
  }

  private skipBlank(): void {
    this.at += this.peekMatch(BLANK)?.length ?? 0;
  }
}
