import { ServiceError } from '../../world/service.ts';
import type { ScriptSource } from '../../world/service-source.ts';

export interface CompiledModule {
  readonly path: string;
  /** A classic script that hands the module to the sandbox; its lines are those of the source. */
  readonly script: string;
}

type Transform = typeof import('sucrase').transform;

/** A service whose modules are ready for a sandbox, the order of which does not matter. */
export interface CompiledService {
  readonly source: ScriptSource;
  readonly modules: readonly CompiledModule[];
}

/** Compiles a service's modules to scripts for its sandbox; throws ServiceError. */
export async function compileService(name: string, source: ScriptSource): Promise<CompiledService> {
  const modules = await compileModules(
    source,
    (message, path, cause) => new ServiceError(name, message, path, { cause }),
  );
  return { source, modules };
}

/**
 * Compiles a script's modules to what its realm takes.
 *
 * @param failed the error to throw for a file that is no module
 */
export async function compileModules(
  source: ScriptSource,
  failed: (message: string, path: string, cause: unknown) => Error,
): Promise<readonly CompiledModule[]> {
  // Only runs that have scripts pay for loading the compiler.
  const { transform } = await import('sucrase');
  return [...source.files].map(([path, text]) => {
    const code = compile(path, text, transform, failed);
    const imports = JSON.stringify(resolutions(path, code, source.files));
    const head = `__define(${JSON.stringify(path)},${imports},function(exports,require,module){`;
    return { path, script: `${head}${code}\n})` };
  });
}

function compile(
  path: string,
  text: string,
  transform: Transform,
  failed: (message: string, path: string, cause: unknown) => Error,
): string {
  try {
    return transform(text, { transforms: ['imports', 'typescript'], filePath: path }).code;
  } catch (cause) {
    const message = (cause as Error).message.replace(`Error transforming ${path}: `, '');
    throw failed(`not a module: ${message}`, path, cause);
  }
}

/** What each `require` of a compiled module means, by the text that it asks for. */
function resolutions(
  path: string,
  code: string,
  files: ReadonlyMap<string, string>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, wanted] of code.matchAll(/require\(['"]([^'"]+)['"]\)/g)) {
    if (wanted === undefined || !wanted.startsWith('.')) continue;
    const base = join(path, wanted);
    const candidates = [
      base,
      `${base}.mjs`,
      `${base}.js`,
      `${base}.ts`,
      base.replace(/\.m?js$/, '.ts'),
    ];
    const target = candidates.find((candidate) => files.has(candidate));
    if (target !== undefined) found[wanted] = target;
  }
  return found;
}

/** Resolves a relative import against the folder of the file that has it. */
function join(path: string, relative: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
