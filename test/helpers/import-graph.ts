// The imports between the project's own files, as the bundler and the compiler see them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { projectRoot } from './project-root.ts';

/** One import: `from` is a path relative to the checkout, `to` is one too, or a package or host module. */
export interface ImportEdge {
  readonly from: string;
  readonly to: string;
}

/** All TypeScript files of a folder of the checkout, with forward slashes; none when it does not exist. */
export function sourceFiles(folder: string): string[] {
  if (!existsSync(join(projectRoot, folder))) return [];
  return readdirSync(join(projectRoot, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return sourceFiles(path);
      return path.endsWith('.ts') && !path.endsWith('.d.ts') ? [path] : [];
    });
}

/** The imports of these files that are left at run time, from the bundler's metafile. */
export async function bundledImports(files: readonly string[]): Promise<ImportEdge[]> {
  const { metafile } = await build({
    absWorkingDir: projectRoot,
    entryPoints: [...files],
    bundle: true,
    write: false,
    outdir: 'build/none',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    logLevel: 'silent',
  });
  return Object.entries(metafile.inputs).flatMap(([from, { imports }]) =>
    imports.map(({ path }) => ({ from, to: path })),
  );
}

/** The imports as written, which include those of types only: the bundler has dropped these. */
export function writtenImports(files: readonly string[]): ImportEdge[] {
  return files.flatMap((from) => {
    const text = readFileSync(join(projectRoot, from), 'utf8');
    return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => ({
      from,
      to: fileName.startsWith('.') ? posix.join(posix.dirname(from), fileName) : fileName,
    }));
  });
}

/** True for a module of Node itself, with or without its prefix. */
export function isHostModule(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}
