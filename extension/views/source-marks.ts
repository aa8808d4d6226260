/** Opens source lines, and marks the one that belongs to the effect that is looked at. */
import { basename, dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { EffectDetails, SourcePlace } from '../../simulator/host/protocol.ts';

export interface MarkOptions {
  /** Shown after the line. */
  readonly note: string;
  /** Where the program came from; sources that have moved are looked for beside it. */
  readonly origin: string;
  readonly preserveFocus: boolean;
}

const NOTE_LENGTH_MAX = 120;

export class SourceMarks implements vscode.Disposable {
  private readonly decoration = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.infoForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  private marked: vscode.TextEditor | undefined;
  private readonly edits = vscode.workspace.onDidChangeTextDocument(({ document }) => {
    // What the note says was true of the text as it was.
    if (document === this.marked?.document) this.clear();
  });

  /** Shows a place without a mark. */
  async open(place: SourcePlace): Promise<void> {
    const at = new vscode.Position(place.line - 1, Math.max(0, place.column - 1));
    await vscode.window.showTextDocument(vscode.Uri.file(place.file), {
      selection: new vscode.Range(at, at),
    });
  }

  /** Shows and marks the line; false when its file cannot be found. */
  async mark(place: SourcePlace, options: MarkOptions): Promise<boolean> {
    const file = await findSource(place.file, options.origin);
    if (file === undefined) return false;
    const document = await vscode.workspace.openTextDocument(file);
    const line = Math.min(place.line, document.lineCount) - 1;
    const range = document.lineAt(line).range;
    const shown = vscode.window.visibleTextEditors.find((one) => one.document === document);
    const editor = await vscode.window.showTextDocument(document, {
      preserveFocus: options.preserveFocus,
      preview: true,
      ...(shown?.viewColumn === undefined ? {} : { viewColumn: shown.viewColumn }),
    });
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.clear();
    const contentText = `  ${options.note.slice(0, NOTE_LENGTH_MAX)}`;
    const color = new vscode.ThemeColor('editorCodeLens.foreground');
    editor.setDecorations(this.decoration, [
      { range, renderOptions: { after: { contentText, color, fontStyle: 'italic' } } },
    ]);
    this.marked = editor;
    return true;
  }

  clear(): void {
    this.marked?.setDecorations(this.decoration, []);
    this.marked = undefined;
  }

  dispose(): void {
    this.edits.dispose();
    this.decoration.dispose();
  }
}

/** The source line that people look for: of the innermost frame that is the user's own. */
export function placeOf({ stack }: EffectDetails): SourcePlace | undefined {
  const frames = stack.filter(({ source }) => source !== undefined);
  return (frames.find(({ user }) => user) ?? frames[0])?.source;
}

/** Debug information may name a file as it was elsewhere, or relative to where it was built. */
async function findSource(file: string, origin: string): Promise<vscode.Uri | undefined> {
  const beside = dirname(origin);
  const candidates = isAbsolute(file)
    ? [file, join(beside, basename(file))]
    : [join(beside, file), join(beside, basename(file))];
  for (const candidate of candidates) {
    const uri = vscode.Uri.file(candidate);
    try {
      const { type } = await vscode.workspace.fs.stat(uri);
      if ((type & vscode.FileType.File) !== 0) return uri;
    } catch {
      // Not there: the next candidate may be.
    }
  }
  return undefined;
}
