import { WaveError } from './component/wave-text.ts';
import { ProgramError } from './program-error.ts';

/** A function to call, as `--invoke` and `invoke` name it: `add(1, 2)`, or `add` alone. */
export interface Invocation {
  readonly name: string;
  /** What stands between the parentheses; undefined without any. */
  readonly args: string | undefined;
}

const CALL = /^(?<name>[^(]+?)\s*(?:\((?<args>[\s\S]*)\))?\s*$/;

/** Throws ProgramError. */
export function parseInvocation(text: string): Invocation {
  const { name, args } = CALL.exec(text.trim())?.groups ?? {};
  if (name !== undefined) return { name, args };
  throw new ProgramError(
    'bad-call',
    `"${text}" is not a call of a function`,
    "Write name(arguments), such as --invoke 'add(1, 2)'.",
  );
}

/** Turns a WaveError of `parse` into a ProgramError that names the call. */
export function parsedCall<T>({ name, args = '' }: Invocation, type: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof WaveError)) throw error;
    throw new ProgramError(
      'bad-call',
      `${name}(${args}) does not fit ${type}: ${error.message}`,
      'Write the arguments in WAVE (docs/components.md), such as \'greet("Ada", [1, 2])\'.',
      { cause: error },
    );
  }
}
