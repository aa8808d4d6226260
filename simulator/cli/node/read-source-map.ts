import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { plainSourceMap, sourceMapName, sourceMapUrl } from '../../guest/symbols/index.ts';
import { isComponent, ModuleError, readSections } from '../../guest/wasm/index.ts';

/** One of a large program has some megabytes. */
const SOURCE_MAP_BYTES_MAX = 64 * 1024 * 1024;

/**
 * The source map of a module that lies in a file beside it, as the module says. Undefined where it
 * names none, holds it itself, or the file is missing, too large or no source map: the program runs
 * without one, and has no lines then.
 *
 * @param file where the module is
 * @param folder where it was built: AssemblyScript names sources from there, and not from the map
 */
export async function readSourceMap(
  wasm: Uint8Array,
  file: string,
  folder: string,
): Promise<string | undefined> {
  const name = nameIn(wasm);
  if (name === undefined) return undefined;
  const path = join(dirname(file), name);
  try {
    if ((await stat(path)).size > SOURCE_MAP_BYTES_MAX) return undefined;
    return plainSourceMap(await readFile(path, 'utf8'), (source) => {
      const isBeside = isAbsolute(source) || existsSync(join(dirname(file), source));
      const isBuiltThere = !isBeside && existsSync(join(folder, source));
      return isBuiltThere ? join(folder, source) : source;
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

function nameIn(wasm: Uint8Array): string | undefined {
  if (isComponent(wasm)) return undefined;
  try {
    const url = sourceMapUrl(wasm, { sections: readSections(wasm) });
    return url === undefined ? undefined : sourceMapName(url);
  } catch (error) {
    // What is wrong with the module is told when it is loaded.
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}
