import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../helpers/project-root.ts';

const cache = join(projectRoot, 'build/rust-modules');

function outputOf(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('rustc', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Why Rust programs cannot be built here; undefined when they can. */
export function rustMissing(): string | undefined {
  const home = outputOf('--print', 'sysroot');
  const found = home !== undefined && existsSync(join(home, 'lib/rustlib/wasm32-wasip1'));
  return found ? undefined : 'rustc with the target wasm32-wasip1 is not installed';
}

/** Builds a program of one file, `main.rs`; what was built once is taken from the build folder. */
export function compileRust(source: string, ...options: string[]): Uint8Array {
  const version = outputOf('--version') ?? '';
  const key = createHash('sha256').update(JSON.stringify([source, options, version]));
  const kept = join(cache, `${key.digest('hex').slice(0, 24)}.wasm`);
  if (existsSync(kept)) return new Uint8Array(readFileSync(kept));
  const folder = join(cache, `${process.pid}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.rs'), source);
  const args = [
    '--target',
    'wasm32-wasip1',
    '--edition',
    '2021',
    '-g',
    ...options,
    'main.rs',
    '-o',
    'out.wasm',
  ];
  const { status, stderr } = spawnSync('rustc', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  renameSync(join(folder, 'out.wasm'), kept);
  return new Uint8Array(readFileSync(kept));
}
