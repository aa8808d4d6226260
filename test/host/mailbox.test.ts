import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Mailbox } from '../../simulator/host/mailbox.ts';

const LOOK = { isMotion: false, request: 7 };
const MOTION = { isMotion: true, request: 5 };

/** The two ends of one mailbox. */
function ends(): { readonly host: Mailbox; readonly client: Mailbox } {
  const client = new Mailbox();
  return { host: new Mailbox(client.shared), client };
}

describe('the mailbox of a host', () => {
  it('says that a request waits until it is taken', () => {
    const { host, client } = ends();
    assert.equal(host.hasRequests(), false);
    client.notePosted();
    assert.equal(host.hasRequests(), true);
    host.noteReceived();
    assert.equal(host.hasRequests(), false);
  });

  it('says that an urgent request waits until that one is taken', () => {
    const { host, client } = ends();
    const interrupted = (): boolean => host.interrupts(LOOK);
    client.notePosted();
    assert.equal(interrupted(), false);
    client.notePosted();
    client.interrupt('all');
    client.notePosted();
    assert.equal(interrupted(), true);
    host.noteReceived();
    assert.equal(interrupted(), true);
    host.noteReceived();
    assert.equal(interrupted(), false);
    host.noteReceived();
    // One that was taken before it could be called urgent is not waited for.
    client.interrupt('all');
    assert.equal(interrupted(), false);
  });

  it('breaks off a motion, and no look', () => {
    const { host, client } = ends();
    client.notePosted();
    client.interrupt('motion');
    assert.ok(host.interrupts(MOTION));
    assert.ok(!host.interrupts(LOOK));
    host.noteReceived();
    assert.ok(!host.interrupts(MOTION));
  });

  it('breaks off the work on one request, and nothing that comes before or after it', () => {
    const { host, client } = ends();
    client.notePosted();
    client.interrupt(LOOK.request);
    assert.ok(host.interrupts(LOOK));
    assert.ok(!host.interrupts({ ...LOOK, request: LOOK.request + 1 }));
    assert.ok(!host.interrupts({ ...LOOK, request: 0 }));
    assert.ok(!host.interrupts(MOTION));
  });

  it('breaks off no request of another session that has the same number', () => {
    const { host, client } = ends();
    client.interrupt(LOOK.request, 1);
    assert.ok(host.interrupts(LOOK, 1));
    assert.ok(!host.interrupts(LOOK, 2));
    assert.ok(!host.interrupts(LOOK));
    client.interrupt(LOOK.request, 2);
    assert.ok(host.interrupts(LOOK, 2));
    assert.ok(!host.interrupts(LOOK, 1));
  });

  it('says where the host is', () => {
    const { host, client } = ends();
    assert.equal(client.lastEffect, undefined);
    for (const [execution, seq] of [
      ['order-1', 3],
      ['order-1', 4],
      ['a-longer-name-12', 0],
      ['küche-1', 7],
    ] as const) {
      const { beats } = client;
      host.beat(execution, seq);
      assert.deepEqual(client.lastEffect, { execution, seq });
      assert.equal(client.beats, beats + 1);
    }
    host.beat();
    assert.equal(client.lastEffect, undefined);
  });

  it('takes a name of any length', () => {
    const { host, client } = ends();
    host.beat('x'.repeat(1000), 1);
    assert.deepEqual(client.lastEffect, { execution: 'x'.repeat(256), seq: 1 });
  });
});
