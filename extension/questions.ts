/** Asks people about calls whose outcome a crash took away, where the policy is `ask`. */
import * as vscode from 'vscode';
import type { QuestionView } from '../simulator/host/protocol.ts';
import type { CommandTable } from './commands/command-table.ts';
import type { Debugged } from './commands/debugged.ts';
import type { Targets } from './commands/targets.ts';
import { callInWords } from './model/row-looks.ts';
import type { Problems } from './problems.ts';
import type { Simulation } from './simulations/simulation.ts';
import type { Simulations } from './simulations/simulations.ts';

type Answer = 'retry' | 'fail';

const TITLES = { retry: 'Retry It', fail: 'Fail It' } as const satisfies Record<Answer, string>;

/** Asks in a notification as soon as a simulation waits for an answer. */
export function registerQuestions(
  simulations: Simulations,
  problems: Problems,
  debugged: Debugged,
): vscode.Disposable {
  const asked = new Set<string>();
  const listening = simulations.onEvent(({ simulation, event }) => {
    if (event.kind !== 'state' || event.state.kind !== 'waiting') return;
    for (const question of event.state.questions) {
      const id = `${simulation.id}/${question.execution}/${question.seq}`;
      if (asked.has(id)) continue;
      asked.add(id);
      ask(simulation, question, debugged)
        .catch((error: unknown) => problems.showError(error))
        .finally(() => asked.delete(id));
    }
  });
  return new vscode.Disposable(() => listening.dispose());
}

export function questionCommands(targets: Targets, debugged: Debugged): CommandTable {
  const answering = (answer: Answer) => async (argument: unknown) => {
    const row = targets.row(argument);
    const simulation = targets.simulation(argument);
    const question =
      row?.kind === 'question'
        ? { execution: row.execution, seq: row.seq }
        : questionsOf(simulation)[0];
    if (simulation !== undefined && question !== undefined) {
      await give(simulation, question, answer, debugged);
    }
  };
  return {
    answerRetry: answering('retry'),
    answerFail: answering('fail'),
    answerQuestion: async (argument) => {
      const simulation = targets.simulation(argument);
      const [question] = questionsOf(simulation);
      if (simulation === undefined || question === undefined) {
        void vscode.window.showInformationMessage('No execution asks anything now.');
        return;
      }
      const picked = await vscode.window.showQuickPick(
        [
          { label: TITLES.retry, detail: 'Send it again with the same key.', answer: 'retry' },
          { label: TITLES.fail, detail: 'Let the program see an error.', answer: 'fail' },
        ] as const,
        { title: textOf(question) },
      );
      if (picked !== undefined) await give(simulation, question, picked.answer, debugged);
    },
  };
}

function questionsOf(simulation: Simulation | undefined): readonly QuestionView[] {
  const phase = simulation?.model.phase;
  return phase?.kind === 'waiting' ? phase.questions : [];
}

async function ask(
  simulation: Simulation,
  question: QuestionView,
  debugged: Debugged,
): Promise<void> {
  const { retry, fail } = TITLES;
  const chosen = await vscode.window.showWarningMessage(textOf(question), retry, fail);
  if (chosen === undefined) return;
  // Answered in the view meanwhile: then there is nothing left to say.
  const isOpen = questionsOf(simulation).some(
    ({ execution, seq }) => execution === question.execution && seq === question.seq,
  );
  const answer = chosen === retry ? 'retry' : 'fail';
  if (isOpen) await give(simulation, question, answer, debugged);
}

function textOf({ execution, seq, call }: QuestionView): string {
  return `${execution} crashed in #${seq}, ${callInWords(call)}, and nobody knows whether it happened.`;
}

async function give(
  simulation: Simulation,
  { execution, seq }: Pick<QuestionView, 'execution' | 'seq'>,
  answer: Answer,
  debugged: Debugged,
): Promise<void> {
  if (await debugged.answer(simulation, answer)) return;
  await simulation.requestLive({ kind: 'answer', execution, seq, answer });
}
