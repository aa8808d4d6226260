/**
 * The sources that a client is shown: files of its machine, or the copies that a recording keeps
 * where a file is missing or has changed. It owns the numbers that copies are asked for by.
 *
 * B1  A number means the same text for the whole session, or that it is gone.
 * B2  That a file has changed is told once.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isAsCompiled, type KeptSources } from '../simulator/host/kept-sources.ts';
import { baseName } from '../simulator/host/text/stack-text.ts';
import type { DebugHost } from './debug-host.ts';
import { clientPath, type PathMapping } from './source-paths.ts';

/** What is known of the sources of what is debugged. Places are paths where it was built. */
export interface KnownSources {
  /** Copies by their places. */
  readonly kept: KeptSources;
  readonly mapping: PathMapping;
  /** MD5 in hex of the files as they were compiled, by their places, where that is known. */
  checksums(): ReadonlyMap<string, string>;
}

/** What a file of a program is for the client. */
type Look =
  | { readonly kind: 'here' | 'missing' }
  /** The file is another than the one that was compiled. */
  | { readonly kind: 'changed'; readonly md5: string }
  | { readonly kind: 'kept'; readonly reference: number; readonly changed: boolean };

const HERE: Look = { kind: 'here' };

/** Of a simulation that goes on, each stop may have another list of effects. */
export const TEXTS_KEPT_MAX = 100;
const GONE = new TextEncoder().encode('This list is gone; a step shows it anew.\n');

export class SourceBook {
  private known: KnownSources | undefined;
  private sums: ReadonlyMap<string, string> | undefined;
  /** By path; found out once a stop, since a person may change a file between two. */
  private readonly looks = new Map<string, Look>();
  private readonly checked = new Map<string, { bytes: Uint8Array; isCompiled: boolean }>();
  private readonly copies: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  private readonly told = new Set<string>();
  /** The numbers of texts that were written: one that is written again keeps its own. */
  private readonly texts = new Map<string, number>();

  constructor(
    private readonly host: Pick<DebugHost, 'hasFile' | 'readSource'>,
    private readonly tell: (text: string) => void,
  ) {}

  /** What is debugged from now on. */
  take(known: KnownSources): void {
    this.known = known;
    this.sums = undefined;
    this.looks.clear();
    this.checked.clear();
  }

  /** The stop is over. */
  clear(): void {
    this.looks.clear();
  }

  /** A file of debug information, as the client is to open it. */
  source(file: string, folder: string, isUser: boolean): DebugProtocol.Source {
    const place = clientPath(file, folder);
    const path = this.known?.mapping.map(place) ?? place;
    const look = this.looks.get(path) ?? this.look(place, path, isUser);
    this.looks.set(path, look);
    const name = baseName(path);
    switch (look.kind) {
      case 'here':
        return { name, path, ...(isUser ? {} : { presentationHint: 'deemphasize' }) };
      case 'missing':
        return { name, path, presentationHint: 'deemphasize', origin: 'not on this machine' };
      case 'changed': {
        const checksums = [{ algorithm: 'MD5' as const, checksum: look.md5 }];
        return { name, path, origin: 'changed since the build', checksums };
      }
      case 'kept': {
        const { reference: sourceReference, changed } = look;
        return changed
          ? { name: `${name} (as recorded)`, path, sourceReference, origin: 'the recording' }
          : { name, path, sourceReference, origin: 'the recording' };
      }
    }
  }

  /**
   * A text that is written for the client, who opens it by its number. The latest TEXTS_KEPT_MAX are
   * kept; whoever asks for an earlier one is told that it is gone.
   */
  written(name: string, text: string): DebugProtocol.Source {
    let reference = this.texts.get(text);
    if (reference === undefined) {
      reference = this.referenceOf(name, new TextEncoder().encode(text));
      this.texts.set(text, reference);
      this.forgetTexts(name);
    }
    return { name, sourceReference: reference, origin: 'the journal' };
  }

  private forgetTexts(name: string): void {
    for (const [text, reference] of this.texts) {
      if (this.texts.size <= TEXTS_KEPT_MAX) return;
      this.texts.delete(text);
      this.copies[reference - 1] = { path: name, bytes: GONE };
    }
  }

  /** The copies that the recording keeps, as the client is to open them. */
  keptSources(): DebugProtocol.Source[] {
    return [...(this.known?.kept.keys() ?? [])].map((place) => this.source(place, '', true));
  }

  /** The text of a copy by its number, or by its path; undefined when there is none. */
  content(reference: number | undefined, path: string | undefined): string | undefined {
    const numbered = reference === undefined ? undefined : this.copies[reference - 1];
    const bytes = numbered?.bytes ?? (path === undefined ? undefined : this.keptAt(path));
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  private keptAt(path: string): Uint8Array | undefined {
    for (const [place, bytes] of this.known?.kept ?? []) {
      if (place === path || this.known?.mapping.map(place) === path) return bytes;
    }
    return undefined;
  }

  private look(place: string, path: string, isUser: boolean): Look {
    const kept = this.known?.kept.get(place);
    if (this.host.hasFile?.(path) === false) {
      if (kept === undefined) return { kind: 'missing' };
      return { kind: 'kept', reference: this.referenceOf(path, kept), changed: false };
    }
    const bytes = isUser ? this.host.readSource?.(path) : undefined;
    if (bytes === undefined) return HERE;
    if (kept !== undefined) {
      if (isSame(kept, bytes)) return HERE;
      this.tellOnce(path, 'has changed since it was recorded; the recorded copy is shown');
      return { kind: 'kept', reference: this.referenceOf(path, kept), changed: true };
    }
    this.sums ??= this.known?.checksums() ?? new Map();
    const md5 = this.sums.get(place);
    if (md5 === undefined || this.isCompiled(path, bytes, md5)) return HERE;
    this.tellOnce(path, 'has changed since the program was built; its lines may be others');
    return { kind: 'changed', md5 };
  }

  /** A checksum takes longer than a step may, so it is made once for each text. */
  private isCompiled(path: string, bytes: Uint8Array, md5: string): boolean {
    const last = this.checked.get(path);
    if (last !== undefined && isSame(last.bytes, bytes)) return last.isCompiled;
    const isCompiled = isAsCompiled(bytes, { md5 });
    this.checked.set(path, { bytes, isCompiled });
    return isCompiled;
  }

  private referenceOf(path: string, bytes: Uint8Array): number {
    const known = this.copies.findIndex((copy) => copy.path === path && copy.bytes === bytes);
    return known === -1 ? this.copies.push({ path, bytes }) : known + 1;
  }

  private tellOnce(path: string, what: string): void {
    if (this.told.has(path)) return;
    this.told.add(path);
    this.tell(`${path} ${what}.`);
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
