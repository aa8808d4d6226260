/** What a launch configuration says; docs/debugger.md documents it for users. */

import { isAbsolutePath, joinPath } from '../simulator/guest/symbols/index.ts';
import type { RunTarget } from '../simulator/host/protocol.ts';
import type { PersistenceLevel } from '../simulator/journal/records.ts';
import { PERSISTENCE_LEVELS } from '../simulator/journal/records.ts';
import type { Arguments } from './arguments.ts';
import { folderOf } from './source-paths.ts';

export interface LaunchProgram {
  readonly kind: 'program';
  readonly target: RunTarget;
  readonly seed: number | undefined;
  readonly persistence: PersistenceLevel | undefined;
  /** A fault plan: a file, absolute; `none`; or the plan itself as JSON. */
  readonly faults: string | object | undefined;
  /** Where to record, absolute. */
  readonly record: string | undefined;
}

/** Where to begin in what has happened. */
interface LaunchPlace {
  /** What comes first, or is the latest, when it is left out. */
  readonly execution: string | undefined;
  readonly seq: number | undefined;
  /** The statement to begin at, where there are any; the effect where there are none. */
  readonly tick: number | undefined;
  /** The attempt that they were lost with. */
  readonly lostWith: number | undefined;
}

/** Travels through what has happened, without running anything. */
export interface LaunchRecording extends LaunchPlace {
  readonly kind: 'recording';
  readonly recording: string;
}

/** Drives the simulation that runs where the session does. */
export interface AttachLive extends LaunchPlace {
  readonly kind: 'live';
}

export interface LaunchArguments {
  readonly what: LaunchProgram | LaunchRecording | AttachLive;
  readonly stopOnEntry: boolean;
  /** Whether to stay when everything has ended, so that one can go back. */
  readonly stopAtEnd: boolean;
  readonly noDebug: boolean;
  /** Whether branches of what is recorded are recorded beside it. */
  readonly recordBranches: boolean;
  /** From folders where the program was built to folders of the client's machine. */
  readonly sourceMap: Readonly<Record<string, string>>;
  /** Whether steps go from statement to statement where programs have them, or never. */
  readonly steps: 'statements' | 'effects';
}

const LEVELS: readonly PersistenceLevel[] = PERSISTENCE_LEVELS;

/** Throws DebugError `bad-arguments`. */
export function parseLaunch(args: Arguments): LaunchArguments {
  const folder = args.optionalText('cwd') ?? '';
  const recording = args.optionalText('recording');
  const what =
    recording === undefined
      ? parseProgram(args, folder)
      : parseRecording(args, joinPath(folder, recording));
  const stopOnEntry = args.flag('stopOnEntry', recording !== undefined);
  return { ...parseManner(args), what, stopOnEntry };
}

/** How a session goes about it, whatever it debugs. */
function parseManner(args: Arguments): Omit<LaunchArguments, 'what' | 'stopOnEntry'> {
  return {
    stopAtEnd: args.flag('stopAtEnd', true),
    noDebug: args.flag('noDebug', false),
    recordBranches: args.flag('recordBranches', true),
    sourceMap: args.record('sourceMap') ?? {},
    steps: parseSteps(args),
  };
}

/**
 * Drives what runs here, or looks at what is recorded so far of what runs elsewhere; throws DebugError
 * `bad-arguments`.
 */
export function parseAttach(args: Arguments): LaunchArguments {
  if (args.optionalText('recording') !== undefined) {
    return { ...parseLaunch(args), stopOnEntry: args.flag('stopOnEntry', false) };
  }
  if (args.value('program') !== undefined) {
    args.fail(
      'program',
      'a program is launched; attach to a simulation that runs, or a "recording"',
    );
  }
  return {
    ...parseManner(args),
    what: { kind: 'live', ...parsePlace(args) },
    stopOnEntry: args.flag('stopOnEntry', true),
  };
}

/** What a session that is begun anew is to do; throws DebugError `bad-arguments`. */
export function parseAgain(args: Arguments, before: LaunchArguments | undefined): LaunchArguments {
  const request = args.value('request') ?? (before?.what.kind === 'live' ? 'attach' : 'launch');
  return request === 'attach' ? parseAttach(args) : parseLaunch(args);
}

