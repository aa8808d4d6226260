/**
 * Makes the patches of one run of a program, with the session that the run goes by.
 *
 * R1  A patch is made where the program comes to its place: at its tick, with as many effects
 *     returned, and at its statement. A run that took another way leaves it out.
 * R2  All that looks at the same tick, or in the same call, sees what was written.
 */
import {
  type AppointmentHit,
  ProbeSession,
  type ProbeSettings,
} from '../guest/instrument/index.ts';
import type { Patch, PatchPlace } from './patch.ts';

export interface PatchRunOptions {
  /** In the order in which they came. */
  readonly patches: readonly Patch[];
  /** Told of a patch that is left out, and why. */
  readonly onLeftOut?: (patch: Patch, why: string) => void;
  /** Memory was written to, at the tick that the session is at: before its statement or in a call. */
  readonly onPatched?: (place: PatchPlace['kind']) => void;
}

export class PatchRun {
  /** For a program in a form with appointments. */
  readonly session: ProbeSession;
  /** How many effects have been answered. */
  private passed = 0;

  constructor(
    private readonly options: PatchRunOptions,
    settings: ProbeSettings = {},
  ) {
    const ticks = options.patches.flatMap(({ place }) =>
      place.kind === 'statement' ? [place.tick] : [],
    );
    const all = [...ticks, ...(settings.appointments ?? [])];
    this.session = new ProbeSession({
      ...settings,
      appointments: [...new Set(all)].sort((one, other) => one - other),
      onAppointment: (hit) => {
        this.comeTo(hit);
        return settings.onAppointment?.(hit) === true;
      },
    });
  }

  /** The program is in the call of an effect, and what it asks for is about to be returned. */
  inCall(seq: number): void {
    this.passed = seq + 1;
    this.make(({ place }) => place.kind === 'effect' && place.seq === seq);
  }

  private comeTo({ tick, codeOffset }: AppointmentHit): void {
    const { passed } = this;
    this.make((patch) => {
      const { place } = patch;
      if (place.kind !== 'statement' || place.tick !== tick) return false;
      if (place.seq === passed && place.codeOffset === codeOffset) return true;
      this.options.onLeftOut?.(patch, 'the program took another way');
      return false;
    });
  }

  private make(isHere: (patch: Patch) => boolean): void {
    const here = this.options.patches.filter(isHere);
    for (const patch of here) {
      if (!this.write(patch)) this.options.onLeftOut?.(patch, 'there is no such place to write to');
    }
    const [first] = here;
    if (first !== undefined) this.options.onPatched?.(first.place.kind);
  }

  private write({ write }: Patch): boolean {
    const { main } = this.session;
    if (main === undefined) return false;
    if (write.kind === 'memory') return main.write(write.address, write.bytes);
    return main.setGlobal(write.index, write.value);
  }
}
