/**
 * What a client sees at one stop: threads, frames, scopes and variables, by the numbers that the
 * protocol knows them by.
 *
 * H1  Numbers are never used twice in a session, so a late request meets nothing else.
 * H2  Frames and variables live for one stop; asking for them later gives nothing.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { GuestProgram } from '../simulator/guest/program.ts';
import { isUserFrame, type SourceFrame, type Value } from '../simulator/guest/symbols/index.ts';
import { placeText } from '../simulator/host/text/stack-text.ts';
import type { ExecutionId } from '../simulator/journal/entry.ts';
import { type CodePlace, codeAddress } from './code-address.ts';
import type { DebugTarget } from './debug-target.ts';
import { EffectPages } from './effect-pages.ts';
import type { SourceBook } from './source-book.ts';
import { folderOf } from './source-paths.ts';
import { endText } from './travel/happening.ts';
import { lostWith, type Place } from './travel/place.ts';
import type { SeenEffect } from './travel/seen-effect.ts';
import type { SnapshotFrame } from './travel/statements/snapshot.ts';
import type { Traveller } from './travel/traveller.ts';
import { effectScope } from './variables/effect-scope.ts';
import { executionScope, statusAt } from './variables/execution-scope.ts';
import {
  globalNodes,
  isReadable,
  localNodes,
  type ReadableFrame,
  wasmNodes,
} from './variables/frame-scopes.ts';
import type { Changeable, VariableNode } from './variables/variable-node.ts';

/** Frames in one answer, unless the client asks for fewer. */
export const FRAMES_PER_ANSWER_MAX = 1000;
/** Variables in one answer, unless the client asks for fewer. */
export const VARIABLES_PER_ANSWER_MAX = 10_000;
const THREADS_MAX = 10_000;
/** Variables of WebAssembly that are looked through in one frame. */
const WASM_LOCALS_MAX = 50_000;
/** What elements of lists are called. */
const ELEMENT_NAME = /^\[(\d+)\]$/;

/** How lines and columns are counted by the client. */
export interface ClientNumbers {
  line(line: number): number;
  column(column: number): number;
}

/** What a number of a frame stands for. */
interface ShownFrame {
  readonly place: Place;
  /** Undefined for a label, and where there is nothing but the call. */
  readonly frame: SnapshotFrame | undefined;
}

/** A node that can be opened, and the frame that it is in. */
interface OpenNode extends Pick<VariableNode, 'children' | 'elements'> {
  readonly frameId: number | undefined;
}

/** What a client means by a variable and its name. */
export interface ShownVariable {
  /** Undefined for what is no value of the program. */
  readonly value: Value | undefined;
  readonly changes: Changeable | undefined;
  readonly expression: string | undefined;
  readonly frameId: number | undefined;
}

interface Thread {
  readonly id: number;
  readonly execution: ExecutionId;
}

export class StoppedView {
  private readonly threadIds = new Map<ExecutionId, number>();
  private readonly frames = new Map<number, ShownFrame>();
  private readonly stacks = new Map<number, readonly DebugProtocol.StackFrame[]>();
  private readonly nodes = new Map<number, OpenNode>();
  private scopes = new Map<ExecutionId, DebugProtocol.Scope[]>();
  private readonly pages: EffectPages;
  private numbers = 0;

  constructor(
    private readonly client: ClientNumbers,
    private readonly sources: SourceBook,
  ) {
    this.pages = new EffectPages(client, sources);
  }

  /** The stop is over: its frames and variables are gone. */
  clear(): void {
    this.frames.clear();
    this.stacks.clear();
    this.nodes.clear();
    this.scopes.clear();
    this.sources.clear();
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
    const { program } = traveller.view.workflowOf(execution);
    const shown = framesAt(traveller, place).map((frame) => ({
      ...this.frame(frame, place, folder),
      instructionPointerReference: codeAddress(codePlace(program, frame)),
    }));
    const row = traveller.view.history.execution(execution);
    if (place.kind === 'end' && row !== undefined)
      return [this.label(endText(row), place), ...shown];
    if (shown.length === 0) return [this.label('The stack is not known here', place)];
    const attempt = attemptLabel(traveller, place);
    const frames = this.pages.standIn(shown, traveller.view.history, place);
    return attempt === undefined ? frames : [...frames, this.label(attempt, place)];
  }

