import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { CompileJob } from './compiler.ts';

/** How many built modules are kept in one folder; the ones unused for longest go first. */
const MODULES_MAX = 40;
const MODULE_NAME = /-[0-9a-f]{32}\.wasm$/;

/** A hash of everything that a build depends on. */
export function buildKey(job: CompileJob, compiler: string): string {
  const hash = createHash('sha256');
  const add = (part: string | Uint8Array) => {
    hash.update(`${part.length}:`).update(part);
  };
  add(compiler);
  for (const list of [job.flags, job.includeFolders]) add(JSON.stringify(list));
  // Paths count too: the debug information names them.
  for (const [path, content] of job.files) {
    add(path);
    add(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Built modules in a folder, by key. A folder that cannot be written to only costs time. */
export class BuildCache {
  constructor(private readonly folder: string) {}

  async get(source: string, key: string): Promise<Uint8Array | undefined> {
    const path = this.#path(source, key);
    try {
      const bytes = await readFile(path);
      const now = new Date();
      await utimes(path, now, now);
      return bytes;
    } catch {
      // Not built yet, or not readable: it is built again.
      return undefined;
    }
  }

  async put(source: string, key: string, wasm: Uint8Array): Promise<void> {
    const path = this.#path(source, key);
    const partial = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(this.folder, { recursive: true });
      // Nothing below .backstitch belongs into version control.
      await writeFile(join(dirname(this.folder), '.gitignore'), '*\n');
      await writeFile(partial, wasm);
      await rename(partial, path);
      await this.#forgetOldest();
    } catch {
      // A read-only or full disk: the next build compiles again.
      await rm(partial, { force: true }).catch(() => undefined);
    }
  }

  async #forgetOldest(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => MODULE_NAME.test(name));
    if (names.length <= MODULES_MAX) return;
    const used = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(this.folder, name))).mtimeMs })),
    );
    used.sort((left, right) => left.at - right.at);
    for (const { name } of used.slice(0, used.length - MODULES_MAX)) {
      await rm(join(this.folder, name), { force: true });
    }
  }

  #path(source: string, key: string): string {
    return join(this.folder, `${basename(source, extname(source))}-${key}.wasm`);
  }
}
