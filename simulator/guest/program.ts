import { WASM_PAGE_BYTES } from '../kernel/limits.ts';
import { planComponentCall } from './component/component-call.ts';
import {
  type ComponentProgram,
  checkRunnable,
  loadComponent,
} from './component/component-program.ts';
import { HTTP_HANDLER } from './component/run-handler.ts';
import type { TranspiledComponent } from './component/transpiled-component.ts';
import { contentHash } from './content-hash.ts';
import { planCoreCall } from './core-call.ts';
import { type CoreProgram, loadCoreProgram } from './core-program.ts';
import { parseInvocation } from './invocation.ts';
import { PREVIEW2_INTERFACES } from './preview2/preview2.ts';
import { ProgramError } from './program-error.ts';
import { recognise } from './wasm/recognise.ts';

/** A WebAssembly program, checked and compiled: shared by all its executions and replays. */
export type GuestProgram = CoreProgram | ComponentProgram;

/**
 * Checks and compiles a program. Throws ModuleError when it is not WebAssembly or needs what the
 * engine refuses, and ProgramError when it imports what nothing provides or has no entry.
 *
 * @param memoryMiB the most memory that its instances may have; in a component, each of its memories
 * @param component what a transpiler made of it, when it is a component
 */
export function loadProgram(
  bytes: Uint8Array,
  memoryMiB: number,
  component?: TranspiledComponent,
): GuestProgram {
  const kind = recognise(bytes);
  const memoryPagesMax = Math.floor((memoryMiB * 1024 * 1024) / WASM_PAGE_BYTES);
  const hash = contentHash(bytes);
  if (kind === 'module') return loadCoreProgram(bytes, hash, memoryPagesMax);
  if (component === undefined) {
    throw new ProgramError(
      'invalid',
      'the file is a component, and was not transpiled before it was loaded',
      'Run it with the command line or in the editor, which do that.',
    );
  }
  return loadComponent(bytes, hash, memoryPagesMax, component, PREVIEW2_INTERFACES);
}

/**
 * Throws ProgramError when a program has nothing to start, or when `invoke` is not a call of one of
 * its functions. A command has an entry of its own and takes no such call.
 */
export function checkStart(program: GuestProgram, invoke: string | undefined): void {
  if (program.kind === 'component') {
    if (invoke === undefined) checkRunnable(program);
    else if (invoke !== HTTP_HANDLER) planComponentCall(program, parseInvocation(invoke));
  } else if (invoke !== undefined && program.entry === 'reactor') {
    planCoreCall(program, parseInvocation(invoke));
  }
}
