/**
 * The way of one try's response from its service to the node.
 *
 * W1  Pieces arrive in the order in which they were sent.
 * W2  After something that was lost, or where the connection broke, nothing more arrives.
 */
import { after, later, VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import type { Service } from '../world/service.ts';
import {
  type Answer,
  type DisturbedAnswer,
  disturbAnswer,
  withoutLast,
} from './disturbed-answer.ts';
import type { TryOwner } from './http-try.ts';
import { Lane } from './traffic.ts';

export class ResponseWay {
  private readonly lane = new Lane();
  /** When the latest piece is sent, and arrives here. */
  private sentAt = VIRTUAL_START;
  private arrivesAt = VIRTUAL_START;
  private isOver = false;

  /** @param number of the try, from 1 */
  constructor(
    private readonly owner: TryOwner,
    private readonly service: Service,
    private readonly number: number,
  ) {}

  /** Lets news of the service come to the node. */
  tell(step: () => void): void {
    const { engine, nodeName } = this.owner;
    engine.traffic.post(
      { from: this.service.name, to: nodeName },
      { care: 'stream', sender: undefined, arrive: () => this.owner.onNode(step) },
    );
  }

  send(answer: Answer): void {
    const { owner, service } = this;
    const { engine, site, nodeName: node } = owner;
    const isFirst = answer.head !== undefined;
    if (isFirst && engine.faults.take('lose-response', site) !== undefined) {
      this.isOver = true;
      owner.trace('response.lost', { service: service.name });
    }
    if (this.isOver) return;
    const of = { engine, site, node, service: service.name, isStream: false };
    const disturbed = disturbAnswer(answer, of);
    const { pieces, missing, breaks } = disturbed;
    if (breaks === undefined) this.leave(disturbed);
    else this.leave({ ...disturbed, pieces: withoutLast(pieces, missing), ended: false });
    if (disturbed.againNanos !== undefined) {
      engine.agenda.in(disturbed.lateNanos + disturbed.againNanos, () => this.arriveAgain());
    }
    if (breaks !== undefined) this.breakOff(breaks);
  }

  /** A second response to a request; nobody waits for it. */
  arriveAgain(): void {
    const { owner, service } = this;
    this.tell(() => owner.trace('response.arrived', { service: service.name, again: true }));
  }

  /** The node finds that the connection has ended, after what has left. */
  private breakOff(detail: string): void {
    const { owner, number } = this;
    this.isOver = true;
    this.carry(this.sentAt, 0, () => owner.lose({ failure: 'reset', detail }, number));
  }

  /** The head goes with the first piece. */
  private leave({ head, pieces, ended, trailers, lateNanos }: DisturbedAnswer): void {
    const { owner, service, number } = this;
    const isNothing = head === undefined && pieces.length === 0 && !ended;
    const runs = pieces.length > 0 ? pieces : [{ bytes: new Uint8Array(0), delayNanos: 0n }];
    let sentAt = after(later(this.sentAt, owner.engine.agenda.now), lateNanos);
    this.sentAt = sentAt;
    if (isNothing) return;
    runs.forEach(({ bytes, delayNanos }, index) => {
      sentAt = after(sentAt, delayNanos);
      const isLast = ended && index === runs.length - 1;
      this.carry(sentAt, bytes.length, () => {
        if (index === 0 && head !== undefined) {
          owner.trace('response.arrived', { service: service.name });
          owner.receiveHead({ status: head.status, headers: head.headers }, number);
        }
        owner.receive(isLast && trailers ? { bytes, isLast, trailers } : { bytes, isLast }, number);
      });
    });
    this.sentAt = sentAt;
  }

  private carry(sentAt: VirtualNanos, bytes: number, step: () => void): void {
    const { owner, service, number } = this;
    const { network, traffic } = owner.engine;
    const [from, to] = [service.name, owner.nodeName];
    const delay = network.delayNanos(from, to, { at: sentAt, bytes });
    this.arrivesAt = later(this.arrivesAt, after(sentAt, delay));
    traffic.carry(this.arrivesAt, {
      ...{ from, to, sentAt, lane: this.lane, care: 'stream', isCounted: false },
      arrive: () => owner.onNode(step),
      onDelay: () => owner.trace('response.held', { service: service.name }),
      onLoss: () => {
        owner.trace('response.lost', { service: service.name });
        const detail = `the rest of the response did not come through from ${service.name}`;
        owner.onNode(() => owner.lose({ failure: 'reset', detail }, number));
      },
    });
  }
}
