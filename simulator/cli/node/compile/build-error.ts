export type BuildErrorCode =
  | 'source-missing'
  | 'source-too-large'
  | 'no-compiler'
  | 'compile-failed'
  | 'compile-stuck'
  | 'command-failed'
  | 'module-missing';

/** A program that could not be built. The message ends with what to do next. */
export class BuildError extends Error {
  override readonly name = 'BuildError';

  constructor(
    readonly code: BuildErrorCode,
    /** The source or module, absolute. */
    readonly file: string,
    message: string,
    /** What the compiler or build command printed, as it is; empty when nothing ran. */
    readonly output = '',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function noCompiler(file: string, reasons: readonly string[]): BuildError {
  const tried = reasons.map((reason) => `\n  - ${reason}`).join('');
  return new BuildError(
    'no-compiler',
    file,
    `${file}: there is no C compiler for WebAssembly.${tried}\n` +
      'Run "npm install --save-dev @yowasp/clang" in the workspace, or install wasi-sdk and set ' +
      'WASI_SDK_PATH to its folder, or name a built .wasm file as "module" in backstitch.json.',
  );
}

export function compileFailed(file: string, output: string): BuildError {
  return new BuildError('compile-failed', file, `${file} does not compile.\n${output}`, output);
}
