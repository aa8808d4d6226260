/**
 * Group commit: carries an attempt's entries to the journal store. Commits are streamed: on a link
 * without latency towards the store one arrives as it is sent, so that what is shown does not wait
 * for the guest's next effect. On a slower link one is on its way at a time, and what comes in the
 * meantime leaves together with the next.
 *
 * C1  Entries arrive in the order in which they were added.
 * C2  A callback runs on the node, after everything added before it is durable.
 * C3  A refused commit ends the attempt as fenced; no callback runs.
 */
import type { Entry } from '../journal/entry.ts';
import { JOURNAL_STORE } from '../world/network.ts';
import type { Attempt } from './attempt.ts';
import { isFinal } from './journal-store.ts';

export class AttemptCommits {
  private unsent: Entry[] = [];
  private callbacks: (() => void)[] = [];
  private onTheWay = false;
  /** One has left and has not arrived. */
  private travels = false;
  /** The share that is stored of what comes to the store next; undefined for all. */
  private torn: number | undefined;
  private wanted = false;

  constructor(private readonly attempt: Attempt) {}

  /** A new entry, or a new state of one; it leaves with the next commit. */
  add(entry: Entry): void {
    // What is on its way to the store must not change any more.
    this.unsent.push(isFinal(entry) ? entry : { ...entry });
  }

  /** Calls back when everything so far, and what is added before the next commit, is durable. */
  whenDurable(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** Starts a commit without waiting for it. */
  soon(): void {
    this.start();
  }

  /** Starts a commit and calls back when everything so far is durable. */
  now(callback: () => void): void {
    this.callbacks.push(callback);
    this.start();
  }

  /** The node is about to die while it commits: only the beginning of that comes to be stored. */
  tear(share: number): void {
    if (!this.attempt.durable || this.attempt.ended) return;
    this.torn = share;
    this.callbacks = [];
    if (!this.travels) this.send();
  }

  private start(): void {
    if (this.onTheWay) this.wanted = true;
    else this.send();
  }

  private send(): void {
    const { attempt } = this;
    const { engine, node, epoch, execution } = attempt;
    const entries = this.unsent;
    const callbacks = this.callbacks;
    this.unsent = [];
    this.callbacks = [];
    this.wanted = false;
    if (!attempt.durable) {
      // Without a journal there is nothing to wait for; the entries are kept to be looked at.
      engine.store.commit(execution.journal, epoch, entries);
      for (const callback of callbacks) callback();
      return;
    }
    const { network, traffic, agenda } = engine;
    const from = node.name;
    const instant = traffic.arrival({ from, to: JOURNAL_STORE });
    if (instant === agenda.now && network.isCalm(from, JOURNAL_STORE)) {
      this.arrive(entries, callbacks, true);
      return;
    }
    this.onTheWay = true;
    this.travels = true;
    traffic.carry(instant, {
      ...{ from, to: JOURNAL_STORE, sentAt: agenda.now, care: 'call', isCounted: false },
      sender: attempt,
      arrive: () => this.arrive(entries, callbacks, false),
      onDelay: () =>
        engine.trace({ kind: 'commit.held', node: node.name, execution: execution.id }),
    });
  }

  /** At the store, whatever has become of the node since. */
  private arrive(
    sent: readonly Entry[],
    callbacks: readonly (() => void)[],
    isStreamed: boolean,
  ): void {
    const { attempt } = this;
    this.travels = false;
    const entries = this.torn === undefined ? sent : this.cutTail(sent, this.torn);
    const { engine, node, incarnation, epoch, execution } = attempt;
    const accepted = engine.store.commit(execution.journal, epoch, entries);
    if (!accepted) this.noteRefusal(entries.length);
    // Nobody waits for most acknowledgements, and then they change nothing.
    if (accepted && callbacks.length === 0 && isStreamed) return;
    const acknowledge = (): void => {
      // One that was streamed says nothing of one that is on its way.
      if (!isStreamed) this.onTheWay = false;
      this.acknowledge(accepted, callbacks);
    };
    engine.traffic.call(
      { from: JOURNAL_STORE, to: node.name },
      { arrive: () => node.deliver(incarnation, acknowledge) },
    );
  }

  /** What recovery finds whole of a commit whose end was not written. */
  private cutTail(sent: readonly Entry[], share: number): readonly Entry[] {
    const { engine, node, execution } = this.attempt;
    const stored = Math.floor(sent.length * share);
    const cut = sent.length - stored;
    const data = { stored, cut };
    if (cut > 0) {
      engine.trace({ kind: 'journal.torn', node: node.name, execution: execution.id, data });
    }
    return sent.slice(0, stored);
  }

  private acknowledge(accepted: boolean, callbacks: readonly (() => void)[]): void {
    if (this.attempt.ended) return;
    if (!accepted) {
      this.attempt.end('fenced', 'another node has taken over since');
      return;
    }
    for (const callback of callbacks) {
      if (!this.attempt.ended) callback();
    }
    if (this.wanted && !this.attempt.ended) this.start();
  }

  private noteRefusal(entries: number): void {
    const { engine, node, epoch, execution } = this.attempt;
    engine.trace({
      kind: 'commit.refused',
      node: node.name,
      execution: execution.id,
      data: { epoch, current: execution.journal.epoch, entries },
    });
  }
}
