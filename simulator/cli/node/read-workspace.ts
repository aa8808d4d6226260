/**
 * Finds the configuration and the workflow that a person means. What they name by path is read
 * by read-inputs.ts; parsing is simulator/config's.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import {
  type Config,
  defaultWorkflow,
  defaultWorld,
  type WorkflowConfig,
} from '../../config/config.ts';
import { parseConfig } from '../../config/parse-config.ts';
import { hint } from '../../config/suggest.ts';
import { isSource } from './build-source.ts';
import { readLimited } from './workspace/read-limited.ts';
import { WorkspaceError } from './workspace/workspace-error.ts';

export const CONFIG_NAME = 'backstitch.json';

const CONFIG_BYTES_MAX = 16 * 1024 * 1024;

/** A folder with its configuration, or with the defaults when it has none. */
export interface Workspace {
  /** Absolute; paths of the configuration are relative to it. */
  readonly folder: string;
  /** The configuration file, absolute; undefined when there is none. */
  readonly file: string | undefined;
  readonly config: Config;
}

export interface Target {
  readonly workspace: Workspace;
  readonly workflow: WorkflowConfig;
}

/** The `backstitch.json` in a folder or the nearest one above it. */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, CONFIG_NAME);
    if (await isFile(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}

/** Reads a configuration file; throws ConfigError, or WorkspaceError when it cannot be read. */
export async function openWorkspace(file: string): Promise<Workspace> {
  const path = resolve(file);
  const bytes = await readLimited(path, CONFIG_BYTES_MAX, 'the configuration');
  const config = parseConfig(new TextDecoder().decode(bytes), path);
  return { folder: dirname(path), file: path, config };
}

/**
 * What a person means who names a workflow, a program file, a `backstitch.json` or a folder.
 * A program that no workflow of the nearest configuration names runs with the defaults, in that
 * configuration's world. Throws WorkspaceError and ConfigError.
 */
export async function findTarget(text: string, folder: string): Promise<Target> {
  const path = resolve(folder, text);
  if (basename(path) === CONFIG_NAME) return onlyWorkflow(await openWorkspace(path));
  const isProgram = isSource(path) || extname(path) === '.wasm';
  if (isProgram || (await isFile(path))) return targetOfProgram(path);
  if (await isFile(join(path, CONFIG_NAME))) {
    return onlyWorkflow(await openWorkspace(join(path, CONFIG_NAME)));
  }
  return targetByName(text, folder);
}

async function targetByName(name: string, folder: string): Promise<Target> {
  const file = await findConfigFile(folder);
  if (file === undefined) {
    throw new WorkspaceError(
      'no-config',
      folder,
      `"${name}" is not a file, and there is no ${CONFIG_NAME} in ${folder} or above it that ` +
        'could name it; give the path of a .wasm or .c file.',
    );
  }
  const workspace = await openWorkspace(file);
  const { workflows } = workspace.config;
  const workflow = workflows.find((candidate) => candidate.name === name);
  if (workflow !== undefined) return { workspace, workflow };
  const names = workflows.map((candidate) => candidate.name);
  throw new WorkspaceError(
    'unknown-workflow',
    file,
    `${file} has no workflow named "${name}"${hint(name, names, 'workflows')}`,
  );
}

async function targetOfProgram(path: string): Promise<Target> {
  if (!(await isFile(path))) {
    throw new WorkspaceError('unreadable', path, `${path} does not exist; check the path.`);
  }
  const file = await findConfigFile(dirname(path));
  const workspace = file === undefined ? bareWorkspace(path) : await openWorkspace(file);
  const named = workspace.config.workflows.find(
    ({ program }) => programPath(workspace, program) === path,
  );
  if (named !== undefined) return { workspace, workflow: named };
  const program = isSource(path)
    ? { kind: 'source' as const, source: path }
    : { kind: 'module' as const, module: path, build: undefined };
  return { workspace, workflow: defaultWorkflow(workflowNameOf(path), program) };
}

function bareWorkspace(path: string): Workspace {
  const folder = dirname(path);
  const config = { file: path, workflows: [], world: defaultWorld(), faults: undefined };
  return { folder, file: undefined, config };
}

function onlyWorkflow(workspace: Workspace): Target {
  const { workflows, file } = workspace.config;
  const [workflow] = workflows;
  if (workflow !== undefined && workflows.length === 1) return { workspace, workflow };
  const names = workflows.map(({ name }) => name).join(', ');
  const next = workflow === undefined ? 'add one under "workflows"' : `name one of: ${names}`;
  throw new WorkspaceError('unclear-workflow', file, `${file}: which workflow? ${next}.`);
}

/** A name that is fit for a workflow, from the name of its file. */
export function workflowNameOf(path: string): string {
  const stem = basename(path, extname(path)).replace(/[^A-Za-z0-9._-]/g, '-');
  return (/^[A-Za-z]/.test(stem) ? stem : `program-${stem}`).slice(0, 64);
}

/** The absolute path of a workflow's source or module. */
export function programPath(workspace: Workspace, program: WorkflowConfig['program']): string {
  const path = program.kind === 'source' ? program.source : program.module;
  return resolve(workspace.folder, path);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    // It does not exist, or is out of reach: either way it is no file for us.
    return false;
  }
}
