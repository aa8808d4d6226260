import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MemoryStorage } from '../../../simulator/guest/symbols/locations/storage.ts';
import type { Member, RecordType, Type } from '../../../simulator/guest/symbols/types/type.ts';
import { alignmentOf } from '../../../simulator/guest/symbols/values/formatters/raw-field.ts';
import { findMember } from '../../../simulator/guest/symbols/values/present-record.ts';
import { Value } from '../../../simulator/guest/symbols/values/value.ts';

/** A record that has itself inside of itself, over and over. */
function endless(role: Member['role'], name: string | undefined): RecordType {
  const member: Member = {
    name,
    role,
    place: { kind: 'bytes', offset: 0 },
    type: () => record,
    artificial: false,
  };
  const record: RecordType = {
    kind: 'record',
    keyword: 'struct',
    name: 'endless',
    shortName: 'endless',
    language: 'c++',
    byteLength: 8,
    incomplete: false,
    members: () => Array.from({ length: 10 }, () => member),
    variants: () => undefined,
    parameters: () => new Map(),
  };
  return record;
}

function valueAt(type: Type): Value {
  const memory = new Uint8Array(1024);
  return new Value(type, new MemoryStorage(memory, 16), {
    memory,
    functionName: () => undefined,
    staticValue: () => assert.fail(),
    typeNamed: () => undefined,
  });
}

for (const [role, name] of [
  ['base', undefined],
  ['member', undefined],
  ['member', 'inner'],
] as const) {
  it(`a record in itself, as ${name ?? `an anonymous ${role}`}, comes to an end`, () => {
    const type = endless(role, name);
    const value = valueAt(type);
    assert.ok(value.text.length < 1_000);
    assert.ok(value.named().length <= 20_000);
    assert.equal(findMember(value, type, 'missing'), undefined);
    assert.equal(alignmentOf(type), 1);
  });
}

it('types that are defined by themselves are unknown', () => {
  const type: Type = { kind: 'typedef', name: 'loop', target: () => type };
  assert.equal(valueAt(type).text, '<its type cannot be read: the type is defined by itself>');
  const array: Type = { kind: 'array', count: 2, element: () => array };
  assert.ok(valueAt(array).text.length < 1_000);
  assert.ok(valueAt(array).typeName.length < 1_000);
});
