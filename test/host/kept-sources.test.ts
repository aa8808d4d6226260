import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { sourceFiles } from '../../simulator/guest/symbols/index.ts';
import { inspectModule } from '../../simulator/guest/wasm/index.ts';
import {
  gatherSources,
  keepSources,
  readKeptSources,
  SOURCE_BYTES_MAX,
  SOURCES_BYTES_MAX,
} from '../../simulator/host/kept-sources.ts';
import { compile } from '../guest/symbols/clang.ts';
import { MemorySink } from '../helpers/memory-sink.ts';

const MAIN = '#include "part.h"\nint main(void) { return part(); }\n';
const PART = 'static int part(void) {\n  return 3;\n}\n';
const TEXTS = { 'main.c': MAIN, 'part.h': PART };
const ORIGIN = '/work/main.c';

const utf8 = (text: string) => new TextEncoder().encode(text);
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

function programOf(bytes: Uint8Array): GuestProgram {
  const info = inspectModule(bytes);
  return { modules: [{ bytes, info, codeShift: 0, tag: undefined }] } as unknown as GuestProgram;
}

describe('the sources that a recording keeps', () => {
  let checked: GuestProgram;
  let unchecked: GuestProgram;
  /** Where the compiler found its sources. */
  let root: string;
  let header: string;

  before(async () => {
    checked = programOf(await compile(TEXTS, '-g', '-gdwarf-5'));
    unchecked = programOf(await compile(TEXTS, '-g', '-gdwarf-4'));
    const [main] = checked.modules;
    const [first] = main === undefined ? [] : sourceFiles(main.bytes, main.info);
    assert.ok(first !== undefined);
    root = first.path.slice(0, -first.name.length);
    header = `${root}./part.h`;
  });

  const gather = (program: GuestProgram, files: Readonly<Record<string, string>>) => {
    const asked: string[] = [];
    const found = gatherSources([{ program, origin: ORIGIN }], (path) => {
      asked.push(path);
      const text = files[path];
      return text === undefined ? undefined : utf8(text);
    });
    return { asked, found };
  };

  it('are the files of the line tables, headers too, with what the compiler read of them', () => {
    const [main] = checked.modules;
    assert.ok(main !== undefined);
    const files = sourceFiles(main.bytes, main.info).filter(({ path }) => path.startsWith(root));
    assert.deepEqual(
      files.map(({ path, md5: sum }) => [path, sum]),
      [
        [`${root}main.c`, md5(MAIN)],
        [header, md5(PART)],
      ],
    );
    const { found } = gather(checked, { [`${root}main.c`]: MAIN, [header]: PART });
    assert.deepEqual([...found.keys()], [`${root}main.c`, header]);
    assert.deepEqual(found.get(header), utf8(PART));
  });

  it('are not what a file has become since it was compiled, where the compiler noted that', () => {
    const changed = { [`${root}main.c`]: `${MAIN}\n`, [header]: PART };
    assert.deepEqual([...gather(checked, changed).found.keys()], [header]);
    assert.equal(gather(unchecked, changed).found.size, 2);
  });

  it('have the source that a program without debug information was made of', () => {
    const script = gatherSources(
      [{ program: { modules: [] } as unknown as GuestProgram, origin: '/work/flow.js' }],
      () => utf8('go();'),
    );
    assert.deepEqual([...script.keys()], ['/work/flow.js']);
  });

  it('are nothing but sources: a program cannot name other files of the machine', () => {
    for (const origin of ['/home/me/.ssh/id_rsa', '/etc/passwd', '/work/a.env', '/work/a.wasm']) {
      const program = { modules: [] } as unknown as GuestProgram;
      const found = gatherSources([{ program, origin }], () => assert.fail(`${origin} was read`));
      assert.equal(found.size, 0);
    }
    assert.equal(gather(unchecked, { [`${root}main.c`]: 'a\0b' }).found.size, 0);
  });

  it('are left out beyond their limits', () => {
    const program = { modules: [] } as unknown as GuestProgram;
    const origins = Array.from({ length: 20 }, (_, index) => ({
      program,
      origin: `/work/${index}.js`,
    }));
    const full = new Uint8Array(SOURCE_BYTES_MAX).fill(32);
    assert.equal(gatherSources(origins, () => full).size, SOURCES_BYTES_MAX / SOURCE_BYTES_MAX);
    const larger = new Uint8Array(SOURCE_BYTES_MAX + 1).fill(32);
    assert.equal(gatherSources(origins, () => larger).size, 0);
  });

  it('come back as they were kept, each content once', () => {
    const meta = new Map<string, string>();
    const blobs = new Map<string, { bytes: Uint8Array }>();
    const sink = Object.assign(new MemorySink(), {
      meta: (key: string, value: string) => void meta.set(key, value),
      blob: (hash: string, _: string, bytes: Uint8Array) => void blobs.set(hash, { bytes }),
    });
    const kept = new Map([
      ['/work/a b.c', utf8(MAIN)],
      ['/work/c.c', utf8(MAIN)],
      ['C:\\work\\d.c', utf8(PART)],
    ]);
    keepSources(kept, sink);
    meta.set('setup', '{}');
    assert.equal(blobs.size, 2);
    const holder = { meta: () => meta, blob: (hash: string) => blobs.get(hash) };
    assert.deepEqual(readKeptSources(holder), kept);
  });
});
