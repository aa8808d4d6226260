/**
 * Instants of recordings that people have named. They are kept by the workspace, and outlive
 * sessions and the window.
 *
 * K1  A bookmark's id is never used again in a workspace.
 * K2  What is kept and cannot be read, is left out; the rest is there.
 */
import { Emitter } from './emitter.ts';
import { type Instant, parseInstant } from './instant.ts';

/** More could not be overseen; further ones are refused. */
export const BOOKMARKS_MAX = 1000;

export interface Bookmark {
  readonly id: number;
  readonly name: string;
  /** The absolute path of the recording. */
  readonly recording: string;
  readonly instant: Instant;
  /** `order.c:50`; undefined where no source line is known. */
  readonly place: string | undefined;
}

/** What keeps values for a workspace. */
export interface Keeper {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'backstitch.bookmarks';

export class Bookmarks {
  private kept: readonly Bookmark[];
  private nextId: number;
  private readonly changes = new Emitter<void>();
  readonly onChange = this.changes.event;

  constructor(private readonly keeper: Keeper) {
    const { bookmarks, nextId } = parseKept(keeper.get(KEY));
    this.kept = bookmarks;
    this.nextId = nextId;
  }

  get all(): readonly Bookmark[] {
    return this.kept;
  }

  /** The recordings that have any, the one with the latest bookmark first. */
  recordings(): readonly string[] {
    return [...new Set(this.kept.map(({ recording }) => recording).reverse())];
  }

  of(recording: string): readonly Bookmark[] {
    return this.kept.filter((one) => one.recording === recording);
  }

  byId(id: number): Bookmark | undefined {
    return this.kept.find((one) => one.id === id);
  }

  /** False when there are too many. */
  async add(bookmark: Omit<Bookmark, 'id'>): Promise<boolean> {
    if (this.kept.length >= BOOKMARKS_MAX) return false;
    const id = this.nextId++;
    await this.keep([...this.kept, { id, ...bookmark }]);
    return true;
  }

  async rename(id: number, name: string): Promise<void> {
    await this.keep(this.kept.map((one) => (one.id === id ? { ...one, name } : one)));
  }

  async remove(id: number): Promise<void> {
    await this.keep(this.kept.filter((one) => one.id !== id));
  }

  private async keep(bookmarks: readonly Bookmark[]): Promise<void> {
    this.kept = bookmarks;
    this.changes.fire();
    await this.keeper.update(KEY, { bookmarks, nextId: this.nextId });
  }
}

function parseKept(value: unknown): { bookmarks: readonly Bookmark[]; nextId: number } {
  const { bookmarks, nextId } = (value ?? {}) as { bookmarks?: unknown; nextId?: unknown };
  const list: readonly unknown[] = Array.isArray(bookmarks) ? bookmarks : [];
  const read = list.flatMap((one) => parseBookmark(one) ?? []);
  const free = Math.max(0, ...read.map(({ id }) => id)) + 1;
  return { bookmarks: read, nextId: typeof nextId === 'number' ? Math.max(nextId, free) : free };
}

function parseBookmark(value: unknown): Bookmark | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, name, recording, instant, place } = value as Record<string, unknown>;
  const read = parseInstant(instant);
  const isBookmark =
    Number.isSafeInteger(id) && typeof name === 'string' && typeof recording === 'string';
  if (!isBookmark || read === undefined) return undefined;
  const at = typeof place === 'string' ? place : undefined;
  return { id: id as number, name, recording, instant: read, place: at };
}
