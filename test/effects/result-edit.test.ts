import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { operationByName } from '../../simulator/effects/registry.ts';
import { editResult, type ResultEdit } from '../../simulator/effects/result-edit.ts';
import { RESULT_SHAPES } from '../../simulator/effects/result-shape.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ANSWER = { status: 200, headers: [['a', 'b']], more: 3, body: bytes('whole') };
const FAILED = { failure: 'timeout', detail: 'too late' };

function edit(fields: JsonObject, body?: Uint8Array, whole = false): ResultEdit {
  return { whole, fields, body };
}

describe('editing a result', () => {
  it('leaves what it does not name as the world gave it', () => {
    const edited = editResult('http.request', {}, ANSWER, edit({ status: 503 }));
    assert.deepEqual(edited, { ...ANSWER, status: 503 });
  });

  it('ends a body that was still to come when it gives the body', () => {
    const edited = editResult('http.request', {}, ANSWER, edit({}, bytes('other')));
    assert.deepEqual(edited, { status: 200, headers: ANSWER.headers, body: bytes('other') });
  });

  it('makes another form of result of one that has none of its fields', () => {
    assert.deepEqual(editResult('http.request', {}, FAILED, edit({ status: 201 })), {
      status: 201,
      headers: [],
      body: bytes(''),
    });
    assert.deepEqual(editResult('http.request', {}, ANSWER, edit({ failure: 'refused' })), {
      failure: 'refused',
      detail: 'edited by hand',
    });
    assert.deepEqual(
      editResult('volume.read', { length: 5 } as object, ANSWER, edit({ errno: 'noent' })),
      { errno: 'noent', message: 'edited by hand' },
    );
  });

  it('keeps the form of the result where several fit', () => {
    assert.deepEqual(editResult('http.request', {}, FAILED, edit({ detail: 'x' })), {
      failure: 'timeout',
      detail: 'x',
    });
    assert.deepEqual(editResult('promise.wait', {}, { timedOut: true } as object, edit({})), {
      timedOut: true,
    });
  });

  it('replaces the whole result when asked to', () => {
    const edited = editResult('http.request', {}, ANSWER, edit({ status: 204 }, undefined, true));
    assert.deepEqual(edited, { status: 204, headers: [], body: bytes('') });
  });

  it('leaves out a field by null, unless it has to be there', () => {
    const edited = editResult('http.request', {}, ANSWER, edit({ more: null }));
    assert.equal(Object.hasOwn(edited, 'more'), false);
    assert.throws(
      () => editResult('http.request', {}, ANSWER, edit({ status: null })),
      /status cannot be left out/,
    );
  });

  const WRONG: readonly (readonly [string, object, ResultEdit, RegExp])[] = [
    ['http.request', {}, edit({ status: '500' }), /status must be a status from 200 to 599/],
    ['http.request', {}, edit({ statsu: 500 }), /has these fields: status, .*body; or failure/],
    ['http.request', {}, edit({ status: 500, failure: 'reset' }), /has these fields/],
    ['http.request', {}, edit({ failure: 'gone' }), /failure must be one of timeout, refused/],
    ['http.request', {}, edit({ headers: { a: 'b' } }), /headers must be a list of pairs/],
    ['http.body', { length: 3 }, edit({ ended: 1 }), /ended must be true or false/],
    ['http.body', { length: 3 }, edit({}, bytes('four')), /room for 3 bytes, and got 4/],
    ['clock.read', {}, edit({ nanos: 5 }), /nanos must be a whole number as a text/],
    ['clock.read', {}, edit({}, bytes('x')), /has these fields: nanos$/],
    ['random.read', { length: 3 }, edit({}, bytes('four')), /asked for 3 bytes/],
    ['dns.lookup', {}, edit({ addresses: [1] }), /addresses must be a list of texts/],
    ['execution.look', {}, edit({ exitCode: -1 }), /exitCode must be a whole number, 0 or more/],
    ['execution.look', {}, edit({ status: 1 }), /status must be a text/],
    ['http.send', {}, edit({ exchange: 4 }), /the engine itself goes on from them/],
    ['stdout.write', {}, edit({}), /cannot be edited/],
  ];
  for (const [operation, args, wrong, message] of WRONG) {
    it(`refuses ${operation} ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => editResult(operation, args, undefined, wrong), message);
    });
  }

  it('knows only operations that there are, and makes a result of each of nothing', () => {
    for (const name of Object.keys(RESULT_SHAPES)) {
      assert.ok(operationByName(name) !== undefined, name);
      assert.ok(editResult(name, { length: 4 } as object, undefined, edit({})), name);
    }
  });
});
