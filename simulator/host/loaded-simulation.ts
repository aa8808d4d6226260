/**
 * Everything that a simulation starts from, read into memory: enough to run it anywhere, and what
 * a recording keeps of it so that it can be run again.
 */
import { DEFAULT_MAX_CONCURRENT, type WorkflowConfig, type WorldConfig } from '../config/config.ts';
import type { ImageMount, VolumeMount, Workflow } from '../engine/workflow.ts';
import type {
  ComponentTranspiler,
  TranspiledComponent,
} from '../guest/component/transpiled-component.ts';
import { contentHash } from '../guest/content-hash.ts';
import { checkStart, type GuestProgram, loadProgram } from '../guest/program.ts';
import { ProgramError } from '../guest/program-error.ts';
import { isComponent, ModuleError } from '../guest/wasm/index.ts';
import { REAL_SERVICE_META } from '../journal/recording-schema.ts';
import type { RecordingSink } from '../journal/records.ts';
import { MemoryTree } from '../world/files/memory-tree.ts';
import type { ImageEntry } from '../world/files/tree-image.ts';
import { Volume } from '../world/files/volume.ts';
import type { ServiceSource } from '../world/service-source.ts';
import { type KeptSources, keepSources, readKeptSources } from './kept-sources.ts';
import { decodePlain, encodePlain } from './plain-codec.ts';

import { type KeptService, keepService, readKeptService } from './service-setup.ts';
import { realServices } from './upstream-real.ts';

export type LoadedMount =
  | {
      readonly kind: 'volume';
      readonly path: string;
      readonly volume: string;
      readonly readOnly: boolean;
    }
  /** A copy of real files, private to each execution. */
  | {
      readonly kind: 'image';
      readonly path: string;
      readonly readOnly: boolean;
      readonly image: readonly ImageEntry[];
    };

export interface LoadedWorkflow {
  readonly config: WorkflowConfig;
  readonly wasm: Uint8Array;
  /** What it was transpiled to, when `wasm` is a component. */
  readonly component?: TranspiledComponent | undefined;
  /** Where the program came from, for people: a source or a module, absolute. */
  readonly origin: string;
  /** The text of the module's source map, if that was in a file beside it. */
  readonly sourceMap?: string | undefined;
  readonly stdin: Uint8Array;
  /** False leaves standard input open. */
  readonly stdinEnds: boolean;
  readonly mounts: readonly LoadedMount[];
}

/** A module that a fault of the plan deploys. */
export type LoadedModule = Pick<LoadedWorkflow, 'wasm' | 'component' | 'origin'>;

export interface LoadedSimulation {
  readonly world: WorldConfig;
  /** Each is started `config.count` times, in this order. */
  readonly workflows: readonly LoadedWorkflow[];
  readonly services: ReadonlyMap<string, ServiceSource>;
  /** What each volume holds at the start. */
  readonly volumes: ReadonlyMap<string, readonly ImageEntry[]>;
  /** What a recording keeps of the sources of its programs; undefined when none was opened. */
  readonly sources?: KeptSources;
  /** The body of a client's request, or all that it sends, by the client's name. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** By how the plan names them; undefined when it deploys none. */
  readonly modules?: ReadonlyMap<string, LoadedModule>;
  /** The file of the plan, absolute: modules are named from its folder. Undefined without a file. */
  readonly planFile?: string | undefined;
  /** Waits of programs took real time, or are to: it was served so. */
  readonly followsRealTime?: boolean | undefined;
}

/** The key of a recording's meta row that holds the setup. */
const SETUP_KEY = 'setup';
/** The keys under which the files of images are noted once they have been read. */
const IMAGE_FILE_KEY = 'image-file';

/** A file of an image that nobody had read when the recording was made. */
export class UnrecordedFileError extends Error {
  override readonly name = 'UnrecordedFileError';
  readonly code = 'unrecorded-file';
  constructor(path: string) {
    super(
      `the recording does not hold ${path}, because its run never read it; run it anew instead`,
    );
  }
}

