import { indexOfAddress, loopbackAddress, loopbackName } from '../world/addresses.ts';
import type { Service } from '../world/service.ts';
import type { Engine } from './engine.ts';

/** What is found where a program connects to. */
export type ConnectionTarget =
  | {
      readonly kind: 'service';
      readonly service: Service;
      /** The host, with its port where that is not 80. */
      readonly authority: string;
    }
  /** Somebody is there, and nobody answers at this port. */
  | { readonly kind: 'refused'; readonly service: Service | undefined; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string };

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** @param host an address or a name */
export function connectionTarget(engine: Engine, host: string, port: number): ConnectionTarget {
  const at = (each: string): string => (port === HTTP_PORT ? each : `${each}:${port}`);
  // A service may have an address for a host, also one that stands for a name.
  const isHost = engine.serviceFor(at(host)) !== undefined;
  const name = isHost ? host : (nameOf(engine, host) ?? host);
  const authority = at(name);
  const service = engine.serviceFor(authority);
  if (service?.real !== undefined) {
    const detail = `${service.name} is real, and the simulated network does not lead there; ask it through wasi:http`;
    return { kind: 'refused', service, detail };
  }
  if (service !== undefined) return { kind: 'service', service, authority };
  const neighbour = engine.serviceFor(name);
  if (port === HTTPS_PORT && neighbour !== undefined) {
    const detail = `${neighbour.name} does not speak TLS over a connection; use wasi:http for https, or port 80`;
    return { kind: 'refused', service: neighbour, detail };
  }
  if (engine.hostIndex(name) === undefined && loopbackAddress(name) === undefined) {
    return { kind: 'unreachable', detail: `no service has the host ${name}` };
  }
  const detail = `no service has the host ${authority}`;
  return { kind: 'refused', service: neighbour, detail };
}

function nameOf(engine: Engine, host: string): string | undefined {
  const index = indexOfAddress(host);
  return loopbackName(host) ?? (index === undefined ? undefined : engine.hostAt(index));
}
