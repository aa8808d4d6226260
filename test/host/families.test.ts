import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Families } from '../../simulator/host/families.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { TraceRow } from '../../simulator/journal/records.ts';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';

const id = (text: string): ExecutionId => text as ExecutionId;

function started(by: string, execution: string): TraceRow {
  const data = { by, bySeq: 0 };
  return { at: VIRTUAL_START, kind: 'execution.started', execution: id(execution), data };
}

describe('families of executions', () => {
  it('let an execution go that has nothing to do with others', () => {
    assert.deepEqual(new Families().end(id('order-1')), ['order-1']);
  });

  it('keep all of them until the last has ended', () => {
    const families = new Families();
    families.learn(started('order-1', 'ship-1'));
    families.learn(started('ship-1', 'label-1'));
    assert.deepEqual(families.end(id('label-1')), []);
    assert.deepEqual(families.end(id('order-1')), []);
    assert.deepEqual(families.end(id('order-2')), ['order-2']);
    assert.deepEqual(families.end(id('ship-1')), ['order-1', 'ship-1', 'label-1']);
    assert.deepEqual(families.end(id('ship-1')), ['ship-1']);
  });
});
