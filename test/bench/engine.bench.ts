import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import initSqlJs from 'sql.js';
import type { EffectPort } from '../../simulator/effects/operation.ts';
import { replay } from '../../simulator/engine/replayer.ts';
import { runGuest } from '../../simulator/guest/run-guest.ts';
import { LiveHistory } from '../../simulator/journal/history.ts';
import { MemoryRecordingFiles } from '../../simulator/journal/recording-files.ts';
import { createRecording } from '../../simulator/journal/recording-writer.ts';
import type { SqlEngine } from '../../simulator/journal/sql-engine.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { simulate } from '../helpers/simulate.ts';
import { median, medianMs, report } from './report.ts';

const EFFECTS = 100_000;
const EXECUTIONS = 5_000;
const SLEEPERS = 10_000;

const wasmBinary = new Uint8Array(
  readFileSync(join(projectRoot, 'node_modules/sql.js/dist/sql-wasm.wasm')),
).buffer;
const sqlEngine = initSqlJs({ wasmBinary });
const sql = async () => (await sqlEngine) as unknown as SqlEngine;

const loop = await buildProgram('test/fixtures/programs/loop.c');
const ten = await buildProgram('test/fixtures/programs/ten.c');
const sleeper = await buildProgram('test/fixtures/programs/sleeper.c');
await closeBuilder();

const limits = { memoryMiB: 64, effects: 10_000_000, secondsBetweenEffects: 30 };
const loopWorkflow = { args: [String(EFFECTS)], workflow: { args: [String(EFFECTS)], limits } };

/** The same guest against a port that answers at once and remembers nothing. */
const bareMs = await medianMs(5, () => {
  const { workflow } = simulate(loop, loopWorkflow);
  const port: EffectPort = {
    latestWallNanos: 0n,
    effect: () => ({ nanos: '1' }) as never,
  };
  runGuest(workflow, port);
});

async function recordMs(): Promise<number> {
  const files = new MemoryRecordingFiles();
  const recording = createRecording({ files, sql });
  const simulated = simulate(loop, { ...loopWorkflow, setup: { sink: recording } });
  const start = performance.now();
  simulated.simulation.run();
  await recording.close();
  return performance.now() - start;
}

await recordMs();
const recorded: number[] = [];
for (let index = 0; index < 5; index++) recorded.push(await recordMs());
const perEffectUs = (ms: number): number => (ms * 1000) / EFFECTS;
report('bare loop, an effect', perEffectUs(bareMs), 'us', null);
report('record an effect', perEffectUs(median(recorded)), 'us', 'bare loop, an effect');

const history = new LiveHistory(0n);
const simulated = simulate(loop, { ...loopWorkflow, setup: { sink: history.sink } });
simulated.simulation.run();
const [execution] = history.executions();
if (execution === undefined) throw new Error('nothing ran');
const entries = history.entries(execution.id);
const replayMs = await medianMs(7, () => {
  const end = replay({
    execution: execution.id,
    workflow: simulated.workflow,
    entries,
    wallNanosOf: () => 0n,
  });
  if (end.kind !== 'finished') throw new Error(end.kind);
});
report('replay an effect', perEffectUs(replayMs), 'us', 'bare loop, an effect');

const tenMs: number[] = [];
for (let index = 0; index < 4; index++) {
  const recording = createRecording({ files: new MemoryRecordingFiles(), sql });
  const start = performance.now();
  const many = simulate(ten, { args: [], count: EXECUTIONS, setup: { sink: recording } });
  many.simulation.run();
  await recording.close();
  tenMs.push(performance.now() - start);
}
report('executions of ten effects', EXECUTIONS / (median(tenMs.slice(1)) / 1000), '1/s', null);

globalThis.gc?.();
const before = process.memoryUsage().rss;
const sleepStart = performance.now();
const asleep = simulate(sleeper, { args: [], count: SLEEPERS });
const end = asleep.simulation.run();
if (end.kind !== 'ended') throw new Error(end.kind);
report('10,000 executions asleep for 30 days', performance.now() - sleepStart, 'ms', null);
report('memory of 10,000 sleeping', (process.memoryUsage().rss - before) / 2 ** 20, 'MiB', null);
