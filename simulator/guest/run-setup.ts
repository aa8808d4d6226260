import type { EffectPort } from '../effects/operation.ts';
import type { Preopen } from './files/preopen.ts';
import type { ProbeSession } from './instrument/probe-session.ts';

/** What one run of a program is given. */
export interface RunSetup {
  readonly port: EffectPort;
  /** The first is the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly preopens: readonly Preopen[];
  /** The function to call, as Invocation has it; undefined runs the program's own entry. */
  readonly invoke: string | undefined;
  /** Takes the memories of the run, for what is said of a trap. */
  readonly memories: WebAssembly.Memory[];
  /** Watches over the run of a program that has probes; undefined for one that has none. */
  readonly session: ProbeSession | undefined;
}
