/** Asks the checks of a workspace about a run. */
import { wallNanosOf } from '../journal/history.ts';
import { virtualNanos } from '../kernel/time.ts';
import type { Violation } from './check.ts';
import type { Observed } from './observed.ts';
import {
  entryStep,
  executionStep,
  faultStep,
  ledgerStep,
  OutputTexts,
  outputStep,
  traceStep,
  volumesStep,
} from './run-steps.ts';
import type { CheckProgram, RunStep, RunSteps } from './user-check.ts';

/** What the checks of a workspace say of a run. */
export interface UserVerdict {
  readonly violations: readonly Violation[];
  /** Whether each check of the kind `sometimes` holds in this run. */
  readonly sometimes: Readonly<Record<string, boolean>>;
  /** Checks that went wrong. */
  readonly problems: readonly Error[];
}

/** Whether a check has to be told of each step of a run, in its order. */
export function needsLog({ checks }: CheckProgram): boolean {
  return checks.some(({ kind }) => kind === 'always' || kind === 'eventually');
}

export function askUserChecks(program: CheckProgram, run: Observed): UserVerdict {
  const { answers, errors } = program.ask(stepsOf(run));
  const held = answers.filter((answer) => answer.held !== null);
  return {
    violations: answers.flatMap(({ name, texts }) =>
      texts.map((message) => ({ check: name, message, severity: 'error' as const })),
    ),
    sometimes: Object.fromEntries(held.map((answer) => [answer.name, answer.held === true])),
    problems: errors,
  };
}

function stepsOf(run: Observed): RunSteps {
  const { history, services, log, nowNanos } = run;
  const happened = log?.steps ?? stepsAtEnd(run);
  return {
    services,
    steps: [...happened, volumesStep(run)],
    lastFault: log?.lastFault ?? 0,
    nowMs: Number(wallNanosOf(history, virtualNanos(nowNanos)) / 1_000_000n),
  };
}

/** All that is there at the end, when nobody asks how it came about. */
function stepsAtEnd({ history, outputs }: Observed): readonly RunStep[] {
  const texts = new OutputTexts();
  const executions = history.executions();
  return [
    ...executions.map(executionStep),
    ...executions.flatMap(({ id }) => history.entries(id).map((entry) => entryStep(id, entry))),
    ...outputs.map((output) => outputStep(output, texts.take(output))),
    ...history.ledger().map(ledgerStep),
    ...history.traces().map(traceStep),
    ...history.faults().map(faultStep),
  ];
}