function parseRecording(args: Arguments, recording: string): LaunchRecording {
  if (!isAbsolutePath(recording)) args.fail('recording', 'an absolute path is wanted, or "cwd"');
  if (args.value('program') !== undefined) {
    args.fail('recording', 'either a recording is opened or a program is run');
  }
  return { kind: 'recording', recording, ...parsePlace(args) };
}

function parsePlace(args: Arguments): LaunchPlace {
  const execution = args.optionalText('execution');
  const seq = args.optionalInteger('seq');
  if (seq !== undefined && execution === undefined) {
    args.fail('seq', 'say also which "execution" it counts in');
  }
  if (seq !== undefined && seq < 0) args.fail('seq', 'it counts from 0');
  const tick = args.optionalInteger('tick');
  const lostWith = args.optionalInteger('lostWith');
  if ((tick ?? lostWith) !== undefined && seq === undefined) {
    args.fail('tick', 'say also at which effect, with "seq"');
  }
  return { execution, seq, tick, lostWith };
}

function parseProgram(args: Arguments, folder: string): LaunchProgram {
  const workflow = args.optionalText('workflow');
  const program = args.optionalText('program');
  if (program === undefined && (workflow === undefined || folder === '')) {
    args.fail('program', 'name a source, a module or a backstitch.json, or open a "recording"');
  }
  const path = joinPath(folder, program);
  if (!isAbsolutePath(path)) args.fail('program', 'an absolute path is wanted, or "cwd"');
  const seed = args.optionalInteger('seed');
  if (seed !== undefined && seed < 0) args.fail('seed', 'a seed is not negative');
  return {
    kind: 'program',
    target: targetOf(args, path, workflow),
    seed,
    persistence: parseLevel(args),
    faults: parseFaults(args, folder),
    record: absolute(args, 'record', folder),
  };
}

function targetOf(args: Arguments, path: string, workflow: string | undefined): RunTarget {
  const argv = args.texts('args');
  const env = args.record('env');
  const mounts = args.texts('mounts');
  const stdin = args.optionalText('stdin');
  const open = args.flag('interactive', false);
  if (open && stdin !== undefined) args.fail('stdin', 'it is typed when "interactive" is true');
  // A workflow is looked for by name in the folder of its configuration.
  const inFolder = workflow !== undefined && path.endsWith('.json') ? folderOf(path) : path;
  return {
    path: inFolder,
    ...(workflow === undefined ? {} : { workflow }),
    ...(argv === undefined ? {} : { args: argv }),
    ...(env === undefined ? {} : { env }),
    ...(mounts === undefined ? {} : { mounts }),
    ...(open ? { stdin: 'open' as const } : {}),
    ...(stdin === undefined ? {} : { stdin: new TextEncoder().encode(stdin) }),
  };
}

/** Throws DebugError `bad-arguments`. */
export function parseSteps(args: Arguments): LaunchArguments['steps'] {
  const steps = args.optionalText('steps') ?? 'statements';
  if (steps === 'statements' || steps === 'effects') return steps;
  return args.fail('steps', 'it is one of statements, effects');
}

function parseLevel(args: Arguments): PersistenceLevel | undefined {
  const level = args.optionalText('persistence');
  if (level === undefined) return undefined;
  const found = LEVELS.find((each) => each === level);
  return found ?? args.fail('persistence', `it is one of ${LEVELS.join(', ')}`);
}

function parseFaults(args: Arguments, folder: string): string | object | undefined {
  const value = args.value('faults');
  if (typeof value === 'object' && value !== null) return value;
  return args.optionalText('faults') === 'none' ? 'none' : absolute(args, 'faults', folder);
}

function absolute(args: Arguments, name: string, folder: string): string | undefined {
  const text = args.optionalText(name);
  if (text === undefined) return undefined;
  const path = joinPath(folder, text);
  return isAbsolutePath(path) ? path : args.fail(name, 'an absolute path is wanted, or "cwd"');
}
