import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSourceMap } from '../../../simulator/cli/node/read-source-map.ts';
import { customSection, module } from '../../guest/wasm/module-builder.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-read-map-'));
const file = join(folder, 'a.wasm');
after(() => rmSync(folder, { recursive: true, force: true }));

const MAP = { version: 3, sources: ['a.ts', 'here.ts'], mappings: 'AAAA', sourcesContent: ['x'] };

function naming(url: string): Uint8Array {
  const bytes = new TextEncoder().encode(url);
  return module(customSection('sourceMappingURL', [bytes.length, ...bytes]));
}

describe('the source map beside a module', () => {
  it('is read without the texts of its sources, which are found where it was built', async () => {
    writeFileSync(join(folder, 'a.wasm.map'), JSON.stringify(MAP));
    writeFileSync(join(folder, 'here.ts'), '');
    const expected = { version: 3, sources: ['a.ts', 'here.ts'], mappings: 'AAAA' };
    for (const url of ['a.wasm.map', './a.wasm.map']) {
      const text = await readSourceMap(naming(url), file, '/nowhere');
      assert.deepEqual(JSON.parse(text ?? ''), expected);
    }
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out/a.wasm.map'), JSON.stringify(MAP));
    const below = await readSourceMap(naming('a.wasm.map'), join(folder, 'out/a.wasm'), folder);
    assert.deepEqual(JSON.parse(below ?? '').sources, ['a.ts', join(folder, 'here.ts')]);
  });

  it('is no other file of the machine, whatever the module says', async () => {
    writeFileSync(join(folder, 'secret'), JSON.stringify(MAP));
    writeFileSync(join(folder, 'text.map'), 'a secret');
    const urls = ['secret', join(folder, 'a.wasm.map'), '../x.map', 'text.map', 'none.map'];
    for (const url of [...urls, 'https://example.com/a.map', 'data:application/json;base64,e30=']) {
      assert.equal(await readSourceMap(naming(url), file, folder), undefined, url);
    }
    assert.equal(await readSourceMap(new Uint8Array(3), file, folder), undefined);
  });
});
