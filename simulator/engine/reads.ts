/** Performs the effects that are answered at once: clocks, random numbers and names of hosts. */
import { type ClockArgs, type ClockName, type ClockResult, clockRead } from '../effects/clock.ts';
import {
  connectionAccept,
  connectionListen,
  type Endpoint,
  type ListenArgs,
  type ListenerArgs,
} from '../effects/connection.ts';
import { type ExecutionArgs, executionLook } from '../effects/conversation.ts';
import {
  type DatagramOpened,
  type DatagramReceiveArgs,
  datagramOpen,
  datagramReceive,
} from '../effects/datagram.ts';
import { type DnsArgs, type DnsResult, dnsLookup } from '../effects/dns.ts';
import type { EffectValue } from '../effects/operation.ts';
import { type RandomArgs, randomRead } from '../effects/random.ts';
import type { AnyOperation, Seq } from '../journal/entry.ts';
import { InvariantError } from '../kernel/assert.ts';
import { RandomStream } from '../kernel/random-stream.ts';
import { COMMIT_CALLS_MAX, ensureStackRoom } from '../kernel/stack-room.ts';
import { addressAt, loopbackAddress } from '../world/addresses.ts';
import type { Attempt } from './attempt.ts';
import { disturb } from './disturb.ts';

type Reader = (attempt: Attempt, args: EffectValue, seq: Seq) => EffectValue;

const READERS: Readonly<Record<string, Reader>> = {
  [clockRead.name]: (attempt, args) => readClock(attempt, args as ClockArgs),
  [executionLook.name]: (attempt, args) =>
    attempt.engine.conversations.look(attempt, args as ExecutionArgs),
  [randomRead.name]: (attempt, args, seq) => readRandom(attempt, args as RandomArgs, seq),
  [dnsLookup.name]: (attempt, args, seq) => lookUp(attempt, args as DnsArgs, seq),
  [connectionListen.name]: ({ sockets }, args, seq) => sockets.listen(seq, args as ListenArgs),
  [connectionAccept.name]: ({ sockets }, args, seq) => sockets.accept(args as ListenerArgs, seq),
  [datagramOpen.name]: (attempt, args, seq) => openSocket(attempt, args as Endpoint, seq),
  [datagramReceive.name]: ({ sockets }, args) => sockets.receive(args as DatagramReceiveArgs),
};

export function performRead(
  attempt: Attempt,
  operation: AnyOperation,
  args: EffectValue,
  seq: Seq,
): EffectValue {
  const reader = READERS[operation.name];
  if (reader === undefined) throw new InvariantError(`${operation.name} cannot be read`);
  return reader(attempt, args, seq);
}

function readClock(attempt: Attempt, { clock }: ClockArgs): ClockResult {
  return { nanos: shownClock(attempt, clock).toString() };
}

/** What the program is shown of a clock of its node now, in nanoseconds. */
export function shownClock(attempt: Attempt, clock: ClockName): bigint {
  const { engine, node, execution } = attempt;
  const { now } = engine.agenda;
  const reading = node[clock].read(now);
  const kept = clock === 'monotonic' || execution.workflow.config.clock === 'clamped';
  return kept ? attempt.readings.read(clock, reading, now) : reading;
}

/** One choice of 53 bits seeds all bytes of one read, so that the choice list stays short. */
function readRandom(attempt: Attempt, { length }: RandomArgs, seq: Seq): EffectValue {
  const { engine, execution } = attempt;
  // The choice is written down before the program has its number.
  ensureStackRoom(COMMIT_CALLS_MAX);
  const bits = engine.choices.bits(`random ${execution.id}`);
  const body = new Uint8Array(length);
  new RandomStream(bits, `${execution.id}/${seq}`).fill(body);
  return { body };
}

/**
 * Each host of a service has one address for as long as the world is configured alike; each
 * execution has one for as long as it is known.
 */
function lookUp(attempt: Attempt, { name }: DnsArgs, seq: Seq): DnsResult {
  const loopback = loopbackAddress(name);
  if (loopback !== undefined) return { addresses: [loopback] };
  const { engine, node, execution } = attempt;
  const index = engine.hostIndex(name);
  const addresses =
    index === undefined ? engine.hosts.lookUp(execution.id, name) : [addressAt(index)];
  // A machine knows its own name without asking anybody.
  if (addresses.length === 1 && addresses[0] === engine.hosts.addressOf(execution.id)) {
    return { addresses };
  }
  const site = { execution: execution.id, seq, effect: dnsLookup.name };
  const fault = disturb(engine, 'dns-failure', site, node.name);
  return { addresses: fault === undefined ? addresses : [] };
}

function openSocket(
  { engine, execution, sockets }: Attempt,
  local: Endpoint,
  seq: Seq,
): DatagramOpened {
  sockets.open(seq, local);
  return { socket: seq, address: engine.hosts.addressOf(execution.id) };
}
