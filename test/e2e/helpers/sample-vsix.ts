import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../helpers/project-root.ts';

/** Packs test/e2e/sample-extension into `folder`; returns the VSIX's path. */
export function packSampleVsix(folder: string): string {
  const source = join(folder, 'sample-extension');
  const vsix = join(folder, 'sample.vsix');
  cpSync(join(projectRoot, 'test/e2e/sample-extension'), source, { recursive: true });
  const packed = spawnSync(
    process.execPath,
    [
      join(projectRoot, 'node_modules/@vscode/vsce/vsce'),
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--skip-license',
      '--out',
      vsix,
    ],
    { cwd: source, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (packed.status !== 0) {
    throw new Error(`vsce did not pack the sample extension:\n${packed.stdout}${packed.stderr}`);
  }
  return vsix;
}
