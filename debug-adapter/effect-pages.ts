/**
 * The effects of executions as text, one a line: what an editor shows where a program has no source,
 * with the effect at hand as the line that it stands at.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { effectText } from '../simulator/host/text/effect-text.ts';
import type { ExecutionId } from '../simulator/journal/entry.ts';
import type { History } from '../simulator/journal/history.ts';
import type { SourceBook } from './source-book.ts';
import type { ClientNumbers } from './stopped-view.ts';
import type { Place } from './travel/place.ts';

/** Effects of one page: an editor reads it whole. */
const EFFECTS_PER_PAGE = 1000;
const LINE_LENGTH_MAX = 300;

export interface EffectPage {
  /** `parcel-1 effects`, with their numbers where there are several pages. */
  readonly name: string;
  readonly text: string;
  /** Where the effect stands, counting from 1. */
  readonly line: number;
}

export class EffectPages {
  /** By execution and page; as long as it was then. */
  private readonly made = new Map<string, { readonly count: number; readonly text: string }>();

  constructor(
    private readonly client: Pick<ClientNumbers, 'line' | 'column'>,
    private readonly sources: Pick<SourceBook, 'written'>,
  ) {}

  /**
   * An editor selects the first frame that has a source, and shows the variables of no other. Where
   * the program has none, its innermost frame stands in the list of its effects.
   */
  standIn(
    frames: DebugProtocol.StackFrame[],
    history: Pick<History, 'entries'>,
    place: Place,
  ): DebugProtocol.StackFrame[] {
    const [innermost, ...others] = frames;
    const hasSource = frames.some(({ source }) => source !== undefined);
    if (innermost === undefined || hasSource || place.kind === 'end') return frames;
    const page = this.pageOf(history, place.execution, place.seq);
    const { presentationHint: _hint, ...frame } = innermost;
    const source = this.sources.written(page.name, page.text);
    const at = { line: this.client.line(page.line), column: this.client.column(1) };
    return [{ ...frame, source, ...at }, ...others];
  }

  /** The page of an effect, which may be the one that comes next. */
  pageOf(history: Pick<History, 'entries'>, execution: ExecutionId, seq: number): EffectPage {
    const entries = history.entries(execution);
    const page = Math.floor(seq / EFFECTS_PER_PAGE);
    const first = page * EFFECTS_PER_PAGE;
    const last = Math.min(entries.length, first + EFFECTS_PER_PAGE);
    const name = first === 0 ? `${execution} effects` : `${execution} effects from #${first}`;
    return { name, text: this.text(entries, execution, first, last), line: seq - first + 1 };
  }

  private text(
    entries: ReturnType<History['entries']>,
    execution: ExecutionId,
    first: number,
    last: number,
  ): string {
    const key = `${execution} ${first}`;
    const known = this.made.get(key);
    if (known?.count === last - first) return known.text;
    const lines = entries
      .slice(first, last)
      .map((entry) => `#${entry.seq} ${lineOf(effectText(entry))}`);
    const isEnd = last - first < EFFECTS_PER_PAGE;
    const text = `${[...lines, ...(isEnd ? [`#${last} comes next, or the end`] : [])].join('\n')}\n`;
    // What still waits for its result will read differently.
    if (entries[last - 1]?.result !== undefined) this.made.set(key, { count: last - first, text });
    return text;
  }
}

function lineOf(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length <= LINE_LENGTH_MAX ? line : `${line.slice(0, LINE_LENGTH_MAX - 1)}…`;
}
