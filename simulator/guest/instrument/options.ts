/** What to put into a module. Everything is paid for only where it is asked for. */
export interface InstrumentOptions {
  /**
   * Where the host wants to be able to stop: code offsets in order. Each moves to the first
   * instruction at or after it that is more than the edge of a block. `probe-offsets.ts` makes them.
   */
  readonly probes: ArrayLike<number>;
  /** The variables of a function that a dump holds, by index; all of them or none unless it says. */
  readonly locals?: (functionIndex: number) => readonly number[] | 'all';
  /** Counts the depth and the activations of functions with probes. */
  readonly depth?: boolean;
  /** Due probes ask the host how to go on, instead of stopping. Implies `depth`. */
  readonly scan?: boolean;
  /** Due probes hand over the values of their frame. With `scan`. */
  readonly scanLocals?: boolean;
  /**
   * Frames that a call comes back to are told to the host, those less deep than it asks for. Implies
   * `depth`, and counts the levels of all functions through which a stop unwinds.
   */
  readonly returns?: boolean;
  /** Instructions that call the host each time: code offsets in order, moved as `probes` are. */
  readonly breakpoints?: ArrayLike<number>;
  /**
   * Functions, by index, whose every instruction asks the host whether to stop, once the fuel is
   * used up; probes only count then. Implies `depth`, and counts levels as well.
   */
  readonly instructions?: ReadonlySet<number>;
  /** The host is called at ticks that it has chosen, before anything else that is due there. */
  readonly appointments?: boolean;
  /** Stores into a range of the first memory call the host. */
  readonly watch?: boolean;
  /** Long runs call the host now and then, so that they can be ended. */
  readonly checkIns?: boolean;
  /** Keeps the count of probes right at every instruction: for traps. Slower. */
  readonly exact?: boolean;
  /** Keeps where code is now: for stacks of live programs, which V8 tells. */
  readonly moved?: boolean;
  /** Dumps hold the operands that lie on the stack beneath what runs. */
  readonly operands?: boolean;
}

/** Probes between two check-ins. */
export const CHECK_IN_INTERVAL = 2 ** 18;
