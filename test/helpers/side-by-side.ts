/** Executions that run different programs beside one another, in one simulation. */
import assert from 'node:assert/strict';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { expectReplayLaw } from '../property/laws.ts';
import { scriptedComponent } from './scripted-component.ts';
import { type ScriptOptions, type Simulated, simulate } from './simulate.ts';
import { type Address, SocketScript } from './socket-script.ts';

/** The address of the execution with this number, from 1. */
export function addressOf(number: number): Address {
  return [10, 128, 0, number];
}

/** Runs programs to their ends: execution `script-n` runs the n-th. */
export function runSideBySide(
  scripts: readonly ((script: SocketScript) => void)[],
  options: Partial<ScriptOptions> = {},
): Simulated {
  const simulated = simulateSideBySide(scripts, options);
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  expectReplayLaw(simulated);
  return simulated;
}

/** The same before it has run. */
export function simulateSideBySide(
  scripts: readonly ((script: SocketScript) => void)[],
  options: Partial<ScriptOptions> = {},
): Simulated {
  return simulate(programOf(scripts), { args: [], count: scripts.length, ...options });
}

/** One program for all of them: each execution tells by its address which is its own. */
export function programOf(scripts: readonly ((script: SocketScript) => void)[]): GuestProgram {
  return scriptedComponent((imports) => {
    const script = new SocketScript(imports);
    const [own = addressOf(0)] = script.resolve('self.executions.backstitch');
    scripts[own[3] - 1]?.(script);
  });
}

/** What an execution has printed, line by line. */
export function linesOf(simulated: Simulated, execution: string): readonly string[] {
  return simulated.text(execution).split('\n').slice(0, -1);
}
