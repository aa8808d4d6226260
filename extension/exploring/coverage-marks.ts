/** What explorations have tried, beside the source lines that ask for effects. */
import * as vscode from 'vscode';
import type { CoverageLine } from '../../simulator/explore/report.ts';
import type { Explorations } from './explorations.ts';

export class CoverageMarks implements vscode.Disposable {
  private readonly full = decoration('testing.iconPassed');
  private readonly partial = decoration('list.warningForeground');
  private readonly listening: readonly { dispose(): void }[];
  private isShown = true;

  constructor(private readonly explorations: Explorations) {
    this.listening = [
      this.full,
      this.partial,
      explorations.onChange(() => this.draw()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.draw()),
    ];
  }

  toggle(): void {
    this.isShown = !this.isShown;
    this.draw();
  }

  dispose(): void {
    for (const one of this.listening) one.dispose();
  }

  private draw(): void {
    const lines = this.explorations.all.flatMap(({ coverage }) => coverage?.lines ?? []);
    for (const editor of vscode.window.visibleTextEditors) {
      const path = editor.document.uri.fsPath;
      const here = this.isShown ? lines.filter(({ source }) => source?.path === path) : [];
      const isFull = ({ untried }: CoverageLine): boolean => untried.length === 0;
      editor.setDecorations(this.full, here.filter(isFull).map(markOf));
      editor.setDecorations(this.partial, here.filter((line) => !isFull(line)).map(markOf));
    }
  }
}

function decoration(color: string): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderStyle: 'solid',
    borderWidth: '0 0 0 3px',
    borderColor: new vscode.ThemeColor(color),
    overviewRulerColor: new vscode.ThemeColor(color),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });
}

function markOf({ source, effects, tried, untried }: CoverageLine): vscode.DecorationOptions {
  const start = new vscode.Position(Math.max(0, (source?.line ?? 1) - 1), 0);
  const happened = Object.entries(tried).map(([aspect, times]) => `- \`${aspect}\`: ${times}`);
  const never = untried.map((aspect) => `- \`${aspect}\`: never`);
  const hoverMessage = new vscode.MarkdownString(
    [`**Faults tried at** ${effects.join(', ')}`, '', ...happened, ...never].join('\n'),
  );
  return { range: new vscode.Range(start, start), hoverMessage };
}
