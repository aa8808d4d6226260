/**
 * What a session is doing: from nothing through a loaded target to its stops and its end. It owns
 * the target and the motion that is under way.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { PatchWrite } from '../simulator/engine/patch.ts';
import type { AfterLoan, Borrower } from '../simulator/host/loan.ts';
import type { Arguments } from './arguments.ts';
import { bindTarget, firstMotion, type Loaded, openTarget, travellerOf } from './beginning.ts';
import { Branching } from './branching.ts';
import { BreakpointBook } from './breakpoint-book.ts';
import type { ClientPort } from './client-port.ts';
import { debugErrors } from './debug-error.ts';
import type { DebugHost } from './debug-host.ts';
import type { DebugTarget } from './debug-target.ts';
import { type LaunchArguments, parseAgain, parseLaunch } from './launch-arguments.ts';
import { tellModules } from './module-list.ts';
import { Patching } from './patching.ts';
import { SessionOutput } from './session-output.ts';
import { SourceBook } from './source-book.ts';
import { stoppedBody } from './stop-event.ts';
import { StoppedView } from './stopped-view.ts';
import { instantOf } from './travel/instant.ts';
import type { Place } from './travel/place.ts';
import type { Stop } from './travel/stop.ts';
import type { Traveller } from './travel/traveller.ts';

type Phase = 'new' | 'loading' | 'configuring' | 'moving' | 'stopped' | 'over';

export class SessionState {
  client = { invalidates: false, progress: false, memory: false };
  readonly breakpoints = new BreakpointBook();
  readonly branching: Branching;
  readonly patching: Patching;
  readonly view: StoppedView;
  readonly sources: SourceBook;
  lastStop: Stop | undefined;
  private phase: Phase = 'new';
  private launch: LaunchArguments | undefined;
  private loaded: Loaded | undefined;
  private readonly output: SessionOutput;
  private configured = false;
  private announced = false;
  /** All of what is debugged was cancelled while a motion was under way. */
  private isToEnd = false;
  /** Counts launches, so that one that was cancelled is known when it is there. */
  private launches = 0;
  private finishClosing: () => void = () => {};
  private readonly borrower: Borrower = {
    onRecall: () => this.recalled(),
    onCancel: () => this.runToEnd(),
  };
  readonly closed: Promise<void>;

  constructor(
    private readonly host: DebugHost,
    readonly port: ClientPort,
  ) {
    this.sources = new SourceBook(host, (text) => port.output(`${text}\n`, 'console'));
    this.view = new StoppedView(port, this.sources);
    this.output = new SessionOutput(host, port, this.sources, () => this.client.progress);
    this.branching = new Branching(host, this);
    this.patching = new Patching(this, this.branching);
    this.closed = new Promise((resolve) => {
      this.finishClosing = resolve;
    });
  }

  get isOver(): boolean {
    return this.phase === 'over';
  }

  get isStopped(): boolean {
    return this.phase === 'stopped';
  }

  get target(): DebugTarget {
    return this.requireLoaded().target;
  }

  get traveller(): Traveller {
    return this.requireLoaded().traveller;
  }

  /** What is loaded, also while it runs; undefined before the launch has succeeded. */
  get known(): Loaded | undefined {
    return this.loaded;
  }

  // From the launch to the first stop.

  async load(args: Arguments, parse = parseLaunch): Promise<() => void> {
    if (this.phase !== 'new') throw debugErrors.launchedAlready();
    const launch = parse(args);
    this.phase = 'loading';
    const number = ++this.launches;
    let target: DebugTarget | undefined;
    try {
      target = await this.loadTarget(launch, number);
      this.launch = launch;
      this.take(target);
    } catch (error) {
      if (target !== undefined) {
        this.loaded = undefined;
        await target.close();
      }
      if (!this.isOver && number === this.launches) this.phase = 'new';
      throw error;
    }
    this.phase = 'configuring';
    return () => {
      this.port.event('initialized');
      if (this.configured) this.begin();
    };
  }

  configurationDone(): void {
    this.configured = true;
    if (this.phase === 'configuring') this.begin();
  }

  private async loadTarget(launch: LaunchArguments, number: number): Promise<DebugTarget> {
    const { host, output } = this;
    const target = await output.whileLoading(() =>
      openTarget(host, output.listener, this.borrower, launch),
    );
    if (!this.isOver && number === this.launches) return target;
    await target.close();
    throw this.isOver ? debugErrors.sessionOver() : debugErrors.cancelled('launch');
  }

  /** Makes a target the one that is debugged. */
  private take(target: DebugTarget): void {
    const { launch, output } = this;
    const { steps = 'statements', sourceMap = {} } = launch ?? {};
    const traveller = travellerOf(target, steps, output);
    this.loaded = { target, traveller };
    output.target = launch?.noDebug === true ? undefined : target;
    const manner = { steps, sourceMap };
    for (const breakpoint of bindTarget(target, manner, this.sources, this.breakpoints)) {
      const body = { reason: 'changed', breakpoint: this.clientBreakpoint(breakpoint) };
      this.port.event('breakpoint', body);
    }
    traveller.settings = this.breakpoints.settings();
    if (launch?.noDebug !== true) tellModules(this.port, target);
    for (const { id } of target.view.history.executions()) this.view.threadId(id);
  }

  private begin(): void {
    const { launch } = this;
    if (launch === undefined) return;
    this.phase = 'stopped';
    this.move(firstMotion(launch));
  }

  async restart(args: Arguments | undefined): Promise<void> {
    const launch = args === undefined ? this.launch : parseAgain(args, this.launch);
    if (launch === undefined || this.loaded === undefined) throw debugErrors.notLaunched();
    const { target } = this.loaded;
    const same = launch.what.kind === 'live' ? target.anew() : undefined;
    this.phase = 'loading';
    this.view.clear();
    await target.close('as-before', same);
    this.output.reset();
    this.launch = launch;
    let next = same;
    try {
      next ??= await this.loadTarget(launch, ++this.launches);
      this.take(next);
    } catch (error) {
      if (next !== this.loaded.target) await next?.close();
      // What ran before is gone already; there is nothing to go back to.
      await this.end();
      throw error;
    }
  }

  /** After the restart was answered. */
  beginAgain(): void {
    if (!this.isOver) this.begin();
  }

  report(error: unknown): void {
    this.output.report(error);
  }

  // Motions.

  /** Steps go so from here on; leads to a stop where the session is. */
  stepBy(steps: LaunchArguments['steps']): () => void {
    this.requireStopped();
    const { target, traveller } = this.requireLoaded();
    const instant = instantOf(traveller.position.place, traveller.view.history);
    if (this.launch !== undefined) this.launch = { ...this.launch, steps };
    this.view.clear();
    this.take(target);
    return this.startMotion((fresh) => fresh.seekInstant(instant));
  }

  /** Begins a motion; throws when one is under way, or nothing was launched. */
  startMotion(motion: (traveller: Traveller) => Stop | Promise<Stop>): () => void {
    this.requireStopped();
    return () => this.move(motion);
  }

  requireStopped(): void {
    this.requireLoaded();
    if (this.phase !== 'stopped') throw debugErrors.notStopped();
  }

  /** Stops a motion that is under way; what stands still is told to stand still again. */
  pause(): (() => void) | undefined {
    const { target } = this.requireLoaded();
    if (this.phase !== 'stopped') {
      target.live?.pause();
      return undefined;
    }
    return () => this.stopped(this.traveller.stay());
  }

  /** A request that waited was cancelled. */
  cancelled(): void {
    if (this.phase === 'moving') this.loaded?.target.live?.pause();
    if (this.phase !== 'loading') return;
    this.launches++;
    if (this.loaded === undefined) this.phase = 'new';
  }

  /** An input came: a program that runs undisturbed goes on with it. */
  resumeWaiting(): void {
    if (this.phase !== 'stopped' || this.launch?.noDebug !== true) return;
    this.move((traveller) => traveller.continue());
  }

  private move(motion: (traveller: Traveller) => Stop | Promise<Stop>): void {
    const { traveller } = this.requireLoaded();
    this.phase = 'moving';
    this.view.clear();
    const arrive = (stop: Stop): void => {
      if (this.loaded?.traveller === traveller) this.stopped(stop);
    };
    const fail = (error: unknown): void => {
      this.output.report(error);
      arrive(traveller.stay());
    };
    try {
      const stop = motion(traveller);
      if (stop instanceof Promise) stop.then(arrive, fail);
      else arrive(stop);
    } catch (error) {
      fail(error);
    }
  }

  private stopped(stop: Stop): void {
    if (this.isOver || this.phase === 'loading') return;
    if (stop.reason === 'end' && this.endsHere()) {
      void this.end();
      return;
    }
    this.phase = 'stopped';
    if (this.isToEnd) this.runToEnd();
    if (!this.isStopped) return;
    this.lastStop = stop;
    this.output.endMotion();
    const { execution } = stop.position.place;
    this.port.event('stopped', stoppedBody(stop, this.view.threadId(execution)));
    if (stop.reason === 'goto') this.port.invalidated();
    this.tellRest(stop);
  }

  private endsHere(): boolean {
    const { launch } = this;
    return launch !== undefined && (launch.noDebug || !launch.stopAtEnd);
  }

  /** What a person might take for a program that hangs is told in the console too. */
  private tellRest({ position, description, waits, problem }: Stop): void {
    if (problem !== undefined) this.port.output(`${problem}\n`, 'important');
    if (position.place.kind !== 'end' && waits === undefined) return;
    this.port.output(`${description}\n`, 'console');
  }

  /** Logpoints tell at once what they have to say of the past. */
  tellNewLogs(): void {
    if (!this.isStopped) return;
    const count = this.traveller.tellNewLogs();
    if (count > 0)
      this.port.output(`${count} log messages of what has happened so far\n`, 'console');
  }

  // Changing what happens.

  /** Another simulation takes the place of the present one, which goes on being seen till then. */
  async replaceTarget(make: () => Promise<DebugTarget>): Promise<void> {
    const { target } = this.requireLoaded();
    await this.whileMoving(async () => {
      const next = await make();
      await target.close('as-before', next);
      if (this.isOver) {
        await next.close();
        throw debugErrors.sessionOver();
      }
      this.output.reset();
      this.take(next);
    });
  }

  /** Nothing else moves meanwhile; what clients were shown before is gone. */
  async whileMoving(work: () => Promise<void>): Promise<void> {
    this.phase = 'moving';
    try {
      await work();
      this.view.clear();
    } finally {
      if (!this.isOver) this.phase = 'stopped';
    }
  }

  /** Stops before the effect at which the simulation was put aside. */
  arriveAtEdge(): void {
    this.stopped(this.traveller.stayAtEdge());
  }

  /** Stops at a place of what is known. */
  arriveAt(place: Place): void {
    this.stopped(this.traveller.stayAt(place));
  }

  /** Tells a client that shows memory what was written by hand. */
  tellMemory(write: PatchWrite): void {
    if (!this.client.memory || write.kind !== 'memory') return;
    const memoryReference = `0x${write.address.toString(16)}`;
    this.port.event('memory', { memoryReference, offset: 0, count: write.bytes.length });
  }

  /** Whether branches of a recording are to be recorded too. */
  get recordsBranches(): boolean {
    return this.launch?.recordBranches !== false;
  }

  // Being lent what is debugged.

  /** Its owner is about to end it. */
  private async recalled(): Promise<void> {
    if (this.isOver) return;
    this.port.output('The simulation that was debugged here is being ended.\n', 'console');
    await this.end('paused');
  }

  /** All of it was cancelled. */
  private runToEnd(): void {
    const target = this.loaded?.target;
    this.isToEnd = target !== undefined && this.phase !== 'stopped';
    // A session that looks at a branch of it has no part in its end.
    if (target?.isBorrowed === false)
      target.giveBack('running').catch((error) => this.report(error));
    else if (this.phase === 'stopped' && target?.live?.ended === false)
      this.move((traveller) => traveller.toLiveEnd());
  }

  // The end.

  /** Ends the session and tells the client; what it has borrowed goes on as is said. */
  async end(after: AfterLoan = 'as-before'): Promise<void> {
    if (this.isOver) return;
    const exitCode = this.loaded?.target.exitCode;
    await this.close(after);
    if (this.announced) return;
    this.announced = true;
    if (exitCode !== undefined) this.port.event('exited', { exitCode });
    this.port.event('terminated');
  }

  /** Ends the session; folds its recording, or gives back what it has borrowed. */
  async close(after: AfterLoan = 'as-before'): Promise<void> {
    if (this.isOver) return this.closed;
    this.phase = 'over';
    this.view.clear();
    try {
      await this.loaded?.target.close(after);
    } catch (error) {
      this.output.report(error);
    } finally {
      this.finishClosing();
    }
  }

  clientBreakpoint(breakpoint: DebugProtocol.Breakpoint): DebugProtocol.Breakpoint {
    const { line } = breakpoint;
    return line === undefined ? breakpoint : { ...breakpoint, line: this.port.line(line) };
  }

  private requireLoaded(): Loaded {
    if (this.loaded === undefined) throw debugErrors.notLaunched();
    return this.loaded;
  }
}
