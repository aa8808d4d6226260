import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ComponentCache } from '../../simulator/cli/node/component-cache.ts';
import {
  bundledJco,
  type Jco,
  JcoTranspiler,
  TRANSPILED_VERSION,
} from '../../simulator/cli/node/load-jco.ts';
import { projectRoot } from './project-root.ts';

interface JcoBundle {
  buildJco(root: string, folder: string): Promise<unknown>;
}

let components: ComponentCache | undefined;

/** The transpiler as it ships, one a process; its bundle is built when it is used first. */
export function testComponents(): ComponentCache {
  components ??= new ComponentCache(new JcoTranspiler(loadTestJco), TRANSPILED_VERSION);
  return components;
}

/** The transpiler itself; a new one on every call. */
export async function loadTestJco(): Promise<Jco> {
  // Tests run from a folder that goes away with them.
  const folder = join(dirname(fileURLToPath(import.meta.url)), `jco-${process.pid}`);
  const script = pathToFileURL(join(projectRoot, 'scripts/lib/jco-bundle.mjs')).href;
  const { buildJco } = (await import(script)) as JcoBundle;
  await buildJco(projectRoot, relative(projectRoot, join(folder, 'lazy')));
  return bundledJco(folder)();
}
