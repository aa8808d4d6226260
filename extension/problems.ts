/** Shows problems to people, each with a next step. */
import * as vscode from 'vscode';
import type { ProblemReport } from '../simulator/host/protocol.ts';
import {
  type NextStep,
  nextSteps,
  placeOf,
  STEP_TITLES,
  shortMessage,
} from './model/next-steps.ts';
import { problemOf } from './simulations/host.ts';
import type { SourceMarks } from './views/source-marks.ts';
import { shortText } from './workspace/short-text.ts';

export class Problems {
  private readonly last = new Map<string, number>();

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly marks: SourceMarks,
  ) {}

  /** Shows what an operation threw; being cancelled is no problem. */
  async showError(error: unknown): Promise<void> {
    const problem = problemOf(error);
    if (problem.code === 'cancelled' || problem.code === 'host-ended') return;
    await this.show(problem);
  }

  async show(problem: ProblemReport): Promise<void> {
    const { severity, message, code } = problem;
    this.log[severity === 'error' ? 'error' : 'warn'](`${code}: ${message}`);
    if (this.isRepeated(message)) return;
    const steps = nextSteps(problem);
    const titles = steps.map((step) => STEP_TITLES[step]);
    const ask =
      severity === 'error' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
    const chosen = await ask(shortText(shortMessage(problem)), ...titles);
    const step = steps[titles.indexOf(chosen ?? '')];
    if (step !== undefined) await this.takeStep(step, problem);
  }

  private async takeStep(step: NextStep, problem: ProblemReport): Promise<void> {
    switch (step) {
      case 'open-place':
        await this.openPlace(problem);
        return;
      case 'install-clang': {
        const terminal = vscode.window.createTerminal('Backstitch');
        terminal.show();
        // Left for the person to confirm: it downloads a hundred megabytes.
        terminal.sendText('npm install --save-dev @yowasp/clang', false);
        return;
      }
      case 'open-documentation':
        await vscode.commands.executeCommand('backstitch.openDocumentation');
        return;
      case 'show-log':
        this.log.show();
    }
  }

  private async openPlace(problem: ProblemReport): Promise<void> {
    const place = placeOf(problem);
    if (place !== undefined) await this.marks.open(place);
  }

  /** One cause is often reported by the run and by its failure. */
  private isRepeated(message: string): boolean {
    const now = performance.now();
    const before = this.last.get(message);
    this.last.clear();
    this.last.set(message, now);
    return before !== undefined && now - before < REPEATED_WITHIN_MS;
  }
}

const REPEATED_WITHIN_MS = 2_000;
