import { parseArguments } from './component/wave-parse.ts';
import { printValue } from './component/wave-print.ts';
import { WaveReader } from './component/wave-text.ts';
import type { WitType } from './component/wit-type.ts';
import type { CoreProgram } from './core-program.ts';
import { type Invocation, parsedCall } from './invocation.ts';
import { ProgramError } from './program-error.ts';
import { functionSignature } from './wasm/index.ts';

/** A call of a function that a core module exports, with numbers only. */
export interface CoreCall {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly results: readonly WitType[];
  /** Writes down what the function returned. */
  print(result: unknown): string;
}

/** Numbers of core modules have no sign; people are shown and write signed ones. */
const TYPES: Readonly<Record<string, WitType>> = {
  i32: { kind: 's32' },
  i64: { kind: 's64' },
  f32: { kind: 'f32' },
  f64: { kind: 'f64' },
};

/** Throws ProgramError when there is no such function or the arguments do not fit it. */
export function planCoreCall({ main: { info } }: CoreProgram, invocation: Invocation): CoreCall {
  const { name } = invocation;
  const exported = info.exports.find((each) => each.kind === 'function' && each.name === name);
  const type = exported && info.types[info.functionTypes[exported.index] ?? -1];
  if (type === undefined) {
    throw new ProgramError(
      'no-function',
      `the module exports no function ${name}`,
      'Correct "invoke" in backstitch.json, or export the function.',
    );
  }
  const signature = functionSignature(type);
  const params = type.parameters.map((each, index) => ({
    name: `parameter ${index + 1}`,
    type: numberType(each, name, signature),
  }));
  const results = type.results.map((each) => numberType(each, name, signature));
  const args = parsedCall(invocation, signature, () =>
    parseArguments(new WaveReader(invocation.args ?? ''), params),
  );
  return { name, args, results, print: (result) => printResults(result, results) };
}

function numberType(type: string, name: string, signature: string): WitType {
  const found = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (found !== undefined) return found;
  throw new ProgramError(
    'bad-call',
    `${name} ${signature} takes or gives a ${type}, for which nothing can be written`,
    'Call a function of numbers.',
  );
}

function printResults(result: unknown, results: readonly WitType[]): string {
  const [only] = results;
  if (results.length === 1 && only !== undefined) return printValue(result, only);
  return printValue(result, { kind: 'tuple', elements: results });
}
