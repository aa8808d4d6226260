import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EffectValue, Operation } from '../../../../simulator/effects/operation.ts';
import { VolumeProxy } from '../../../../simulator/guest/files/volume-proxy.ts';
import { MemoryTree } from '../../../../simulator/world/files/memory-tree.ts';
import { Volume } from '../../../../simulator/world/files/volume.ts';
import type { FakePort } from '../../preview1/fake-port.ts';
import { decode, encode, errorOf, Harness } from '../component-harness.ts';

/** A guest whose root is a volume; `calls` are the effects on it. */
function mounted(): { guest: Harness; tree: MemoryTree; calls: () => string[] } {
  const tree = new MemoryTree({ now: () => 123_000_000_000n });
  const volume = new Volume('shared', tree);
  const guest = new Harness({
    preopens: (_, port) => [{ path: '/', store: new VolumeProxy(perform(port, volume), 'shared') }],
    answers: { 'clock.read': () => ({ nanos: '77' }) },
  });
  return { guest, tree, calls: () => guest.port.names };
}

/** The same port, which the volume answers as well. */
function perform(port: FakePort, volume: Volume): FakePort {
  const answer = port.effect.bind(port);
  port.effect = <A extends EffectValue, R extends EffectValue>(
    operation: Operation<A, R>,
    args: A,
  ): R => {
    if (!operation.name.startsWith('volume.')) return answer(operation, args);
    port.asked.push({ name: operation.name, args });
    return volume.perform(operation, args, `key ${port.asked.length}`) as R;
  };
  return port;
}

test('each call on a volume is one effect', () => {
  const { guest, tree, calls } = mounted();
  const root = guest.directory();
  assert.deepEqual(calls(), []);
  const file = root.openAt({}, 'file', { create: true }, { read: true, write: true });
  file.appendViaStream().blockingWriteAndFlush(encode('hello'));
  assert.equal(decode(file.read(9n, 0n)[0]), 'hello');
  file.sync();
  assert.equal(file.stat().dataModificationTimestamp.seconds, 123n);
  assert.deepEqual(calls(), [
    'volume.open',
    'volume.write',
    'volume.read',
    'volume.sync',
    'volume.stat',
  ]);
  assert.equal(tree.statPath(tree.root, 'file', false).size, 5n);
});

test('failures of a volume have their codes', () => {
  const { guest } = mounted();
  assert.equal(
    errorOf(() => guest.open('none')),
    'no-entry',
  );
});

test('a duration begins before the effects on volumes that come after it', () => {
  const { guest, calls } = mounted();
  guest.interface('wasi:clocks/monotonic-clock').subscribeDuration?.(5n);
  guest.directory().createDirectoryAt('dir');
  assert.deepEqual(calls(), ['clock.read', 'volume.create-directory']);
});
