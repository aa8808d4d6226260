import type { EffectPort } from '../../effects/operation.ts';
import type { Preopen } from '../files/preopen.ts';

/** What the interfaces of one component instance share. */
export interface Preview2Host {
  /** All that is not pure goes through it. */
  readonly port: EffectPort;
  /** The first is the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly preopens: readonly Preopen[];
}

/** One WIT interface as the glue wants it: functions in camelCase, resources as classes. */
export type HostInterface = Readonly<Record<string, unknown>>;
