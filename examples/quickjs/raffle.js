// Draws one of the entrants a day until the prizes are gone: raffle <entrant> ...
//
// QuickJS brings the language and no web APIs: what the program needs besides Date and Math, it
// imports from WASI 0.2.

import { getArguments } from 'wasi:cli/environment@0.2.0';
import { getStdout } from 'wasi:cli/stdout@0.2.0';
import { subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.0';
import { getRandomBytes } from 'wasi:random/random@0.2.0';
import { bytesOf } from './text.js';

const DAY_NANOSECONDS = 24 * 60 * 60 * 1e9;
const PRIZES = ['a bicycle', 'a lamp', 'a café voucher'];

function print(line) {
  getStdout().blockingWriteAndFlush(bytesOf(`${line}\n`));
}

export const run = {
  run() {
    const entrants = getArguments().slice(1);
    for (const prize of PRIZES) {
      if (entrants.length === 0) break;
      const [random] = getRandomBytes(1);
      const [winner] = entrants.splice(random % entrants.length, 1);
      const day = new Date().toISOString().slice(0, 10);
      print(`${day} ${winner} wins ${prize}`);
      subscribeDuration(DAY_NANOSECONDS).block();
    }
    print(`left with nothing: ${entrants.join(' ')}`);
  },
};
