/** How text for terminals looks: colours, signs and the width of a line. */
import { cellWidth, cutToWidth } from './cell-width.ts';

export interface TextStyle {
  readonly colors: boolean;
  /** False for terminals that show ASCII only. */
  readonly unicode: boolean;
  /** Columns of a line. */
  readonly width: number;
}

export const PLAIN_STYLE: TextStyle = { colors: false, unicode: true, width: 100 };

/** Lines that are narrower than this are not cut any more. */
export const WIDTH_MIN = 40;

export type Paint = 'dim' | 'bold' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';

/** Codes of "select graphic rendition" (ECMA-48) that begin and end each paint. */
const CODES: Readonly<Record<Paint, readonly [number, number]>> = {
  dim: [2, 22],
  bold: [1, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  magenta: [35, 39],
};

export interface Span {
  readonly text: string;
  readonly paint?: Paint | undefined;
}

export function span(text: string, paint?: Paint): Span {
  return { text, paint };
}

/** Every sign is one column wide, so that columns stay straight in every font. */
const UNICODE_SIGNS = {
  first: '╭─',
  last: '╰─',
  open: '╰╌',
  rail: '│',
  gap: '┊',
  later: '⋯',
  arrow: '→',
  fault: '↯',
  ok: '✓',
  failed: '✗',
  again: '↻',
  suspended: '‖',
  resumed: '▸',
  refused: '⊘',
  question: '?',
  input: '←',
  output: '▏',
  ellipsis: '…',
  rule: '─',
} as const;

export type Sign = keyof typeof UNICODE_SIGNS;

const ASCII_SIGNS: Readonly<Record<Sign, string>> = {
  first: '.-',
  last: "'-",
  open: "'.",
  rail: '|',
  gap: ':',
  later: '..',
  arrow: '->',
  fault: '!',
  ok: '+',
  failed: 'x',
  again: '@',
  suspended: '=',
  resumed: '>',
  refused: '/',
  question: '?',
  input: '<',
  output: '> ',
  ellipsis: '..',
  rule: '-',
};

export function sign({ unicode }: TextStyle, name: Sign): string {
  return unicode ? UNICODE_SIGNS[name] : ASCII_SIGNS[name];
}

/** Paints spans and leaves no space at the end of the line. */
export function paintLine(spans: readonly Span[], style: TextStyle): string {
  let end = spans.length;
  while (end > 0 && spans[end - 1]?.text.trimEnd() === '') end--;
  return spans
    .slice(0, end)
    .map(({ text, paint }, index) => {
      const shown = asciiOnly(index === end - 1 ? text.trimEnd() : text, style);
      if (!style.colors || paint === undefined || shown === '') return shown;
      const [begin, over] = CODES[paint];
      return `\u001b[${begin}m${shown}\u001b[${over}m`;
    })
    .join('');
}

/** What a terminal without Unicode cannot show becomes a question mark. */
function asciiOnly(text: string, { unicode }: TextStyle): string {
  return unicode ? text : text.replace(/[^\u0020-\u007e]/gu, '?');
}

export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + cellWidth(text), 0);
}

/** Cuts the text of spans to a number of columns, with an ellipsis where something is missing. */
export function cutSpans(spans: readonly Span[], width: number, style: TextStyle): Span[] {
  if (spansWidth(spans) <= width) return [...spans];
  const ellipsis = sign(style, 'ellipsis');
  let left = Math.max(0, width - ellipsis.length);
  const kept: Span[] = [];
  for (const { text, paint } of spans) {
    const cut = cutToWidth(text, left);
    kept.push({ text: cut, paint });
    left -= cellWidth(cut);
    if (cut.length < text.length) break;
  }
  return [...kept, { text: ellipsis, paint: 'dim' }];
}

/** One line: `left` from the margin, cut where needed, and `right` at the other end. */
export function spread(left: readonly Span[], right: readonly Span[], style: TextStyle): string {
  const width = Math.max(style.width, WIDTH_MIN);
  const rightWidth = spansWidth(right);
  if (rightWidth === 0) return paintLine(cutSpans(left, width, style), style);
  const cut = cutSpans(left, width - rightWidth - 2, style);
  const gap = ' '.repeat(Math.max(2, width - rightWidth - spansWidth(cut)));
  return paintLine([...cut, span(gap), ...right], style);
}
