/** Fills in what a launch configuration leaves out; free of the editor's API. */
import { basename, extname } from 'node:path';

/** A configuration of type `backstitch`, as it is written in launch.json. */
export interface LaunchConfig {
  readonly type?: string;
  readonly request?: string;
  readonly name?: string;
  readonly program?: string;
  readonly workflow?: string;
  readonly recording?: string;
  readonly execution?: string;
  readonly seq?: number;
  readonly tick?: number;
  readonly lostWith?: number;
  readonly record?: string | boolean;
  /** With `attach`: the name or the number of a simulation that runs in this window. */
  readonly simulation?: string | number;
  /** With `attach`: where `backstitch run` or `serve` listens for debuggers. */
  readonly port?: number;
  readonly [field: string]: unknown;
}

/** Where in a recording to begin. */
export type LaunchPlace = Pick<LaunchConfig, 'execution' | 'seq' | 'tick' | 'lostWith'>;

/** What F5 finds when there is nothing in launch.json. */
export interface LaunchSurroundings {
  /** The file in the active editor, absolute. */
  readonly activeFile: string | undefined;
  /** The workflows of the nearest configuration, or else all of the workspace. */
  readonly workflows: readonly { readonly name: string; readonly config: string }[];
  /** The simulations of this window that run and are not debugged, in the order of their beginning. */
  readonly live: readonly LiveSimulation[];
}

export interface LiveSimulation {
  readonly id: number;
  readonly title: string;
}

export type ResolvedLaunch =
  | { readonly kind: 'ready'; readonly config: LaunchConfig }
  /** Several could be meant: the person chooses. */
  | { readonly kind: 'choose' }
  | { readonly kind: 'choose-live'; readonly from: readonly LiveSimulation[] }
  | { readonly kind: 'wrong'; readonly message: string };

const PROGRAM = /\.(wasm|c|cc|cpp|cxx)$/i;
/** Sources that are built by a command of the person's own. */
const BUILT_BY_COMMAND = /\.(rs|zig|go|ts|js|mjs|py)$/i;
const RECORDING = /\.backstitch$/i;

export function resolveLaunch(
  given: LaunchConfig,
  surroundings: LaunchSurroundings,
): ResolvedLaunch {
  const { activeFile, workflows } = surroundings;
  const base = { ...given, type: 'backstitch', request: given.request ?? 'launch' };
  if (base.request !== 'launch' && base.request !== 'attach') {
    const message =
      `"request": "${base.request}" is not known. Use "launch" with "program" to run and debug, ` +
      'or with "recording" to replay, and "attach" to debug what runs already.';
    return { kind: 'wrong', message };
  }
  const wrong = checkFields(given);
  if (wrong !== undefined) return { kind: 'wrong', message: wrong };
  if (base.request === 'attach' && given.recording === undefined) {
    return resolveAttach(base, surroundings.live);
  }
  if (given.program !== undefined || given.recording !== undefined) return named(base);
  if (activeFile !== undefined && RECORDING.test(activeFile)) {
    return named({ ...base, recording: activeFile });
  }
  if (activeFile !== undefined && PROGRAM.test(activeFile)) {
    return named({ ...base, program: activeFile });
  }
  const wanted =
    given.workflow === undefined
      ? workflows
      : workflows.filter(({ name }) => name === given.workflow);
  const [only] = wanted;
  if (only !== undefined && wanted.length === 1) {
    return named({ ...base, program: only.config, workflow: only.name });
  }
  if (wanted.length > 1) return { kind: 'choose' };
  return { kind: 'wrong', message: nothingToRun(given.workflow, activeFile) };
}

/** What is attached to that runs: at a port, or in this window. */
function resolveAttach(given: LaunchConfig, live: readonly LiveSimulation[]): ResolvedLaunch {
  const { program, workflow, simulation, port, name } = given;
  if (program !== undefined) {
    const message = '"program" is for "launch". "attach" debugs a simulation that runs already.';
    return { kind: 'wrong', message };
  }
  if (port !== undefined) return named({ ...given, name: name || `port ${port}` });
  const wanted = simulation ?? workflow;
  const meant =
    wanted === undefined ? live : live.filter(({ id, title }) => id === wanted || title === wanted);
  const [only] = meant;
  if (only === undefined) return { kind: 'wrong', message: nothingToAttach(wanted) };
  if (meant.length > 1) return { kind: 'choose-live', from: meant };
  return named({ ...given, simulation: only.id, name: name || only.title });
}

function nothingToAttach(wanted: string | number | undefined): string {
  const what = typeof wanted === 'string' ? `No simulation named "${wanted}"` : 'No simulation';
  return (
    `${what} runs here that is not debugged already. Run a workflow first, name the "port" that ` +
    '"backstitch run --debug-port" tells, or the "recording" of one that runs elsewhere.'
  );
}

function checkFields({ program, recording, execution, seq }: LaunchConfig): string | undefined {
  if (program !== undefined && recording !== undefined) {
    return 'Give either "program", to run it, or "recording", to replay it, and not both.';
  }
  if (seq !== undefined && execution === undefined) {
    return '"seq" counts in one execution; say in which with "execution".';
  }
  return undefined;
}

function nothingToRun(workflow: string | undefined, activeFile: string | undefined): string {
  if (workflow !== undefined) {
    return `No backstitch.json of this workspace has a workflow named "${workflow}".`;
  }
  if (activeFile !== undefined && BUILT_BY_COMMAND.test(activeFile)) {
    const file = basename(activeFile);
    const wasm = `${basename(file, extname(file))}.wasm`;
    return (
      `${file} is built by a command. Name it in a backstitch.json beside it, as ` +
      `"module": "${wasm}" with "build": "...", or debug the .wasm file that it becomes.`
    );
  }
  return (
    'There is nothing to debug here. Open a .wasm, .c or .backstitch file, or name workflows in ' +
    'a backstitch.json.'
  );
}

function named(config: LaunchConfig): ResolvedLaunch {
  return { kind: 'ready', config: { ...config, name: config.name || launchTitle(config) } };
}

/** A name for people: the workflow's, else the file's. */
export function launchTitle({ workflow, program, recording }: LaunchConfig): string {
  const file = recording ?? program ?? '';
  return workflow ?? basename(file, extname(file));
}
