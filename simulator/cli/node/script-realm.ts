/**
 * A JavaScript realm of its own for a script of the workspace: without real time, randomness or I/O.
 * What goes in and out is text, so that nothing is shared with it.
 *
 * R1  A realm that begins anew is as a fresh one: its modules are loaded again, and what scripts
 *     find besides them was not changed, and cannot be.
 */
import { type Context, createContext, Script } from 'node:vm';
import type { CompiledModule } from './compile-service.ts';

/** Real time that loading a script may take. */
const LOAD_TIMEOUT_MS = 5000;

/** What a realm and its prelude tell each other. */
export interface RealmBridge {
  input: string;
  /** Undefined until the script has answered. */
  output: string | undefined;
  failure: unknown;
  /** The script's own state of what it is in the middle of; of another realm. */
  open: unknown;
  random: () => number;
  log: (text: string) => void;
}

export interface RealmSetup {
  /** Defines `__define`, `__start`, `__call`, `__isUntouched` and `__freeze` for the realm. */
  readonly prelude: Script;
  /** The modules, compiled; the order of which does not matter. */
  readonly modules: readonly Script[];
  /** The path of the module that is started. */
  readonly entry: string;
  /** Real time that one call may take: a deterministic script that needs more is looping. */
  readonly callTimeoutMs: number;
  /** Whether calls go without that limit, which costs time, once the realm has begun anew. */
  readonly isTrusted: boolean;
  readonly log: (text: string) => void;
}

const CALL = new Script('__call()');
const GET_CALL = new Script('__call');
/** Runs what promises wait for. */
const SETTLE = new Script('0');
const IS_UNTOUCHED = new Script('__isUntouched()');
const FREEZE = new Script('__freeze()');

export class ScriptRealm {
  private readonly context: Context;
  private readonly bridge: RealmBridge;
  private readonly start: Script;
  private isFrozen = false;
  /** Calls the script without a limit of time. */
  private direct: (() => void) | undefined;

  constructor(private readonly setup: RealmSetup) {
    this.bridge = {
      input: '',
      output: undefined,
      failure: undefined,
      open: undefined,
      random: NO_RANDOM,
      log: setup.log,
    };
    this.context = createContext(
      { __bridge: this.bridge },
      { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' },
    );
    this.start = new Script(`__start(${JSON.stringify(setup.entry)})`);
    setup.prelude.runInContext(this.context);
    for (const module of setup.modules) module.runInContext(this.context);
  }

  /** Loads the modules; gives what the prelude says of them. Throws what they throw. */
  begin(): unknown {
    return this.start.runInContext(this.context, { timeout: LOAD_TIMEOUT_MS });
  }

  /**
   * Loads the modules again, for a realm that is used many times. False when a script has changed the
   * realm, which is of no more use then. From then on, a script fails that tries to change it.
   */
  renew(): boolean {
    if (IS_UNTOUCHED.runInContext(this.context) !== true) return false;
    if (!this.isFrozen) {
      this.isFrozen = true;
      FREEZE.runInContext(this.context);
      if (this.setup.isTrusted) this.direct = GET_CALL.runInContext(this.context) as () => void;
    }
    this.bridge.open = undefined;
    this.start.runInContext(this.context);
    return true;
  }

  /** What an expression without side effects is worth, such as `__state()`. */
  read(expression: Script): unknown {
    return expression.runInContext(this.context);
  }

  get open(): unknown {
    return this.bridge.open;
  }

  set open(state: unknown) {
    this.bridge.open = state;
  }

  /**
   * Calls the script with a text and gives what it answers; undefined when it waits for something
   * that never comes. Throws what it throws.
   */
  call(input: string, random: () => number): string | undefined {
    const { bridge, context } = this;
    bridge.input = input;
    bridge.output = undefined;
    bridge.failure = undefined;
    bridge.random = random;
    if (this.direct === undefined) {
      CALL.runInContext(context, { timeout: this.setup.callTimeoutMs });
    } else {
      this.direct();
      if (bridge.output === undefined) SETTLE.runInContext(context);
    }
    if (bridge.failure !== undefined) throw bridge.failure;
    return bridge.output;
  }
}

function NO_RANDOM(): never {
  throw new Error('random() may be called only while a request is handled');
}

/** Modules as scripts, which are compiled once for all realms. */
export function moduleScripts(modules: readonly CompiledModule[]): readonly Script[] {
  return modules.map(({ path, script }) => new Script(script, { filename: path }));
}
