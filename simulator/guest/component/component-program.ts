import { ProgramError } from '../program-error.ts';
import { checkComponentImports } from './component-imports.ts';
import { type ComponentModule, compileModules, definesMemory, userModule } from './core-modules.ts';
import { evaluateGlue, type Instantiate } from './glue.ts';
import { type ComponentInterface, readComponent } from './read-component.ts';
import type { Item } from './scope.ts';
import type { TranspiledComponent } from './transpiled-component.ts';
import { functionText } from './wit-type.ts';

/** A component, checked and compiled: shared by all its executions and replays. */
export interface ComponentProgram {
  readonly kind: 'component';
  /** As it was given. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, in hex. */
  readonly hash: string;
  readonly memoryPagesMax: number;
  /** Its core modules, in the component's order. */
  readonly modules: readonly ComponentModule[];
  /** The module with the user's own code. */
  readonly main: ComponentModule;
  readonly modulesByName: ReadonlyMap<string, ComponentModule>;
  readonly instantiate: Instantiate;
  /** Its hot imports are answered without the glue; only where all of its code is one program. */
  readonly direct: boolean;
  readonly interface: ComponentInterface;
  /** The export that runs it, such as `wasi:cli/run@0.2.6`; undefined when it is not a command. */
  readonly runExport: string | undefined;
}

const RUN = /^wasi:cli\/run@0\.2\.\d+$/;
const HANDLER = /^wasi:http\/incoming-handler@/;
/** Functions that an error names one by one. */
const NAMED_MAX = 8;

/** Throws ModuleError and ProgramError. `provided` names interfaces without their version. */
export function loadComponent(
  bytes: Uint8Array,
  hash: string,
  memoryPagesMax: number,
  transpiled: TranspiledComponent,
  provided: ReadonlySet<string>,
): ComponentProgram {
  const read = readComponent(bytes);
  checkComponentImports(read, transpiled.imports, provided);
  const modulesByName = compileModules(transpiled.coreModules, hash, memoryPagesMax);
  const modules = [...modulesByName.values()];
  const main = userModule(modules);
  if (main === undefined) {
    throw new ProgramError(
      'no-entry',
      'the component has no code',
      'Build it again, or run another one.',
    );
  }
  return {
    kind: 'component',
    bytes,
    hash,
    memoryPagesMax,
    modules,
    main,
    modulesByName,
    instantiate: evaluateGlue(transpiled.source),
    direct: modules.filter(({ info }) => definesMemory(info)).length === 1,
    interface: read,
    runExport: transpiled.exports.find((name) => RUN.test(name)),
  };
}

/** Throws ProgramError when a component is not one to be run, and says what it is. */
export function checkRunnable({ runExport, interface: { exports } }: ComponentProgram): void {
  if (runExport !== undefined) return;
  const names = [...exports.keys()];
  const handler = names.find((name) => HANDLER.test(name));
  if (handler !== undefined) {
    throw new ProgramError(
      'no-entry',
      `the component is an HTTP handler: it exports ${handler} and no wasi:cli/run`,
      'It is to be served rather than run: `backstitch serve` answers requests with it.',
    );
  }
  const functions = exportedFunctions(exports).map(({ name, type }) => `${name}: ${type}`);
  if (functions.length === 0) {
    throw new ProgramError(
      'no-entry',
      'the component exports neither wasi:cli/run@0.2 nor a function, so there is nothing to run',
      'Build it as a command, with a main function.',
    );
  }
  throw new ProgramError(
    'no-entry',
    `the component exports no wasi:cli/run@0.2, only ${someOf(functions)}`,
    'Call one with --invoke \'name(arguments)\', or with "invoke" in backstitch.json.',
  );
}

export interface ExportedFunction {
  /** `add`, or `my:shop/api@1.0.0#add` for one of an interface. */
  readonly name: string;
  readonly type: string;
}

/** All functions that a component exports, with their types as WIT writes them. */
export function exportedFunctions(exports: ReadonlyMap<string, Item>): ExportedFunction[] {
  return [...exports].flatMap(([name, item]) => {
    if (item.kind === 'instance' && item.exports !== undefined) {
      return exportedFunctions(item.exports).map((inner) => ({
        ...inner,
        name: `${name}#${inner.name}`,
      }));
    }
    if (item.kind !== 'function' || item.type === undefined) return [];
    return [{ name, type: functionText(item.type) }];
  });
}

/** A list for a message. */
export function someOf(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  const list = names.slice(0, NAMED_MAX).join(', ');
  return more > 0 ? `${list} and ${more} more` : list;
}
