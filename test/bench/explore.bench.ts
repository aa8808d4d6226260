/** How fast simulations are tried: schedules with one fault, with recovery and all built-in checks. */
import { CheckSuite } from '../../simulator/checks/check-suite.ts';
import { loadChecks } from '../../simulator/cli/node/check-runtime.ts';
import { serviceLoader } from '../../simulator/cli/node/service-runtime.ts';
import { readScriptFiles } from '../../simulator/cli/node/workspace/script-files.ts';
import { Explorer } from '../../simulator/explore/explorer.ts';
import type { Trial } from '../../simulator/explore/trial.ts';
import { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { closeExamples, loadExample, WRONG_EXAMPLES } from '../examples/run-example.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { loadedScript, type TrialOptions, trialOf, trialRunner } from '../helpers/trials.ts';
import { median, report } from './report.ts';

const ten = await buildProgram('test/fixtures/programs/ten.c');
const script = await buildProgram('test/fixtures/programs/script.c');
const loop = await buildProgram('test/fixtures/programs/loop.c');
await closeBuilder();

const SERVICE = `
export const state = { charges: [], chargeOfKey: {} };
export function handle(request, { state, key, note }) {
  const earlier = state.chargeOfKey[key];
  if (earlier !== undefined) return { json: earlier };
  const charge = { id: 'ch_' + (state.charges.length + 1) };
  state.charges.push(charge);
  state.chargeOfKey[key] = charge;
  note('charged');
  return { status: 201, json: charge };
}`;
const CHECKS = `
export function chargedOnce({ ledgers }) {
  if (ledgers.counter.filter((row) => row.status === 201).length > 2) return 'charged too often';
}`;

/** A crash at every point of every effect. */
function crashes({ calm }: TrialRunner): readonly Trial[] {
  const execution = executionId('script-1');
  return calm.history
    .entries(execution)
    .flatMap(({ seq }) =>
      EFFECT_POINTS.map((point) => trialOf([{ kind: 'crash', point, at: { execution, seq } }])),
    );
}

function runAll(runner: TrialRunner, trials: readonly Trial[]): number {
  const start = performance.now();
  for (const trial of trials) {
    const { violations } = runner.run(trial);
    if (violations.length > 0) throw new Error(violations[0]?.message);
  }
  return performance.now() - start;
}

/** Trials a second: the median of several rounds, after some that warm up. */
function reportRate(bench: string, runner: TrialRunner): void {
  const trials = crashes(runner);
  for (let round = 0; round < 20; round++) runAll(runner, trials);
  const rounds = Array.from({ length: 30 }, () => runAll(runner, trials));
  report(bench, trials.length / (median(rounds) / 1000), '1/s', null);
}

async function scripted(program: GuestProgram, args: readonly string[]): Promise<TrialRunner> {
  const source = { entry: 's.mjs', files: new Map([['s.mjs', SERVICE]]) };
  const services = new Map([['counter', source]]);
  const checks = await loadChecks(
    { entry: 'c.mjs', files: new Map([['c.mjs', CHECKS]]) },
    { isTrusted: true },
  );
  const options: TrialOptions = { args };
  const loaded = { ...loadedScript(program, options), services };
  return new TrialRunner(loaded, await serviceLoader(services), new CheckSuite(undefined, checks));
}

reportRate('crashes of ten effects, with checks', trialRunner(ten));

const POST = ['post', 'http://counter/a', 'x'];
const mixed = ['wall', ...POST, 'random', '8', ...POST, 'print', 'x', 'monotonic'];
reportRate(
  'crashes of ten effects with a script and checks of its own',
  await scripted(script, mixed),
);

const hundred = trialRunner(loop, { args: ['100'] });
const sweep = crashes(hundred);
for (let round = 0; round < 3; round++) runAll(hundred, sweep);
const sweeps = Array.from({ length: 7 }, () => runAll(hundred, sweep));
report(`a sweep of ${sweep.length} crashes`, median(sweeps), 'ms', null);

/** Trials that an exploration runs, with everything that goes with them. */
const EXPLORED = 4_000;

/** Everything that exploring does: trials of all strategies, coverage, findings. */
function explore(runner: TrialRunner): number {
  const explorer = new Explorer({
    runner,
    workflow: 'ten',
    seed: 1,
    names: { nodes: ['node-a', 'node-b', 'node-c'], others: ['journal-store'], volumes: [] },
    options: { runs: EXPLORED },
    onFinding: () => undefined,
  });
  const start = performance.now();
  const exploration = explorer.explore();
  let step = exploration.next();
  while (step.done !== true) step = exploration.next();
  const { runs } = explorer.report(step.value);
  return runs / ((performance.now() - start) / 1000);
}

/** Of the examples that are wrong, how many trials tell how long it took to shrink each finding. */
const WRONG_EXPLORED = 400;

async function slowestShrink(name: string): Promise<number> {
  const { loaded, loadService, checks } = await loadExample(`wrong/${name}`, 'wrong');
  const script =
    checks === undefined
      ? undefined
      : await loadChecks(await readScriptFiles(checks, 'the checks'));
  const times: number[] = [];
  const explorer = new Explorer({
    runner: new TrialRunner(loaded, loadService, new CheckSuite(undefined, script)),
    workflow: 'wrong',
    seed: loaded.world.seed,
    names: {
      nodes: loaded.world.nodes,
      others: ['journal-store', ...loaded.services.keys()],
      volumes: [...loaded.volumes.keys()],
    },
    options: { runs: WRONG_EXPLORED },
    onFinding: ({ shrinkMs }) => {
      if (shrinkMs !== undefined) times.push(shrinkMs);
    },
    now: () => performance.now(),
  });
  const exploration = explorer.explore();
  while (exploration.next().done !== true);
  if (times.length === 0) throw new Error(`nothing was found in ${name}`);
  return Math.max(...times);
}

for (const name of WRONG_EXAMPLES) {
  report(`shrinking the slowest finding of ${name}`, await slowestShrink(name), 'ms', null);
}
await closeExamples();

const explored = trialRunner(ten);
const rates = Array.from({ length: 3 }, () => explore(explored));
report('exploring ten effects, all strategies', median(rates), '1/s', null);
