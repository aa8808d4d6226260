// What the three services have in common: reservations that are made and cancelled under an id of the
// customer's. The ledger's notes say what was done in earnest.

/**
 * Answers `PUT /<path>/<id>` and `DELETE /<path>/<id>`. `refusal` gives the reason not to make a
 * reservation, or undefined.
 */
export function reservations(path, refusal = () => undefined) {
  return (request, { state, note }) => {
    const [, first, id] = request.path.split('/');
    if (first !== path || !id) return { status: 404, json: { error: 'not found' } };
    if (request.method === 'PUT') return make(id, request.json(), { state, note, refusal });
    if (request.method === 'DELETE') return cancel(id, { state, note });
    return { status: 405 };
  };
}

function make(id, trip, { state, note, refusal }) {
  // One that was cancelled stays so, even if the request to make it comes late.
  if (state[id] === 'cancelled') return { status: 410, json: { error: 'it was cancelled' } };
  if (state[id] === 'made') return { status: 200, json: { id } };
  const reason = refusal(trip);
  if (reason !== undefined) {
    note(`refused ${trip.traveller}: ${reason}`);
    return { status: 409, json: { error: reason } };
  }
  state[id] = 'made';
  note(`made for ${trip.traveller}`);
  return { status: 201, json: { id } };
}

function cancel(id, { state, note }) {
  const before = state[id];
  state[id] = 'cancelled';
  if (before === undefined) return { status: 404, json: { error: 'there is none' } };
  if (before === 'made') note('cancelled');
  return { status: 204 };
}
