import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  entryOffsets,
  type InstrumentOptions,
  instrumentModule,
  ProbeSession,
} from '../../simulator/guest/instrument/index.ts';
import { loadProgram } from '../../simulator/guest/program.ts';
import { inspectModule } from '../../simulator/guest/wasm/index.ts';
import { type Recorded, record } from '../guest/instrument/instrument-harness.ts';
import { compile } from '../guest/symbols/clang.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { BENCH_PROGRAMS } from './instrument-programs.ts';
import { median, report } from './report.ts';

const LEVELS = ['-O0', '-O2'] as const;
const MEMORY_MIB = 64;
const TIMES = 7;
/** At -O0 clang keeps the address of a frame in one of the first locals. */
const FRAME_BASE = [1, 2];

const TELLING = { operands: true, scan: true, scanLocals: true, returns: true };

/** What each build is asked for, next to its probes. */
const BUILDS: Readonly<Record<string, Partial<InstrumentOptions>>> = {
  'statement probes': {},
  'statement probes, operands dumped': { operands: true },
  'statement probes, depth': { depth: true },
  'statement probes, depth, check-ins': { depth: true, checkIns: true },
  'exact probes': { exact: true },
  'probes that tell values and returns': { ...TELLING, checkIns: true },
};

const LARGE_MODULES = [
  'node_modules/sql.js/dist/sql-wasm.wasm',
  'node_modules/@esbuild/wasi-preview1/esbuild.wasm',
  'node_modules/@bytecodealliance/componentize-js/lib/starlingmonkey_embedding.wasm',
];

/** Of processor time: what else the machine does is not to count. */
function milliseconds(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

interface BenchCase {
  readonly name: string;
  readonly recorded: Recorded;
}

const cases: BenchCase[] = [];
for (const { name, source, rounds } of BENCH_PROGRAMS) {
  for (const level of LEVELS) {
    const bytes = await compile({ 'main.c': source }, '-g', level);
    const recorded = record(loadProgram(bytes, MEMORY_MIB), [`${rounds[level]}`]);
    cases.push({ name: `${name} ${level}`, recorded });
  }
}

reportRunTime();
for (const { name, recorded } of cases.slice(0, 2)) reportSteps(name, recorded);
for (const path of LARGE_MODULES) reportRewriting(path);

/** How much longer programs run with probes that never stop. */
function reportRunTime(): void {
  const names = Object.keys(BUILDS);
  const ratios = new Map(names.map((name) => [name, [] as number[]]));
  for (const { name, recorded } of cases) {
    const builds = Object.values(BUILDS).map((options) =>
      recorded.withProbes({ locals: () => FRAME_BASE, ...options }),
    );
    const plain: number[] = [];
    const probed = builds.map(() => [] as number[]);
    for (let time = 0; time <= TIMES; time++) {
      plain.push(milliseconds(() => recorded.replay(recorded.program)));
      builds.forEach((build, index) => {
        probed[index]?.push(milliseconds(() => recorded.replay(build, new ProbeSession())));
      });
    }
    names.forEach((build, index) => {
      // The first run compiles.
      const ratio = median(probed[index]?.slice(1) ?? []) / median(plain.slice(1));
      ratios.get(build)?.push(ratio);
      report(`${build}: ${name}`, ratio, 'ratio', 'without probes');
    });
  }
  for (const [build, all] of ratios) {
    const mean = Math.exp(all.reduce((sum, ratio) => sum + Math.log(ratio), 0) / all.length);
    report(`${build}: geometric mean of ${all.length} programs`, mean, 'ratio', 'without probes');
  }
}

/** A step: a new instance, run to a statement, and its stack. */
function reportSteps(name: string, recorded: Recorded): void {
  const build = recorded.withProbes({ locals: () => FRAME_BASE, depth: true, operands: true });
  for (const tick of [1e5, 1e6, 1e7]) {
    const times: number[] = [];
    for (let time = 0; time <= TIMES; time++) {
      const session = new ProbeSession({ stopAt: tick });
      times.push(
        milliseconds(() => {
          recorded.replay(build, session);
          if (session.stopped?.tick !== tick) throw new Error(`${name} ends before ${tick}`);
        }),
      );
    }
    report(
      `step to statement ${tick.toExponential()}: ${name}`,
      median(times.slice(1)),
      'ms',
      null,
    );
  }
  const scan = recorded.withProbes({ locals: () => FRAME_BASE, scan: true });
  let ticks = 0;
  const hooked = milliseconds(() => {
    const onTick = () => (++ticks < 1e6 ? 1 : 0);
    recorded.replay(scan, new ProbeSession({ onTick }));
  });
  report(`scan, each statement told: ${name}`, (hooked * 1e6) / ticks, 'ns', null);
}

/** Probes at function entries and loop heads of everything. */
function reportRewriting(path: string): void {
  const bytes = new Uint8Array(readFileSync(join(projectRoot, path)));
  const info = inspectModule(bytes);
  if (info.kind !== 'module' || info.code === undefined) throw new Error(`${path} has no code`);
  const megabytes = (info.code.end - info.code.start) / 2 ** 20;
  const probes = entryOffsets(bytes, info);
  const name = path.split('/').at(-1);
  for (const [what, options] of Object.entries({
    'probes at functions and loops': { probes, depth: true },
    'no probes': { probes: [] },
  })) {
    const times: number[] = [];
    for (let time = 0; time <= 5; time++) {
      times.push(milliseconds(() => instrumentModule(bytes, info, options)));
    }
    report(`rewrite, ${what}: ${name}`, median(times.slice(1)) / megabytes, 'ms/MB', null);
  }
}
