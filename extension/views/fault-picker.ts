/** Asks a person what is to go wrong: the kind first, then its fields, all of which have a value. */
import * as vscode from 'vscode';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { FaultKind } from '../../simulator/faults/fault.ts';
import {
  choicesFor,
  FaultForm,
  type FaultTarget,
  type FormField,
  fieldText,
} from '../model/fault-form.ts';
import { askModule } from './module-picker.ts';

export interface FaultQuestion {
  readonly title: string;
  readonly target: FaultTarget;
  /** Where it happens; undefined for now. */
  readonly at: JsonObject | undefined;
  /** What names can be given. */
  readonly places: readonly string[];
}

/** The fault that a person has made; undefined when they leave. */
export async function askFault(question: FaultQuestion): Promise<JsonObject | undefined> {
  const items = choicesFor(question.target).map(({ kind, text }) => ({
    label: kind,
    detail: text,
    fault: kind,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: question.title,
    placeHolder: 'What goes wrong?',
    matchOnDetail: true,
  });
  return chosen && askFields(question, chosen.fault);
}

/** Asks for the fields of one kind. */
export async function askFields(
  { title, target, at, places }: FaultQuestion,
  kind: FaultKind,
): Promise<JsonObject | undefined> {
  const form = new FaultForm(kind, at, target);
  if (form.fields.length === 0) return form.fault();
  for (;;) {
    const problems = form.problems();
    const done = {
      label: problems.length === 0 ? '$(zap) Let it happen' : '$(warning) Not complete',
      detail: problems.join('; '),
      field: undefined,
    };
    const items = [done, ...form.fields.map(itemOf)];
    const options = { title: `${title}: ${kind}`, placeHolder: 'Enter lets it happen' };
    const chosen = await vscode.window.showQuickPick(items, options);
    if (chosen === undefined) return undefined;
    if (chosen.field !== undefined) await askField(form, chosen.field, places);
    else if (problems.length === 0) return form.fault();
  }
}

function itemOf(field: FormField) {
  const text = fieldText(field);
  return {
    label: `$(edit) ${field.name}`,
    description: text === '' ? 'as usual' : text,
    detail: field.spec.text,
    field,
  };
}

async function askField(
  form: FaultForm,
  field: FormField,
  places: readonly string[],
): Promise<void> {
  const { name, spec } = field;
  const title = `${form.kind}: ${name}`;
  if (spec.type === 'choice') {
    const chosen = await vscode.window.showQuickPick([...spec.values], {
      title,
      placeHolder: spec.text,
    });
    if (chosen !== undefined) form.set(name, chosen);
    return;
  }
  if (spec.type === 'module') {
    const path = await askModule(title, spec.text);
    if (path !== undefined) form.set(name, path);
    return;
  }
  if (spec.type === 'names' && places.length > 0) {
    const picked = Array.isArray(field.value) ? field.value : [];
    const items = places.map((label) => ({ label, picked: picked.includes(label) }));
    const chosen = await vscode.window.showQuickPick(items, {
      ...{ title, placeHolder: spec.text, canPickMany: true as const },
    });
    if (chosen !== undefined) form.set(name, chosen.map(({ label }) => label).join(' '));
    return;
  }
  const text = await vscode.window.showInputBox({
    title,
    prompt: `${spec.text} Leave it empty for what is usual.`,
    value: fieldText(field),
    validateInput: (typed) => form.problemWith(name, typed),
  });
  if (text !== undefined) form.set(name, text);
}
