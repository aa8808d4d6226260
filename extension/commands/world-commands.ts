/** Commands that break and mend the world as it is now: nodes, clocks, links. */
import * as vscode from 'vscode';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { FaultKind } from '../../simulator/faults/fault.ts';
import { durationProblem } from '../model/fault-by-hand.ts';
import { nextPlace } from '../model/injection.ts';
import { placeOfRow, type WorldRow } from '../model/world-rows.ts';
import type { Simulation } from '../simulations/simulation.ts';
import { askFault } from '../views/fault-picker.ts';
import type { CommandTable } from './command-table.ts';
import { type FaultNeeds, inject } from './fault-commands.ts';

/** A fault without its place; undefined when the person leaves. */
type Asked = Promise<JsonObject | undefined> | JsonObject | undefined;

export function worldCommands(needs: FaultNeeds): CommandTable {
  const { world } = needs;

  /** Asks where, unless a row of the view says so, and what, and lets it happen. */
  const breaking = (question: string, make: (place: string) => Asked, among: Places = 'any') => {
    return async (argument: unknown): Promise<void> => {
      const simulation = await worldOf(needs);
      if (simulation === undefined) return;
      const offered = among === 'nodes' ? world.nodes : world.places;
      const place = placeIn(argument) ?? (await askPlace(question, offered));
      const fault = place === undefined ? undefined : await make(place);
      if (fault !== undefined) await letHappen(needs, simulation, fault);
    };
  };
  const onNode = (kind: FaultKind) => (node: string) => ({ kind, node });

  return {
    crashNodeNow: breaking('Crash which node?', onNode('crash'), 'nodes'),
    pauseNodeNow: breaking('Pause which node?', askPause, 'nodes'),
    resumeNode: breaking('Resume which node?', onNode('resume'), 'nodes'),
    restartNode: breaking('Restart which node?', onNode('restart'), 'nodes'),
    skewClock: breaking('Set the clock of which node?', askSkew, 'nodes'),
    cutOff: breaking('Cut off whom from everybody else?', (place) => {
      return { kind: 'partition', isolate: [place] };
    }),
    slowDown: breaking('Slow down whose links?', (place) => ({ kind: 'slow-link', from: [place] })),
    healLinks: async () => {
      const simulation = await worldOf(needs);
      if (simulation !== undefined) await letHappen(needs, simulation, { kind: 'heal' });
    },
    breakSomething: breaking('Break what?', (place) =>
      askFault({
        title: `Break ${place}`,
        target: world.nodes.includes(place)
          ? { what: 'node', node: place }
          : { what: 'links', place },
        at: undefined,
        places: world.places,
      }),
    ),
  };
}

type Places = 'any' | 'nodes';

/** The simulation whose world is meant, with the view showing it; says so when there is none. */
async function worldOf({ world }: FaultNeeds): Promise<Simulation | undefined> {
  if (world.simulation === undefined) await world.refresh();
  if (world.simulation === undefined) {
    void vscode.window.showInformationMessage('There is no world yet. Run a workflow first.');
  }
  return world.simulation;
}

function placeIn(argument: unknown): string | undefined {
  const isRow = typeof argument === 'object' && argument !== null && 'kind' in argument;
  return isRow ? placeOfRow(argument as WorldRow) : undefined;
}

async function askPlace(question: string, places: readonly string[]): Promise<string | undefined> {
  if (places.length > 0) return vscode.window.showQuickPick([...places], { title: question });
  void vscode.window.showInformationMessage(
    'The world of this recording is not known. Break it at one of its effects, in the Executions view.',
  );
  return undefined;
}

async function askPause(node: string): Promise<JsonObject | undefined> {
  const length = await askDuration({
    title: `Pause ${node}`,
    prompt: 'For how long? After its lease ends (10s by default) another node takes over.',
    value: '20s',
    sign: 'positive',
  });
  return length === undefined ? undefined : { kind: 'pause', node, for: length };
}

async function askSkew(node: string): Promise<JsonObject | undefined> {
  const by = await askDuration({
    title: `Set the wall clock of ${node}`,
    prompt: 'By how much does it jump? Negative is back.',
    value: '-1h',
    sign: 'any',
  });
  return by === undefined ? undefined : { kind: 'clock-jump', node, clock: 'wall', by };
}

async function askDuration(question: {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  readonly sign: 'any' | 'positive';
}): Promise<string | undefined> {
  const { sign, ...options } = question;
  const text = await vscode.window.showInputBox({
    ...options,
    validateInput: (typed) => durationProblem(typed, sign),
  });
  return text?.trim();
}

/** Live, it happens now; in what has ended, at an effect that the person chooses, in a branch. */
async function letHappen(
  { runner, targets, debugged, world }: FaultNeeds,
  simulation: Simulation,
  fault: JsonObject,
): Promise<void> {
  const next = simulation.isDriven ? nextPlace(simulation.model) : undefined;
  if (next !== undefined) {
    const { execution, seq } = next;
    const done = await debugged.inject(simulation, { ...fault, at: { execution, seq } });
    if (done !== 'elsewhere') return;
  }
  if (simulation.model.isLive) {
    await simulation.requestLive({ kind: 'inject', fault });
    await world.refresh();
    return;
  }
  const selected = world.branchesAt;
  const place =
    selected === undefined
      ? await targets.place(simulation.id, 'It has ended. Branch from which effect?')
      : { ...selected, simulation };
  if (place === undefined) return;
  const { execution, seq } = place;
  await inject(runner, place, { ...fault, at: { execution, seq } });
}
