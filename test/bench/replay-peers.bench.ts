/** Replays histories of the same number of effects here and with Temporal, in one run. */
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { replay } from '../../simulator/engine/replayer.ts';
import { LiveHistory } from '../../simulator/journal/history.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { simulate } from '../helpers/simulate.ts';
import { medianMs, report } from './report.ts';
import { timersHistory } from './temporal-history.ts';

const EFFECTS = 100;
const HISTORIES = 20;
const PEER = 'replay an effect, @temporalio/worker';

const logger = new DefaultLogger('ERROR');
Runtime.install({ logger });
const workflowBundle = await bundleWorkflowCode({
  workflowsPath: join(projectRoot, 'test/bench/temporal-workflow.cjs'),
  logger,
});
const history = timersHistory(EFFECTS);

async function* histories() {
  for (let index = 0; index < HISTORIES; index++) yield { workflowId: `w-${index}`, history };
}

const temporalMs = await medianMs(3, async () => {
  const results = Worker.runReplayHistories({ workflowBundle }, histories());
  for await (const { error } of results) if (error !== undefined) throw error;
});

const loop = await buildProgram('test/fixtures/programs/loop.c');
await closeBuilder();
const kept = new LiveHistory(0n);
const { simulation, workflow } = simulate(loop, {
  args: [String(EFFECTS)],
  setup: { sink: kept.sink },
});
simulation.run();
const [execution] = kept.executions();
if (execution === undefined) throw new Error('nothing ran');
const entries = kept.entries(execution.id);
const oursMs = await medianMs(15, () => {
  for (let index = 0; index < HISTORIES; index++) {
    const end = replay({ execution: execution.id, workflow, entries, wallNanosOf: () => 0n });
    if (end.kind !== 'finished') throw new Error(end.kind);
  }
});

const effectUs = (ms: number): number => (ms * 1000) / (HISTORIES * EFFECTS);
report(PEER, effectUs(temporalMs), 'us', null);
report('replay an effect, instantiating included', effectUs(oursMs), 'us', PEER);
report('replays of an execution of 100 effects', HISTORIES / (oursMs / 1000), '1/s', PEER);
process.exit(0);
