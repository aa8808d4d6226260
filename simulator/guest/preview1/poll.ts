import { type Deadline, type PollArgs, waitPoll } from '../../effects/wait.ts';
import { ERRNO, type ErrnoName } from '../../world/files/errno.ts';
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
type Interest =
  | { readonly kind: 'ready'; readonly bytes: bigint }
  | { readonly kind: 'error'; readonly errno: ErrnoName }
  | { readonly kind: 'deadline'; readonly deadline: Deadline }
  | { readonly kind: 'inbox'; readonly inbox: string };

interface Subscription {
  readonly userdata: bigint;
  readonly type: number;
  readonly interest: Interest;
}

/** What a subscription reports; undefined while it has nothing to report. */
interface Happening {
  readonly errno: ErrnoName;
  readonly bytes: bigint;
  readonly flags: number;
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
      const wait = new Wait(subscriptions);
      if (wait.isNeeded()) wait.perform((args) => port.effect(waitPoll, args));
      memory.setU32(out, putEvents(memory, output >>> 0, subscriptions, wait));
    },
  };
}

/** The part of a poll that the world answers. */
class Wait {
  private readonly deadlines: Deadline[] = [];
  private readonly inboxes: string[] = [];
  /** The position of each subscription in its list. */
  private readonly positions: (number | undefined)[] = [];
  private readonly passed = new Set<number>();
  private readonly readable = new Map<number, Happening>();
  private readonly isImmediate: boolean;

  constructor(subscriptions: readonly Subscription[]) {
    for (const { interest } of subscriptions) this.positions.push(this.position(interest));
    this.isImmediate = subscriptions.some(({ interest }) => {
      return interest.kind === 'ready' || interest.kind === 'error';
    });
  }

  /** Where something is ready at once, only inboxes are still worth a look. */
  isNeeded(): boolean {
    return !this.isImmediate || this.inboxes.length > 0;
  }

  perform(poll: (args: PollArgs) => ReturnType<typeof waitPoll.parseResult>): void {
    const now = { clock: 'monotonic', nanos: '0', absolute: false } as const;
    const deadlines = this.isImmediate ? [...this.deadlines, now] : this.deadlines;
    const result = poll({ deadlines, inboxes: this.inboxes });
    for (const index of result.passed) this.passed.add(index);
    for (const { inbox, available, ended } of result.readable) {
      const flags = ended ? HANGUP : 0;
      this.readable.set(inbox, { errno: 'success', bytes: BigInt(available), flags });
    }
  }

  happening(index: number, { interest }: Subscription): Happening | undefined {
    const position = this.positions[index] ?? 0;
    switch (interest.kind) {
      case 'ready':
        return { errno: 'success', bytes: interest.bytes, flags: 0 };
      case 'error':
        return { errno: interest.errno, bytes: 0n, flags: 0 };
      case 'deadline':
        return this.passed.has(position) ? { errno: 'success', bytes: 0n, flags: 0 } : undefined;
      case 'inbox':
        return this.readable.get(position);
    }
  }

  private position(interest: Interest): number | undefined {
    if (interest.kind === 'deadline') return this.deadlines.push(interest.deadline) - 1;
    if (interest.kind !== 'inbox') return undefined;
    // Two subscriptions to one inbox are one interest.
    const known = this.inboxes.indexOf(interest.inbox);
    return known >= 0 ? known : this.inboxes.push(interest.inbox) - 1;
  }
}

function putEvents(
  memory: GuestMemory,
  output: number,
  subscriptions: readonly Subscription[],
  wait: Wait,
): number {
  let count = 0;
  subscriptions.forEach((subscription, index) => {
    const happening = wait.happening(index, subscription);
    if (happening === undefined) return;
    const at = output + EVENT_BYTES * count++;
    memory.range(at, EVENT_BYTES).fill(0);
    memory.setU64(at, subscription.userdata);
    memory.setU16(at + 8, ERRNO[happening.errno]);
    memory.setU8(at + 10, subscription.type);
    memory.setU64(at + 16, happening.bytes);
    memory.setU16(at + 24, happening.flags);
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

function clockInterest(memory: GuestMemory, at: number): Interest {
  const clock = clockOfId(memory.u32(at));
  const flags = memory.u16(at + 24);
  if (clock === undefined || (flags & ~CLOCK_ABSOLUTE) !== 0) {
    return { kind: 'error', errno: 'inval' };
  }
  const nanos = memory.u64(at + 8).toString();
  const deadline = { clock, nanos, absolute: (flags & CLOCK_ABSOLUTE) !== 0 };
  return { kind: 'deadline', deadline };
}

function streamInterest(descriptors: DescriptorTable, fd: number, type: number): Interest {
  try {
    return interestIn(descriptors.get(fd, RIGHT.poll_fd_readwrite), type);
  } catch (error) {
    // A bad descriptor is that subscription's own event, not the failure of the call.
    if (error instanceof GuestError) return { kind: 'error', errno: error.code };
    throw error;
  }
}

function interestIn(descriptor: Descriptor, type: number): Interest {
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

function writeInterest(descriptor: Descriptor): Interest {
  if (descriptor.kind === 'output' || descriptor.kind === 'connection') {
    return { kind: 'ready', bytes: WRITE_ROOM_BYTES };
  }
  return { kind: 'error', errno: 'badf' };
}

/** The inbox that is readable while a connection waits to be accepted. */
export function listenerInbox(listener: string): string {
  return `listener:${listener}`;
}
