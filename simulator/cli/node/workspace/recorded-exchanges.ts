import { existsSync } from 'node:fs';
import { operationByName } from '../../../effects/registry.ts';
import { contentHash } from '../../../guest/content-hash.ts';
import { openRecording } from '../../../journal/recording.ts';
import type { SqlLoader } from '../../../journal/sql-engine.ts';
import type { RecordedSource } from '../../../world/service-source.ts';
import { RecordingOnDisk } from '../recording-files.ts';
import { WorkspaceError } from './workspace-error.ts';

/**
 * Reads what a service of a recording answered.
 *
 * @param role what it is for, such as `the answers of service payment`
 * @throws WorkspaceError when there is no such recording, or no such service in it
 * @throws RecordingError when it cannot be read
 */
export async function readRecordedExchanges(
  path: string,
  service: string,
  role: string,
  sql: SqlLoader,
): Promise<RecordedSource> {
  if (!existsSync(path)) {
    const message =
      `${path}, ${role}, does not exist; correct the path in backstitch.json, which is relative ` +
      'to that file, or make it with `backstitch run --record`.';
    throw new WorkspaceError('unreadable', path, message);
  }
  const recording = await openRecording({
    source: new RecordingOnDisk(path),
    sql,
    operationByName,
  });
  try {
    const ledger = recording.ledger();
    const names = [...new Set(ledger.map((row) => row.service))];
    if (!names.includes(service)) {
      const known = names.length === 0 ? 'no service saw a request' : `it has ${names.join(', ')}`;
      const message = `${path}, ${role}, has no requests to a service ${service}; ${known}.`;
      throw new WorkspaceError('unknown-service', path, message);
    }
    const exchanges = ledger
      .filter((row) => row.service === service)
      .map((row) => ({
        number: row.number,
        method: row.method,
        url: row.url,
        bodyHash: contentHash(row.body),
        bodyLength: row.body.length,
        key: row.key,
        status: row.status,
        headers: row.responseHeaders,
        body: row.responseBody,
        note: row.note,
      }));
    return { recording: path, exchanges };
  } finally {
    recording.close();
  }
}