  private frame(
    frame: SourceFrame | SnapshotFrame,
    place: Place,
    folder: string,
  ): DebugProtocol.StackFrame {
    const { functionName, source } = frame;
    const user = isUserFrame(frame);
    const shown = user ? source : undefined;
    return {
      id: this.frameId({ place, frame: 'state' in frame ? frame : undefined }),
      name: functionName,
      canRestart: 'state' in frame && frame.chainLevel !== undefined,
      // An editor goes to the first frame with a source, and that is to be the user's own.
      ...(shown === undefined ? {} : { source: this.sources.source(shown.file, folder, user) }),
      line: shown === undefined ? 0 : this.client.line(shown.line),
      column: shown === undefined ? 0 : this.client.column(Math.max(1, shown.column)),
      ...(user ? {} : { presentationHint: 'subtle' }),
    };
  }

  /** A line of the stack that is no call. */
  private label(name: string, place: Place): DebugProtocol.StackFrame {
    const id = this.frameId({ place, frame: undefined });
    return { id, name, line: 0, column: 0, presentationHint: 'label' };
  }

  private frameId(shown: ShownFrame): number {
    const id = ++this.numbers;
    this.frames.set(id, shown);
    return id;
  }

  /** The place of a frame of this stop; undefined for any other number. */
  placeOf(frameId: number): Place | undefined {
    return this.frames.get(frameId)?.place;
  }

  /** What can be read of a frame of this stop; undefined where nothing can. */
  frameOf(frameId: number): ReadableFrame | undefined {
    const frame = this.frames.get(frameId)?.frame;
    return isReadable(frame) ? frame : undefined;
  }

  scopesOf(target: DebugTarget, traveller: Traveller, frameId: number): DebugProtocol.Scope[] {
    const shown = this.frames.get(frameId);
    if (shown === undefined) return [];
    return [
      ...this.frameScopes(target, shown, frameId),
      ...this.executionScopes(target, traveller, shown.place, frameId),
      ...this.wasmScopes(target, shown, frameId),
    ];
  }

  private frameScopes(
    target: DebugTarget,
    { place, frame }: ShownFrame,
    frameId: number,
  ): DebugProtocol.Scope[] {
    if (!isReadable(frame)) return [];
    const { locator } = target.knownProgram(place.execution);
    const debug = locator.debugOf(frame.module);
    if (debug === undefined || !isUserFrame(frame)) return [];
    const locals = this.scope('Locals', () => localNodes(debug, frame), frameId);
    const globals = this.scope('Globals', () => globalNodes(debug, frame), frameId);
    return [
      { ...locals, presentationHint: 'locals' },
      { ...globals, expensive: true },
    ];
  }

  private wasmScopes(
    target: DebugTarget,
    { place, frame }: ShownFrame,
    frameId: number,
  ): DebugProtocol.Scope[] {
    if (!isReadable(frame)) return [];
    const { program } = target.knownProgram(place.execution);
    const module = program.modules.find(({ tag }) => tag === frame.module) ?? program.main;
    const counts = { locals: WASM_LOCALS_MAX, globals: module.info.globals.length };
    const wasm = this.scope('WebAssembly', () => wasmNodes(frame, counts), frameId);
    return [{ ...wasm, presentationHint: 'registers', expensive: true }];
  }

  /** All frames of a thread look at the same effect. */
  private executionScopes(
    target: DebugTarget,
    traveller: Traveller,
    place: Place,
    frameId: number,
  ): DebugProtocol.Scope[] {
    const { execution } = place;
    const known = this.scopes.get(execution);
    if (known !== undefined) return known;
    const effect = traveller.effectAt(place);
    const { history } = traveller.view;
    const scopes: DebugProtocol.Scope[] = [];
    if (effect !== undefined) {
      const name = place.kind === 'statement' ? 'Latest effect' : 'Effect';
      scopes.push(this.scope(name, () => effectScope(effect, history), frameId));
    }
    const moment = {
      history,
      nodes: target.loaded.world.nodes,
      execution,
      at: traveller.position.at,
      effects: place.kind === 'end' ? history.entries(execution).length : place.seq,
    };
    scopes.push(this.scope('Execution', () => executionScope(moment), frameId));
    this.scopes.set(execution, scopes);
    return scopes;
  }

  private scope(
    name: string,
    children: () => readonly VariableNode[],
    frameId?: number,
  ): DebugProtocol.Scope {
    const variablesReference = this.reference({ children }, frameId);
    return { name, variablesReference, expensive: false };
  }