/** A file that is no program that can run here; its message names it. */
export class UnusableProgramError extends Error {
  override readonly name = 'UnusableProgramError';
  readonly code: (ModuleError | ProgramError)['code'];

  constructor(
    readonly file: string,
    cause: ModuleError | ProgramError,
  ) {
    super(`${file}: ${cause.message}`, { cause });
    this.code = cause.code;
  }
}

/** Makes a workflow ready to run; throws UnusableProgramError. */
export function readyWorkflow(loaded: LoadedWorkflow, wallNanos: bigint): Workflow {
  const { config, stdin, stdinEnds } = loaded;
  return {
    config,
    program: loadNamedProgram(loaded),
    stdin,
    stdinEnds,
    mounts: loaded.mounts.map((mount): ImageMount | VolumeMount => {
      if (mount.kind === 'volume') return mount;
      const { kind, path, readOnly, image } = mount;
      return {
        kind,
        path,
        readOnly,
        tree: new MemoryTree({ now: () => wallNanos, readOnly, image }),
      };
    }),
  };
}

function loadNamedProgram(loaded: LoadedWorkflow): GuestProgram {
  const { wasm, component, origin, config, sourceMap } = loaded;
  try {
    const program = loadProgram(wasm, config.limits.memoryMiB, component);
    checkStart(program, config.invoke);
    if (program.kind !== 'core' || sourceMap === undefined) return program;
    const main = { ...program.main, sourceMap };
    return { ...program, main, modules: [main] };
  } catch (error) {
    throw unusable(origin, error);
  }
}

/** Transpiles a program that is a component; throws UnusableProgramError. */
export async function transpileProgram(
  wasm: Uint8Array,
  origin: string,
  transpiler: ComponentTranspiler,
): Promise<TranspiledComponent | undefined> {
  if (!isComponent(wasm)) return undefined;
  try {
    return await transpiler.transpile(wasm);
  } catch (error) {
    throw unusable(origin, error);
  }
}

/** Names the file in an error that says what is wrong with it. */
export function unusable(origin: string, error: unknown): unknown {
  const isKnown = error instanceof ModuleError || error instanceof ProgramError;
  return isKnown ? new UnusableProgramError(origin, error) : error;
}

/** The volumes of a world, as they are at its start. */
export function readyVolumes(
  loaded: LoadedSimulation,
  wallNanos: () => bigint,
): Map<string, Volume> {
  const volumes = loaded.world.volumes.map(({ name, sizeMiB }) => {
    const image = loaded.volumes.get(name) ?? [];
    const limits = { bytesMax: sizeMiB * 1024 * 1024 };
    return [name, new Volume(name, new MemoryTree({ now: wallNanos, image, limits }))] as const;
  });
  return new Map(volumes);
}

/**
 * Writes down what a simulation starts from. Files of images follow when they are read first;
 * returns the simulation with its images watched for that.
 */
export function recordSetup(loaded: LoadedSimulation, sink: RecordingSink): LoadedSimulation {
  const keep: KeepBlob = (label, bytes) => {
    const hash = contentHash(bytes);
    sink.blob(hash, label, bytes);
    return hash;
  };
  sink.meta(SETUP_KEY, encodePlain(setupOf(loaded, keep)));
  keepSources(loaded.sources ?? new Map(), sink);
  for (const name of realServices(loaded.world)) sink.meta(`${REAL_SERVICE_META} ${name}`, '1');
  return watchImages(loaded, (place, bytes) => {
    sink.meta(`${IMAGE_FILE_KEY} ${place}`, keep(`file ${place}`, bytes));
  });
}

/** Writes down a simulation again to which a module was added. */
export function recordModule(loaded: LoadedSimulation, name: string, sink: RecordingSink): void {
  const module = loaded.modules?.get(name);
  if (module !== undefined) sink.blob(contentHash(module.wasm), moduleLabel(name), module.wasm);
  sink.meta(SETUP_KEY, encodePlain(setupOf(loaded, (_label, bytes) => contentHash(bytes))));
}

