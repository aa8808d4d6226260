import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceBook, TEXTS_KEPT_MAX } from '../../debug-adapter/source-book.ts';

describe('texts that are written for a client', () => {
  it('keep their number, and the latest of them are kept', () => {
    const book = new SourceBook({}, () => {});
    const numberOf = (text: string) => book.written('effects', text).sourceReference;
    const contentOf = (number: number | undefined) => book.content(number, undefined);
    const first = numberOf('text 0');
    assert.equal(numberOf('text 0'), first);
    const numbers = Array.from({ length: TEXTS_KEPT_MAX }, (_, index) => numberOf(`text ${index}`));
    assert.equal(new Set(numbers).size, TEXTS_KEPT_MAX);
    assert.equal(contentOf(first), 'text 0');
    numberOf('one more');
    assert.match(contentOf(first) ?? '', /gone/);
    assert.equal(contentOf(numbers[1]), 'text 1');
    assert.notEqual(numberOf('text 0'), first);
  });
});
