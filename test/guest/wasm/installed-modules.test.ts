import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import {
  type CoreModule,
  checkModule,
  InstructionReader,
  inspectModule,
  limitMemory,
} from '../../../simulator/guest/wasm/index.ts';
import { malformedModule } from '../../../simulator/guest/wasm/module-error.ts';
import { projectRoot } from '../../helpers/project-root.ts';

const FILE_BYTES_MAX = 60e6;
const PAGES_MAX = 65_536;

function wasmFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return wasmFiles(path);
    const wanted = entry.name.endsWith('.wasm') && statSync(path).size <= FILE_BYTES_MAX;
    return wanted && entry.isFile() ? [path] : [];
  });
}

const modulesFolder = join(projectRoot, 'node_modules');
const files = wasmFiles(modulesFolder);

test('there are modules of other people to read', () => {
  assert.ok(files.length > 10);
});

for (const file of files) {
  test(`${relative(modulesFolder, file)} is read as V8 reads it`, () => {
    const bytes = new Uint8Array(readFileSync(file));
    const info = inspectModule(bytes);
    assert.equal(info.kind === 'module', WebAssembly.validate(bytes));
    if (info.kind !== 'module') return;
    checkModule(info);
    const compiled = new WebAssembly.Module(bytes);
    assert.deepEqual(
      info.imports.map(({ module, name, kind }) => ({ module, name, kind })),
      WebAssembly.Module.imports(compiled),
    );
    assert.deepEqual(
      info.exports.map(({ name, kind }) => ({ name, kind })),
      WebAssembly.Module.exports(compiled),
    );
    decodeEveryBody(bytes, info);
    assert.ok(WebAssembly.validate(limitMemory(bytes, info, PAGES_MAX).bytes as typeof bytes));
  });
}

/** Only an exact decoder reaches the last byte of every body with an `end`. */
function decodeEveryBody(bytes: Uint8Array, { bodies }: CoreModule): void {
  const reader = new InstructionReader(bytes, { start: 0, end: 0 }, malformedModule);
  for (const [index, start] of bodies.starts.entries()) {
    const end = bodies.ends[index] ?? 0;
    reader.moveTo(start, end);
    reader.skipLocals();
    while (reader.step());
    assert.equal(reader.next, end);
    assert.equal(reader.instruction?.name, 'end');
  }
}
