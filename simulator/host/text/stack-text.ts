import type { SourcePlace, StackFrameView } from '../protocol.ts';
import { countText } from './bytes-text.ts';

/** Frames shown of a long stack, from its inner and outer end. */
const INNER_FRAMES_MAX = 20;
const OUTER_FRAMES_MAX = 10;

/** `order.c:42`, without the folders. */
export function placeText({ file, line }: SourcePlace): string {
  return `${baseName(file)}:${line}`;
}

export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

export interface StackOptions {
  /** Put before every line. */
  readonly indent?: string;
  /** Leaves out frames of libraries and runtimes, unless there are no others. */
  readonly userOnly?: boolean;
}

/** One line a frame, innermost first: `charge (order.c:92)`. Empty for an empty stack. */
export function stackText(frames: readonly StackFrameView[], options: StackOptions = {}): string {
  const { indent = '', userOnly = false } = options;
  const own = userOnly ? frames.filter(({ user }) => user) : frames;
  return elided(own.length > 0 ? own : frames)
    .map((line) => indent + line)
    .join('\n');
}

function elided(frames: readonly StackFrameView[]): string[] {
  const lines = folded(frames);
  const hidden = lines.length - INNER_FRAMES_MAX - OUTER_FRAMES_MAX;
  if (hidden <= 0) return lines;
  return [
    ...lines.slice(0, INNER_FRAMES_MAX),
    `... ${countText(hidden, 'frame')} more ...`,
    ...lines.slice(-OUTER_FRAMES_MAX),
  ];
}

/** One line for a function that called itself at the same place again and again. */
function folded(frames: readonly StackFrameView[]): string[] {
  const lines: string[] = [];
  let last = '';
  let count = 0;
  const flush = (): void => {
    if (count > 0) lines.push(count === 1 ? last : `${last}, ${countText(count, 'time')}`);
  };
  for (const frame of frames) {
    const text = frameText(frame);
    if (text !== last) {
      flush();
      last = text;
      count = 0;
    }
    count++;
  }
  flush();
  return lines;
}

export function frameText({ functionName, codeOffset, source }: StackFrameView): string {
  if (source === undefined) return `${functionName} (code offset 0x${codeOffset.toString(16)})`;
  const column = source.column > 0 ? `:${source.column}` : '';
  return `${functionName} (${source.file}:${source.line}${column})`;
}
