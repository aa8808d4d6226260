/** Finds what can be watched of a stopped program. */
import type { FrameState } from '../../../simulator/guest/symbols/frame-state.ts';
import {
  type DebugInfo,
  ExpressionError,
  isUserFrame,
} from '../../../simulator/guest/symbols/index.ts';
import { MemoryStorage } from '../../../simulator/guest/symbols/locations/storage.ts';
import { Value } from '../../../simulator/guest/symbols/values/value.ts';
import { functionBody } from '../../../simulator/guest/wasm/index.ts';
import type { ExecutionId } from '../../../simulator/journal/entry.ts';
import { debugErrors } from '../../debug-error.ts';
import type { KnownProgram } from '../statements/program-book.ts';
import type { Call } from '../statements/reruns.ts';
import type { Snapshot, SnapshotFrame } from '../statements/snapshot.ts';
import type { DataTarget, FrameTarget, MemoryTarget } from './data-target.ts';

/** Bytes of one watched value. */
export const WATCHED_BYTES_MAX = 65_536;
/** Bytes that are shown of what has no type. */
const BYTES_SHOWN_MAX = 64;

/** A value of a stop, with its frame where it was found in one. */
export interface Sighting {
  readonly name: string;
  readonly value: Value;
  readonly frame: SnapshotFrame | undefined;
}

export class DataFinder {
  constructor(
    private readonly execution: ExecutionId,
    private readonly known: KnownProgram,
    private readonly snapshot: Snapshot,
  ) {}

  /**
   * A value where it is in memory, or else what its expression gives in its frame.
   * Throws DebugError when there is neither.
   */
  ofValue({ name, value, frame }: Sighting): DataTarget {
    const { address, byteLength } = value;
    if (address === undefined) return this.ofExpression(name, value, frame);
    if (byteLength === undefined || byteLength === 0) {
      throw debugErrors.notWatchable(name, 'its size is not known');
    }
    const textIn = (memory: Uint8Array): string =>
      new Value(
        value.type,
        new MemoryStorage(memory, address),
        { ...value.world, memory },
        value.options,
      ).text;
    return this.inMemory(name, address, byteLength, this.ownerOf(address), textIn);
  }

  /** As `ofValue`, but what is read through variables of a function is looked for in its calls. */
  ofHistory(sighting: Sighting): DataTarget {
    const { name, value, frame } = sighting;
    if (frame === undefined || this.isEverywhere(sighting)) return this.ofValue(sighting);
    return this.ofExpression(name, value.called(name), frame);
  }

  /** Whether an expression needs no frame to be read. */
  private isEverywhere({ name, value, frame }: Sighting): boolean {
    if (value.address === undefined || frame?.state === undefined) return false;
    const { debug } = this.known.locator;
    try {
      const alone = debug.evaluate(name, withoutFrame(frame.state), frame.inlineLevel).value;
      return alone.address === value.address;
    } catch (error) {
      if (error instanceof ExpressionError) return false;
      throw error;
    }
  }

  /** Bytes of the memory, whatever they are used for. */
  ofAddress(start: number, length: number): DataTarget {
    const name = `${length} bytes at 0x${start.toString(16)}`;
    return this.inMemory(name, start, length, undefined, (memory) =>
      bytesText(memory, start, length),
    );
  }

  private inMemory(
    name: string,
    start: number,
    length: number,
    owner: SnapshotFrame | undefined,
    textIn: (memory: Uint8Array) => string,
  ): MemoryTarget {
    if (length > WATCHED_BYTES_MAX) {
      const limit = `it has ${length} bytes, and at most ${WATCHED_BYTES_MAX} can be watched`;
      throw debugErrors.notWatchable(name, limit);
    }
    const call = owner === undefined ? undefined : this.callOf(owner);
    const functionName = call === undefined ? undefined : owner?.functionName;
    return {
      ...{ kind: 'memory', name, functionName, textIn },
      ...{ execution: this.execution, program: this.known.program.hash },
      bytes: { start, length, call },
    };
  }

  private ofExpression(name: string, value: Value, frame: SnapshotFrame | undefined): FrameTarget {
    const expression = value.evaluateName;
    const call = frame === undefined ? undefined : this.callOf(frame);
    if (expression === undefined || frame === undefined || call === undefined) {
      throw debugErrors.notWatchable(name, 'it is not in memory, and is no variable of a function');
    }
    const { debug } = this.known.locator;
    const outwards = debug.framesAt(frame.codeOffset).length - frame.inlineLevel;
    return {
      ...{ kind: 'frame', name, functionName: frame.functionName, call },
      ...{ execution: this.execution, program: this.known.program.hash },
      offsets: this.statementsOf(frame.functionIndex),
      textIn: (state) => textOfExpression(debug, expression, state, outwards),
    };
  }

  private statementsOf(functionIndex: number): number[] {
    const { program, statements, builds } = this.known;
    const { info } = program.main;
    const codeStart = info.code?.start ?? 0;
    const body = functionBody(info, functionIndex);
    if (body === undefined) return [];
    const own = statements.offsets.filter(
      (offset) => offset + codeStart >= body.start && offset + codeStart < body.end,
    );
    return [...new Set(own.map((offset) => builds.stopOffset(offset)))];
  }

  /** The frame of whose call an address is only a part; undefined for what outlives all calls. */
  private ownerOf(address: number): SnapshotFrame | undefined {
    return this.snapshot.frames.find(
      (frame) => isUserFrame(frame) && this.callOf(frame) !== undefined && this.has(frame, address),
    );
  }

  private has({ codeOffset, inlineLevel, state }: SnapshotFrame, address: number): boolean {
    if (state === undefined) return false;
    const everywhere = withoutFrame(state);
    return this.known.locator.debug.variables(codeOffset, inlineLevel).some((variable) => {
      const { address: start, byteLength = 0 } = variable.read(state);
      if (start === undefined || address < start || address >= start + byteLength) return false;
      // A static variable of a function is where it is without any frame.
      return variable.read(everywhere).address === undefined;
    });
  }

  /** The call that a frame is; undefined for functions without statements. */
  private callOf({ module, chainLevel }: SnapshotFrame): Call | undefined {
    const { chain } = this.snapshot;
    const activation = chainLevel === undefined ? undefined : chain[chainLevel];
    if (module !== undefined || chainLevel === undefined || activation === undefined) {
      return undefined;
    }
    return { depth: chain.length - chainLevel, activation };
  }
}

/** A state with which only what is in no frame can be read. */
export function withoutFrame({ codeOffset, memory }: FrameState): FrameState {
  const nothing = () => undefined;
  return { codeOffset, memory, local: nothing, global: nothing, operand: nothing };
}

/** @param outwards how many functions of the frame there are from its own one outwards */
function textOfExpression(
  debug: DebugInfo,
  expression: string,
  state: FrameState,
  outwards: number,
): string | undefined {
  const level = debug.framesAt(state.codeOffset).length - outwards;
  try {
    const { value } = debug.evaluate(expression, state, Math.max(0, level));
    return value.missing === undefined ? value.text : undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

function bytesText(memory: Uint8Array, start: number, length: number): string {
  const shown = memory.subarray(start, start + Math.min(length, BYTES_SHOWN_MAX));
  const text = [...shown].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return length > BYTES_SHOWN_MAX ? `${text} ...` : text;
}
