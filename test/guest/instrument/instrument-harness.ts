/** Runs programs with probes from their journals, as time travel does. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type ReplayEnd, replay } from '../../../simulator/engine/replayer.ts';
import {
  instrumentProgram,
  type ProbeSession,
  type ProgramOptions,
  type StackDump,
} from '../../../simulator/guest/instrument/index.ts';
import { type GuestProgram, loadProgram } from '../../../simulator/guest/program.ts';
import type { Entry, ExecutionId } from '../../../simulator/journal/entry.ts';
import { simulate } from '../../helpers/simulate.ts';
import { entriesOf } from '../../property/laws.ts';
import { compile, type Sources } from '../symbols/clang.ts';
import { statementOffsets } from './statement-offsets.ts';

const ID = 'script-1' as ExecutionId;
const MEMORY_MIB = 64;

/** A program that ran once, and what is needed to run it again. */
export interface Recorded {
  readonly program: GuestProgram;
  readonly entries: readonly Entry[];
  readonly statements: readonly number[];
  /** Replays `program`, or one that was made of it. */
  replay(
    program: GuestProgram,
    session?: ProbeSession,
    onEffect?: (entry: Entry) => boolean,
  ): ReplayEnd;
  /** The program with probes at its statements. */
  withProbes(options?: Partial<ProgramOptions>): GuestProgram;
}

export async function recordC(sources: Sources, ...options: string[]): Promise<Recorded> {
  return record(loadProgram(await compile(sources, '-g', ...options), MEMORY_MIB));
}

export function record(program: GuestProgram, args: readonly string[] = []): Recorded {
  const simulated = simulate(program, { args, stdin: 'one\ntwo\nthree\n' });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  const entries = entriesOf(simulated, ID);
  const { bytes, info } = program.main;
  const statements = statementOffsets(bytes, info);
  return {
    program,
    entries,
    statements,
    replay: (other, session, onEffect) =>
      replay({
        execution: ID,
        workflow: { ...simulated.workflow, program: other },
        entries,
        wallNanosOf: (entry) => entry?.startedAt ?? 0n,
        ...(session === undefined ? {} : { session }),
        ...(onEffect === undefined ? {} : { onEffect }),
      }),
    withProbes: (wanted) =>
      instrumentProgram(program, { probes: statements, locals: () => 'all', ...wanted }),
  };
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
