/**
 * What a `backstitch.json` says, with every default filled in. Paths are as written: relative to
 * the folder of the file. docs/configuration.md documents each field for users.
 */
import type { HttpHeaders } from '../effects/http.ts';
import type { PersistenceLevel } from '../journal/records.ts';
import { NANOS_PER_MILLI, NANOS_PER_SECOND } from '../kernel/time.ts';

/** The program of a workflow: a source to compile, or a module and the command that builds it. */
export type ProgramConfig =
  | { readonly kind: 'source'; readonly source: string }
  | { readonly kind: 'module'; readonly module: string; readonly build: string | undefined };

/** Where standard input comes from. All but `interactive` end after their bytes. */
export type StdinConfig =
  | { readonly kind: 'empty' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'interactive' };

/** What a guest path shows: a volume of the world, or a copy of a real directory's files. */
export type MountConfig =
  | {
      readonly kind: 'volume';
      readonly path: string;
      readonly volume: string;
      readonly readOnly: boolean;
    }
  | {
      readonly kind: 'directory';
      readonly path: string;
      readonly directory: string;
      readonly readOnly: true;
    };

/** Whether the program's wall clock is the node's own or is kept from running backwards. */
export type ClockMode = 'node' | 'clamped';

/** What to do about a call that was sent and whose outcome a crash took away. */
export type UnknownOutcomePolicy = 'retry' | 'fail' | 'ask';

/** A row of the `unknownOutcome` list; see route-policy.ts for how it matches. */
export interface UnknownOutcomeRule {
  /** In capitals, or `*` for every method. */
  readonly method: string;
  /** A URL in which `*` stands for any run of characters. */
  readonly url: string;
  readonly policy: UnknownOutcomePolicy;
}

export interface WorkflowLimits {
  /** The most linear memory the program may grow to, 1 to 4096. */
  readonly memoryMiB: number;
  /** The most effects in one execution. */
  readonly effects: number;
  /** Real seconds that a program may compute without an effect before it counts as looping. */
  readonly secondsBetweenEffects: number;
}

export interface WorkflowConfig {
  readonly name: string;
  readonly program: ProgramConfig;
  /** Without argv[0], which is the workflow's name. */
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly stdin: StdinConfig;
  readonly mounts: readonly MountConfig[];
  readonly persistence: PersistenceLevel;
  /** Names of functions of the program that are steps, at persistence level `step`. */
  readonly steps: readonly string[];
  readonly clock: ClockMode;
  readonly unknownOutcome: readonly UnknownOutcomeRule[];
  /** The call of an export, such as `add(1, 2)`; undefined runs the program's own entry. */
  readonly invoke: string | undefined;
  /** How many executions are started. */
  readonly count: number;
  /** Names of workflows of the same file that its executions may start, each once. */
  readonly starts: readonly string[];
  readonly limits: WorkflowLimits;
  /** The path of the module of its checks. */
  readonly checks: string | undefined;
}

export interface LinkConfig {
  readonly latencyNanos: bigint;
  /** Up to this much is added to the latency, drawn from the seed. */
  readonly jitterNanos: bigint;
}

/** A link that differs from the default, in one direction. */
export interface NamedLinkConfig extends LinkConfig {
  /** The name of a node or service. */
  readonly from: string;
  readonly to: string;
}

interface ServiceBase {
  readonly name: string;
  /** The hosts it answers for, in lower case, each with its port if it is not the scheme's. */
  readonly hosts: readonly string[];
  /** How long it takes to answer, besides what its answers say themselves. */
  readonly latencyNanos: bigint;
}

export interface ScriptServiceConfig extends ServiceBase {
  /** The path of its JavaScript or TypeScript module. */
  readonly script: string;
}

/** Answers as a service of an earlier simulation did. */
export interface RecordedServiceConfig extends ServiceBase {
  /** The path of the recording. */
  readonly recording: string;
  /** The name of the service in it. */
  readonly service: string;
}

export interface ComponentServiceConfig extends ServiceBase {
  /** The path of a component that exports wasi:http/incoming-handler. */
  readonly component: string;
}

/** The real hosts answer. */
export interface RealServiceConfig extends ServiceBase {
  readonly real: true;
  /** How long one try waits for the whole response, in real time and in virtual time. */
  readonly timeoutNanos: bigint;
  /** Requests a real second at most; undefined for any number. */
  readonly rateLimit: number | undefined;
}

