import type { CoreModule } from '../wasm/index.ts';
import { functionBody } from '../wasm/index.ts';
import { DebugInfoError } from './debug-info-error.ts';
import { DebugSections } from './debug-sections.ts';
import { demangle } from './demangle.ts';
import { ATTRIBUTE } from './entries/dwarf-codes.ts';
import type { Entry } from './entries/entry.ts';
import { Units } from './entries/units.ts';
import { type Completion, completionsOf } from './expression/completions.ts';
import { type Evaluation, evaluateText, planAssignment } from './expression/evaluate-text.ts';
import { FrameScope } from './expression/frame-scope.ts';
import type { ValueWrite } from './expression/write-plan.ts';
import type { FrameState } from './frame-state.ts';
import type { LineTable, SourceLine } from './line-table.ts';
import { storageOf } from './locations/entry-storage.ts';
import { FrameContext } from './locations/frame-context.ts';
import { localsOf } from './locations/named-locals.ts';
import { FunctionIndex } from './scopes/function-index.ts';
import { globalVariables } from './scopes/global-variables.ts';
import { type FunctionScopes, scopesAt } from './scopes/logical-frame.ts';
import { scopeVariables } from './scopes/scope-variables.ts';
import { TableFunctions } from './scopes/table-functions.ts';
import { UnitFiles } from './scopes/unit-files.ts';
import { DefinitionIndex } from './types/definition-index.ts';
import { qualifiedName } from './types/qualified-name.ts';
import type { Type } from './types/type.ts';
import { typeName } from './types/type-name.ts';
import { TypeReader } from './types/type-reader.ts';
import { Value } from './values/value.ts';
import type { ValueWorld } from './values/value-world.ts';

/** A function at a place of the code, as the source has it: one that was inlined has its own. */
export interface LogicalFrame {
  readonly functionName: string;
  /** Where it is: the place itself or, further out, the call of what was inlined. */
  readonly source: SourceLine | undefined;
  readonly inlined: boolean;
}

export interface Variable {
  readonly name: string;
  readonly role: 'parameter' | 'local' | 'global';
  readonly typeName: string;
  /** Where it is declared; undefined when the debug information does not say. */
  readonly declared: SourceLine | undefined;
  read(state: FrameState): Value;
}

/** Problems that are kept; the same damage often repeats in every unit. */
const PROBLEM_COUNT_MAX = 20;

/** Places whose variables are kept: conditions are asked for at the same ones again and again. */
const PLACE_COUNT_MAX = 2_000;

/** What a module's names of functions and lines are taken from. */
export interface DebugInfoSources {
  readonly lines: LineTable;
  functionName(functionIndex: number): string;
}

/**
 * Functions, scopes and variables of a module, from its DWARF. Everything is read when it is first
 * asked for, and kept.
 *
 * D1  Nothing here throws for damage: what is damaged is left out, or is a value that says so, and
 *     `problems` tells of it.
 */
export class DebugInfo {
  private readonly sections: DebugSections;
  private readonly problemTexts = new Set<string>();
  private readonly variablesByPlace = new Map<string, readonly Variable[]>();
  private readonly units: Units;
  private readonly functions: FunctionIndex;
  private readonly definitions: DefinitionIndex;
  private readonly types: TypeReader;
  private readonly files: UnitFiles;
  private readonly table: TableFunctions;

  constructor(
    bytes: Uint8Array,
    private readonly module: CoreModule,
    private readonly sources: DebugInfoSources,
  ) {
    const onProblem = (error: unknown) => this.addProblem(error);
    this.sections = new DebugSections(bytes, module.sections);
    this.units = new Units(this.sections, onProblem);
    this.refuseSplitUnits();
    this.functions = new FunctionIndex(this.units, onProblem);
    this.definitions = new DefinitionIndex(this.units);
    this.types = new TypeReader(this.definitions);
    this.files = new UnitFiles(this.sections);
    this.table = new TableFunctions(bytes, module);
  }

  /** What could not be read so far, for people. */
  get problems(): readonly string[] {
    return [...this.problemTexts];
  }

