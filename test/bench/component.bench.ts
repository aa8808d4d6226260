import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComponentCache } from '../../simulator/cli/node/component-cache.ts';
import {
  bundledJco,
  JcoTranspiler,
  TRANSPILED_VERSION,
} from '../../simulator/cli/node/load-jco.ts';
import type { EffectPort } from '../../simulator/effects/operation.ts';
import { type GuestProgram, loadProgram } from '../../simulator/guest/program.ts';
import { runGuest } from '../../simulator/guest/run-guest.ts';
import { componentOfC, componentOfJs } from '../helpers/build-component.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { simulate } from '../helpers/simulate.ts';
import { medianMs, report } from './report.ts';

const EFFECTS = 20_000;
const RUNS = 200;
const MEMORY_MIB = 64;
const DIST = join(projectRoot, 'dist');

const folder = mkdtempSync(join(tmpdir(), 'backstitch-bench-'));
/** As a process has it that starts now. */
const newCache = () => new ComponentCache(new JcoTranspiler(bundledJco(DIST)), TRANSPILED_VERSION);

const small = await componentOfC('test/fixtures/programs/loop.c');
const programs = 'test/fixtures/programs';
const large = await componentOfJs(`${programs}/echo.wit`, `${programs}/echo.js`);
const core = await buildProgram('test/fixtures/programs/loop.c');
await closeBuilder();

const sized = `JavaScript of ${(large.length / 1e6).toFixed(1)} MB`;
for (const [name, bytes] of [
  ['a small C component', small],
  [sized, large],
] as const) {
  const cold = await medianMs(3, () => newCache().in(undefined).transpile(bytes));
  report(`transpile ${name}, cold`, cold, 'ms', null);
  await newCache().in(folder).transpile(bytes);
  const cached = await medianMs(5, () => newCache().in(folder).transpile(bytes));
  report(`transpile ${name}, cached`, cached, 'ms', `transpile ${name}, cold`);
  const transpiled = await newCache().in(folder).transpile(bytes);
  const loading = await medianMs(5, () => loadProgram(bytes, MEMORY_MIB, transpiled));
  report(`check and compile ${name}`, loading, 'ms', null);
}
rmSync(folder, { recursive: true, force: true });

const transpiled = await newCache().in(undefined).transpile(small);
const component = loadProgram(small, MEMORY_MIB, transpiled);
const port: EffectPort = { latestWallNanos: 0n, effect: () => ({ nanos: '1' }) as never };

/** Runs a program so many times, against a port that answers at once and remembers nothing. */
function runMs(program: GuestProgram, effects: number, runs: number): Promise<number> {
  const { workflow } = simulate(program, { args: [String(effects)] });
  return medianMs(5, () => {
    for (let index = 0; index < runs; index++) runGuest(workflow, port);
  });
}

const coreRun = await runMs(core, 0, RUNS);
const componentRun = await runMs(component, 0, RUNS);
report('run a core module without effects', (coreRun / RUNS) * 1000, 'us', null);
report(
  'run a component without effects',
  (componentRun / RUNS) * 1000,
  'us',
  'run a core module without effects',
);
const coreLoop = await runMs(core, EFFECTS, 1);
const componentLoop = await runMs(component, EFFECTS, 1);
report('clock read, core module', (coreLoop * 1000) / EFFECTS, 'us', null);
report('clock read, component', (componentLoop * 1000) / EFFECTS, 'us', 'clock read, core module');
const glued = await runMs({ ...component, direct: false } as GuestProgram, EFFECTS, 1);
report('clock read, component, through the glue', (glued * 1000) / EFFECTS, 'us', null);
