import { join } from 'node:path';
import { SourceBuilder } from '../../simulator/cli/node/build-source.ts';
import { type GuestProgram, loadProgram } from '../../simulator/guest/program.ts';
import { projectRoot } from './project-root.ts';

/** Builds what tests run; `closeBuilder` ends its compilers. */
export const testBuilder = new SourceBuilder({
  includeFolders: [join(projectRoot, 'examples/include')],
  environment: process.env,
});

const MEMORY_MIB = 64;
const built = new Map<string, Promise<GuestProgram>>();

/** Compiles a source of this project, given by its path from the checkout, once a process. */
export function buildProgram(path: string): Promise<GuestProgram> {
  const existing = built.get(path);
  if (existing !== undefined) return existing;
  const program = testBuilder
    .build(join(projectRoot, path), join(projectRoot, 'build/programs'))
    .then(({ wasm }) => loadProgram(wasm, MEMORY_MIB));
  built.set(path, program);
  return program;
}

/** Ends the compilers; a test file that builds programs calls this after its tests. */
export function closeBuilder(): Promise<void> {
  return testBuilder.close();
}
