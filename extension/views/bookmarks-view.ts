/** The Bookmarks view, beside the debugger's own: recordings, and the instants named in each. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Bookmarks } from '../model/bookmarks.ts';
import { instantText } from '../model/instant.ts';

export type BookmarkRow =
  | { readonly kind: 'recording'; readonly recording: string }
  | { readonly kind: 'bookmark'; readonly bookmark: number };

export function registerBookmarksView(bookmarks: Bookmarks): vscode.Disposable {
  const rows = new BookmarkRows(bookmarks);
  const view = vscode.window.createTreeView('backstitch.bookmarks', { treeDataProvider: rows });
  const tell = () =>
    vscode.commands.executeCommand(
      'setContext',
      'backstitch.hasBookmarks',
      bookmarks.all.length > 0,
    );
  void tell();
  const listening = bookmarks.onChange(() => void tell());
  return vscode.Disposable.from(rows, view, listening);
}

class BookmarkRows implements vscode.TreeDataProvider<BookmarkRow>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly listening: { dispose(): void };
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly bookmarks: Bookmarks) {
    this.listening = bookmarks.onChange(() => this.changes.fire());
  }

  getChildren(row?: BookmarkRow): BookmarkRow[] {
    if (row === undefined) {
      return this.bookmarks.recordings().map((recording) => ({ kind: 'recording', recording }));
    }
    if (row.kind === 'bookmark') return [];
    return this.bookmarks.of(row.recording).map(({ id }) => ({ kind: 'bookmark', bookmark: id }));
  }

  getTreeItem(row: BookmarkRow): vscode.TreeItem {
    const { None, Expanded } = vscode.TreeItemCollapsibleState;
    if (row.kind === 'recording') {
      const item = new vscode.TreeItem(basename(row.recording), Expanded);
      item.id = row.recording;
      item.iconPath = new vscode.ThemeIcon('history');
      item.tooltip = row.recording;
      item.contextValue = 'recording';
      return item;
    }
    const bookmark = this.bookmarks.byId(row.bookmark);
    const item = new vscode.TreeItem(bookmark?.name ?? '', None);
    if (bookmark === undefined) return item;
    const { id, instant, place } = bookmark;
    const at = instantText(instant);
    item.id = String(id);
    item.description = place === undefined ? at : `${at} · ${place}`;
    item.iconPath = new vscode.ThemeIcon('bookmark');
    item.contextValue = 'bookmark';
    item.accessibilityInformation = { label: `${bookmark.name}, ${item.description}` };
    item.command = { command: 'backstitch.goToBookmark', title: 'Travel Here', arguments: [row] };
    return item;
  }

  dispose(): void {
    this.listening.dispose();
    this.changes.dispose();
  }
}
