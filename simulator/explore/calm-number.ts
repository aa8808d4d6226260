/** The number of the undisturbed run, and of those in which an exploration only looks around. */
export const CALM_NUMBER = -1;
