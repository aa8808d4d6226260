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
  slowNanos(volume: Volume): bigint {
    return this.of(volume).reduce((total, { byNanos }) => total + byNanos, 0n);
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
    for (const volume of this.engine.volumes.values()) {
      volume.isFull = this.of(volume).some(({ kind }) => kind === 'full');
    }
  }

  private of({ name }: Volume): readonly VolumeTrouble[] {
    return this.lasting.filter(({ volume }) => volume === undefined || volume === name);
  }
}
