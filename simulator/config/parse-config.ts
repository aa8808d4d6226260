import type { Config, WorkflowConfig, WorldConfig } from './config.ts';
import { Document } from './document.ts';
import { readWorkflow } from './parse-workflow.ts';
import { readWorld } from './parse-world.ts';
import { FILE_PATH, NAME } from './patterns.ts';
import { type Member, shorten, type Value } from './value.ts';

/** How many workflows one file may describe. */
const WORKFLOWS_MAX = 1000;

/**
 * Reads a `backstitch.json`: JSON with comments and trailing commas. `file` is its name for
 * messages. Throws a ConfigError, and nothing else, that lists everything that is wrong.
 */
export function parseConfig(text: string, file: string): Config {
  const document = new Document(text, file);
  const fields = document.root()?.fields(['$schema', 'workflows', 'world', 'faults']);
  fields?.get('$schema')?.text();
  const workflows = fields?.get('workflows')?.members() ?? [];
  const world = readWorld(
    fields?.get('world'),
    workflows.map(({ key }) => key),
  );
  const config: Config = {
    file,
    workflows: readWorkflows(fields?.get('workflows'), workflows, world),
    world,
    faults: fields?.get('faults')?.matching(FILE_PATH.pattern, FILE_PATH.words),
  };
  document.finish();
  return config;
}

function readWorkflows(
  value: Value | undefined,
  members: readonly Member[],
  world: WorldConfig,
): readonly WorkflowConfig[] {
  if (members.length > WORKFLOWS_MAX) {
    value?.report('out-of-range', `more than ${WORKFLOWS_MAX} workflows in one file`);
    return [];
  }
  const known = {
    volumes: world.volumes.map(({ name }) => name),
    workflows: members.map(({ key }) => key),
  };
  return members.flatMap(({ key, name, value: workflow }) => {
    if (!NAME.pattern.test(key)) name.report('bad-value', `"${shorten(key)}" is not ${NAME.words}`);
    return readWorkflow(key, workflow, known) ?? [];
  });
}
