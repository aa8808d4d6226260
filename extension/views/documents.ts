/** Effects and timelines as read-only documents, fetched from the host that knows them. */
import * as vscode from 'vscode';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';

const EFFECT_SCHEME = 'backstitch-effect';
const TIMELINE_SCHEME = 'backstitch-timeline';

export class SimulationDocuments implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: { dispose(): void }[];

  constructor(private readonly simulations: Simulations) {
    const { registerTextDocumentContentProvider } = vscode.workspace;
    const provide = (uri: vscode.Uri) => this.read(uri);
    const onDidChange = this.changes.event;
    const provider = { onDidChange, provideTextDocumentContent: provide };
    this.disposables = [
      this.changes,
      registerTextDocumentContentProvider(EFFECT_SCHEME, provider),
      registerTextDocumentContentProvider(TIMELINE_SCHEME, provider),
      simulations.onEvent(({ simulation, event }) => {
        // A timeline that is open is read again when the simulation comes to rest.
        if (event.kind === 'state' && event.state.kind !== 'running') this.refresh(simulation);
      }),
    ];
  }

  async showEffect(simulation: Simulation, execution: string, seq: number): Promise<void> {
    // Asked first, so that a failure is told as such and not shown as a document.
    await simulation.effect(execution, seq);
    await showRendered(effectUri(simulation, execution, seq));
  }

  async showTimeline(simulation: Simulation): Promise<void> {
    await show(timelineUri(simulation));
  }

  dispose(): void {
    for (const one of this.disposables) one.dispose();
  }

  private refresh(simulation: Simulation): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      const shown = uri.scheme === TIMELINE_SCHEME || uri.scheme === EFFECT_SCHEME;
      if (shown && simulationOf(uri) === simulation.id) this.changes.fire(uri);
    }
  }

  private async read(uri: vscode.Uri): Promise<string> {
    const simulation = this.simulations.byId(simulationOf(uri));
    if (simulation === undefined) return 'This simulation is no longer listed.\n';
    if (uri.scheme === TIMELINE_SCHEME) {
      return simulation.request({ kind: 'timeline', colors: false });
    }
    const query = new URLSearchParams(uri.query);
    const details = await simulation.effect(query.get('execution') ?? '', Number(query.get('seq')));
    return details.document;
  }
}

function effectUri({ id }: Simulation, execution: string, seq: number): vscode.Uri {
  const query = new URLSearchParams({ simulation: `${id}`, execution, seq: `${seq}` });
  const path = `/${execution} effect ${seq}.md`;
  return vscode.Uri.from({ scheme: EFFECT_SCHEME, path, query: query.toString() });
}

function timelineUri({ id, title }: Simulation): vscode.Uri {
  const query = new URLSearchParams({ simulation: `${id}` });
  const path = `/${title.replaceAll('/', '-')}.timeline`;
  return vscode.Uri.from({ scheme: TIMELINE_SCHEME, path, query: query.toString() });
}

function simulationOf({ query }: vscode.Uri): number {
  return Number(new URLSearchParams(query).get('simulation'));
}

/** As the editor renders Markdown; as its text where that is switched off. */
async function showRendered(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  } catch {
    await show(uri);
  }
}

async function show(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
}
