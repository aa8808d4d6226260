import { PERSISTENCE_LEVELS } from '../journal/records.ts';
import {
  type ClockMode,
  DEFAULT_LIMITS,
  defaultWorkflow,
  type MountConfig,
  type ProgramConfig,
  type StdinConfig,
  type UnknownOutcomePolicy,
  type UnknownOutcomeRule,
  type WorkflowConfig,
  type WorkflowLimits,
} from './config.ts';
import {
  ARGUMENT,
  ENV_NAME,
  FILE_PATH,
  MOUNT_PATH,
  REQUEST_PATTERN,
  SCRIPT_PATH,
  SOURCE_PATH,
} from './patterns.ts';
import { hint } from './suggest.ts';
import { type Member, shorten, type Value } from './value.ts';

const ARGUMENTS_MAX = 1000;
const RULES_MAX = 1000;
const STARTS_MAX = 1000;
const COUNT_MAX = 100_000;
const MEMORY_MIB_MAX = 4096;
const EFFECTS_MAX = 100_000_000;
const SECONDS_MAX = 3600;

const WORKFLOW_KEYS = [
  'source',
  'module',
  'build',
  'args',
  'env',
  'stdin',
  'mounts',
  'persistence',
  'steps',
  'clock',
  'unknownOutcome',
  'invoke',
  'count',
  'starts',
  'limits',
  'checks',
] as const;

const STEPS_MAX = 1000;
const CLOCK_MODES: readonly ClockMode[] = ['node', 'clamped'];
const POLICIES: readonly UnknownOutcomePolicy[] = ['retry', 'fail', 'ask'];

type Fields<K extends string> = ReadonlyMap<K, Value>;

/** Names of the file that a workflow may use. */
export interface KnownNames {
  /** Volumes of the world, which it may mount. */
  readonly volumes: readonly string[];
  /** Workflows, which it may start. */
  readonly workflows: readonly string[];
}

export function readWorkflow(
  name: string,
  value: Value,
  { volumes, workflows }: KnownNames,
): WorkflowConfig | undefined {
  const fields = value.fields(WORKFLOW_KEYS);
  if (fields === undefined) return undefined;
  const program = readProgram(value, fields) ?? { kind: 'source', source: '' };
  const defaults = defaultWorkflow(name, program);
  return {
    name,
    program,
    args: fields.get('args')?.list(readArgument, ARGUMENTS_MAX) ?? defaults.args,
    env: readEnv(fields.get('env')) ?? defaults.env,
    stdin: readStdin(fields.get('stdin')) ?? defaults.stdin,
    mounts: readMounts(fields.get('mounts'), volumes) ?? defaults.mounts,
    persistence: fields.get('persistence')?.oneOf(PERSISTENCE_LEVELS) ?? defaults.persistence,
    steps: fields.get('steps')?.list(readStep, STEPS_MAX) ?? defaults.steps,
    clock: fields.get('clock')?.oneOf(CLOCK_MODES) ?? defaults.clock,
    unknownOutcome:
      fields.get('unknownOutcome')?.list(readRule, RULES_MAX) ?? defaults.unknownOutcome,
    invoke: fields.get('invoke')?.matching(/^.+$/s, 'the name of an exported function'),
    count: fields.get('count')?.integer(1, COUNT_MAX) ?? defaults.count,
    starts: readStarts(fields.get('starts'), workflows) ?? defaults.starts,
    limits: readLimits(fields.get('limits')) ?? defaults.limits,
    checks: fields.get('checks')?.matching(SCRIPT_PATH.pattern, SCRIPT_PATH.words),
  };
}

function readStep(value: Value): string | undefined {
  return value.matching(/^\S.*$/, 'the name of a function');
}

function readProgram(
  workflow: Value,
  fields: Fields<(typeof WORKFLOW_KEYS)[number]>,
): ProgramConfig | undefined {
  const source = fields.get('source');
  const module = fields.get('module');
  const build = fields.get('build');
  if (source !== undefined && module !== undefined) {
    return module.report('bad-value', `${workflow.path} has both "source" and "module"; keep one`);
  }
  if (source !== undefined) {
    build?.report('bad-value', `${build.path} goes with "module"; a source needs no command`);
    const path = source.matching(SOURCE_PATH.pattern, SOURCE_PATH.words);
    return path === undefined ? undefined : { kind: 'source', source: path };
  }
  if (module === undefined) {
    return workflow.report('missing', `${workflow.path} needs a "source" or a "module"`);
  }
  const path = module.matching(FILE_PATH.pattern, FILE_PATH.words);
  const command = build?.matching(/\S/, 'a command');
  return path === undefined ? undefined : { kind: 'module', module: path, build: command };
}

function readArgument(value: Value): string | undefined {
  return value.matching(ARGUMENT.pattern, ARGUMENT.words);
}

