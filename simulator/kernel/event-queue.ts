/**
 * A queue of things to come, ordered by (instant, insertion). It owns the order and nothing of the
 * things themselves.
 *
 * Q1  Events leave in order of `at`; among equal instants, in order of insertion.
 * Q2  A cancelled event never leaves, and does not count as something to come.
 */
import { assert } from './assert.ts';
import { QUEUED_EVENTS_MAX } from './limits.ts';
import type { VirtualNanos } from './time.ts';

export class QueuedEvent<T> {
  cancelled = false;
  constructor(
    readonly at: VirtualNanos,
    /** Shared by the queues that share a counter, so that their heads can be compared. */
    readonly order: number,
    readonly value: T,
  ) {}

  cancel(): void {
    this.cancelled = true;
  }

  comesBefore(other: QueuedEvent<unknown>): boolean {
    return this.at === other.at ? this.order < other.order : this.at < other.at;
  }
}

/** Numbers insertions; queues that share one are ordered among each other. */
export class InsertionCounter {
  private count = 0;
  next(): number {
    return this.count++;
  }
}

export class EventQueue<T> {
  // A binary heap: each event comes before its children at 2i+1 and 2i+2.
  private readonly heap: QueuedEvent<T>[] = [];

  constructor(private readonly counter: InsertionCounter = new InsertionCounter()) {}

  push(at: VirtualNanos, value: T): QueuedEvent<T> {
    assert(this.heap.length < QUEUED_EVENTS_MAX, `more than ${QUEUED_EVENTS_MAX} queued events`);
    const event = new QueuedEvent(at, this.counter.next(), value);
    this.heap.push(event);
    this.siftUp(this.heap.length - 1);
    return event;
  }

  /** Whether an event is to happen at exactly this instant. */
  hasAt(at: VirtualNanos): boolean {
    return this.heap.some((event) => event.at === at && !event.cancelled);
  }

  /** The next event, which stays in the queue. */
  peek(): QueuedEvent<T> | undefined {
    for (;;) {
      const head = this.heap[0];
      if (head === undefined || !head.cancelled) return head;
      this.removeHead();
    }
  }

  pop(): QueuedEvent<T> | undefined {
    const head = this.peek();
    if (head !== undefined) this.removeHead();
    return head;
  }

  private removeHead(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.siftDown();
  }

  private siftUp(from: number): void {
    const { heap } = this;
    const event = heap[from] as QueuedEvent<T>;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as QueuedEvent<T>;
      if (!event.comesBefore(parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = event;
  }

  private siftDown(): void {
    const { heap } = this;
    const event = heap[0] as QueuedEvent<T>;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length) {
        const rightEvent = heap[right] as QueuedEvent<T>;
        if (rightEvent.comesBefore(heap[child] as QueuedEvent<T>)) child = right;
      }
      const least = heap[child] as QueuedEvent<T>;
      if (!least.comesBefore(event)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = event;
  }
}
