/** What a component becomes so that it can run on a WebAssembly engine for core modules. */
export interface TranspiledComponent {
  /** JavaScript of the glue: it exports `instantiate` and nothing that the engine uses besides. */
  readonly source: string;
  /** The core modules by the names that the glue asks for, in the component's order. */
  readonly coreModules: ReadonlyMap<string, Uint8Array>;
  /** The interfaces that the glue asks for, without their version: `wasi:clocks/wall-clock`. */
  readonly imports: readonly string[];
  /** With their version: `wasi:cli/run@0.2.6`. */
  readonly exports: readonly string[];
}

/** Makes components ready to run; a host hands one in, because it is large and needs files. */
export interface ComponentTranspiler {
  /**
   * Throws ProgramError when the component is not valid, or has what the transpiler does not know.
   * A failure leaves the transpiler usable.
   */
  transpile(bytes: Uint8Array): Promise<TranspiledComponent>;
}
