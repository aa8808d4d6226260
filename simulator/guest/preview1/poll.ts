import { ERRNO, type ErrnoName } from '../../world/files/errno.ts';
import { type Interest, type Readiness, waitForAny } from '../waiting.ts';
import { clockOfId } from './clocks.ts';
import type { Descriptor, DescriptorTable } from './descriptor-table.ts';
import { GuestError } from './guest-error.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { Host } from './host.ts';
import { RIGHT } from './rights.ts';

/** Subscriptions of one call; more is `inval`. */
export const SUBSCRIPTIONS_MAX = 4096;

/** The structures `subscription` and `event`, in bytes. */
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;

/** eventtype of the ABI. */
const EVENT = { clock: 0, read: 1, write: 2 } as const;

const CLOCK_ABSOLUTE = 1;
const HANGUP = 1;

/** Room that a stream which can always be written to reports. */
const WRITE_ROOM_BYTES = 64n * 1024n;

/** What one subscription comes to before anything is waited for. */
type SubscribedInterest =
  | { readonly kind: 'ready'; readonly bytes: bigint }
  | { readonly kind: 'error'; readonly errno: ErrnoName }
  | Exclude<Interest, { readonly kind: 'ready' }>;

interface Subscription {
  readonly userdata: bigint;
  readonly type: number;
  readonly interest: SubscribedInterest;
}

export function pollCalls(host: Host) {
  const { memory, descriptors, port } = host;
  return {
    poll_oneoff: (input: number, output: number, count: number, out: number) => {
      const total = count >>> 0;
      if (total === 0 || total > SUBSCRIPTIONS_MAX) {
        throw new GuestError('inval', `${total} subscriptions: from 1 to ${SUBSCRIPTIONS_MAX}`);
      }
      const first = memory.check(input, total * SUBSCRIPTION_BYTES);
      memory.check(output, total * EVENT_BYTES);
      memory.check(out, 4);
      const subscriptions: Subscription[] = [];
      for (let index = 0; index < total; index++) {
        subscriptions.push(subscriptionAt(memory, descriptors, first + index * SUBSCRIPTION_BYTES));
      }
      // An error is that subscription's own event, which is there at once.
      const interests = subscriptions.map(({ interest }) =>
        interest.kind === 'ready' || interest.kind === 'error' ? READY : interest,
      );
      const found = waitForAny(port, interests);
      memory.setU32(out, putEvents(memory, output >>> 0, subscriptions, found));
    },
  };
}

const READY: Interest = { kind: 'ready' };

/** Writes an event for each subscription that has something to report; returns how many. */
function putEvents(
  memory: GuestMemory,
  output: number,
  subscriptions: readonly Subscription[],
  found: readonly (Readiness | undefined)[],
): number {
  let count = 0;
  subscriptions.forEach(({ userdata, type, interest }, index) => {
    const readiness = found[index];
    if (readiness === undefined) return;
    const at = output + EVENT_BYTES * count++;
    memory.range(at, EVENT_BYTES).fill(0);
    memory.setU64(at, userdata);
    memory.setU16(at + 8, interest.kind === 'error' ? ERRNO[interest.errno] : 0);
    memory.setU8(at + 10, type);
    memory.setU64(
      at + 16,
      interest.kind === 'ready' ? interest.bytes : BigInt(readiness.available),
    );
    memory.setU16(at + 24, readiness.ended ? HANGUP : 0);
  });
  return count;
}

function subscriptionAt(
  memory: GuestMemory,
  descriptors: DescriptorTable,
  at: number,
): Subscription {
  const userdata = memory.u64(at);
  const type = memory.u8(at + 8);
  if (type === EVENT.clock) return { userdata, type, interest: clockInterest(memory, at + 16) };
  if (type === EVENT.read || type === EVENT.write) {
    return { userdata, type, interest: streamInterest(descriptors, memory.u32(at + 16), type) };
  }
  throw new GuestError('inval', `${type} is no type of subscription`);
}

function clockInterest(memory: GuestMemory, at: number): SubscribedInterest {
  const clock = clockOfId(memory.u32(at));
  const flags = memory.u16(at + 24);
  if (clock === undefined || (flags & ~CLOCK_ABSOLUTE) !== 0) {
    return { kind: 'error', errno: 'inval' };
  }
  const nanos = memory.u64(at + 8).toString();
  const deadline = { clock, nanos, absolute: (flags & CLOCK_ABSOLUTE) !== 0 };
  return { kind: 'deadline', deadline };
}

function streamInterest(
  descriptors: DescriptorTable,
  fd: number,
  type: number,
): SubscribedInterest {
  try {
    return interestIn(descriptors.get(fd, RIGHT.poll_fd_readwrite), type);
  } catch (error) {
    // A bad descriptor is that subscription's own event, not the failure of the call.
    if (error instanceof GuestError) return { kind: 'error', errno: error.code };
    throw error;
  }
}

function interestIn(descriptor: Descriptor, type: number): SubscribedInterest {
  if (descriptor.kind === 'file') {
    // A regular file never makes anyone wait.
    if (type === EVENT.write) return { kind: 'ready', bytes: WRITE_ROOM_BYTES };
    const left = descriptor.store.stat(descriptor.inode).size - descriptor.offset;
    return { kind: 'ready', bytes: left > 0n ? left : 0n };
  }
  if (descriptor.kind === 'directory') return { kind: 'ready', bytes: 0n };
  if (type === EVENT.write) return writeInterest(descriptor);
  switch (descriptor.kind) {
    case 'stdin':
      return { kind: 'inbox', inbox: 'stdin' };
    case 'connection':
      return { kind: 'inbox', inbox: descriptor.connection };
    case 'listener':
      return { kind: 'inbox', inbox: listenerInbox(descriptor.listener) };
    case 'output':
      return { kind: 'error', errno: 'badf' };
  }
}

function writeInterest(descriptor: Descriptor): SubscribedInterest {
  if (descriptor.kind === 'output' || descriptor.kind === 'connection') {
    return { kind: 'ready', bytes: WRITE_ROOM_BYTES };
  }
  return { kind: 'error', errno: 'badf' };
}

/** The inbox that is readable while a connection waits to be accepted. */
export function listenerInbox(listener: string): string {
  return `listener:${listener}`;
}
