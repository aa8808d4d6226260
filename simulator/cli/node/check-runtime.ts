/**
 * Runs the checks of a workspace in a realm of their own, as services are: without real time,
 * randomness or I/O, so that the same run always gets the same answers.
 */
import { Script } from 'node:vm';
import {
  type CheckAnswer,
  type CheckAnswers,
  CheckError,
  type CheckProgram,
  type RunSteps,
  type UserCheck,
} from '../../checks/user-check.ts';
import type { ScriptSource } from '../../world/service-source.ts';
import { CHECK_SOURCE } from './check-source.ts';
import { compileModules } from './compile-service.ts';
import { describeScriptError, placeIn } from './script-error.ts';
import { moduleScripts, ScriptRealm } from './script-realm.ts';

/** Real time that the checks may take for one run. */
const CHECK_TIMEOUT_MS = 5000;

const PRELUDE = new Script(CHECK_SOURCE, { filename: 'backstitch-checks' });

interface SandboxAnswer extends CheckAnswer {
  readonly failure?: { readonly message: string; readonly name: string; readonly stack: string };
}

export interface CheckOptions {
  /**
   * Whether checks that are asked again and again are asked without a limit of time, which takes as long
   * as a trial. Whoever wants that ends the thread when one does not end, and asks with limits from
   * then on: only these tell which check it is.
   */
  readonly isTrusted?: boolean;
}

/** Makes the checks of a module ready; throws CheckError. */
export async function loadChecks(
  source: ScriptSource,
  { isTrusted = false }: CheckOptions = {},
): Promise<CheckProgram> {
  const modules = await compileModules(
    source,
    (message, path, cause) => new CheckError('module', message, path, { cause }),
  );
  try {
    return new SandboxedChecks(source, moduleScripts(modules), isTrusted);
  } catch (error) {
    throw checkError('module', source, error);
  }
}

class SandboxedChecks implements CheckProgram {
  readonly checks: readonly UserCheck[];
  private realm: ScriptRealm;
  /** Whether the realm was used and has not begun anew. */
  private isUsed = false;
  private isUsedAgain = false;
  private canBeUsedAgain = true;
  /** Checks that do not end, with the error that says so. */
  private readonly endless = new Map<string, CheckError>();

  constructor(
    private readonly source: ScriptSource,
    private readonly modules: readonly Script[],
    private readonly isTrusted: boolean,
  ) {
    this.realm = this.newRealm();
    this.checks = this.realm.begin() as readonly UserCheck[];
  }

  ask(run: RunSteps): CheckAnswers {
    this.refresh();
    const answers = this.answersFrom(run);
    if (!this.isUsedAgain || answers.every(({ failure }) => failure === undefined)) {
      return this.told(answers);
    }
    // It may fail only where it cannot change what it finds; then it gets a fresh realm each time.
    this.canBeUsedAgain = false;
    this.refresh();
    return this.told(this.answersFrom(run));
  }

  private told(answers: readonly SandboxAnswer[]): CheckAnswers {
    const errors = answers.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [checkError(name, this.source, failure)],
    );
    return {
      answers: answers.filter(({ failure }) => failure === undefined),
      errors: [...errors, ...this.endless.values()],
    };
  }

  /** Asks all checks that end; one that does not is left out from then on. */
  private answersFrom(run: RunSteps): readonly SandboxAnswer[] {
    for (;;) {
      const without = [...this.endless.keys()];
      this.isUsed = true;
      try {
        const output = this.realm.call(JSON.stringify({ ...run, without }), noRandom);
        return JSON.parse(output ?? '[]') as readonly SandboxAnswer[];
      } catch (error) {
        const check = String(this.realm.open);
        if (this.endless.has(check) || !this.checks.some(({ name }) => name === check)) {
          throw checkError('module', this.source, error);
        }
        this.endless.set(check, checkError(check, this.source, error));
        this.begin();
      }
    }
  }

  private refresh(): void {
    if (!this.isUsed) return;
    this.isUsed = false;
    this.isUsedAgain = this.canBeUsedAgain && this.realm.renew();
    if (!this.isUsedAgain) this.begin();
  }

  private begin(): void {
    this.isUsedAgain = false;
    this.realm = this.newRealm();
    this.realm.begin();
  }

  private newRealm(): ScriptRealm {
    return new ScriptRealm({
      prelude: PRELUDE,
      modules: this.modules,
      entry: this.source.entry,
      callTimeoutMs: CHECK_TIMEOUT_MS,
      isTrusted: this.isTrusted,
      // What a check prints is for the one who writes it, and no part of what it says.
      log: () => {},
    });
  }
}

function noRandom(): never {
  throw new Error('a check may depend on nothing but the run; there are no random numbers');
}

function checkError(check: string, source: ScriptSource, error: unknown): CheckError {
  if (error instanceof CheckError) return error;
  const { message, stack, code } = describeScriptError(error);
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
    const text = `no answer within ${CHECK_TIMEOUT_MS / 1000} s of real time; does it loop?`;
    return new CheckError(check, text, source.entry, { cause: error });
  }
  return new CheckError(check, message, placeIn(source, stack), { cause: error });
}
