import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BranchBook, branchPath } from '../../debug-adapter/branch-book.ts';

describe('the recording of a branch', () => {
  it('is the first beside its recording that is not there yet, or still written', () => {
    const taken = new Set(['/a/order.branch-1.backstitch', '/a/order.branch-2.backstitch-log']);
    const path = (recording: string) => branchPath(recording, (each) => taken.has(each));
    assert.equal(path('/a/order.backstitch'), '/a/order.branch-3.backstitch');
    assert.equal(path('/a/order.branch-1.backstitch'), '/a/order.branch-3.backstitch');
    assert.equal(path('/b/order'), '/b/order.branch-1.backstitch');
  });

  it('is refused when there are too many', () => {
    assert.throws(
      () => branchPath('/a/order.backstitch', () => true),
      /there are 999 recordings of branches beside \/a\/order/,
    );
  });
});

describe('the branches of a session', () => {
  it('are listed with what is different in them', () => {
    const book = new BranchBook();
    assert.equal(book.text(), 'no branch was begun yet');
    const at = { execution: 'order-1', seq: 3 };
    book.add({ ...at, changes: [], recording: undefined });
    book.add({ ...at, changes: ['one', 'two'], recording: '/a/b.backstitch' });
    assert.equal(
      book.text(),
      '1. before order-1 #3: nothing is different (in memory)\n' +
        '2. before order-1 #3: one; two (/a/b.backstitch)',
    );
  });
});
