/** What is wrong with volumes for a while. */
import type { Volume } from '../world/files/volume.ts';
import type { Engine } from './engine.ts';

export interface VolumeTrouble {
  readonly kind: 'full' | 'slow-volume';
  /** Undefined for all of them. */
  readonly volume: string | undefined;
  /** How much longer each operation takes, in nanoseconds. */
  readonly byNanos: bigint;
}

/** A volume, and what is wrong with it. */
export interface TroubledVolume {
  readonly name: string;
  /** Nothing more fits in. */
  readonly isFull: boolean;
  /** How much longer each operation takes, in nanoseconds. */
  readonly slowNanos: bigint;
}

/** Volumes with what is wrong with each. */
export function volumesIn(
  names: readonly string[],
  troubles: readonly VolumeTrouble[],
): readonly TroubledVolume[] {
  return names.map((name) => {
    const own = troubles.filter(({ volume }) => volume === undefined || volume === name);
    return {
      name,
      isFull: own.some(({ kind }) => kind === 'full'),
      slowNanos: own.reduce((total, { byNanos }) => total + byNanos, 0n),
    };
  });
}

export class VolumeFaults {
  private lasting: readonly VolumeTrouble[] = [];

  constructor(private readonly engine: Engine) {}

  begin(trouble: VolumeTrouble, forNanos: bigint): void {
    this.lasting = [...this.lasting, trouble];
    this.review();
    this.engine.agenda.in(forNanos, () => this.end([trouble]));
  }

  /** Ends those of one kind, or all. */
  heal(kind: string): void {
    this.end(this.lasting.filter((each) => kind === 'all' || each.kind === kind));
  }

  /** How much longer an operation takes now, in nanoseconds. */
  slowNanos({ name }: Volume): bigint {
    return this.lasting.length === 0 ? 0n : (this.now([name])[0]?.slowNanos ?? 0n);
  }

  /** What is wrong with volumes now. */
  now(names: readonly string[]): readonly TroubledVolume[] {
    return volumesIn(names, this.lasting);
  }

  /** Volumes lose what was not synced; all of them when none is named. */
  loseUnsynced(name: string | undefined): void {
    for (const volume of this.engine.volumes.values()) {
      if (name !== undefined && volume.name !== name) continue;
      const files = volume.loseUnsynced();
      this.engine.trace({ kind: 'volume.lost', service: volume.name, data: { files } });
    }
  }

  private end(troubles: readonly VolumeTrouble[]): void {
    const ended = troubles.filter((each) => this.lasting.includes(each));
    this.lasting = this.lasting.filter((each) => !ended.includes(each));
    this.review();
    for (const { kind, volume } of ended) {
      const on = volume === undefined ? {} : { service: volume };
      this.engine.trace({ kind: 'volume.healed', ...on, data: { fault: kind } });
    }
  }

  private review(): void {
    const { volumes } = this.engine;
    for (const { name, isFull } of this.now([...volumes.keys()])) {
      const volume = volumes.get(name);
      if (volume !== undefined) volume.isFull = isFull;
    }
  }
}