function readEnv(value: Value | undefined): ReadonlyMap<string, string> | undefined {
  const env = new Map<string, string>();
  for (const { key, name, value: text } of value?.members() ?? []) {
    if (!ENV_NAME.pattern.test(key))
      name.report('bad-value', `"${shorten(key)}" is not ${ENV_NAME.words}`);
    env.set(key, readArgument(text) ?? '');
  }
  return env;
}

function readStdin(value: Value | undefined): StdinConfig | undefined {
  if (value === undefined) return undefined;
  if (value.isText) return { kind: 'text', text: value.text() ?? '' };
  const members = value.members('text, {"file": "in.txt"} or {"interactive": true}');
  if (members === undefined) return undefined;
  const fields = value.fields(['file', 'interactive']);
  const file = fields?.get('file');
  const interactive = fields?.get('interactive');
  if ((file === undefined) === (interactive === undefined)) {
    return value.report('missing', `${value.path} needs either "file" or "interactive"`);
  }
  const path = file?.matching(FILE_PATH.pattern, FILE_PATH.words);
  if (path !== undefined) return { kind: 'file', file: path };
  return interactive?.boolean() === true ? { kind: 'interactive' } : { kind: 'empty' };
}

function readMounts(
  value: Value | undefined,
  volumes: readonly string[],
): readonly MountConfig[] | undefined {
  return value
    ?.members()
    ?.map((member) => readMount(member, volumes))
    .filter((mount) => mount !== undefined);
}

function readMount(
  { key: path, name, value }: Member,
  volumes: readonly string[],
): MountConfig | undefined {
  if (path === '/') {
    name.report('bad-value', `"/" is the program's private directory; mount below it`);
  } else if (!MOUNT_PATH.pattern.test(path)) {
    name.report('bad-value', `"${shorten(path)}" is not ${MOUNT_PATH.words}`);
  }
  const fields = value.fields(['volume', 'directory', 'readOnly']);
  if (fields === undefined) return undefined;
  const readOnlyValue = fields.get('readOnly');
  const readOnly = readOnlyValue?.boolean();
  const volumeValue = fields.get('volume');
  const directoryValue = fields.get('directory');
  if ((volumeValue === undefined) === (directoryValue === undefined)) {
    return value.report('missing', `${value.path} needs either "volume" or "directory"`);
  }
  if (directoryValue !== undefined) {
    if (readOnly === false) {
      const instead = 'what the program changes belongs into a volume';
      readOnlyValue?.report('bad-value', `${value.path} is a copy that is only read; ${instead}`);
    }
    const directory = directoryValue.matching(FILE_PATH.pattern, FILE_PATH.words);
    return directory === undefined
      ? undefined
      : { kind: 'directory', path, directory, readOnly: true };
  }
  const volume = volumeValue?.text();
  if (volumeValue === undefined || volume === undefined) return undefined;
  if (!volumes.includes(volume)) {
    const allowed = hint(volume, volumes, 'volumes in the world');
    volumeValue.report('unknown-name', `no volume is named "${shorten(volume)}"${allowed}`);
  }
  return { kind: 'volume', path, volume, readOnly: readOnly ?? false };
}

function readStarts(
  value: Value | undefined,
  workflows: readonly string[],
): readonly string[] | undefined {
  const names = value?.list((item) => {
    const name = item.text();
    if (name === undefined || workflows.includes(name)) return name;
    const allowed = hint(name, workflows, 'workflows');
    return item.report('unknown-name', `no workflow is named "${shorten(name)}"${allowed}`);
  }, STARTS_MAX);
  return names && [...new Set(names)];
}

function readRule(value: Value): UnknownOutcomeRule | undefined {
  const fields = value.fields(['request', 'policy']);
  if (fields === undefined) return undefined;
  const requestValue = fields.get('request');
  const policyValue = fields.get('policy');
  if (requestValue === undefined || policyValue === undefined) {
    return value.report('missing', `${value.path} needs a "request" and a "policy"`);
  }
  const request = requestValue.matching(REQUEST_PATTERN.pattern, REQUEST_PATTERN.words);
  const policy = policyValue.oneOf(POLICIES);
  if (request === undefined || policy === undefined) return undefined;
  const [method = '*', url = '*'] = request.split(' ');
  return { method: method.toUpperCase(), url, policy };
}

function readLimits(value: Value | undefined): WorkflowLimits | undefined {
  const fields = value?.fields(['memoryMiB', 'effects', 'secondsBetweenEffects']);
  if (fields === undefined) return undefined;
  return {
    memoryMiB: fields.get('memoryMiB')?.integer(1, MEMORY_MIB_MAX) ?? DEFAULT_LIMITS.memoryMiB,
    effects: fields.get('effects')?.integer(1, EFFECTS_MAX) ?? DEFAULT_LIMITS.effects,
    secondsBetweenEffects:
      fields.get('secondsBetweenEffects')?.number(0.1, SECONDS_MAX) ??
      DEFAULT_LIMITS.secondsBetweenEffects,
  };
}
