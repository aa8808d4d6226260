import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { valueOfRow } from '../../../extension/model/named-value.ts';

describe('the value that a row of the debugger is about', () => {
  it('is told by its place in Variables, and by its expression', () => {
    const row = {
      sessionId: 'x',
      container: { name: 'Locals', variablesReference: 7, expensive: false },
      variable: {
        name: 'status',
        value: '201',
        variablesReference: 0,
        evaluateName: 'reply.status',
      },
    };
    assert.deepEqual(valueOfRow(row), {
      expression: 'reply.status',
      listed: { variablesReference: 7, name: 'status' },
    });
  });

  it('is told by its name alone where nothing lists it', () => {
    const expected = { expression: 'total', listed: undefined };
    assert.deepEqual(valueOfRow({ variable: { name: 'total' } }), expected);
    const unlisted = { container: { variablesReference: 0 }, variable: { name: 'total' } };
    assert.deepEqual(valueOfRow(unlisted), expected);
  });

  it('is none for anything else', () => {
    for (const other of [undefined, null, 7, {}, { variable: {} }, { variable: { name: 1 } }]) {
      assert.equal(valueOfRow(other), undefined);
    }
  });
});
