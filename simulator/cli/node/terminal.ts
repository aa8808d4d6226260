/** What the streams of this process can show. */
import type { TextStyle } from '../../host/text/style.ts';

const WIDTH_DEFAULT = 100;
/** Longer lines are hard to follow, however wide the window is. */
const WIDTH_MAX = 140;

export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string | Uint8Array): unknown;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Colours on a terminal only, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function styleOf(stream: OutputStream, environment: Environment): TextStyle {
  const columns = stream.columns ?? (Number(environment.COLUMNS) || WIDTH_DEFAULT);
  return {
    colors: hasColors(stream, environment),
    unicode: hasUnicode(environment),
    width: Math.min(columns, WIDTH_MAX),
  };
}

function hasColors(stream: OutputStream, environment: Environment): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}

/** By the locale (POSIX); where none is set, terminals of today show UTF-8. */
function hasUnicode(environment: Environment): boolean {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = environment;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '');
  if (locale !== undefined) return /utf-?8/i.test(locale);
  return TERM !== 'linux' && TERM !== 'dumb';
}

/** One line that is written over again while something takes long; nothing where it would stay. */
export class StatusLine {
  private shown = false;

  constructor(private readonly stream: OutputStream) {}

  show(text: string): void {
    if (this.stream.isTTY !== true) return;
    const columns = this.stream.columns ?? WIDTH_DEFAULT;
    this.shown = true;
    this.stream.write(`\r\u001b[K${text.slice(0, columns - 1)}`);
  }

  /** Before anything else is written to the terminal. */
  clear(): void {
    if (!this.shown) return;
    this.shown = false;
    this.stream.write('\r\u001b[K');
  }
}
