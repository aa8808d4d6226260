// A carrier of parcels. Both carriers of the example are this one, with other prices.

export function carrier(centsPerKilogram) {
  return (request, { state, key, note }) => {
    if (request.method === 'GET' && request.path === '/quote') {
      return { json: { cents: Number(request.query.kilograms) * centsPerKilogram } };
    }
    if (request.method === 'POST' && request.path === '/bookings') {
      const earlier = state.bookingOfKey[key];
      if (earlier !== undefined) return { json: { booking: earlier } };
      const booking = `B-${Object.keys(state.bookingOfKey).length + 1}`;
      state.bookingOfKey[key] = booking;
      note(`booked ${booking} for ${request.json().reference}`);
      return { status: 201, json: { booking } };
    }
    if (request.method === 'GET' && request.path.startsWith('/tracking/')) {
      return { headers: { 'content-type': 'text/plain' }, body: NEWS };
    }
    return { status: 404 };
  };
}

const HOUR = 60 * 60 * 1000;

// One response, sent piece by piece over a day; a piece need not be a line.
const NEWS = [
  { data: 'picked up\nat the ' },
  { data: 'depot\n', afterMs: 5 * HOUR },
  { data: 'on the van\n', afterMs: 15 * HOUR },
  { data: 'delivered\n', afterMs: 4 * HOUR },
];
