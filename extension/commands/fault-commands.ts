/** Commands that break something: live where it is still to come, in a branch where it has passed. */
import * as vscode from 'vscode';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { EffectSummary } from '../../simulator/host/protocol.ts';
import {
  CRASH_POINTS,
  clockFault,
  crashFault,
  durationProblem,
  faultInWords,
  lossFault,
  pauseFault,
} from '../model/fault-by-hand.ts';
import { decideInjection } from '../model/injection.ts';
import { askFault } from '../views/fault-picker.ts';
import type { WorldView } from '../views/world-view.ts';
import type { CommandTable } from './command-table.ts';
import type { Debugged } from './debugged.ts';
import type { Runner } from './runner.ts';
import type { Place, Targets } from './targets.ts';

type MakeFault = (place: Place) => Promise<JsonObject | undefined> | JsonObject;

export interface FaultNeeds {
  readonly runner: Runner;
  readonly targets: Targets;
  readonly debugged: Debugged;
  readonly world: WorldView;
}

export function faultCommands(needs: FaultNeeds): CommandTable {
  const { runner, targets, debugged, world } = needs;
  const breaking =
    (question: string, make: MakeFault, suits = any) =>
    async (argument: unknown) => {
      const place = await targets.place(argument, question, suits);
      const fault = place && (await make(place));
      if (place === undefined || fault === undefined) return;
      const done = await debugged.inject(place.simulation, fault);
      if (done === 'elsewhere') await inject(runner, place, fault);
      else if (done === 'ahead') announce(place, fault);
    };
  return {
    crashHere: breaking('Crash at which effect?', askCrash),
    loseRequest: breaking('Lose which request?', lose('lose-request'), isCall),
    loseResponse: breaking('Lose the response of which call?', lose('lose-response'), isCall),
    setClock: breaking('Set the clock at which effect?', askClock),
    pauseNode: breaking('Pause the node at which effect?', askPause),
    breakHere: breaking('Break something at which effect?', (place) => askAny(place, world)),
  };
}

/** Any fault that can happen at this effect. */
function askAny(place: Place, world: WorldView): Promise<JsonObject | undefined> {
  const { execution, seq, simulation } = place;
  const known = simulation.model.executions.get(execution)?.window.at(seq);
  return askFault({
    title: `Break at #${seq} of ${execution}`,
    target: { what: 'effect', operation: known?.operation },
    at: { execution, seq },
    places: world.places,
  });
}

const any = (_effect: EffectSummary) => true;
const isCall = (effect: EffectSummary) => effect.class === 'call';
const lose = (kind: 'lose-request' | 'lose-response') => (place: Place) => lossFault(kind, place);

/** Lets a fault happen at an effect: live where that is still to come, in a branch where it has passed. */
export async function inject(runner: Runner, place: Place, fault: JsonObject): Promise<void> {
  const { simulation } = place;
  const decision = decideInjection(simulation.model, place);
  switch (decision.kind) {
    case 'live': {
      await simulation.requestLive({ kind: 'inject', fault });
      announce(place, fault);
      return;
    }
    case 'branch':
      return runner.branch(simulation, fault);
    case 'stop-and-branch': {
      const stop = 'Stop and Branch';
      const message =
        `#${place.seq} of ${place.execution} has passed already. Stop this run, and run again ` +
        `with this fault: ${faultInWords(fault)}?`;
      const chosen = await vscode.window.showInformationMessage(message, stop);
      if (chosen !== stop) return;
      await simulation.stopHere();
      return runner.branch(simulation, fault);
    }
    case 'impossible':
      void vscode.window.showInformationMessage(decision.reason);
  }
}

const MESSAGE_MS = 6_000;

/** Says that a fault is to come, until a fault happens or some time has passed. */
function announce({ simulation, execution }: Place, fault: JsonObject): void {
  const text = `${faultInWords(fault)}: will happen when ${execution} gets there.`;
  const shown = vscode.window.setStatusBarMessage(`$(zap) ${text}`);
  const end = () => {
    clearTimeout(timer);
    listening.dispose();
    shown.dispose();
  };
  const timer = setTimeout(end, MESSAGE_MS);
  const listening = simulation.onEvent((event) => {
    if (event.kind !== 'changed') return;
    if (event.traces.some(({ kind }) => kind === 'fault.fired')) end();
  });
}

async function askCrash(place: Place): Promise<JsonObject | undefined> {
  const chosen = await vscode.window.showQuickPick(CRASH_POINTS, {
    title: `Crash at #${place.seq} of ${place.execution}`,
    placeHolder: 'When does the node die?',
  });
  return chosen && crashFault(place, chosen.point);
}

async function askClock(place: Place): Promise<JsonObject | undefined> {
  const by = await vscode.window.showInputBox({
    title: `Set the node's clock at #${place.seq} of ${place.execution}`,
    prompt: 'By how much does the wall clock jump? Negative is back.',
    value: '-1h',
    validateInput: (text) => durationProblem(text, 'any'),
  });
  return by === undefined ? undefined : clockFault(place, by.trim());
}

async function askPause(place: Place): Promise<JsonObject | undefined> {
  const length = await vscode.window.showInputBox({
    title: `Pause the node at #${place.seq} of ${place.execution}`,
    prompt: 'For how long? After its lease ends (10s by default) another node takes over.',
    value: '20s',
    validateInput: (text) => durationProblem(text, 'positive'),
  });
  return length === undefined ? undefined : pauseFault(place, length.trim());
}
