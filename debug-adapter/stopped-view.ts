/**
 * What a client sees at one stop: threads, frames, scopes and variables, by the numbers that the
 * protocol knows them by.
 *
 * H1  Numbers are never used twice in a session, so a late request meets nothing else.
 * H2  Frames and variables live for one stop; asking for them later gives nothing.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isUserFrame, type SourceFrame } from '../simulator/guest/symbols/index.ts';
import { baseName, placeText } from '../simulator/host/text/stack-text.ts';
import type { ExecutionId } from '../simulator/journal/entry.ts';
import type { DebugTarget } from './debug-target.ts';
import { clientPath, folderOf } from './source-paths.ts';
import { endText } from './travel/happening.ts';
import type { Place } from './travel/place.ts';
import type { SeenEffect } from './travel/seen-effect.ts';
import type { Traveller } from './travel/traveller.ts';
import { effectScope } from './variables/effect-scope.ts';
import { executionScope, statusAt } from './variables/execution-scope.ts';
import type { VariableNode } from './variables/variable-node.ts';

/** Frames in one answer, unless the client asks for fewer. */
export const FRAMES_PER_ANSWER_MAX = 1000;
/** Variables in one answer, unless the client asks for fewer. */
export const VARIABLES_PER_ANSWER_MAX = 10_000;
const THREADS_MAX = 10_000;

/** How lines and columns are counted by the client. */
export interface ClientNumbers {
  line(line: number): number;
  column(column: number): number;
  hasFile(path: string): boolean;
}

interface Thread {
  readonly id: number;
  readonly execution: ExecutionId;
}

export class StoppedView {
  private readonly threadIds = new Map<ExecutionId, number>();
  private readonly frames = new Map<number, Place>();
  private readonly stacks = new Map<number, readonly DebugProtocol.StackFrame[]>();
  private readonly nodes = new Map<number, () => readonly VariableNode[]>();
  /** Whether each source is there; looked up once a stop. */
  private readonly files = new Map<string, boolean>();
  private scopes = new Map<ExecutionId, DebugProtocol.Scope[]>();
  private numbers = 0;

  constructor(private readonly client: ClientNumbers) {}

  /** The stop is over: its frames and variables are gone. */
  clear(): void {
    this.frames.clear();
    this.stacks.clear();
    this.nodes.clear();
    this.scopes.clear();
    this.files.clear();
  }

  threadId(execution: ExecutionId): number {
    const existing = this.threadIds.get(execution);
    if (existing !== undefined) return existing;
    const created = this.threadIds.size + 1;
    this.threadIds.set(execution, created);
    return created;
  }

  execution(threadId: number): ExecutionId | undefined {
    for (const [execution, id] of this.threadIds) if (id === threadId) return execution;
    return undefined;
  }

  threads(traveller: Traveller): DebugProtocol.Thread[] {
    const { at } = traveller.position;
    return traveller.view.history
      .executions()
      .slice(0, THREADS_MAX)
      .map((row) => ({
        id: this.threadId(row.id),
        name: `${row.id} · ${statusAt(row, at)}`,
      }));
  }

  /** One page of a thread's stack. */
  stackTrace(
    target: DebugTarget,
    traveller: Traveller,
    { id, execution }: Thread,
    startFrame: number,
    levels: number,
  ): { stackFrames: readonly DebugProtocol.StackFrame[]; totalFrames: number } {
    let frames = this.stacks.get(id);
    if (frames === undefined) {
      frames = this.readStack(target, traveller, execution);
      this.stacks.set(id, frames);
    }
    const count = levels > 0 ? Math.min(levels, FRAMES_PER_ANSWER_MAX) : FRAMES_PER_ANSWER_MAX;
    return {
      stackFrames: frames.slice(startFrame, startFrame + count),
      totalFrames: frames.length,
    };
  }

  private readStack(
    target: DebugTarget,
    traveller: Traveller,
    execution: ExecutionId,
  ): DebugProtocol.StackFrame[] {
    const place = traveller.placeOf(execution);
    if (place === undefined) return [];
    const folder = folderOf(target.originOf(execution));
    const { frames } = traveller.stackAt(place);
    const shown = frames.map((frame) => this.frame(frame, place, folder));
    const row = traveller.view.history.execution(execution);
    if (place.kind === 'end' && row !== undefined)
      return [this.label(endText(row), place), ...shown];
    if (shown.length > 0) return shown;
    return [this.label('The stack is not known here', place)];
  }

