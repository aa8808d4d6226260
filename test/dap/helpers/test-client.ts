import { PassThrough } from 'node:stream';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugHost } from '../../../debug-adapter/debug-host.ts';
import { BackstitchDebugSession } from '../../../debug-adapter/debug-session.ts';
import { connectStreams } from '../../../debug-adapter/message-stream.ts';
import { testHost } from './test-host.ts';

/** A frame in a line: `main script.c:120`, without its source when it has none. */
export function frameLine({ name, source, line }: DebugProtocol.StackFrame): string {
  return source === undefined ? name : `${name} ${source.name}:${line}`;
}

/** Where a stop is, and why. */
export interface Arrival {
  readonly reason: string;
  readonly description: string;
  readonly threadId: number;
  readonly text: string | undefined;
  readonly hitBreakpointIds: readonly number[] | undefined;
}

const INDENT_MAX = 10;

/** Drives a session in this process over two streams, as a client over stdio does. */
export class TestClient extends DebugClient {
  readonly session: BackstitchDebugSession;
  readonly outputs: DebugProtocol.OutputEvent['body'][] = [];
  readonly events: DebugProtocol.Event[] = [];
  readonly toSession = new PassThrough();

  constructor(host: Partial<DebugHost> = {}) {
    super('node', 'none', 'backstitch');
    this.defaultTimeout = 120_000;
    this.session = new BackstitchDebugSession({ ...testHost(), ...host });
    const fromSession = new PassThrough();
    void connectStreams(this.session, this.toSession, fromSession);
    this.connect(fromSession, this.toSession);
    this.on('output', (event: DebugProtocol.OutputEvent) => this.outputs.push(event.body));
    for (const name of ['stopped', 'exited', 'terminated', 'breakpoint', 'invalidated']) {
      this.on(name, (event: DebugProtocol.Event) => this.events.push(event));
    }
  }

  /** Launches and waits for the first stop; steps go from effect to effect unless `args` say so. */
  async launchTo(
    args: object,
    configure: () => Promise<unknown> = async () => {},
  ): Promise<Arrival> {
    await this.initializeRequest();
    const initialized = this.waitForEvent('initialized');
    const launch = { steps: 'effects', ...args };
    await this.launchRequest(launch as DebugProtocol.LaunchRequestArguments);
    await initialized;
    await configure();
    return this.arrival(() => this.configurationDoneRequest());
  }

  /** Makes a request and waits for the stop that it leads to. */
  async arrival(request: () => Promise<unknown>): Promise<Arrival> {
    const stopped = this.waitForEvent('stopped');
    const [{ body }] = await Promise.all([stopped, request()]);
    return body as Arrival;
  }

  /** One motion of the thread that stopped last. */
  move(command: string, threadId = 1): Promise<Arrival> {
    return this.arrival(() => this.motion(command, { threadId }));
  }

  motion(command: string, args: object): Promise<unknown> {
    return this.customRequest(command, args);
  }

  async frames(threadId = 1): Promise<DebugProtocol.StackFrame[]> {
    const { body } = await this.stackTraceRequest({ threadId });
    return body.stackFrames;
  }

  /** The innermost frame of the user's own code, as a line. */
  async place(threadId = 1): Promise<string> {
    const frames = await this.frames(threadId);
    const frame =
      frames.find(({ presentationHint }) => presentationHint === undefined) ?? frames[0];
    return frame === undefined ? 'nowhere' : frameLine(frame);
  }

  /** The line of that frame. */
  async line(threadId = 1): Promise<number> {
    const frames = await this.frames(threadId);
    return frames.find(({ presentationHint }) => presentationHint === undefined)?.line ?? -1;
  }

  /** A scope of the innermost frame of the user's own code. */
  async scope(name: string, threadId = 1): Promise<Map<string, DebugProtocol.Variable>> {
    const frames = await this.frames(threadId);
    const frame =
      frames.find(({ presentationHint }) => presentationHint === undefined) ?? frames[0];
    const { body } = await this.scopesRequest({ frameId: frame?.id ?? 0 });
    const scope = body.scopes.find((each) => each.name === name);
    const variables = await this.inside(scope?.variablesReference ?? 0);
    return new Map(variables.map((variable) => [variable.name, variable]));
  }

  async inside(variablesReference: number): Promise<DebugProtocol.Variable[]> {
    const { body } = await this.variablesRequest({ variablesReference });
    return body.variables;
  }

  /** Frames, scopes and all variables as text, without the numbers that only name them. */
  async snapshot(threadId = 1): Promise<string> {
    const frames = await this.frames(threadId);
    const lines = frames.map((frame) => `${frameLine(frame)} ${frame.instructionPointerReference}`);
    const { body } = await this.scopesRequest({ frameId: frames[0]?.id ?? 0 });
    for (const { name, variablesReference } of body.scopes) {
      lines.push(`[${name}]`, ...(await this.tree(variablesReference, '  ')));
    }
    return lines.join('\n');
  }

  private async tree(variablesReference: number, indent: string): Promise<string[]> {
    const lines: string[] = [];
    // What pointers lead to has no end.
    if (indent.length > INDENT_MAX) return lines;
    for (const variable of await this.inside(variablesReference)) {
      lines.push(`${indent}${variable.name} = ${variable.value}`);
      if (variable.variablesReference > 0) {
        lines.push(...(await this.tree(variable.variablesReference, `${indent}  `)));
      }
    }
    return lines;
  }

  async evaluate(expression: string, context = 'watch'): Promise<string> {
    const { body } = await this.evaluateRequest({ expression, context });
    return body.result;
  }

  text(category: string): string {
    return this.outputs
      .filter((output) => output.category === category)
      .map(({ output }) => output)
      .join('');
  }
}