  /** The functions under way at a place, the innermost first; none where nothing is known. */
  framesAt(codeOffset: number): LogicalFrame[] {
    return this.guarded(() => {
      const scopes = this.scopesAt(codeOffset);
      return scopes.map(({ entry }, level) => ({
        functionName: this.nameOf(entry),
        source:
          level === 0
            ? this.sources.lines.lineAt(codeOffset)
            : this.callOf((scopes[level - 1] as FunctionScopes).entry),
        inlined: level < scopes.length - 1,
      }));
    }, []);
  }

  /** The locals of WebAssembly that any variable of a function needs, in order. */
  localsNamed(functionIndex: number): number[] {
    const body = functionBody(this.module, functionIndex);
    const codeStart = this.module.code?.start ?? 0;
    return this.guarded(() => {
      const entry = body && this.functions.functionAt(body.end - 1 - codeStart);
      return entry === undefined ? [] : localsOf(entry);
    }, []);
  }

  /**
   * The parameters and variables of a frame: those whose scopes hold the place.
   *
   * @param level which of the functions of `framesAt`
   */
  variables(codeOffset: number, level = 0): readonly Variable[] {
    const key = `${codeOffset} ${level}`;
    const known = this.variablesByPlace.get(key);
    if (known !== undefined) return known;
    if (this.variablesByPlace.size === PLACE_COUNT_MAX) this.variablesByPlace.clear();
    const variables = this.readVariables(codeOffset, level);
    this.variablesByPlace.set(key, variables);
    return variables;
  }

  private readVariables(codeOffset: number, level: number): readonly Variable[] {
    return this.guarded(() => {
      const scopes = this.scopesAt(codeOffset);
      const scope = scopes[level];
      const concrete = scopes.at(-1)?.entry;
      if (scope === undefined || concrete === undefined) return [];
      // The variables of a frame share what is found of it, its base above all.
      const contexts = new WeakMap<FrameState, FrameContext>();
      const contextOf = (state: FrameState) => {
        const context = contexts.get(state) ?? new FrameContext(concrete.unit, state, concrete);
        contexts.set(state, context);
        return context;
      };
      return scopeVariables(scope).map(({ name, role, entry }) =>
        this.variable(name, role, entry, contextOf),
      );
    }, []);
  }

  /** The variables outside of functions of the unit that a place is in, those of users only. */
  globals(codeOffset: number): Variable[] {
    return this.guarded(() => {
      const unit = this.functions.unitAt(codeOffset);
      if (unit === undefined) return [];
      return globalVariables(unit).map(({ name, entry }) =>
        this.variable(name, 'global', entry, (state) => new FrameContext(unit, state, undefined)),
      );
    }, []);
  }

  /**
   * Computes an expression over the variables of a frame; of an assignment it says what to change.
   * Throws ExpressionError.
   */
  evaluate(text: string, state: FrameState, level = 0): Evaluation {
    return evaluateText(text, this.scope(state, level));
  }

  /** What to change so that a value becomes what an expression gives. Throws ExpressionError. */
  assign(target: Value, text: string, state: FrameState, level = 0): ValueWrite {
    return planAssignment(target, text, this.scope(state, level));
  }

  /** What can stand at the end of an expression that is being typed. */
  completions(text: string, state: FrameState, level = 0): Completion[] {
    return this.guarded(() => completionsOf(text, this.scope(state, level)), []);
  }

  private scope(state: FrameState, level: number): FrameScope {
    const named = ({ name, read }: Variable) => ({ name, read: () => read(state) });
    return new FrameScope(
      this.world(state),
      this.variables(state.codeOffset, level).map(named),
      this.globals(state.codeOffset).map(named),
      {
        type: (name) => this.typeOf(this.definitions.typeCalled(name)),
        variable: (name) => {
          const entry = this.definitions.variable(name);
          return entry && this.staticValue(entry, state, name);
        },
        enumerator: (name) => this.enumerator(name),
      },
    );
  }

