import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../helpers/project-root.ts';

interface PackageScript {
  readonly REQUIRED: readonly string[];
  readonly VSIX_BYTES_MAX: number;
  problemsOf(entries: readonly { readonly name: string }[], sizeBytes: number): string[];
}

interface ZipListing {
  listZip(bytes: Buffer): { name: string; sizeBytes: number; packedBytes: number }[];
}

// The scripts are plain JavaScript, because they run before anything is installed or built.
const script = async (path: string): Promise<unknown> =>
  await import(pathToFileURL(join(projectRoot, 'scripts', path)).href);

describe('the check of the VSIX', async () => {
  const { problemsOf, REQUIRED, VSIX_BYTES_MAX } = (await script('package.mjs')) as PackageScript;
  const complete = REQUIRED.map((name) => ({ name }));

  it('accepts exactly what must ship, up to the limit of its size', () => {
    assert.deepEqual(problemsOf(complete, VSIX_BYTES_MAX), []);
  });

  it('refuses a byte more than the limit', () => {
    assert.match(problemsOf(complete, VSIX_BYTES_MAX + 1).join(), /the limit is 5120\.0 KB/);
  });

  it('names a file that nobody allowed', () => {
    const rogue = [...complete, { name: 'extension/dist/extension.js.map' }];
    assert.match(problemsOf(rogue, 1).join(), /^extension\/dist\/extension\.js\.map is not on/);
  });

  for (const name of REQUIRED) {
    it(`misses ${name}`, () => {
      const rest = complete.filter((entry) => entry.name !== name);
      assert.deepEqual(problemsOf(rest, 1), [`${name} is missing`]);
    });
  }
});

describe('the listing of a zip file', async () => {
  const { listZip } = (await script('lib/zip-listing.mjs')) as ZipListing;

  /** A zip with a central directory alone, which is all that is read. */
  function zip(names: readonly string[], comment: string): Buffer {
    const entries = names.map((name) => {
      const entry = Buffer.alloc(46 + Buffer.byteLength(name));
      entry.writeUInt32LE(0x02014b50, 0);
      entry.writeUInt32LE(7, 20);
      entry.writeUInt32LE(9, 24);
      entry.writeUInt16LE(Buffer.byteLength(name), 28);
      entry.write(name, 46);
      return entry;
    });
    const end = Buffer.alloc(22 + comment.length);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(names.length, 10);
    end.writeUInt16LE(comment.length, 20);
    end.write(comment, 22);
    return Buffer.concat([...entries, end]);
  }

  it('gives every name and both sizes, also before a comment', () => {
    for (const comment of ['', 'a comment']) {
      assert.deepEqual(listZip(zip(['a', 'dist/ü.js'], comment)), [
        { name: 'a', sizeBytes: 9, packedBytes: 7 },
        { name: 'dist/ü.js', sizeBytes: 9, packedBytes: 7 },
      ]);
    }
  });

  it('says what is wrong with bytes that are no zip, or a damaged one', () => {
    assert.throws(() => listZip(Buffer.from('no zip at all, but long enough')), /not a zip file/);
    const damaged = zip(['a', 'b'], '');
    damaged.writeUInt8(0, 47);
    assert.throws(() => listZip(damaged), /entry 1 does not start at byte 47/);
  });
});
