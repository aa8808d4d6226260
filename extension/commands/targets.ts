/** Finds out what a command is about: the row it came from, what is selected, or what runs. */
import * as vscode from 'vscode';
import type { EffectSummary } from '../../simulator/host/protocol.ts';
import type { Row } from '../model/execution-rows.ts';
import type { EffectPlace } from '../model/fault-by-hand.ts';
import { nextPlace } from '../model/injection.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';
import type { ExecutionsView } from '../views/executions-view.ts';

export interface Place extends EffectPlace {
  readonly simulation: Simulation;
}

/** Effects that are offered in a list; further ones are chosen in the view. */
const OFFERED_MAX = 2000;

export class Targets {
  constructor(
    private readonly simulations: Simulations,
    private readonly view: ExecutionsView,
  ) {}

  /** A row of the view, or the id of a simulation; else what is selected, else the newest live one. */
  simulation(argument: unknown): Simulation | undefined {
    const id = typeof argument === 'number' ? argument : this.row(argument)?.simulation;
    if (id !== undefined) return this.simulations.byId(id);
    const live = this.simulations.all.findLast(({ model }) => model.isLive);
    const selected = this.view.selected?.simulation;
    return (
      live ??
      (selected === undefined ? undefined : this.simulations.byId(selected)) ??
      this.simulations.current
    );
  }

  row(argument: unknown): Row | undefined {
    const isRow = typeof argument === 'object' && argument !== null && 'simulation' in argument;
    return isRow ? (argument as Row) : undefined;
  }

  /** The effect a command is about, asking the person when nothing tells; undefined when they leave. */
  async place(
    argument: unknown,
    question: string,
    suits: (effect: EffectSummary) => boolean = () => true,
  ): Promise<Place | undefined> {
    const row = this.row(argument) ?? (argument === undefined ? this.view.selected : undefined);
    const simulation = this.simulation(row ?? argument);
    if (simulation === undefined) {
      void vscode.window.showInformationMessage('There is no execution yet. Run a workflow first.');
      return undefined;
    }
    if (row !== undefined && 'seq' in row) {
      return { simulation, execution: row.execution, seq: row.seq };
    }
    const execution = row !== undefined && 'execution' in row ? row.execution : undefined;
    return this.askPlace(simulation, execution, question, suits);
  }

  private async askPlace(
    simulation: Simulation,
    execution: string | undefined,
    question: string,
    suits: (effect: EffectSummary) => boolean,
  ): Promise<Place | undefined> {
    const { model } = simulation;
    const next = model.isLive ? nextPlace(model) : undefined;
    const coming = next === undefined ? [] : [{ ...next, label: `#${next.seq} comes next` }];
    const passed = [...model.executions.values()]
      .filter(({ summary }) => execution === undefined || summary.id === execution)
      .flatMap(({ window }) => window.effects.filter(suits))
      .slice(0, OFFERED_MAX)
      .map((one) => ({ execution: one.execution, seq: one.seq, label: `#${one.seq} ${one.text}` }));
    const several = model.executions.size > 1;
    const items = [...coming, ...passed].map((item) => ({
      ...item,
      description: several ? item.execution : '',
    }));
    if (items.length === 0) {
      void vscode.window.showInformationMessage(`${simulation.title} has no effects yet.`);
      return undefined;
    }
    const chosen = await vscode.window.showQuickPick(items, { title: question });
    return chosen && { simulation, execution: chosen.execution, seq: chosen.seq };
  }
}
