import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../helpers/project-root.ts';

/** Compiling loads a compiler of a hundred megabytes once. */
export const COMPILE_TIMEOUT_MS = 120_000;

/**
 * An example as somebody has it who has installed the compiler: `npm install @yowasp/clang`.
 * `files` are added to it, or replace its own.
 */
export function exampleWorkspace(
  folder: string,
  example: string,
  files: Readonly<Record<string, string>> = {},
): string {
  const workspace = join(folder, example);
  cpSync(join(projectRoot, 'examples', example), workspace, {
    recursive: true,
    filter: (path) => !path.includes('.backstitch'),
  });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
  const packages = join(workspace, 'node_modules');
  mkdirSync(packages);
  symlinkSync(join(projectRoot, 'node_modules/@yowasp'), join(packages, '@yowasp'));
  return workspace;
}
