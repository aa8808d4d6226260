/** Runs and explores the examples that are wrong on purpose, with the checks that they bring along. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_CHECKS, CheckSuite } from '../../simulator/checks/check-suite.ts';
import { loadChecks } from '../../simulator/cli/node/check-runtime.ts';
import { readScriptFiles } from '../../simulator/cli/node/workspace/script-files.ts';
import type { ExploreOptions } from '../../simulator/explore/explore-options.ts';
import { Explorer } from '../../simulator/explore/explorer.ts';
import type { Finding } from '../../simulator/explore/finding.ts';
import type { Outcome } from '../../simulator/explore/trial.ts';
import { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import { JOURNAL_STORE } from '../../simulator/world/network.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { type Example, loadExample } from './run-example.ts';

export const WRONG_FOLDER = join(projectRoot, 'examples/wrong');

/** Both programs of an example; each runs under the same plan. */
export type Variant = 'wrong' | 'fixed';

export interface ReadyVariant {
  readonly variant: Variant;
  readonly example: Example;
  readonly runner: TrialRunner;
}

const readied = new Map<string, Promise<ReadyVariant>>();

/** Builds a variant and makes it ready to be tried, once a process. */
export function readyVariant(name: string, variant: Variant): Promise<ReadyVariant> {
  const id = `${name}/${variant}`;
  const known = readied.get(id) ?? makeReady(name, variant);
  readied.set(id, known);
  return known;
}

async function makeReady(name: string, variant: Variant): Promise<ReadyVariant> {
  const example = await loadExample(`wrong/${name}`, variant);
  assert.ok(example.checks !== undefined, `${name} has no checks`);
  const checks = await loadChecks(await readScriptFiles(example.checks, 'the module of checks'));
  const suite = new CheckSuite(BUILT_IN_CHECKS, checks);
  const runner = new TrialRunner(example.loaded, example.loadService, suite);
  return { variant, example, runner };
}

/** The plan beside an example that shows what is wrong with it, as its JSON. */
export function pinnedPlan(name: string): { readonly faults: readonly object[] } {
  return JSON.parse(readFileSync(join(WRONG_FOLDER, name, 'plan.json'), 'utf8'));
}

/** Runs a variant to its end under a plan, which has to happen as a whole. */
export function runUnder({ runner, example }: ReadyVariant, plan: object): Outcome {
  const { seed } = example.loaded.world;
  const outcome = runner.run({ seed, plan: parsePlan(JSON.stringify(plan), 'plan.json') });
  for (const { fired, plan: fault } of outcome.history.faults()) {
    assert.ok(fired > 0, `it did not happen: ${JSON.stringify(fault)}`);
  }
  return outcome;
}

/**
 * Explores a variant with a budget, as `backstitch explore` does.
 *
 * @param isEnough ends it at a finding
 */
export function explore(
  { runner, example: { loaded }, variant }: ReadyVariant,
  options: Pick<ExploreOptions, 'runs' | 'shard'>,
  isEnough: (finding: Finding) => boolean = () => false,
): readonly Finding[] {
  const others = [JOURNAL_STORE, ...loaded.services.keys(), ...loaded.volumes.keys()];
  let isOver = false;
  const explorer = new Explorer({
    runner,
    workflow: variant,
    names: { nodes: loaded.world.nodes, others, volumes: [...loaded.volumes.keys()] },
    seed: loaded.world.seed,
    options,
    onFinding: (finding) => {
      isOver ||= isEnough(finding);
    },
  });
  const steps = explorer.explore();
  for (let step = steps.next(); step.done !== true && !isOver; step = steps.next());
  return explorer.report('cancelled').findings;
}
