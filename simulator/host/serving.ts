/**
 * A simulation that serves: every request or connection that a client delivers starts an execution.
 * It is begun with none, and begun again from the recording of a host that has gone.
 */
import { type ExecutionId, executionId } from '../journal/entry.ts';
import type { InputRow } from '../journal/records.ts';
import { VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import { withoutClients } from './client-setup.ts';
import { withModules } from './deployed-modules.ts';
import { recordedInputs } from './earlier-parts.ts';
import type { HeldSimulation } from './held-simulation.ts';
import type { HostEnvironment } from './host-environment.ts';
import { HostRequestError } from './host-request-error.ts';
import { LiveSession } from './live-session.ts';
import type { LiveSetup } from './live-setup.ts';
import type { LoadedSimulation, LoadedWorkflow } from './loaded-simulation.ts';
import { type PartedPlace, recordInParts } from './parted-recording.ts';
import type { Delivery, ServeAgainOptions, ServeOptions, ServingStart } from './protocol.ts';
import { RealPace } from './real-pace.ts';
import { openRecorded } from './recorded-simulation.ts';
import { FIRST_PART } from './recording-part.ts';
import { checkPlan, withOptions } from './run-setup.ts';
import { ServingFeed } from './serving-feed.ts';
import { withHandler } from './serving-handler.ts';
import type { SimulationStarter } from './simulation-starter.ts';
import { lastInstant } from './text/timeline-text.ts';
import { permittedServices, realServices } from './upstream-real.ts';

type Begun = Pick<
  LiveSetup,
  'plan' | 'inputs' | 'answer' | 'changes' | 'paceMs' | 'realServices'
> & {
  readonly loaded: LoadedSimulation;
  readonly workflow: LoadedWorkflow;
  readonly feed: ServingFeed;
  /** What an earlier host has come to: that has taken its real time. */
  readonly from: VirtualNanos;
  readonly place: PartedPlace | undefined;
};

export class Serving {
  private workflow = '';
  private handler: ServingStart['handler'] = 'http';
  private failed = false;

  constructor(
    private readonly environment: HostEnvironment,
    private readonly held: HeldSimulation,
    private readonly starter: Pick<SimulationStarter, 'planFor'>,
  ) {}

  /** Throws when the program, its plan or its services are unusable, or it cannot serve. */
  async serve(options: ServeOptions): Promise<ServingStart> {
    const { environment } = this;
    const target = await environment.load(options.target, (message) =>
      environment.emit({ kind: 'progress', message }),
    );
    const plan = await this.starter.planFor(options.faults, target.plan);
    // Real clients take the place of those of the world.
    const planFile = options.faults ?? target.planFile;
    const all = await withModules(environment, withOptions(target.loaded, options), plan, planFile);
    const given = withoutClients(all);
    const { workflow, handler } = withHandler(given, options.raw === true);
    const followsRealTime = options.time !== 'virtual';
    const workflows = [workflow, ...given.workflows.slice(1)];
    const loaded = { ...given, workflows, followsRealTime };
    const { record, answer, paceMs = 0, changes = true } = options;
    const place =
      record === undefined
        ? undefined
        : { record, firstPart: record, part: FIRST_PART, limits: options.parts };
    const feed = new ServingFeed({ handler });
    if (record !== undefined) environment.removeLaterParts(record);
    await this.begin(
      {
        ...{ loaded, workflow, feed, plan, place, answer, paceMs, changes, inputs: [] },
        realServices: realServices(loaded.world),
        from: VIRTUAL_START,
      },
      handler,
    );
    return this.start(workflow, 0);
  }

  /** Runs what a recording holds again, up to where it rests, and then serves on. */
  async serveAgain(options: ServeAgainOptions): Promise<ServingStart> {
    const recorded = await openRecorded(this.environment, options.recording);
    const loaded = recorded.loaded();
    const plan = recorded.configuredPlan();
    const from = lastInstant(recorded.history);
    const { recording, firstPart } = options;
    const { inputs, part } = await recordedInputs(
      this.environment,
      recorded.recording,
      recording,
      firstPart,
    ).finally(() => recorded.close());
    const services = await permittedServices(this.environment, firstPart, loaded);
    const [workflow] = loaded.workflows;
    if (workflow === undefined) throw new HostRequestError('the recording has no workflow');
    for (const place of options.stuck) cancelStuck(inputs, place);
    const open = new Map(options.open.map(({ execution, seq }) => [execution, seq]));
    // Only raw connections have an open standard input.
    const handler = workflow.stdinEnds ? 'http' : 'connection';
    const feed = new ServingFeed({ handler, open });
    const { record, answer, changes = true } = options;
    const place = { record, firstPart, part, limits: undefined };
    const live = await this.begin(
      {
        ...{ loaded, workflow, feed, plan, place, answer, paceMs: 0, changes, inputs },
        realServices: services,
        from,
      },
      handler,
    );
    // What comes in meanwhile would come in at another place than it would have.
    await live.settled();
    feed.hasCaughtUp();
    live.limitParts(options.parts);
    return this.start(workflow, lastDelivery(inputs));
  }

  deliver(deliveries: readonly Delivery[]): void {
    const live = this.held.live();
    for (const delivery of deliveries) this.take(live, delivery);
    live.wake();
    live.settled().catch((error: unknown) => this.fail(live, error));
  }

  private take({ run: { simulation } }: LiveSession, item: Delivery): void {
    const { workflow } = this;
    switch (item.kind) {
      case 'request':
        simulation.inputs.request(workflow, item.head, item, item.delivery);
        return;
      case 'connect':
        simulation.inputs.connect(workflow, item.body, item.ends, item.delivery);
        return;
      case 'more': {
        const id = executionId(item.execution);
        if (!this.isRunning(id)) return;
        if (this.handler === 'http') {
          simulation.inputs.feedRequest(id, item, item.delivery);
        } else {
          simulation.inputs.feed(id, item.body, item.ends, item.delivery);
        }
        return;
      }
      case 'drop': {
        const id = executionId(item.execution);
        if (this.isRunning(id)) simulation.inputs.cancel(id);
        return;
      }
    }
  }

  private isRunning(id: ExecutionId): boolean {
    return this.held.live().run.simulation.engine.executions.get(id)?.ended === false;
  }

  private async begin(begun: Begun, handler: ServingStart['handler']): Promise<LiveSession> {
    const { environment, held } = this;
    const { feed, place, workflow, from, ...setup } = begun;
    held.release();
    checkPlan(setup.plan, setup.loaded);
    const loadService = await environment.serviceLoader(setup.loaded.services);
    const recording = place === undefined ? undefined : recordInParts(environment, place);
    let live: LiveSession;
    try {
      live = new LiveSession(environment, {
        ...setup,
        loadService,
        recording,
        ...(recording === undefined ? {} : { parts: recording }),
        paused: false,
        serving: feed,
        ...(setup.loaded.followsRealTime === true ? { pace: new RealPace(environment, from) } : {}),
      });
    } catch (error) {
      recording?.leave();
      throw error;
    }
    held.hold({ kind: 'live', live, recordedAt: place?.record });
    this.workflow = workflow.config.name;
    this.handler = handler;
    live.begin();
    return live;
  }

  private start({ config }: LoadedWorkflow, delivered: number): ServingStart {
    const { secondsBetweenEffects } = config.limits;
    return { workflow: config.name, handler: this.handler, delivered, secondsBetweenEffects };
  }

  /** The simulation cannot go on, such as when its disk is full. */
  private fail(live: LiveSession, error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    this.environment.emit({ kind: 'problem', problem: this.environment.describe(error) });
    const { now } = live.run.simulation.agenda;
    this.environment.emit({ kind: 'state', state: { kind: 'ended' }, now });
  }
}

/** Cancels an execution that would compute for ever again, where it began to. */
function cancelStuck(
  inputs: InputRow[],
  { execution, seq }: { readonly execution: string; readonly seq: number },
): void {
  const [first] = inputs;
  if (first === undefined) throw new HostRequestError(`the recording has no ${execution}`);
  // It comes before the execution is there, whoever starts it.
  inputs.unshift({ ...first, kind: 'cancel', data: { execution, after: seq }, body: undefined });
}

function lastDelivery(inputs: readonly InputRow[]): number {
  return inputs.reduce((last, { data }) => Math.max(last, Number(data.delivery ?? 0)), 0);
}
