/** What has to be read of the parts before one, so that its simulation can be run again. */
import { operationByName } from '../effects/registry.ts';
import { openRecording, type Recording } from '../journal/recording.ts';
import type { InputRow } from '../journal/records.ts';
import type { HostEnvironment } from './host-environment.ts';
import { HostRequestError } from './host-request-error.ts';
import { firstPartPath, isAdded, partIn, partPath, type RecordingPart } from './recording-part.ts';

export interface RecordedInputs {
  /** Of the whole simulation, from its start. */
  readonly inputs: InputRow[];
  /** The part that was asked for. */
  readonly part: RecordingPart;
}

/**
 * All inputs of the simulation that a recording is of, or is a part of. Throws HostRequestError
 * when a part before it is not there, and RecordingError when one cannot be read.
 *
 * @param path where the part is
 * @param firstPart where the first part is
 */
export async function recordedInputs(
  environment: Pick<HostEnvironment, 'source' | 'sql'>,
  recording: Recording,
  path: string,
  firstPart = firstPartPath(path, partIn(recording.meta())),
): Promise<RecordedInputs> {
  const part = partIn(recording.meta());
  const last = recording.inputs();
  const earlier: InputRow[] = [];
  for (let number = 1; number < part.number; number++) {
    const place = firstPart === undefined ? undefined : partPath(firstPart, number);
    earlier.push(...(await inputsOf(environment, place, number, path)));
  }
  const count = earlier.filter((row) => !isAdded(row)).length;
  if (count !== part.inputs) {
    throw new HostRequestError(
      `${path} goes on from ${part.inputs} inputs, and the parts before it hold ${count}: ` +
        'they are of another simulation; put the right ones back',
    );
  }
  const inputs = [...last.filter(isAdded), ...earlier.filter((row) => !isAdded(row))];
  return { inputs: [...inputs, ...last.filter((row) => !isAdded(row))], part };
}

async function inputsOf(
  { source, sql }: Pick<HostEnvironment, 'source' | 'sql'>,
  place: string | undefined,
  number: number,
  path: string,
): Promise<readonly InputRow[]> {
  let recording: Recording;
  try {
    if (place === undefined) throw new Error('the recording has another name than its parts');
    recording = await openRecording({ source: source(place), sql, operationByName });
  } catch (cause) {
    throw new HostRequestError(
      `${path} goes on from ${place ?? `part ${number}`}, which cannot be read; it can be looked ` +
        `at and replayed, but not run again: ${(cause as Error).message}`,
      { cause },
    );
  }
  try {
    return recording.inputs();
  } finally {
    recording.close();
  }
}
