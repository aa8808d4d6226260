import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugHost } from '../../../debug-adapter/debug-host.ts';
import { SourceBuilder } from '../../../simulator/cli/node/build-source.ts';
import { loadTarget } from '../../../simulator/cli/node/load-target.ts';
import { nodeEnvironment } from '../../../simulator/cli/node/node-environment.ts';
import { testComponents } from '../../helpers/components.ts';
import { projectRoot } from '../../helpers/project-root.ts';

const builder = new SourceBuilder({
  includeFolders: [join(projectRoot, 'examples/include')],
  environment: process.env,
});

/** A real host, whose compiler is shared by all sessions of a test file. */
export function testHost(): DebugHost {
  const environment = nodeEnvironment({
    builder,
    distFolder: join(projectRoot, 'dist'),
    emit: () => {},
    hasRequests: () => false,
    beat: () => {},
  });
  return {
    ...environment,
    load: (target) => loadTarget(target, builder, testComponents(), environment.sql),
    nowMs: () => performance.now(),
    interrupted: () => false,
    hasFile: existsSync,
  };
}

/** Ends the compiler, which would keep the process; every test file here calls it at its end. */
export function closeTestHost(): Promise<void> {
  return builder.close();
}
