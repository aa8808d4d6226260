/** Does an operation on a volume, as faults let it be done. */
import {
  type VolumeFailure,
  type VolumeReadArgs,
  type VolumeWriteArgs,
  volumeRead,
  volumeWrite,
} from '../effects/files.ts';
import type { EffectValue, JsonObject } from '../effects/operation.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { Entry } from '../journal/entry.ts';
import type { ErrnoName } from '../world/files/errno.ts';
import type { Landing } from '../world/files/misdirected-write.ts';
import type { Disturbance, Misdirected, Volume } from '../world/files/volume.ts';
import type { Attempt } from './attempt.ts';
import { corrupt } from './corrupt.ts';
import { disturb } from './disturb.ts';

interface WriteResult {
  readonly end: string;
}

/** The result of an operation on a volume, which is done now. */
export function performOnVolume(attempt: Attempt, entry: Entry, volume: Volume): EffectValue {
  const { operation, args, key } = entry;
  if (!attempt.engine.faults.watchesEffects) return volume.perform(operation, args, key);
  const site = { execution: attempt.execution.id, seq: entry.seq, effect: operation.name };
  const refusal = errnoAt(attempt, site, 'before');
  if (refusal !== undefined) return refusal;
  const result =
    operation.name === volumeRead.name
      ? readDisturbed(attempt, site, entry, volume)
      : volume.perform(operation, args, key, disturbedWrite(attempt, site, entry, volume));
  return errnoAt(attempt, site, 'after') ?? result;
}

function errnoAt(
  { engine, node }: Attempt,
  site: EffectSite,
  when: 'before' | 'after',
): VolumeFailure | undefined {
  const fault = disturb(engine, 'errno', site, node.name, (each) => each.when === when);
  if (fault === undefined) return undefined;
  const errno = fault.errno.slice(1).toLowerCase() as ErrnoName;
  return { errno, message: `the volume answered ${fault.errno}` };
}

function disturbedWrite(
  attempt: Attempt,
  site: EffectSite,
  { operation, args }: Entry,
  volume: Volume,
): Disturbance {
  if (operation.name !== volumeWrite.name) return {};
  const torn = tornWrite(attempt, site, args as VolumeWriteArgs);
  return { ...torn, ...misdirectedWrite(attempt, site, volume) };
}

function misdirectedWrite(
  { engine, node }: Attempt,
  site: EffectSite,
  volume: Volume,
): Pick<Disturbance, 'misdirected'> {
  const fault = disturb(engine, 'misdirected-write', site, node.name);
  if (fault === undefined) return {};
  const { kind, file, offset } = fault;
  const { execution, seq } = site;
  const misdirected: Misdirected = {
    file,
    offset,
    draw: (bound) => engine.choices.below(kind, bound),
    onLanding: (landing) => {
      const data = landing && landedAt(landing);
      engine.trace({
        ...{ kind: 'write.misdirected', service: volume.name, execution, seq },
        ...(data === undefined ? {} : { data }),
      });
    },
  };
  return { misdirected };
}

function landedAt({ path, offset, bytes }: Landing): JsonObject {
  return { offset, bytes: bytes.length, ...(path === undefined ? {} : { file: path }) };
}

function tornWrite(
  { engine, node }: Attempt,
  site: EffectSite,
  args: VolumeWriteArgs,
): Disturbance {
  const fault = disturb(engine, 'torn-write', site, node.name);
  if (fault === undefined) return {};
  const { body, ...where } = args;
  const kept = Math.min(fault.keep ?? Math.floor(body.length / 2), body.length);
  const done = { ...where, body: body.subarray(0, kept) };
  if (fault.told === 'part') {
    return { args: done, told: (result) => ({ ...result, length: kept }) };
  }
  const missing = BigInt(body.length - kept);
  const told = (result: EffectValue): EffectValue => {
    const { end } = result as WriteResult;
    const all: WriteResult = { end: (BigInt(end) + missing).toString() };
    return all;
  };
  return { args: done, told };
}

function readDisturbed(
  { engine, node }: Attempt,
  site: EffectSite,
  { operation, args, key }: Entry,
  volume: Volume,
): EffectValue {
  const result = volume.perform(operation, args, key);
  if (result.body === undefined) return result;
  const stale = disturb(engine, 'stale-read', site, node.name);
  const read =
    stale === undefined ? result : volume.readBefore(stale.writes, args as VolumeReadArgs);
  if (read.body === undefined || read.body.length === 0) return read;
  const wrong = disturb(engine, 'corrupt-read', site, node.name);
  if (wrong === undefined) return read;
  return { body: corrupt(engine.choices, wrong.kind, read.body, wrong.bytes) };
}
