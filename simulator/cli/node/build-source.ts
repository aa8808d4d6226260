/**
 * Builds the programs of workflows: compiles C and C++ sources, runs build commands, and passes
 * modules through. Owns the compilers that it found and the cache of what they made.
 *
 * B1: the same source, includes, flags and compiler are compiled once.
 * B2: a build either gives a whole module or throws a BuildError that says what to do next.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuildCache, buildKey } from './compile/build-cache.ts';
import { BuildError, noCompiler } from './compile/build-error.ts';
import type { CompileJob, Compiler } from './compile/compiler.ts';
import { findNativeCompiler, type NativeSearch } from './compile/native-compiler.ts';
import { gatherSources } from './compile/source-files.ts';
import { findYowaspPackage, YowaspCompiler } from './compile/yowasp-compiler.ts';

const COMMAND_SECONDS_MAX = 600;
const COMMAND_OUTPUT_MAX = 1024 * 1024;

/** Full debug information, and code in which every statement and variable is still there. */
export const DEFAULT_FLAGS: readonly string[] = ['-g', '-O0', '-Wall'];

const SOURCE_EXTENSION = /\.(c|cc|cpp|cxx)$/i;

export function isSource(path: string): boolean {
  return SOURCE_EXTENSION.test(path);
}

export interface BuildOptions {
  /** Where `#include <backstitch.h>` is found; absolute. */
  readonly includeFolders: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly flags?: readonly string[];
  /** Where to look for @yowasp/clang, upward, after the source's own folder. */
  readonly compilerFolders?: readonly string[];
  /** Told what takes long, such as `compiling order.c`. */
  readonly onProgress?: (message: string) => void;
}

export interface BuiltModule {
  /** The source or module that was asked for, absolute. */
  readonly file: string;
  readonly wasm: Uint8Array;
  readonly cached: boolean;
  /** The compiler's warnings, as it prints them. */
  readonly output: string;
}

export class SourceBuilder {
  readonly #options: BuildOptions;
  /** By the folder of the package. */
  readonly #yowasp = new Map<string, YowaspCompiler>();
  #native: Promise<NativeSearch> | undefined;

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  /**
   * Gives the module of a source, or of a .wasm file as it is. `cacheFolder` is where built
   * modules are kept, usually `.backstitch/build` beside the configuration.
   */
  async build(file: string, cacheFolder: string): Promise<BuiltModule> {
    if (!isSource(file)) return readModule(file);
    const { includeFolders, flags = DEFAULT_FLAGS, onProgress } = this.#options;
    const files = await gatherSources(file, includeFolders);
    const compiler = await this.#compilerFor(file);
    const job: CompileJob = { source: file, files, includeFolders, flags };
    const cache = new BuildCache(cacheFolder);
    const key = buildKey(job, compiler.identity);
    const kept = await cache.get(file, key);
    if (kept !== undefined) return { file, wasm: kept, cached: true, output: '' };
    onProgress?.(`compiling ${file}`);
    const { wasm, output } = await compiler.compile(job);
    await cache.put(file, key, wasm);
    return { file, wasm, cached: false, output: output + lineTableWarning(file, wasm) };
  }

  /** Runs the command that builds a module, in a shell, and gives the module. */
  async runCommand(command: string, folder: string, module: string): Promise<BuiltModule> {
    this.#options.onProgress?.(`running ${command}`);
    const { code, output } = await runShell(command, folder, this.#options.environment);
    if (code !== 0) {
      throw new BuildError(
        'command-failed',
        module,
        `${module}: the build command "${command}" failed ` +
          `(${code === undefined ? 'it was ended' : `exit code ${code}`}).\n${output}`,
        output,
      );
    }
    return { ...(await readModule(module)), output };
  }

  /** Ends the compilers; building again starts them again. */
  async close(): Promise<void> {
    const compilers = [...this.#yowasp.values()];
    this.#yowasp.clear();
    await Promise.all(compilers.map((compiler) => compiler.close()));
  }

  async #compilerFor(source: string): Promise<Compiler> {
    for (const folder of [dirname(source), ...(this.#options.compilerFolders ?? [])]) {
      const found = await findYowaspPackage(folder);
      if (found === undefined) continue;
      const compiler = this.#yowasp.get(found.home) ?? new YowaspCompiler(found);
      this.#yowasp.set(found.home, compiler);
      return compiler;
    }
    this.#native ??= findNativeCompiler(this.#options.environment);
    const { compiler, reasons } = await this.#native;
    if (compiler !== undefined) return compiler;
    const missing = `@yowasp/clang: not installed in ${dirname(source)} or any folder above it`;
    throw noCompiler(source, [missing, ...reasons]);
  }
}

/** Where a workspace folder keeps what is built from its sources. */
export function buildFolderOf(folder: string): string {
  return join(folder, '.backstitch', 'build');
}

async function readModule(file: string): Promise<BuiltModule> {
  try {
    return { file, wasm: await readFile(file), cached: false, output: '' };
  } catch (cause) {
    throw new BuildError(
      'module-missing',
      file,
      `${file}: there is no such module; build it first, or name the command that does as ` +
        '"build" in backstitch.json.',
      '',
      { cause },
    );
  }
}

/** A native clang runs wasm-opt from -O1 on, which drops the lines that debugging stands on. */
function lineTableWarning(file: string, wasm: Uint8Array): string {
  if (Buffer.from(wasm.buffer, wasm.byteOffset, wasm.length).includes('.debug_line')) return '';
  return (
    `${file}: warning: the built module has no source lines, so it can run but not be debugged ` +
    'by line; compile with -g and -O0, or take wasm-opt off PATH.\n'
  );
}

async function runShell(
  command: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ code: number | undefined; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Not the option `timeout`, whose timer outlives a program that could not be started.
      signal: AbortSignal.timeout(COMMAND_SECONDS_MAX * 1000),
    });
    let output = '';
    const take = (text: string) => {
      if (output.length < COMMAND_OUTPUT_MAX) output += text;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error) => resolve({ code: undefined, output: output + error.message }));
    child.once('close', (code) => resolve({ code: code ?? undefined, output }));
  });
}
