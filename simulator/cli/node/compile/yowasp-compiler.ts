/**
 * Clang from the npm package @yowasp/clang, which is itself WebAssembly and sees a file system of
 * its own. It runs in a worker, since it takes half a gigabyte and blocks its thread.
 *
 * Y1: the worker never keeps the process alive while no job is under way.
 * Y2: the DWARF and the messages of a build name files as they are on the real disk.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { BuildError, compileFailed } from './build-error.ts';
import {
  type CompileJob,
  type CompileResult,
  type Compiler,
  driverFor,
  languageFlags,
} from './compiler.ts';

const COMPILE_SECONDS_MAX = 300;
/** Keeps the real disk's paths apart from the compiler's own, such as /usr and /tmp. */
const DISK = '@disk';
/** The same files once more, where the overlay leads to. */
const FILES = '@files';
const OVERLAY = 'overlay.json';
const OUTPUT = 'out.wasm';

/** The compiler's file system takes `..` for the folder itself; an overlay resolves it first. */
const OVERLAY_CONTENT = JSON.stringify({
  version: 0,
  'use-external-names': false,
  roots: [{ name: `/${DISK}`, type: 'directory-remap', 'external-contents': `/${FILES}` }],
});

/** The worker's source: one compile a message, answered with the module or the messages. */
const WORKER_SOURCE = `
const { parentPort, workerData } = require('node:worker_threads');
const loaded = import(workerData);
loaded.catch(() => {}); // Reported with each job that waits for it.
parentPort.on('message', async ({ args, files }) => {
  const chunks = [];
  const write = (bytes) => { if (bytes !== null) chunks.push(bytes.slice()); };
  let wasm;
  let failure;
  try {
    const { runClang } = await loaded;
    const options = { stdout: write, stderr: write, fetchProgress: () => {} };
    wasm = (await runClang(args, files, options))['${OUTPUT}'];
  } catch (error) {
    failure = typeof error.code === 'number' ? '' : String(error.stack);
  }
  parentPort.postMessage({ wasm, failure, output: Buffer.concat(chunks).toString() });
});
`;

interface Answer {
  readonly wasm: Uint8Array | undefined;
  /** Empty when the compiler ended with an error of its own, which is in the output. */
  readonly failure: string | undefined;
  readonly output: string;
}

type Tree = { [name: string]: Tree | Uint8Array };

export interface YowaspPackage {
  /** The package's own folder. */
  readonly home: string;
  readonly version: string;
}

/** The package in the nearest folder that has it installed, from `folder` upward. */
export async function findYowaspPackage(folder: string): Promise<YowaspPackage | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const home = join(at, 'node_modules', '@yowasp', 'clang');
    const version = await readVersion(join(home, 'package.json'));
    if (version !== undefined) return { home, version };
    if (dirname(at) === at) return undefined;
  }
}

async function readVersion(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    const description: unknown = JSON.parse(text);
    const isObject = typeof description === 'object' && description !== null;
    return isObject && 'version' in description ? String(description.version) : undefined;
  } catch {
    // Not installed here, or half installed: a folder further up may have it.
    return undefined;
  }
}

export class YowaspCompiler implements Compiler {
  readonly identity: string;
  readonly #home: string;
  #worker: Worker | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** Counts calls of close, so that jobs still in the queue then are ended with it. */
  #closings = 0;

  constructor({ home, version }: YowaspPackage) {
    this.#home = home;
    this.identity = `@yowasp/clang ${version}`;
  }

  compile(job: CompileJob): Promise<CompileResult> {
    const closings = this.#closings;
    const result = this.#queue.then(() => {
      if (closings !== this.#closings) throw compilerEnded(job.source);
      return this.#compileNext(job);
    });
    // A failed job is its caller's to handle; the next one starts all the same.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    this.#closings++;
    await this.#end();
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #compileNext(job: CompileJob): Promise<CompileResult> {
    const { wasm, failure, output } = await this.#ask(job);
    const messages = output.replaceAll(`/${DISK}/`, diskPrefix(job.source));
    if (wasm !== undefined) return { wasm, output: messages };
    throw compileFailed(job.source, failure ? `${messages}${failure}` : messages);
  }

  async #ask(job: CompileJob): Promise<Answer> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const over = new AbortController();
    const { signal } = over;
    const stuck = setTimeout(() => over.abort(), COMPILE_SECONDS_MAX * 1000);
    const ended = once(worker, 'exit', { signal }).then(() => {
      throw compilerEnded(job.source);
    });
    worker.ref();
    worker.postMessage({ args: commandLine(job), files: fileTree(job.files) });
    try {
      const [answer] = await Promise.race([once(worker, 'message', { signal }), ended]);
      return answer as Answer;
    } catch (error) {
      await this.#end();
      throw signal.aborted ? compileStuck(job.source) : error;
    } finally {
      clearTimeout(stuck);
      // Takes the listeners off again; what they were waiting for no longer matters.
      ended.catch(() => undefined);
      over.abort();
      worker.unref();
    }
  }

  #start(): Worker {
    const entry = pathToFileURL(join(this.#home, 'gen', 'bundle.js')).href;
    // Its progress notices go to standard output, which is not ours to write to.
    return new Worker(WORKER_SOURCE, { eval: true, workerData: entry, stdout: true, stderr: true });
  }
}

function compileStuck(source: string): BuildError {
  return new BuildError(
    'compile-stuck',
    source,
    `${source}: the compiler did not end within ${COMPILE_SECONDS_MAX} seconds; build it with ` +
      'your own tool and name the result as "module" in backstitch.json.',
  );
}

function compilerEnded(source: string): BuildError {
  return new BuildError(
    'compile-failed',
    source,
    `${source}: the compiler was ended before it was done; build it again.`,
  );
}

function commandLine(job: CompileJob): readonly string[] {
  const prefix = diskPrefix(job.source);
  return [
    driverFor(job.source),
    ...job.flags,
    ...languageFlags(job.source),
    '-ivfsoverlay',
    `/${OVERLAY}`,
    `-ffile-prefix-map=/${DISK}/=${prefix}`,
    `-fdebug-compilation-dir=${slashes(dirname(job.source))}`,
    ...job.includeFolders.map((folder) => `-I${virtualPath(folder)}`),
    virtualPath(job.source),
    '-o',
    OUTPUT,
  ];
}

/** What the compiler's root stands for: `/`, or nothing where paths begin with a drive. */
function diskPrefix(path: string): string {
  return path.startsWith('/') ? '/' : '';
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}

function virtualPath(path: string): string {
  const text = slashes(path);
  return text.startsWith('/') ? `/${DISK}${text}` : `/${DISK}/${text}`;
}

function fileTree(files: ReadonlyMap<string, Uint8Array>): Tree {
  const disk: Tree = {};
  for (const [path, content] of files) {
    const names = slashes(path).split('/').filter(Boolean);
    const last = names.pop() ?? '';
    let folder = disk;
    for (const name of names) {
      const next = folder[name] ?? {};
      if (next instanceof Uint8Array) break;
      folder[name] = next;
      folder = next;
    }
    folder[last] = content;
  }
  const overlay = new TextEncoder().encode(OVERLAY_CONTENT);
  // The driver looks for the source without the overlay, the compiler proper with it.
  return { [DISK]: disk, [FILES]: disk, [OVERLAY]: overlay };
}
