// Collects an invoice: charges the card, waits three days and looks whether the charge still stands.
// Usage: invoice <id> <cents>

import {
  clockid,
  poll_oneoff,
} from '@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1';
import { request } from './backstitch';

const DAY: u64 = 24 * 60 * 60 * 1_000_000_000;

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

/** The value of a text field of a flat JSON object. */
function fieldOf(json: string, name: string): string {
  const start = `"${name}":"`;
  const at = json.indexOf(start);
  if (at < 0) throw new Error(`there is no ${name} in ${json}`);
  const rest = json.substring(at + start.length);
  return rest.substring(0, rest.indexOf('"'));
}

if (process.argv.length != 3) {
  console.error('usage: invoice <id> <cents>');
  process.exit(64);
}
const id = process.argv[1];
const cents = process.argv[2];
const nonce = new Uint8Array(4);
crypto.getRandomValues(nonce);

const started = Date.now();
const charge = request(
  'POST',
  'https://payment.example/charges',
  `Content-Type: application/json\nIdempotency-Key: ${id}-${nonce.toString()}\n`,
  `{"order":"${id}","cents":${cents},"currency":"EUR"}`,
);
// The service says 200 instead of 201 to a request that had been carried out already.
if (charge.status < 200 || charge.status > 299) {
  console.error(`not charged: status ${charge.status}, errno ${charge.error}`);
  process.exit(1);
}
const chargeId = fieldOf(charge.body, 'id');
console.log(`1. charged ${id} as ${chargeId}`);

sleep(3 * DAY);
const days = (Date.now() - started) / (24 * 60 * 60 * 1000);
const now = request('GET', `https://payment.example/charges/${chargeId}`, '', '');
console.log(`2. after ${days} days: ${fieldOf(now.body, 'status')}`);
