/** A host's environment on Node: files, compilers, sandboxes and sql.js beside the bundle. */

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { defaultWorkflow } from '../../config/config.ts';
import { EMPTY_PLAN, type FaultPlan } from '../../faults/fault.ts';
import { parsePlanFile } from '../../faults/plan.ts';
import type { HostEnvironment, HostRecording, LoadedTarget } from '../../host/host-environment.ts';
import { type LoadedWorkflow, transpileProgram } from '../../host/loaded-simulation.ts';
import type { HostEvent, RunTarget } from '../../host/protocol.ts';
import { recordingErrors } from '../../journal/recording-error.ts';
import { createRecording } from '../../journal/recording-writer.ts';
import type { ImageEntry } from '../../world/files/tree-image.ts';
import { buildFolderOf, SourceBuilder } from './build-source.ts';
import { loadChecks } from './check-runtime.ts';
import { ComponentCache } from './component-cache.ts';
import { describeError } from './describe-error.ts';
import { removeLaterParts } from './later-parts.ts';
import { bundledJco, JcoTranspiler, TRANSPILED_VERSION } from './load-jco.ts';
import { loadSql } from './load-sql.ts';
import { loadTarget } from './load-target.ts';
import { permittedServices } from './permitted-services.ts';
import { readSource } from './read-source.ts';
import { NodeRealWorld } from './real-upstream.ts';
import { RecordingOnDisk, WritableRecordingOnDisk } from './recording-files.ts';
import { foldOnDisk } from './recover-recording.ts';
import { serviceLoader } from './service-runtime.ts';
import { readLimited } from './workspace/read-limited.ts';
import { readScriptFiles } from './workspace/script-files.ts';

/** Where a workspace keeps recordings and what is built. */
const WORK_FOLDER = '.backstitch';
const PLAN_BYTES_MAX = 16 * 1024 * 1024;

export interface NodeHost {
  /** The folder of the bundles, with sql-wasm.wasm and the C header. */
  readonly distFolder: string;
  /** The process ends with the host, and is to end fast. */
  readonly shortLived?: boolean;
  /** Builds sources; without one the environment has its own, whose compilers end with its thread. */
  readonly builder?: SourceBuilder;
  emit(event: HostEvent): void;
  hasRequests(): boolean;
  beat(execution?: string, seq?: number): void;
}

export function nodeEnvironment(host: NodeHost): HostEnvironment {
  const builder =
    host.builder ??
    new SourceBuilder({
      includeFolders: [join(host.distFolder, 'include')],
      environment: process.env,
      onProgress: (message) => host.emit({ kind: 'progress', message }),
    });
  const sql = loadSql(join(host.distFolder, 'sql-wasm.wasm'), host.shortLived ?? false);
  const jco = new JcoTranspiler(bundledJco(host.distFolder));
  const components = new ComponentCache(jco, TRANSPILED_VERSION);
  return {
    sql,
    transpilerFor: (path) => components.in(keptFolderOf(path)),
    emit: (event) => host.emit(event),
    hasRequests: () => host.hasRequests(),
    beat: (execution, seq) => host.beat(execution, seq),
    serviceLoader: (services) =>
      serviceLoader(services, {
        transpiler: components.in(undefined),
        onLog: (service, text) =>
          host.emit({
            kind: 'problem',
            problem: { severity: 'warning', code: 'service-log', message: `${service}: ${text}` },
          }),
      }),
    loadChecks: async (path, areLimited) =>
      loadChecks(await readScriptFiles(path, 'the module of checks'), { isTrusted: !areLimited }),
    load: (target: RunTarget): Promise<LoadedTarget> =>
      loadTarget(target, builder, components, sql),
    readPlan,
    loadModule: async (
      named: string,
      like: LoadedWorkflow,
      beside?: string,
    ): Promise<LoadedWorkflow> => {
      const path = beside === undefined ? named : resolve(dirname(beside), named);
      const config = defaultWorkflow('module', { kind: 'module', module: path, build: undefined });
      const folder = buildFolderOf(dirname(path));
      const { wasm } = await builder.build(path, folder);
      const component = await transpileProgram(wasm, path, components.in(folder));
      const { program } = config;
      return { ...like, wasm, component, origin: path, config: { ...like.config, program } };
    },
    moduleName,
    realWorld: new NodeRealWorld(),
    permittedServices,
    source: (recording) => new RecordingOnDisk(recording),
    readSource,
    record: (recording): HostRecording => {
      makeFolder(recording);
      // It is needed when the recording is closed; loading it now costs no waiting then. Should it
      // fail, closing says so.
      sql(0).catch(() => undefined);
      return createRecording({ files: new WritableRecordingOnDisk(recording), sql });
    },
    fold: (recording) => foldOnDisk(recording, sql),
    removeLaterParts,
    replace: (from, to) => {
      renameSync(from, to);
      // What the dead process left belongs to the recording that is gone.
      for (const suffix of ['-log', '-lock']) rmSync(to + suffix, { force: true });
    },
    writeFiles,
    now: () => performance.now(),
    yieldToRequests: () => new Promise((resolve) => setImmediate(resolve)),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    alarm: (milliseconds, ring) => {
      const timer = setTimeout(ring, milliseconds);
      return () => clearTimeout(timer);
    },
    describe: describeError,
  };
}

/** Where the workspace of a file keeps what is built; undefined when the file is in none. */
function keptFolderOf(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (basename(folder) === WORK_FOLDER) return buildFolderOf(dirname(folder));
    if (existsSync(join(folder, WORK_FOLDER))) return buildFolderOf(folder);
    if (folder === dirname(folder)) return undefined;
  }
}

/** Stays as it is where it is relative, and where there is no way from one to the other. */
function moduleName(path: string, planFile: string): string {
  if (!isAbsolute(path)) return path;
  const name = relative(dirname(planFile), path);
  return isAbsolute(name) ? path : name.split(sep).join('/');
}

function makeFolder(recording: string): void {
  try {
    mkdirSync(dirname(recording), { recursive: true });
  } catch (cause) {
    throw recordingErrors.writeFailed(recording, cause);
  }
}

async function readPlan(path: string): Promise<FaultPlan> {
  const bytes = await readLimited(path, PLAN_BYTES_MAX, 'the fault plan');
  return bytes.length === 0 ? EMPTY_PLAN : parsePlanFile(new TextDecoder().decode(bytes), path);
}

/** Writes the files of a volume into a real folder; what is there and not in it stays. */
function writeFiles(folder: string, files: readonly ImageEntry[]): void {
  for (const entry of files) {
    const path = join(folder, entry.path);
    if (entry.type === 'directory') mkdirSync(path, { recursive: true });
    if (entry.type !== 'file') continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof entry.bytes === 'function' ? entry.bytes() : entry.bytes);
  }
}
