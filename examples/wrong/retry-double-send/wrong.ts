// Reminds a patient of an appointment by text message.
// Usage: remind <phone> <when>

import {
  clockid,
  poll_oneoff,
} from '@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1';
import { Response, request } from '../../assemblyscript/backstitch';

const TRIES = 8;
const TIMEOUT_MS = 3000;
const SECOND: u64 = 1_000_000_000;

/** Waits by the monotonic clock; WASI calls that polling for a subscription of 48 bytes. */
function sleep(nanoseconds: u64): void {
  const subscription = changetype<usize>(new StaticArray<u64>(6));
  const event = changetype<usize>(new StaticArray<u64>(4));
  const count = changetype<usize>(new StaticArray<u32>(1));
  store<u32>(subscription, clockid.MONOTONIC, 16);
  store<u64>(subscription, nanoseconds, 24);
  const error = poll_oneoff(subscription, event, 1, count);
  if (error != 0) throw new Error(`poll_oneoff failed with errno ${error}`);
}

/** A number that nobody has used before. */
function freshKey(): string {
  const bytes = new Uint8Array(8);
  crypto.getRandomValues(bytes);
  return bytes.join('-');
}

/** Posts a message with an idempotency key, so that the gateway sends it only once. */
function post(body: string): Response {
  const headers = `Content-Type: application/json\nIdempotency-Key: ${freshKey()}\n`;
  return request('POST', 'https://gateway.example/messages', headers, body, TIMEOUT_MS);
}

/** Sends a message; while the gateway does not answer in time, again after ever longer pauses. */
function send(body: string): bool {
  for (let tries = 1; tries <= TRIES; tries++) {
    const response = post(body);
    if (response.status >= 200 && response.status <= 299) return true;
    console.error(`try ${tries} of ${TRIES}: status ${response.status}, errno ${response.error}`);
    sleep(SECOND << tries);
  }
  return false;
}

if (process.argv.length != 3) {
  console.error('usage: remind <phone> <when>');
  process.exit(64);
}
const phone = process.argv[1];
const when = process.argv[2];
if (!send(`{"to":"${phone}","text":"Your appointment is on ${when}."}`)) process.exit(1);
console.log(`${phone} is reminded of ${when}`);
