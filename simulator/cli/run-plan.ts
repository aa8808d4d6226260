/** Works out what a host is asked to run: from the arguments, the configuration and our input. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StdinConfig } from '../config/config.ts';
import type { RunOptions } from '../host/protocol.ts';
import { CommandError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { EXIT } from './exit-codes.ts';
import type { LiveInput } from './node/live-input.ts';
import { findTarget, type Target } from './node/read-workspace.ts';
import type { RunArguments } from './run-arguments.ts';

/** Where recordings go, below the folder of the configuration or the working directory. */
const RECORDINGS_FOLDER = join('.backstitch', 'recordings');

export interface RunPlan {
  readonly request:
    | { readonly kind: 'run'; readonly options: RunOptions }
    | { readonly kind: 'resume'; readonly recording: string };
  /** Absolute. */
  readonly recording: string;
  /** The workflow whose executions are `<workflow>-<n>`; undefined for a resumed recording. */
  readonly workflow: string | undefined;
  /** Our input is the program's while it runs; `first` has come already. */
  readonly live: { readonly first: Uint8Array } | undefined;
}

/** Throws CommandError, WorkspaceError and ConfigError. */
export async function planRun(
  given: RunArguments,
  input: LiveInput,
  io: CommandIo,
): Promise<RunPlan> {
  const { start } = given;
  if (start.kind === 'resume') {
    const { recording } = start;
    const request = { kind: 'resume', recording } as const;
    return { request, recording, workflow: undefined, live: undefined };
  }
  const { faults } = given.options;
  if (faults !== undefined && faults !== 'none') await requireFile(faults, '--faults');
  const target = await findTarget(start.text, io.folder);
  const { stdin, live } = await chooseStdin(given, target.workflow.stdin, input);
  const recording = given.record ?? recordingOf(target, io.folder);
  const options: RunOptions = {
    ...given.options,
    ...given.values,
    target: {
      path: start.text,
      env: given.env,
      mounts: given.mounts,
      ...(given.programArgs === undefined ? {} : { args: given.programArgs }),
      ...(given.invoke === undefined ? {} : { invoke: given.invoke }),
      ...(stdin === undefined ? {} : { stdin }),
    },
    record: recording,
    ...(given.debugWait ? { paused: true } : {}),
  };
  return { request: { kind: 'run', options }, recording, workflow: target.workflow.name, live };
}

/** Where a run of a target is recorded unless it is told. */
export function recordingOf({ workspace, workflow }: Target, folder: string): string {
  const base = workspace.file === undefined ? folder : workspace.folder;
  return join(base, RECORDINGS_FOLDER, `${workflow.name}.backstitch`);
}

interface ChosenStdin {
  /** Undefined takes the configured one. */
  readonly stdin: Uint8Array | 'open' | undefined;
  readonly live: RunPlan['live'];
}

async function chooseStdin(
  { stdin: choice }: RunArguments,
  configured: StdinConfig,
  input: LiveInput,
): Promise<ChosenStdin> {
  switch (choice.kind) {
    case 'none':
      return { stdin: new Uint8Array(0), live: undefined };
    case 'file':
      return { stdin: await readInput(choice.path), live: undefined };
    case 'ours':
      return ours(input);
    case 'default': {
      const open = configured.kind === 'empty' || configured.kind === 'interactive';
      if (input.kind === 'terminal') {
        return open ? ours(input) : { stdin: undefined, live: undefined };
      }
      const chosen = await ours(input);
      // An empty pipe, or none at all, says nothing; the configured input stands.
      const empty = chosen.stdin instanceof Uint8Array && chosen.stdin.length === 0;
      return empty || (!open && chosen.stdin === 'open')
        ? { stdin: undefined, live: undefined }
        : chosen;
    }
  }
}

async function ours(input: LiveInput): Promise<ChosenStdin> {
  const { bytes, ends } = await input.early();
  if (ends) return { stdin: bytes, live: undefined };
  return { stdin: 'open', live: { first: bytes } };
}

/** Says which option names a file that is not there. */
export async function requireFile(path: string, option: string): Promise<void> {
  try {
    await access(path);
  } catch (cause) {
    throw new CommandError(
      EXIT.noInput,
      'unreadable',
      `${path} does not exist; correct ${option}.`,
      {
        cause,
      },
    );
  }
}

async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = (cause as Error).message;
    const message = `${path}: cannot be read as standard input: ${reason}. Correct --stdin.`;
    throw new CommandError(EXIT.noInput, 'unreadable', message, { cause });
  }
}
