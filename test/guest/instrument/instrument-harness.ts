/** Runs programs with probes from their journals, as time travel does. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type ReplayEnd, replay } from '../../../simulator/engine/replayer.ts';
import type { Workflow } from '../../../simulator/engine/workflow.ts';
import {
  type InstrumentOptions,
  instrumentProgram,
  type ProbeSession,
  type StackDump,
} from '../../../simulator/guest/instrument/index.ts';
import { type GuestProgram, loadProgram } from '../../../simulator/guest/program.ts';
import { SourceLocator } from '../../../simulator/guest/symbols/index.ts';
import type { Entry, ExecutionId } from '../../../simulator/journal/entry.ts';
import { simulate } from '../../helpers/simulate.ts';
import { entriesOf } from '../../property/laws.ts';
import { compile, type Sources } from '../symbols/clang.ts';
import { statementOffsets } from './statement-offsets.ts';

const ID = 'script-1' as ExecutionId;
const MEMORY_MIB = 64;

/** A program that ran once, and what is needed to run it again. */
export class Recorded {
  readonly statements: readonly number[];

  constructor(
    readonly program: GuestProgram,
    readonly workflow: Workflow,
    readonly entries: readonly Entry[],
  ) {
    this.statements = statementOffsets(program.main.bytes, program.main.info);
  }

  /** Replays the program, or one that was made of it. */
  replay(
    program: GuestProgram,
    session?: ProbeSession,
    onEffect?: (entry: Entry) => boolean,
  ): ReplayEnd {
    return replay({
      execution: ID,
      workflow: { ...this.workflow, program },
      entries: this.entries,
      wallNanosOf: (entry) => entry?.startedAt ?? 0n,
      ...(session === undefined ? {} : { session }),
      ...(onEffect === undefined ? {} : { onEffect }),
    });
  }

  /** The program with probes at its statements. */
  withProbes(wanted?: Partial<InstrumentOptions>): GuestProgram {
    const options = { probes: this.statements, locals: () => 'all' as const, ...wanted };
    return instrumentProgram(this.program, options);
  }

  /** As it is, with the first entries of its journal only. */
  cutOff(entries: number): Recorded {
    return new Recorded(this.program, this.workflow, this.entries.slice(0, entries));
  }

  lineAt(codeOffset: number): number | undefined {
    const { bytes, info } = this.program.main;
    return new SourceLocator(bytes, info).lines.lineAt(codeOffset)?.line;
  }
}

export async function recordC(sources: Sources, ...options: string[]): Promise<Recorded> {
  return record(loadProgram(await compile(sources, '-g', ...options), MEMORY_MIB));
}

export function record(program: GuestProgram, args: readonly string[] = []): Recorded {
  const simulated = simulate(program, { args, stdin: 'one\ntwo\nthree\n' });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  return new Recorded(program, simulated.workflow, entriesOf(simulated, ID));
}

/** A program that was not run yet, for one that would not end. */
export async function unstartedC(sources: Sources, ...options: string[]): Promise<Recorded> {
  const program = loadProgram(await compile(sources, '-g', ...options), MEMORY_MIB);
  return new Recorded(program, simulate(program, { args: [] }).workflow, []);
}

/** A dump as text that is equal for equal stops. */
export function describeDump(dump: StackDump | undefined): string {
  assert.ok(dump !== undefined, 'it did not stop');
  const frames = dump.frames.map(({ module, functionIndex, codeOffset, kind, depth, locals }) => {
    const values = [...locals].map(([index, { value }]) => `${index}=${value}`);
    return `${module ?? ''} ${functionIndex} ${codeOffset} ${kind} ${depth} ${values.join(' ')}`;
  });
  const hash = createHash('sha256');
  for (const { memories } of dump.instances) for (const memory of memories) hash.update(memory);
  return [`tick ${dump.tick}`, ...frames, hash.digest('hex')].join('\n');
}
