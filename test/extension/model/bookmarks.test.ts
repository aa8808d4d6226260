import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOOKMARKS_MAX, Bookmarks } from '../../../extension/model/bookmarks.ts';

const FIRST = {
  name: 'before the charge',
  recording: '/shop/a.backstitch',
  instant: { execution: 'order-1', seq: 3, tick: 812 },
  place: 'order.c:50',
};
const OTHER = {
  name: 'lost',
  recording: '/shop/b.backstitch',
  instant: { execution: 'order-1', seq: 4, lostWith: 1 },
  place: undefined,
};

/** Keeps what a workspace keeps: JSON. */
function keeper(text = 'null') {
  const kept = { text };
  return {
    kept,
    get: (): unknown => JSON.parse(kept.text),
    update: async (_: string, value: unknown) => {
      kept.text = JSON.stringify(value);
    },
  };
}

describe('bookmarks', () => {
  it('are there again in the next window, with all that leads back to them', async () => {
    const first = keeper();
    const bookmarks = new Bookmarks(first);
    await bookmarks.add(FIRST);
    await bookmarks.add(OTHER);
    const again = new Bookmarks(keeper(first.kept.text));
    assert.deepEqual(again.all, bookmarks.all);
    assert.deepEqual(again.of('/shop/a.backstitch'), [{ id: 1, ...FIRST }]);
    assert.deepEqual(again.byId(2)?.instant, OTHER.instant);
  });

  it('belong to recordings, the latest first', async () => {
    const bookmarks = new Bookmarks(keeper());
    await bookmarks.add(FIRST);
    await bookmarks.add(OTHER);
    await bookmarks.add({ ...FIRST, name: 'again' });
    assert.deepEqual(bookmarks.recordings(), ['/shop/a.backstitch', '/shop/b.backstitch']);
  });

  it('are renamed and removed, and their numbers are not used again', async () => {
    const kept = keeper();
    const bookmarks = new Bookmarks(kept);
    await bookmarks.add(FIRST);
    await bookmarks.add(OTHER);
    await bookmarks.rename(1, 'charged');
    await bookmarks.remove(2);
    assert.deepEqual(
      bookmarks.all.map(({ id, name }) => [id, name]),
      [[1, 'charged']],
    );
    const again = new Bookmarks(keeper(kept.kept.text));
    await again.add(OTHER);
    assert.equal(again.all.at(-1)?.id, 3);
  });

  it('tell that they have changed', async () => {
    const bookmarks = new Bookmarks(keeper());
    const seen: number[] = [];
    bookmarks.onChange(() => seen.push(bookmarks.all.length));
    await bookmarks.add(FIRST);
    await bookmarks.remove(1);
    assert.deepEqual(seen, [1, 0]);
  });

  it('that cannot be read are left out', () => {
    const texts = ['7', '{}', '{"bookmarks": 1}', '{"bookmarks": [null, {"id": 1}]}'];
    for (const text of texts) assert.deepEqual(new Bookmarks(keeper(text)).all, []);
    const mixed = {
      bookmarks: [
        { id: 7, ...FIRST },
        { ...FIRST, id: 'x' },
      ],
      nextId: 'y',
    };
    assert.deepEqual(
      new Bookmarks(keeper(JSON.stringify(mixed))).all.map(({ id }) => id),
      [7],
    );
  });

  it('have a limit', async () => {
    const list = Array.from({ length: BOOKMARKS_MAX - 1 }, (_, id) => ({ id, ...FIRST }));
    const bookmarks = new Bookmarks(keeper(JSON.stringify({ bookmarks: list })));
    assert.equal(await bookmarks.add(FIRST), true);
    assert.equal(await bookmarks.add(FIRST), false);
    assert.equal(bookmarks.all.length, BOOKMARKS_MAX);
  });
});
