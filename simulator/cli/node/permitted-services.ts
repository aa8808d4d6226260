import { dirname } from 'node:path';
import type { WorldConfig } from '../../config/config.ts';
import { findConfigFile, openWorkspace } from './read-workspace.ts';

/**
 * The real services of a recorded world whose hosts the `backstitch.json` of the recording's folder,
 * or the nearest one above it, says to be real. What a recording says of itself opens no door: it
 * may come from anywhere.
 */
export async function permittedServices(
  recording: string,
  world: WorldConfig,
): Promise<ReadonlySet<string>> {
  const file = await findConfigFile(dirname(recording));
  if (file === undefined) return new Set();
  const { config } = await openWorkspace(file);
  const hosts = new Set(
    config.world.services.flatMap((service) => ('real' in service ? service.hosts : [])),
  );
  const permitted = world.services.filter(
    (service) => 'real' in service && service.hosts.every((host) => hosts.has(host)),
  );
  return new Set(permitted.map(({ name }) => name));
}
