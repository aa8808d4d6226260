import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InFlight } from '../../../simulator/cli/node/in-flight.ts';

const LONG_MS = 60_000;

describe('what is in flight', () => {
  it('is waited for by everybody who asked, until the last is over', async (context) => {
    // No time passes, so that nobody is let go because it has waited long enough.
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const open = new InFlight<string>();
    open.add('a');
    open.add('b');
    const waits = [open.drain(LONG_MS), open.drain(LONG_MS)];
    open.delete('a');
    open.delete('b');
    assert.deepEqual(await Promise.all(waits), [[], []]);
  });

  it('is waited for as long as each says, and told to those whose time is over', async () => {
    const open = new InFlight<string>();
    open.add('a');
    const patient = open.drain(LONG_MS);
    assert.deepEqual(await open.drain(1), ['a']);
    open.delete('a');
    assert.deepEqual(await patient, []);
  });

  it('is not waited for when there is nothing', async () => {
    assert.deepEqual(await new InFlight<string>().drain(LONG_MS), []);
  });
});
