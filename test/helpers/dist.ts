import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './project-root.ts';

/** The command as it ships. */
export const CLI = join(projectRoot, 'dist/cli.js');

const BUILD_MS_MAX = 180_000;
const COMMAND_MS_MAX = 90_000;

/** Builds dist/ when it is missing or older than its sources; one process at a time. */
export function ensureDist(): void {
  const script = `
    import { mkdirSync } from 'node:fs';
    import { withLock } from './scripts/lib/lock.mjs';
    import { ensureBuilt } from './scripts/lib/project.mjs';
    mkdirSync('build', { recursive: true });
    await withLock('build/dist.lock', ensureBuilt);
  `;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script],
    { cwd: projectRoot, encoding: 'utf8', timeout: BUILD_MS_MAX },
  );
  if (status !== 0) throw new Error(`dist/ does not build:\n${stdout}${stderr}`);
}

export interface CommandOptions {
  /** The working directory. */
  readonly cwd: string;
  /** Standard input; nothing and ended unless given. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end. */
export function backstitch(args: readonly string[], options: CommandOptions): CommandResult {
  const result: SpawnSyncReturns<string> = spawnSync(process.execPath, [CLI, ...args], {
    cwd: options.cwd,
    input: options.input ?? '',
    encoding: 'utf8',
    timeout: COMMAND_MS_MAX,
    env: environment(options.env),
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** Starts the command, to be watched and ended from outside. */
export function startBackstitch(args: readonly string[], options: CommandOptions) {
  return spawn(process.execPath, [CLI, ...args], {
    cwd: options.cwd,
    env: environment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** The same for everyone who runs the tests. */
function environment(more: CommandOptions['env'] = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env;
  return { ...rest, LC_ALL: 'C.UTF-8', ...more };
}
