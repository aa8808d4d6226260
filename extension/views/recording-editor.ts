/** What a `.backstitch` file shows when it is opened: its timeline as text. */
import * as vscode from 'vscode';
import type { Runner } from '../commands/runner.ts';
import { problemOf } from '../simulations/host.ts';

const VIEW_TYPE = 'backstitch.recording';

export function registerRecordingEditor(runner: Runner): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(VIEW_TYPE, new RecordingEditor(runner));
}

class RecordingEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly runner: Runner) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  async resolveCustomEditor(
    { uri }: vscode.CustomDocument,
    panel: vscode.WebviewPanel,
  ): Promise<void> {
    const { webview } = panel;
    webview.html = page('Opening the recording …');
    try {
      const simulation = await this.runner.open(uri.fsPath);
      webview.html = page(await simulation.request({ kind: 'timeline', colors: false }));
    } catch (error) {
      webview.html = page(problemOf(error).message);
    }
  }
}

/** No scripts and nothing from outside: only the text, in the editor's own colours. */
function page(text: string): string {
  const escaped = text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
  pre {
    color: var(--vscode-editor-foreground);
    font: var(--vscode-editor-font-size) / 1.5 var(--vscode-editor-font-family);
    margin: 1em 0;
  }
</style>
<title>Timeline</title>
</head>
<body><pre tabindex="0">${escaped}</pre></body>
</html>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