/** Keeps bytes, and gives their hash. */
type KeepBlob = (label: string, bytes: Uint8Array) => string;

function setupOf(loaded: LoadedSimulation, blob: KeepBlob) {
  const services = [...loaded.services].map(
    ([name, source]) => [name, keepService(name, source, blob)] as const,
  );
  return {
    followsRealTime: loaded.followsRealTime,
    world: loaded.world,
    workflows: loaded.workflows.map(
      ({ wasm, component: _made, stdin, mounts, sourceMap, ...rest }) => ({
        ...rest,
        ...(sourceMap === undefined
          ? {}
          : { sourceMap: blob(`source map ${rest.config.name}`, utf8.encode(sourceMap)) }),
        wasm: blob(moduleLabel(rest.config.name), wasm),
        stdin: blob(`stdin ${rest.config.name}`, stdin),
        mounts: mounts.map((mount) =>
          mount.kind === 'volume' ? mount : { ...mount, image: outline(mount.image) },
        ),
      }),
    ),
    services: new Map(services),
    volumes: new Map([...loaded.volumes].map(([name, image]) => [name, outline(image)])),
    contents: new Map(
      [...loaded.contents].map(([name, bytes]) => [name, blob(`content ${name}`, bytes)]),
    ),
    ...(loaded.modules === undefined ? {} : { modules: keepModules(loaded.modules, blob) }),
  };
}

function moduleLabel(name: string): string {
  return `module ${name}`;
}

interface KeptModule {
  /** The hash of its bytes. */
  readonly wasm: string;
  readonly origin: string;
}

function keepModules(
  modules: ReadonlyMap<string, LoadedModule>,
  blob: KeepBlob,
): ReadonlyMap<string, KeptModule> {
  const kept = [...modules].map(([name, { wasm, origin }]) => {
    return [name, { wasm: blob(moduleLabel(name), wasm), origin }] as const;
  });
  return new Map(kept);
}

/** An image without the bytes of its files. */
function outline(image: readonly ImageEntry[]): readonly OutlineEntry[] {
  return image.map((entry) => (entry.type === 'file' ? { path: entry.path, type: 'file' } : entry));
}

type OutlineEntry =
  | Exclude<ImageEntry, { readonly type: 'file' }>
  | { readonly path: string; readonly type: 'file' };

function watchImages(
  loaded: LoadedSimulation,
  onRead: (place: string, bytes: Uint8Array) => void,
): LoadedSimulation {
  const watch = (place: string, image: readonly ImageEntry[]): readonly ImageEntry[] =>
    image.map((entry) => {
      if (entry.type !== 'file') return entry;
      const { bytes } = entry;
      const read = (): Uint8Array => {
        const content = typeof bytes === 'function' ? bytes() : bytes;
        onRead(`${place} ${entry.path}`, content);
        return content;
      };
      return { ...entry, bytes: read };
    });
  return mapImages(loaded, watch);
}

function mapImages(
  loaded: LoadedSimulation,
  change: (place: string, image: readonly ImageEntry[]) => readonly ImageEntry[],
): LoadedSimulation {
  return {
    ...loaded,
    workflows: loaded.workflows.map((workflow) => ({
      ...workflow,
      mounts: workflow.mounts.map((mount) =>
        mount.kind === 'volume'
          ? mount
          : { ...mount, image: change(`${workflow.config.name}:${mount.path}`, mount.image) },
      ),
    })),
    volumes: new Map(
      [...loaded.volumes].map(([name, image]) => [name, change(`volume:${name}`, image)]),
    ),
  };
}

/** What a recording offers for reading its setup back. */
export interface SetupSource {
  meta(): ReadonlyMap<string, string>;
  blob(hash: string): { readonly bytes: Uint8Array } | undefined;
}

