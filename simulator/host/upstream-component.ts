/**
 * A service whose answers a component gives: one that exports wasi:http/incoming-handler. Each
 * request has an instance of its own, so a component keeps no state from one to the next.
 */
import { defaultWorkflow } from '../config/config.ts';
import type { Workflow } from '../engine/workflow.ts';
import { HTTP_HANDLER, handlerExport } from '../guest/component/run-handler.ts';
import type { ComponentTranspiler } from '../guest/component/transpiled-component.ts';
import { type GuestProgram, loadProgram } from '../guest/program.ts';
import { type GuestOutcome, runGuest } from '../guest/run-guest.ts';
import {
  type ServiceContext,
  ServiceError,
  type ServiceProgram,
  type ServiceRequest,
  type ServiceResponse,
} from '../world/service.ts';
import type { ComponentSource } from '../world/service-source.ts';
import { transpileProgram, unusable } from './loaded-simulation.ts';
import { ServiceUnwind, UpstreamPort } from './upstream-port.ts';

/** What one instance may grow to. */
const MEMORY_MIB = 256;

/** Checks and compiles the component of a service; throws ServiceError and UnusableProgramError. */
export async function readyComponent(
  name: string,
  { wasm, origin }: ComponentSource,
  transpiler: ComponentTranspiler,
): Promise<GuestProgram> {
  const component = await transpileProgram(wasm, origin, transpiler);
  if (component === undefined || handlerExport(component.exports) === undefined) {
    const message = 'it exports no wasi:http/incoming-handler@0.2, so it cannot answer requests';
    throw new ServiceError(name, message, origin);
  }
  try {
    return loadProgram(wasm, MEMORY_MIB, component);
  } catch (error) {
    throw unusable(origin, error);
  }
}

export class ComponentService implements ServiceProgram {
  private readonly workflow: Workflow;

  /** @param onLog takes what the component prints */
  constructor(
    private readonly name: string,
    private readonly origin: string,
    program: GuestProgram,
    private readonly onLog: (text: string) => void,
  ) {
    const module = { kind: 'module', module: origin, build: undefined } as const;
    this.workflow = {
      config: { ...defaultWorkflow(name, module), invoke: HTTP_HANDLER },
      program,
      stdin: new Uint8Array(0),
      stdinEnds: true,
      mounts: [],
    };
  }

  /** Throws ServiceError when it traps, answers nothing, or asks for what a service cannot have. */
  handle(request: ServiceRequest, context: ServiceContext): ServiceResponse {
    const printed: Uint8Array[] = [];
    const port = new UpstreamPort(request, context, (bytes) => printed.push(bytes));
    try {
      this.check(runGuest(this.workflow, port));
    } catch (error) {
      if (error instanceof ServiceUnwind) throw this.failure(error.message);
      throw error;
    } finally {
      this.log(printed);
    }
    const { response } = port;
    if (response === undefined) throw this.failure('it gave no response');
    if (!response.ended) throw this.failure('it did not finish the body of its response');
    const { head, pieces, trailers, delayNanos } = response;
    const { status, headers } = head;
    const answer = { status, headers, pieces, delayNanos, note: undefined };
    return trailers.length > 0 ? { ...answer, trailers } : answer;
  }

  private check(outcome: GuestOutcome): void {
    if (outcome.kind === 'trapped') throw this.failure(outcome.message);
    if (outcome.kind === 'diverged') throw this.failure(outcome.error.message);
    if (outcome.code !== 0) throw this.failure(`it exited with ${outcome.code}`);
  }

  private log(printed: readonly Uint8Array[]): void {
    const decoder = new TextDecoder();
    const text = printed.map((bytes) => decoder.decode(bytes, { stream: true })).join('');
    const whole = (text + decoder.decode()).trimEnd();
    if (whole !== '') this.onLog(whole);
  }

  private failure(message: string): ServiceError {
    return new ServiceError(this.name, message, this.origin);
  }
}
