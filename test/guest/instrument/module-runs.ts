/** Runs modules that import `env.note` and export `main`, with and without probes. */
import assert from 'node:assert/strict';
import {
  type InstrumentOptions,
  instrumentModule,
  ProbeSession,
} from '../../../simulator/guest/instrument/index.ts';
import { type CoreModule, inspectModule } from '../../../simulator/guest/wasm/index.ts';

/** Everything that can be seen of a run from outside. */
export interface SeenRun {
  readonly result: unknown;
  readonly notes: readonly number[];
  readonly own: unknown;
  readonly memory: Uint8Array;
}

const NOTES_MAX = 10_000;

export class ModuleRuns {
  readonly info: CoreModule;
  private readonly compiled = new Map<
    string,
    readonly [WebAssembly.Module, ReturnType<typeof instrumentModule>]
  >();

  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {
    const info = inspectModule(bytes);
    assert.ok(info.kind === 'module');
    this.info = info;
  }

  /** All functions that it defines. */
  get functions(): number[] {
    const { functionTypes, functionsImported } = this.info;
    return [...functionTypes.keys()].filter((index) => index >= functionsImported);
  }

  /** @param onNote called in every call of `env.note` */
  run(
    options?: InstrumentOptions,
    session = new ProbeSession(),
    onNote: () => void = () => {},
  ): SeenRun {
    const notes: number[] = [];
    const note = (value: number) => {
      onNote();
      assert.ok(notes.push(value) < NOTES_MAX, 'it does not end');
      return (value * 31 + notes.length) | 0;
    };
    const imports = { env: { note } };
    const instance =
      options === undefined
        ? new WebAssembly.Instance(new WebAssembly.Module(this.bytes), imports)
        : this.instrumented(options, session, imports);
    session.start(instance);
    const { main, memory, own } = instance.exports;
    const result = outcome(() => (main as (...args: number[]) => unknown)(5, -3));
    return {
      result,
      notes,
      own: (own as WebAssembly.Global).value,
      memory: new Uint8Array((memory as WebAssembly.Memory).buffer),
    };
  }

  private instrumented(
    options: InstrumentOptions,
    session: ProbeSession,
    imports: WebAssembly.Imports,
  ): WebAssembly.Instance {
    const { bytes, info } = this;
    const key = JSON.stringify({ ...options, locals: options.locals !== undefined });
    let known = this.compiled.get(key);
    if (known === undefined) {
      const built = instrumentModule(bytes, info, options);
      known = [new WebAssembly.Module(built.bytes as Uint8Array<ArrayBuffer>), built];
      this.compiled.set(key, known);
    }
    const [compiled, { bytes: _, ...built }] = known;
    const instrumented = { ...built, isMain: true, reentrant: false };
    const module = { bytes, info, codeShift: 0, tag: undefined, instrumented };
    return session.instantiate(module, compiled, imports);
  }
}

function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    const { Exception } = WebAssembly as { Exception?: new () => object };
    if (Exception !== undefined && error instanceof Exception) return 'an exception';
    assert.ok(error instanceof WebAssembly.RuntimeError, String(error));
    return error.message;
  }
}
