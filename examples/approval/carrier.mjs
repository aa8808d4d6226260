// A carrier that takes one parcel for each order, however often it is asked to.
export const state = {};

export function handle(request, { state, note }) {
  if (request.method !== 'POST' || request.path !== '/parcels') return { status: 404 };
  const { order } = request.json();
  const known = state[order];
  if (known !== undefined) return { status: 200, json: { tracking: known } };
  const tracking = `PX-${Object.keys(state).length + 1}`;
  state[order] = tracking;
  note(`took ${order} as ${tracking}`);
  return { status: 201, json: { tracking } };
}
