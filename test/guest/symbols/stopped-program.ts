/** Programs stopped at a line that a marker names, with everything that their frames hold. */
import assert from 'node:assert/strict';
import { frameState } from '../../../debug-adapter/travel/statements/dump-state.ts';
import { ProbeSession } from '../../../simulator/guest/instrument/index.ts';
import { loadProgram } from '../../../simulator/guest/program.ts';
import {
  DebugInfo,
  type FrameState,
  SourceLocator,
  type Value,
  type ValueWrite,
} from '../../../simulator/guest/symbols/index.ts';
import { type Recorded, record } from '../instrument/instrument-harness.ts';
import { compile, type Sources } from './clang.ts';

const MEMORY_MIB = 64;

export interface StoppedFrame {
  readonly name: string;
  readonly functionIndex: number;
  readonly state: FrameState;
  readonly level: number;
}

export class StoppedProgram {
  constructor(
    readonly bytes: Uint8Array,
    readonly debug: DebugInfo,
    /** Logical frames of the user's module, the innermost first. */
    readonly frames: readonly StoppedFrame[],
  ) {}

  /** The value of a variable of a frame, the innermost unless it says. */
  value(name: string, frame = 0): Value {
    const { state, level } = this.frames[frame] ?? assert.fail(`no frame ${frame}`);
    const variables = [
      ...this.debug.variables(state.codeOffset, level),
      ...this.debug.globals(state.codeOffset),
    ];
    const variable = variables.find((each) => each.name === name);
    return (variable ?? assert.fail(`there is no variable ${name}`)).read(state);
  }

  /** An expression over the variables of a frame. */
  evaluate(text: string, frame = 0): Value {
    const { state, level } = this.frames[frame] ?? assert.fail(`no frame ${frame}`);
    return this.debug.evaluate(text, state, level).value;
  }

  /** What to change for an assignment. */
  write(text: string, frame = 0): ValueWrite {
    const { state, level } = this.frames[frame] ?? assert.fail(`no frame ${frame}`);
    return this.debug.evaluate(text, state, level).write ?? assert.fail(`${text} writes nothing`);
  }

  /** All variables of a frame with what is inside them, as text. */
  describe(frame = 0, depth = 3): string {
    const { state, level, name } = this.frames[frame] ?? assert.fail(`no frame ${frame}`);
    const variables = this.debug.variables(state.codeOffset, level);
    const lines = variables.flatMap((variable) =>
      describeValue(variable.name, variable.read(state), depth, '  '),
    );
    return `${name}\n${lines.join('\n')}\n`;
  }
}

/** At most so many elements of one value are described. */
const ELEMENT_COUNT_MAX = 4;

function describeValue(name: string, value: Value, depth: number, indent: string): string[] {
  const line = `${indent}${name}: ${value.typeName} = ${value.text}`;
  if (depth === 0 || value.evaluateName?.includes('->') === true) return [line];
  const inner = [...value.named(), ...value.indexed(0, ELEMENT_COUNT_MAX)];
  return [
    line,
    ...inner.flatMap((child) => describeValue(child.name, child.value, depth - 1, `${indent}  `)),
  ];
}

/** Builds C or C++ and stops it where it comes to a line with the marker for the `hit`-th time. */
export async function stopAt(
  sources: Sources,
  marker: string,
  options: readonly string[] = ['-O0'],
  hit = 1,
): Promise<StoppedProgram> {
  const wasm = await compile(sources, '-g', ...options);
  return stopModule(wasm, sources, marker, hit);
}

export function stopModule(
  wasm: Uint8Array,
  sources: Sources,
  marker: string,
  hit = 1,
): StoppedProgram {
  const recorded = record(loadProgram(wasm, MEMORY_MIB));
  const { bytes, info } = recorded.program.main;
  const locator = new SourceLocator(bytes, info);
  const debug = new DebugInfo(bytes, info, {
    lines: locator.lines,
    functionName: (index) => locator.names.name(index),
  });
  const breakpoints = markedOffsets(locator, sources, marker);
  return stop(recorded, debug, breakpoints, hit);
}

function stop(
  recorded: Recorded,
  debug: DebugInfo,
  breakpoints: readonly number[],
  hit: number,
): StoppedProgram {
  let left = hit;
  const onBreakpoint = () => --left === 0;
  const session = new ProbeSession({ onBreakpoint });
  const program = recorded.withProbes({ breakpoints, operands: true });
  recorded.replay(program, session);
  const dump = session.stopped ?? assert.fail('the program never came to the marker');
  const [instance] = dump.instances;
  assert.ok(instance !== undefined);
  const frames = dump.frames.flatMap((frame) => {
    const state = frameState(frame, instance, recorded.program.main.info);
    return debug.framesAt(frame.codeOffset).map(({ functionName: name }, level) => {
      return { name, level, state, functionIndex: frame.functionIndex };
    });
  });
  return new StoppedProgram(recorded.program.main.bytes, debug, frames);
}

/** Where the statements of the line with the marker begin. */
function markedOffsets(locator: SourceLocator, sources: Sources, marker: string): number[] {
  for (const [name, text] of Object.entries(sources)) {
    const line = text.split('\n').findIndex((each) => each.includes(marker)) + 1;
    const file = locator.lines.files().find(({ path }) => `/${path}`.endsWith(`/${name}`));
    if (line === 0 || file === undefined) continue;
    return locator.lines.locations(file.path, line);
  }
  return assert.fail(`no line has ${marker}`);
}