/** A recording without a setup cannot be replayed or run again. */
export class MissingSetupError extends Error {
  override readonly name = 'MissingSetupError';
  readonly code = 'missing-setup';
}

const utf8 = new TextEncoder();

interface RecordedSetup {
  readonly world: RecordedWorld;
  readonly workflows: readonly (Omit<LoadedWorkflow, 'wasm' | 'component' | 'stdin'> & {
    readonly wasm: string;
    readonly stdin: string;
  })[];
  readonly services: ReadonlyMap<string, KeptService>;
  readonly volumes: ReadonlyMap<string, readonly OutlineEntry[]>;
  readonly followsRealTime?: boolean | undefined;
  /** Undefined in recordings of earlier versions, which know no clients. */
  readonly contents: ReadonlyMap<string, string> | undefined;
  /** Only where the plan deploys modules. */
  readonly modules?: ReadonlyMap<string, KeptModule>;
}

/** Recordings of earlier versions know no clients. */
type RecordedWorld = Omit<WorldConfig, 'clients' | 'maxConcurrent'> &
  Partial<Pick<WorldConfig, 'clients' | 'maxConcurrent'>>;

/** The world of a recording, its keys in the order in which configurations are parsed. */
function readWorld(world: RecordedWorld): WorldConfig {
  const { clients = [], maxConcurrent = DEFAULT_MAX_CONCURRENT } = world;
  return { ...world, clients, maxConcurrent };
}

function readModules(
  modules: ReadonlyMap<string, KeptModule>,
  bytesOf: (hash: string) => Uint8Array,
): ReadonlyMap<string, LoadedModule> {
  const read = [...modules].map(([name, { wasm, origin }]) => {
    return [name, { wasm: bytesOf(wasm), component: undefined, origin }] as const;
  });
  return new Map(read);
}

/** Reads back what `recordSetup` wrote, without transpiling; throws MissingSetupError. */
export function readSetup(source: SetupSource): LoadedSimulation {
  const meta = source.meta();
  const text = meta.get(SETUP_KEY);
  if (text === undefined) throw new MissingSetupError('the recording does not say what it ran');
  const setup = decodePlain(text) as RecordedSetup;
  const bytesOf = (hash: string): Uint8Array => {
    const blob = source.blob(hash);
    if (blob === undefined) throw new MissingSetupError(`the recording lacks the bytes ${hash}`);
    return blob.bytes;
  };
  const loaded: LoadedSimulation = {
    followsRealTime: setup.followsRealTime,
    world: readWorld(setup.world),
    workflows: setup.workflows.map((workflow) => ({
      ...workflow,
      // Recordings of earlier versions know no workflows that are started.
      config: { ...workflow.config, starts: workflow.config.starts ?? [] },
      wasm: bytesOf(workflow.wasm),
      sourceMap:
        workflow.sourceMap === undefined
          ? undefined
          : new TextDecoder().decode(bytesOf(workflow.sourceMap)),
      stdin: bytesOf(workflow.stdin),
    })),
    services: new Map(
      [...setup.services].map(([name, kept]) => [name, readKeptService(kept, bytesOf)] as const),
    ),
    volumes: setup.volumes as LoadedSimulation['volumes'],
    sources: readKeptSources(source),
    contents: new Map(
      [...(setup.contents ?? [])].map(([name, hash]) => [name, bytesOf(hash)] as const),
    ),
    ...(setup.modules === undefined ? {} : { modules: readModules(setup.modules, bytesOf) }),
  };
  return mapImages(loaded, (place, image) =>
    image.map((entry) => {
      if (entry.type !== 'file') return entry;
      const read = (): Uint8Array => {
        const hash = meta.get(`${IMAGE_FILE_KEY} ${place} ${entry.path}`);
        if (hash === undefined) throw new UnrecordedFileError(entry.path);
        return bytesOf(hash);
      };
      return { ...entry, bytes: read };
    }),
  );
}
