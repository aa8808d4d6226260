import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import {
  type InstrumentOptions,
  instrumentModule,
} from '../../../simulator/guest/instrument/index.ts';
import { entryOffsets } from '../../../simulator/guest/instrument/probe-offsets.ts';
import { inspectModule, ModuleError } from '../../../simulator/guest/wasm/index.ts';
import { projectRoot } from '../../helpers/project-root.ts';

const FILE_BYTES_MAX = 20e6;
const DAMAGED_MODULE_BYTES_MAX = 200_000;

function wasmFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : wasmFiles(path);
    const wanted = entry.name.endsWith('.wasm') && statSync(path).size <= FILE_BYTES_MAX;
    return wanted && entry.isFile() ? [path] : [];
  });
}

/** Every feature is in one of them. */
const BUILDS: Readonly<Record<string, Omit<InstrumentOptions, 'probes'>>> = {
  run: {},
  'everything dumped': { locals: () => 'all', depth: true, checkIns: true, operands: true },
  'scan, watch': { scan: true, watch: true, checkIns: true, appointments: true },
  exact: { exact: true, depth: true, watch: true, operands: true, locals: () => 'all' },
};

const files = [join(projectRoot, 'node_modules'), join(projectRoot, 'test/fixtures')]
  .flatMap(wasmFiles)
  .filter((file) => inspectModule(read(file)).kind === 'module');

function read(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(file));
}

describe('modules of other people', () => {
  test('are there', () => {
    assert.ok(files.length >= 10, `only ${files.length}`);
  });

  for (const file of files) {
    test(`${relative(projectRoot, file)} is still valid with probes`, () => {
      const bytes = read(file);
      const info = inspectModule(bytes);
      assert.ok(info.kind === 'module');
      const probes = entryOffsets(bytes, info);
      for (const [name, options] of Object.entries(BUILDS)) {
        const built = instrumentModule(bytes, info, { probes, breakpoints: probes, ...options });
        assert.ok(WebAssembly.validate(built.bytes as Uint8Array<ArrayBuffer>), name);
        assert.ok(built.probes.length > 0 || info.bodies.heads.length === 0);
      }
    });
  }
});

describe('a damaged module', () => {
  const small = files.filter((file) => statSync(file).size <= DAMAGED_MODULE_BYTES_MAX);

  test('is refused or rewritten, whatever byte of its code is wrong', () => {
    let refused = 0;
    for (const file of small) {
      const whole = read(file);
      const code = inspectModule(whole);
      if (code.kind !== 'module' || code.code === undefined) continue;
      const { start, end } = code.code;
      for (let at = start; at < end; at += Math.ceil((end - start) / 40)) {
        const damaged = whole.slice();
        damaged[at] = ((damaged[at] ?? 0) + 0x55) & 0xff;
        try {
          const info = inspectModule(damaged);
          assert.ok(info.kind === 'module');
          const probes = entryOffsets(damaged, info);
          instrumentModule(damaged, info, { probes, depth: true, watch: true, operands: true });
        } catch (error) {
          assert.ok(error instanceof ModuleError, String(error));
          refused++;
        }
      }
    }
    assert.ok(refused > 0);
  });
});
