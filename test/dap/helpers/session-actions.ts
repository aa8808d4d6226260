/** Legal things that a client does, for sessions that nobody planned. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import fc from 'fast-check';
import type { Wire } from './wire.ts';

export interface SessionAction {
  readonly name: string;
  /** Resolves when the session has answered, and stopped if it moved. */
  act(wire: Wire): Promise<void>;
}

/** The program that is debugged, as far as actions have to know it. */
export interface ActedProgram {
  readonly source: string;
  /** Lines that breakpoints are set on; not all of them can stop. */
  readonly lines: number;
  readonly execution: string;
  readonly expressions: readonly string[];
}

const STEPS = [
  ...['next', 'stepIn', 'stepOut', 'stepBack'],
  ...['backstitch/reverseStepIn', 'backstitch/reverseStepOut', 'backstitch/reverseNext'],
] as const;
const MOTIONS = [...STEPS, 'continue', 'reverseContinue'] as const;

/** A request that moves: when it is accepted, exactly one stop follows. */
async function move(wire: Wire, command: string, args: object): Promise<void> {
  const before = wire.stops;
  const { success } = await wire.ask(command, args);
  if (success) await wire.until(() => wire.stops > before);
  // What would come too often comes by the time that another request is answered.
  await wire.ask('threads');
  if (wire.stops - before !== (success ? 1 : 0)) {
    throw new Error(`${command} stopped ${wire.stops - before} times`);
  }
}

async function frame(wire: Wire, index: number): Promise<DebugProtocol.StackFrame | undefined> {
  const { body } = await wire.ask('stackTrace', { threadId: 1 });
  const frames: DebugProtocol.StackFrame[] = body?.stackFrames ?? [];
  return frames[index % Math.max(1, frames.length)];
}

/** Opens what can be opened of a frame, page by page, some levels deep. */
async function open(wire: Wire, reference: number, count: number, levels: number): Promise<void> {
  const page = { variablesReference: reference, start: count, count };
  await wire.ask('variables', { ...page, filter: 'indexed' });
  const { body } = await wire.ask('variables', { variablesReference: reference, count: 5 });
  for (const each of (body?.variables ?? []) as DebugProtocol.Variable[]) {
    if (each.variablesReference > 0 && levels > 0) {
      await open(wire, each.variablesReference, count, levels - 1);
    }
  }
}

/** One legal action, of any kind. */
export function sessionAction(program: ActedProgram): fc.Arbitrary<SessionAction> {
  const { source, lines, execution, expressions } = program;
  const special = fc.record(
    {
      line: fc.integer({ min: 1, max: lines }),
      condition: fc.constantFrom(...expressions, 'nobody', '1 +'),
      hitCondition: fc.constantFrom('2', '>= 2', '% 3', 'often'),
      logMessage: fc.constantFrom(...expressions.map((each) => `is {${each}}`)),
    },
    { requiredKeys: ['line'] },
  );
  const breakpoint = fc.oneof(
    special.map(({ line }) => ({ line })),
    special,
  );
  const setBreakpoints = (breakpoints: readonly object[]): SessionAction => ({
    name: `setBreakpoints ${JSON.stringify(breakpoints)}`,
    act: async (wire) => {
      await wire.ask('setBreakpoints', { source: { path: source }, breakpoints });
    },
  });
  const expression = fc.constantFrom(...expressions, 'effect', 'seq + 1', '*(int *)0', '((');
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...MOTIONS).map(motion) },
    { weight: 2, arbitrary: fc.constantFrom(...STEPS).map(instructionStep) },
    // On their own they seldom come after a breakpoint.
    { weight: 4, arbitrary: fc.constantFrom('continue', 'reverseContinue').map(motion) },
    { weight: 3, arbitrary: fc.array(breakpoint, { maxLength: 6 }).map(setBreakpoints) },
    fc.tuple(fc.nat(5), fc.nat(20), fc.nat(2)).map(
      ([index, count, levels]): SessionAction => ({
        name: `look at frame ${index}, pages of ${count}, ${levels} deep`,
        act: async (wire) => {
          const { body } = await wire.ask('scopes', {
            frameId: (await frame(wire, index))?.id ?? 0,
          });
          for (const scope of (body?.scopes ?? []) as DebugProtocol.Scope[]) {
            await open(wire, scope.variablesReference, count, levels);
          }
        },
      }),
    ),
    fc.tuple(fc.nat(3), expression).map(
      ([index, text]): SessionAction => ({
        name: `expression ${text} in frame ${index}`,
        act: async (wire) => {
          const frameId = (await frame(wire, index))?.id;
          await wire.ask('evaluate', { expression: text, context: 'watch', frameId });
          await wire.ask('completions', { text, column: text.length + 1, frameId });
          await wire.ask('setExpression', { expression: text, value: 'nothing', frameId });
        },
      }),
    ),
    fc.tuple(fc.boolean(), fc.nat(60)).map(
      ([byTick, where]): SessionAction => ({
        name: `seek ${byTick ? 'tick' : 'seq'} ${where}`,
        act: (wire) =>
          move(wire, 'backstitch/seek', { execution, [byTick ? 'tick' : 'seq']: where }),
      }),
    ),
    fc.nat(3).map(
      (index): SessionAction => ({
        name: `restartFrame ${index}`,
        act: async (wire) =>
          move(wire, 'restartFrame', { frameId: (await frame(wire, index))?.id ?? 0 }),
      }),
    ),
    fc.constant({ name: 'pause', act: (wire: Wire) => move(wire, 'pause', { threadId: 1 }) }),
    fc.constantFrom('threads', 'loadedSources', 'exceptionInfo', 'modules', 'cancel').map(ask),
    fc.constantFrom([], ['crash', 'fault', 'retry'], ['trap', 'exit']).map(
      (filters): SessionAction => ({
        name: `filters ${filters.join()}`,
        act: async (wire) => {
          await wire.ask('setExceptionBreakpoints', { filters });
        },
      }),
    ),
  );
}

function motion(command: string): SessionAction {
  return { name: command, act: (wire) => move(wire, command, { threadId: 1 }) };
}

function instructionStep(command: string): SessionAction {
  return {
    name: `${command} by an instruction`,
    act: (wire) => move(wire, command, { threadId: 1, granularity: 'instruction' }),
  };
}

function ask(command: string): SessionAction {
  return {
    name: command,
    act: async (wire) => {
      await wire.ask(command, { threadId: 1 });
    },
  };
}
