/**
 * The error case of a WIT `result`: the glue hands `payload` to the program. It carries no stack,
 * which nobody would read and which costs more than the call.
 */
export class ComponentError<P = unknown> extends Error {
  override readonly name = 'ComponentError';
  // The glue looks for a property of the error's own.
  readonly payload: P;

  constructor(payload: P) {
    super('an error for the program');
    this.payload = payload;
  }
}

/** Throws the error case of a WIT `result`. */
export function fail(payload: unknown): never {
  const frames = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    throw new ComponentError(payload);
  } finally {
    Error.stackTraceLimit = frames;
  }
}

/** Ends the program as a trap does: it broke a rule of the interface. */
export function trap(message: string): never {
  throw new WebAssembly.RuntimeError(message);
}
