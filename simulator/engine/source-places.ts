/** Where in the source the effects of live programs come from; learned only where a fault asks. */
import type { SourcePlace } from '../faults/injector.ts';
import type { GuestProgram } from '../guest/program.ts';
import { captureFrames, isUserFrame, ProgramLocator } from '../guest/symbols/index.ts';

export class SourcePlaces {
  private readonly locators = new Map<string, ProgramLocator>();

  /**
   * The places of the user's own code that are on the stack, innermost first. To be asked inside the
   * call of a guest; empty for a program that does not know its lines.
   */
  here(program: GuestProgram): readonly SourcePlace[] {
    const frames = this.locator(program).frames(captureFrames(program));
    return frames.flatMap((frame) =>
      isUserFrame(frame) && frame.source !== undefined ? [frame.source] : [],
    );
  }

  private locator(program: GuestProgram): ProgramLocator {
    const existing = this.locators.get(program.hash);
    if (existing !== undefined) return existing;
    const created = new ProgramLocator(program);
    this.locators.set(program.hash, created);
    return created;
  }
}
