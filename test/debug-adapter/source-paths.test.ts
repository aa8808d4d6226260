import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientPath, filesFor, folderOf, PathMapping } from '../../debug-adapter/source-paths.ts';

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

describe('folders that have moved', () => {
  const mapping = new PathMapping({
    '/build/src': '/home/me/src/',
    '/build/src/lib': '/home/me/lib',
    'C:\\build': '/home/me/c',
    '/': '/everything',
    '/other': 'D:\\other',
    '/one/file.c': '/two/file.c',
  });
  for (const [path, mapped] of [
    ['/build/src/a.c', '/home/me/src/a.c'],
    ['/build/./src/x/../a.c', '/home/me/src/a.c'],
    ['/build/src/lib/b.c', '/home/me/lib/b.c'],
    ['/build/srclib/b.c', '/everything/build/srclib/b.c'],
    ['C:\\build\\x\\c.c', '/home/me/c/x/c.c'],
    ['/other/x/c.c', 'D:\\other\\x\\c.c'],
    ['/one/file.c', '/two/file.c'],
  ] as const) {
    it(`${path} is ${mapped}`, () => assert.equal(mapping.map(path), mapped));
  }

  it('leave other paths as they are', () => {
    assert.equal(new PathMapping({ '/a': '/b' }).map('/c/./d.c'), '/c/./d.c');
  });

  it('are looked into for the file that a client means', () => {
    const files = ['/build/src/a.c', '/elsewhere/src/a.c'];
    assert.deepEqual(filesFor('/home/me/src/a.c', files, '', mapping), ['/build/src/a.c']);
  });
});