  /** One page of what is inside a variable; empty when its stop is over. */
  variables(
    reference: number,
    start: number,
    count: number,
    filter?: 'indexed' | 'named',
  ): DebugProtocol.Variable[] {
    const node = this.nodes.get(reference);
    if (node === undefined) return [];
    const length = count > 0 ? Math.min(count, VARIABLES_PER_ANSWER_MAX) : VARIABLES_PER_ANSWER_MAX;
    const named = filter === 'indexed' && node.elements !== undefined ? [] : node.children?.();
    const shown = (named ?? []).slice(start, start + length);
    if (node.elements !== undefined && filter !== 'named') {
      const from = Math.max(0, start - (named?.length ?? 0));
      return [...shown, ...node.elements(from, length - shown.length)].map((each) =>
        this.variable(each, node.frameId),
      );
    }
    return shown.map((each) => this.variable(each, node.frameId));
  }

  /** The value of the program that a variable shows, and its frame; undefined for any other. */
  shownIn(reference: number, name: string): ShownVariable | undefined {
    const node = this.nodes.get(reference);
    const [, index] = ELEMENT_NAME.exec(name) ?? [];
    const elements = index === undefined ? [] : (node?.elements?.(Number(index), 1) ?? []);
    const children = [...(node?.children?.() ?? []), ...elements];
    const found = children.find((each) => each.name === name);
    if (found === undefined) return undefined;
    const { shows: value, changes, expression } = found;
    return { value, changes, expression, frameId: node?.frameId };
  }

  variable(node: VariableNode, frameId?: number): DebugProtocol.Variable {
    const { name, value, type, children, indexed, expression, address, hint } = node;
    return {
      name,
      value,
      ...(type === undefined ? {} : { type }),
      ...(expression === undefined ? {} : { evaluateName: expression }),
      ...(indexed === undefined ? {} : { indexedVariables: indexed }),
      ...(address === undefined ? {} : { memoryReference: `0x${address.toString(16)}` }),
      ...(hint === undefined ? {} : { presentationHint: hint }),
      variablesReference: children === undefined ? 0 : this.reference(node, frameId),
    };
  }

  private reference(
    { children, elements }: Pick<VariableNode, 'children' | 'elements'>,
    frameId?: number,
  ): number {
    const number = ++this.numbers;
    this.nodes.set(number, { children, ...(elements === undefined ? {} : { elements }), frameId });
    return number;
  }
}

/** Where in the code of its program a frame is. */
function codePlace(program: GuestProgram, { module, codeOffset }: SourceFrame): CodePlace {
  const index = program.modules.findIndex(({ tag }) => (tag ?? '') === module);
  const mainIndex = program.modules.findIndex(({ tag }) => tag === program.main.tag);
  return { moduleIndex: Math.max(0, module === undefined ? mainIndex : index), codeOffset };
}

/** Which attempt is at a place; undefined where an execution has one only, or at its end. */
function attemptLabel({ view, position }: Traveller, place: Place): string | undefined {
  const attempts = view.history.attempts(place.execution);
  if (attempts.length < 2 || place.kind === 'end') return undefined;
  const lost = lostWith(place);
  const begun = attempts.filter(({ startedAt }) => startedAt <= position.at).at(-1);
  const attempt = attempts.find(({ number }) => number === (lost ?? begun?.number));
  if (attempt === undefined) return undefined;
  const end = lost === undefined ? '' : ', lost when it crashed';
  return `attempt ${attempt.number} on ${attempt.node}${end}`;
}

/** The frames of a place, with what can be read of them where the program has statements. */
function framesAt(traveller: Traveller, place: Place): readonly (SourceFrame | SnapshotFrame)[] {
  const snapshot = traveller.snapshotAt(place);
  if (snapshot === undefined) return traveller.stackAt(place).frames;
  if (place.kind !== 'end') return snapshot.frames;
  // A trap may lie in functions without statements, deeper than the last statement.
  const { frames } = traveller.stackAt(place);
  if (frames.length === 0) return [];
  const levels = (snapshot.frames.at(-1)?.level ?? -1) + 1;
  return [...frames.slice(0, Math.max(0, frames.length - levels)), ...snapshot.frames];
}

/** `http.request at order.c:71`: an effect with the line that asks for it. */
export function effectPlaceText(effect: SeenEffect, traveller: Traveller): string {
  const { frames, userIndex } = traveller.book.stackAt(effect.execution, effect.seq);
  const source = frames[userIndex]?.source;
  const where = source === undefined ? '' : ` at ${placeText(source)}`;
  return `${effect.operation.name}${where}`;
}
