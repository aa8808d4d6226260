/**
 * The explorations of this window: one for each workflow, the latest. It owns the hosts that they
 * run in, through what starts them.
 */
import type { ExploreOptions } from '../../simulator/explore/explore-options.ts';
import type { ExploreReport } from '../../simulator/explore/report.ts';
import type { HostEvent, RunTarget } from '../../simulator/host/protocol.ts';
import { type Disposable, Emitter } from '../model/emitter.ts';
import { ExplorationModel } from '../model/exploration-model.ts';
import { problemOf } from '../simulations/host.ts';

/** An exploration that is under way in hosts of its own. */
export interface Exploring {
  /** Resolves when it is over or was cancelled; rejects when it could not be begun. */
  readonly done: Promise<ExploreReport>;
  /** Breaks it off, and ends its hosts; what was found stays. */
  cancel(): void;
}

export type StartExploring = (
  options: ExploreOptions,
  heard: (event: HostEvent) => void,
) => Exploring;

export class Explorations implements Disposable {
  private readonly listed: ExplorationModel[] = [];
  private readonly running = new Map<ExplorationModel, Exploring>();
  private readonly changes = new Emitter<ExplorationModel | undefined>();
  private begun = 0;

  /** Tells which has changed; undefined when the list has. */
  readonly onChange = this.changes.event;

  constructor(private readonly start: StartExploring) {}

  /** Newest first. */
  get all(): readonly ExplorationModel[] {
    return this.listed.toReversed();
  }

  byId(id: number): ExplorationModel | undefined {
    return this.listed.find((one) => one.id === id);
  }

  /** Explores a workflow, instead of what was explored of it before; resolves at the end. */
  async explore(title: string, options: ExploreOptions): Promise<ExplorationModel> {
    for (const earlier of this.listed.filter(({ target }) => isSame(target, options.target))) {
      this.remove(earlier);
    }
    const nowMs = () => performance.now();
    const model = new ExplorationModel(++this.begun, title, options.target, nowMs);
    this.listed.push(model);
    const exploring = this.start(options, (event) => this.hear(model, event));
    this.running.set(model, exploring);
    this.changes.fire(undefined);
    try {
      model.end(await exploring.done);
    } catch (error) {
      model.fail(problemOf(error));
    }
    this.running.delete(model);
    this.changes.fire(model);
    return model;
  }

  cancel(model: ExplorationModel): void {
    this.running.get(model)?.cancel();
  }

  remove(model: ExplorationModel): void {
    this.running.get(model)?.cancel();
    this.running.delete(model);
    const index = this.listed.indexOf(model);
    if (index >= 0) this.listed.splice(index, 1);
    this.changes.fire(undefined);
  }

  dispose(): void {
    for (const exploring of this.running.values()) exploring.cancel();
    this.running.clear();
    this.changes.dispose();
  }

  private hear(model: ExplorationModel, event: HostEvent): void {
    if (!model.isLive) return;
    switch (event.kind) {
      case 'progress':
        model.note(event.message);
        break;
      case 'exploring':
        model.takeProgress(event.progress);
        break;
      case 'finding':
        model.takeFinding(event.finding);
        break;
      case 'explored':
        model.takeReport(event.report);
        break;
      default:
        return;
    }
    this.changes.fire(model);
  }
}

function isSame(one: RunTarget, other: RunTarget): boolean {
  return one.path === other.path && one.workflow === other.workflow;
}