  private enumerator(name: string): { readonly type: Type; readonly value: bigint } | undefined {
    const entry = this.definitions.enumerator(name);
    const type = this.typeOf(entry?.parent);
    const value = entry?.big(ATTRIBUTE.constantValue);
    return type === undefined || value === undefined ? undefined : { type, value };
  }

  private typeOf(entry: Entry | undefined): Type | undefined {
    return entry === undefined ? undefined : this.types.read(entry);
  }

  private variable(
    name: string,
    role: Variable['role'],
    entry: Entry,
    contextOf: (state: FrameState) => FrameContext,
  ): Variable {
    const type = this.types.typeOf(entry);
    const declared = () => this.declarationOf(entry);
    return {
      name,
      role,
      get typeName() {
        return typeName(type);
      },
      get declared() {
        return declared();
      },
      read: (state) => {
        const storage = storageOf(entry, contextOf(state));
        return new Value(type, storage, this.world(state), { evaluateName: name });
      },
    };
  }

  private world(state: FrameState): ValueWorld {
    return {
      memory: state.memory,
      functionName: (slot) => {
        const index = state.tableFunction?.(slot) ?? this.table.functionAt(slot);
        return index === undefined ? undefined : this.sources.functionName(index);
      },
      staticValue: (entry, evaluateName) => this.staticValue(entry, state, evaluateName),
      typeNamed: (name) => this.typeOf(this.definitions.type(name)),
    };
  }

  /** A static member is declared in its class, and defined elsewhere. */
  private staticValue(declared: Entry, state: FrameState, evaluateName?: string): Value {
    const name = qualifiedName(declared);
    const defined = name === undefined ? undefined : this.definitions.variable(name);
    const entry = defined ?? declared;
    const storage = storageOf(entry, new FrameContext(entry.unit, state, undefined));
    return new Value(this.types.typeOf(declared), storage, this.world(state), { evaluateName });
  }

  private scopesAt(codeOffset: number): FunctionScopes[] {
    const concrete = this.functions.functionAt(codeOffset);
    return concrete === undefined ? [] : scopesAt(concrete, codeOffset);
  }

  private nameOf(entry: Entry): string {
    const origins = entry.origins();
    const declared = origins.at(-1) ?? entry;
    const name = qualifiedName(declared);
    if (name !== undefined) return name;
    const linkage = origins.map((origin) => origin.text(ATTRIBUTE.linkageName)).find(Boolean);
    return linkage === undefined ? '{unnamed}' : demangle(linkage);
  }

  private callOf(inlined: Entry): SourceLine | undefined {
    const line = inlined.number(ATTRIBUTE.callLine);
    const file = this.files.path(inlined.unit, inlined.number(ATTRIBUTE.callFile) ?? 0);
    if (line === undefined || file === undefined) return undefined;
    return { file, line, column: inlined.number(ATTRIBUTE.callColumn) ?? 0 };
  }

  private declarationOf(entry: Entry): SourceLine | undefined {
    return this.guarded(() => {
      for (const origin of entry.origins()) {
        const line = origin.number(ATTRIBUTE.declarationLine);
        if (line === undefined) continue;
        const number = origin.number(ATTRIBUTE.declarationFile) ?? 0;
        const file = this.files.path(origin.unit, number);
        return file === undefined ? undefined : { file, line, column: 0 };
      }
      return undefined;
    }, undefined);
  }

  /** Units whose variables are described in another file, which nobody has. */
  private refuseSplitUnits(): void {
    for (const unit of this.units.all) {
      const other = unit.splitName;
      if (other === undefined) continue;
      const name = unit.rootText(ATTRIBUTE.name) ?? 'a part of the program';
      const text = `${name} has its debug information in ${other}, which is not read. Build it with -gno-split-dwarf.`;
      if (this.problemTexts.size < PROBLEM_COUNT_MAX) this.problemTexts.add(text);
    }
  }

  private guarded<T>(read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      this.addProblem(error);
      return otherwise;
    }
  }

  private addProblem(error: unknown): void {
    if (!(error instanceof DebugInfoError)) throw error;
    if (this.problemTexts.size < PROBLEM_COUNT_MAX) this.problemTexts.add(error.message);
  }
}
