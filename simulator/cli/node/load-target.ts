/** Reads and builds everything that a run target means. */
import { basename, resolve } from 'node:path';
import type { MountConfig, VolumeConfig, WorkflowConfig } from '../../config/config.ts';
import { EMPTY_PLAN } from '../../faults/fault.ts';
import { parsePlanFile } from '../../faults/plan.ts';
import type { LoadedTarget } from '../../host/host-environment.ts';
import {
  type LoadedMount,
  type LoadedWorkflow,
  transpileProgram,
} from '../../host/loaded-simulation.ts';
import type { RunTarget } from '../../host/protocol.ts';
import type { SqlLoader } from '../../journal/sql-engine.ts';
import type { ImageEntry } from '../../world/files/tree-image.ts';
import { buildFolderOf, type SourceBuilder } from './build-source.ts';
import type { ComponentCache } from './component-cache.ts';
import {
  buildProgram,
  readContents,
  readDefaultPlan,
  readDirectoryMounts,
  readServices,
  readStdin,
  readVolumes,
} from './read-inputs.ts';
import { readSourceMap } from './read-source-map.ts';
import { findTarget, type Target } from './read-workspace.ts';
import { readDirectoryImage } from './workspace/directory-image.ts';
import { WorkspaceError } from './workspace/workspace-error.ts';

const MOUNT_BYTES_MAX = 512 * 1024 * 1024;
const MOUNT_VOLUME_MIB = 1024;

/** What makes a program ready to run of what a workflow names. */
interface ProgramTools {
  readonly builder: SourceBuilder;
  readonly components: ComponentCache;
}

interface ExtraMounts {
  readonly mounts: readonly LoadedMount[];
  readonly volumes: readonly VolumeConfig[];
  readonly images: ReadonlyMap<string, readonly ImageEntry[]>;
  readonly folders: ReadonlyMap<string, string>;
}

/**
 * Throws ConfigError, WorkspaceError, BuildError, PlanError, UnusableProgramError, and RecordingError
 * for a recording that is to answer as a service.
 */
export async function loadTarget(
  target: RunTarget,
  builder: SourceBuilder,
  components: ComponentCache,
  sql: SqlLoader,
): Promise<LoadedTarget> {
  const found =
    target.workflow === undefined
      ? await findTarget(target.path, process.cwd())
      : await findTarget(target.workflow, target.path);
  const { workspace } = found;
  const plan = await readDefaultPlan(workspace);
  const services = await readServices(workspace, sql);
  const volumes = new Map(await readVolumes(workspace));
  const extra = await readExtraMounts(target.mounts ?? []);
  for (const [name, image] of extra.images) volumes.set(name, image);
  const tools = { builder, components };
  const workflow = await loadWorkflow(found, target, tools, extra.mounts);
  const started = await loadStarted(found, tools);
  const { world } = workspace.config;
  const { checks } = found.workflow;
  return {
    loaded: {
      world: { ...world, volumes: [...world.volumes, ...extra.volumes] },
      workflows: [workflow, ...started],
      services,
      volumes,
      contents: await readContents(found),
    },
    plan: plan === undefined ? EMPTY_PLAN : parsePlanFile(plan.text, plan.file),
    planFile: plan?.file,
    mountedFolders: extra.folders,
    checks: checks === undefined ? undefined : resolve(workspace.folder, checks),
  };
}

/** The workflows that executions of one may start, and those that these may; none runs by itself. */
async function loadStarted(
  { workspace, workflow }: Target,
  tools: ProgramTools,
): Promise<readonly LoadedWorkflow[]> {
  const { workflows } = workspace.config;
  const names = new Set(workflow.starts);
  // A set goes through what is added to it meanwhile, too.
  for (const name of names) {
    for (const next of workflows.find((one) => one.name === name)?.starts ?? []) names.add(next);
  }
  const loaded: LoadedWorkflow[] = [];
  for (const one of workflows) {
    if (!names.has(one.name) || one.name === workflow.name) continue;
    const child = { workspace, workflow: { ...one, count: 0 } };
    loaded.push(await loadWorkflow(child, { path: workspace.folder }, tools, []));
  }
  return loaded;
}

async function loadWorkflow(
  found: Target,
  target: RunTarget,
  { builder, components }: ProgramTools,
  extra: readonly LoadedMount[],
): Promise<LoadedWorkflow> {
  const { wasm, file } = await buildProgram(found, builder);
  const transpiler = components.in(buildFolderOf(found.workspace.folder));
  const images = await readDirectoryMounts(found);
  const stdin = await stdinOf(found, target);
  const mounts = found.workflow.mounts.map((mount) => loadedMount(mount, images));
  return {
    config: withTarget(found.workflow, target),
    wasm,
    component: await transpileProgram(wasm, file, transpiler),
    sourceMap: await readSourceMap(wasm, file, found.workspace.folder),
    origin: file,
    stdin: stdin.bytes,
    stdinEnds: stdin.ends,
    mounts: [...mounts, ...extra],
  };
}

function withTarget(workflow: WorkflowConfig, { args, env, invoke }: RunTarget): WorkflowConfig {
  return {
    ...workflow,
    args: args ?? workflow.args,
    invoke: invoke ?? workflow.invoke,
    env: new Map([...workflow.env, ...Object.entries(env ?? {})]),
  };
}

async function stdinOf(found: Target, { stdin }: RunTarget) {
  if (stdin === undefined) return readStdin(found);
  return stdin === 'open'
    ? { bytes: new Uint8Array(0), ends: false }
    : { bytes: stdin, ends: true };
}

function loadedMount(
  mount: MountConfig,
  images: ReadonlyMap<string, readonly ImageEntry[]>,
): LoadedMount {
  const { path, readOnly } = mount;
  if (mount.kind === 'volume') return { kind: 'volume', path, readOnly, volume: mount.volume };
  return { kind: 'image', path, readOnly, image: images.get(path) ?? [] };
}

const MOUNT = /^(?<guest>[^=]+)=(?<host>.+?)(?<readOnly>:ro)?$/;

/** Mounts of the command line: `guest=host` becomes a volume, `guest=host:ro` a private copy. */
async function readExtraMounts(texts: readonly string[]): Promise<ExtraMounts> {
  const mounts: LoadedMount[] = [];
  const volumes: VolumeConfig[] = [];
  const images = new Map<string, readonly ImageEntry[]>();
  const folders = new Map<string, string>();
  for (const text of texts) {
    const { guest, host, readOnly } = MOUNT.exec(text)?.groups ?? {};
    if (guest === undefined || host === undefined) {
      throw new WorkspaceError(
        'unreadable',
        text,
        `"${text}" is not a mount; write --dir guest=host, such as --dir /data=./data.`,
      );
    }
    const folder = resolve(host);
    const image = await readDirectoryImage(folder, MOUNT_BYTES_MAX, `mounted at ${guest}`);
    if (readOnly !== undefined) {
      mounts.push({ kind: 'image', path: guest, readOnly: true, image });
      continue;
    }
    const volume = `dir-${volumes.length + 1}-${basename(folder)}`;
    volumes.push({ name: volume, from: folder, sizeMiB: MOUNT_VOLUME_MIB });
    images.set(volume, image);
    folders.set(volume, folder);
    mounts.push({ kind: 'volume', path: guest, volume, readOnly: false });
  }
  return { mounts, volumes, images, folders };
}
