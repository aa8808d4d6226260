import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientPath, filesFor, folderOf } from '../../debug-adapter/source-paths.ts';

describe('paths of debug information', () => {
  it('are taken as they are when absolute, and else lie beside the program', () => {
    assert.equal(clientPath('/a/b.c', '/home'), '/a/b.c');
    assert.equal(clientPath('src/b.c', '/home'), '/home/src/b.c');
    assert.equal(clientPath('C:\\src\\b.c', 'D:\\x'), 'C:\\src\\b.c');
  });

  const FILES = ['/build/app/main.c', '/build/app/util.c', '/build/lib/util.c', './rel/../only.c'];
  const cases: readonly (readonly [path: string, found: readonly string[]])[] = [
    ['/build/app/main.c', ['/build/app/main.c']],
    ['\\build\\app\\main.c', ['/build/app/main.c']],
    ['/build/./app/x/../main.c', ['/build/app/main.c']],
    // Moved since the build: the longest common end decides, or the name when it is the only one.
    ['/home/me/lib/util.c', ['/build/lib/util.c']],
    ['/home/me/main.c', ['/build/app/main.c']],
    ['/home/me/util.c', []],
    ['/home/only.c', ['./rel/../only.c']],
    ['/home/other.c', []],
    ['', []],
  ];
  for (const [path, found] of cases) {
    it(`${path || 'nothing'} means ${found.join(', ') || 'none of them'}`, () => {
      assert.deepEqual(filesFor(path, FILES, '/home'), found);
    });
  }

  it('have folders', () => {
    assert.equal(folderOf('/a/b/c.wasm'), '/a/b');
    assert.equal(folderOf('C:\\a\\c.wasm'), 'C:\\a');
    assert.equal(folderOf('c.wasm'), '');
  });
});
