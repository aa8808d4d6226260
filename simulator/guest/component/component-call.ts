import { type Invocation, parsedCall } from '../invocation.ts';
import { ProgramError } from '../program-error.ts';
import { type ComponentProgram, exportedFunctions, someOf } from './component-program.ts';
import { parseArguments } from './wave-parse.ts';
import { printValue } from './wave-print.ts';
import { WaveReader } from './wave-text.ts';
import { camelCase } from './wave-values.ts';
import { functionText, type WitFunction, type WitType } from './wit-type.ts';

/** A call of an exported function that fits its type. */
export interface ComponentCall {
  /** The exported interface that has the function; undefined for one of the component itself. */
  readonly instance: string | undefined;
  readonly name: string;
  readonly type: WitFunction;
  /** As the glue takes them. */
  readonly args: readonly unknown[];
}

/** What parts an interface from its function: `my:shop/api@1.0.0#add`. */
const SEPARATOR = '#';

/** Throws ProgramError when there is no such function or the arguments do not fit it. */
export function planComponentCall(
  program: ComponentProgram,
  invocation: Invocation,
): ComponentCall {
  const { instance, name, type } = findFunction(program, invocation.name);
  const shown = functionText(type);
  if (type.isAsync) {
    throw new ProgramError(
      'bad-call',
      `${invocation.name} is asynchronous, which WASI 0.2 does not know`,
      'Call another function.',
    );
  }
  const args = parsedCall(invocation, shown, () =>
    parseArguments(new WaveReader(invocation.args ?? ''), type.params),
  );
  return { instance, name, type, args };
}

type Found = Pick<ComponentCall, 'instance' | 'name' | 'type'>;

function findFunction({ interface: read }: ComponentProgram, wanted: string): Found {
  const [first = '', inner] = wanted.split(SEPARATOR);
  const candidates = [...read.exports].flatMap(([name, item]): Found[] => {
    if (item.kind === 'function' && item.type !== undefined) {
      return inner === undefined && name === wanted
        ? [{ instance: undefined, name, type: item.type }]
        : [];
    }
    if (item.kind !== 'instance' || inner === undefined) return [];
    const found = item.exports?.get(inner);
    const isMeant = name === first || name.startsWith(`${first}@`);
    if (!isMeant || found?.kind !== 'function' || found.type === undefined) return [];
    return [{ instance: name, name: inner, type: found.type }];
  });
  const [found] = candidates;
  if (found !== undefined) return found;
  const { problem } = read;
  const functions = exportedFunctions(read.exports).map(({ name }) => name);
  const known = functions.length === 0 ? 'it exports none' : `it exports ${someOf(functions)}`;
  throw new ProgramError(
    'no-function',
    `the component exports no function ${wanted}; ${known}`,
    problem === undefined
      ? 'Correct the name that --invoke or "invoke" in backstitch.json gives.'
      : `A part of the component could not be read: ${problem.message}`,
  );
}

/**
 * Calls it, and gives its result in WAVE; undefined when it has none. Lets what the program throws
 * through, but for the error case of a result, which is a value.
 */
export function callComponent(
  exports: Readonly<Record<string, unknown>>,
  { instance, name, type, args }: ComponentCall,
): string | undefined {
  const holder = (instance === undefined ? exports : exports[instance]) as
    | Readonly<Record<string, unknown>>
    | undefined;
  const called = holder?.[camelCase(name)];
  if (typeof called !== 'function') {
    throw new Error(`the glue has no function ${instance ?? ''} ${name}`);
  }
  const { result } = type;
  if (result?.kind === 'result') return callFallible(() => called(...args), result);
  const value: unknown = called(...args);
  return result === undefined ? undefined : printValue(value, result);
}

/** The glue returns the payload of `ok`, and throws that of `err` as an error. */
function callFallible(call: () => unknown, type: WitType & { kind: 'result' }): string {
  try {
    return printValue({ tag: 'ok', val: call() }, type);
  } catch (error) {
    if (!isErrorCase(error)) throw error;
    return printValue({ tag: 'err', val: error.payload }, type);
  }
}

/** Whether the glue threw the error case of a result. */
export function isErrorCase(error: unknown): error is { readonly payload: unknown } {
  return error instanceof Error && Object.hasOwn(error, 'payload');
}
