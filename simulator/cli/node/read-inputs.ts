/** Reads what a workflow and its world name by path: all that a run takes from the real disk. */
import { resolve } from 'node:path';
import type { ServiceConfig } from '../../config/config.ts';
import type { SqlLoader } from '../../journal/sql-engine.ts';
import type { ImageEntry } from '../../world/files/tree-image.ts';
import type { ServiceSource } from '../../world/service-source.ts';
import { type BuiltModule, buildFolderOf, type SourceBuilder } from './build-source.ts';
import { programPath, type Target, type Workspace } from './read-workspace.ts';
import { readDirectoryImage } from './workspace/directory-image.ts';
import { readLimited } from './workspace/read-limited.ts';
import { readRecordedExchanges } from './workspace/recorded-exchanges.ts';
import { readScriptFiles } from './workspace/script-files.ts';

const BYTES_PER_MIB = 1024 * 1024;
const DIRECTORY_BYTES_MAX = 512 * BYTES_PER_MIB;
const STDIN_BYTES_MAX = 64 * BYTES_PER_MIB;
const COMPONENT_BYTES_MAX = 256 * BYTES_PER_MIB;
const PLAN_BYTES_MAX = 16 * BYTES_PER_MIB;

/** Builds the workflow's program, or reads its module; throws BuildError. */
export async function buildProgram(
  { workspace, workflow }: Target,
  builder: SourceBuilder,
): Promise<BuiltModule> {
  const { program } = workflow;
  const path = programPath(workspace, program);
  if (program.kind === 'module' && program.build !== undefined) {
    return builder.runCommand(program.build, workspace.folder, path);
  }
  return builder.build(path, buildFolderOf(workspace.folder));
}

export interface StdinSource {
  readonly bytes: Uint8Array;
  /** False when more may be typed. */
  readonly ends: boolean;
}

export async function readStdin({ workspace, workflow }: Target): Promise<StdinSource> {
  const { stdin } = workflow;
  switch (stdin.kind) {
    case 'empty':
      return { bytes: new Uint8Array(0), ends: true };
    case 'interactive':
      return { bytes: new Uint8Array(0), ends: false };
    case 'text':
      return { bytes: new TextEncoder().encode(stdin.text), ends: true };
    case 'file': {
      const file = resolve(workspace.folder, stdin.file);
      const role = `the standard input of workflow ${workflow.name}`;
      return { bytes: await readLimited(file, STDIN_BYTES_MAX, role), ends: true };
    }
  }
}

/** What each client of the workflow sends, by client. */
export async function readContents({
  workspace: { folder, config },
  workflow,
}: Target): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const { name, content, workflow: served } of config.world.clients) {
    if (served !== workflow.name) continue;
    const role = `what client ${name} sends`;
    const bytes =
      content.kind === 'text'
        ? new TextEncoder().encode(content.text)
        : await readLimited(resolve(folder, content.file), STDIN_BYTES_MAX, role);
    contents.set(name, bytes);
  }
  return contents;
}

/** The files of each mounted directory, by the path that it is mounted at. */
export async function readDirectoryMounts({
  workspace,
  workflow,
}: Target): Promise<ReadonlyMap<string, readonly ImageEntry[]>> {
  const images = new Map<string, readonly ImageEntry[]>();
  for (const mount of workflow.mounts) {
    if (mount.kind !== 'directory') continue;
    const directory = resolve(workspace.folder, mount.directory);
    const role = `mounted at ${mount.path} by workflow ${workflow.name}`;
    images.set(mount.path, await readDirectoryImage(directory, DIRECTORY_BYTES_MAX, role));
  }
  return images;
}

/** What the world's services are made of, by service; real ones are made of nothing. */
export async function readServices(
  { folder, config }: Workspace,
  sql: SqlLoader,
): Promise<ReadonlyMap<string, ServiceSource>> {
  const sources = new Map<string, ServiceSource>();
  for (const service of config.world.services) {
    const source = await readService(service, folder, sql);
    if (source !== undefined) sources.set(service.name, source);
  }
  return sources;
}

async function readService(
  config: ServiceConfig,
  folder: string,
  sql: SqlLoader,
): Promise<ServiceSource | undefined> {
  const { name } = config;
  if ('script' in config) {
    return readScriptFiles(resolve(folder, config.script), `the script of service ${name}`);
  }
  if ('recording' in config) {
    const path = resolve(folder, config.recording);
    return readRecordedExchanges(path, config.service, `the answers of service ${name}`, sql);
  }
  if ('component' in config) {
    const origin = resolve(folder, config.component);
    const wasm = await readLimited(origin, COMPONENT_BYTES_MAX, `the component of service ${name}`);
    return { origin, wasm };
  }
  return undefined;
}

/** What each volume of the world holds at the start, by volume. */
export async function readVolumes({
  folder,
  config,
}: Workspace): Promise<ReadonlyMap<string, readonly ImageEntry[]>> {
  const images = new Map<string, readonly ImageEntry[]>();
  for (const { name, from, sizeMiB } of config.world.volumes) {
    const role = `the files of volume ${name}`;
    const limit = sizeMiB * BYTES_PER_MIB;
    const image =
      from === undefined ? [] : await readDirectoryImage(resolve(folder, from), limit, role);
    images.set(name, image);
  }
  return images;
}

/** The path and text of the configured fault plan; undefined when there is none. */
export async function readDefaultPlan({
  folder,
  config,
}: Workspace): Promise<{ readonly file: string; readonly text: string } | undefined> {
  if (config.faults === undefined) return undefined;
  const file = resolve(folder, config.faults);
  const bytes = await readLimited(file, PLAN_BYTES_MAX, 'the fault plan');
  return { file, text: new TextDecoder().decode(bytes) };
}
