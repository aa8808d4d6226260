/** The parts of a recording that goes on for long, each a recording that opens on its own. */
import type { InputRow } from '../journal/records.ts';

/** Where in its simulation a part begins. */
export interface RecordingPart {
  /** Counts from 1; the first has everything from the simulation's start. */
  readonly number: number;
  /** Steps of the simulation before it. */
  readonly steps: number;
  /** Inputs that the parts before it hold. */
  readonly inputs: number;
}

export const FIRST_PART: RecordingPart = { number: 1, steps: 0, inputs: 0 };

/** The key of a recording's meta row that holds its part; the first has none. */
export const PART_KEY = 'part';

const EXTENSION = '.backstitch';
const DIGITS = 4;

/** Where a part of the recording at `path` is: `till.backstitch`, then `till.0002.backstitch`. */
export function partPath(path: string, number: number): string {
  if (number === 1) return path;
  const hasExtension = path.endsWith(EXTENSION);
  const stem = hasExtension ? path.slice(0, -EXTENSION.length) : path;
  return `${stem}.${String(number).padStart(DIGITS, '0')}${hasExtension ? EXTENSION : ''}`;
}

/** The first part's path, from that of a part; undefined when the file has another name by now. */
export function firstPartPath(path: string, { number }: RecordingPart): string | undefined {
  const end = partPath(EXTENSION, number);
  if (path.endsWith(end)) return path.slice(0, -end.length) + EXTENSION;
  const plainEnd = partPath('', number);
  return path.endsWith(plainEnd) ? path.slice(0, path.length - plainEnd.length) : undefined;
}

export function partIn(meta: ReadonlyMap<string, string>): RecordingPart {
  const text = meta.get(PART_KEY);
  if (text === undefined) return FIRST_PART;
  const { number, steps, inputs } = JSON.parse(text) as Record<keyof RecordingPart, unknown>;
  return { number: Number(number), steps: Number(steps), inputs: Number(inputs) };
}

/**
 * Whether an input was made up when a recording was run again, and so is in none of the parts
 * before: the cancelling of an execution at one of its effects. It comes before all others.
 */
export function isAdded({ kind, data }: InputRow): boolean {
  return kind === 'cancel' && data.after !== undefined;
}
