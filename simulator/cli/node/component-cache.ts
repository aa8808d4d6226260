/**
 * Transpiled components, kept in memory and on disk by what they were made of.
 *
 * C1  An entry that is damaged or of another version counts as none.
 * C2  A folder that cannot be written to only costs time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  ComponentTranspiler,
  TranspiledComponent,
} from '../../guest/component/transpiled-component.ts';
import { decodeEntry, encodeEntry } from './component-entry.ts';
import { enableExtendedConstants } from './wasm-features.ts';

/** How many are kept in one folder; the ones unused for longest go first. */
const ENTRIES_MAX = 20;
const ENTRY_NAME = /^[0-9a-f]{32}\.component$/;
/** How many are kept in memory. */
const REMEMBERED_MAX = 8;

export class ComponentCache {
  readonly #transpiler: ComponentTranspiler;
  readonly #version: string;
  readonly #remembered = new Map<string, Promise<TranspiledComponent>>();

  /** `version` names everything besides the component that decides what is made. */
  constructor(transpiler: ComponentTranspiler, version: string) {
    this.#transpiler = transpiler;
    this.#version = version;
  }

  /** A transpiler that keeps what it makes in a folder; without one, only in memory. */
  in(folder: string | undefined): ComponentTranspiler {
    return { transpile: (bytes) => this.#transpile(bytes, folder) };
  }

  #transpile(bytes: Uint8Array, folder: string | undefined): Promise<TranspiledComponent> {
    const key = createHash('sha256')
      .update(`${this.#version}\n`)
      .update(bytes)
      .digest('hex')
      .slice(0, 32);
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    enableExtendedConstants();
    const made = this.#readOrMake(bytes, folder, key);
    this.#remember(key, made);
    return made;
  }

  #remember(key: string, made: Promise<TranspiledComponent>): void {
    this.#remembered.set(key, made);
    made.catch(() => this.#remembered.delete(key));
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > REMEMBERED_MAX && oldest !== undefined) {
      this.#remembered.delete(oldest);
    }
  }

  async #readOrMake(
    bytes: Uint8Array,
    folder: string | undefined,
    key: string,
  ): Promise<TranspiledComponent> {
    if (folder === undefined) return this.#transpiler.transpile(bytes);
    const path = join(folder, `${key}.component`);
    const kept = await read(path);
    if (kept !== undefined) return kept;
    const made = await this.#transpiler.transpile(bytes);
    await write(path, encodeEntry(made));
    return made;
  }
}

async function read(path: string): Promise<TranspiledComponent | undefined> {
  try {
    const entry = decodeEntry(await readFile(path));
    const now = new Date();
    if (entry !== undefined) await utimes(path, now, now);
    return entry;
  } catch {
    // Not there yet, or not readable: it is made again.
    return undefined;
  }
}

async function write(path: string, entry: Uint8Array): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString('hex')}`;
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true });
    // Nothing below .backstitch belongs into version control.
    await writeFile(join(dirname(folder), '.gitignore'), '*\n');
    await writeFile(partial, entry);
    await rename(partial, path);
    await forgetOldest(folder);
  } catch {
    // A read-only or full disk: the next run transpiles again.
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

async function forgetOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => ENTRY_NAME.test(name));
  if (names.length <= ENTRIES_MAX) return;
  const used = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  used.sort((left, right) => left.at - right.at);
  for (const { name } of used.slice(0, used.length - ENTRIES_MAX)) {
    await rm(join(folder, name), { force: true });
  }
}
