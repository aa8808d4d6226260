/** Going on, in the whole simulation, to the next breakpoint or exception, or to the one before. */
import { ForwardMotion } from './forward-motion.ts';
import { callPosition, isStop, type StopPoint } from './itinerary.ts';
import type { LiveDriver } from './live-driver.ts';
import type { Passing, PassingListener } from './passing.ts';
import type { Position } from './place.ts';
import type { PathBook } from './statements/path-book.ts';
import type { Stop } from './stop.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface ContinuingParts {
  readonly whereabouts: Whereabouts;
  readonly passing: Passing;
  readonly paths: PathBook | undefined;
  readonly live: LiveDriver | undefined;
  readonly listener: PassingListener;
}

export class Continuing {
  constructor(private readonly parts: ContinuingParts) {}

  async forward(): Promise<Stop> {
    const { whereabouts, passing, live, listener } = this.parts;
    const { points, scanner } = passing.scan();
    const next = passing.toFirst(points, (point) => isStop(point));
    passing.tell(next?.position);
    if (next !== undefined) return whereabouts.atPoint(next);
    if (live === undefined || live.ended) return whereabouts.atEnd();
    const forward = new ForwardMotion({
      view: whereabouts.outlook.view,
      order: whereabouts.itinerary.order,
      scanner,
      exceptions: whereabouts.settings.exceptions,
      rescan: () => passing.scan().scanner,
      onLog: listener.onLog,
      onPassed: listener.onPassed,
    });
    const end = await live.advance(forward);
    const found = forward.found();
    if (found !== undefined && end.kind === 'stopped') return whereabouts.atPoint(found);
    return whereabouts.settle(end, 'pause');
  }

  backward(): Stop {
    const { whereabouts, passing } = this.parts;
    const { points } = passing.scan();
    const isBefore = (point: StopPoint): boolean =>
      isStop(point) && whereabouts.compare(point.position) < 0;
    const target = points.filter(isBefore).at(-1);
    if (target !== undefined) return whereabouts.atPoint(target);
    const first = this.first();
    if (first === undefined) return whereabouts.here('entry', 'Paused at the beginning');
    const text = 'Paused at the beginning: there is no stop before it';
    return whereabouts.at(first, 'entry', text);
  }

  /** The first that is known of the whole simulation. */
  first(): Position | undefined {
    const { whereabouts, paths } = this.parts;
    const { outlook } = whereabouts;
    const effect = outlook.first();
    const [row] = outlook.view.history.executions();
    const isKnown = row !== undefined && (outlook.count(row.id) > 0 || row.endedAt !== undefined);
    const path = isKnown ? paths?.pathOf(row.id) : undefined;
    if (path?.has(1)) return whereabouts.positionOf(path.placeAt(1));
    return effect === undefined ? undefined : callPosition(effect);
  }
}
