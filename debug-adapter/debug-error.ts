/** Every error that a debug session can show to a person is made here. */
import { NOTHING_TO_LEND } from '../simulator/host/loan.ts';

export type DebugErrorCode =
  | 'nothing-ran'
  | 'unknown-execution'
  | 'not-stopped'
  | 'session-over'
  | 'unknown-request'
  | 'bad-arguments'
  | 'launched-already'
  | 'not-launched'
  | 'no-attach'
  | 'not-live'
  | 'no-effect-here'
  | 'cancelled'
  | 'no-exception'
  | 'no-source'
  | 'branch-missed'
  | 'too-many-branches'
  | 'not-settable'
  | 'records-over-origin'
  | 'bad-message'
  | 'no-statement'
  | 'not-watchable'
  | 'never-written'
  | 'no-memory'
  | 'not-patchable'
  | 'assigns-elsewhere'
  | 'no-frame-entry'
  | 'stack-used-up';

export class DebugError extends Error {
  override readonly name = 'DebugError';
  constructor(
    readonly code: DebugErrorCode,
    message: string,
    /** Goes with the answer of a custom request. */
    readonly body?: object,
  ) {
    super(message);
  }
}

export const debugErrors = {
  nothingRan: () =>
    new DebugError('nothing-ran', 'there is no execution in it, so nothing to debug'),
  unknownExecution: (id: string, known: readonly string[]) =>
    new DebugError(
      'unknown-execution',
      `there is no execution ${id}; there is ${known.slice(0, 10).join(', ') || 'none'}`,
    ),
  notStopped: () =>
    new DebugError(
      'not-stopped',
      'the simulation is running; pause it first, or wait for its stop',
    ),
  sessionOver: () => new DebugError('session-over', 'this debug session has ended'),
  unknownRequest: (command: string) =>
    new DebugError('unknown-request', `this debugger does not know the request "${command}"`),
  badArguments: (command: string, what: string) =>
    new DebugError('bad-arguments', `${command}: ${what}`),
  launchedAlready: () =>
    new DebugError('launched-already', 'this session has a simulation already; restart it instead'),
  notLaunched: () => new DebugError('not-launched', 'nothing was launched in this session yet'),
  noAttach: () => new DebugError('no-attach', NOTHING_TO_LEND),
  notLive: (what: string) =>
    new DebugError('not-live', `${what} needs a live simulation, and this is a recording`),
  noEffectHere: (execution: string) =>
    new DebugError(
      'no-effect-here',
      `${execution} has ended here, and nothing can befall it any more; go to one of its effects`,
    ),
  cancelled: (command: string) => new DebugError('cancelled', `${command} was cancelled`),
  noException: () => new DebugError('no-exception', 'it did not stop because of an exception'),
  noSource: (reference: string) =>
    new DebugError(
      'no-source',
      `${reference} is not on this machine, and the recording has no copy of it`,
    ),
  branchMissed: (execution: string, seq: number) =>
    new DebugError(
      'branch-missed',
      `running it again did not come to ${execution} #${seq}; was it recorded by another version?`,
    ),
  recordsOverOrigin: (recording: string) =>
    new DebugError(
      'records-over-origin',
      `${recording} is what the branch begins from, which stays as it is; record it elsewhere`,
    ),
  notSettable: (name: string) =>
    new DebugError(
      'not-settable',
      `${name} cannot be changed: only variables of the program, results of effects, clocks and ` +
        'globals of WebAssembly can',
    ),
  tooManyBranches: (stem: string, max: number) =>
    new DebugError(
      'too-many-branches',
      `there are ${max} recordings of branches beside ${stem}; move some away, or say where to record`,
    ),
  noStatement: (execution: string, tick: number, total: number) =>
    new DebugError(
      'no-statement',
      total === 0
        ? `${execution} has no statements: its program has no debug information`
        : `${execution} has no statement ${tick} that is known; it has ${total}`,
    ),
  noFrameEntry: () =>
    new DebugError(
      'no-frame-entry',
      'the start of this frame is not known: its function has no statements',
    ),
  notWatchable: (name: string, why: string) =>
    new DebugError('not-watchable', `${name} cannot be watched: ${why}`),
  stackUsedUp: (execution: string, tick: number) =>
    new DebugError(
      'stack-used-up',
      `${execution} cannot be looked at beyond statement ${tick}: its calls are so deep there that ` +
        'there is no room on the stack for what looks at them; look at its effects',
    ),
  noMemory: () =>
    new DebugError('no-memory', 'the memory is not known here; go to a statement of the program'),
  notPatchable: (name: string, why: string) =>
    new DebugError('not-patchable', `${name} cannot be changed here: ${why}`),
  assignsElsewhere: (text: string) =>
    new DebugError(
      'assigns-elsewhere',
      `${text} changes something; write it in the debug console, or change the value where it is shown`,
    ),
  neverWritten: (name: string) =>
    new DebugError('never-written', `nothing has changed ${name} before this`),
  badMessage: (what: string) => new DebugError('bad-message', `not a DAP message: ${what}`),
} as const;
