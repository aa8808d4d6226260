/** Recordings that are kept, as they are offered to be opened. */
import { basename } from 'node:path';

export interface KeptRecording {
  /** Absolute. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly bytes: number;
}

export interface RecordingItem {
  readonly label: string;
  readonly description: string;
  readonly path: string;
}

/** More are found with the file dialog. */
export const RECORDINGS_OFFERED_MAX = 200;

/** The newest first. @param timeText when something was, for people */
export function recordingItems(
  kept: readonly KeptRecording[],
  timeText: (modifiedMs: number) => string,
): readonly RecordingItem[] {
  return kept
    .toSorted((left, right) => right.modifiedMs - left.modifiedMs)
    .slice(0, RECORDINGS_OFFERED_MAX)
    .map(({ path, modifiedMs, bytes }) => ({
      label: basename(path, '.backstitch'),
      description: `${timeText(modifiedMs)} · ${sizeText(bytes)}`,
      path,
    }));
}

const KIB = 1024;

function sizeText(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  const kib = bytes / KIB;
  return kib < KIB ? `${Math.round(kib)} KB` : `${(kib / KIB).toFixed(1)} MB`;
}
