/** The values that an expression had, as clients are told them. */

import { isRuntimeFile } from '../simulator/guest/symbols/index.ts';
import { executionId } from '../simulator/journal/entry.ts';
import type { OutputPlace } from './client-port.ts';
import { historyOf } from './data-target-request.ts';
import { debugErrors } from './debug-error.ts';
import type { SessionState } from './session-state.ts';
import { folderOf } from './source-paths.ts';
import { HISTORY_LENGTH_MAX, valueHistory } from './travel/data/value-history.ts';
import { Interrupted } from './travel/statements/reruns.ts';

/** A value and the statement that gave it; \`backstitch/seek\` goes there by its tick. */
export interface ToldValue extends Partial<OutputPlace> {
  readonly execution: string;
  readonly tick: number;
  readonly seq: number;
  /** The attempt whose crash took it away, or null. */
  readonly lostWith: number | null;
  readonly value: string;
  /** The function. */
  readonly where: string;
}

export interface ToldHistory {
  readonly values: readonly ToldValue[];
  /** There are more values than are told. */
  readonly isCut: boolean;
}

/** Throws DebugError for what has no value, and when it is cancelled. */
export function toldHistory(
  state: SessionState,
  expression: string,
  frameId: number | undefined,
): ToldHistory {
  try {
    return readHistory(state, expression, frameId);
  } catch (error) {
    if (error instanceof Interrupted) throw debugErrors.cancelled('the history of values');
    throw error;
  }
}

function readHistory(
  state: SessionState,
  expression: string,
  frameId: number | undefined,
): ToldHistory {
  const { target, place } = historyOf(state, expression, frameId);
  const { execution } = place;
  const paths = state.traveller.pathsOf(execution);
  if (paths === undefined) throw debugErrors.notWatchable(expression, 'it has no statements');
  const { lines, debug } = state.target.knownProgram(execution).locator;
  const isUserCode = (offset: number): boolean => {
    const line = lines.lineAt(offset);
    return line !== undefined && !isRuntimeFile(line.file);
  };
  const folder = folderOf(state.target.originOf(execution));
  const placeOf = (offset: number): Partial<OutputPlace> => {
    const line = lines.lineAt(offset);
    if (line === undefined) return {};
    return {
      source: state.sources.source(line.file, folder, true),
      line: state.port.line(line.line),
      column: state.port.column(Math.max(1, line.column)),
    };
  };
  const { values, isCut } = valueHistory(paths, target, isUserCode);
  const told = values.map(({ tick, seq, value, offset, lostWith = null }) => {
    const where = debug.framesAt(offset)[0]?.functionName ?? 'unknown';
    return { execution, tick, seq, lostWith, value, where, ...placeOf(offset) };
  });
  return { values: told, isCut };
}

/** Prints the values in the console, each with a link to its line; the summary. */
export function printHistory(
  state: SessionState,
  expression: string,
  frameId: number | undefined,
): string {
  const { values, isCut } = toldHistory(state, expression, frameId);
  for (const each of values) {
    const { execution, tick, seq, value, where, source, line, column = 1 } = each;
    const lostWith = each.lostWith ?? undefined;
    const instant = { execution: executionId(execution), seq, tick, lostWith };
    const isPlaced = source !== undefined && line !== undefined;
    const place = isPlaced ? { source, line, column, instant } : undefined;
    const lost = lostWith === undefined ? '' : `, lost with attempt ${lostWith}`;
    const text = `${expression} = ${value}  in ${where}, statement ${tick}${lost}\n`;
    state.port.output(text, 'console', place);
  }
  const count = isCut ? `the first ${HISTORY_LENGTH_MAX} values` : `${values.length} values`;
  return `${count} of ${expression}`;
}