/** What answers a service's requests is told by which of its fields is there. */
export type ServiceConfig =
  | ScriptServiceConfig
  | RecordedServiceConfig
  | ComponentServiceConfig
  | RealServiceConfig;

export interface VolumeConfig {
  readonly name: string;
  /** The real directory whose files it starts with; undefined for an empty volume. */
  readonly from: string | undefined;
  readonly sizeMiB: number;
}

/** Bytes that are given as text, or read from a file. */
export type ContentConfig =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly file: string };

/** What a client says: an HTTP request, or plain bytes after which it has said all. */
export type ClientMessageConfig =
  | {
      readonly kind: 'request';
      /** In capitals. */
      readonly method: string;
      /** With its query; begins with a slash. */
      readonly path: string;
      /** Names in lower case. */
      readonly headers: HttpHeaders;
    }
  | { readonly kind: 'bytes' };

/** A client of a workflow: it sends the same thing once or more, each time to a new execution. */
export interface ClientConfig {
  readonly name: string;
  readonly workflow: string;
  readonly message: ClientMessageConfig;
  /** The body of the request, or the plain bytes. */
  readonly content: ContentConfig;
  /** When it sends first, after the start. */
  readonly atNanos: bigint;
  readonly count: number;
  /** From one sending to the next. */
  readonly everyNanos: bigint;
  /** Each sending is later by up to this much, drawn from the seed. */
  readonly jitterNanos: bigint;
  /** How long it waits for the whole answer before it goes away; undefined for as long as it takes. */
  readonly timeoutNanos: bigint | undefined;
}

export interface WorldConfig {
  /** An integer from 0 to 2^53-1. */
  readonly seed: number;
  /** Wall time at virtual time zero, in nanoseconds since 1970. */
  readonly startUnixNanos: bigint;
  readonly nodes: readonly string[];
  /** How long a node owns an execution before it has to renew its claim. */
  readonly leaseNanos: bigint;
  /** How long a crashed node stays away. */
  readonly restartAfterNanos: bigint;
  readonly defaultLink: LinkConfig;
  readonly links: readonly NamedLinkConfig[];
  readonly services: readonly ServiceConfig[];
  readonly volumes: readonly VolumeConfig[];
  readonly clients: readonly ClientConfig[];
  /** Requests and connections of clients that a workflow answers at a time; others wait their turn. */
  readonly maxConcurrent: number;
}

export interface Config {
  /** The name of the file it was read from, as given to parseConfig. */
  readonly file: string;
  readonly workflows: readonly WorkflowConfig[];
  readonly world: WorldConfig;
  /** The path of the fault plan to use unless another is given. */
  readonly faults: string | undefined;
}

export const DEFAULT_LIMITS: WorkflowLimits = {
  memoryMiB: 256,
  effects: 1_000_000,
  secondsBetweenEffects: 30,
};

export const DEFAULT_LINK: LinkConfig = { latencyNanos: 5n * NANOS_PER_MILLI, jitterNanos: 0n };

export const DEFAULT_SERVICE_LATENCY_NANOS = 20n * NANOS_PER_MILLI;

/** How long a real host may take to answer unless the configuration says otherwise. */
export const DEFAULT_REAL_TIMEOUT_NANOS = 30n * NANOS_PER_SECOND;

export const DEFAULT_VOLUME_MIB = 64;

/** As many as `backstitch serve` answers at a time. */
export const DEFAULT_MAX_CONCURRENT = 256;

/** A workflow that says nothing but what its program is. */
export function defaultWorkflow(name: string, program: ProgramConfig): WorkflowConfig {
  return {
    name,
    program,
    args: [],
    env: new Map(),
    stdin: { kind: 'empty' },
    mounts: [],
    persistence: 'effect',
    steps: [],
    clock: 'node',
    unknownOutcome: [],
    invoke: undefined,
    count: 1,
    starts: [],
    limits: DEFAULT_LIMITS,
    checks: undefined,
  };
}

/** The world of a file that says nothing about it: three nodes and no services. */
export function defaultWorld(): WorldConfig {
  return {
    seed: 1,
    startUnixNanos: BigInt(Date.UTC(2026, 0, 1)) * NANOS_PER_MILLI,
    nodes: ['node-a', 'node-b', 'node-c'],
    leaseNanos: 10n * NANOS_PER_SECOND,
    restartAfterNanos: 30n * NANOS_PER_SECOND,
    defaultLink: DEFAULT_LINK,
    links: [],
    services: [],
    volumes: [],
    clients: [],
    maxConcurrent: DEFAULT_MAX_CONCURRENT,
  };
}
