/** A connection between two executions: each end's line leads to the other end. */
import type { EffectSite } from '../faults/injector.ts';
import type { Attempt } from './attempt.ts';
import { Connection, type Line } from './connection.ts';
import { OneWay } from './one-way.ts';

/** Both ends of a connection that is being opened, each at its attempt. */
export interface Peers {
  readonly caller: Connection;
  readonly called: Connection;
  /** What is sent from the called end arrives in order on this. */
  readonly wayBack: OneWay;
}

class PeerLine implements Line {
  private ends: { readonly own: Connection; readonly other: Connection } | undefined;

  constructor(
    readonly far: string,
    private readonly there: OneWay,
    private readonly back: OneWay,
  ) {}

  join(own: Connection, other: Connection): void {
    this.ends = { own, other };
  }

  send(bytes: Uint8Array, site: EffectSite, lateNanos: bigint): void {
    const arrive = (): void => {
      const { own, other } = this.ends ?? {};
      if (other?.isOpen === true) {
        own?.trace('request.arrived', site);
        other.arrive(bytes);
      } else {
        this.back.sendAnyway(() => own?.arriveReset(`${this.far} had closed the connection`));
      }
    };
    this.there.send(arrive, bytes.length, lateNanos);
  }

  sendEnd(): void {
    this.there.send(() => this.ends?.other.arriveEnd());
  }

  forget(): void {
    // The other end finds out when it sends something.
  }

  hangUp(detail: string | undefined): void {
    if (detail === undefined) this.sendEnd();
    else this.there.sendAnyway(() => this.ends?.other.arriveReset(detail));
  }
}

/** Makes both ends of a connection between two attempts. */
export function joinPeers(caller: Attempt, called: Attempt): Peers {
  const { engine } = caller;
  const onLoss = (): void => {
    // Whoever sends gives up, and whoever receives finds that nobody is there any more.
    for (const end of [peers.caller, peers.called]) end.giveUpLater('nothing came through', 0n);
  };
  const leading = (from: Attempt, to: Attempt): OneWay =>
    new OneWay(engine, { from: from.node.name, to: to.node.name, sender: from, onLoss });
  const there = leading(caller, called);
  const back = leading(called, caller);
  const toCalled = new PeerLine(called.execution.id, there, back);
  const toCaller = new PeerLine(caller.execution.id, back, there);
  const peers: Peers = {
    caller: new Connection(caller, () => toCalled),
    called: new Connection(called, () => toCaller),
    wayBack: back,
  };
  toCalled.join(peers.caller, peers.called);
  toCaller.join(peers.called, peers.caller);
  return peers;
}
