/** Runs the examples that are wrong on purpose, and asks their own checks about what came of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OutputArgs } from '../../simulator/effects/stdio.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import { SimulationRun } from '../../simulator/host/simulation-run.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { type Example, loadExample } from './run-example.ts';

export const WRONG_FOLDER = join(projectRoot, 'examples/wrong');

/** Both programs of an example; each runs under the same plan. */
export type Variant = 'wrong' | 'fixed';

export interface WrongRun {
  readonly history: History;
  /** The text of each violation. */
  readonly violations: readonly string[];
}

/** What a check is given; its declaration is that of the user's checks. */
interface CheckView {
  readonly executions: readonly object[];
  readonly ledgers: Readonly<Record<string, readonly object[]>>;
}

type Check = (view: CheckView) => string | undefined;

/** The plan beside an example that shows what is wrong with it, as its JSON. */
export function pinnedPlan(name: string): { readonly faults: readonly object[] } {
  return JSON.parse(readFileSync(join(WRONG_FOLDER, name, 'plan.json'), 'utf8'));
}

const loaded = new Map<string, Promise<Example>>();

/** Reads and builds a variant, once a process. */
function loadWrong(name: string, variant: Variant): Promise<Example> {
  const id = `${name}/${variant}`;
  const known = loaded.get(id) ?? loadExample(`wrong/${name}`, variant);
  loaded.set(id, known);
  return known;
}

/** Runs one variant to its end under a plan, which has to happen as a whole. */
export async function runWrong(name: string, variant: Variant, plan: object): Promise<WrongRun> {
  const example = await loadWrong(name, variant);
  const run = new SimulationRun({
    ...example,
    plan: parsePlan(JSON.stringify(plan), 'plan.json'),
  });
  assert.equal(run.simulation.run().kind, 'ended');
  for (const { fired, plan: fault } of run.history.faults()) {
    assert.ok(fired > 0, `it did not happen: ${JSON.stringify(fault)}`);
  }
  const view = viewOf(run.history, [...example.loaded.services.keys()]);
  const checks = Object.values(await checksOf(name));
  const found = checks.map((check) => check(view)).filter((text) => text !== undefined);
  return { history: run.history, violations: found };
}

function checksOf(name: string): Promise<Record<string, Check>> {
  return import(pathToFileURL(join(WRONG_FOLDER, name, 'checks.mjs')).href);
}

function viewOf(history: History, services: readonly string[]): CheckView {
  const ledgerOf = (name: string) =>
    history
      .ledger()
      .filter(({ service }) => service === name)
      .map((row) => ({ ...row, body: textOf(row.body), responseBody: textOf(row.responseBody) }));
  return {
    executions: history.executions().map((row) => ({ ...row, stdout: stdoutOf(history, row.id) })),
    ledgers: Object.fromEntries(services.map((name) => [name, ledgerOf(name)])),
  };
}

/** What an execution has printed. */
export function stdoutOf(history: History, id: ExecutionId): string {
  const pieces = history
    .entries(id)
    .filter(({ operation }) => operation.name === 'stdout.write')
    .map(({ args }) => (args as OutputArgs).body);
  return textOf(Buffer.concat(pieces));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
