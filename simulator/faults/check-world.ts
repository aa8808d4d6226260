/** Whether a world has what a fault plan names. */
import { JOURNAL_STORE } from '../world/network.ts';
import { type Fault, type FaultPlan, specOf } from './fault.ts';
import type { FieldSpec } from './fault-field.ts';
import { isRole, nodeProblem } from './node-role.ts';
import { PlanError } from './plan.ts';

/** The names that faults can be done to. */
export interface WorldNames {
  readonly nodes: readonly string[];
  readonly services: readonly string[];
  readonly volumes: readonly string[];
  /** Undefined where they are not known. */
  readonly workflows?: readonly string[];
}

/** A ring or a bridge of fewer nodes cuts nothing. */
const SHAPE_NODES_MIN = 3;

/** Throws PlanError when a fault names what is not there, or cannot do anything here. */
export function checkWorld(plan: FaultPlan, world: WorldNames, where: string): void {
  const { source } = plan;
  const problems = plan.faults.flatMap((fault, index) => {
    const line = source?.lines[index];
    const at = line === undefined ? '' : `line ${line}, `;
    return problemsOf(fault, world).map(
      ([field, text]) => `${at}$.faults[${index}].${field}: ${text}`,
    );
  });
  if (problems.length > 0) throw new PlanError(source?.file ?? where, problems);
}

type Problem = readonly [field: string, text: string];

function problemsOf(fault: Fault, world: WorldNames): readonly Problem[] {
  const values = fault as unknown as Readonly<Record<string, unknown>>;
  const named = Object.entries(specOf(fault.kind).fields).flatMap(([name, spec]) =>
    nameProblems(values[name], spec, world).map((text): Problem => [name, text]),
  );
  return [...named, ...shapeProblems(fault, world), ...workflowProblems(fault, world)];
}

function nameProblems(value: unknown, { type }: FieldSpec, world: WorldNames): readonly string[] {
  if (value === undefined) return [];
  const { nodes, volumes } = world;
  switch (type) {
    case 'node':
      return listed(nodeProblem(String(value), nodes));
    case 'volume':
      return volumes.includes(String(value)) ? [] : [nothingLike('volume', value, volumes)];
    case 'names':
      return (value as readonly string[]).flatMap((name) => listed(endProblem(name, world)));
    default:
      return [];
  }
}

/** What is wrong with the name of one end of links. */
function endProblem(name: string, world: WorldNames): string | undefined {
  if (isRole(name)) return nodeProblem(name, world.nodes);
  const ends = endsOf(world);
  return ends.includes(name) ? undefined : nothingLike('node or service', name, ends);
}

function shapeProblems(fault: Fault, world: WorldNames): readonly Problem[] {
  if (fault.kind !== 'partition') return [];
  const { shape, isolate } = fault;
  if (shape !== 'isolate' && world.nodes.length < SHAPE_NODES_MIN) {
    return [
      ['shape', `a ${shape} needs ${SHAPE_NODES_MIN} nodes; there is ${world.nodes.join(', ')}`],
    ];
  }
  const isAll = isolate !== undefined && endsOf(world).every((end) => isolate.includes(end));
  return isAll ? [['isolate', 'that is everybody, so that nothing is cut']] : [];
}

function workflowProblems(fault: Fault, { workflows }: WorldNames): readonly Problem[] {
  if (fault.kind !== 'deploy' || fault.workflow === undefined || workflows === undefined) return [];
  if (workflows.includes(fault.workflow)) return [];
  return [['workflow', nothingLike('workflow', fault.workflow, workflows)]];
}

function endsOf({ nodes, services, volumes }: WorldNames): readonly string[] {
  return [...nodes, ...services, ...volumes, JOURNAL_STORE];
}

function nothingLike(what: string, name: unknown, known: readonly string[]): string {
  const there = known.length === 0 ? 'none' : known.join(', ');
  return `there is no ${what} ${name}; there is ${there}`;
}

function listed(problem: string | undefined): readonly string[] {
  return problem === undefined ? [] : [problem];
}