  private frame(frame: SourceFrame, place: Place, folder: string): DebugProtocol.StackFrame {
    const { functionName, functionIndex, codeOffset, source } = frame;
    const user = isUserFrame(frame);
    const shown = user ? source : undefined;
    return {
      id: this.frameId(place),
      name: functionName,
      // An editor goes to the first frame with a source, and that is to be the user's own.
      ...(shown === undefined ? {} : { source: this.source(shown.file, folder, user) }),
      line: shown === undefined ? 0 : this.client.line(shown.line),
      column: shown === undefined ? 0 : this.client.column(Math.max(1, shown.column)),
      instructionPointerReference: `wasm-function[${functionIndex}]:0x${codeOffset.toString(16)}`,
      ...(user ? {} : { presentationHint: 'subtle' }),
    };
  }

  source(file: string, folder: string, user: boolean): DebugProtocol.Source {
    const path = clientPath(file, folder);
    const isThere = this.hasFile(path);
    return {
      name: baseName(path),
      path,
      ...(user && isThere ? {} : { presentationHint: 'deemphasize' }),
      ...(isThere ? {} : { origin: 'not on this machine' }),
    };
  }

  private hasFile(path: string): boolean {
    const known = this.files.get(path);
    if (known !== undefined) return known;
    const found = this.client.hasFile(path);
    this.files.set(path, found);
    return found;
  }

  /** A line of the stack that is no call. */
  private label(name: string, place: Place): DebugProtocol.StackFrame {
    return { id: this.frameId(place), name, line: 0, column: 0, presentationHint: 'label' };
  }

  private frameId(place: Place): number {
    const id = ++this.numbers;
    this.frames.set(id, place);
    return id;
  }

  /** The place of a frame of this stop; undefined for any other number. */
  placeOf(frameId: number): Place | undefined {
    return this.frames.get(frameId);
  }

  /** All frames of a thread look at the same effect. */
  scopesOf(target: DebugTarget, traveller: Traveller, place: Place): DebugProtocol.Scope[] {
    const { execution } = place;
    const known = this.scopes.get(execution);
    if (known !== undefined) return known;
    const effect = traveller.effectAt(place);
    const { history } = traveller.view;
    const scopes: DebugProtocol.Scope[] = [];
    if (effect !== undefined) {
      scopes.push({
        name: 'Effect',
        presentationHint: 'locals',
        variablesReference: this.reference(() => effectScope(effect, history)),
        expensive: false,
      });
    }
    const moment = {
      history,
      nodes: target.loaded.world.nodes,
      execution,
      at: traveller.position.at,
      effects: place.kind === 'end' ? history.entries(execution).length : place.seq,
    };
    scopes.push({
      name: 'Execution',
      variablesReference: this.reference(() => executionScope(moment)),
      expensive: false,
    });
    this.scopes.set(execution, scopes);
    return scopes;
  }

  /** One page of what is inside a variable; empty when its stop is over. */
  variables(reference: number, start: number, count: number): DebugProtocol.Variable[] {
    const children = this.nodes.get(reference)?.() ?? [];
    const length = count > 0 ? Math.min(count, VARIABLES_PER_ANSWER_MAX) : VARIABLES_PER_ANSWER_MAX;
    return children.slice(start, start + length).map((node) => this.variable(node));
  }

  variable(node: VariableNode): DebugProtocol.Variable {
    const { name, value, type, children, indexed, expression } = node;
    return {
      name,
      value,
      ...(type === undefined ? {} : { type }),
      ...(expression === undefined ? {} : { evaluateName: expression }),
      ...(indexed === undefined ? {} : { indexedVariables: indexed }),
      variablesReference: children === undefined ? 0 : this.reference(children),
    };
  }

  private reference(children: () => readonly VariableNode[]): number {
    const number = ++this.numbers;
    this.nodes.set(number, children);
    return number;
  }
}

/** `http.request at order.c:71`: an effect with the line that asks for it. */
export function effectPlaceText(effect: SeenEffect, traveller: Traveller): string {
  const { frames, userIndex } = traveller.book.stackAt(effect.execution, effect.seq);
  const source = frames[userIndex]?.source;
  const where = source === undefined ? '' : ` at ${placeText(source)}`;
  return `${effect.operation.name}${where}`;
}
