/** Commands about bookmarks: naming the instant that the debugger is at, and going back to it. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { CommandTable } from '../commands/command-table.ts';
import { BOOKMARKS_MAX, type Bookmark, type Bookmarks } from '../model/bookmarks.ts';
import { type Instant, instantText } from '../model/instant.ts';
import { refusal } from '../simulations/host.ts';
import { currentSession, positionOf, requireSession } from './current-session.ts';

/** Opens a recording in the debugger at an instant. */
export type Replay = (recording: string, at: Instant) => Promise<void>;

export function bookmarkCommands(bookmarks: Bookmarks, replay: Replay): CommandTable {
  const about =
    (question: string, act: (bookmark: Bookmark) => Promise<void>) => async (argument: unknown) => {
      const bookmark = await bookmarkMeant(bookmarks, argument, question);
      if (bookmark !== undefined) await act(bookmark);
    };
  return {
    addBookmark: () => add(bookmarks),
    goToBookmark: about('Go to which bookmark?', (bookmark) => go(bookmark, replay)),
    renameBookmark: about('Rename which bookmark?', async ({ id, name }) => {
      const given = await vscode.window.showInputBox({ title: 'Rename the bookmark', value: name });
      if (given !== undefined && given.trim() !== '') await bookmarks.rename(id, given.trim());
    }),
    removeBookmark: about('Remove which bookmark?', ({ id }) => bookmarks.remove(id)),
  };
}

async function add(bookmarks: Bookmarks): Promise<void> {
  const { instant, place, recording } = await positionOf(requireSession());
  if (recording === undefined) {
    throw refusal('not-recorded', 'Bookmarks belong to recordings, and this session has none.');
  }
  const proposed = place === undefined ? instantText(instant) : `${place}, ${instantText(instant)}`;
  const name = await vscode.window.showInputBox({
    title: `Bookmark ${instantText(instant)}`,
    prompt: 'A name for this instant',
    value: proposed,
  });
  if (name === undefined) return;
  const bookmark = { name: name.trim() || proposed, recording, instant, place };
  if (await bookmarks.add(bookmark)) return;
  throw refusal('too-many', `There are ${BOOKMARKS_MAX} bookmarks already. Remove some first.`);
}

async function go({ recording, instant }: Bookmark, replay: Replay): Promise<void> {
  const session = currentSession();
  const isHere = session !== undefined && (await positionOf(session)).recording === recording;
  if (isHere) {
    await session.customRequest('backstitch/seek', instant);
  } else {
    await replay(recording, instant);
  }
}

/** The row that a command came from, or what the person chooses. */
async function bookmarkMeant(
  bookmarks: Bookmarks,
  argument: unknown,
  question: string,
): Promise<Bookmark | undefined> {
  const isRow = typeof argument === 'object' && argument !== null && 'bookmark' in argument;
  if (isRow) return bookmarks.byId(argument.bookmark as number);
  const order = bookmarks.recordings();
  const items = bookmarks.all
    .toSorted((one, other) => order.indexOf(one.recording) - order.indexOf(other.recording))
    .map((bookmark) => ({
      label: bookmark.name,
      description: instantText(bookmark.instant),
      detail: basename(bookmark.recording),
      bookmark,
    }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(
      'There is no bookmark yet. Name an instant with "Bookmark This Instant..." while debugging.',
    );
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { title: question }))?.bookmark;
}
