/**
 * Every test gets fast-check from here (see scripts/run-tests.mjs): a run of the suite tries the same
 * cases as the run before it. PROPERTY_SEED chooses others; a long search, with PROPERTY_RUNS, draws
 * its own each time.
 */
import fc from 'fast-check';

const { PROPERTY_RUNS, PROPERTY_SEED } = process.env;
const USUAL_SEED = 1;

if (PROPERTY_SEED !== undefined || PROPERTY_RUNS === undefined) {
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(PROPERTY_SEED ?? USUAL_SEED) });
}

export * from 'fast-check';
export default fc;
