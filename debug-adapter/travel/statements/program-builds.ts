/** The forms of one program in which its statements can be looked at; made when first needed. */
import {
  type InstrumentOptions,
  instrumentProgram,
} from '../../../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import { ModuleError } from '../../../simulator/guest/wasm/index.ts';
import { lowerBound } from '../../../simulator/kernel/lower-bound.ts';

/** Bytes of code whose every instruction is made to be looked at: it grows twentyfold. */
const LOOKING_BYTES_MAX = 1 << 18;

/** Builds with other breakpoints that are kept. */
const BREAKPOINT_BUILDS_KEPT_MAX = 4;

export interface Statements {
  /** Where statements of the user's own code begin: code offsets in order. */
  readonly offsets: readonly number[];
  /** The variables of a function that tell its values, by index. */
  locals(functionIndex: number): readonly number[] | 'all';
}

export class ProgramBuilds {
  private readonly builds = new Map<string, GuestProgram>();
  private cannotLook = false;

  constructor(
    private readonly program: GuestProgram,
    private readonly statements: Statements,
    /** What all of them have besides. */
    private readonly always: Partial<InstrumentOptions> = {},
  ) {}

  /** Where the program stops for a statement that begins at a code offset. */
  stopOffset(codeOffset: number): number {
    const { probes } = this;
    return probes[lowerBound(probes, codeOffset)] ?? codeOffset;
  }

  /** Whether a statement begins with an instruction. */
  isStatement(codeOffset: number): boolean {
    const { probes } = this;
    return probes[lowerBound(probes, codeOffset)] === codeOffset;
  }

  /** Where statements begin: code offsets in order. */
  get probes(): Uint32Array {
    return this.stopping().main.instrumented?.probes ?? new Uint32Array(0);
  }

  /** Stops at a statement or an effect: the fastest. */
  stopping(): GuestProgram {
    return this.build('stopping', { operands: true });
  }

  /** Tells all that there is to be seen at the statements of a range, and stops at the last. */
  capturing(): GuestProgram {
    const told = { scan: true, scanLocals: true, returns: true };
    return this.build('capturing', { operands: true, ...told });
  }

  /** Whether `capturing` is there already. */
  get hasCapturing(): boolean {
    return this.builds.has('capturing');
  }

  /** Tells every statement of a range. */
  scanning(): GuestProgram {
    return this.build('scanning', { scan: true });
  }

  /** Tells when the program comes to certain statements. */
  breaking(offsets: readonly number[]): GuestProgram {
    const key = `breaking ${offsets.join()}`;
    const others = [...this.builds.keys()].filter((each) => each.startsWith('breaking '));
    const [oldest] = others;
    if (others.length >= BREAKPOINT_BUILDS_KEPT_MAX && oldest !== undefined && oldest !== key) {
      this.builds.delete(oldest);
    }
    return this.build(key, { breakpoints: offsets });
  }

  /** Tells every instruction; undefined for code that would become too large. */
  looking(): GuestProgram | undefined {
    if (this.cannotLook) return undefined;
    try {
      const { instructions } = this;
      return this.build('looking', { instructions, locals: () => 'all', operands: true });
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      this.cannotLook = true;
      return undefined;
    }
  }

  /** Those of the whole module, or where that would take long, of functions with statements. */
  get instructions(): ReadonlySet<number> {
    const { info } = this.program.main;
    const { functionTypes, functionsImported, code } = info;
    const length = code === undefined ? 0 : code.end - code.start;
    const own = this.stopping().main.instrumented?.probedFunctions ?? new Set();
    if (length > LOOKING_BYTES_MAX) return own;
    return new Set([...functionTypes.keys()].filter((index) => index >= functionsImported));
  }

  /** Tells what is stored into certain bytes, and the statements of a range. */
  watching(): GuestProgram {
    return this.build('watching', { watch: true, scan: true });
  }

  /** Counts statements rightly up to a trap. */
  exact(): GuestProgram {
    return this.build('exact', { exact: true });
  }

  private build(key: string, options: Partial<InstrumentOptions>): GuestProgram {
    const known = this.builds.get(key);
    if (known !== undefined) return known;
    const { offsets, locals } = this.statements;
    const common = { probes: offsets, locals, depth: true, checkIns: true };
    const built = instrumentProgram(this.program, { ...common, ...this.always, ...options });
    this.builds.set(key, built);
    return built;
  }
}
