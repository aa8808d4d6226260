import type { EffectPort } from '../../effects/operation.ts';
import type { Devices } from '../files/devices.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import type { GuestMemory } from './guest-memory.ts';

/** What the calls of one instance share. */
export interface Host {
  readonly port: EffectPort;
  readonly memory: GuestMemory;
  readonly descriptors: DescriptorTable;
  readonly devices: Devices;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * One imported function: i32 arrive as numbers, i64 as bigints. It returns normally for success
 * and throws GuestError or FileError otherwise; an Unwind passes through.
 */
export type HostCall = (...args: never[]) => void;

export type HostCalls = Readonly<Record<string, HostCall>>;
