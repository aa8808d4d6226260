/** Commands that move the debugger in ways that the editor has no buttons for. */
import * as vscode from 'vscode';
import type { CommandTable } from '../commands/command-table.ts';
import { instantText, parseDestination } from '../model/instant.ts';
import { currentThread, positionOf, requireSession } from './current-session.ts';

export function travelCommands(): CommandTable {
  const motion = (request: string) => async () => {
    await requireSession().customRequest(request, currentThread());
  };
  return {
    reverseStepOver: motion('backstitch/reverseNext'),
    reverseStepInto: motion('backstitch/reverseStepIn'),
    reverseStepOut: motion('backstitch/reverseStepOut'),
    goToInstant,
    switchSteps,
  };
}

async function goToInstant(): Promise<void> {
  const session = requireSession();
  const { instant } = await positionOf(session);
  const text = await vscode.window.showInputBox({
    title: 'Go to which statement or effect?',
    prompt: `#3 is an effect, 812 a statement; "order-2 #3" is one of another execution. Here: ${instantText(instant)}`,
    value: instant.tick === undefined ? `#${instant.seq}` : String(instant.tick),
    validateInput: (typed) =>
      parseDestination(typed, instant.execution) === undefined
        ? 'Write #3 for an effect, or 812 for a statement.'
        : undefined,
  });
  const destination = text === undefined ? undefined : parseDestination(text, instant.execution);
  if (destination !== undefined) await session.customRequest('backstitch/seek', destination);
}

const STEPS = [
  {
    label: 'Statements',
    detail: 'From statement to statement, with the variables of the program.',
    steps: 'statements',
  },
  { label: 'Effects', detail: 'From effect to effect, as its journal has them.', steps: 'effects' },
] as const;

async function switchSteps(): Promise<void> {
  const session = requireSession();
  const chosen = await vscode.window.showQuickPick(STEPS, { title: 'Step by what?' });
  if (chosen !== undefined)
    await session.customRequest('backstitch/steps', { steps: chosen.steps });
}
