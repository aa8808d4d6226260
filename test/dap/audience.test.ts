import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { HostAudience } from '../../debug-adapter/host-audience.ts';
import type { HostEvent } from '../../simulator/host/protocol.ts';
import { STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

describe('the views of a host that debugs', () => {
  it('hear of the simulation as if the host ran it', async () => {
    const events: HostEvent[] = [];
    const begun: string[] = [];
    const client = new TestClient({
      audience: (loaded) =>
        new HostAudience(
          loaded,
          (event) => events.push(event),
          (run) => begun.push(...run.history.executions().map(({ id }) => id)),
        ),
    });
    await client.launchTo({ program: STEPS, args: ['1'], stopOnEntry: true });
    assert.deepEqual(begun, ['steps-1']);
    await client.move('next');
    await client.move('next');
    const states = () => events.flatMap((event) => (event.kind === 'state' ? [event.state] : []));
    assert.deepEqual(states(), [
      { kind: 'running' },
      { kind: 'paused', execution: 'steps-1', seq: 0 },
      { kind: 'running' },
      { kind: 'paused', execution: 'steps-1', seq: 1 },
      { kind: 'running' },
      { kind: 'paused', execution: 'steps-1', seq: 2 },
    ]);
    await client.move('stepBack');
    assert.equal(states().length, 6, 'looking back changes nothing of the simulation');
    await client.move('continue');
    assert.deepEqual(states().at(-1), { kind: 'ended' });
    const outputs = events.filter(({ kind }) => kind === 'output');
    assert.equal(outputs.length, 3);
    const effects = events.flatMap((event) => (event.kind === 'changed' ? event.effects : []));
    assert.deepEqual([...new Set(effects.map(({ seq }) => seq))], [0, 1, 2, 3, 4]);
  });

  it('hear that it waits, and for what', async () => {
    const events: HostEvent[] = [];
    const client = new TestClient({
      audience: (loaded) => new HostAudience(loaded, (event) => events.push(event)),
    });
    await client.launchTo({ program: STEPS, args: ['0', 'read'], interactive: true });
    const last = events.findLast(({ kind }) => kind === 'state');
    assert.deepEqual(last?.kind === 'state' && last.state, {
      kind: 'waiting',
      questions: [],
      promises: [],
    });
  });
});
