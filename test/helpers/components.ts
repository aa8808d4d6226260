import { join } from 'node:path';
import { ComponentCache } from '../../simulator/cli/node/component-cache.ts';
import { bundledJco, JCO_VERSION, JcoTranspiler } from '../../simulator/cli/node/load-jco.ts';
import { ensureDist } from './dist.ts';
import { projectRoot } from './project-root.ts';

let components: ComponentCache | undefined;

/** The transpiler as it ships, one a process; its bundle is built when it is used first. */
export function testComponents(): ComponentCache {
  components ??= new ComponentCache(
    new JcoTranspiler(async () => {
      ensureDist();
      return bundledJco(join(projectRoot, 'dist'))();
    }),
    JCO_VERSION,
  );
  return components;
}
