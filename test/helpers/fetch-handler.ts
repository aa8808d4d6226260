/** A handler of fetch events as a component: built with what npm has, which takes a while, once. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root.ts';

const SOURCE = join(projectRoot, 'test/fixtures/programs/fetch-handler.js');
const BUILDER = join(projectRoot, 'node_modules/@bytecodealliance/componentize-js/package.json');
const BUILD_FOLDER = join(projectRoot, 'build/components');
/** WASI as npm has it, and the version of it that the builder's JavaScript engine is made for. */
const WASI = { at: 'node_modules/@bytecodealliance/jco/lib/wit/builtin', version: '0.2.12' };
const BUILDER_VERSION = '0.2.10';
const PACKAGES = ['wasi-http', 'wasi-io', 'wasi-clocks'];
const WORLD = `package backstitch:tests;
world fetch-handler { export wasi:http/incoming-handler@${BUILDER_VERSION}; }
`;
/** Worlds of wasi:http lead to packages that a handler has no need of. */
const HTTP_WORLDS = /^(?:@[^\n]*\n)*world [\w-]+ \{.*?^\}\n/gms;

/** `test/fixtures/programs/fetch-handler.js` as a component that exports wasi:http/incoming-handler. */
export async function fetchHandlerComponent(): Promise<Uint8Array> {
  const hash = createHash('sha256').update(WORLD);
  for (const input of [SOURCE, BUILDER]) hash.update(readFileSync(input));
  const file = join(BUILD_FOLDER, `fetch-handler-${hash.digest('hex').slice(0, 16)}.wasm`);
  if (!existsSync(file)) await build(file);
  return new Uint8Array(readFileSync(file));
}

async function build(file: string): Promise<void> {
  const { componentize } = await import('@bytecodealliance/componentize-js');
  const witPath = `${file}.${process.pid}.wit`;
  writeWit(witPath);
  const worldName = 'fetch-handler';
  const { component } = await componentize({ sourcePath: SOURCE, witPath, worldName });
  writeFileSync(`${file}.${process.pid}`, component);
  renameSync(`${file}.${process.pid}`, file);
  rmSync(witPath, { recursive: true });
}

function writeWit(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'world.wit'), WORLD);
  for (const name of PACKAGES) {
    const wit = readFileSync(join(projectRoot, WASI.at, WASI.version, name, 'package.wit'), 'utf8');
    const text = wit.replaceAll(WASI.version, BUILDER_VERSION);
    mkdirSync(join(folder, 'deps', name), { recursive: true });
    const kept = name === 'wasi-http' ? text.replace(HTTP_WORLDS, '') : text;
    writeFileSync(join(folder, 'deps', name, 'package.wit'), kept);
  }
}
