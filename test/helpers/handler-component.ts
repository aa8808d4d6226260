/** The HTTP handler of the tests, as a component: built from C with what npm has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import { SourceBuilder } from '../../simulator/cli/node/build-source.ts';
import { projectRoot } from './project-root.ts';

const PROGRAMS = 'test/fixtures/programs';
const ADAPTER = 'node_modules/@bytecodealliance/jco/lib/wasi_snapshot_preview1.reactor.wasm';

/** `test/fixtures/programs/handler.c` as a component that exports wasi:http/incoming-handler. */
export async function handlerComponent(): Promise<Uint8Array> {
  const builder = new SourceBuilder({ includeFolders: [], environment: process.env });
  try {
    const source = join(projectRoot, PROGRAMS, 'handler.c');
    const { wasm } = await builder.build(source, join(projectRoot, 'build/programs'));
    const witSource = readFileSync(join(projectRoot, PROGRAMS, 'handler.wit'), 'utf8');
    const embedded = await componentEmbed({ binary: wasm, witSource, world: 'handler' });
    const adapter = new Uint8Array(readFileSync(join(projectRoot, ADAPTER)));
    return await componentNew(embedded, [['wasi_snapshot_preview1', adapter]]);
  } finally {
    await builder.close();
  }
}
