/** Effects that take time, by what performs them. */
import { connectionOpen } from '../effects/connection.ts';
import { datagramSend } from '../effects/datagram.ts';
import { type HttpRequestArgs, httpRequest, httpSend, isSafeMethod } from '../effects/http.ts';
import type { EffectValue } from '../effects/operation.ts';
import type { AnyOperation, Entry, Seq } from '../journal/entry.ts';
import { InvariantError } from '../kernel/assert.ts';
import { headerValue } from '../world/service.ts';
import type { Attempt } from './attempt.ts';
import { ConnectionFlight } from './connection-flight.ts';
import { ConversationFlight } from './conversation-flight.ts';
import { DatagramFlight } from './datagram-flight.ts';
import { HttpFlight } from './http-flight.ts';
import { VolumeFlight } from './volume-flight.ts';
import { WaitFlight } from './wait-flight.ts';

/** An effect that takes time, on its way. */
export interface Flight {
  /** Stops timers and ignores late messages: the attempt has ended. */
  abandon(): void;
  /** Something that it waits for may have arrived. */
  poke?(): void;
}

/** Begins what an effect does outside, once its intent is in the journal. */
export function takeOff(attempt: Attempt, entry: Entry): Flight {
  const flight = newFlight(attempt, entry);
  flight.start();
  return flight;
}

/** Goes on with an effect whose intent an earlier attempt left. */
export function takeUp(attempt: Attempt, entry: Entry): Flight {
  const flight = newFlight(attempt, entry);
  if (flight instanceof HttpFlight) flight.takeUp();
  else flight.start();
  return flight;
}

/** The key under which a call is sent on every attempt; undefined when it needs none. */
export function keyFor(
  attempt: Attempt,
  seq: Seq,
  operation: AnyOperation,
  args: EffectValue,
): string | undefined {
  // Nobody at the other end would see the key of a connection.
  if (operation.class !== 'call' || operation.name === connectionOpen.name) return undefined;
  // A step is done again as a whole, and does not know what it did before.
  const isKnown = attempt.durable && attempt.step === undefined;
  const engineKey = isKnown ? `${attempt.execution.id}/${seq}` : undefined;
  if (!beginsExchange(operation)) return engineKey;
  const request = args as HttpRequestArgs;
  const own = headerValue(request.headers, 'idempotency-key');
  return own ?? (isSafeMethod(request.method) ? undefined : engineKey);
}

function beginsExchange({ name }: AnyOperation): boolean {
  return name === httpRequest.name || name === httpSend.name;
}

function newFlight(attempt: Attempt, entry: Entry): Flight & { start(): void } {
  if (entry.operation.class === 'wait') return new WaitFlight(attempt, entry);
  if (beginsExchange(entry.operation)) return new HttpFlight(attempt, entry);
  if (entry.operation.name === connectionOpen.name) return new ConnectionFlight(attempt, entry);
  if (entry.operation.name === datagramSend.name) return new DatagramFlight(attempt, entry);
  if (attempt.engine.conversations.performs(entry.operation.name)) {
    return new ConversationFlight(attempt, entry);
  }
  const { volume: name } = entry.args as { volume?: string };
  const volume = name === undefined ? undefined : attempt.engine.volumes.get(name);
  if (volume === undefined) throw new InvariantError(`nothing performs ${entry.operation.name}`);
  return new VolumeFlight(attempt, entry, volume);
}
