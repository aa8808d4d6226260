import type { ModuleProbes } from './instrument/module-probes.ts';
import type { CoreModule } from './wasm/index.ts';

/** A core module of a program, with what leads from V8's stack frames to its source. */
export interface ProgramModule {
  /** As it was built: what its debug information speaks of. */
  readonly bytes: Uint8Array;
  readonly info: CoreModule;
  /** An offset that V8 reports minus this is an offset into `bytes`. */
  readonly codeShift: number;
  /**
   * What the module that runs is called, and with it the script of V8's stack frames; undefined
   * for the module of a core program, whose frames are all the wasm frames without such a name.
   */
  readonly tag: string | undefined;
  /** The text of its source map, if that was in a file beside it. */
  readonly sourceMap?: string;
  /** In a program for time travel; V8's offsets into such a module lead nowhere. */
  readonly instrumented?: ModuleProbes;
}
