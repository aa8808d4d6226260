import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineTable, SourceLocator, sourceMapUrl } from '../../../simulator/guest/symbols/index.ts';
import { coreModule } from '../wasm/errors.ts';
import { customSection } from '../wasm/module-builder.ts';

const SOURCE = `
function twice(n: i32): i32 {
  let doubled = n * 2;
  return doubled;
}
export function work(count: i32): i32 {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += twice(i);
  }
  return sum;
}
`;

interface Built {
  readonly wasm: Uint8Array;
  readonly map: string;
}

/** Not imported by name: its types would declare the globals of another host. */
const COMPILER = 'assemblyscript/asc';

interface Compiler {
  main(
    options: readonly string[],
    host: {
      readonly readFile: (name: string) => string | null;
      readonly writeFile: (name: string, contents: string | Uint8Array) => void;
      readonly listFiles: () => readonly string[];
    },
  ): Promise<{ readonly error: Error | null }>;
}

async function build(): Promise<Built> {
  const { default: asc } = (await import(COMPILER)) as { readonly default: Compiler };
  const files = new Map<string, string | Uint8Array>();
  const { error } = await asc.main(
    ['a.ts', '--outFile', 'a.wasm', '--sourceMap', '--debug', '--runtime', 'stub'],
    {
      readFile: (name: string) => (name === 'a.ts' ? SOURCE : null),
      writeFile: (name: string, contents: string | Uint8Array) => {
        files.set(name, contents);
      },
      listFiles: () => [],
    },
  );
  if (error !== null) throw error;
  return { wasm: files.get('a.wasm') as Uint8Array, map: String(files.get('a.wasm.map')) };
}

const built = build();

function lineOf(text: string): number {
  return SOURCE.split('\n').findIndex((each) => each.includes(text)) + 1;
}

describe('a source map of AssemblyScript', () => {
  it('gives the lines of its functions', async () => {
    const { wasm, map } = await built;
    const module = coreModule(wasm);
    assert.equal(sourceMapUrl(wasm, module), './a.wasm.map');
    const { lines, status } = new SourceLocator(wasm, module, 0, map);
    assert.equal(status, 'ok');
    const wanted = ['n * 2', 'return doubled', 'let sum', 'sum += twice', 'return sum'].map(lineOf);
    const found = lines.lines('a.ts');
    assert.deepEqual(
      wanted.filter((line) => !found.includes(line)),
      [],
    );
    const [offset] = lines.locations('a.ts', lineOf('sum += twice'));
    assert.equal(lines.lineAt(offset ?? 0)?.line, lineOf('sum += twice'));
  });

  it('is read from the module where it is embedded', async () => {
    const { wasm, map } = await built;
    const url = `data:application/json;base64,${Buffer.from(map).toString('base64')}`;
    const bytes = [...new TextEncoder().encode(url)];
    const length = [(bytes.length & 0x7f) | 0x80, (bytes.length >> 7) & 0x7f];
    const plain = await withoutUrl(wasm);
    const module = new Uint8Array([
      ...plain,
      ...customSection('sourceMappingURL', [...length, ...bytes]),
    ]);
    const { lines } = new SourceLocator(module, coreModule(module));
    assert.ok(lines.lines('a.ts').includes(lineOf('sum += twice')));
  });

  it('in a file that nobody gives leaves the program without lines', async () => {
    const { wasm } = await built;
    assert.equal(new SourceLocator(wasm, coreModule(wasm)).status, 'stripped');
  });

  it('that is damaged in any way gives a table', async () => {
    const { wasm, map } = await built;
    const module = coreModule(wasm);
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"sources":3}',
      '{"sources":[1],"mappings":"!!,A"}',
    ]) {
      assert.notEqual(LineTable.fromSourceMap(text, module).status, 'ok');
    }
    fc.assert(
      fc.property(fc.nat(map.length - 1), fc.string({ maxLength: 4 }), (at, inserted) => {
        const table = LineTable.fromSourceMap(
          map.slice(0, at) + inserted + map.slice(at + 1),
          module,
        );
        for (let offset = 0; offset < 200; offset += 9) table.lineAt(offset);
        table.files();
      }),
      { numRuns: 500 },
    );
  });
});

/** The module without the section that names its source map, which is its last. */
async function withoutUrl(wasm: Uint8Array): Promise<Uint8Array> {
  const section = coreModule(wasm).sections.find(({ name }) => name === 'sourceMappingURL');
  assert.equal(section?.payload.end, wasm.length);
  return wasm.subarray(0, section?.header);
}
