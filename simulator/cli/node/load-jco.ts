/** The transpiler of components: jco, loaded when the first component is met. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { synchronousGlue } from '../../guest/component/synchronous-glue.ts';
import type {
  ComponentTranspiler,
  TranspiledComponent,
} from '../../guest/component/transpiled-component.ts';
import { ProgramError } from '../../guest/program-error.ts';

/** The version of @bytecodealliance/jco. */
export const JCO_VERSION = '1.35.0';

/** Of what is made of a component, by which it is kept; the number is that of synchronousGlue. */
export const TRANSPILED_VERSION = `${JCO_VERSION}-2`;

/** What is used of the package. */
export interface Jco {
  generate(
    component: Uint8Array,
    options: object,
  ): Promise<{
    readonly files: readonly (readonly [name: string, content: Uint8Array])[];
    readonly imports: readonly string[];
    readonly exports: readonly (readonly [name: string, kind: string])[];
  }>;
  /** What it has printed since the last time, such as why it broke down. */
  takeSaid(): string;
}

/** Gives a new instance on every call. */
export type JcoLoader = () => Promise<Jco>;

/** Everything that decides what is made, besides the component and the version. */
export const JCO_OPTIONS = {
  name: 'component',
  instantiation: { tag: 'sync' },
  noTypescript: true,
  noNodejsCompat: true,
  tlaCompat: false,
  // Core modules stay files of their own instead of text in the source.
  base64Cutoff: 0,
} as const;

const SOURCE_FILE = `${JCO_OPTIONS.name}.js`;
const MODULE_FILE = /\.wasm$/;

/** Loads the bundle that stands beside ours. */
export function bundledJco(distFolder: string): JcoLoader {
  return async () => {
    const load = createRequire(join(distFolder, 'cli.js'));
    const file = load.resolve('./lazy/jco.js');
    // Its state is that of the module, so a new instance is a new module.
    delete load.cache[file];
    return load(file) as Jco;
  };
}

export class JcoTranspiler implements ComponentTranspiler {
  private jco: Promise<Jco> | undefined;

  constructor(private readonly load: JcoLoader) {}

  async transpile(bytes: Uint8Array): Promise<TranspiledComponent> {
    const jco = await this.loaded();
    let generated: Awaited<ReturnType<Jco['generate']>>;
    try {
      generated = await jco.generate(bytes, JCO_OPTIONS);
    } catch (error) {
      // After a panic its memory is in no known state.
      if (!isOwnError(error)) this.jco = undefined;
      throw transpileError(error, jco.takeSaid());
    }
    return transpiled(generated);
  }

  private loaded(): Promise<Jco> {
    if (this.jco !== undefined) return this.jco;
    const loading = this.load();
    this.jco = loading;
    loading.catch(() => {
      this.jco = undefined;
    });
    return loading;
  }
}

function transpiled({
  files,
  imports,
  exports,
}: Awaited<ReturnType<Jco['generate']>>): TranspiledComponent {
  const source = files.find(([name]) => name === SOURCE_FILE)?.[1] ?? new Uint8Array(0);
  return {
    source: synchronousGlue(new TextDecoder().decode(source)),
    coreModules: new Map(files.filter(([name]) => MODULE_FILE.test(name))),
    imports,
    exports: exports.map(([name]) => name),
  };
}

/** It says itself what is wrong with the component, instead of breaking down. */
function isOwnError(error: unknown): error is Error {
  return error instanceof Error && Object.hasOwn(error, 'payload');
}

function transpileError(error: unknown, said: string): ProgramError {
  const reason = error instanceof Error ? error.message : String(error);
  if (isOwnError(error)) {
    return new ProgramError(
      'invalid',
      `the component is not valid: ${onOneLine(reason)}`,
      'The file may be damaged, or of another version of the component model: build it again.',
      { cause: error },
    );
  }
  return new ProgramError(
    'invalid',
    `the component has something that jco ${JCO_VERSION} cannot translate: ${onOneLine(said || reason)}`,
    'Build it with other tools, or report the component to jco.',
    { cause: error },
  );
}

function onOneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== 'Caused by:')
    .join(': ');
}
