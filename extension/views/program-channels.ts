/** What programs print: an output channel for each run. */
import * as vscode from 'vscode';
import { ProgramOutput } from '../model/program-output.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';

/** Channels of earlier runs that stay readable. */
const CHANNELS_MAX = 8;

interface Printed {
  readonly channel: vscode.OutputChannel;
  readonly output: ProgramOutput;
}

export class ProgramChannels implements vscode.Disposable {
  private readonly printed = new Map<number, Printed>();
  private readonly listening: { dispose(): void };

  constructor(simulations: Simulations) {
    this.listening = simulations.onEvent(({ simulation, event }) => {
      // A debugged program prints into the debug console.
      if (event.kind !== 'output' || simulation.debugged) return;
      const { channel, output } = this.of(simulation);
      channel.append(output.text(event, simulation.model.executions.size > 1));
    });
  }

  show(simulation: Simulation): void {
    this.of(simulation).channel.show(true);
  }

  dispose(): void {
    this.listening.dispose();
    for (const { channel } of this.printed.values()) channel.dispose();
  }

  private of(simulation: Simulation): Printed {
    const known = this.printed.get(simulation.id);
    if (known !== undefined) return known;
    const name = `Backstitch: ${simulation.title} (${simulation.id})`;
    const made = { channel: vscode.window.createOutputChannel(name), output: new ProgramOutput() };
    this.printed.set(simulation.id, made);
    const [oldest] = this.printed.keys();
    if (this.printed.size > CHANNELS_MAX && oldest !== undefined) this.forget(oldest);
    made.channel.show(true);
    return made;
  }

  private forget(id: number): void {
    this.printed.get(id)?.channel.dispose();
    this.printed.delete(id);
  }
}
