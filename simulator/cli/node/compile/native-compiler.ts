import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileFailed } from './build-error.ts';
import {
  type CompileJob,
  type CompileResult,
  type Compiler,
  driverFor,
  languageFlags,
} from './compiler.ts';

const COMPILE_SECONDS_MAX = 300;
const OUTPUT_LENGTH_MAX = 1024 * 1024;

/** The same target under its present name and the one that releases before 2024 know. */
const TARGETS = ['wasm32-wasip1', 'wasm32-wasi'];
const PROBE = '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n';

export interface NativeSearch {
  readonly compiler: NativeCompiler | undefined;
  /** What was tried in vain, a sentence each. */
  readonly reasons: readonly string[];
}

/** A clang on this machine that can build for WASI: wasi-sdk's, else the one on PATH. */
export async function findNativeCompiler(environment: NodeJS.ProcessEnv): Promise<NativeSearch> {
  const reasons: string[] = [];
  const sdk = environment.WASI_SDK_PATH;
  const folders = sdk === undefined || sdk === '' ? [''] : [join(sdk, 'bin'), ''];
  for (const folder of folders) {
    const clang = folder === '' ? 'clang' : join(folder, 'clang');
    const where = folder === '' ? 'clang on PATH' : `clang in WASI_SDK_PATH (${folder})`;
    const version = await run(clang, ['--version'], { environment });
    if (version.code !== 0) {
      reasons.push(`${where}: not found`);
      continue;
    }
    const target = await firstTarget(clang, environment);
    if (target !== undefined) {
      const identity = `${version.output.trim()} ${target}`;
      return { compiler: new NativeCompiler(folder, target, identity, environment), reasons };
    }
    reasons.push(`${where}: found, but it has no WASI libraries`);
  }
  return { compiler: undefined, reasons };
}

async function firstTarget(
  clang: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return withScratchFolder(async (scratch) => {
    for (const target of TARGETS) {
      const args = [`--target=${target}`, '-x', 'c', '-', '-o', join(scratch, 'probe.wasm')];
      const probe = await run(clang, args, { environment, input: PROBE });
      if (probe.code === 0) return target;
    }
    return undefined;
  });
}

export class NativeCompiler implements Compiler {
  constructor(
    /** Where clang is; empty for the one on PATH. */
    private readonly folder: string,
    private readonly target: string,
    readonly identity: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  compile(job: CompileJob): Promise<CompileResult> {
    return withScratchFolder(async (scratch) => {
      const file = join(scratch, 'out.wasm');
      const driver = join(this.folder, driverFor(job.source));
      const args = [
        `--target=${this.target}`,
        ...job.flags,
        ...languageFlags(job.source),
        ...job.includeFolders.map((folder) => `-I${folder}`),
        job.source,
        '-o',
        file,
      ];
      const folder = dirname(job.source);
      const { code, output } = await run(driver, args, { environment: this.environment, folder });
      if (code !== 0) throw compileFailed(job.source, output);
      return { wasm: await readFile(file), output };
    });
  }

  async close(): Promise<void> {}
}

async function withScratchFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'backstitch-'));
  try {
    return await use(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface RunOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly folder?: string;
  readonly input?: string;
}

/** Runs a program to its end. A code of undefined means that it could not be run at all. */
async function run(
  program: string,
  args: readonly string[],
  { environment, folder, input = '' }: RunOptions,
): Promise<{ code: number | undefined; output: string }> {
  // A missing folder would read as a missing program.
  if (folder !== undefined) await access(folder);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: environment,
      // Not the option `timeout`, whose timer outlives a program that could not be started.
      signal: AbortSignal.timeout(COMPILE_SECONDS_MAX * 1000),
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    let output = '';
    const take = (text: string) => {
      if (output.length < OUTPUT_LENGTH_MAX) output += text;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.stdin.on('error', () => {
      // It ended without reading its input; its exit code says the rest.
    });
    child.once('error', () => resolve({ code: undefined, output }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
    child.stdin.end(input);
  });
}
