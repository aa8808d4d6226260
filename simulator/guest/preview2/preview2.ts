/** The host side of one component instance: WASI 0.2, in the shapes that the glue asks for. */
import { InvariantError } from '../../kernel/assert.ts';
import { cliInterfaces } from './cli.ts';
import { monotonicClockInterface, wallClockInterface } from './clocks.ts';
import { DirectImports } from './direct-imports.ts';
import { filesystemInterfaces } from './filesystem/filesystem.ts';
import type { HostInterface, Preview2Host } from './host.ts';
import { receiveRequest } from './http/effect-exchange.ts';
import { httpInterfaces } from './http/http.ts';
import {
  type IncomingRequest,
  incomingRequest,
  type ResponseOutparam,
} from './http/incoming-handler.ts';
import { pollInterface } from './pollable.ts';
import { randomInterfaces } from './random.ts';
import { socketsInterfaces } from './sockets/sockets.ts';
import { ioErrorInterface, streamsInterface } from './streams.ts';
import { TimerPort } from './timer.ts';

/** By interface, without its version: `wasi:clocks/wall-clock`. */
export type Preview2Imports = Readonly<Record<string, HostInterface>>;

/** The host side of one instance, and how its hot imports are answered without the glue. */
export interface Preview2 {
  readonly imports: Preview2Imports;
  readonly direct: DirectImports;
  /** The arguments of incoming-handler.handle, for the request that the execution answers. */
  receiveRequest(): [IncomingRequest, ResponseOutparam];
}

export function openPreview2(host: Preview2Host): Preview2 {
  const port = new TimerPort(host.port);
  return {
    imports: importsFor(host, port),
    direct: new DirectImports(port),
    receiveRequest: () => incomingRequest(port, receiveRequest(port)),
  };
}

export function createPreview2(host: Preview2Host): Preview2Imports {
  return importsFor(host, new TimerPort(host.port));
}

function importsFor(host: Preview2Host, port: TimerPort): Preview2Imports {
  return {
    'wasi:io/error': ioErrorInterface,
    'wasi:io/poll': pollInterface,
    'wasi:io/streams': streamsInterface,
    'wasi:clocks/wall-clock': wallClockInterface(port),
    'wasi:clocks/monotonic-clock': monotonicClockInterface(port),
    ...randomInterfaces(port),
    ...cliInterfaces(host, port),
    ...httpInterfaces(port),
    ...filesystemInterfaces(host, port),
    ...socketsInterfaces(port),
  };
}

/** Made only to be asked for its names: making the interfaces performs nothing. */
const NOBODY: Preview2Host = {
  port: {
    latestWallNanos: 0n,
    effect: () => {
      throw new InvariantError('an interface performed an effect while it was made');
    },
  },
  args: [],
  env: {},
  preopens: [],
};

/** The interfaces that components may import, without their versions. */
export const PREVIEW2_INTERFACES: ReadonlySet<string> = new Set(
  Object.keys(createPreview2(NOBODY)),
);
