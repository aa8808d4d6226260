/** The failing plan of a finding beside the nearest one that passes, as documents to compare. */
import * as vscode from 'vscode';
import type { Finding } from '../../simulator/explore/finding.ts';

const SCHEME = 'backstitch-plan';
/** Pairs that are kept; a document of an older one says that it is gone. */
const KEPT_MAX = 50;

export class PlanDocuments implements vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registered: vscode.Disposable;
  private made = 0;

  constructor() {
    this.registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: ({ path }) =>
        this.texts.get(path) ?? 'Explore again to see it.\n',
    });
  }

  async compare({ check, trial, nearestPassing }: Finding): Promise<void> {
    if (nearestPassing === undefined) {
      void vscode.window.showInformationMessage(`No plan that passes ${check} is known.`);
      return;
    }
    const { plan, change, difference } = nearestPassing;
    const passing = this.add('passes', plan);
    const failing = this.add('fails', trial.plan);
    await vscode.commands.executeCommand('vscode.diff', passing, failing, `${check}: ${change}`);
    void vscode.window.showInformationMessage(difference.text);
  }

  dispose(): void {
    this.registered.dispose();
  }

  private add(name: string, plan: object): vscode.Uri {
    const path = `/${++this.made}/${name}.json`;
    this.texts.set(path, `${JSON.stringify(plan, null, 2)}\n`);
    for (const oldest of this.texts.keys()) {
      if (this.texts.size <= KEPT_MAX) break;
      this.texts.delete(oldest);
    }
    return vscode.Uri.from({ scheme: SCHEME, path });
  }
}
