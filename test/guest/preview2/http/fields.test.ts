import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIELDS_BYTES_MAX, Fields } from '../../../../simulator/guest/preview2/http/fields.ts';
import { bytes, payloadOf, text } from './http-guest.ts';

function fieldsOf(...entries: readonly [string, string][]): Fields {
  return Fields.fromList(entries.map(([name, value]) => [name, bytes(value)]));
}

function entriesOf(fields: Fields): string[] {
  return fields.entries().map(([name, value]) => `${name}=${text(value)}`);
}

describe('fields', () => {
  test('keep their order, their case and how often they were given', () => {
    const fields = fieldsOf(['Accept', 'a'], ['x-b', 'b'], ['ACCEPT', 'c']);
    assert.deepEqual(entriesOf(fields), ['Accept=a', 'x-b=b', 'ACCEPT=c']);
    assert.deepEqual(fields.get('accept').map(text), ['a', 'c']);
    assert.equal(fields.has('X-B'), true);
    assert.equal(fields.has('x-c'), false);
    assert.deepEqual(fields.get('not a name'), []);
  });

  test('are sent with names in lower case', () => {
    assert.deepEqual(fieldsOf(['Accept', 'ü']).toHeaders(), [['accept', 'ü']]);
  });

  test('take values that are not UTF-8 as Latin-1', () => {
    const fields = new Fields();
    fields.append('x', Uint8Array.of(0xfc, 0x62));
    assert.deepEqual(fields.toHeaders(), [['x', 'üb']]);
    assert.deepEqual(fields.get('x'), [Uint8Array.of(0xfc, 0x62)]);
  });

  test('are replaced where the first of them stood', () => {
    const fields = fieldsOf(['a', '1'], ['B', '2'], ['c', '3'], ['b', '4']);
    fields.set('b', [bytes('5'), bytes('6')]);
    assert.deepEqual(entriesOf(fields), ['a=1', 'b=5', 'b=6', 'c=3']);
    fields.set('d', [bytes('7')]);
    fields.set('b', []);
    fields.delete('A');
    assert.deepEqual(entriesOf(fields), ['c=3', 'd=7']);
  });

  test('have clones that change on their own', () => {
    const fields = fieldsOf(['a', '1']);
    const clone = fields.clone();
    clone.append('b', bytes('2'));
    assert.deepEqual(entriesOf(fields), ['a=1']);
    assert.deepEqual(entriesOf(clone), ['a=1', 'b=2']);
  });

  for (const name of ['', 'a b', 'a:', 'ü', 'a\n']) {
    test(`refuse the name ${JSON.stringify(name)}`, () => {
      const fields = new Fields();
      const wanted = { tag: 'invalid-syntax' };
      assert.deepEqual(
        payloadOf(() => fields.append(name, bytes('x'))),
        wanted,
      );
      assert.deepEqual(
        payloadOf(() => fields.set(name, [])),
        wanted,
      );
      assert.deepEqual(
        payloadOf(() => fields.delete(name)),
        wanted,
      );
      assert.deepEqual(
        payloadOf(() => fieldsOf([name, 'x'])),
        wanted,
      );
    });
  }

  for (const value of ['a\nb', 'a\r', '\0', '\x7f']) {
    test(`refuse the value ${JSON.stringify(value)}`, () => {
      const wanted = { tag: 'invalid-syntax' };
      assert.deepEqual(
        payloadOf(() => new Fields().append('x', bytes(value))),
        wanted,
      );
      assert.deepEqual(
        payloadOf(() => new Fields().set('x', [bytes(value)])),
        wanted,
      );
    });
  }

  test('take tabs and empty values', () => {
    assert.deepEqual(entriesOf(fieldsOf(['a', '\t'], ['b', ''])), ['a=\t', 'b=']);
  });

  for (const name of ['Host', 'connection', 'Keep-Alive', 'transfer-encoding', 'Upgrade']) {
    test(`leave ${name} to the host`, () => {
      assert.deepEqual(
        payloadOf(() => fieldsOf([name, 'x'])),
        { tag: 'forbidden' },
      );
      assert.deepEqual(
        payloadOf(() => new Fields().delete(name)),
        { tag: 'forbidden' },
      );
      assert.deepEqual(Fields.received([[name, 'x']]).entries(), []);
    });
  }

  test('of a message that came cannot be changed, but cloned', () => {
    const fields = Fields.received([['a', '1']]);
    assert.deepEqual(
      payloadOf(() => fields.append('b', bytes('2'))),
      { tag: 'immutable' },
    );
    assert.deepEqual(
      payloadOf(() => fields.set('a', [])),
      { tag: 'immutable' },
    );
    assert.deepEqual(
      payloadOf(() => fields.delete('a')),
      { tag: 'immutable' },
    );
    const clone = fields.clone();
    clone.delete('a');
    assert.deepEqual(entriesOf(clone), []);
    assert.deepEqual(entriesOf(fields), ['a=1']);
  });

  test('trap above their limit, and hold just as much', () => {
    const fields = new Fields();
    const room = FIELDS_BYTES_MAX - 'x'.length - 4;
    fields.append('x', new Uint8Array(room).fill(97));
    assert.equal(fields.sentBytes, FIELDS_BYTES_MAX);
    assert.throws(() => fields.append('y', bytes('')), WebAssembly.RuntimeError);
    assert.throws(
      () => fields.set('x', [new Uint8Array(room + 1).fill(97)]),
      WebAssembly.RuntimeError,
    );
    assert.equal(fields.sentBytes, FIELDS_BYTES_MAX);
  });

  test('declare the length of a body', () => {
    assert.equal(new Fields().declaredLength(), undefined);
    assert.equal(fieldsOf(['Content-Length', '12']).declaredLength(), 12);
    assert.equal(fieldsOf(['content-length', '-1']).declaredLength(), Number.NaN);
  });
});
